using Assay.Assessment.Catalogues;
using Assay.Assessment.Catalogues.Trees;
using Assay.Assessment.Drafts;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Verdicts;

/// <summary>
/// Answers other catalogues out of one assessment. A row is decided where every equal and reviewed relation of it leads to an answered row, all of them together, or
/// where a decision tree of its own catalogue answers it; a row with parts is decided where all its parts are. Everything else is proposed to a person, with the
/// relations that it came from; a row without relations stays open (semantics.md section 1).
/// </summary>
/// <remarks>Relations are indexed once for a pair of catalogues; answering another assessment costs one look-up for each row.</remarks>
public sealed class Carrying
{
    private readonly IReadOnlyList<Target> targets;

    /// <param name="assessed">The edition that assessments are made against.</param>
    /// <param name="others">The catalogues to answer; the assessed one among them is left out.</param>
    public Carrying(Catalogue assessed, IReadOnlyList<Catalogue> others) : this(assessed, others, Crosswalk.All)
    {
    }

    internal Carrying(Catalogue assessed, IReadOnlyList<Catalogue> others, IReadOnlyList<Relation> relations)
    {
        var index = new Index(relations);
        targets = [.. others.Where(o => o.Id != assessed.Id).DistinctBy(o => o.Id).Select(o => new Target(o, assessed, index))];
    }

    /// <summary>The assessment with the other catalogues and the decision trees answered beside it; nothing else of it changes.</summary>
    /// <param name="examined">What <paramref name="result"/> was made from.</param>
    public AssessmentResult Onto(AssessmentResult result, Examined examined)
    {
        var recorded = examined.Declaration.Trees.Count > 0;
        var trees = recorded || targets.Any(t => t.HasTrees) ? TreeVerdicts.Of(examined, result.Verdicts) : [];
        return result with { Others = Of(result.Verdicts, trees), Trees = recorded ? trees : [] };
    }

