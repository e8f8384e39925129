using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>What words in a maker's papers say, as far as a program may tell. In doubt it says nothing.</summary>
internal static class Wording
{
    /// <summary>Nothing is said: no letter or digit at all.</summary>
    public static bool IsEmpty(string? text) => text is null || !text.Any(char.IsLetterOrDigit);

    /// <summary>A denial alone: <c>no</c>, <c>none</c>, <c>not implemented</c>, with or without a reason after it.</summary>
    public static bool IsNo(string? text) => text is not null && (BareNo.IsMatch(text) || NotDone.IsMatch(text) || WeDoNot.IsMatch(text)
        || NoThing.Match(text) is { Success: true } no && !Turns.IsMatch(no.Value) && !Affirmed(text[no.Length..]));

    // What follows the denial says something of its own that is no denial: "No form: the switch in the app".
    private static bool Affirmed(string rest) => rest.Any(char.IsLetter) && AfterNo.Split(rest).Any(c => c.Any(char.IsLetter) && !IsDenied(c) && !Explains.IsMatch(c));

    /// <summary>What is asked for does not exist yet: in preparation, planned, to be introduced.</summary>
    public static bool IsPending(string? text) => text is not null && Pending.IsMatch(text);

    public static bool IsYes(string? text) => text is not null && Yes.IsMatch(text);

