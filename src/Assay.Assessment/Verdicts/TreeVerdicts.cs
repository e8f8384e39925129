using Assay.Assessment.Catalogues.Trees;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Verdicts;

/// <summary>The answer for one record of the maker: one path through one tree.</summary>
public sealed record RecordVerdict
{
    public required TreeRecord Record { get; init; }
    public required Walk Walk { get; init; }
    public required Outcome Outcome { get; init; }
    public Grade? Grade { get; init; }
    public required string Reason { get; init; }
    /// <summary>Evidence, or another paper, against an answer on the path.</summary>
    public IReadOnlyList<Contradiction> Contradictions { get; init; } = [];
    public string? Settle { get; init; }
}

/// <summary>Something that was found and that no record of a requirement names (discovered must be part of documented).</summary>
public sealed record MissingRecord(string What, Location Location);

/// <summary>The answer for one requirement of EN 18031, rolled up from all its records.</summary>
public sealed record TreeVerdict
{
    public required DecisionTree Tree { get; init; }
    public required Outcome Outcome { get; init; }
    public Grade? Grade { get; init; }
    public required string Reason { get; init; }
    /// <summary>It rests only on ends that no source shows: it is proposed, and decides nothing.</summary>
    public bool IsAssumed { get; init; }
    /// <summary>In the maker's order.</summary>
    public IReadOnlyList<RecordVerdict> Records { get; init; } = [];
    public IReadOnlyList<MissingRecord> Missing { get; init; } = [];
    public string? Settle { get; init; }
    public IEnumerable<Contradiction> Contradictions => Records.SelectMany(r => r.Contradictions).Distinct();
}

/// <summary>Walks the maker's records through the decision trees and sets them against what was seen (semantics.md section 1; EN 18031: E.Info, E.Info.DT, E.Just).</summary>
/// <remarks>
/// A record: fail where its own path ends there; disputed where a refuted unit contradicts an answer on it; inconclusive where a question on the way has
/// no answer or no reason, or where nobody signed; else what the path ends with, as a signed claim, or a supported one where evidence agrees.
/// </remarks>
public static class TreeVerdicts
{
    private const int MostMissing = 200;

    /// <summary>One answer for every tree, in the order of the standard; a tree without records is inconclusive. Pure: same input, same answer.</summary>
    public static IReadOnlyList<TreeVerdict> Of(Examined examined, IReadOnlyList<ProvisionVerdict> verdicts)
    {
        var known = new Known(examined, verdicts);
        var records = examined.Declaration.Trees.ToLookup(t => t.Requirement, StringComparer.OrdinalIgnoreCase);
        return [.. DecisionTree.All.Select(tree => Of(tree, [.. records[tree.Requirement]], known))];
    }

    private static TreeVerdict Of(DecisionTree tree, IReadOnlyList<TreeRecord> records, Known known)
    {
        var missing = Missing(tree, records, known);
        if (records.Count == 0)
        {
            return new TreeVerdict
            {
                Tree = tree,
                Outcome = Outcome.Inconclusive,
                Reason = "the maker wrote no record of a path" + (missing.Count > 0 ? $"; {missing.Count} thing(s) were found that need one" : ""),
                Missing = missing,
                Settle = $"a signed record of the path for each {tree.Per}, or a reasoned \"none\"",
            };
        }
        var answers = Twice(Each(tree, records, known));
        TreeVerdict Answer(Outcome outcome, string reason, Grade? grade = null, string? settle = null, bool assumed = false) => new()
        {
            Tree = tree,
            Outcome = outcome,
            Grade = grade,
            Reason = reason,
            Settle = settle,
            Records = answers,
            Missing = missing,
            IsAssumed = assumed,
        };
        string Says(RecordVerdict first, Outcome outcome) => $"{first.Record.Name}: {first.Reason}" + (answers.Count(a => a.Outcome == outcome) is var n and > 1 ? $" (and {n - 1} more)" : "");
        if (answers.FirstOrDefault(a => a.Outcome == Outcome.Fail) is { } fail) return Answer(Outcome.Fail, Says(fail, Outcome.Fail), fail.Grade, fail.Settle);
        if (answers.FirstOrDefault(a => a.Outcome == Outcome.Disputed) is { } disputed) return Answer(Outcome.Disputed, Says(disputed, Outcome.Disputed), null, disputed.Settle);
        if (missing.Count > 0)
        {
            return Answer(Outcome.Disputed, $"the records are not whole: {missing[0].What} ({missing[0].Location}) was found and stands in none{(missing.Count > 1 ? $", and {missing.Count - 1} more" : "")}",
                settle: $"a signed record for {string.Join(", ", missing.Take(3).Select(m => m.What))}{(missing.Count > 3 ? " and the others" : "")}");
        }
        if (answers.FirstOrDefault(a => a.Outcome == Outcome.Inconclusive) is { } open) return Answer(Outcome.Inconclusive, Says(open, Outcome.Inconclusive), null, open.Settle);
        var passed = answers.Where(a => a.Outcome == Outcome.Pass).ToList();
        var count = $"{answers.Count} record(s), each path ends in pass or not applicable";
        return passed.Count > 0
            ? Answer(Outcome.Pass, count, passed.Max(a => a.Grade))
            : Answer(Outcome.NotApplicable, answers[0].Reason, answers.Max(a => a.Grade), assumed: answers.All(a => a.Walk.IsAssumed));
    }

