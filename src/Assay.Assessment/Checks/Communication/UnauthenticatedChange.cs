using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// A request in a capture that shows nothing to be let in, and the device changed or told its configuration all the same. What happens before a device is known
/// to be set up, an answer that says "200" and means no (an error, a log-in page), and what follows a log-in of the same client (some devices remember the address), is shown and refutes nothing.
/// </summary>
public sealed class UnauthenticatedChange() : Check("unauthenticated-change", 3, Polarity.Refute, CoverageScope.Capture,
    "requests without any credential that change or return the device's configuration", "a request to every function of IXIT 13-SoftServ without a credential, captured in the initialised state", "5.5-4-2a", "5.5-5-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var open = new List<Location>();
        foreach (var capture in examined.Captures)
        {
            var letIn = capture.Trials.Where(t => t.ToDevice && t.IsAccepted).GroupBy(t => t.Client).ToDictionary(g => g.Key, g => g.Min(t => t.Time), StringComparer.Ordinal);
            foreach (var shown in capture.Exchanges.Where(e => e.ToDevice && e.Shown is not "none").GroupBy(e => e.Client)) letIn[shown.Key] = letIn.TryGetValue(shown.Key, out var before) && before < shown.Min(s => s.Time) ? before : shown.Min(s => s.Time);
            var bare = capture.Exchanges.Where(e => e.ToDevice && e is { Status: >= 200 and < 300, IsRefused: false } && e.Shown == "none" && Configuration.IsMatch(e.Path) && !Harmless.IsMatch(e.Path)).ToList();
            var changes = bare.Where(e => e.Method is "POST" or "PUT" or "PATCH" or "DELETE").ToList();
            var returns = bare.Where(e => e.Method == "GET" && Secretive.IsMatch(e.Path)).ToList();
            foreach (var seen in changes.Concat(returns))
            {
                var excused = capture.State != "initialised" || SetUp.IsMatch(seen.Path) || letIn.TryGetValue(seen.Client, out var since) && since <= seen.Time;
                if (excused)
                {
                    open.Add(seen.At(capture.Artefact));
                    continue;
                }
                var units = seen.Method == "GET" ? new[] { Units[0] } : Units;
                var words = $"{seen.Method} {Wording.Begin(seen.Path)} without any credential was answered {seen.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
                return [.. units.Select(u => Refutes(u, words, seen.At(capture.Artefact))), .. Units.Except(units).Select(u => Open(u, $"{words}; no change was seen"))];
            }
        }
        return open.Count > 0 ? Units.Select(u => Open(u, $"{open.Count} request(s) without a credential touched the configuration: during set-up, after a log-in of the same client, or in a capture of which device.yaml does not say that it was made after set-up") with { Locations = open }) : Silence(examined);
    }

    private static Regex Configuration => field ??= new(@"(?<![a-z])(config\w*|settings?|admin\w*|passw\w*|passwd|users?|accounts?|wifi|wlan|wireless|network|firmware|upgrade|update|reboot|restart|reset|factory|restore|backup|apply|save|set|system|security|system_?config|control|command|cmd|nvram|cgi-bin)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Pages, parts of pages and the log-in itself.
    private static Regex Harmless => field ??= new(@"\.(html?|js|css|png|jpe?g|gif|svg|ico|woff2?|map|txt)$|(?<![a-z])(log-?in|logon|auth\w*|session|token|sign-?in|challenge|nonce|captcha|status|version|info|ping|health|language|locale|time|check\w*)(?![a-z])|/onvif/|/upnp/|description\.xml", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Secretive => field ??= new(@"(?<![a-z])(passw\w*|passwd|users?|backup|config\w*|wifi|wlan|wireless|nvram|settings?|security|shadow|keys?)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SetUp => field ??= new(@"(?<![a-z])(setup|set-up|wizard|onboard\w*|provision\w*|init\w*|first|welcome|commission\w*|pair\w*|generate_204|hotspot|captive)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
