using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>One row id stands in two papers, and a field of it says something else in each.</summary>
public sealed class TablesAgree() : Check("tables-agree", 1, Polarity.Support, CoverageScope.Declaration,
    "the same words for the same row in every paper that holds it", "one corrected and signed set of detail tables", [.. Touched.Values])
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var answers = new List<Answer>();
        var twice = 0;
        foreach (var group in examined.Declaration.Tables.Where(t => Touched.ContainsKey(t.Number)).SelectMany(t => t.Rows.Select(r => (Table: t, Row: r)))
            .GroupBy(r => (r.Table.Number, Id: r.Row.Id.ToLowerInvariant())).OrderBy(g => g.Key.Number).ThenBy(g => g.Key.Id, StringComparer.Ordinal))
        {
            // Within one table an id that comes twice is a slip of another kind.
            var (one, others) = (group.First(), group.Skip(1).Where(r => r.Table.Location.Artefact != group.First().Table.Location.Artefact).ToList());
            foreach (var other in others)
            {
                twice++;
                var field = one.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).FirstOrDefault(f => other.Row[f.Key] is { } says && Differ(f.Value, says)).Key;
                if (field is null) continue;
                answers.Add(Contradicts(Touched[one.Table.Number], one, new Contradiction($"{field} of {Shortened.Visible(one.Row.Id)}",
                    new Statement($"IXIT {one.Table.Number}-{one.Table.Name}, {Shortened.Visible(one.Row.Id)}: {Wording.Begin(one.Row[field]!)}", one.Row.At(field), IsPaper: true),
                    new Statement($"IXIT {other.Table.Number}-{other.Table.Name}, {Shortened.Visible(other.Row.Id)}: {Wording.Begin(other.Row[field]!)}", other.Row.At(field), IsPaper: true))));
            }
        }
        if (answers.Count > 0) return answers.Take(100);
        return Units.Select(u => twice > 0 ? Open(u, $"{twice} row(s) stand in two papers and say the same in both") : Open(u, "no row stands in two papers"));
    }

    // What is the same but for marks, case and blanks is the same; what one paper says shorter may still be the same.
    private static bool Differ(string one, string other)
    {
        string a = Bare(one), b = Bare(other);
        return a.Length > 0 && b.Length > 0 && !a.Contains(b, StringComparison.Ordinal) && !b.Contains(a, StringComparison.Ordinal) && !Placeholder.Is(one) && !Placeholder.Is(other);
    }

    private static string Bare(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    // A unit for each table that stands for it: one that every assessment of the table asks.
    private static readonly SortedDictionary<int, string> Touched = new()
    {
        [1] = "5.1-3-1a",
        [3] = "5.2-2-1a",
        [5] = "5.2-3-1a",
        [6] = "5.3-1-1a",
        [7] = "5.3-7-1a",
        [8] = "5.3-8-1a",
        [10] = "5.4-1-1a",
        [11] = "5.5-1-1a",
        [12] = "5.5-2-1a",
        [13] = "5.6-5-1a",
        [15] = "5.6-1-1a",
        [20] = "5.7-1-1a",
        [21] = "6-2-1a",
        [23] = "5.9-1-1b",
        [25] = "5.11-1-1b",
        [26] = "5.12-1-1a",
        [29] = "5.13-1-1b",
    };
}
