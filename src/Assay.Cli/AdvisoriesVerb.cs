using System.Globalization;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Software.Advisories;
using Microsoft.Data.Sqlite;

namespace Assay.Cli;

/// <summary><c>assay advisories import|status|fetch</c>: the local store of advisories, one SQLite file; and other organisations' documents.</summary>
public static class AdvisoriesVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "advisories",
        Summary = "keep advisories (KEV, OSV, NVD 2.0, CVE 5, CSAF, EPSS, distributions' trackers) in one local file, and show what it holds",
        Usage = "import PATH… --store FILE [--inventories PATH… --watch] | status --store FILE | fetch URL -o DIR [--key FILE]",
        Example = "./assay advisories import examples/advisories --store advisories.db",
        Options =
        [
            new Option("--store", "FILE", "the store; import makes it where it is not there"),
            new Option("--inventories", "PATH", "import: a bill of materials, an image, or a folder of them, whose answers are watched", Repeats: true),
            new Option("--watch", null, "import: tell what each advisory changed for the inventories"),
            new Option("--key", "FILE", "fetch: the OpenPGP key that must have signed every document"),
        ],
        Formats = ["table", "json"],
        Run = Run,
    };

    internal const int MostRows = 20;

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is ["fetch", ..]) return AdvisoriesFetch.Run(arguments, terminal);
        var file = arguments.Value("--store") ?? throw new UsageException("advisories expects --store FILE, found none");
        try
        {
            return arguments.Operands switch
            {
                ["import"] => throw new UsageException("advisories import expects at least one PATH, found none"),
                ["import", ..] => AdvisoriesImport.Run([.. arguments.Operands.Skip(1)], file, arguments, terminal),
                ["status"] => Status(file, terminal),
                [var word, ..] => throw new UsageException($"advisories expects import, status or fetch, found {Shortened.Visible(word)}{Arguments.Nearest(word, ["import", "status", "fetch"])}"),
                _ => throw new UsageException("advisories expects import, status or fetch, found nothing"),
            };
        }
        catch (SqliteException damaged)
        {
            throw new Assay.Evidence.Reading.UnreadableException("an advisory store", $"{file}: {damaged.Message}", 0);
        }
    }

    private static int Status(string file, Terminal terminal)
    {
        if (!File.Exists(file)) throw new FileNotFoundException($"{file}: expected a store, found nothing; assay advisories import makes one");
        using var store = AdvisoryStore.Open(file, terminal.Time);
        var status = store.Status();
        if (terminal.Format == "json") terminal.WriteJson(json => Document(json, status));
        else terminal.Write(writer => Show(writer, status, terminal));
        return Exit.Done;
    }

    private static void Show(TextWriter writer, StoreStatus status, Terminal terminal)
    {
        TextTable.Write(writer, ["source", "advisories", "exploited", "without a range", "newest"],
            [.. status.Sources.Select(s => (IReadOnlyList<string>)[s.Source, Number(s.Advisories), Number(s.Exploited), Number(s.WithoutRange), s.Newest is { } newest ? EvidenceJson.Time(newest)[..10] : "-"])], terminal.Width);
        writer.WriteLine();
        TextTable.Write(writer, ["imported", "kind", "read", "lost", "file"],
            [.. status.Files.TakeLast(MostRows).Select(f => (IReadOnlyList<string>)[EvidenceJson.Time(f.Imported)[..19], f.Kind, Number(f.Read), Number(f.Lost), f.Name])], terminal.Width);
        if (status.Files.Count > MostRows) writer.WriteLine($"and {Number(status.Files.Count - MostRows)} files before; --format json lists all");
        writer.WriteLine();
        writer.WriteLine($"snapshot {status.Snapshot}");
    }

    internal static void Document(Utf8JsonWriter json, StoreStatus status)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/advisories-status/1");
        json.WriteString("snapshot", status.Snapshot);
        Sources(json, status);
        json.WriteStartArray("files");
        foreach (var file in status.Files)
        {
            json.WriteStartObject();
            json.WriteString("file", file.Name);
            json.WriteString("kind", file.Kind);
            json.WriteString("sha256", file.Sha256);
            json.WriteString("imported", EvidenceJson.Time(file.Imported));
            json.WriteNumber("read", file.Read);
            json.WriteNumber("lost", file.Lost);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static void Sources(Utf8JsonWriter json, StoreStatus status)
    {
        json.WriteStartArray("sources");
        foreach (var source in status.Sources)
        {
            json.WriteStartObject();
            json.WriteString("source", source.Source);
            json.WriteNumber("advisories", source.Advisories);
            json.WriteNumber("exploited", source.Exploited);
            json.WriteNumber("withoutRange", source.WithoutRange);
            if (source.Newest is { } newest) json.WriteString("newest", EvidenceJson.Time(newest));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