    /// <summary>The word stands alone in the text, whatever its case.</summary>
    public static bool Names(string text, string word)
    {
        for (var at = 0; (at = text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var before = at == 0 || !char.IsLetterOrDigit(text[at - 1]);
            var after = at + word.Length;
            if (before && (after == text.Length || !char.IsLetterOrDigit(text[after]))) return true;
        }
        return false;
    }

    /// <summary>Months of every span of time that the text names: <c>5 years</c>, <c>five-year</c>, <c>60 months</c>.</summary>
    public static IEnumerable<(int Months, string Words)> Spans(string text) => TimeWords.Spans(text);

    /// <summary>Every date that the text names and that can be read in one way only.</summary>
    public static IEnumerable<(DateOnly Date, string Words)> Dates(string text) => TimeWords.Dates(text).Where(d => !d.IsAmbiguous && !d.IsFigures).Select(d => (d.Date, d.Text));

    /// <summary>The text denies the word in the same sentence: <c>MD5 is not used</c>, <c>no TLS 1.0</c>.</summary>
    public static bool Denies(string text, string word)
    {
        foreach (var sentence in SentenceEnd.Split(text).Where(s => Names(s, word)))
        {
            var at = sentence.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            // Before the word any denial counts; behind it only one that speaks of the word: "SHA-1 is not used", and not "SHA-1 without salt".
            if (!Denial.IsMatch(sentence[..at]) && !DeniedAfter.IsMatch(sentence[(at + word.Length)..])) return false;
        }
        return true;
    }

    /// <summary>Clauses of a prose text: sentences, points of a list, and what follows a "but". Lines that were only wrapped stay together.</summary>
    public static IEnumerable<string> Clauses(string? text) => text is null ? [] : ClauseEnd.Split(text).Where(c => !IsEmpty(c));

    /// <summary>Clauses cut once more, at commas, colons and parentheses.</summary>
    public static IEnumerable<string> Parts(string? text) => Clauses(text).SelectMany(c => c.Split(',', ':', ';', '(', ')')).Where(p => !IsEmpty(p));

    /// <summary>The first clause that matches and does not deny what it says; null where there is none.</summary>
    public static string? Affirms(string? text, Regex what) => Clauses(text).FirstOrDefault(c => what.IsMatch(c) && !IsDenied(c));

    /// <summary>The first clause that matches and denies; null where there is none.</summary>
    public static string? Refuses(string? text, Regex what) => Clauses(text).FirstOrDefault(c => what.IsMatch(c) && IsDenied(c));

    /// <summary>
    /// The text with asides in parentheses taken out that only bring a denial of something else: <c>at night (no feed-in)</c>. A remark on the thing itself stays: <c>(not supported)</c>.
    /// </summary>
    public static string WithoutAsides(string text) => Aside.Replace(text, " ");

    /// <summary>Guarantees by their first letters are spelled out: <c>C, I, A</c> stands for confidentiality, integrity and authenticity.</summary>
    public static string Spelled(string? guarantees) => guarantees is null || !Letters.IsMatch(guarantees) ? guarantees ?? ""
        : string.Join(", ", guarantees.Select(c => c switch { 'C' or 'c' => "confidentiality", 'I' or 'i' => "integrity", 'A' or 'a' => "authenticity", _ => "" }).Where(w => w.Length > 0));

    /// <summary>The clause says that something is not so, in one of the ways that people write it.</summary>
    public static bool IsDenied(string clause) => ClauseDenial.IsMatch(clause);

    /// <summary>As <see cref="IsDenied"/>, or the clause tells of what keeps it from being so: <c>avoids</c>, <c>prevents</c>, <c>excludes</c>.</summary>
    public static bool IsAverted(string clause) => IsDenied(clause) || ClauseAversion.IsMatch(clause);

    /// <summary>The first clause that matches and neither denies nor averts what it says; null where there is none.</summary>
    public static string? Admits(string? text, Regex what) => Clauses(text).FirstOrDefault(c => what.IsMatch(c) && !IsAverted(c));

    /// <summary>Nothing is said, or nothing yet: empty, or a placeholder alone. "None" and "not applicable" are words of their own.</summary>
    public static bool IsMissing(string? text) => IsEmpty(text) || (text!.Length < 200 && Placeholder.Is(text));

    /// <summary><c>n/a</c>, <c>not applicable</c>, with or without a reason after it.</summary>
    public static bool IsNotApplicable(string? text) => text is not null && NotApplicable.IsMatch(text);

    /// <summary>The first words of a text, fit for a report.</summary>
    public static string Begin(string text)
    {
        var flat = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Assay.Evidence.Shortened.Visible(flat.Length <= 120 ? flat : flat[..117] + "…");
    }

    private static Regex ClauseEnd => field ??= new(@"(?<=[.;!?])\s+|\n\s*\n|\n\s*(?=[-*•]\s)|\bbut\b|\bhowever\b|\bwhereas\b|\s[–—]\s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ClauseDenial => field ??= new(@"\b(not|no|never|without|none|nothing|nobody|neither|nor|cannot|disabled?|refus\w+|reject\w+|forbid\w*|forbidden|deprecated|removed|instead of|rather than|excluded?|excluding|independent(ly)?|unrelated|lacks?|lacking|free of|nothing to do with|no longer|impossible|infeasible|impractical|unable|denied|denies|deny)\b|n't\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ClauseAversion => field ??= new(@"\b(avoid(s|ed|ing)?|prevent(s|ed|ing|ion)?|prohibit\w*|block(s|ed|ing)?|exclud\w+|eliminat\w+|filter\w*|rul(es|ed|ing) out|guards? against|protect\w* (from|against))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotApplicable => field ??= new(@"^[\s*_`]*(n/?a|n\.a\.|not applicable|not relevant|does not apply)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // What a thing is said to lack, where the lack is a fault; what must not be done to a secret ("not stored", "not readable") is none of them.
    private const string Done = "implemented|supported|available|present|provided|in place|confirmed|existing|needed|necessary|required|offered|planned|foreseen|intended|applied|done|handled|shown|published|signed|documented|locked|specified|defined|described|given|made|checked|verified|examined|reviewed|evaluated|assessed|audited|tested|monitored|managed|considered|decided|indicated|displayed|announced|communicated|regulated|limited|restricted|protected|encrypted|secured|marked|printed|labell?ed|told|informed|notified|used|set|controlled|separated|validated|formali[sz]ed";

    // English in full; from other languages the plain word, since papers are filled in two languages at once. "Non" begins other words and stands alone.
    private static Regex BareNo => field ??= new(@"^[\s*_`(]*(no|none|nope|n|nothing|nobody|no one|never|nowhere|nil|non|nein|nej|nee|keine?r?|aucune?|not at all)( (at all|yet|so far|for now|at present|at the moment|today|currently|whatsoever|any ?more|needed|necessary|required|planned|given|provided|available|foreseen|in particular|beyond [\w\s-]{1,60}))?[\s*_`)]*($|[.;,:(/–—-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // "Not done", "not (yet) published anywhere", "not at present": the first clause is no more than that.
    private static Regex NotDone => field ??= new(@"^[\s*_`(]*not (yet |currently |at present |really |considered |further )?(" + Done + @"|possible|at (present|the moment|this time)|currently|yet|so far)\b(?![^.;,:]*\b(plain|clear|readable|unencrypted|source|default)\b)[^.;,:(–—]{0,40}($|[.;,:(–—])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // "No protection", "no check is made", "there is no process for this": the thing itself, and no other words that bring it back.
    private static Regex NoThing => field ??= new(@"^[\s*_`(]*((there|it) (is|are|exists?|has) )?(no|not any|without( any| a)?)(?! (one|more|later|less|fewer|longer|sooner|other|further|single|plain|clear|unencrypted|unsigned|unverified|unchecked|unneeded|unused|debug\w*|default|weak|shared|hard-?coded|key leaves|third)\b)( [\w/-]+){1,4}?( (is|are|was|were|has been|have been|will be|can be|could be)( (\w+ ){0,2}(" + Done + @"|possible))?| (exists?|takes? place|happens?))?( (at all|yet|so far|at present|at the moment|for (this|it|that|now)))?[\s*_`)]*($|[.;,:(–—])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Turns => field ??= new(@"\b(without|but|except|other than|unless|leaves?|runs?|as root|gets?|account|registration|log-?in|(reads?|sees?|knows?))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex WeDoNot => field ??= new(@"^[\s*_`]*((we|it|they|the (maker|company|supplier|manufacturer|product|device|team)|our \w+) (do|does|did|can|could|will|have|has|are|is) ?(not|n[o'’]t)( yet| currently| at present)? (have|offer|provide|publish|plan|operate|run|maintain|supply|perform|give|do|examine|check|monitor|review|tell|inform|confirm|document|manage|remove|describe|promise|guarantee|handle|limit|written|made|drafted|looked|found)\b(?![^.;]*\b(without|unless|except)\b)|(we|the (maker|company|supplier|manufacturer)) (have|has) no (such |own |\w+ )?(notice|page|policy|process|procedure|resources?|staff|people|document\w*|plan|budget|time|tools?|monitoring|team)\b|(nobody|no one) (does|looks?|checks?|examines?|monitors?|reviews?|handles?|watches|notices?|cares|is (told|informed|notified|responsible|in charge|assigned)|has been (assigned|appointed))\b|nothing (is|gets|has been) (done|shown|indicated|displayed|checked|verified|examined|documented|written|planned|monitored|reviewed|tested|reported|signal\w+|announced|told)\b|(users?|owners?|customers?) (is|are) not (told|informed|notified)\b|(does|do|did) not exist\b|(cannot|can not|can't|could not) be (confirmed|said|given|told)\b|nothing (happens|formal|special|in particular|particular|specific)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Pending => field ??= new(@"^\W*(planned|foreseen|to be (done|introduced|established|published|confirmed|prepared|defined|set up)|in progress|in work|pending|open)\b|^[^.;]{0,60}\b((in|under) preparation|in progress|being (set up|established|built( up)?|introduced|prepared|drafted|worked (on|out))|under construction|(is|are) (only )?planned( for)?\b|(will|shall|is to|are to|is going to) (only )?(be )?(introduced|established|set up|built up|created|started?|follow|come|implemented|begin)|to come\b|(does|do) not (yet )?(operate|exist|work)( yet)?)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A paper that only some may read, or that is not out yet: <c>internal</c>, <c>on demand</c>, <c>to be published</c>.</summary>
    public static bool IsKept(string text) => Kept.IsMatch(text);

    private static Regex Kept => field ??= new(@"^\W*(an? |our |the )?(internal(ly)?|intranet|confidential|private|restricted)\b|^\W*(only|solely|exclusively|just|merely)\b(?! (https?|www|a click))|\b(only|alone|exclusively)\W*$|\b(on|upon|by|at|after|against) (a )?(\w+ )?(request|demand|inquiry|enquiry)\b|^\W*(planned|to be |will be |will follow|coming|soon|in preparation|not yet)|\bnot (for|meant for|open to) (outsiders|the public|others|everybody|everyone)\b|\bour \w+( people| staff)? (hands?|gives?|sends?|shows?) (it|them)( out)?\b|\bwith an? (\w+ )?contract\b|\b(after|upon|against) sign\w+\b|^\W*(known|available|given|told|disclosed|shown|open) (only )?to (our|the|its) (\w+ )?(staff|employees|support|partners?|dealers?|installers?|technicians?|customers?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex AfterNo => field ??= new(@"[.;,:–—]\s*", RegexOptions.CultureInvariant);

    // A reason for there being nothing is nothing.
    private static Regex Explains => field ??= new(@"^\W*(because|since|as|due to|reason|the (home|house|home network|local network|interface|lan|network|device|product|password)|it (is|was)|they (are|were)|planned|this|that|which)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Aside => field ??= new(@"\((?:no|without|unless|if not|when not)\b(?! (more|longer))[^()]{0,60}\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Letters => field ??= new(@"^\W*[CIA](\W{1,3}(and )?[CIA]){0,2}\W*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Yes => field ??= new(@"^[\s*_`]*(yes|confirmed|hereby confirmed|we (hereby )?confirm|true|y|ja|oui|s[ií])\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SentenceEnd => field ??= new(@"(?<=[.;])\s+|\n", RegexOptions.CultureInvariant);

    private static Regex DeniedAfter => field ??= new(@"^[^,;]{0,60}?\b(not|never|no longer|nor|disabled?|refus\w+|reject\w+|forbidden|deprecated|removed|excluded?|switched off|turned off|none|off)\b|^\W*[:=(-]\W*(no|none|off)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Denial => field ??= new(@"\b(not|no|nor|none|neither|never|without|disabled?|refus\w+|reject\w+|forbidden|deprecated|removed|instead of|excluded?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
