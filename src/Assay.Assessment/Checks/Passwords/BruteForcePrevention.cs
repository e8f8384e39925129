using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>A log-in that is reachable over a network, is on as delivered, takes a secret that people type, and has nothing against guessing.</summary>
public sealed class BruteForcePrevention() : RowCheck("brute-force-prevention", 3, Polarity.Refute, 1,
    "a defence against guessing for every log-in over a network that takes a password or PIN", "what happens after ten wrong log-ins, in IXIT 1-AuthMech and in a capture", "5.1-5-1a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var factor = Papers.Field(row, "Authentication Factor");
        var proximity = $"{Papers.Field(row, "Network Interface Proximity")} {Papers.Field(row, "Description")}";
        if (Wording.IsNo(factor) || Wording.IsNotApplicable(factor) || (factor is not null && !Typed.IsMatch(factor))) yield break;
        if (Local.IsMatch(proximity) && !Network.IsMatch(proximity)) yield break;
        var says = Papers.Field(row, "Brute Force Prevention");
        if (Wording.IsMissing(says) || Wording.IsNo(says) || Wording.Affirms(says, Unlimited) is not null || NoLimit.IsMatch(says!) || IsLeftOpen(says!) || GivenUp.Is(says, Answer))
        {
            yield return Papers.Field(row, "Default Status") is { } status && Off.IsMatch(status)
                ? Open(Units[0], $"{Name(row)} has nothing against guessing and is off as delivered; who turns it on, and whether they are told, is for a person")
                : factor is null ? Open(Units[0], $"{Name(row)} names neither a factor nor a defence against guessing", "the row's authentication factor and brute force prevention")
                : Refutes(Units[0], $"{Name(row)} takes a password over a network and names nothing that makes guessing impractical", row.At("Brute Force Prevention"));
            yield break;
        }
        if (FirstPause(says!) is >= Many and var tries)
        {
            yield return Refutes(Units[0], $"{Name(row)} lets {tries.ToString("0", System.Globalization.CultureInfo.InvariantCulture)} guesses through before anything slows them down", row.At("Brute Force Prevention"));
            yield break;
        }
        yield return Defence.IsMatch(says!)
            ? Supports(Units[0], $"{Name(row)} names a defence against guessing: \"{Wording.Begin(says!)}\"")
            : Open(Units[0], $"{Name(row)} says \"{Wording.Begin(says!)}\"; whether that makes guessing impractical is for a person");
    }

    // So many guesses find every PIN of five digits and every word of a dictionary.
    private const double Many = 100_000;

    private static double? FirstPause(string says) => Tries.Matches(says).Select(m => double.Parse(Marks.Replace(m.Groups["n"].Value, ""), System.Globalization.CultureInfo.InvariantCulture)).Cast<double?>().Min();

    private static Regex Marks => field ??= new(@"[,.' \u00a0]", RegexOptions.CultureInvariant);

    private static Regex Tries => field ??= new(@"(?<![\d.,])(?<n>\d{1,3}(?:[,.' ]\d{3})+|\d{1,12})\s+(?:\w+ ){0,2}?(?:attempts?|tries|guesses|log-?ins?|failures|trials|entries|requests)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // One clause gives it up, and no other names anything that slows a guesser down.
    private static bool IsLeftOpen(string says) => Wording.Clauses(says).Any(c => Waived.IsMatch(c)) && !Wording.Parts(says).Any(c => !Waived.IsMatch(c) && !Wording.IsDenied(c) && Slows.IsMatch(c));

    private static Regex Answer => field ??= new(@"\b(lock\w*|clos\w+|block\w*|delay\w*|back-?off|rate|limit\w*|throttl\w*|captcha|wait\w*|suspend\w*|exponential\w*|entropy|bits?|time-?out|cool-?down|bann?\w*|tarpit|paus\w+|stop\w*|second\w*|minutes?|hours?|factor|totp|certificate\w*|key space|tries|ends?|\d+|two|three|four|five|six|seven|eight|ten|twenty)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Waived => field ??= new(@"\b(no|without|not any|lacks?( any| a)?) (\w+ )?(ceiling|cap|maximum|bound|upper bound|limit\w*|restriction|lock-?out|throttl\w*|delay|rate limit\w*|counter-?measures?|protection|prevention|defen[cs]e|back-?off)\b|\b(rel(y|ies|ied|ying)|depend\w*|trust\w*|count\w*|rests?|left)( (up)?(on|in|to))?\b[^.;]{0,60}\b(passwords?|passphrases?|pins?|users?|owners?|customers?|(home|local|house|own) (network|lan))\b|^\W*there (is|are) none\b|\b(attempts?|failures?|tries|wrong \w+|each one)\b[^.;]{0,20}\b(is|are|gets?) (only |just |merely )?(logged|recorded|counted|written)\b|\b(password|passphrase|pin)s? (is|are|being) (long|strong|complex|good|hard|difficult)( enough)?\b|\b(attempts?|guess\w*|tries|retries)\b[^.;]{0,30}\b(un(limited|restricted|bounded)|not (limited|restricted|counted|delayed|throttled|blocked))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Slows => field ??= new(@"\b(lock(s|ed|ing|-?out)?|block\w*|delay\w*|back-?off|rate[- ]?limit\w*|throttl\w*|limit(s|ed)? (to|of)|captcha|wait\w*|suspend\w*|exponential\w*|time-?out|cool-?down|ban(ned|s)?|tarpit|paus\w+|after (\d+|two|three|four|five|six|ten|twenty)|seconds?|minutes?|hours?|second factor|two-factor|token)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Typed => field ??= new(@"\b(password|passphrase|passcode|pin|pins|passwords|code)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Local => field ??= new(@"\b(local(ly)? (physical|on the device)|physical(ly)?|keypad|button|display|usb|serial|uart|console|touch\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Network => field ??= new(@"\b(network|lan|wan|wi-?fi|wlan|ethernet|internet|cloud|http\w*|web\w*|ssh|telnet|bluetooth|ble|zigbee|remote|ip|port)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Off => field ??= new(@"^[\s*_`]*(disabled|off|inactive|deactivated|not active|not enabled)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unlimited => field ??= new(@"\b(unlimited|any number of|arbitrar\w+ (many|number)|as (many|often) as)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NoLimit => field ??= new(@"^[^.]{0,40}\b(no|not|without)\b[^.,]{0,40}\b(lock\w*|limit\w*|delay|rate|throttl\w*|restrict\w*|protect\w*|prevent\w*|counter\w*|measures?)\b[^.]{0,40}\.?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Defence => field ??= new(@"\b(lock\w*|block\w*|delay\w*|back-?off|rate[- ]?limit\w*|throttl\w*|limit\w*|captcha|wait\w*|suspend\w*|exponential|attempts?|tries|entropy|time-?out|cool-?down|ban\w*|tarpit)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
