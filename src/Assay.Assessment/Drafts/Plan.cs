using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Drafts;

/// <summary>All open work between an assessment and a level, the most rewarding first: for a maker the shortest way, for a lab its list.</summary>
public sealed record Plan
{
    /// <summary>1 to 4 in our scheme.</summary>
    public required int Level { get; init; }
    public required string Profile { get; init; }
    public required bool IsMet { get; init; }
    /// <summary>No further evidence helps before something is mended: see <see cref="Mend"/>.</summary>
    public bool NeedsMending => Mend.Count > 0;
    /// <summary>What was refuted or denied, and must be otherwise in the device or its publication first.</summary>
    public required IReadOnlyList<PlanStep> Mend { get; init; }
    /// <summary>In the order to take them: a step after all that it rests on, then by units closed for its cost.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }
    /// <summary>Units that stand between the assessment and the level.</summary>
    public required int Open { get; init; }
    /// <summary>Why the level is out of reach in this edition whatever is handed over; null where it is not.</summary>
    public string? OutOfReach { get; init; }

    /// <summary>The lowest level that is not met; the highest where all are.</summary>
    public static int Next(AssessmentResult result) => result.Levels.FirstOrDefault(l => !l.Met)?.Level ?? result.Levels[^1].Level;

    /// <summary>Pure: the same result gives the same plan.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such level.</exception>
    public static Plan Of(AssessmentResult result, int level)
    {
        var scheme = Scheme.Level(level) ?? throw new ArgumentOutOfRangeException(nameof(level), level, $"expected a level from 1 to {Scheme.Levels.Count}");
        var answer = result.Levels.First(l => l.Level == level);
        var units = result.Verdicts.SelectMany(v => v.Units.Select(u => (Unit: u, v.Provision))).ToDictionary(u => (u.Provision, u.Unit.Unit), u => u.Unit);
        var work = new Work(result, scheme);
        foreach (var block in answer.Blocking) work.Add(block, block.Unit is { } id ? units.GetValueOrDefault((block.Provision, id)) : null);
        var (mend, steps) = work.Done();
        return new Plan
        {
            Level = level,
            Profile = scheme.Name,
            IsMet = answer.Met,
            Mend = mend,
            Steps = steps,
            Open = answer.Blocking.Select(b => b.Unit ?? b.Provision).Distinct(StringComparer.Ordinal).Count(),
            OutOfReach = answer.Met || answer.Blocking.Count > 0 ? null : $"{result.Editions.Standard} is not complete in this program and gives no level",
        };
    }

    // Steps under construction: one for each kind of evidence, state of the device or repair, whatever number of units it serves.
    private sealed class Work(AssessmentResult result, Level level)
    {
        private readonly Dictionary<string, Draft> drafts = new(StringComparer.Ordinal);

        private sealed class Draft(string kind, string? state)
        {
            public string Kind => kind;
            public string? State => state;
            public double Hours { get; set; }
            public int Cost { get; set; }
            public SortedSet<string> Units { get; } = new(StringComparer.Ordinal);
            public SortedSet<string> Provisions { get; } = new(Comparer<string>.Create(Ids));
            public List<string> Words { get; } = [];
            public SortedDictionary<string, SortedSet<string>> Lines { get; } = new(StringComparer.Ordinal);
        }

        private Draft Of(string key, string kind, string? state, int cost)
        {
            if (!drafts.TryGetValue(key, out var draft)) drafts[key] = draft = new Draft(kind, state);
            draft.Cost = Math.Max(draft.Cost, cost);
            return draft;
        }

        private static void Serve(Draft draft, Blocking block)
        {
            draft.Units.Add(block.Unit ?? block.Provision);
            draft.Provisions.Add(block.Provision);
        }

