using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every service that is on has a reason in the service table. One answer a row; a service that is declared off asks for none.</summary>
public sealed class ServiceJustification() : Check("service-justification", 4, Polarity.Refute, CoverageScope.Declaration,
    "a reason for every service of IXIT 13-SoftServ that is on", "IXIT 13-SoftServ with its field Justification filled", "5.6-5-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(13).ToList();
        if (rows.Count == 0) yield return Open(Units[0], "IXIT 13-SoftServ was not handed over");
        // A layout without the field says nothing; a row that leaves out what others fill has no reason.
        var asked = rows.Any(r => Reason(r.Row) is not null);
        foreach (var of in rows)
        {
            var reason = Reason(of.Row);
            var filled = Fields.Of(reason);
            var id = Shortened.Visible(of.Row.Id);
            if (InterfaceStatus.Of(of.Row) == Switched.Off) yield return Supports(Units[0], $"{id} is declared off and needs no reason for being on").For(of);
            else if (filled == Filled.Words && (Unreasoned.IsMatch(reason!) || GivenUp.Is(reason, Answer))) yield return Refutes(Units[0], $"the reason for {id} is none: \"{Wording.Begin(reason!)}\"", of.Row.At("Justification")).For(of);
            else if (filled == Filled.Words) yield return Supports(Units[0], $"{id} gives a reason").For(of);
            else if (filled == Filled.Missing && !asked) yield return Open(Units[0], $"{id} has no field for the reason why it is on", $"the reason for {id}").For(of);
            else yield return Refutes(Units[0], $"the reason for {id} {Fields.Shown(reason)}", of.Row.At("Justification")).For(of);
        }
    }

    private static string? Reason(IxitRow row) => Papers.Field(row, "Justification", "Purpose", "Necessity", "Reason");

    private static Regex Answer => field ??= new(@"\b(need\w*|requir\w*|necess\w*|purpose|function\w*|operat\w*|set-?up|configur\w*|settings?|commission\w*|control\w*|updat\w*|app|phone|view|stream\w*|play\w*|administ\w*|user|owner|transfer|time|work\w*|product|without it|alarm\w*|basic|other way|ui|management|pair\w*|give|unlock\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unreasoned => field ??= new(@"^\W*(no|not any|for no|without( a| any)?) (\w+ )?(reason|need|purpose|use|function)s?\b(?!\s*(to|not|for) (switch|turn|disable|remove))|\b(nobody|no one|none of us) (\w+ )?(knows?|remembers?|recalls?|needs?|uses?|can (say|tell|remember))\b|^\W*(it )?(has always been|was always|(kept|left|inherited|taken over) (over )?from)\b[^.;]*$|^\W*(historical(ly)?|(was|were) once (wanted|needed|used)\b[^.;]*|(it |they )?(was|were|is|are) in the (sdk|example|sample)\b[^.;]*|has no (function|use|purpose)\b[^.;]*|nobody has (switched|turned)\b[^.;]*|legacy|unknown|obsolete|left-?over|just in case|convenience|(it |they )?(came|comes|was|were) (with|part of|in) the (sdk|package|image|chip\w*|board\w*|distribution)|(may|might|could) be (useful|needed|used) (some ?day|later|one day|in (the )?future))\b|\b(reason|purpose) (is )?(unknown|unclear|forgotten|lost)\b|\b(not|no longer) (really |actually |longer )?(needed|used|necessary)( (any ?more|today|now))?\s*($|[.;,])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
