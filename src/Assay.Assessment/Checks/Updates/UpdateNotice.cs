using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Somewhere the user is told that an update is needed, which risks it takes away, and that it interrupts. One mechanism that tells is enough; none at all refutes.</summary>
public sealed class UpdateNotice() : Check("update-notice", 2, Polarity.Refute, CoverageScope.Declaration,
    "a notice of needed updates with the risks that they take away, and a warning of interruption", "the words of the notice as the user sees them", "5.3-11-1a", "5.3-11-1b", "5.3-12-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(7).Select(r => (r.Table, r.Row, Says: Papers.Field(r.Row, "User Notification", "Notification"))).ToList();
        if (rows.Count == 0) return Units.Select(u => Open(u, "IXIT 7-UpdMech was not handed over"));
        var none = rows.Where(r => Wording.IsNo(r.Says) || Wording.IsNotApplicable(r.Says) || (r.Says is not null && Wording.IsMissing(r.Says)) || (r.Says is not null && Silent.IsMatch(r.Says) && Wording.Clauses(r.Says).All(c => Wording.IsDenied(c) || Silent.IsMatch(c) || !Tells.IsMatch(c)))).ToList();
        if (none.Count == rows.Count) return Units.Select(u => Refutes(u, "no update mechanism tells the user anything", none.Select(n => n.Row.At("User Notification")).ToArray()).NotIn(7));
        var all = string.Join("\n\n", rows.Where(r => !none.Contains(r)).Select(r => r.Says).OfType<string>());
        if (all.Length == 0) return Units.Select(u => Open(u, "IXIT 7-UpdMech does not say how users are told"));
        var bland = Wording.Affirms(all, Risks) is null ? Wording.Clauses(all).FirstOrDefault(c => Bland.IsMatch(c)) : null;
        var abrupt = Wording.Clauses(all).FirstOrDefault(c => Abrupt.IsMatch(c) && !Negated.IsMatch(c));
        var place = rows.First(r => !none.Contains(r)).Row.At("User Notification");
        return
        [
            Wording.Affirms(all, Tells) is { } tells ? Supports("5.3-11-1a", $"users are told: \"{Wording.Begin(tells)}\"") : Open("5.3-11-1a", "how users are told could not be read out of the words"),
            bland is not null ? Refutes("5.3-11-1b", $"the notice names no risk: \"{Wording.Begin(bland)}\"", place)
                : Wording.Affirms(all, Risks) is { } risks ? Supports("5.3-11-1b", $"the notice speaks of risks: \"{Wording.Begin(risks)}\"") : Open("5.3-11-1b", "whether the notice names the risks that the update takes away is not said", "the words of the notice as the user sees them"),
            abrupt is not null ? Refutes("5.3-12-1a", $"nobody is warned of the interruption: \"{Wording.Begin(abrupt)}\"", place)
                : Wording.Affirms(all, Interrupts) is { } stops ? Supports("5.3-12-1a", $"users are warned: \"{Wording.Begin(stops)}\"") : Open("5.3-12-1a", "whether the device warns of an interruption is not said", "the words that the device shows before it restarts"),
        ];
    }

    private static Regex Silent => field ??= new(@"^[^.]{0,80}\bno (physical |visual |active |\w+ )?(led |network )?(indicators?|notifications?|messages?|notices?)\b|\b(users?|owners?) (is|are) not (notified|informed|told)\b|^\W*(silent(ly)?|invisibl[ey])\b|\b(updat\w+|install\w*|run\w*|happen\w*|take place|appl(y|ies|ied))\b[^.;]{0,30}\bsilent(ly)?\b|\bsilent(ly)? (updat\w+|install\w*|appl\w+)|\bwithout (any )?(notification|notice|message)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Tells => field ??= new(@"\b(notif\w+|notice\w*|notes?|message\w*|inform\w*|alert\w*|banner|pop-?up|cards?|chimes?|e-?mails?|e-?mail\w*|push|prompt\w*|dialog\w*|led|display\w*|shown?|shows|tells?|told|says?|speaks?|announc\w+|warn\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // What is said to be the notice's whole content, and names nothing that goes wrong without the update.
    private static Regex Bland => field ??= new(@"\b(nothing (else|more|further)|no (further |more )?(reasons?|risks?|details?|explanations?|content)|without (giving |naming |saying |telling |any |a |the |further )*(reasons?|risks?|details?|explanations?|why|what)|^\W*(only|just|merely) (a|an|the) (dot|number|icon|lamp|badge|symbol)|(version|version number|number|name|date) (only|alone)\W*$|(only|just|merely) (says|shows|reads|tells|states|the (words|version|text)))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Abrupt => field ??= new(@"\b(interrupt\w*|restart\w*|reboot\w*|stops?|pauses?|unavailab\w+|off-?line|goes (down|dark|off)|(is|are) (off|away|dark)|do(es)? not (work|answer|run))\b[^.;]{0,60}\b(without (any |a |prior |further |previous |saying |giving )*(warning|notice|announcement|a word)|unannounced|with no (warning|notice)|(nobody|no one) is (told|warned)|not (announced|said|told|shown))\b|\b(without|no) (any |a |prior |further )*(warning|announcement)( of| before| that)\b[^.;]{0,40}\b(interrupt\w*|restart\w*|reboot\w*|stop\w*|pause\w*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Negated => field ??= new(@"\b(do|does|will|can|is|are) ?(not|n['’]t|never)\b[^.;]{0,40}\bwithout\b|\bnever\b[^.;]{0,40}\bwithout\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Risks => field ??= new(@"\b(risks?|vulnerabilit\w+|cve|security (issue|fix|problem|relevance)\w*|release notes|change ?log|threat\w*|severity|advisory)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Interrupts => field ??= new(@"\b(interrupt\w*|unavailab\w+|restart\w*|reboot\w*|down-?time|offline|not (be )?(usable|available)|progress|duration|do not (switch|turn|power) off)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
