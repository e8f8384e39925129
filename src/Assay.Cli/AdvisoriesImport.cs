using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;

namespace Assay.Cli;

/// <summary><c>assay advisories import</c>: lists into the store, and with <c>--watch</c> what each of them changed for inventories.</summary>
internal static class AdvisoriesImport
{
    public static int Run(IReadOnlyList<string> paths, string file, Arguments arguments, Terminal terminal)
    {
        var watched = arguments.Values("--inventories");
        if (arguments.Has("--watch") && watched.Count == 0) throw new UsageException("--watch expects --inventories PATH, found none");
        if (watched.Count > 0 && !arguments.Has("--watch")) throw new UsageException("--inventories expects --watch, found none");
        var files = paths.SelectMany(Files).ToList();
        var unreadable = false;
        var index = watched.Count == 0 ? null : Inventories(watched, terminal, ref unreadable);
        var results = new List<(ImportResult Result, IReadOnlyList<AnswerChange<string>> Changes)>();
        var progress = terminal.Examination().Progress;
        var done = 0;
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
            done++;
            var (result, changes) = index is null
                ? (store.Import(path, artefact.Bytes.Whole, read => progress?.Invoke(new Progress($"{read} records of {path}", done, files.Count))), [])
                : Rematch.Import(index, store, path, artefact.Bytes.Whole);
            progress?.Invoke(new Progress($"read {path}", done, files.Count));
            // What lies in a folder beside the lists, a page or a schema, is no damage.
            if (result.Kind is null && !named && !result.IsDamaged)
            {
                terminal.Hint($"left out, no list of advisories: {path}");
                continue;
            }
            results.Add((result, changes));
            unreadable |= result.Kind is null || result.Losses.Count > 0;
            foreach (var loss in result.Losses.Take(20)) terminal.Complain(loss.ToString());
            if (result.Losses.Count > 20) terminal.Complain($"{path}: {result.Losses.Count - 20} more losses; --format json lists all");
        }
        if (results.Count == 0) unreadable = true;
        if (terminal.Format == "json") terminal.WriteJson(json => Document(json, store, results, index is not null));
        else terminal.Write(writer => Show(writer, results, index, terminal));
        return unreadable ? Exit.Unreadable : Exit.Done;
    }

    /// <summary>A file that was named is imported or complained about; of a folder, whatever is a list.</summary>
    private static IEnumerable<(string Path, bool Named)> Files(string path)
    {
        if (!Directory.Exists(path)) return [(path, true)];
        return Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal).Select(f => (f, false));
    }

    /// <summary>What is to be watched, under the paths by which a person named it; of a folder, whatever holds components.</summary>
    private static InventoryIndex<string> Inventories(IReadOnlyList<string> paths, Terminal terminal, ref bool unreadable)
    {
        var (index, options) = (new InventoryIndex<string>(), terminal.Examination());
        foreach (var (path, named) in paths.SelectMany(Files))
        {
            try
            {
                var examined = VulnsVerb.Examine(path, options);
                if (examined.Kind is null)
                {
                    if (named) throw new UnreadableException("a bill of materials, an image or an archive", "bytes of no kind that is known", 0);
                    terminal.Hint($"left out, no inventory: {path}");
                    continue;
                }
                index.Put(path, VulnsVerb.Asked(examined), ReferenceEquals(examined.Product, ProductFacts.None) ? null : examined.Product);
            }
            catch (Exception bad) when (bad is UnreadableException or BudgetException)
            {
                terminal.Complain($"{path}: {bad.Message}");
                unreadable = true;
            }
        }
        return index;
    }

    private static void Show(TextWriter writer, List<(ImportResult Result, IReadOnlyList<AnswerChange<string>> Changes)> done, InventoryIndex<string>? index, Terminal terminal)
    {
        var results = done.Select(d => d.Result).ToList();
        TextTable.Write(writer, ["kind", "read", "new", "changed", "same", "older", "lost", "file"],
            [.. (results.Count > AdvisoriesVerb.MostRows ? results.GroupBy(r => r.Kind) : results.GroupBy(r => (string?)r.Name)).Select(Row)], terminal.Width);
        writer.WriteLine();
        writer.WriteLine($"{AdvisoriesVerb.Number(results.Sum(r => r.New.Count))} new and {AdvisoriesVerb.Number(results.Sum(r => r.Changed.Count))} changed advisories.");
        var skipped = results.Count(r => r.Skipped);
        if (skipped > 0) writer.WriteLine($"{AdvisoriesVerb.Number(skipped)} of {AdvisoriesVerb.Number(results.Count)} files were in the store already and were not read again.");
        if (index is null) return;
        var changes = done.SelectMany(d => d.Changes).ToList();
        writer.WriteLine();
        if (changes.Count > 0)
        {
            TextTable.Write(writer, ["vulnerability", "inventory", "component", "before", "now", "fix"],
                [.. changes.Select(c => (IReadOnlyList<string>)[c.Answer.Id, c.Owner, $"{c.Component.Name} {c.Component.Version}".TrimEnd(), Words(c.Before), Words(c.After), c.Answer.Fix ?? "-"])], terminal.Width);
            writer.WriteLine();
        }
        writer.WriteLine($"{AdvisoriesVerb.Number(changes.Count)} {(changes.Count == 1 ? "answer" : "answers")} changed for {AdvisoriesVerb.Number(changes.Select(c => c.Owner).Distinct().Count())} of {AdvisoriesVerb.Number(index.Owners)} inventories.");
    }

    // A folder with a file for each advisory is one row for each kind.
    private static IReadOnlyList<string> Row(IGrouping<string?, ImportResult> g) =>
    [
        g.First().Kind ?? "-", AdvisoriesVerb.Number(g.Sum(r => r.Read)), AdvisoriesVerb.Number(g.Sum(r => r.New.Count)), AdvisoriesVerb.Number(g.Sum(r => r.Changed.Count)), AdvisoriesVerb.Number(g.Sum(r => r.Unchanged)),
        AdvisoriesVerb.Number(g.Sum(r => r.Older)), AdvisoriesVerb.Number(g.Sum(r => r.Losses.Count)), g.Count() == 1 ? g.First().Name : $"{g.Count()} files",
    ];

    private static void Document(Utf8JsonWriter json, AdvisoryStore store, List<(ImportResult Result, IReadOnlyList<AnswerChange<string>> Changes)> results, bool watched)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/advisories-import/1");
        json.WriteString("snapshot", store.SnapshotDigest);
        json.WriteStartArray("imports");
        foreach (var (result, changes) in results)
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
            json.WriteBoolean("skipped", result.Skipped);
            json.WriteStartArray("losses");
            foreach (var loss in result.Losses) EvidenceJson.Write(json, loss);
            json.WriteEndArray();
            if (watched)
            {
                json.WriteStartArray("changes");
                foreach (var change in changes) Write(json, change);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AnswerChange<string> change)
    {
        json.WriteStartObject();
        json.WriteString("inventory", change.Owner);
        Standpoint(json, "before", change.Before);
        Standpoint(json, "now", change.After);
        json.WritePropertyName("vulnerability");
        VulnerabilityJson.Write(json, change.Answer);
        json.WriteEndObject();
    }

    private static void Standpoint(Utf8JsonWriter json, string name, Standpoint? standpoint)
    {
        if (standpoint is null) return;
        json.WriteStartObject(name);
        json.WriteString("status", EvidenceJson.Name(standpoint.Status));
        json.WriteBoolean("exploited", standpoint.Exploited);
        json.WriteEndObject();
    }

    private static string Words(Standpoint? standpoint) => standpoint switch
    {
        null => "nothing known",
        { Status: VulnerabilityStatus.NotAffected } => "not affected",
        { Exploited: true } => $"{EvidenceJson.Name(standpoint.Status)}, exploited",
        _ => EvidenceJson.Name(standpoint.Status),
    };
}
