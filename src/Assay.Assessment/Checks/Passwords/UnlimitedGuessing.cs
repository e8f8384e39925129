using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// Wrong log-ins in a capture that the device answered one after the other. The rate is a fact; it refutes where it breaks the declared limit or delay, and
/// where ten guesses within a minute met neither. Few guesses decide nothing.
/// </summary>
public sealed class UnlimitedGuessing() : Check("unlimited-guessing", 1, Polarity.Refute, CoverageScope.Capture,
    "repeated wrong log-ins that the device answers without delay or lockout", "a capture of twenty wrong log-ins in a row at every log-in of IXIT 1-AuthMech", "5.1-5-2b")
{
    /// <summary>Guesses in a row that a person does not make.</summary>
    private const int Many = 10;

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var open = new List<Answer>();
        foreach (var capture in examined.Captures)
        {
            foreach (var tries in capture.Trials.Where(t => t.ToDevice).GroupBy(t => (t.Client, t.Server, t.Protocol)))
            {
                foreach (var answer in OfSeries(examined, capture, Longest(tries.ToList())))
                {
                    if (answer.Says == Says.Refutes) return [answer];
                    open.Add(answer);
                }
            }
        }
        return open.Count > 0 ? [open[0]] : Silence(examined);
    }

    private IEnumerable<Answer> OfSeries(Examined examined, CaptureFacts capture, List<LoginTrial> wrong)
    {
        if (wrong.Count < 3) yield break;
        var (first, last) = (wrong[0], wrong[^1]);
        var seconds = Math.Max((last.Time - first.Time).TotalSeconds, 0.001);
        var pace = string.Create(CultureInfo.InvariantCulture, $"{wrong.Count} wrong {first.Protocol} log-ins in {seconds:0.#} s");
        var places = new[] { first.At(capture.Artefact), last.At(capture.Artefact) };
        var rows = examined.Rows(1).Where(r => Papers.IsAbout(r.Row, Words(first.Protocol))).ToList();
        var declared = rows.Select(r => (r.Row, Says: Papers.Field(r.Row, "Brute Force Prevention"))).Where(r => r.Says is not null).ToList();
        foreach (var (row, says) in declared)
        {
            // The least demanding of several rows counts, since nobody can see which of them answered.
            if (declared.Count == 1 && Attempts.Match(says!) is { Success: true } limit && Number(limit) is > 0 and var most && wrong.Count > most + 1 && Window(says!) > seconds)
            {
                yield return Refutes(Units[0], $"{pace} were each answered, and {Shortened.Visible(row.Id)} promises a lockout after {most}", places);
                yield break;
            }
            if (declared.Count == 1 && Delay.Match(says!) is { Success: true } wait && Number(wait) is > 0 and var delay && wrong.Count >= 5 && seconds / (wrong.Count - 1) < 0.5 * delay)
            {
                yield return Refutes(Units[0], $"{pace} were each answered, and {Shortened.Visible(row.Id)} promises a delay of {delay} s", places);
                yield break;
            }
        }
        if (wrong.Count >= Many && seconds / (wrong.Count - 1) < 60.0 / Many && !Slows(wrong))
        {
            var slow = declared.Any(d => Delay.IsMatch(d.Says!) || Entropy.IsMatch(d.Says!) || Attempts.IsMatch(d.Says!));
            yield return slow || seconds / (wrong.Count - 1) >= 1 && declared.Count > 0
                ? Open(Units[0], $"{pace} were each answered; whether that makes guessing impractical depends on the secret's length")
                : Refutes(Units[0], $"{pace} were each answered without delay or lockout", places);
            yield break;
        }
        yield return Open(Units[0], $"{pace} were seen, too few or too slow to tell whether guessing is stopped") with { Locations = places };
    }

    // Refused in a row, until one is let in or the server says that there were too many.
    private static List<LoginTrial> Longest(List<LoginTrial> tries)
    {
        List<LoginTrial> best = [], now = [];
        foreach (var attempt in tries.OrderBy(t => t.Time).ThenBy(t => t.Frame))
        {
            if (attempt.IsAccepted || attempt.IsThrottled) now = [];
            else now.Add(attempt);
            if (now.Count > best.Count) best = now;
        }
        return best;
    }

    // The later guesses take clearly longer than the first ones.
    private static bool Slows(List<LoginTrial> wrong)
    {
        var gaps = wrong.Zip(wrong.Skip(1), (a, b) => (b.Time - a.Time).TotalSeconds).ToList();
        return gaps.Count > 3 && gaps.Skip(gaps.Count / 2).Average() > 3 * Math.Max(0.05, gaps.Take(gaps.Count / 2).Average());
    }

    private static double Window(string says) => Minutes.Match(says) is { Success: true } window && Number(window) is > 0 and var n ? n * (window.Groups["hour"].Success ? 3600 : window.Groups["second"].Success ? 1 : 60) : 30;

    private static int Number(Match match) => int.TryParse(match.Groups["n"].Value, CultureInfo.InvariantCulture, out var n) ? n : Array.IndexOf(Numbers, match.Groups["n"].Value.ToLowerInvariant()) + 1;

    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    private static string[] Words(string protocol) => protocol switch
    {
        "http" => ["http", "https", "web", "webui", "web-ui", "browser", "api", "port 80", "rest"],
        "rtsp" => ["rtsp", "stream", "video"],
        _ => [protocol],
    };

    private static Regex Attempts => field ??= new(@"\b(?<n>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:(?:consecutive|successive|failed|wrong|incorrect|invalid|unsuccessful|bad|false)\s+){0,3}(?:log-?in |password |pin |authentication )?(?:attempts?|tries|log-?ins?|guesses|passwords|failures?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Delay => field ??= new(@"\b(?<n>\d{1,3}|one|two|three|five|ten)[\s-]*(?:seconds?|secs?|s)\b(?=[^.]{0,50}\b(delay|wait|pause|back-?off|between|throttl\w*)\b)|\b(?:delay|wait|pause|back-?off|throttl\w*)\b[^.]{0,40}?\b(?<n>\d{1,3}|one|two|three|five|ten)[\s-]*(?:seconds?|secs?|s)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Minutes => field ??= new(@"\b(?<n>\d{1,3}|one|two|three|five|ten)[\s-]*(?:(?<hour>hours?|h)|(?<minute>minutes?|mins?)|(?<second>seconds?|secs?))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Entropy => field ??= new(@"\b(entropy|\d{2,3}[- ]bits?|random token)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
