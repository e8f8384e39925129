using Assay.Assessment.Catalogues;
using Assay.Assessment.Catalogues.Trees;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment;

/// <summary>
/// Answers other catalogues out of one assessment. A row is decided where every equal and reviewed relation of it leads to an answered row, all of them together, or
/// where a decision tree of its own catalogue answers it; a row with parts is decided where all its parts are. Everything else is proposed to a person, with the
/// relations that it came from; a row without relations stays open (semantics.md section 1).
/// </summary>
/// <remarks>Relations are indexed once for a pair of catalogues; answering another assessment costs one look-up for each row.</remarks>
public sealed class Carrying
{
    private readonly Catalogue assessed;
    private readonly IReadOnlyList<Target> targets;

    /// <param name="assessed">The edition that assessments are made against.</param>
    /// <param name="others">The catalogues to answer; the assessed one among them is left out.</param>
    public Carrying(Catalogue assessed, IReadOnlyList<Catalogue> others) : this(assessed, others, Crosswalk.All)
    {
    }

    internal Carrying(Catalogue assessed, IReadOnlyList<Catalogue> others, IReadOnlyList<Relation> relations)
    {
        this.assessed = assessed;
        var index = new Index(relations);
        targets = [.. others.Where(o => o.Id != assessed.Id).DistinctBy(o => o.Id).Select(o => new Target(o, index))];
    }

    /// <summary>The assessment with the other catalogues and the decision trees answered beside it; nothing else of it changes.</summary>
    /// <param name="examined">What <paramref name="result"/> was made from.</param>
    public AssessmentResult Onto(AssessmentResult result, Examined examined)
    {
        var recorded = examined.Declaration.Trees.Count > 0;
        var trees = recorded || targets.Any(t => t.Trees.Count > 0) ? TreeVerdicts.Of(examined, result.Verdicts) : [];
        return result with { Others = Of(result.Verdicts, trees), Trees = recorded ? trees : [] };
    }

    /// <summary>One result for each catalogue, in their order. Pure: same answers, same result.</summary>
    /// <param name="trees">From <see cref="TreeVerdicts.Of"/>; empty where nobody asks for EN 18031.</param>
    public IReadOnlyList<CatalogueResult> Of(IReadOnlyList<ProvisionVerdict> verdicts, IReadOnlyList<TreeVerdict> trees)
    {
        var source = new Source(assessed, verdicts.ToDictionary(v => v.Provision, StringComparer.OrdinalIgnoreCase), trees);
        return [.. targets.Select(t => new Answering(t, source).Result())];
    }

    /// <summary>Fail, then disputed, then inconclusive, then pass; not applicable is neutral, and so is a recommendation that nobody claims.</summary>
    internal static Outcome RollUp(IReadOnlyCollection<Outcome> outcomes)
    {
        foreach (var outcome in new[] { Outcome.Fail, Outcome.Disputed, Outcome.Inconclusive, Outcome.Pass, Outcome.NotApplicable, Outcome.NotClaimed })
        {
            if (outcomes.Contains(outcome)) return outcome;
        }
        return Outcome.Inconclusive;
    }

    /// <summary>All relations by the row that they start from, in both directions.</summary>
    private sealed class Index
    {
        private readonly Dictionary<(string Catalogue, string Row), List<Relation>> rows = new(RowComparer.Instance);

        public Index(IReadOnlyList<Relation> relations)
        {
            foreach (var relation in relations)
            {
                Add(relation);
                if (relation.FromCatalogue != relation.ToCatalogue) Add(relation.Turned());
            }
        }

        public IReadOnlyList<Relation> Of(string catalogue, string row) => rows.TryGetValue((catalogue, row), out var found) ? found : [];

        private void Add(Relation relation)
        {
            var key = (relation.FromCatalogue, relation.FromId);
            if (!rows.TryGetValue(key, out var list)) rows[key] = list = [];
            list.Add(relation);
        }
    }

    private sealed class RowComparer : IEqualityComparer<(string Catalogue, string Row)>
    {
        public static readonly RowComparer Instance = new();
        public bool Equals((string Catalogue, string Row) x, (string Catalogue, string Row) y) =>
            x.Catalogue == y.Catalogue && string.Equals(x.Row, y.Row, StringComparison.OrdinalIgnoreCase);
        public int GetHashCode((string Catalogue, string Row) key) => HashCode.Combine(StringComparer.Ordinal.GetHashCode(key.Catalogue), StringComparer.OrdinalIgnoreCase.GetHashCode(key.Row));
    }