    private static List<RecordVerdict> Each(DecisionTree tree, IReadOnlyList<TreeRecord> records, Known known)
    {
        var aim = new Aim(records, known);
        return [.. records.Select(r => Of(tree, r, known, aim))];
    }

    private static RecordVerdict Of(DecisionTree tree, TreeRecord record, Known known, Aim aim)
    {
        var walk = tree.Walk(node => record.On(node.Id)?.Answer);
        var contradictions = walk.Steps.SelectMany(s => Against(tree, record, s, known, aim)).ToList();
        RecordVerdict Answer(Outcome outcome, string reason, Grade? grade = null, string? settle = null) => new()
        {
            Record = record,
            Walk = walk,
            Outcome = outcome,
            Grade = grade,
            Reason = reason,
            Contradictions = contradictions,
            Settle = settle,
        };
        if (record.IsNone)
        {
            if (Reasonless(record.Reason)) return Answer(Outcome.Inconclusive, "the maker says that there is nothing of this kind, and gives no reason", settle: $"a reason why there is no {tree.Per}");
            return Signed(record) is { } unsigned
                ? Answer(Outcome.Inconclusive, $"declared: not applicable, {unsigned}", settle: "the maker's signature on the record")
                : Answer(Outcome.NotApplicable, $"{record.SignedBy!.Name} declares that there is no {tree.Per}: {record.Reason} ({record.Location})", Grade.Declared);
        }
        if (walk.Ending == Ending.Fail)
        {
            var last = walk.Steps[^1];
            return Answer(Outcome.Fail, $"the maker's own path ends in fail: {last.Node.Short} is answered \"{Word(last.Answer)}\" ({Place(record, last.Node)})", Grade.Declared);
        }
        if (contradictions is [var first, ..])
        {
            // The reason of a unit names its place already.
            var place = first.Other.Says.Contains(first.Other.Location.ToString(), StringComparison.Ordinal) ? "" : $" ({first.Other.Location})";
            return Answer(Outcome.Disputed, $"{first.About}: \"{first.One.Says}\" ({first.One.Location}) against \"{first.Other.Says}\"{place}",
                settle: "a corrected and signed record, or evidence that the record is right");
        }
        if (walk.Open is { } node) return Answer(Outcome.Inconclusive, $"{node.Short} has no answer: {node.Asks}", settle: $"an answer with a reason on {node.Id}");
        if (walk.Steps.FirstOrDefault(s => Reasonless(record.On(s.Node.Id)?.Reason) && Reasonless(record.Reason)) is { Node: { } bare })
        {
            return Answer(Outcome.Inconclusive, $"{bare.Short} is answered without a reason", settle: $"a reason for the answer on {bare.Id}");
        }
        var word = walk.Ending == Ending.Pass ? "pass" : "not applicable";
        if (Signed(record) is { } nobody) return Answer(Outcome.Inconclusive, $"declared: {word}, {nobody}", settle: "the maker's signature on the record");
        var ends = $"{record.SignedBy!.Name} declares the path to {word} at {walk.Steps[^1].Node.Short} ({record.Location})" + (walk.IsAssumed ? "; whether the drawing of the standard calls this end not applicable or pass was not read" : "");
        if (walk.Ending == Ending.NotApplicable) return Answer(Outcome.NotApplicable, ends, Grade.Declared);
        var support = known.Support(walk.Steps[^1]);
        return support is null ? Answer(Outcome.Pass, ends, Grade.Declared) : Answer(Outcome.Pass, $"{ends}; {support}", Grade.Supported);
    }

