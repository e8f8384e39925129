using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>What IXIT 7-UpdMech says of one mechanism, in the three questions that checks of components ask.</summary>
internal static class UpdatePaths
{
    /// <summary>Mechanisms that a component's row names; null where it names none that has a row.</summary>
    public static IReadOnlyList<IxitRow>? Of(Examined examined, IxitRow component)
    {
        var says = Papers.Field(component, "Update Mechanism");
        if (Wording.IsEmpty(says)) return null;
        var (known, _) = Papers.References(says!, examined.Declaration.Table(7), "UpdMech");
        return known.Count > 0 ? known : null;
    }

    /// <summary>True where it begins and installs by itself, false where it says that a person must, null where it does not say.</summary>
    public static bool? IsAutomatic(IxitRow mechanism)
    {
        var says = Wording.WithoutAsides($"{Papers.Field(mechanism, "Initiation")}\n{Papers.Field(mechanism, "Description")}");
        // "Without interaction" and "requires no interaction" hold the words of a denial and are none.
        if (Wording.Affirms(says, Automatic) is not null || Unattended.IsMatch(says)) return true;
        return Manual.IsMatch(Papers.Field(mechanism, "Initiation") ?? "") || Wording.Refuses(says, Automatic) is not null ? false : null;
    }

    /// <summary>True where it asks for new versions after start-up and from time to time, false where it says that nothing asks, null where it does not say.</summary>
    public static bool? Checks(IxitRow mechanism)
    {
        var says = Papers.Field(mechanism, "Update Checking", "Update Check");
        if (Wording.IsMissing(says)) return null;
        if (Wording.IsNo(says) || Wording.IsNotApplicable(says) || NoCheck.IsMatch(says!) || ByPerson.IsMatch(says!) && !ByClock.IsMatch(says!)) return false;
        return Wording.Affirms(says, Asks) is not null ? true : null;
    }

    /// <summary>It needs tools, skill or an opened case.</summary>
    public static bool NeedsSkill(IxitRow mechanism) =>
        Wording.Affirms($"{Papers.Field(mechanism, "Initiation")}\n{Papers.Field(mechanism, "Description")}", Skill) is not null && IsAutomatic(mechanism) != true;

    /// <summary>Hours between two questions for a new version, as the row says: <c>every 12 hours</c>, <c>daily</c>, <c>once a week</c>; null where it names no period.</summary>
    public static double? PeriodHours(IxitRow mechanism)
    {
        var says = Papers.Field(mechanism, "Update Checking", "Update Check");
        if (Wording.IsMissing(says) || NoCheck.IsMatch(says!)) return null;
        double? period = null;
        foreach (var match in Period.Matches(says!).Cast<Match>())
        {
            var count = Array.IndexOf(Numbers, match.Groups["n"].Value.ToLowerInvariant()) is >= 0 and var at ? at + 1 : int.TryParse(match.Groups["n"].Value, System.Globalization.CultureInfo.InvariantCulture, out var n) ? n : 1;
            var hours = (match.Groups["unit"].Value.Length > 0 ? match.Groups["unit"].Value : match.Groups["word"].Value).ToLowerInvariant() switch
            {
                ['m', 'i', ..] => count / 60.0,
                ['h', ..] => count,
                ['d', ..] or ['n', ..] => 24.0 * count,
                ['w', ..] => 168.0 * count,
                _ => 744.0 * count,
            };
            if (hours > 0 && (period is null || hours > period)) period = hours;
        }
        return period;
    }

    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private static Regex Automatic => field ??= new(@"\b(automatic(ally)?|automated|auto-?updates?|unattended|by itself|on its own|in the background|over-the-air push|pushed (by|from)|self-updat\w+|(started|triggered|initiated) by the (device|product|dut|unit)|scheduled|nightly|every (night|day|hour|week))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unattended => field ??= new(@"\b(without (any )?(user |manual |human |operator |owner |further )?(interaction|action|intervention|consent|involvement|input)|no (user |manual |human |operator )?(interaction|action|intervention)( \w+)? (is )?(needed|required|necessary)|requir\w+ no (user |manual |human |operator )?(interaction|action|intervention))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Manual => field ??= new(@"\b((?<!the )(?<!user )(?<!see )(?<!owner's )manual(ly)?|user[- ]initiated|initiated by (the |a )?(user|owner|operator|administrator|technician)|(user|owner|operator|administrator|technician) (must|has to|needs to|initiates|starts|triggers|downloads|clicks|presses|uploads|connects)|by hand|on demand)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NoCheck => field ??= new(@"^[^.]{0,80}\b(no (automat\w+ |periodic |regular |active )?(update )?(check|checking|checks|query|queries|polling)\b[^.]{0,40}|(does|do|is|are) not (check|query|poll|perform|ask|look)\w*|never (checks?|asks?|looks?|by (itself|themselves))|not by (itself|themselves)|not (checked|performed|implemented|supported|available))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A person asks, and nothing else is named that does.
    private static Regex ByPerson => field ??= new(@"\b(when(ever)?|if|each time|as soon as|once|after|only)\b[^.;]{0,40}\b(users?|owners?|operators?|parents?|customers?|administrators?|technicians?|viewers?|installers?|some(body|one)|any(body|one)|one)\b[^.;]{0,30}\b(press\w*|click\w*|taps?|tapping|request\w*|ask\w*|select\w*|trigger\w*|start\w*|initiat\w*|search\w*|push\w*)\b|^\W*(only )?(manual(ly)?|by hand|on (request|demand)|at the (user|owner|operator)'s request)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ByClock => field ??= new(@"\b(every|each (day|night|week|month|hour|start|boot)|once (a|per|every|in)|twice|times a|daily|weekly|hourly|monthly|nightly|periodic\w*|regular\w*|interval\w*|automatic\w*|scheduled|(at|on|after|upon) (each |every |the )?(boot\w*|start\w*|power\w*|reboot\w*|restart\w*|wake\w*|switch\w*|connect\w*)|by itself|in the background|\d+ ?(h|hours?|min|minutes?|days?))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Asks => field ??= new(@"\b(every|each|once (a|per)|daily|weekly|hourly|monthly|nightly|periodic\w*|regular\w*|interval|at (boot|start)|after (boot|start|reboot|power|init)\w*|post-boot|poll\w*|quer(y|ies)|check\w*|asks?|looks? for)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Skill => field ??= new(@"\b(jtag|swd|solder\w*|open(ing)? the (case|casing|enclosure|housing)|disassembl\w+|programmer|flash(ing)? tool|developer tools?|command[- ]line|serial (console|cable|adapter)|uart adapter|service technician|trained (staff|personnel)|sent (back )?to the (maker|manufacturer|factory))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Period => field ??= new(@"\b(?:every|each|once (?:a|per|every)|once in|interval of|period of|intervals? of|at least every)\s{1,4}(?:about |approximately |roughly |approx\.? )?(?:(?<n>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s-]*)?(?<unit>minutes?|hours?|h|days?|night|weeks?|months?)\b|\b(?<word>hourly|daily|nightly|weekly|monthly)\b|\b(?<n>\d{1,3})[\s-](?<unit>hours?|days?|weeks?) (?:interval|period|cycle)|\b(?<n>\d{1,3})-?hourly\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
