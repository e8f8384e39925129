using System.Collections.Concurrent;
using System.Text.Json;
using Assay.Assessment;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Cli;

/// <summary><c>--against ID[,ID…]|all|FILE</c>: which other catalogues one dossier answers too. Read and indexed once, however many dossiers there are.</summary>
internal static class Against
{
    public const string Option = "--against";

    private static readonly ConcurrentDictionary<(string Value, string Edition), Lazy<Carrying>> Once = new();

    /// <param name="value">Null where nobody asks for another catalogue; records of decision trees are answered all the same.</param>
    /// <exception cref="UsageException">No such catalogue, and no such file.</exception>
    public static Carrying Of(string? value, Catalogue assessed, Terminal terminal) =>
        Once.GetOrAdd((value ?? "", assessed.Id), key => new Lazy<Carrying>(() => new Carrying(assessed, Named(key.Value, assessed, terminal)))).Value;

    /// <summary>The option as an assessment was made with it, for repeating it: the ids of catalogues of this program; a document that was read has to be named again.</summary>
    public static string? Told(ReadOnlyMemory<byte> assessment)
    {
        try
        {
            using var document = JsonDocument.Parse(assessment, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("others", out var others) || others.ValueKind != JsonValueKind.Array) return null;
            var ids = others.EnumerateArray().Where(o => o.ValueKind == JsonValueKind.Object && o.TryGetProperty("catalogue", out var id) && id.ValueKind == JsonValueKind.String)
                .Select(o => o.GetProperty("catalogue").GetString()!).Where(id => Catalogue.All.Any(c => c.Id == id)).ToList();
            return ids.Count == 0 ? null : string.Join(',', ids);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<Catalogue> Named(string value, Catalogue assessed, Terminal terminal)
    {
        var catalogues = new List<Catalogue>();
        foreach (var name in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (name == "all") catalogues.AddRange(Catalogue.All.Where(c => c.Id != assessed.Id));
            else if (Catalogue.All.FirstOrDefault(c => string.Equals(c.Id, name, StringComparison.OrdinalIgnoreCase)) is { } known) catalogues.Add(known);
            else if (File.Exists(name)) catalogues.Add(Import(name, terminal));
            else throw new UsageException($"{Option} expects all, a file with an OSCAL catalog, or one of {string.Join(", ", Catalogue.All.Select(c => c.Id))}; found \"{Shortened.Visible(name)}\"");
        }
        return [.. catalogues.DistinctBy(c => c.Id)];
    }

    private static Catalogue Import(string file, Terminal terminal)
    {
        using var artefact = Artefact.Open(file, Path.GetFileName(file));
        var imported = Catalogue.Import(artefact);
        if (imported.Losses.Count > 0) terminal.Hint($"{file}: {imported.Losses.Count} part(s) were not understood; the first: {imported.Losses[0]}");
        return imported.Catalogue;
    }
}