        public void Add(Blocking block, UnitVerdict? unit)
        {
            var means = block.Unit is { } id ? Catalogue.Default.Unit(id)?.Means ?? Means.Tool : Means.Paper;
            switch (block.Outcome)
            {
                case Outcome.Fail:
                    // What one thing refutes in many units is one repair.
                    var cause = Inherited.Replace(unit?.Reason ?? block.Reason, "");
                    var mend = Of("mend " + cause, "mend", null, 4);
                    Serve(mend, block);
                    if (mend.Words.Count == 0) mend.Words.Add(cause);
                    return;
                case Outcome.Disputed:
                    var dispute = unit?.Contradictions.FirstOrDefault();
                    var correct = Of($"correct {dispute?.About ?? block.Reason} {dispute?.One.Location} {dispute?.Other.Location}", "correct", null, 1);
                    Serve(correct, block);
                    if (correct.Words.Count == 0)
                    {
                        correct.Words.Add(dispute is null ? block.Settle ?? block.Reason
                            : $"{dispute.About}: \"{dispute.One.Says}\" ({dispute.One.Location}) against \"{dispute.Other.Says}\" ({dispute.Other.Location}); "
                                + (dispute.IsPaperAgainstPaper ? "correct the paper that is wrong, and sign it" : "correct and sign the paper, or change the device and hand over the evidence again"));
                    }
                    break;
                case Outcome.Inconclusive when unit is null:
                    var examine = Of($"examine {block.Provision}", "assess", null, 3);
                    Serve(examine, block);
                    examine.Words.Add(block.Settle ?? block.Reason);
                    return;
            }
            if (NeedsLab(unit, means))
            {
                Evidence(block, unit, "lab");
                return;
            }
            if (unit is { Outcome: Outcome.NotApplicable }) Sign(block, "to be signed (what is not there)");
            else if (unit is not { Outcome: Outcome.Pass }) Sign(block, unit?.Declared switch
            {
                "yes" => "to be signed",
                "n/a" => "to be answered by \"yes\", or by \"n/a\" with a reason, its condition shown by table rows",
                "no" => "to be met and answered by \"yes\"",
                _ => "to be answered",
            });
            if (means == Means.Tool && unit is not { Outcome: Outcome.NotApplicable } && level.LeastTool <= Grade.Supported) Evidence(block, unit, null);
        }

        // A tool's answer stands for a lab's, but only a check that decides gives one; what is open at this grade needs the person.
        private bool NeedsLab(UnitVerdict? unit, Means means) =>
            unit is not { Outcome: Outcome.NotApplicable } && (means == Means.Tool ? level.LeastTool : level.Least) <= Grade.Lab;

        private void Sign(Blocking block, string how)
        {
            var sign = Of("sign", "declare", null, 1);
            Serve(sign, block);
            if (!sign.Lines.TryGetValue(how, out var lines)) sign.Lines[how] = lines = new SortedSet<string>(Comparer<string>.Create(Ids));
            lines.Add(block.Provision);
        }

        // Evidence that a check needs and nobody handed over; where all of it was looked at and the unit is still open, a person's record.
        private void Evidence(Blocking block, UnitVerdict? unit, string? kind)
        {
            var data = Settling.Of(block.Unit!);
            if (kind is null)
            {
                var scopes = Register.All.Where(c => c.Polarity != Polarity.Refute && c.Units.Contains(block.Unit!)).Select(c => c.Needs).Distinct().ToList();
                var missing = scopes.Where(s => !result.Coverage.Any(c => c.Scope == s && c.Examined > 0)).Select(KindOf).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
                // What the data names comes first where it is among what is missing; then what is cheapest.
                kind = data is not null && missing.Contains(data.Kind) ? data.Kind : missing.OrderBy(Price).ThenBy(k => k, StringComparer.Ordinal).FirstOrDefault() ?? "lab";
            }
            // What a laboratory looks at once serves every unit that asks for it; what a person tries by hand is a visit for each clause.
            var fits = data is not null && (data.Kind == kind || kind == "lab");
            var state = fits ? data!.State : kind is "capture" or "scan" ? "initialised" : null;
            var visit = kind != "lab" ? "" : data is null or { Kind: "lab" } ? Clause(block.Provision) : data.Kind;
            var step = Of($"{kind} {(visit.Length > 0 && data is null or { Kind: "lab" } ? "" : state)} {visit}", kind, visit.Length > 0 && data is null or { Kind: "lab" } ? null : state, data is not null && data.Kind == kind ? data.Cost : Price(kind));
            Serve(step, block);
            var unitOf = Catalogue.Default.Unit(block.Unit!);
            var words = data is not null && data.Kind == kind ? data.Say(result.UpdatePeriod)
                : kind == "lab" && data is not null ? data.Say(result.UpdatePeriod)
                : kind == "lab" ? "a laboratory's signed record with its evidence"
                : kind == "table" && unitOf is { Tables.Count: > 0 and < 29 } ? $"{string.Join(", ", unitOf.Tables.Select(t => $"{t}-{Declarations.TableName.All[t - 1].Name}"))}, filled in"
                : Words(kind);
            step.Hours = Math.Max(step.Hours, fits ? data!.HoursFor(result.UpdatePeriod) : 1);
            if (!step.Words.Contains(words)) step.Words.Add(words);
        }

        private static string? KindOf(CoverageScope scope) => scope switch
        {
            CoverageScope.Image or CoverageScope.Files => "image",
            CoverageScope.Capture => "capture",
            CoverageScope.Scan => "scan",
            CoverageScope.Materials => "materials",
            CoverageScope.Application => "application",
            CoverageScope.Declaration => "table",
            CoverageScope.Document => "document",
            CoverageScope.Advisories => "advisories",
            _ => null,
        };

        private static int Price(string kind) => kind switch { "document" => 1, "table" or "materials" or "advisories" => 2, "image" or "capture" or "scan" or "application" => 3, "second unit" => 4, _ => 5 };

