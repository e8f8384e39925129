using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Verdicts;

/// <summary>The rows that units ask one by one (<see cref="TestUnit.EachRow"/>), and which answers of checks and labs are for which row.</summary>
internal sealed class AskedRows
{
    private readonly Dictionary<int, IReadOnlyList<RowPlace>> byTable;
    private readonly Dictionary<(int Table, Location Place), RowPlace> byPlace = [];

    public AskedRows(Declaration declaration)
    {
        byTable = declaration.Tables.GroupBy(t => t.Number).ToDictionary(g => g.Key, g => (IReadOnlyList<RowPlace>)[.. g.SelectMany(t => t.Rows.Select(r => Papers.Place((t, r))))]);
        foreach (var row in byTable.Values.SelectMany(r => r)) byPlace.TryAdd((row.Table, row.Location), row);
    }

    /// <summary>All rows of all tables of this number, in the order of the papers.</summary>
    public IReadOnlyList<RowPlace> Of(TestUnit unit) => unit.EachRow is { } table ? byTable.GetValueOrDefault(table, []) : [];

    /// <summary>The row that an answer is for: the one that it names, or the one whose own place it points to; null where it speaks of the unit whole.</summary>
    public RowPlace? RowOf(TestUnit unit, Answer answer)
    {
        if (unit.EachRow is not { } table) return null;
        if (answer.Row is { } named) return named.Table == table ? named : null;
        if (answer.Says is not (Says.Refutes or Says.Contradicts)) return null;
        // An answer that points to rows without naming them as such: every place must be a row's, or it is about something else too.
        foreach (var place in answer.Locations)
        {
            if (byPlace.TryGetValue((table, place), out var row) && (answer.Says == Says.Contradicts || answer.Locations.All(l => l == place))) return row;
        }
        return null;
    }

    /// <summary>Records that speak of a unit whole, and those whose row no table has: they must not be lost in silence.</summary>
    public IReadOnlyList<LabEntry> OfWhole(TestUnit unit, IReadOnlyList<LabEntry> records) => unit.EachRow is null ? records
        : [.. records.Where(r => r.Row is null || !Of(unit).Any(row => string.Equals(r.Row, row.Id, StringComparison.OrdinalIgnoreCase)))];

    /// <summary>Facts for each row; <paramref name="of"/> gives what an answer comes down to.</summary>
    public IReadOnlyList<RowFacts> Facts(TestUnit unit, IReadOnlyList<Answer> answers, IReadOnlyList<LabEntry> records, Func<Answer, UnitFacts> of)
    {
        var rows = Of(unit);
        if (rows.Count == 0) return [];
        var mine = answers.Select(a => (Row: RowOf(unit, a), Answer: a)).Where(a => a.Row is not null).ToLookup(a => (a.Row!.Location, a.Row.Id), a => a.Answer);
        return [.. rows.Select(row =>
        {
            var said = mine[(row.Location, row.Id)].ToList();
            var lab = Record(records.Where(r => r.Row is not null && string.Equals(r.Row, row.Id, StringComparison.OrdinalIgnoreCase)));
            if (said.Count == 0) return new RowFacts { Row = row, Lab = lab };
            var facts = said.Select(of).ToList();
            return new RowFacts
            {
                Row = row,
                Refutations = [.. facts.SelectMany(f => f.Refutations)],
                Decisions = [.. facts.SelectMany(f => f.Decisions)],
                Supports = [.. facts.SelectMany(f => f.Supports)],
                Contradictions = [.. facts.SelectMany(f => f.Contradictions)],
                Lab = lab,
                Open = said.FirstOrDefault(a => a.Says == Says.Open) is { } open ? $"{open.Check}: {open.Reason}" : null,
            };
        })];
    }

    /// <summary>Of several records on one thing the one that says no counts, then a signed one with evidence, then any.</summary>
    private static LabRecord? Record(IEnumerable<LabEntry> entries) => entries.Select(e => e.Record)
        .OrderBy(r => !r.Counts ? 3 : r.Result switch { LabResult.Fail => 0, LabResult.Inconclusive => 1, _ => 2 }).ThenBy(r => r.Location.Artefact, StringComparer.Ordinal).ThenBy(r => r.Location.Line).FirstOrDefault();
}
