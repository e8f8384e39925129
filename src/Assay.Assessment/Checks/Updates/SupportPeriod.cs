using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// The period of security updates: is it said, can it be read, is it one and the same wherever it stands (IXIT 2-UserInfo, device.yaml,
/// the saved page), and has it not ended? A placeholder is no period.
/// </summary>
public sealed class SupportPeriod() : Check("support-period", 4, Polarity.Decide, CoverageScope.Declaration,
    "one readable period of security updates, the same in every paper and not over", "IXIT 2-UserInfo with a date or a number of years, and a saved copy of the page that tells it to buyers", "5.3-13-2c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var answers = new List<Answer>();
        var declared = new List<Period>();
        foreach (var table in examined.Declaration.Tables.Where(t => t.Number == 2))
        {
            foreach (var (place, text, near) in Lines(examined, table))
            {
                if (Placeholder.In(text) is { } placeholder && (PeriodPlaceholder.IsMatch(text) || Topic.IsMatch(near)))
                {
                    // "A gap, to be resolved" announces the placeholder; the period itself is where a figure should stand.
                    answers.Add(Refutes(Units[0], $"a placeholder (\"{placeholder}\") stands where the support period should be", place));
                    declared.Add(new Period(null, null, $"\"{placeholder}\"", place, table));
                }
                if (!Topic.IsMatch(near)) continue;
                declared.AddRange(Wording.Spans(text).Where(s => s.Months >= 12).Select(s => new Period(s.Months, null, $"\"{s.Words}\"", place, table)));
                declared.AddRange(Wording.Dates(text).Select(d => new Period(null, d.Date, $"\"{d.Words}\"", place, table)));
            }
        }
        // The update procedures speak of other times too: there only the plain words count.
        foreach (var (table, row) in examined.Rows(8))
        {
            foreach (var (name, value) in row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Where(f => Lasting.IsMatch(f.Value)))
            {
                declared.AddRange(Wording.Spans(value).Where(s => s.Months >= 12).Select(s => new Period(s.Months, null, $"\"{s.Words}\"", row.At(name), table)));
                declared.AddRange(Wording.Dates(value).Select(d => new Period(null, d.Date, $"\"{d.Words}\"", row.At(name), table)));
            }
        }
        // A procedure that ends on a day ends the support with it.
        foreach (var (table, row) in examined.Rows(8))
        {
            if (Papers.Field(row, "Time Frame") is not { } frame || Lasting.IsMatch(frame)) continue;
            declared.AddRange(Wording.Dates(frame).Where(d => Until.IsMatch(frame[..Math.Max(0, frame.IndexOf(d.Words, StringComparison.Ordinal))])).Select(d => new Period(null, d.Date, $"\"{d.Words}\"", row.At("Time Frame"), table)));
        }
        foreach (var (_, row) in examined.Rows(2))
        {
            var says = Papers.Field(row, "Support Period") ?? (row.Id.StartsWith("Support Period", StringComparison.OrdinalIgnoreCase) ? string.Join('\n', row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)) : "");
            if (Wording.IsNo(says) || says.Length > 0 && Placeholder.Is(says)) answers.Add(Refutes(Units[0], $"nothing stands where the support period should be: \"{Wording.Begin(says)}\"", row.At("Support Period")));
            else if (Ended.Match(says) is { Success: true } ended && int.Parse(ended.Groups["y"].ValueSpan, CultureInfo.InvariantCulture) < examined.AsOf.Year) answers.Add(Refutes(Units[0], $"the support period ended before the date of this assessment: \"{Wording.Begin(says)}\"", row.At("Support Period")));
            else if (Vague.IsMatch(says) && !says.Any(char.IsDigit) && !Wording.Spans(says).Any()) answers.Add(Refutes(Units[0], $"words without a date or a number stand where the support period should be: \"{Wording.Begin(says)}\"", row.At("Support Period")));
        }
        var sheet = examined.Of(FileKind.Device).FirstOrDefault();
        if (examined.Device.SupportEnd is { } end && sheet is not null) declared.Add(new Period(null, end, $"\"{end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}\"", sheet.At(LineOf(sheet, "supportEnd")), null));
        var published = Published(examined).ToList();
        foreach (var (one, other) in Disagreeing([.. declared, .. published]))
        {
            answers.Add(Contradicts(Units[0], new Contradiction("how long security updates come", Says(one), Says(other))));
        }
        // RFC 8520, section 3.6: false where the device gets no more updates.
        if (declared.FirstOrDefault(p => p.End >= DateOnly.FromDateTime(examined.AsOf.UtcDateTime)) is { } running)
        {
            foreach (var file in examined.Of(FileKind.Mud))
            {
                if (MudAgainstTraffic.Read(file) is { IsSupported: false }) answers.Add(Contradicts(Units[0], new Contradiction("whether the device is still supported", Says(running), new Statement($"MUD file {file.Name}: is-supported is false", file.At(1 + Math.Max(0, file.Lines.ToList().FindIndex(l => l.Contains("is-supported", StringComparison.Ordinal)))), IsPaper: true))));
            }
        }
        var today = DateOnly.FromDateTime(examined.AsOf.UtcDateTime);
        foreach (var over in declared.Concat(published).Where(p => p.End < today)) answers.Add(Refutes(Units[0], $"the support period ended on {over.Words}, before the date of this assessment", over.Place));
        if (answers.Count > 0) return answers;
        if (declared.Count == 0) return [Open(Units[0], examined.Declaration.Table(2) is null ? "IXIT 2-UserInfo was not handed over" : "IXIT 2-UserInfo names no support period that can be read")];
        if (published.Count == 0) return [Open(Units[0], $"the papers say {declared[0].Words}; the page that tells it to buyers was not handed over", "a copy of the published page with the support period, saved with its date")];
        // A date and a number of years are two statements until somebody says from which day the years count.
        if (published.FirstOrDefault(p => declared.Any(d => d.Months is not null && d.Months == p.Months || d.End is not null && d.End == p.End)) is not { } told)
        {
            return [Open(Units[0], $"the papers say {declared[0].Words} and the page {published[0].Words}; whether that is the same period cannot be told", "the day from which the years count, or the end of the period as a date in both")];
        }
        var words = $"the page that was handed over tells the declared support period, {told.Words}";
        var addresses = examined.Rows(2).SelectMany(r => SavedPages.Addresses(Papers.Whole(r.Row))).ToList();
        return SavedPages.Of(examined, addresses).Any(p => p.File.Name == told.Place.Artefact && p.IsDated(examined))
            ? [Holds(Units[0], words, declared[0].Place, told.Place)]
            : [Supports(Units[0], $"{words}; from which address and on which day it was saved does not stand in its first lines") with { Locations = [declared[0].Place, told.Place] }];
    }

    private sealed record Period(int? Months, DateOnly? End, string Words, Location Place, IxitTable? Table);

    private static Statement Says(Period period) => period.Table is { } table
        ? Papers.Says(table, period.Place, period.Words)
        : new Statement($"{period.Place.Artefact}: {period.Words}", period.Place, IsPaper: true);

    // A date and a number of years are not compared: the day they count from is not known.
    private static IEnumerable<(Period One, Period Other)> Disagreeing(IReadOnlyList<Period> all)
    {
        var placeholder = all.FirstOrDefault(p => p.Months is null && p.End is null);
        var spans = all.Where(p => p.Months is not null).DistinctBy(p => p.Months).ToList();
        var ends = all.Where(p => p.End is not null).DistinctBy(p => p.End).ToList();
        if (placeholder is not null && spans.Concat(ends).FirstOrDefault() is { } said) yield return (placeholder, said);
        for (var i = 1; i < spans.Count; i++) yield return (spans[0], spans[i]);
        for (var i = 1; i < ends.Count; i++) yield return (ends[0], ends[i]);
    }

    private static IEnumerable<Period> Published(Examined examined)
    {
        foreach (var file in examined.Of(FileKind.Document))
        {
            for (var i = 0; i < file.Lines.Count; i++)
            {
                if (!Promise.IsMatch(file.Lines[i])) continue;
                foreach (var (months, words) in Wording.Spans(file.Lines[i])) yield return new Period(months, null, $"\"{words}\"", file.At(i + 1), null);
                foreach (var (date, words) in Wording.Dates(file.Lines[i]).Where(d => IsEnd(file.Lines[i], d.Words))) yield return new Period(null, date, $"\"{words}\"", file.At(i + 1), null);
            }
        }
    }

    // A page has other days on it: of its release, of its last change. The words before the date make it an end.
    private static bool IsEnd(string line, string date) => line.IndexOf(date, StringComparison.Ordinal) is >= 0 and var at && End.IsMatch(line[Math.Max(0, at - 60)..at]);

    // A sentence may go over a line's end, so a line counts as about support when it or one of its neighbours is.
    private static IEnumerable<(Location Place, string Text, string Near)> Lines(Examined examined, IxitTable table)
    {
        var lines = Papers.Lines(examined, table).ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            yield return (lines[i].Place, lines[i].Text, string.Join('\n', lines.Skip(Math.Max(0, i - 2)).Take(i - Math.Max(0, i - 2) + 2).Select(l => l.Text)));
        }
    }

    private static int LineOf(DossierFile file, string key) => 1 + Math.Max(0, file.Lines.ToList().FindIndex(l => l.StartsWith(key, StringComparison.Ordinal)));

    private static Regex Topic => field ??= new(@"\b(support(ed)? (period|life|lifespan|duration|promises?|until|for|with)|support end|security (update|patch|fix)\w*|lifecycle|maintained|end of (support|life)|updates? (are|will be) (provided|delivered|available))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Until => field ??= new(@"\b(until|till|up to|through)\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Lasting => field ??= new(@"\b(support (period|ends?|until|for)|end of (support|life)|came on the market|placed? on the market)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Vague => field ??= new(@"\b(we(['’]ll| will| shall)? see|usual|typical|customary|reasonable|adequate|appropriate|sufficient(ly)?|as long as|(expected|ordinary|average) (life|service|use)\w*|until (further notice|we |it |the (successor|next))|(our|the maker['’]s|the manufacturer['’]s|sole) discretion|depend\w*|(several|some|a few|many) (years|time|months)|indefinite\w*|open-ended|not (yet )?(fixed|decided|known|defined|limited|determined)|unknown|undecided|unlimited|for the time being|a good while|while stocks last|as the (market|demand)\w*|stocks|life ?time|as (long|far) as (possible|needed))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A year alone: it is over where the whole of it is.
    private static Regex Ended => field ??= new(@"^\W*(it |support )?(until|ended|ends|expired|till|up to|through)\b[^.;\d]{0,20}(\d{1,2}[/.-])?(?<y>20\d\d)\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex PeriodPlaceholder => field ??= new(@"(\?+|\b[XN]{1,3}) ?(years?|months?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex End => field ??= new(@"\b(until|till|through|to|by|up to|ends?|ending|expires?|end of (support|life)|eol|support (period|end)|at least)\b(\W+(the|at|least|on|of|end|date|is|and|including)\b)*\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Promise => field ??= new(@"\b(support period|security updates?|supported until|end of (support|life)|support ends?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
