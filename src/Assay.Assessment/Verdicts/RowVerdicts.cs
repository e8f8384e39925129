using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Verdicts;

/// <summary>
/// "All" as one answer a row (semantics.md section 1): a unit that asks every row of a table fails by its first refuted row, and passes by
/// tool only where every row is decided. What a lab or a signed claim says of the unit covers its rows.
/// </summary>
internal static class RowVerdicts
{
    /// <summary>More rows than a person reads: beyond them only those that fail or are disputed are listed, then others until the list is full.</summary>
    public const int Most = 500;

    /// <summary>One answer for each row, in the order of the table; empty where the unit asks no rows.</summary>
    public static IReadOnlyList<RowVerdict> Of(UnitFacts facts, MakersWord word)
    {
        if (facts.Rows.Count == 0) return [];
        var common = Common(facts, word);
        return [.. facts.Rows.Select(row => Of(row, common))];
    }

    // The same order as for a unit: refuted, disputed, decided, a lab's record, a signed word, else open.
    private static RowVerdict Of(RowFacts row, RowVerdict common)
    {
        var refuted = row.Refutations.Where(r => r.Location.Artefact.Length > 0).ToList();
        var lab = row.Lab is { Counts: true } record ? record : null;
        if (refuted.Count > 0 || lab is { Result: LabResult.Fail })
        {
            return new RowVerdict
            {
                Row = row.Row,
                Outcome = Outcome.Fail,
                Grade = refuted.Count > 0 ? Grade.Tool : Grade.Lab,
                Reason = refuted.Count > 0 ? $"{refuted[0].Check}: {refuted[0].Words} ({refuted[0].Location}){(refuted.Count > 1 ? $", and {refuted.Count - 1} more" : "")}" : $"{lab!.Person}: {lab.Words} ({lab.Location})",
                Findings = [.. refuted.Select(r => r.Finding).Where(f => f.Length > 0).Distinct(StringComparer.Ordinal)],
            };
        }
        if (row.Contradictions.Count > 0)
        {
            var first = row.Contradictions[0];
            return new RowVerdict { Row = row.Row, Outcome = Outcome.Disputed, Reason = $"\"{first.One.Says}\" ({first.One.Location}) against \"{first.Other.Says}\" ({first.Other.Location})" };
        }
        if (row.Decisions.Where(d => d.Scope.Length > 0).ToList() is [_, ..] decided)
        {
            return new RowVerdict
            {
                Row = row.Row,
                Outcome = Outcome.Pass,
                Grade = Grade.Tool,
                Reason = string.Join("; ", decided.Select(d => $"{d.Check}: {d.Words}")),
                Findings = [.. decided.SelectMany(d => d.Findings).Distinct(StringComparer.Ordinal)],
            };
        }
        if (lab is { Result: LabResult.Pass or LabResult.NotApplicable }) return new RowVerdict { Row = row.Row, Outcome = lab.Result == LabResult.Pass ? Outcome.Pass : Outcome.NotApplicable, Grade = Grade.Lab, Reason = $"{lab.Person}: {lab.Words} ({lab.Location})", Findings = lab.Evidence };
        if (common.Outcome == Outcome.Pass)
        {
            return common.Grade == Grade.Declared && row.Supports.Count > 0
                ? common with { Row = row.Row, Grade = Grade.Supported, Reason = $"{common.Reason}; {Said(row)}", Findings = [.. row.Supports.Select(s => s.Finding).Where(f => f.Length > 0).Distinct(StringComparer.Ordinal)] }
                : common with { Row = row.Row };
        }
        return new RowVerdict { Row = row.Row, Outcome = Outcome.Inconclusive, Reason = row.Open ?? (row.Supports.Count > 0 ? Said(row) + "; that alone decides nothing" : "nothing that was handed over decides this row") };
    }

    private static string Said(RowFacts row) => string.Join("; ", row.Supports.Select(s => $"{s.Check}: {s.Words}"));

    private static readonly RowPlace Nowhere = new(0, "", new Evidence.Location { Artefact = "" });

    // What is said of the unit whole covers each of its rows.
    private static RowVerdict Common(UnitFacts facts, MakersWord word)
    {
        if (facts.Lab is { Counts: true, Result: LabResult.Pass } lab) return new RowVerdict { Row = Nowhere, Outcome = Outcome.Pass, Grade = Grade.Lab, Reason = $"{lab.Person}, of all rows: {lab.Words} ({lab.Location})", Findings = lab.Evidence };
        if (word is { Support: Support.Yes, Signed: { } signed })
        {
            var supported = facts.Supports.Count > 0 || facts.Absences.Any(a => a.Scope.Length > 0) || facts.Decisions.Any(d => d.Scope.Length > 0);
            return new RowVerdict { Row = Nowhere, Outcome = Outcome.Pass, Grade = supported ? Grade.Supported : Grade.Declared, Reason = $"{signed.SignedBy!.Name} declares it of all rows ({signed.Location})" };
        }
        return new RowVerdict { Row = Nowhere, Outcome = Outcome.Inconclusive, Reason = "" };
    }

    /// <summary>What is shown of many rows: all that fail or are disputed come before others are cut off.</summary>
    public static IReadOnlyList<RowVerdict> Shown(IReadOnlyList<RowVerdict> rows)
    {
        if (rows.Count <= Most) return rows;
        var bad = rows.Where(r => r.Outcome is Outcome.Fail or Outcome.Disputed).Take(Most).ToHashSet(ReferenceEqualityComparer.Instance);
        var room = Most - bad.Count;
        return [.. rows.Where(r => bad.Contains(r) || room-- > 0)];
    }

    /// <summary><c>rows AuthMech-1, AuthMech-4 of 9</c>; at most five by name.</summary>
    public static string Named(IReadOnlyList<RowVerdict> rows, Outcome outcome)
    {
        var ids = rows.Where(r => r.Outcome == outcome).Select(r => r.Row.Id).ToList();
        return $"row{(ids.Count == 1 ? "" : "s")} {string.Join(", ", ids.Take(5))}{(ids.Count > 5 ? $" and {ids.Count - 5} more" : "")} of {rows.Count}";
    }
}
