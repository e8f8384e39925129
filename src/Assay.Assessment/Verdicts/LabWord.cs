using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Verdicts;

/// <summary>What laboratories say on a unit, all records taken together: a fail wins, records that differ contradict each other, rows count only when all of them have one.</summary>
internal sealed record LabWord
{
    /// <summary>The record that speaks, or the first that would if something did not speak against it; null where there is none.</summary>
    public LabRecord? Record { get; private init; }
    public IReadOnlyList<Contradiction> Contradictions { get; private init; } = [];
    /// <summary>A signed "not applicable" with evidence.</summary>
    private LabRecord? NotApplicable { get; init; }

    private static readonly LabWord Silence = new();

    public static LabWord Of(TestUnit unit, Provision provision, IReadOnlyList<LabEntry> entries, Examined examined)
    {
        if (entries.Count == 0) return Silence;
        var counted = entries.Where(e => e.Record.Counts).ToList();
        LabEntry? First(LabResult result, bool whole) => counted.FirstOrDefault(e => e.Record.Result == result && (!whole || e.Row is null));
        if (First(LabResult.Fail, whole: false) is { } fail)
        {
            var other = counted.FirstOrDefault(e => e.Record.Result is LabResult.Pass or LabResult.NotApplicable && (e.Row is null || fail.Row is null || Names.Comparer.Equals(e.Row, fail.Row)));
            return new LabWord { Record = Of(fail), Contradictions = other is null ? [] : [Differ(unit, fail, other)] };
        }
        var pass = First(LabResult.Pass, whole: true);
        var not = First(LabResult.NotApplicable, whole: true);
        if (pass is not null && not is not null) return new LabWord { Record = pass.Record, Contradictions = [Differ(unit, pass, not)] };
        if (pass is not null) return new LabWord { Record = pass.Record };
        if (not is not null)
        {
            return provision.Condition is null && unit.Escape is null
                ? new LabWord { Record = not.Record with { Note = $"recorded as not applicable, but {provision.Id} holds without condition" } }
                : new LabWord { Record = not.Record with { Note = "recorded as not applicable" }, NotApplicable = not.Record };
        }
        if (counted.Any(e => e.Row is not null && e.Record.Result != LabResult.Inconclusive)) return new LabWord { Record = Rows(unit, counted, examined) };
        if (counted.FirstOrDefault() is { } open) return new LabWord { Record = Of(open) with { Note = $"recorded as inconclusive: {open.Record.Words}" } };
        return new LabWord { Record = Of(entries[0]) };
    }

    /// <summary>What the condition of the provision is, the laboratory's word included.</summary>
    public ConditionFacts Condition(Provision provision, ConditionFacts condition) => NotApplicable is null || provision.Condition is null ? condition : With(condition);

    /// <summary>Whether the product has what the unit asks about, the laboratory's word included.</summary>
    public ConditionFacts Feature(Provision provision, TestUnit unit, ConditionFacts feature) => NotApplicable is null || provision.Condition is not null || unit.Escape is null ? feature : With(feature);

    private ConditionFacts With(ConditionFacts condition)
    {
        var said = Says(NotApplicable!, "n/a");
        return condition.Truth == Truth.True
            // Others show that it applies: both sides stand beside each other, and the laboratory's word alone does not end it.
            ? condition with { Truth = Truth.False, From = [said], Against = [.. condition.From, .. condition.Against] }
            : condition with { Truth = Truth.False, From = [said, .. condition.From], Grade = Grade.Lab };
    }

    // "All" is never relaxed to "some": every row of the tables that were examined row by row has a record, or the unit stays open.
    private static LabRecord Rows(TestUnit unit, List<LabEntry> counted, Examined examined)
    {
        var named = counted.Where(e => e.Row is not null).ToList();
        var tables = unit.EachRow is { } each ? [each] : unit.Tables.Where(t => examined.Declaration.Rows(t).Any(r => named.Any(e => Names.Comparer.Equals(e.Row, r.Id)))).ToList();
        var asked = examined.Rows(tables).Select(r => r.Row.Id).Distinct(Names.Comparer).ToList();
        var first = named[0].Record;
        var unknown = named.FirstOrDefault(e => !asked.Contains(e.Row!, Names.Comparer));
        if (unknown is not null || asked.Count == 0)
        {
            var row = (unknown ?? named[0]).Row!;
            return first with { Note = $"it names the row {row}, which no table of this unit has{(Names.Nearest(row, asked) is { } near ? $"; perhaps {near} is meant" : "")}" };
        }
        var open = asked.Where(id => !named.Any(e => Names.Comparer.Equals(e.Row, id) && e.Record.Result is LabResult.Pass or LabResult.NotApplicable)).ToList();
        if (open.Count > 0) return first with { Note = $"recorded row by row, and nothing is recorded for {string.Join(", ", open.Take(5))}{(open.Count > 5 ? $" and {open.Count - 5} more" : "")}" };
        if (named.All(e => e.Record.Result == LabResult.NotApplicable)) return first with { Note = "every row is recorded as not applicable" };
        return first with
        {
            Passes = true,
            Result = LabResult.Pass,
            Words = $"every row examined: {string.Join("; ", named.Select(e => $"{e.Row}: {e.Record.Words}"))}",
            Evidence = [.. named.SelectMany(e => e.Record.Evidence).Distinct(StringComparer.Ordinal)],
            References = [.. named.SelectMany(e => e.Record.References).Distinct()],
        };
    }

    private static LabRecord Of(LabEntry entry) => entry.Row is null ? entry.Record : entry.Record with { Words = $"{entry.Row}: {entry.Record.Words}" };

    private static Contradiction Differ(TestUnit unit, LabEntry one, LabEntry other) => new($"what was recorded of {unit.Id}", Says(one.Record, Word(one.Record.Result)), Says(other.Record, Word(other.Record.Result)));

    private static Statement Says(LabRecord record, string word) => new($"{record.Person}{(record.Head is { } head ? $", {head.Laboratory}" : "")}: {word}: {record.Words}", record.Location, IsPaper: false);

    private static string Word(LabResult result) => result switch { LabResult.Pass => "pass", LabResult.Fail => "fail", LabResult.NotApplicable => "n/a", _ => "inconclusive" };
}
