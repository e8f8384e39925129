using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A saved copy of the set-up guide speaks of each decision that IXIT 26-UserDec names, and advises. One answer a row.</summary>
public sealed class GuideCoversDecisions() : Check("guide-covers-decisions", 1, Polarity.Support, CoverageScope.Document,
    "each row of IXIT 26-UserDec in the saved set-up guide, with advice", "a copy of the set-up guide that IXIT 2-UserInfo names, saved with its address and date", "5.12-2-1b", "5.12-2-1c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var pages = Notice.Of(examined, "Documentation of Secure Setup");
        var rows = examined.Rows(26).ToList();
        if (pages.Count == 0 || rows.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, pages.Count == 0 ? "no saved copy of the set-up guide that IXIT 2-UserInfo names was handed over" : "IXIT 26-UserDec was not handed over", pages.Count == 0 ? null : "IXIT 26-UserDec");
            yield break;
        }
        var text = string.Join("\n\n", pages.Select(p => p.Text));
        var spoken = Topics.Where(t => t.IsMatch(text)).ToList();
        var known = new WordIndex(text);
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var words = Words(of.Row.Id);
            var topic = Topics.Where(t => t.IsMatch($"{of.Row.Id.Replace('-', ' ')}\n{Papers.Field(of.Row, "Description")}")).ToList();
            if (topic.Count > 0 && !topic.Any(spoken.Contains))
            {
                yield return Contradicts("5.12-2-1b", new Verdicts.Contradiction($"whether users are asked what {id} asks", Papers.Says(of.Table, of.Row, "is a decision of the user"), Notice.Says(pages[0], "does not speak of it"))).For(of);
            }
            else if (topic.Count > 0 || words.Count > 0 && words.All(known.Names)) yield return Supports("5.12-2-1b", $"the saved guide speaks of {id}").For(of);
            else yield return Open("5.12-2-1b", $"whether the saved guide speaks of {id} is for a person").For(of);
        }
        yield return Advice.IsMatch(text) ? Supports("5.12-2-1c", "the saved guide advises") with { Locations = [pages[0].File.At(1)] } : Open("5.12-2-1c", "the saved guide gives no advice in words that a program can read");
    }

    private static IReadOnlyList<string> Words(string id) => [.. id.Split('-', '_', ' ', '.').Where(w => w.Length > 3 && !w.StartsWith("UserDec", StringComparison.OrdinalIgnoreCase) && !w.All(char.IsDigit))];

    private static IReadOnlyList<Regex> Topics => field ??= [Passwords, Updates, Wireless, RemoteAccess, Telemetry];

    private static Regex Passwords => field ??= new(@"\b(passwords?|pass ?phrases?|pins?|pass ?codes?|credentials?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Updates => field ??= new(@"\b(updat\w+|upgrad\w+|firmware)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Wireless => field ??= new(@"\b(wi-?fi|wlan|wireless|ssid|access point|router|network)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex RemoteAccess => field ??= new(@"\b(remote(ly)?|from outside|internet access|access settings|port forwarding|away from home)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Telemetry => field ??= new(@"\b(telemetry|statistics|diagnos\w+|usage data|analytics|crash reports?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Advice => field ??= new(@"\b(recommend\w*|we (advise|suggest)|should|must|do not|don't|always|never|choose|change (the|your)|keep\b|safer|preferred|best)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