    private sealed class Target(Catalogue catalogue, Index index)
    {
        // The source that an imported document gets.
        private const string CameIn = "import";

        public Catalogue Catalogue => catalogue;
        public Index Index => index;
        public IReadOnlyList<DecisionTree> Trees { get; } = DecisionTree.Of(catalogue.Id);
        // A document may call itself what it likes: our relations speak of our rows, so a row that came in decides nothing unless it reads as ours does.
        private readonly Catalogue? ours = Catalogue.All.FirstOrDefault(c => c.Id == catalogue.Id);

        public bool IsOurs(Provision row) => ReferenceEquals(ours, catalogue) || (ours is null ? catalogue.Source.Key != CameIn : ours.Provision(row.Id)?.Title == row.Title);

        public ILookup<string, Provision> Parts { get; } = catalogue.Provisions.Where(p => p.Parent is not null).ToLookup(p => p.Parent!, StringComparer.OrdinalIgnoreCase);
    }

    private sealed record Source(Catalogue Assessed, IReadOnlyDictionary<string, ProvisionVerdict> Verdicts, IReadOnlyList<TreeVerdict> Trees)
    {
        private readonly Dictionary<string, TreeVerdict> byRequirement = Trees.ToDictionary(t => t.Tree.Requirement, StringComparer.OrdinalIgnoreCase);

        public TreeVerdict? Tree(DecisionTree tree) => byRequirement.GetValueOrDefault(tree.Requirement);
    }

    /// <summary>One catalogue answered for one assessment.</summary>
    private sealed class Answering(Target target, Source source)
    {
        // Parts inside parts of a document that came in: beyond this nobody rolls up.
        private const int Deepest = 32;

        private readonly Dictionary<string, CarriedVerdict> answered = new(StringComparer.OrdinalIgnoreCase);
        // Rows whose parts are being answered: a document may make a row a part of its own part.
        private readonly HashSet<string> open = new(StringComparer.OrdinalIgnoreCase);

        public CatalogueResult Result()
        {
            var items = target.Catalogue.Provisions.Select(Of).ToList();
            return new CatalogueResult(target.Catalogue.Id, $"{target.Catalogue.Name} {target.Catalogue.Edition}".Trim(), EvidenceJson.Name(target.Catalogue.Extent), items)
            {
                Provisional = target.Catalogue.Provisional,
                Overall = Overall(items),
            };
        }

        // Only a complete catalogue has an answer as a whole, and only where each of its mandatory rows is decided.
        private Outcome? Overall(List<CarriedVerdict> items)
        {
            if (!target.Catalogue.GivesOverallVerdict) return null;
            var mandatory = target.Catalogue.Provisions.Zip(items).Where(p => p.First.IsMandatory).Select(p => p.Second.Outcome ?? Outcome.Inconclusive).ToList();
            return mandatory.Count == 0 ? null : RollUp(mandatory);
        }

        private CarriedVerdict Of(Provision row)
        {
            if (answered.TryGetValue(row.Id, out var known)) return known;
            var answer = Decided(row);
            if (answer is null)
            {
                open.Add(row.Id);
                List<CarriedVerdict> parts = open.Count > Deepest ? [] : [.. target.Parts[row.Id].Where(p => !open.Contains(p.Id)).Select(Of)];
                open.Remove(row.Id);
                answer = Whole(row, parts) ?? Proposed(row, parts);
            }
            answered.TryAdd(row.Id, answer);
            return answer;
        }

