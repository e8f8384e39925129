using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Data is collected: the telemetry table and the note to users must not contradict each other, and every row says what it is for.</summary>
public sealed class TelemetryParties() : Check("telemetry", 2, Polarity.Support, CoverageScope.Declaration,
    "the same word on telemetry in IXIT 24-TelData, 2-UserInfo and the conformance statement, with a purpose for every row", "IXIT 24-TelData with its field Purpose, and the published notice", "6-5-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var table = examined.Declaration.Table(24);
        if (table is null || table.Rows.Count == 0) return [Open(Units[0], "IXIT 24-TelData was not handed over")];
        var answers = new List<Answer>();
        foreach (var row in table.Rows.Where(r => Papers.Field(r, "Purpose") is { } purpose && Wording.IsEmpty(purpose))) answers.Add(Refutes(Units[0], $"{Shortened.Visible(row.Id)} names no purpose", row.Location));
        foreach (var (info, row) in examined.Rows(2))
        {
            var says = Papers.Field(row, "Documentation of Telemetry");
            if (says is not null && (Wording.IsNo(says) || says.StartsWith("Not applicable", StringComparison.OrdinalIgnoreCase)))
            {
                answers.Add(Contradicts(Units[0], new Contradiction("whether telemetry is collected", Papers.Says(table, table.Rows[0], "is collected"), Papers.Says(info, row, Wording.Begin(says)))));
            }
        }
        return answers.Count > 0 ? answers : [Open(Units[0], "no paper contradicts IXIT 24-TelData on telemetry; whether the notice names its purposes is for a person beside the notice")];
    }
}