        private static string Words(string kind) => kind switch
        {
            "image" => "the firmware image as shipped",
            "capture" => "a capture of set-up and a day of use",
            "scan" => "a scan of all 65,535 TCP ports and the usual UDP ports on every network interface, before and after set-up",
            "materials" => "the bill of materials of the image (CycloneDX or SPDX)",
            "application" => "the archive of the companion app",
            "advisories" => "a store of advisories to compare the components with (assay advisories import; assay assess --store FILE)",
            "document" => "the published documents, saved with date and address",
            _ => "the detail tables, filled in",
        };

        public (IReadOnlyList<PlanStep> Mend, IReadOnlyList<PlanStep> Steps) Done()
        {
            var mend = drafts.Values.Where(d => d.Kind == "mend").OrderByDescending(d => d.Units.Count).ThenBy(d => d.Words[0], StringComparer.Ordinal).ToList();
            // Papers first get right, then signed; what checks and people see counts beside a signed claim.
            static int Rank(Draft d) => d.Kind switch { "correct" or "table" => 0, "declare" => 1, _ => 2 };
            var rest = drafts.Values.Where(d => d.Kind != "mend").OrderBy(Rank).ThenByDescending(d => (double)d.Units.Count / d.Cost).ThenBy(d => d.Kind, StringComparer.Ordinal)
                .ThenBy(d => d.Units.First(), StringComparer.Ordinal).ToList();
            var number = 0;
            var mending = mend.Select(d => Step(++number, d, [])).ToList();
            var steps = new List<PlanStep>();
            foreach (var draft in rest)
            {
                var after = Rank(draft) switch
                {
                    1 => steps.Where(s => s.Kind is "correct" or "table").Select(s => s.Number).ToList(),
                    2 when draft.Kind != "lab" => [.. steps.Where(s => s.Kind == "declare").Select(s => s.Number)],
                    _ => [],
                };
                steps.Add(Step(++number, draft, after));
            }
            return (mending, steps);
        }

        private PlanStep Step(int number, Draft draft, IReadOnlyList<int> after) => new()
        {
            Number = number,
            Kind = draft.Kind,
            State = draft.State,
            Hours = draft.Hours > 0 ? draft.Hours : null,
            What = draft.Kind switch
            {
                "declare" => "sign the conformance statement: " + string.Join("; ", draft.Lines.Select(l => $"{l.Key}: {string.Join(", ", l.Value)}")),
                "mend" or "correct" => draft.Words[0],
                "lab" => "a laboratory's signed record with its evidence: " + string.Join("; ", draft.Words),
                _ => string.Join("; ", draft.Words),
            },
            Parts = draft.Kind is "mend" or "correct" or "declare" ? [] : draft.Words,
            Units = [.. draft.Units],
            Provisions = [.. draft.Provisions],
            Cost = draft.Cost,
            After = after,
        };

        private static string Clause(string provision) => provision[..provision.IndexOf('-')];

        // 5.1-2 before 5.1-10.
        private static int Ids(string a, string b)
        {
            var order = Numbers(a).Zip(Numbers(b)).Select(p => p.First.CompareTo(p.Second)).FirstOrDefault(c => c != 0);
            return order != 0 ? order : string.CompareOrdinal(a, b);
        }

        private static IEnumerable<int> Numbers(string id) => Digits.Matches(id).Select(m => int.Parse(m.ValueSpan, CultureInfo.InvariantCulture));
    }

    private static Regex Digits => field ??= new(@"\d{1,4}");

    private static Regex Inherited => field ??= new(@"^(inherits [^:]{1,40}: )+");
}

/// <summary>One thing to do, for all the units that it serves.</summary>
public sealed record PlanStep
{
    /// <summary>From 1, repairs counted before the others.</summary>
    public required int Number { get; init; }
    /// <summary><c>mend</c>, <c>correct</c> (papers that contradict), <c>declare</c>, <c>table</c>, <c>document</c>, <c>capture</c>, <c>scan</c>, <c>image</c>, <c>materials</c>, <c>advisories</c>, <c>application</c>, <c>second unit</c>, <c>lab</c>, <c>assess</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>Of the device: <c>factoryDefault</c>, <c>initialised</c>; null where it does not matter.</summary>
    public string? State { get; init; }
    /// <summary>How long it takes or must cover at least; null where that says nothing.</summary>
    public double? Hours { get; init; }
    public required string What { get; init; }
    /// <summary>What one capture, scan or visit must hold; empty for repairs and signatures.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];
    /// <summary>Units that it closes, alone or with the steps that it comes after.</summary>
    public required IReadOnlyList<string> Units { get; init; }
    public required IReadOnlyList<string> Provisions { get; init; }
    /// <summary>1 (a signature, a copy of a page) to 5 (a person at the device).</summary>
    public required int Cost { get; init; }
    /// <summary>Numbers of the steps that it rests on.</summary>
    public IReadOnlyList<int> After { get; init; } = [];
}
