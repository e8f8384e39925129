using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Drafts;
using Assay.Assessment.Examining;
using Assay.Assessment.Repetition;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment;

/// <summary>Evaluates a dossier against a catalogue: examine, check, answer each unit, roll up. Writes nothing and decides no label.</summary>
public static class Evaluation
{
    /// <summary>Examines every file of the dossier and answers.</summary>
    public static AssessmentResult Of(Dossier dossier, Catalogue catalogue, ExaminationOptions options, EvidenceCache? cache = null) => Of(Examination.Of(dossier, options, cache), catalogue);

    /// <summary>Answers for what was examined already. Pure: same input, same answer.</summary>
    /// <param name="since">Only units whose inputs changed since then are answered again; the others are carried over, which gives the same bytes.</param>
    public static AssessmentResult Of(Examined examined, Catalogue catalogue, EarlierAssessment? since = null) => Of(examined, catalogue, Register.All, since);

    internal static AssessmentResult Of(Examined raw, Catalogue catalogue, IReadOnlyList<Check> checks, EarlierAssessment? since = null)
    {
        var examined = Ordered(raw, catalogue);
        var claims = catalogue.Provisions.ToDictionary(p => p.Id, p => examined.Declaration.ClaimsOn(p), StringComparer.Ordinal);
        var own = examined.OfDevice();
        var scope = Scope(own);
        var asked = new AskedRows(examined.Declaration);
        var grounds = catalogue.Provisions.SelectMany(p => Grounds(p, catalogue, own, claims[p.Id], asked)).ToDictionary(g => g.Unit.Id, StringComparer.Ordinal);
        var digests = new InputDigests(examined);
        var inputs = grounds.Values.ToDictionary(g => g.Unit.Id, g => g.Digest(digests, scope, checks, Units(catalogue)), StringComparer.Ordinal);
        var rerun = new Rerun(since is { } then && then.Editions.SequenceEqual([Standard(catalogue), Methods(catalogue)]) ? then : null, Units(catalogue), checks, digests, inputs);
        var runs = checks.Select(c => rerun.Carried(c) is { } carried ? (Run: carried, Answers: []) : Run(c, examined)).ToList();
        var byUnit = runs.SelectMany(r => r.Answers).ToLookup(a => a.Unit, StringComparer.Ordinal);
        var again = grounds.Values.Where(g => rerun.Units.Contains(g.Unit.Id)).ToDictionary(g => g.Unit.Id, g => Verdict.OfUnit(Facts(g, byUnit[g.Unit.Id], scope, asked)), StringComparer.Ordinal);
        var inheritance = new Inheritance(Units(catalogue), again.Values, examined.Declaration);
        var verdicts = catalogue.Provisions.Select(p => Verdict.OfProvision(p, [.. Expected(p, catalogue).Select(u => rerun.Carried(u.Id) ?? inheritance.Of(again[u.Id]))], Expected(p, catalogue),
            claimed: claims[p.Id].Any(c => c.Support == Support.Yes && c.SignedBy is not null))).ToList();
        var profile = Verdict.OfProfile(catalogue, verdicts);
        var levels = Scheme.Levels.Select(l => Verdict.OfLevel(l, catalogue, verdicts)).Select(l =>
            new LevelResult(l.Level, l.Name, l.IsMet, [.. l.Blocks.Select(b => new Blocking(b.Unit, b.Provision, b.Outcome, b.Reason, b.Settle))])).ToList();
        return new AssessmentResult
        {
            Device = examined.Device,
            AsOf = examined.AsOf,
            Editions = new Editions(Standard(catalogue), Methods(catalogue), catalogue.Provisional is not null),
            Evidence = [.. examined.Files.Select(f => new EvidenceItem(f.Name, EvidenceJson.Name(f.Kind), f.Artefact.Sha256, f.Artefact.Size))],
            Coverage = examined.Coverage,
            Findings = examined.Findings,
            Components = examined.Components,
            Executables = examined.Executables,
            Verdicts = verdicts,
            Provisions = catalogue.Provisions.ToDictionary(p => p.Id, p => new ProvisionFacts(p.Title, p.IsMandatory, p.Condition is not null, claims[p.Id].Count > 0 ? claims[p.Id][0].Support : null), StringComparer.Ordinal),
            Grades = profile.Counts,
            Overall = profile.Outcome,
            Levels = levels,
            Lints = Lints.Trap.Look(examined, catalogue, verdicts),
            Contradictions = [.. verdicts.SelectMany(v => v.Units).SelectMany(u => u.Contradictions).Distinct()],
            Unread = examined.Declaration.Unread,
            UpdatePeriod = UpdatePeriod.Of(examined.Declaration),
            LabRecords = examined.LabRecords,
            Claims = examined.Declaration.Claims,
            Tables = [.. examined.Declaration.Tables.Select(t => new TableFacts(t.Number, t.Name, t.Rows.Count, t.Location, t.SignedBy))],
            Checks = [.. runs.Select(r => r.Run)],
            Inputs = new SortedDictionary<string, string>(runs.SelectMany(r => r.Run.Reads).Distinct(StringComparer.Ordinal).Select(p => (Name: p, Digest: digests.Of(p)))
                .Concat(inputs.Select(i => (Name: "unit:" + i.Key, Digest: i.Value))).ToDictionary(i => i.Name, i => i.Digest, StringComparer.Ordinal), StringComparer.Ordinal),
            Again = rerun.Units,
            NotChecked = NotChecked(examined, catalogue, claims),
            Advice = examined.Advice,
            NextStep = NextStep(examined, levels, verdicts),
        };
    }

