using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// Did the device ask for a new version? Seen in clear text or at an address that IXIT 7-UpdMech names: that agrees. Not seen refutes only in a capture of this
/// device, in the initialised state or an unnamed one, that is longer than the declared period with a tenth to spare and holds its start or twice the period.
/// </summary>
public sealed class UpdateCheckSeen() : Check("update-check-seen", 1, Polarity.Refute, CoverageScope.Capture,
    "the declared question for new versions in captures longer than the declared period", "a capture of the initialised device, from start-up on, longer than the declared period of update checks", "5.3-5-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var periods = examined.Rows(7).Where(r => UpdatePaths.Checks(r.Row) == true).Select(r => (r.Row, Hours: UpdatePaths.PeriodHours(r.Row))).ToList();
        var asked = examined.Of(FindingKind.Update).Where(f => f.Location.Frame is not null && (f.Has(Traits.UpdateQuery) || f.Has(Traits.UpdateDownload))).ToList();
        if (asked.Count > 0) return [Supports(Units[0], $"{asked.Count} question(s) for new versions were captured", [.. asked.Take(5)])];
        var hosts = examined.Rows(7).SelectMany(r => Host.Matches(Papers.Whole(r.Row)).Select(m => m.Groups[1].Value.ToLowerInvariant())).Distinct(StringComparer.Ordinal).ToList();
        foreach (var capture in examined.Captures)
        {
            if (capture.Conversations.FirstOrDefault(c => c.IsOutward && c.Names.Any(n => hosts.Contains(n.ToLowerInvariant().TrimEnd('.')))) is { } visit)
            {
                return [Supports(Units[0], $"the device called {Shortened.Visible(visit.Names.First(n => hosts.Contains(n.ToLowerInvariant().TrimEnd('.'))))}, which IXIT 7-UpdMech names") with { Locations = [visit.At(capture.Artefact)] }];
            }
        }
        if (!examined.Looked(CoverageScope.Capture)) return Silence(examined);
        var named = periods.Where(p => p.Hours is not null).OrderBy(p => p.Hours).ToList();
        if (named.Count == 0) return [Open(Units[0], "no question for new versions was captured, and IXIT 7-UpdMech names no period to wait for", "IXIT 7-UpdMech with the period of update checks")];
        var (row, hours) = (named[0].Row, named[0].Hours!.Value);
        var period = hours.ToString("0.#", CultureInfo.InvariantCulture);
        foreach (var capture in examined.Captures.Where(c => c.IsOfDevice && c.State != "factoryDefault" && c.Left == 0 && c.Length.TotalHours > 1.1 * hours && c.Conversations.Any(v => v.IsOutward)))
        {
            if (hosts.Count == 0 || !examined.LookedWhole(CoverageScope.Capture)) continue;
            // A connection without any name to another host might be the question: then nobody can say.
            if (capture.Conversations.Any(c => c.IsOutward && c.IsRemote && c.IsAnswered && c.Names.Count == 0 && c.Application is null or "tls" or "http")) continue;
            var last = capture.Conversations.Last(v => v.IsOutward);
            return [Refutes(Units[0], string.Create(CultureInfo.InvariantCulture, $"{Shortened.Visible(row.Id)} asks every {period} h, and in {capture.Length.TotalHours:0.#} h of {capture.Artefact} the device called none of the addresses that IXIT 7-UpdMech names"), last.At(capture.Artefact))];
        }
        return [Open(Units[0], $"no question for new versions was captured; {Shortened.Visible(row.Id)} asks every {period} h, and no capture of the device is surely long enough",
            $"a capture of the initialised device of more than {(1.1 * hours).ToString("0.#", CultureInfo.InvariantCulture)} h, with its names from DNS, and its hardware address in device.yaml")];
    }

    private static Regex Host => field ??= new(@"\b(?:https?|coaps?|mqtts?|ftps?)://([A-Za-z0-9.-]+\.[A-Za-z]{2,24})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
