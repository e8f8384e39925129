using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Html;
using static Assay.Html.Markup;

namespace Assay.Assessment.Reports;

/// <summary>What a report shows of rows, of inheritance, and of traps in the dossier.</summary>
internal static class RowsAndTraps
{
    // A page shows what speaks for or against a row; rows on which nothing was said are counted.
    private const int RowsShown = 40, PlacesShown = 5, TrapsShown = 100;

    /// <summary>The rows of a unit as a list inside the unit; null where it asks none.</summary>
    public static Element? Rows(UnitVerdict unit)
    {
        if (unit.Rows.Count == 0) return null;
        var told = unit.Rows.OrderBy(r => r.Outcome switch { Outcome.Fail => 0, Outcome.Disputed => 1, Outcome.Inconclusive => 2, _ => 3 }).ToList();
        return Details(
            Summary($"{Phrases.Count(unit.Rows.Count, "row")} of table {unit.Rows[0].Row.Table}: {Phrases.Counts(unit.Rows.Select(r => r.Outcome))}"),
            Ul(told.Take(RowsShown).Select(r => Li(
                P(Strong(Data(r.Row.Id)), " ", Word(r), ": ", Data(Phrases.Short(r.Reason)), " ", Span(Data(r.Row.Location.ToString())).Class("where"))))).Class("rows"),
            told.Count <= RowsShown ? null : P($"and {Phrases.Number(told.Count - RowsShown)} more in assessment.json").Class("soft"))
            .With("open", unit.Rows.Any(r => r.Outcome is Outcome.Fail or Outcome.Disputed) ? "" : null);
    }

    public static Element? Inherited(UnitVerdict unit)
    {
        if (unit.Inherited.Count == 0) return null;
        var again = unit.Inherited.Where(i => !i.StartsWith('~')).ToList();
        var related = unit.Inherited.Where(i => i.StartsWith('~')).Select(i => i[1..]).ToList();
        return P(again.Count > 0 ? $"Applies again: {string.Join(", ", again)}. " : null, related.Count > 0 ? $"Related: {string.Join(", ", related)}." : null).Class("soft");
    }

    /// <summary>The section on traps; null where the dossier has none.</summary>
    public static Many? Traps(AssessmentResult result) => result.Lints.Count == 0 ? null : Many(
        P($"{Phrases.Count(result.Lints.Count, "place")} in the dossier where a person may come to a wrong verdict, or came to one. No answer above depends on this list."),
        Ul(result.Lints.Take(TrapsShown).Select(l => Li(
            P(Strong(l.Id), l.Provision is null ? null : $" {l.Provision}", ": ", Data(l.Words)),
            l.Locations.Count == 0 ? null : P(Many(l.Locations.Take(PlacesShown).SelectMany((p, i) => new Node[] { i == 0 ? "" : ", ", Span(Data(p.ToString())).Class("where") })),
                l.Locations.Count > PlacesShown ? $" and {Phrases.Number(l.Locations.Count - PlacesShown)} more" : null)))),
        result.Lints.Count > TrapsShown ? P($"and {Phrases.Number(result.Lints.Count - TrapsShown)} more in assessment.json").Class("soft") : null);

    /// <summary>The same as lines for a terminal, each lint once with its first place.</summary>
    public static IReadOnlyList<string> Lines(AssessmentResult result, int shown = 12)
    {
        var lines = result.Lints.Take(shown).Select(l => $"{l.Id}{(l.Provision is null ? "" : " " + l.Provision)}: {l.Words}{(l.Locations.Count > 0 ? $" ({l.Locations[0]}{(l.Locations.Count > 1 ? $" and {l.Locations.Count - 1} more" : "")})" : "")}").ToList();
        if (result.Lints.Count > shown) lines.Add($"and {Phrases.Number(result.Lints.Count - shown)} more in assessment.json");
        return lines;
    }

    private static string Word(RowVerdict row) => $"{Phrases.Symbol(row.Outcome)} {Phrases.Word(row.Outcome)}{(row is { Outcome: Outcome.Pass, Grade: { } grade } ? ", " + Phrases.Word(grade) : "")}";
}