    private static (CheckRun Run, IReadOnlyList<Answer> Answers) Run(Check check, Examined examined)
    {
        var reads = new Reads();
        var answers = Weighing.Of(check, examined with { Reads = reads });
        return (new CheckRun(check.Id, check.Version, EvidenceJson.Name(check.Polarity), check.LooksFor, check.Units, answers.Count(a => a.Says != Says.Open), reads.Parts), answers);
    }

    private static string Standard(Catalogue catalogue) => $"{catalogue.Name} {catalogue.Edition}";

    private static string Methods(Catalogue catalogue) => Units(catalogue) == catalogue ? Methodology : $"{Methodology}, where a provision is unchanged";

    private const string Methodology = "TS 103 701 V1.1.1";

    private static Examined Ordered(Examined examined, Catalogue catalogue) => examined with
    {
        Provisions = [.. catalogue.Provisions.Select(p => p.Id)],
        Files = [.. examined.Files.OrderBy(f => f.Name, StringComparer.Ordinal)],
        Findings = [.. examined.Findings.DistinctBy(f => f.Id).Order(Comparer<Finding>.Create(Finding.Compare))],
        Coverage = [.. examined.Coverage.OrderBy(c => c.Artefact, StringComparer.Ordinal).ThenBy(c => c.Scope).ThenBy(c => c.Unit, StringComparer.Ordinal)],
        Components = [.. examined.Components.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Version, StringComparer.Ordinal).ThenBy(c => c.Evidence.FirstOrDefault()?.Location.ToString(), StringComparer.Ordinal)],
        Materials = [.. examined.Materials.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Version, StringComparer.Ordinal).ThenBy(c => c.Evidence.FirstOrDefault()?.Location.ToString(), StringComparer.Ordinal)],
        LabRecords = [.. examined.LabRecords.OrderBy(l => l.Record.Location.Artefact, StringComparer.Ordinal).ThenBy(l => l.Record.Location.Line).ThenBy(l => l.Unit, StringComparer.Ordinal)],
        Declaration = examined.Declaration with
        {
            Claims = [.. examined.Declaration.Claims.OrderBy(c => c.Location.Artefact, StringComparer.Ordinal).ThenBy(c => c.Location.Line)],
            Tables = [.. examined.Declaration.Tables.OrderBy(t => t.Number).ThenBy(t => t.Location.Artefact, StringComparer.Ordinal).ThenBy(t => t.Location.Line)],
            SelfAssessments = [.. examined.Declaration.SelfAssessments.OrderBy(s => s.Location.Artefact, StringComparer.Ordinal).ThenBy(s => s.Location.Line)],
            Unread = [.. examined.Declaration.Unread.OrderBy(u => u.Location.Artefact, StringComparer.Ordinal).ThenBy(u => u.Location.Line)],
        },
    };

    // What a unit's answer rests on besides what checks say of it.
    private sealed record Ground(TestUnit Unit, Provision Provision, ConditionFacts Condition, ConditionFacts Feature, IReadOnlyList<Claim> Claims, LabWord Lab, IReadOnlyList<LabEntry> Records, UpdatePeriod? Period)
    {
        public string Digest(InputDigests digests, IReadOnlyDictionary<CoverageScope, string> scope, IReadOnlyList<Check> checks, Catalogue units) => InputDigests.Digest(
        [
            .. Claims.Select(c => $"claim {c}"),
            .. Of(Condition), .. Of(Feature),
            .. Records.Select(r => $"record {r} {string.Join(' ', r.Record.Evidence)}"),
            .. Settling.Of(Unit.Id) is { NeedsPeriod: true } ? [$"period {Period}"] : Array.Empty<string>(),
            .. checks.Where(c => c.Units.Contains(Unit.Id)).Select(c => $"{c.Needs} {scope.GetValueOrDefault(c.Needs)}"),
            .. units.SourcesOf(Unit).Append(Unit).SelectMany(u => new[] { u.EachRow, u.Restricts }).OfType<int>().Distinct().Select(t => $"table {t} {digests.Of(FormattableString.Invariant($"table:{t}"))}"),
        ]);

        private static IEnumerable<string> Of(ConditionFacts facts) => facts.From.Concat(facts.Against).Select(s => s.ToString()).Prepend($"{facts.Truth} {facts.Grade} {facts.From.Count}");
    }

    private static IEnumerable<Ground> Grounds(Provision provision, Catalogue catalogue, Examined examined, IReadOnlyList<Claim> claims, AskedRows asked)
    {
        var condition = ProductFacts.Condition(catalogue, provision, examined);
        var period = UpdatePeriod.Of(examined.Declaration);
        foreach (var unit in Expected(provision, catalogue))
        {
            var records = examined.LabRecords.Where(r => r.Unit == unit.Id).ToList();
            yield return new Ground(unit, provision, condition, ProductFacts.Feature(unit, examined), claims, LabWord.Of(unit, provision, asked.OfWhole(unit, records), examined), records, period);
        }
    }

    // An edition without units of its own borrows them where a provision is unchanged, and nowhere else.
    private static IReadOnlyList<TestUnit> Expected(Provision provision, Catalogue catalogue)
    {
        var units = Units(catalogue);
        var tested = units == catalogue ? provision.Id : provision.EarlierIsEqual ? provision.Earlier : null;
        return tested is null ? [] : units.UnitsOf(tested);
    }

    private static Catalogue Units(Catalogue catalogue) => catalogue.Units.Count > 0 ? catalogue : Catalogue.Default;

    private static UnitFacts Facts(Ground ground, IEnumerable<Answer> answers, IReadOnlyDictionary<CoverageScope, string> scope, AskedRows asked)
    {
        var (unit, provision, condition, feature, claims, lab, records, period) = ground;
        var all = answers.ToList();
        UnitFacts Of(IReadOnlyList<Answer> said, bool ofRow) => new()
        {
            Unit = unit,
            Provision = provision,
            UpdatePeriod = period,
            Condition = lab.Condition(provision, condition),
            Feature = lab.Feature(provision, unit, feature),
            Claims = claims,
            Refutations = [.. said.Where(a => a.Says == Says.Refutes).SelectMany(a => a.Locations.Select((place, i) => new Refutation(a.Check, i < a.Findings.Count ? a.Findings[i].Id : "", a.Reason, place)))],
            Decisions = [.. said.Where(a => a.Says == Says.Holds && (ofRow || a.Row is null)).Select(a => new Decision(a.Check, a.Reason, Looked(a), [.. a.Findings.Select(f => f.Id)], a.Locations.Count > 0 ? a.Locations[0] : null))],
            Supports = [.. said.Where(a => a.Says == Says.Supports && !a.IsSilence && (ofRow || a.Row is null)).Select(a => new Supporting(a.Check, a.Findings.Count > 0 ? a.Findings[0].Id : "", a.Reason, a.Locations.Count > 0 ? a.Locations[0] : null))],
            Absences = [.. said.Where(a => a.IsSilence && a.Says == Says.Supports).Select(a => new Absence(a.Check, Looked(a)))],
            Contradictions = [.. said.Select(a => a.Contradiction).OfType<Contradiction>(), .. ofRow ? [] : lab.Contradictions],
            // What a check saw and could not judge says best what is missing; a check that saw nothing comes after it.
            Settle = said.Where(a => a.Says == Says.Contradicts).Concat(said.Where(a => a.Says == Says.Open && a.Findings.Count > 0)).Concat(said.Where(a => a.Says == Says.Open)).Select(a => a.Settle).FirstOrDefault(s => s is not null),
        };
        return Of(all, ofRow: false) with
        {
            Lab = lab.Record,
            Rows = asked.Facts(unit, all, records, answer => Of([answer], ofRow: true)),
        };

        string Looked(Answer answer) => scope.GetValueOrDefault(Register.All.FirstOrDefault(c => c.Id == answer.Check)?.Needs ?? CoverageScope.Document, "the documents handed over");
    }

    /// <summary>What was looked at, in words for a verdict.</summary>
    private static Dictionary<CoverageScope, string> Scope(Examined examined) => examined.Coverage.GroupBy(c => c.Scope).ToDictionary(g => g.Key, g =>
        string.Join(", ", g.GroupBy(c => c.Unit).Select(u => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{u.Sum(c => c.Examined)} of {u.Sum(c => c.Total)} {u.Key} of {u.Count()} file{(u.Count() == 1 ? "" : "s")}"))));

    private static List<string> NotChecked(Examined examined, Catalogue catalogue, IReadOnlyDictionary<string, IReadOnlyList<Claim>> claims)
    {
        var not = new List<string>();
        if (!examined.Looked(CoverageScope.Files)) not.Add("The software inside the device: no firmware image was handed over, or none could be read.");
        if (!examined.Looked(CoverageScope.Capture)) not.Add("The device's traffic: no capture was handed over, or none could be read.");
        if (!examined.Looked(CoverageScope.Declaration)) not.Add("The maker's claims: no declaration was handed over.");
        not.AddRange(ScannedPorts.NotScanned(examined));
        not.Add(examined.Advisories is { } asked
            ? $"Vulnerabilities that no advisory of the store names (snapshot {asked.Snapshot[..16]}, {asked.Coverage.Examined} of {asked.Coverage.Total} components compared): that none is listed does not mean that there is none."
            : "Known vulnerabilities of the components: they were not compared with any advisory.");
        var handsOn = Units(catalogue).Units.Count(u => u.Means == Means.HandsOn);
        not.Add($"What needs a person at the device: {handsOn} test units, which rest on claims or on a lab's record.");
        var partial = examined.Coverage.Count(c => !c.IsWhole && c.Scope is not (CoverageScope.Document or CoverageScope.Advisories));
        if (partial > 0) not.Add($"Parts of {partial} file(s) that could not be read; the coverage names each.");
        var unread = examined.Files.Count(f => f.Kind == FileKind.Unread);
        if (unread > 0) not.Add($"{unread} file(s) of a kind that is not read: kept and hashed only.");
        if (examined.Declaration.Unread.Count > 0) not.Add($"{examined.Declaration.Unread.Count} part(s) of the declaration that fit no layout; each is listed.");
        var placed = claims.Values.SelectMany(c => c).Select(c => c.Provision).ToHashSet(StringComparer.Ordinal);
        var unknown = examined.Declaration.Claims.Select(c => c.Provision).Concat(examined.Declaration.SelfAssessments.Where(s => s.AsClaim() is not null).Select(s => s.Provision))
            .Where(p => !placed.Contains(p)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0) not.Add($"Claims on provisions that this edition does not have, or has otherwise: {Shortened.Visible(string.Join(", ", unknown))}.");
        if (catalogue.Provisional is { } provisional) not.Add($"The edition is provisional here: {provisional}.");
        return not;
    }

    private static string NextStep(Examined examined, IReadOnlyList<LevelResult> levels, IReadOnlyList<ProvisionVerdict> verdicts)
    {
        if (examined.Files.Count == 0 && examined.Coverage.Count == 0) return "Put evidence into the dossier: a firmware image, a capture, the declaration (assay assess --init FOLDER writes a draft).";
        if (levels.FirstOrDefault(l => !l.Met) is not { } next) return "Every level is met: a person may decide on this statement (assay label decide).";
        // What a check saw comes before what a paper says: it is the better place to begin mending.
        var seen = verdicts.SelectMany(v => v.Units).Where(u => u is { Outcome: Outcome.Fail, Grade: Grade.Tool }).Select(u => u.Unit).ToHashSet(StringComparer.Ordinal);
        var block = next.Blocking.FirstOrDefault(b => b.Unit is not null && seen.Contains(b.Unit)) ?? next.Blocking.FirstOrDefault(b => b.Outcome == Outcome.Fail) ?? next.Blocking.FirstOrDefault();
        if (block is null) return $"Level {next.Level} cannot be met in this edition.";
        var met = levels.LastOrDefault(l => l.Met && l.Level < next.Level);
        var before = met is null ? "" : $"Level {met.Level} is met: a person may decide on it (assay label decide). ";
        return block.Outcome == Outcome.Fail
            ? $"{before}For level {next.Level}, mend {block.Provision} first: {block.Reason}"
            : $"{before}For level {next.Level}, hand over for {block.Provision}: {block.Settle ?? block.Reason}";
    }
}
