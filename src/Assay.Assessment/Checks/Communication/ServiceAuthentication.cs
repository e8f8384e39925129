using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every network service names a log-in mechanism, and the mechanism has a row.</summary>
public sealed class ServiceAuthentication() : Check("service-authentication", 3, Polarity.Refute, CoverageScope.Declaration,
    "a log-in mechanism for every service of IXIT 13-SoftServ", "IXIT 13-SoftServ and 1-AuthMech with matching ids", "5.5-4-1a", "5.5-5-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(13).ToList();
        var mechanisms = examined.Declaration.Tables.Where(t => t.Number == 1).ToList();
        if (rows.Count == 0) return Units.Select(u => Open(u, "IXIT 13-SoftServ was not handed over"));
        var asked = rows.Any(r => Papers.Field(r.Row, "Authentication Mechanism") is not null);
        var answers = new List<Answer>();
        var named = 0;
        foreach (var (table, row) in rows)
        {
            var says = Papers.Field(row, "Authentication Mechanism");
            // A layout without the field says nothing; where others fill it, one without words says that there is none. Who only asks others serves nobody; a plain "none" there is no gap.
            if (says is null && !asked) continue;
            var (known, unknown) = Papers.References(says ?? "", mechanisms, "AuthMech");
            if (Wording.IsEmpty(says) || known.Count == 0 && unknown.Count == 0 && IsOpen(row, says!))
            {
                answers.Add(Refutes(Units[0], (table, row), $"{Shortened.Visible(row.Id)} names no log-in mechanism{(Wording.IsEmpty(says) ? "" : $": \"{Wording.Begin(says!)}\"")}"));
                if (Wording.IsYes(Papers.Field(row, "Allows Configuration", "Configuration"))) answers.Add(Refutes(Units[1], (table, row), $"{Shortened.Visible(row.Id)} allows configuration and names no log-in mechanism"));
                continue;
            }
            if (known.Count > 0) named++;
            if (unknown.Count > 0 && mechanisms.Count > 0)
            {
                answers.Add(Contradicts(Units[0], (table, row), new Contradiction($"whether there is a log-in mechanism {unknown[0]}", Papers.Says(table, row, $"names {unknown[0]}"),
                    Papers.Says(mechanisms[0], mechanisms[0].Location, $"has no row {unknown[0]}"))).NotIn(1));
            }
        }
        if (answers.Count > 0) return answers;
        answers.Add(Open(Units[1], "whether each log-in keeps settings from everybody else is for a person"));
        return named == rows.Count
            ? [.. answers, Supports(Units[0], $"all {rows.Count} service(s) name a log-in mechanism that has a row")]
            : [.. answers, Open(Units[0], $"{rows.Count - named} of {rows.Count} service(s) describe their log-in without naming a row of IXIT 1-AuthMech", "a row of IXIT 1-AuthMech for each")];
    }

    // A plain "none" counts where settings can be changed; what opens to everybody says so itself, and what is not applicable is for a person.
    private static bool IsOpen(IxitRow row, string says) =>
        !Wording.IsNotApplicable(says) && InterfaceStatus.Of(row) != Switched.Off && !Asks.IsMatch(Papers.Whole(row))
        && (Everybody.IsMatch(says) && !Kept.IsMatch(says)
            || Wording.IsYes(Papers.Field(row, "Allows Configuration", "Configuration")) && (Wording.IsNo(says) || says.Trim(' ', '.').Equals("open", StringComparison.OrdinalIgnoreCase) || GivenUp.Is(says, Answer)));

    private static Regex Answer => field ??= new(@"\b(AuthMech\w*|pass(word|phrase|code|key)s?|certificates?|tokens?|pins?|keys?|bond\w*|pair\w*|log-?in|credentials?|tls|signature|oauth|code|authenticat\w*|user account|mac filter|button|physical\w*|outgoing|client)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Everybody => field ??= new(@"\b(opens? for (all|any\w*|every\w*|guests)|who(so)?ever (is|has|knows)|open (access|to (all|any\w*|every\w*|the (whole|local|home)))|any ?(one|body)|every ?(one|body)|every (device|phone|host|client)|free (for|to) (all|any\w*|every\w*)|(no|without( a| any)?) (log-?in|password|authentication|credentials?|pin)\W*$|free(ly)? (access\w*|available|usable|reachable)|public(ly)?|unauthenticated|anonymous(ly)?|unrestricted|unprotected)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Kept => field ??= new(@"\b(nobody|no one|not|never|cannot|only (after|with|by))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Asks => field ??= new(@"\b(client|outgoing|outbound|resolver|requests? (only|to)|sends? only|ntp|sntp|mdns|ssdp|discovery)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
