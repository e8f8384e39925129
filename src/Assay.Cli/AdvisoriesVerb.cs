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
        Summary = "keep advisories (KEV, OSV, NVD 2.0, CVE 5, CSAF, EPSS) in one local file, and show what it holds",
        Usage = "import PATH… --store FILE | status --store FILE | fetch URL -o DIR [--key FILE]",
        Example = "./assay advisories import examples/advisories --store advisories.db",
        Options = [new Option("--store", "FILE", "the store; import makes it where it is not there"), new Option("--key", "FILE", "fetch: the OpenPGP key that must have signed every document")],
        Formats = ["table", "json"],
        Run = Run,
    };

    private const int MostRows = 20;

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is ["fetch", ..]) return AdvisoriesFetch.Run(arguments, terminal);
        var file = arguments.Value("--store") ?? throw new UsageException("advisories expects --store FILE, found none");
        try
        {
            return arguments.Operands switch
            {
                ["import"] => throw new UsageException("advisories import expects at least one PATH, found none"),
                ["import", ..] => Import([.. arguments.Operands.Skip(1)], file, terminal),
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

    private static int Import(IReadOnlyList<string> paths, string file, Terminal terminal)
    {
        var files = paths.SelectMany(Files).ToList();
        var (results, unreadable) = (new List<ImportResult>(), false);
        using var store = AdvisoryStore.Open(file, terminal.Time);
        foreach (var (path, named) in files)
        {
            using var artefact = Artefact.Open(path);
            if (artefact.Size > int.MaxValue)
            {
                terminal.Complain($"{path}: expected at most 2 GiB, found {artefact.Size} bytes");
                unreadable = true;
                continue;
            }
            var result = store.Import(path, artefact.Bytes.Whole);
            // What lies in a folder beside the lists, a page or a schema, is no damage.
            if (result.Kind is null && !named)
            {
                terminal.Hint($"left out, no list of advisories: {path}");
                continue;
            }
            results.Add(result);
            unreadable |= result.Kind is null || result.Losses.Count > 0;
            foreach (var loss in result.Losses.Take(20)) terminal.Complain(loss.ToString());
            if (result.Losses.Count > 20) terminal.Complain($"{path}: {result.Losses.Count - 20} more losses; --format json lists all");
        }
        if (results.Count == 0) unreadable = true;
        if (terminal.Format == "json") terminal.WriteJson(json => Document(json, store, results));
        else terminal.Write(writer => Show(writer, results, terminal));
        return unreadable ? Exit.Unreadable : Exit.Done;
    }

    /// <summary>A file that was named is imported or complained about; of a folder, whatever is a list.</summary>
    private static IEnumerable<(string Path, bool Named)> Files(string path)
    {
        if (!Directory.Exists(path)) return [(path, true)];
        return Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal).Select(f => (f, false));
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

    private static void Show(TextWriter writer, IReadOnlyList<ImportResult> results, Terminal terminal)
    {
        TextTable.Write(writer, ["kind", "read", "new", "changed", "same", "older", "lost", "file"],
            [.. (results.Count > MostRows ? results.GroupBy(r => r.Kind) : results.GroupBy(r => (string?)r.Name)).Select(Row)], terminal.Width);
        writer.WriteLine();
        writer.WriteLine($"{Number(results.Sum(r => r.New.Count))} new and {Number(results.Sum(r => r.Changed.Count))} changed advisories.");
    }

    // A folder with a file for each advisory is one row for each kind.
    private static IReadOnlyList<string> Row(IGrouping<string?, ImportResult> g) =>
    [
        g.First().Kind ?? "-", Number(g.Sum(r => r.Read)), Number(g.Sum(r => r.New.Count)), Number(g.Sum(r => r.Changed.Count)), Number(g.Sum(r => r.Unchanged)),
        Number(g.Sum(r => r.Older)), Number(g.Sum(r => r.Losses.Count)), g.Count() == 1 ? g.First().Name : $"{g.Count()} files",
    ];

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

    private static void Document(Utf8JsonWriter json, AdvisoryStore store, IReadOnlyList<ImportResult> results)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/advisories-import/1");
        json.WriteString("snapshot", store.SnapshotDigest);
        json.WriteStartArray("imports");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("file", result.Name);
            json.WriteString("sha256", result.Sha256);
            if (result.Kind is not null) json.WriteString("kind", result.Kind);
            json.WriteNumber("read", result.Read);
            EvidenceJson.Texts(json, "new", result.New);
            EvidenceJson.Texts(json, "changed", result.Changed);
            json.WriteNumber("unchanged", result.Unchanged);
            json.WriteNumber("older", result.Older);
            json.WriteStartArray("losses");
            foreach (var loss in result.Losses) EvidenceJson.Write(json, loss);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
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

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
