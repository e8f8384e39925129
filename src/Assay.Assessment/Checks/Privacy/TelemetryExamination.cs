using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Telemetry is collected: at least one row says how it is searched for anomalies of security.</summary>
public sealed class TelemetryExamination() : Check("telemetry-examination", 3, Polarity.Decide, CoverageScope.Declaration,
    "at least one row of IXIT 24-TelData that is examined for anomalies of security", "IXIT 24-TelData with its field Security Examination filled", "5.10-1-1a", "5.10-1-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(24).Select(r => (Of: r, Says: Papers.Field(r.Row, "Security Examination", "Examination"))).ToList();
        if (rows.Count == 0 || rows.All(r => r.Says is null))
        {
            foreach (var unit in Units) yield return Open(unit, rows.Count == 0 ? "IXIT 24-TelData was not handed over" : "IXIT 24-TelData has no field Security Examination");
            yield break;
        }
        var examinedRows = rows.Where(r => Fields.Of(r.Says) == Filled.Words && !NotExamined.IsMatch(r.Says!) && !GivenUp.Is(r.Says, Answer) && !Used.IsMatch(r.Says!)).ToList();
        if (examinedRows.Count == 0)
        {
            yield return Refutes("5.10-1-1a", $"none of {rows.Count} row(s) of IXIT 24-TelData is examined for anomalies: {Shortened.Visible(rows[0].Of.Row.Id)} {Fields.Shown(rows[0].Says)}", rows[0].Of.Row.At("Security Examination"));
            yield return Open("5.10-1-1b", "no telemetry is examined, so there is nothing to weigh");
            yield break;
        }
        // Words that nobody here can read decide nothing.
        examinedRows = [.. examinedRows.Where(r => Answer.IsMatch(r.Says!))];
        if (examinedRows.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, $"{Shortened.Visible(rows[0].Of.Row.Id)} does not say in words that a program reads how telemetry is examined for anomalies: {Fields.Shown(rows[0].Says)}");
            yield break;
        }
        // An unsigned table is anybody's word: it may agree, it decides nothing.
        var first = examinedRows.FirstOrDefault(r => r.Of.Table.SignedBy is not null) is { Of.Row: not null } signed ? signed : examinedRows[0];
        var words = $"{Shortened.Visible(first.Of.Row.Id)} declares how it is examined: \"{Wording.Begin(first.Says!)}\"";
        yield return first.Of.Table.SignedBy is not null ? Holds("5.10-1-1a", words, first.Of.Row.At("Security Examination")) : Supports("5.10-1-1a", $"{words}; the table is not signed") with { Locations = [first.Of.Row.At("Security Examination")] };
        foreach (var (of, _) in examinedRows) yield return Open("5.10-1-1b", $"whether what {Shortened.Visible(of.Row.Id)} collects fits its examination is for a person", "a laboratory's record on the examination of telemetry").For(of);
    }

    private static Regex Used => field ??= new(@"^\W*((it |they )?(is|are|goes|go|gets?|was) )?(only )?(stored|kept|archived|billed|sent|goes|forwarded|passed)\b[^.;]{0,30}\b(forgotten|sales|marketing|accounting|billed|archive\w*|billing)\b|^\W*(is |are )?(only )?(billed|archived)\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Answer => field ??= new(@"\b(anomal\w*|spikes?|peaks?|rises?|review\w*|look\w*|alert\w*|alarm\w*|trend\w*|threshold\w*|compar\w*|analy[sz]\w*|detect\w*|monitor\w*|outlier\w*|evaluat\w*|watch\w*|check\w*|fe(e)?d|dashboard|examin\w*|reads?|statistic\w*|unusual|attack\w*|intrusion|correlat\w*|rules?|soc|siem)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotExamined => field ??= new(@"(^\W*(is |are )?(not|never) (examined|evaluated|analy[sz]ed|checked|inspected|monitored|used|looked|searched|reviewed|read|watched)\b|^[^.;]{0,20}\b(nobody|no one) (\w+ )?(looks?|examines?|checks?|reads?|reviews?|analy[sz]es|watches)\b|^\W*(only )?(for |used for )?((marketing|advertising|sales|statistics|product improvement|development|quality|accounting)( (for|of|and) \w+)?)( only| alone| purposes?)*\W*$|^\W*not (for|with regard to|as to) security\b|\b(is|are) not (examined|evaluated|analy[sz]ed|checked|inspected|monitored)( for security( \w+)?| at all| by \w+)?\s*\.?\s*$|^\W*no (security )?(examination|evaluation|analysis|check)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
