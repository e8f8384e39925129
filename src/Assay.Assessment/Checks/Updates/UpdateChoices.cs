using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Unattended updates and notices of updates: are they on as delivered, and may the user switch or delay them? Mechanisms without the feature are out of the question.</summary>
public sealed class UpdateChoices() : RowCheck("update-choices", 2, Polarity.Refute, 7,
    "unattended updates and notices that are on as delivered and that the user may switch or delay", "IXIT 7-UpdMech with configuration and user notification, and the state as delivered", "5.3-4-1b", "5.3-6-1b", "5.3-6-1c", "5.3-6-1d", "5.3-6-1e")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var configuration = Papers.Field(row, "Configuration");
        var notice = Papers.Field(row, "User Notification", "Notification");
        if (UpdatePaths.IsAutomatic(row) == true)
        {
            var off = configuration is null ? null : Wording.Clauses(configuration).FirstOrDefault(c => OffAsDelivered.IsMatch(c));
            var on = configuration is null ? null : Wording.Clauses($"{configuration}\n\n{Papers.Field(row, "Initiation")}").FirstOrDefault(c => OnAsDelivered.IsMatch(c));
            foreach (var unit in new[] { "5.3-4-1b", "5.3-6-1c" })
            {
                yield return off is not null && on is null
                    ? Refutes(unit, $"{Name(row)} is off as delivered: \"{Wording.Begin(off)}\"", row.At("Configuration"))
                    : on is not null && off is null ? Supports(unit, $"{Name(row)} is on as delivered: \"{Wording.Begin(on)}\"") : Open(unit, $"{Name(row)} does not say whether it is on as delivered");
            }
            yield return Choice("5.3-6-1b", "unattended installation", configuration, row, "Configuration");
        }
        if (notice is not null && !Wording.IsMissing(notice) && !Wording.IsNo(notice) && !Wording.IsNotApplicable(notice) && !Silent.IsMatch(notice))
        {
            var about = $"{notice}\n\n{(configuration is null ? "" : string.Join("\n\n", Wording.Clauses(configuration).Where(c => Notifies.IsMatch(c))))}";
            var fixedOn = Wording.Clauses(about).FirstOrDefault(c => Fixed.IsMatch(c) && Notifies.IsMatch(c));
            yield return fixedOn is not null ? Refutes("5.3-6-1d", $"{Name(row)}: the notice cannot be switched or delayed: \"{Wording.Begin(fixedOn)}\"", row.At("User Notification"))
                : Wording.Affirms(about, Choose) is { } may ? Supports("5.3-6-1d", $"{Name(row)}: \"{Wording.Begin(may)}\"") : Open("5.3-6-1d", $"{Name(row)} does not say whether the notice may be switched or delayed");
            var off = Wording.Clauses(about).FirstOrDefault(c => OffAsDelivered.IsMatch(c));
            yield return off is not null ? Refutes("5.3-6-1e", $"{Name(row)}: notices are off as delivered: \"{Wording.Begin(off)}\"", row.At("User Notification"))
                : Wording.Clauses(about).Any(c => OnAsDelivered.IsMatch(c)) ? Supports("5.3-6-1e", $"{Name(row)}: notices are on as delivered") : Open("5.3-6-1e", $"{Name(row)} does not say whether notices are on as delivered");
        }
    }

    private Answer Choice(string unit, string what, string? says, IxitRow row, string field)
    {
        if (Wording.IsMissing(says)) return Open(unit, $"{Name(row)} does not say whether the user may switch or delay {what}");
        var forced = Wording.IsNo(says) ? says : Wording.Clauses(says).FirstOrDefault(c => Fixed.IsMatch(c));
        if (forced is not null && Wording.Affirms(says, Choose) is null) return Refutes(unit, $"{Name(row)}: the user may not switch or delay {what}: \"{Wording.Begin(forced)}\"", row.At(field));
        return Wording.Affirms(says, Choose) is { } may ? Supports(unit, $"{Name(row)}: \"{Wording.Begin(may)}\"") : Open(unit, $"{Name(row)} does not say whether the user may switch or delay {what}");
    }

    private static Regex OffAsDelivered => field ??= new(@"\b((disabled|off|inactive|deactivated|not (enabled|active|activated))( by| as| per| in)( the)? (default|delivered|factory)|default(s| is| setting is|:)?( to)? (off|disabled|manual)|(must|has to|needs to) (first )?be (enabled|switched on|activated|turned on)|opt-in|off out of the box|^\W*(off|disabled|inactive|deactivated|muted) (until|unless|at first|initially|to begin with)|(switched |turned )?(off|disabled|inactive|deactivated|muted) (when|on|as|at|upon) (it is |they are |being )?(delivered|delivery|new|unpacked|shipped|bought|purchase)|(user|owner|operator|customer|administrator) (must|has to|needs to|have to) (first )?(enable|activate|switch (it |them )?on|turn (it |them )?on)|(stays?|remains?|is|are|left|starts?( out)?) (switched |turned )?(off|disabled|inactive|deactivated|muted|silenced|suppressed) (until|unless|at first|initially|to begin with|as long as)|(initially|at first|as delivered|ex works|on delivery|in the state of delivery) (\w+ ){0,2}(off|disabled|inactive|deactivated|muted|silenced)|leaves? (the |our )?(works|factory|production|plant|shop) (switched |turned )?(off|disabled|inactive|deactivated|muted|silenced)|(delivered|shipped|supplied|sold|come|comes) (as |with (it|them) )?(switched |turned )?(off|disabled|inactive|deactivated|muted|silenced))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Silent => field ??= new(@"^\W*(silent(ly)?|invisibl[ey])\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex OnAsDelivered => field ??= new(@"\b((enabled|on|active|activated)( by| as| per| in)( the)? (default|delivered|factory)|default(s| is| setting is|:)?( to)? (on|enabled|automatic|auto)|opt-out|on out of the box|always (on|enabled|active|runs?))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Fixed => field ??= new(@"\b(can ?not|may not|can't|not possible|impossible|no (option|setting|way|configuration|possibility)|none|neither|nothing|nobody|no one)\b[^.;]{0,60}\b(disabled?|switch\w*|turn\w*|chang\w+|postpon\w+|delay\w*|configur\w+|deactivat\w+|opt|option\w*|influence\w*)\b|\b(mandatory|forced|always (on|enabled|installed))\b|\bno (configuration|settings?|influence|choice|control|say)\b|\bnothing (can|may) be\b|\bnot (configurable|changeable|adjustable|user-configurable)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Choose => field ??= new(@"\b(can|may|able to|allows?|lets?|option\w*|configurable|configures?|toggle|switch\w*|setting|select\w*|choose\w*|schedul\w+|postpon\w+|delay\w*|snooz\w+|defer\w*|opt-?out|restrict)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Notifies => field ??= new(@"\b(notif\w+|notice\w*|message\w*|inform\w*|alert\w*|banner|pop-?up|e-?mail\w*|push|prompt\w*|dialog\w*|led|display\w*|shown?|reminder\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
