using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Tests.Checks;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>
/// The dossier of a maker who tells the truth: files as they lie in a folder. It starts from the repaired example (image, captures, papers of version 1.1);
/// variants tell the same in other words, as other makers would.
/// </summary>
internal sealed record HonestDossier
{
    private static readonly string Example = Path.Combine(Checkout.Root, "examples", "doorbell-1.1");
    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> Files = new(() => Directory.EnumerateFiles(Example, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".p7s", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetRelativePath(Example, f), File.ReadAllBytes));

    /// <summary>By name inside the dossier.</summary>
    public required IReadOnlyDictionary<string, byte[]> Parts { get; init; }

    public const string Sheet = "device.yaml", Ics = "declaration/ics.yaml", Ixit = "declaration/ixit.yaml", Image = "firmware/doorbell-1.1.bin", Setup = "captures/setup.pcap", Idle = "captures/idle.pcap";

    /// <param name="variant">0: the example's own words; every other number tells it differently.</param>
    public static HonestDossier Of(int variant)
    {
        var honest = new HonestDossier { Parts = Files.Value };
        if (variant == 0) return honest;
        var words = new Wheel(variant);
        foreach (var (name, from, others) in Phrases.All) honest = honest.Told(name, from, words.One([from, .. others]));
        return honest;
    }

    public string Text(string name) => Encoding.UTF8.GetString(Parts[name]);

    /// <summary>One text of a file told otherwise; the text must be there, so that no variant is one in name only.</summary>
    public HonestDossier Told(string name, string from, string to)
    {
        var text = Text(name);
        Assert.True(text.Contains(from, StringComparison.Ordinal), $"{name} does not say \"{from}\"");
        return With(name, text.Replace(from, to, StringComparison.Ordinal));
    }

    public HonestDossier With(string name, string text) => With(name, Encoding.UTF8.GetBytes(text));

    public HonestDossier With(string name, byte[] bytes) => this with { Parts = new Dictionary<string, byte[]>(Parts) { [name] = bytes } };

    public HonestDossier Without(string name) => this with { Parts = Parts.Where(p => p.Key != name).ToDictionary() };

    /// <param name="signed">All papers signed by the maker.</param>
    public AssessmentResult Assessed(bool signed = true)
    {
        using var dossier = Dossier.Of([.. Parts.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => Artefact.Of(p.Key, p.Value))]);
        var examined = Examination.Of(dossier, new ExaminationOptions { AsOf = Plant.AsOf, Workers = 1 }, Cache.Value);
        var declaration = examined.Declaration;
        // What is not read cannot be wrong, and would make every dossier honest.
        Assert.Empty(declaration.Coverage.SelectMany(c => c.Losses));
        Assert.Empty(declaration.Unread);
        return Evaluation.Of(!signed ? examined : examined with
        {
            Declaration = declaration with
            {
                Claims = [.. declaration.Claims.Select(c => c with { SignedBy = Plant.Maker })],
                Tables = [.. declaration.Tables.Select(t => t with { SignedBy = Plant.Maker })],
                Facts = [.. declaration.Facts.Select(f => f with { SignedBy = Plant.Maker })],
            },
        }, Catalogue.Default);
    }

    // Most faults leave the image or the captures as they are.
    private static readonly Lazy<EvidenceCache> Cache = new(() => new EvidenceCache(Path.Combine(AppContext.BaseDirectory, "evidence")));
}

/// <summary>Choices that repeat: the same seed, the same turn.</summary>
internal sealed class Wheel(int seed)
{
    private uint state = (uint)seed * 2654435761u | 1;

    public T One<T>(IReadOnlyList<T> of)
    {
        state = (state * 1664525) + 1013904223;
        return of[(int)((state >> 8) % (uint)of.Count)];
    }
}
