using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A field of a detail table that a unit rests on holds a placeholder. An empty field, or one with a dash or dots alone, is silence and refutes nothing.</summary>
public sealed class TablePlaceholders() : Check("table-placeholders", 3, Polarity.Refute, CoverageScope.Declaration,
    "placeholders in the fields of detail tables that units rest on", "the missing words in the table", [.. Fields.Select(f => f.Unit).Distinct()])
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var answers = new List<Answer>();
        foreach (var (number, field, unit) in Fields)
        {
            var rows = examined.Rows(number).ToList();
            if (rows.Count == 0)
            {
                answers.Add(Open(unit, $"detail table {number} was not handed over", $"detail table {number}"));
                continue;
            }
            foreach (var (table, row) in rows)
            {
                if (Papers.Field(row, field) is { } says && says.Any(c => char.IsLetterOrDigit(c) || c == '?') && Placeholder.In(says) is { } placeholder)
                {
                    answers.Add(Refutes(unit, (table, row), $"{Shortened.Visible(row.Id)}, {field}: a placeholder (\"{Wording.Begin(placeholder)}\") stands where a statement should be"));
                }
            }
        }
        return answers;
    }

    private static readonly (int Table, string Field, string Unit)[] Fields =
    [
        (1, "Password Generation Mechanism", "5.1-1-1a"), (1, "Security Guarantees", "5.1-3-1a"), (1, "Cryptographic Details", "5.1-3-1c"), (1, "Brute Force Prevention", "5.1-5-1a"),
        (3, "Time Frame", "5.2-2-1a"), (7, "Security Guarantees", "5.3-7-1a"), (7, "Cryptographic Details", "5.3-7-1c"), (8, "Time Frame", "5.3-8-1a"),
        (10, "Type", "5.4-1-1a"), (10, "Security Guarantees", "5.4-1-1b"), (10, "Protection Scheme", "5.4-1-1c"), (10, "Generation Mechanism", "5.4-4-1b"),
        (11, "Security Guarantees", "5.5-1-1a"), (11, "Cryptographic Details", "5.5-1-1c"), (20, "Security Guarantees", "5.7-1-1a"), (20, "Detection Mechanisms", "5.7-1-1b"),
        (25, "Confirmation", "5.11-4-1b"), (29, "Handling Unexpected Data", "5.13-1-1b"),
    ];
}