        private CarriedVerdict? Decided(Provision row)
        {
            if (!target.IsOurs(row)) return null;
            var equal = target.Index.Of(target.Catalogue.Id, row.Id).Where(r => r.ToCatalogue == source.Assessed.Id && r.CarriesVerdicts).ToList();
            var carried = equal.Select(r => (Relation: r, Verdict: source.Verdicts.GetValueOrDefault(r.ToId))).ToList();
            var chains = equal.Count > 0 ? [] : Chains(row);
            var tree = target.Trees.FirstOrDefault(t => t.Is(row.Id)) is { } own ? source.Tree(own) : null;
            var isTree = tree is { Records.Count: > 0 } and not { IsAssumed: true };
            if ((equal.Count == 0 || carried.Any(c => c.Verdict is null)) && chains.Count == 0 && !isTree) return null;

            var from = new List<CarriedFrom>();
            var parts = new List<(Outcome Outcome, string Words, string? Settle)>();
            foreach (var (relation, verdict) in carried.Where(c => c.Verdict is not null))
            {
                from.Add(new CarriedFrom(relation.ToId, Word(relation.Kind), true, verdict!.Outcome, relation.Source));
                parts.Add((Here(verdict.Outcome, row), $"{verdict.Provision}: {Reason(verdict.Outcome, verdict.Reason, row)}", Settle(verdict, row)));
            }
            foreach (var (relation, verdict) in chains)
            {
                from.Add(new CarriedFrom(verdict.Provision, Word(relation.Kind), true, verdict.Outcome, relation.Source));
                parts.Add((Here(verdict.Outcome, row), $"{verdict.Provision}: {Reason(verdict.Outcome, verdict.Reason, row)}", Settle(verdict, row)));
            }
            if (isTree)
            {
                from.Add(FromTree(tree!));
                parts.Add((tree!.Outcome, $"decision tree {tree.Tree.Requirement}: {tree.Reason}", tree.Settle));
            }
            var outcome = RollUp([.. parts.Select(p => p.Outcome)]);
            var says = parts.Where(p => p.Outcome == outcome).ToList();
            return new CarriedVerdict(row.Id, row.Title, outcome, null, string.Join("; ", says.Select(p => p.Words)), from)
            {
                Settle = outcome is Outcome.Pass or Outcome.NotApplicable ? null : string.Join("; ", says.Select(p => p.Settle).OfType<string>().Distinct(StringComparer.Ordinal)) is { Length: > 0 } settle ? settle : null,
            };
        }

        // Equal and reviewed twice is equal and reviewed: only through an edition of EN 303 645 itself, and only where every relation of the row goes that way.
        private List<(Relation Relation, ProvisionVerdict Verdict)> Chains(Provision row)
        {
            foreach (var edition in Catalogue.Editions)
            {
                if (edition.Id == source.Assessed.Id || edition.Id == target.Catalogue.Id) continue;
                var first = target.Index.Of(target.Catalogue.Id, row.Id).Where(r => r.ToCatalogue == edition.Id && r.CarriesVerdicts).ToList();
                if (first.Count == 0) continue;
                var through = new List<(Relation, ProvisionVerdict)>();
                foreach (var relation in first)
                {
                    var second = target.Index.Of(edition.Id, relation.ToId).Where(r => r.ToCatalogue == source.Assessed.Id && r.CarriesVerdicts).ToList();
                    var verdicts = second.Select(r => source.Verdicts.GetValueOrDefault(r.ToId)).ToList();
                    if (second.Count == 0 || verdicts.Any(v => v is null)) return [];
                    through.AddRange(verdicts.Select(v => (relation, v!)));
                }
                return through;
            }
            return [];
        }

        // A row with parts and without an answer of its own: all its parts together.
        private static CarriedVerdict? Whole(Provision row, List<CarriedVerdict> parts)
        {
            if (parts.Count == 0 || parts.Any(p => p.Outcome is null)) return null;
            var outcome = RollUp([.. parts.Select(p => p.Outcome!.Value)]);
            var says = parts.Where(p => p.Outcome == outcome).ToList();
            return new CarriedVerdict(row.Id, row.Title, outcome, null, $"all its parts are answered: {string.Join("; ", says.Select(p => $"{p.Id}: {p.Reason}"))}", [.. parts.SelectMany(p => p.From).Distinct()])
            {
                Settle = says.Select(p => p.Settle).FirstOrDefault(s => s is not null),
            };
        }