    private static IEnumerable<Contradiction> Against(DecisionTree tree, TreeRecord record, Step step, Known known, Aim aim)
    {
        foreach (var unit in step.Node.Against(step.Answer))
        {
            if (aim.Misses(unit, record)) continue;
            if (known.Refuted(unit, record) is not { } other) continue;
            var answer = record.On(step.Node.Id)!;
            var says = Word(answer.Answer) + (Gathering.Blank(answer.Reason ?? record.Reason) is { } why ? $": {why}" : "");
            yield return new Contradiction($"{step.Node.Short} of {tree.Requirement} for {record.Name}", new Statement(says, answer.Location, IsPaper: true), other);
        }
    }

    // The same thing recorded twice with different ends, or "nothing of this kind" beside something of it: paper against paper.
    private static List<RecordVerdict> Twice(List<RecordVerdict> all)
    {
        var none = all.FirstOrDefault(v => v.Record.IsNone);
        var some = all.FirstOrDefault(v => !v.Record.IsNone);
        var ends = all.Where(v => !v.Record.IsNone && v.Walk.Ending is not null && v.Record.Asset.Length + v.Record.Mechanism.Length > 0)
            .GroupBy(v => v.Record.Name, Names.Comparer).ToDictionary(g => g.Key, g => g.DistinctBy(v => v.Walk.Ending).ToList(), Names.Comparer);
        return [.. all.Select(v => v.Outcome is Outcome.Fail or Outcome.Disputed ? v
            : Twice(v, v.Record.IsNone ? some : none ?? (ends.TryGetValue(v.Record.Name, out var same) ? same.FirstOrDefault(o => v.Walk.Ending is not null && o.Walk.Ending != v.Walk.Ending) : null)))];
    }

    private static RecordVerdict Twice(RecordVerdict verdict, RecordVerdict? other)
    {
        if (other is null) return verdict;
        var contradiction = new Contradiction($"what {verdict.Record.Requirement} says of {verdict.Record.Name}",
            new Statement(Says(verdict), verdict.Record.Location, IsPaper: true), new Statement(Says(other), other.Record.Location, IsPaper: true));
        return verdict with
        {
            Outcome = Outcome.Disputed,
            Grade = null,
            Reason = $"papers of the maker contradict each other on {contradiction.About}: \"{contradiction.One.Says}\" ({contradiction.One.Location}) against \"{contradiction.Other.Says}\" ({contradiction.Other.Location})",
            Contradictions = [.. verdict.Contradictions, contradiction],
            Settle = "one corrected and signed record",
        };

        static string Says(RecordVerdict v) => v.Record.IsNone ? "there is nothing of this kind" : $"{v.Record.Name}: " + (v.Walk.Ending is { } e ? Word(e) : "no end");
    }

    private static List<MissingRecord> Missing(DecisionTree tree, IReadOnlyList<TreeRecord> records, Known known)
    {
        if (tree.Finds == Finds.Nothing) return [];
        var text = string.Join('\n', records.Where(r => !r.IsNone).Select(Whole));
        return [.. known.Found(tree.Finds)
            .Where(f => !Words(f, tree.Finds).Any(w => Wording.Names(text, w)))
            .Select(f => new MissingRecord(Shortened.Visible(f.Subject), f.Location)).DistinctBy(m => m.What, StringComparer.OrdinalIgnoreCase).Take(MostMissing)];
    }

    private static IEnumerable<string> Words(Finding finding, Finds finds) => finds switch
    {
        Finds.Consoles => Papers.WordsFor(finding).Concat(["uart", "serial", "console", "jtag", "debug"]),
        Finds.Keys => Papers.WordsFor(finding).Append(finding.Has(Traits.HostKey) ? "host key" : "private key"),
        _ => Papers.WordsFor(finding),
    };

    private static string Whole(TreeRecord record) =>
        string.Join('\n', record.Facts.Select(f => f.Value).Concat(record.Path.Select(p => p.Reason ?? "")).Prepend(record.Reason ?? "").Prepend(record.Mechanism).Prepend(record.Asset));

    private static bool Reasonless(string? reason) => Wording.IsEmpty(reason) || Placeholder.Is(reason!);

    private static string? Signed(TreeRecord record) => record.SignedBy is not null ? null : $"but unsigned{(record.SignatureNote is { } note ? $" ({note})" : "")}";

    private static Location Place(TreeRecord record, DecisionNode node) => record.On(node.Id)?.Location ?? record.Location;

    /// <summary>The words of an end, as the standard's public sources write them, in lower case.</summary>
    public static string Word(Ending ending) => ending switch { Ending.Pass => "pass", Ending.Fail => "fail", _ => "not applicable" };

