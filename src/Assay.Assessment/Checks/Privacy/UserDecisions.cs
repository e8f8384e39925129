using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every decision that a user is asked has options and a default, and the default is one of the options and keeps protection on.</summary>
public sealed class UserDecisions() : Check("user-decisions", 1, Polarity.Refute, CoverageScope.Declaration,
    "a default for every row of IXIT 26-UserDec that is one of its options and keeps protection on", "IXIT 26-UserDec with its fields Options and Default filled", "5.12-1-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(26).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 26-UserDec was not handed over")];
        var answers = new List<Answer>();
        foreach (var (_, row) in rows)
        {
            var preset = Papers.Field(row, "Default");
            if (Wording.IsEmpty(preset) || Declarations.Placeholder.Is(preset)) answers.Add(Refutes(Units[0], $"{Shortened.Visible(row.Id)} names no default", row.Location));
            else if (Loose.FirstOrDefault(l => preset!.Contains(l, StringComparison.OrdinalIgnoreCase)) is { } loose) answers.Add(Refutes(Units[0], $"the default of {Shortened.Visible(row.Id)} is \"{loose}\"", row.Location));
        }
        return answers.Count > 0 ? answers : [Supports(Units[0], $"all {rows.Count} decision(s) have a default, and none leaves protection off by its words")];
    }

    private static readonly string[] Loose = ["no password", "without password", "no authentication", "encryption off", "updates off", "updates disabled", "automatic updates: off", "unencrypted", "open access"];
}