        private CarriedVerdict Proposed(Provision row, List<CarriedVerdict> parts)
        {
            var from = new List<CarriedFrom>();
            var settle = new List<string>();
            foreach (var relation in target.Index.Of(target.Catalogue.Id, row.Id).Where(r => r.ToCatalogue == source.Assessed.Id))
            {
                if (source.Verdicts.GetValueOrDefault(relation.ToId) is not { } verdict) continue;
                from.Add(new CarriedFrom(relation.ToId, Word(relation.Kind), relation.Review is not null, verdict.Outcome, relation.Source));
                if (verdict.Settle is { } needs) settle.Add($"{relation.ToId}: {needs}");
            }
            if (from.Count == 0) from.AddRange(Further(row));
            var tree = target.Trees.FirstOrDefault(t => t.Is(row.Id)) is { } own ? source.Tree(own) : null;
            if (tree is { Records.Count: > 0 }) from.Add(FromTree(tree));
            var some = parts.Where(p => (p.Outcome ?? p.Proposed) is not null).ToList();
            from = [.. from.Concat(some.SelectMany(p => p.From)).Distinct()];

            var proposals = from.Select(f => f.Outcome).Concat(some.Select(p => p.Outcome ?? p.Proposed!.Value)).ToList();
            var missing = tree is { Records.Count: 0 } ? tree.Settle : null;
            if (proposals.Count == 0)
            {
                return new CarriedVerdict(row.Id, row.Title, null, null, "open: no relation to anything that was assessed is known", []) { Settle = missing ?? "evidence for this row itself, and a person's judgement" };
            }
            return new CarriedVerdict(row.Id, row.Title, null, RollUp(proposals), Why(from, tree), from)
            {
                Settle = missing ?? (settle.Count > 0 ? $"first {settle[0]}; then a person's judgement" : "a person's judgement on what the related rows do not ask"),
            };
        }

        // Two steps: a row of another catalogue that is related to this one, and what it is related to. Proposes, never decides.
        private IEnumerable<CarriedFrom> Further(Provision row)
        {
            var met = new HashSet<(string, string)>();
            foreach (var first in target.Index.Of(target.Catalogue.Id, row.Id).Where(r => r.ToCatalogue != source.Assessed.Id))
            {
                if (!met.Add((first.ToCatalogue, first.ToId))) continue;
                var outcomes = target.Index.Of(first.ToCatalogue, first.ToId).Where(r => r.ToCatalogue == source.Assessed.Id)
                    .Select(r => source.Verdicts.GetValueOrDefault(r.ToId)?.Outcome).OfType<Outcome>().ToList();
                if (outcomes.Count > 0) yield return new CarriedFrom($"{first.ToCatalogue} {first.ToId}", Word(first.Kind), false, RollUp(outcomes), first.Source);
            }
        }

        private static string Why(List<CarriedFrom> from, TreeVerdict? tree)
        {
            if (tree is { IsAssumed: true }) return "proposed only: it rests on ends of the decision tree that were not read";
            var kinds = from.Select(f => f.Relation).Distinct(StringComparer.Ordinal).ToList();
            return from.All(f => f.Relation == "equal") ? "proposed only: the relation is equal, but nobody reviewed it"
                : kinds.Contains("intersects") ? "proposed only: it shares something with what was assessed, and asks for other things too"
                : kinds.Contains("superset") ? "proposed only: it asks for more than what was assessed"
                : "proposed only: it asks for a part of what was assessed";
        }

        private static CarriedFrom FromTree(TreeVerdict tree) => new(tree.Tree.Requirement, "tree", !tree.IsAssumed, tree.Outcome, string.Join(' ', tree.Tree.Sources));

        // What is no failure of a recommendation is not yet met where the other catalogue demands it.
        private static Outcome Here(Outcome outcome, Provision row) => outcome == Outcome.NotClaimed && row.IsMandatory ? Outcome.Inconclusive : outcome;

        private static string Reason(Outcome outcome, string reason, Provision row) =>
            outcome == Outcome.NotClaimed && row.IsMandatory ? $"a recommendation there, and not claimed; {row.Id} demands it" : reason;

        private static string? Settle(ProvisionVerdict verdict, Provision row) =>
            verdict.Settle ?? (verdict.Outcome == Outcome.NotClaimed && row.IsMandatory ? $"a signed \"yes\" for {verdict.Provision}, and evidence" : null);

        private static string Word(RelationKind kind) => EvidenceJson.Name(kind);
    }
}
