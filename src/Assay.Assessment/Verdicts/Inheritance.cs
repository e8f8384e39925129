using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Verdicts;

/// <summary>
/// Units that apply other units again (<see cref="TestUnit.Inherits"/>) never pass while those do not: what failed, is disputed or is open there shows here
/// with its source. An heir that asks a part of what it inherits (<see cref="TestUnit.Restricts"/>) fails by rows of that part; where nothing shows whether a
/// failure touches its part, it stays open. A relation marked with <c>~</c> is named and changes nothing.
/// </summary>
internal sealed class Inheritance(Catalogue units, IEnumerable<UnitVerdict> verdicts, Declaration declaration)
{
    private readonly Dictionary<string, UnitVerdict> own = verdicts.GroupBy(v => v.Unit, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);

    /// <summary>The unit's own answer together with what it inherits.</summary>
    public UnitVerdict Of(UnitVerdict answer)
    {
        if (units.Unit(answer.Unit) is not { Inherits.Count: > 0 } unit) return answer;
        var heir = answer with { Inherited = unit.Inherits };
        // What does not apply or is not claimed asks nothing; what failed by itself cannot become worse. A laboratory's word alone hides no refutation.
        if (answer is { Outcome: Outcome.NotClaimed } or { Outcome: Outcome.NotApplicable, Grade: not Grade.Lab }) return heir;
        foreach (var source in units.SourcesOf(unit).Where(s => !s.IsPreparatory))
        {
            var inherited = own.TryGetValue(source.Id, out var known) ? Of(known)
                : new UnitVerdict { Unit = source.Id, Outcome = Outcome.Inconclusive, Reason = "it is not answered in this edition", Settle = $"an answer for {source.Id}" };
            heir = With(unit, heir, source, inherited);
        }
        return heir;
    }

    private UnitVerdict With(TestUnit unit, UnitVerdict heir, TestUnit source, UnitVerdict inherited)
    {
        switch (inherited.Outcome)
        {
            case Outcome.Pass:
                return heir.Outcome == Outcome.Pass && inherited.Grade > heir.Grade ? heir with { Grade = inherited.Grade } : heir;
            case Outcome.NotApplicable or Outcome.NotClaimed:
                return heir;
            case Outcome.Inconclusive:
                return heir.Outcome != Outcome.Pass ? heir : Open(heir, $"inherits {source.Id}, which is open: {inherited.Reason}", inherited.Settle);
        }
        var concerns = Concerns(unit, source, inherited);
        if (concerns == false) return heir;
        // What is disputed beside a refutation stays disputed where nobody can tell whether the refutation touches this unit.
        if (inherited.Outcome == Outcome.Disputed || (concerns is null && inherited.Contradictions.Count > 0))
        {
            return heir.Outcome is Outcome.Fail ? heir : heir with
            {
                Outcome = Outcome.Disputed,
                Grade = null,
                Reason = heir.Outcome == Outcome.Disputed ? $"{heir.Reason}; inherits {source.Id}, which is disputed too" : $"inherits {source.Id}: {inherited.Reason}",
                Contradictions = [.. heir.Contradictions.Concat(inherited.Contradictions).Distinct()],
                Settle = heir.Settle ?? inherited.Settle,
                Rows = Rows(unit, source, heir, inherited),
            };
        }
        // A "no" of the maker on the other provision refutes nothing here; but it leaves nothing to pass on.
        if (concerns is null || inherited.Grade == Grade.Declared)
        {
            var why = inherited.Grade == Grade.Declared ? $"inherits {source.Id}, to which the maker says \"no\"" : $"inherits {source.Id}, which failed; nothing shows whether that touches what this unit asks: {inherited.Reason}";
            return heir.Outcome is Outcome.Fail or Outcome.Disputed ? heir : Open(heir, why, unit.Restricts is { } table ? $"detail table {table}, with the rows that each entry uses" : inherited.Settle);
        }
        return heir.Outcome == Outcome.Fail ? heir with { Findings = [.. heir.Findings.Concat(inherited.Findings).Distinct(StringComparer.Ordinal)] } : heir with
        {
            Outcome = Outcome.Fail,
            Grade = inherited.Grade,
            Reason = $"inherits {source.Id}: {inherited.Reason}",
            Findings = [.. heir.Findings.Concat(inherited.Findings).Distinct(StringComparer.Ordinal)],
            Settle = null,
            Scope = inherited.Scope,
            Rows = Rows(unit, source, heir, inherited),
        };
    }