    /// <summary>One result for each catalogue, in their order. Pure: same answers, same result.</summary>
    /// <param name="trees">From <see cref="TreeVerdicts.Of"/>; empty where nobody asks for EN 18031.</param>
    public IReadOnlyList<CatalogueResult> Of(IReadOnlyList<ProvisionVerdict> verdicts, IReadOnlyList<TreeVerdict> trees)
    {
        var source = new Source(verdicts, trees);
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

    /// <summary>One relation towards the assessed edition, in the words of the result.</summary>
    /// <param name="To">The row there.</param>
    private sealed record Way(string To, string Kind, bool Reviewed, string Source)
    {
        public static Way Of(Relation relation) => Of(relation, relation.ToId);
        public static Way Of(Relation relation, string to) => new(to, EvidenceJson.Name(relation.Kind), relation.Review is not null, relation.Source);

        public CarriedFrom From(Outcome outcome) => new(To, Kind, Reviewed, outcome, Source);
    }

    /// <summary>What is known of one row before anything is assessed.</summary>
    private sealed record Plan
    {
        public required Provision Row { get; init; }
        /// <summary>All of them decide together; empty where nothing may decide.</summary>
        public required IReadOnlyList<Way> Deciding { get; init; }
        /// <summary>Every relation to the assessed edition.</summary>
        public required IReadOnlyList<Way> Related { get; init; }
        /// <summary>In two steps: a row of a third catalogue, and what that is related to.</summary>
        public required IReadOnlyList<(Way First, IReadOnlyList<string> Then)> Further { get; init; }
        public required DecisionTree? Tree { get; init; }
        public required IReadOnlyList<Provision> Parts { get; init; }
    }

    /// <summary>A catalogue to answer, with everything looked up that does not depend on an assessment.</summary>
    private sealed class Target
    {
        // The source that an imported document gets.
        private const string CameIn = "import";

        private readonly Dictionary<string, Plan> plans = new(StringComparer.OrdinalIgnoreCase);

        public Target(Catalogue catalogue, Catalogue assessed, Index index)
        {
            Catalogue = catalogue;
            var ours = Catalogue.All.FirstOrDefault(c => c.Id == catalogue.Id);
            var trees = DecisionTree.Of(catalogue.Id);
            HasTrees = trees.Count > 0;
            var parts = catalogue.Provisions.Where(p => p.Parent is not null).ToLookup(p => p.Parent!, StringComparer.OrdinalIgnoreCase);
            foreach (var row in catalogue.Provisions)
            {
                var relations = index.Of(catalogue.Id, row.Id);
                // A document may call itself what it likes: our relations speak of our rows, so a row that came in decides nothing unless it reads as ours does.
                var isOurs = ReferenceEquals(ours, catalogue) || (ours is null ? catalogue.Source.Key != CameIn : ours.Provision(row.Id)?.Title == row.Title);
                var equal = relations.Where(r => r.ToCatalogue == assessed.Id && r.CarriesVerdicts).Select(Way.Of).ToList();
                plans.TryAdd(row.Id, new Plan
                {
                    Row = row,
                    Deciding = !isOurs ? [] : equal.Count > 0 ? equal : Chains(relations, catalogue, assessed, index),
                    Related = [.. relations.Where(r => r.ToCatalogue == assessed.Id).Select(Way.Of)],
                    Further = [.. relations.Where(r => r.ToCatalogue != assessed.Id).DistinctBy(r => (r.ToCatalogue, r.ToId))
                        .Select(r => (Way.Of(r, $"{r.ToCatalogue} {r.ToId}") with { Reviewed = false }, (IReadOnlyList<string>)[.. index.Of(r.ToCatalogue, r.ToId).Where(s => s.ToCatalogue == assessed.Id).Select(s => s.ToId)]))
                        .Where(f => f.Item2.Count > 0)],
                    Tree = isOurs ? trees.FirstOrDefault(t => t.Is(row.Id)) : null,
                    Parts = [.. parts[row.Id]],
                });
            }
        }

        public Catalogue Catalogue { get; }
        public bool HasTrees { get; }

        public Plan Of(Provision row) => plans[row.Id];

        // Equal and reviewed twice is equal and reviewed: only through an edition of EN 303 645 itself, and only where every relation of the row goes that way.
        private static List<Way> Chains(IReadOnlyList<Relation> relations, Catalogue catalogue, Catalogue assessed, Index index)
        {
            foreach (var edition in Catalogue.Editions.Where(e => e.Id != assessed.Id && e.Id != catalogue.Id))
            {
                var first = relations.Where(r => r.ToCatalogue == edition.Id && r.CarriesVerdicts).ToList();
                if (first.Count == 0) continue;
                var ways = new List<Way>();
                foreach (var relation in first)
                {
                    var second = index.Of(edition.Id, relation.ToId).Where(r => r.ToCatalogue == assessed.Id && r.CarriesVerdicts).ToList();
                    if (second.Count == 0) return [];
                    ways.AddRange(second.Select(s => Way.Of(relation, s.ToId)));
                }
                return ways;
            }
            return [];
        }
    }

    private sealed class Source(IReadOnlyList<ProvisionVerdict> verdicts, IReadOnlyList<TreeVerdict> trees)
    {
        private readonly Dictionary<string, ProvisionVerdict> byProvision = verdicts.ToDictionary(v => v.Provision, StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, TreeVerdict> byRequirement = trees.ToDictionary(t => t.Tree.Requirement, StringComparer.OrdinalIgnoreCase);

        public ProvisionVerdict? Verdict(string provision) => byProvision.GetValueOrDefault(provision);

        public TreeVerdict? Tree(DecisionTree? tree) => tree is null ? null : byRequirement.GetValueOrDefault(tree.Requirement);
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
            var plan = target.Of(row);
            var answer = Decided(plan);
            if (answer is null)
            {
                open.Add(row.Id);
                List<CarriedVerdict> parts = open.Count > Deepest ? [] : [.. plan.Parts.Where(p => !open.Contains(p.Id)).Select(Of)];
                open.Remove(row.Id);
                answer = Whole(row, parts) ?? Proposed(plan, parts);
            }
            answered.TryAdd(row.Id, answer);
            return answer;
        }

        private CarriedVerdict? Decided(Plan plan)
        {
            var tree = source.Tree(plan.Tree);
            var isTree = tree is { Records.Count: > 0, IsAssumed: false };
            // All together or not at all: a provision that nobody answered leaves the row undecided.
            var carried = plan.Deciding.Select(w => (Way: w, Verdict: source.Verdict(w.To))).ToList();
            if (carried.Any(c => c.Verdict is null)) carried = [];
            if (carried.Count == 0 && !isTree) return null;

            var row = plan.Row;
            var from = new List<CarriedFrom>();
            var parts = new List<(Outcome Outcome, string Words, string? Settle)>();
            foreach (var (way, verdict) in carried)
            {
                from.Add(way.From(verdict!.Outcome));
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

        private CarriedVerdict Proposed(Plan plan, List<CarriedVerdict> parts)
        {
            var row = plan.Row;
            var from = new List<CarriedFrom>();
            string? settle = null;
            foreach (var way in plan.Related)
            {
                if (source.Verdict(way.To) is not { } verdict) continue;
                from.Add(way.From(verdict.Outcome));
                settle ??= verdict.Settle is { } needs ? $"{way.To}: {needs}" : null;
            }
            if (from.Count == 0)
            {
                foreach (var (first, then) in plan.Further)
                {
                    var outcomes = then.Select(t => source.Verdict(t)?.Outcome).OfType<Outcome>().ToList();
                    if (outcomes.Count > 0) from.Add(first.From(RollUp(outcomes)));
                }
            }
            var tree = source.Tree(plan.Tree);
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
                Settle = missing ?? (settle is not null ? $"first {settle}; then a person's judgement" : "a person's judgement on what the related rows do not ask"),
            };
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
    }
}
