using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A row names a row of another detail table that is not there: one of the two papers is wrong.</summary>
public sealed class DanglingReference() : Check("dangling-reference", 2, Polarity.Support, CoverageScope.Declaration,
    "rows of detail tables that other rows name and that no table has", "the missing row, or the corrected reference", [.. References.Select(r => r.Unit).Distinct()])
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var answers = new List<Answer>();
        var kept = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (from, field, to, unit) in References)
        {
            var targets = examined.Declaration.Tables.Where(t => t.Number == to).ToList();
            var ids = targets.SelectMany(t => t.Rows).Select(r => r.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
            if (ids.Count == 0) continue;
            // Ids look as the maker writes them: what stands before the number in rows that are there.
            var heads = ids.Select(Head).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var (table, row) in examined.Rows(from))
            {
                if (Papers.Field(row, field) is not { } says) continue;
                foreach (Match match in RowId.Matches(says).Take(200))
                {
                    if (!heads.Contains(match.Groups["head"].Value)) continue;
                    if (ids.Contains(match.Value) || ids.Contains(match.Value.TrimEnd('.', '-', '_')))
                    {
                        kept[unit] = kept.GetValueOrDefault(unit) + 1;
                        continue;
                    }
                    answers.Add(Contradicts(unit, (table, row), new Contradiction($"whether there is a row {Shortened.Visible(match.Value)}", Papers.Says(table, row, $"{field} names {Shortened.Visible(match.Value)}"),
                        Papers.Says(targets[0], targets[0].Location, $"has no row {Shortened.Visible(match.Value)}"))).NotIn(to));
                }
            }
        }
        if (answers.Count > 0) return answers.DistinctBy(a => (a.Unit, a.Contradiction)).Take(100);
        return Units.Select(u => kept.TryGetValue(u, out var n) ? Supports(u, $"{n} reference(s) to other tables lead to rows") : Open(u, "no row names a row of a table that was handed over", "the detail tables that name each other"));
    }

    private static string? Head(string id) => RowId.Match(id) is { Success: true } match && match.Length == id.Length ? match.Groups["head"].Value : null;

    private static Regex RowId => field ??= new(@"(?<![A-Za-z0-9_-])(?<head>[A-Za-z]{3,20}[-_])(?<number>\d{1,4}[A-Za-z]?)(?![A-Za-z0-9_])(?!-\d)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static readonly (int From, string Field, int To, string Unit)[] References =
    [
        (6, "Update Mechanism", 7, "5.3-3-1a"), (10, "Secure Communication", 11, "5.5-6-1a"), (10, "Communication Mechanism", 11, "5.5-6-1a"), (13, "Authentication Mechanism", 1, "5.5-4-1a"),
        (21, "Secure Communication", 11, "5.8-1-1a"), (21, "Communication Mechanism", 11, "5.8-1-1a"), (24, "Personal Data", 21, "6-4-1a"), (11, "Interface", 15, "5.5-1-1b"),
        (29, "Source", 11, "5.13-1-1a"), (29, "Source", 13, "5.13-1-1a"), (29, "Source", 27, "5.13-1-1a"), (29, "Source", 28, "5.13-1-1a"),
    ];
}
