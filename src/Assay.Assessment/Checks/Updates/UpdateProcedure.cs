using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Each procedure of IXIT 8-UpdProc names by when a mended version is out.</summary>
public sealed class UpdateProcedure() : RowCheck("update-procedure", 3, Polarity.Refute, 8,
    "a time frame for the release of security updates in every row of IXIT 8-UpdProc", "IXIT 8-UpdProc with its time frame", "5.3-8-1a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var time = Papers.Field(row, "Time Frame", "Timeframe", "Deadline");
        if (time is not null && (Wording.IsMissing(time) || Wording.IsNo(time) || Wording.IsNotApplicable(time) || None.IsMatch(time) || DeclaredTimes.IsOpenEnded(time) || DeclaredTimes.IsYears(time) || GivenUp.Is(time, DeclaredTimes.Quantity))) yield return Refutes(Units[0], $"{Name(row)} names no time by which a mended version is out, or one of more than a year: \"{Wording.Begin(time)}\"", row.At("Time Frame"));
        else if (time is not null && Span.IsMatch(time)) yield return Supports(Units[0], $"{Name(row)} names a time: \"{Wording.Begin(Span.Match(time).Value)}\"");
        else yield return Open(Units[0], $"{Name(row)}: a time could not be read out of the words");
    }

    private static Regex None => field ??= new(@"^[^.\d]{0,80}\b(no (fixed |set |defined |specific |guaranteed )?(time|deadline|commitment|target|schedule)|not (defined|fixed|specified|committed|guaranteed)|open-ended|whenever|when (we have|there is) time|no time frame)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Span => field ??= new(@"\b(\d+|one|two|three|four|five|six|seven|ten|fourteen|thirty|ninety)[\s-]*(business |working |calendar )?(hours?|days?|weeks?|months?)\b|\b(immediately|daily|weekly|monthly|same day|next (business )?day)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