    private static UnitVerdict Open(UnitVerdict heir, string why, string? settle) => heir with
    {
        Outcome = Outcome.Inconclusive,
        Grade = null,
        Reason = heir.Outcome == Outcome.Pass ? $"{why}; by itself it would pass: {heir.Reason}" : $"{heir.Reason}; {why}",
        Settle = settle ?? heir.Settle ?? "what settles the units that it inherits",
        Scope = null,
    };

    // Rows of the same table take over what speaks against them there.
    private IReadOnlyList<RowVerdict> Rows(TestUnit unit, TestUnit source, UnitVerdict heir, UnitVerdict inherited)
    {
        if (unit.EachRow is null || unit.EachRow != source.EachRow) return heir.Rows;
        var worse = inherited.Rows.Where(r => r.Outcome is Outcome.Fail or Outcome.Disputed && IsPart(unit, r.Row) != false).ToDictionary(r => (r.Row.Id, r.Row.Location));
        return [.. heir.Rows.Select(r => r.Outcome != Outcome.Fail && worse.TryGetValue((r.Row.Id, r.Row.Location), out var w) ? w with { Reason = $"inherits {source.Id}: {w.Reason}" } : r)];
    }

    // True: what speaks against the source speaks against the heir. False: only rows that the heir does not ask are touched. Null: nobody can tell.
    private bool? Concerns(TestUnit unit, TestUnit source, UnitVerdict inherited)
    {
        if (unit.Restricts is null) return true;
        var rows = inherited.Rows.Where(r => r.Outcome == inherited.Outcome).Select(r => IsPart(unit, r.Row)).ToList();
        if (rows.Contains(true)) return true;
        return inherited.IsOfRowsAlone && rows.Count > 0 && rows.All(r => r == false) ? false : null;
    }

    // Whether a row of the inherited unit's table is among those that the heir asks: entries of the restricting table name it.
    private bool? IsPart(TestUnit unit, RowPlace row)
    {
        if (unit.Restricts is not { } number) return true;
        var (entries, named) = Part(number, unit);
        if (entries is null) return null;
        if (row.Table == number) return entries.Contains((row.Location, row.Id));
        if (named.Contains(row.Id)) return true;
        // A table whose entries name no row at all says nothing of which rows they use.
        return declaration.Rows(row.Table).Any(r => named.Contains(r.Id)) ? false : null;
    }

    private readonly Dictionary<(int Table, bool Sensitive), (HashSet<(Evidence.Location, string)>? Entries, HashSet<string> Named)> parts = [];

    // The entries that count, and every word in them that may be a row's id.
    private (HashSet<(Evidence.Location, string)>? Entries, HashSet<string> Named) Part(int number, TestUnit unit)
    {
        var key = (number, unit.Provision == "5.8-2");
        if (parts.TryGetValue(key, out var part)) return part;
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        HashSet<(Evidence.Location, string)>? entries = null;
        foreach (var table in declaration.Tables.Where(t => t.Number == number))
        {
            entries ??= [];
            foreach (var entry in table.Rows.Where(r => Asks(number, unit, r)))
            {
                entries.Add((entry.Location, Evidence.Shortened.Visible(entry.Id)));
                foreach (var word in Papers.Whole(entry).Split(Between, StringSplitOptions.RemoveEmptyEntries)) named.Add(word.Trim('.', ':', '-'));
            }
        }
        return parts[key] = (entries, named);
    }

    private static readonly char[] Between = [' ', '\n', '\t', ',', ';', '(', ')', '[', ']', '`', '*', '"', '\'', '|', '/', '<', '>'];

    private static bool Asks(int number, TestUnit unit, IxitRow entry) => number switch
    {
        10 => !(Papers.Field(entry, "Type") is { } type && type.Contains("public", StringComparison.OrdinalIgnoreCase) && !type.Contains("critical", StringComparison.OrdinalIgnoreCase)),
        13 => !Wording.IsNo(Papers.Field(entry, "Allows Configuration")),
        21 => unit.Provision != "5.8-2" || !Wording.IsNo(Papers.Field(entry, "Sensitive")),
        _ => true,
    };
}
