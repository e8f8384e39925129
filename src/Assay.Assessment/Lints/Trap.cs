using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Lints;

/// <summary>A way in which people come to wrong verdicts, looked for in every dossier. What it finds is shown and changes no outcome.</summary>
/// <param name="id">Lower case with hyphens; stays the same for ever.</param>
/// <param name="looksFor">A sentence for the documentation.</param>
public abstract class Trap(string id, string looksFor)
{
    public string Id => id;
    public string LooksFor => looksFor;

    public abstract IEnumerable<Lint> Find(Judged judged);

    protected Lint Lint(string words, string? provision, params IReadOnlyList<Location> places) => new(id, words, places, provision);

    /// <summary>All traps of this program, ordered by id.</summary>
    public static readonly IReadOnlyList<Trap> All =
    [
        .. new Trap[]
        {
            new AllRelaxed(),
            new BackPorts(),
            new BuildFlag(),
            new CaptureShort(),
            new CaptureState(),
            new CircularNotApplicable(),
            new ConflictAsFailure(),
            new CopiedText(),
            new DateInThePast(),
            new EscapeClause(),
            new HiddenByNat(),
            new ImageNotDeployed(),
            new InheritanceIgnored(),
            new MaterialsDiffer(),
            new ModelsDiffer(),
            new OverExtrapolated(),
            new PlaceholderLeft(),
            new Silence(),
        }.OrderBy(t => t.Id, StringComparer.Ordinal),
    ];

    /// <summary>More of one kind than a person reads; the last one says how many were left out.</summary>
    private const int MostOfAKind = 50;

    /// <summary>Everything that was found, ordered by id and place.</summary>
    public static IReadOnlyList<Lint> Look(Examined examined, Catalogue catalogue, IReadOnlyList<ProvisionVerdict> verdicts)
    {
        var judged = new Judged(examined, catalogue, verdicts);
        var found = new List<Lint>();
        foreach (var trap in All)
        {
            var all = trap.Find(judged).Select(l => l with { Words = Shortened.Visible(l.Words) }).DistinctBy(l => (l.Words, l.Provision, l.Locations.Count > 0 ? l.Locations[0] : null))
                .OrderBy(l => l.Locations.Count > 0 ? l.Locations[0].Artefact : "", StringComparer.Ordinal).ThenBy(l => l.Locations.Count > 0 ? l.Locations[0].Line ?? (int)Math.Min(int.MaxValue, l.Locations[0].Frame ?? 0) : 0)
                .ThenBy(l => l.Provision, StringComparer.Ordinal).ThenBy(l => l.Words, StringComparer.Ordinal).ToList();
            found.AddRange(all.Take(MostOfAKind));
            if (all.Count > MostOfAKind) found.Add(new Lint(trap.Id, $"and {all.Count - MostOfAKind} more of this kind", [all[MostOfAKind].Locations.FirstOrDefault() ?? new Location { Artefact = "." }]));
        }
        return found;
    }
}

/// <summary>What traps read: the dossier, what this program answered, and what others judged in it.</summary>
public sealed record Judged(Examined Examined, Catalogue Catalogue, IReadOnlyList<ProvisionVerdict> Verdicts)
{
    private readonly Dictionary<string, ProvisionVerdict> byProvision = Verdicts.ToDictionary(v => v.Provision, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every verdict that stands in the dossier: the maker's on test groups and provisions, and a lab's on units and rows.</summary>
    public IReadOnlyList<Judgement> Judgements => field ??= [.. OfMaker(), .. OfClaims(), .. OfLab()];

    /// <summary>This program's own answer; a number of a later edition with a letter (<c>5.3-6A</c>) leads to the provision that it was part of.</summary>
    public ProvisionVerdict? On(string provision) => byProvision.GetValueOrDefault(provision) ?? (provision.Length > 1 && char.IsAsciiLetter(provision[^1]) ? byProvision.GetValueOrDefault(provision[..^1]) : null);

    public TestUnit? Unit(string id) => Catalogue.Unit(id) ?? Catalogue.Default.Unit(id);

    // Texts with verdicts of the maker, and the lines of those, in order.
    private Dictionary<string, (DossierFile File, List<int> Verdicts)> Papers => field ??= Examined.Declaration.SelfAssessments.GroupBy(s => s.Location.Artefact, s => s.Location.Line ?? 0, StringComparer.Ordinal)
        .Join(Examined.Files.Where(f => f.Lines.Count > 0), lines => lines.Key, file => file.Name, (lines, file) => (file, lines.Order().ToList()), StringComparer.Ordinal).ToDictionary(p => p.file.Name, StringComparer.Ordinal);

    /// <summary>The text of a paper around a verdict: from the verdict before it in the same file to a little behind its own line.</summary>
    private string Section(SelfAssessment own)
    {
        if (!Papers.TryGetValue(own.Location.Artefact, out var paper)) return own.Text ?? "";
        var (file, others) = paper;
        if (others.Count <= 1) return string.Join('\n', file.Lines);
        var line = own.Location.Line ?? 1;
        var at = others.BinarySearch(line);
        for (at = at < 0 ? ~at : at; at > 0 && others[at - 1] == line;) at--;
        var from = at > 0 ? others[at - 1] : 0;
        return string.Join('\n', file.Lines.Skip(from).Take(Math.Max(1, line - from)));
    }

    private IEnumerable<Judgement> OfMaker() => Examined.Declaration.SelfAssessments.Where(s => s.Verdict is "PASS" or "FAIL" or "N/A")
        .Select(s => new Judgement("the self-assessment", s.Provision, null, null, s.Verdict switch { "PASS" => true, "FAIL" => false, _ => null }, s.Text ?? "", Section(s), s.Location, IsTest: true));

    private IEnumerable<Judgement> OfClaims() => Examined.Declaration.Claims
        .Select(c => new Judgement("the conformance statement", c.Provision, null, null, c.Support switch { Support.Yes => true, Support.No => false, _ => null }, c.Justification ?? "", c.Justification ?? "", c.Location, IsTest: false));

    private IEnumerable<Judgement> OfLab() => Examined.LabRecords
        .Select(r => new Judgement($"the record of {Shortened.Visible(r.Record.Person)}", Unit(r.Unit)?.Provision ?? r.Unit, r.Unit, r.Row, r.Record.Passes, r.Record.Words, r.Record.Words, r.Record.Location, IsTest: true));
}

/// <summary>What somebody else judged, as it stands in the dossier.</summary>
/// <param name="Passes">True for pass or yes, false for fail or no, null for not applicable.</param>
/// <param name="Line">The line of the verdict, or its reason.</param>
/// <param name="Text">All that stands around it.</param>
/// <param name="IsTest">A test's verdict, as against a line of the conformance statement.</param>
public sealed record Judgement(string Who, string Provision, string? Unit, string? Row, bool? Passes, string Line, string Text, Location Place, bool IsTest)
{
    public string Said => Passes switch { true => IsTest ? "PASS" : "yes", false => IsTest ? "FAIL" : "no", _ => "N/A" };
    public string About => Unit ?? Provision;
}