    private static string Word(bool answer) => answer ? "yes" : "no";

    /// <summary>
    /// Which of several records evidence speaks of: those that name what was found, where one of them does; all of them, where none does. A password of root
    /// that everybody knows contradicts the record of that password, and not the one of the web page beside it.
    /// </summary>
    private sealed class Aim(IReadOnlyList<TreeRecord> records, Known known)
    {
        private readonly Dictionary<string, HashSet<TreeRecord>> named = new(StringComparer.Ordinal);

        public bool Misses(string unit, TreeRecord record)
        {
            if (records.Count < 2) return false;
            if (!named.TryGetValue(unit, out var those))
            {
                var words = known.WordsOf(unit);
                those = named[unit] = words.Count == 0 ? [] : records.Where(r => words.Any(w => Wording.Names(Subject(r), w))).ToHashSet<TreeRecord>(ReferenceEqualityComparer.Instance);
            }
            return those.Count > 0 && !those.Contains(record);
        }

        private static string Subject(TreeRecord record) => string.Join('\n', record.Facts.Select(f => f.Value).Prepend(record.Mechanism).Prepend(record.Asset));
    }

    /// <summary>What an assessment saw, indexed once for all trees.</summary>
    private sealed class Known
    {
        private readonly Dictionary<string, UnitVerdict> units = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Finding> findings = new(StringComparer.Ordinal);
        private readonly Examined examined;

        public Known(Examined examined, IReadOnlyList<ProvisionVerdict> verdicts)
        {
            this.examined = examined;
            foreach (var unit in verdicts.SelectMany(v => v.Units)) units.TryAdd(unit.Unit, unit);
            if (examined.Declaration.Trees.Count > 0)
            {
                foreach (var finding in examined.Findings) findings.TryAdd(finding.Id, finding);
            }
        }

        /// <summary>What speaks against a record because this unit failed; null where it did not, or where its failing rows are about others than the record names.</summary>
        public Statement? Refuted(string id, TreeRecord record)
        {
            if (!units.TryGetValue(id, out var unit) || unit.Outcome != Outcome.Fail) return null;
            var name = record.Asset + "\n" + record.Mechanism;
            var named = unit.Rows.Where(r => Wording.Names(name, r.Row.Id)).ToList();
            var row = named.FirstOrDefault(r => r.Outcome == Outcome.Fail);
            if (named.Count > 0 && row is null) return null;
            row ??= unit.Rows.FirstOrDefault(r => r.Outcome == Outcome.Fail);
            var finding = (row?.Findings ?? []).Concat(unit.Findings).Select(f => findings.GetValueOrDefault(f)).FirstOrDefault(f => f is not null);
            var paper = unit.Grade == Grade.Declared;
            return new Statement($"{unit.Unit}: {row?.Reason ?? unit.Reason}", finding?.Location ?? row?.Row.Location ?? record.Location, paper);
        }

        /// <summary>How papers may call what a refuted unit rests on; none where it was not refuted by findings.</summary>
        public IReadOnlyCollection<string> WordsOf(string id) => units.TryGetValue(id, out var unit) && unit.Outcome == Outcome.Fail
            ? unit.Findings.Select(f => findings.GetValueOrDefault(f)).OfType<Finding>().Take(100).SelectMany(Papers.WordsFor).ToHashSet(StringComparer.OrdinalIgnoreCase) : [];

        /// <summary>Words on evidence that agrees with the last step; null where there is none.</summary>
        public string? Support(Step last)
        {
            var agree = last.Node.Against(last.Answer).Select(units.GetValueOrDefault).OfType<UnitVerdict>().ToList();
            var first = agree.FirstOrDefault(u => u is { Outcome: Outcome.Pass, Grade: Grade.Tool or Grade.Lab or Grade.Supported });
            return first is null ? null : $"{first.Unit} agrees: {first.Reason}";
        }

        public IEnumerable<Finding> Found(Finds finds) => finds switch
        {
            Finds.Services => examined.Findings.Where(f => (f.Kind == FindingKind.Service && f.Has(Traits.StartedAtBoot)) || (f.Kind == FindingKind.Exposure && f.Has(Traits.Listener))),
            Finds.Consoles => examined.Findings.Where(f => f.Has(Traits.SerialConsole)),
            Finds.Keys => examined.Findings.Where(f => f.Kind == FindingKind.Key && f.Has(Traits.PrivateKey)),
            _ => [],
        };
    }
}
