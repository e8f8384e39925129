using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>What the rows of IXIT 20-SecBoot say happens once altered software was found: is somebody told, and does the network stay open for more than that? One answer a row.</summary>
public sealed class AlterationAlert() : Check("alteration-alert", 2, Polarity.Refute, CoverageScope.Declaration,
    "an alert, and closed networks, after altered software was found", "IXIT 20-SecBoot with its fields User Notification and Notification Functionality filled", "5.7-2-1a", "5.7-2-1b")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).Together(asked: 20);

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var rows = examined.Rows(20).ToList();
        if (rows.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, "IXIT 20-SecBoot was not handed over", "IXIT 20-SecBoot");
        }
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var alert = Papers.Field(of.Row, "User Notification", "Notification of User", "Alert");
            var filled = Fields.Of(alert);
            if (filled is Filled.Empty or Filled.Placeholder or Filled.Denied || filled == Filled.Words && (NoAlert.IsMatch(alert!) || GivenUp.Is(alert, Answer) || Unseen.IsMatch(alert!))) yield return Refutes("5.7-2-1a", $"{id} alerts nobody: the field {Fields.Shown(alert)}", of.Row.At("User Notification")).For(of);
            else if (filled == Filled.Words && Alert.IsMatch(alert!)) yield return Supports("5.7-2-1a", $"{id} says how somebody learns of it").For(of);
            else yield return Open("5.7-2-1a", filled == Filled.Words ? $"{id} says what happens; whether that tells a person enough is for a person" : $"{id} does not say who is told").For(of);

            var network = Papers.Field(of.Row, "Notification Functionality", "Network Functionality", "Notification Functionalit");
            if (network is not null && Unbound.IsMatch(network)) yield return Refutes("5.7-2-1b", $"{id} leaves more open than an alert needs: \"{Wording.Begin(network)}\"", of.Row.At("Notification Functionality")).For(of);
            else if (Fields.Of(network) is Filled.Placeholder) yield return Refutes("5.7-2-1b", $"what the network is left open for: the field of {id} {Fields.Shown(network)}", of.Row.At("Notification Functionality")).For(of);
            else if (network is not null && Fields.Affirms(network, AllOpen) is { } open) yield return Refutes("5.7-2-1b", $"{id} leaves more open than an alert needs: \"{Wording.Begin(open)}\"", of.Row.At("Notification Functionality")).For(of);
            else if (Fields.Of(network) is Filled.Denied or Filled.NotApplicable || network is not null && Nothing.IsMatch(network)) yield return Supports("5.7-2-1b", $"{id} leaves no network function open").For(of);
            else yield return Open("5.7-2-1b", network is null ? $"{id} does not say which network functions stay open" : $"{id} names network functions; whether each serves the alert is for a person").For(of);
        }
    }

    private static Regex Unseen => field ??= new(@"\b(as if nothing (had )?happened|users? cannot (tell|see|know|notice)|not (made )?(known|visible|noticeable)|only an? (entry|line|record) in (an?|the) (internal )?log|(internal|hidden) log only)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Answer => field ??= new(@"\b(alert\w*|alarm\w*|notif\w+|inform\w*|warn\w*|messages?|leds?|lamps?|lights?|lit|blink\w*|flash\w*|beep\w*|chirp\w*|sounds?|sirens?|display\w*|screens?|pages?|e-?mails?|push|shown|shows|indicat\w+|loop|texts?|ring|apps?|spoken|says|voice|code|red|amber|halo|off|stays)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NoAlert => field ??= new(@"(^\s*(there (is|are|will be) )?no (\w+ ){0,2}(alert|notification|notice|warning|message|indication)s?\b(?![^.]*\b(but|except|other than|besides|however)\b)|\b(user|administrator|owner|nobody)s? (is|are) (not|never) (notified|informed|alerted|told|warned)|\bnobody is (notified|informed|alerted|told|warned)|^\W*(silent|invisible|unnoticed)|\bnot (indicated|shown|displayed|announced|reported)\b|\b(notices?|sees?|learns?|hears?|told|informed of) nothing\b|^\W*(the (\w+ )?\w+ |it )?(just |simply |merely )?(keeps|goes|carries|continues) (on |to )?(running|working|run|work|operating|on)?\W*$|\bdoes not (notify|inform|alert|warn)\b|\bwithout (notifying|informing|alerting|telling|any (notification|alert|notice|message)))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Alert => field ??= new(@"\b(alert\w*|notif\w+|inform\w*|warn\w*|message\w*|led|light\w*|blink\w*|flash(es|ing)|beep\w*|sound\w*|display\w*|e-?mail\w*|push|shown|shows?|indicat\w+|recogni[sz]e\w*|reboot loop|sees?|told|tells)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex AllOpen => field ??= new(@"\b((all|every|any|full|normal|regular|complete|unrestricted) (network |usual |cloud |remote )*(function\w*|access|service\w*|operation|connectivity|communication|connections?|features?)( \w+){0,3}? (remain\w*|stay\w*|continue\w*|available|open|active|as usual|unaffected|possible)|(continue\w*|operat\w+|work\w*|run\w*|connect\w*) (\w+ )?(normally|as usual|as before|without restriction)|network \w+ (is|are) (not|un)[- ]?restricted|unrestricted|^\W*(all|full|everything|no restrictions?|unlimited)\b(?! (closed|blocked|off|down|stops?|stopped|disabled|(is|are) (closed|blocked|off|disabled)))|(as|like) (usual|always|before)|everything (keeps|goes|stays|continues|works))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unbound => field ??= new(@"^\W*(no|without( any)?) (restriction|limit|limitation|change|difference)\w*\W*($|[.;,])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Nothing => field ??= new(@"\b(no (\w+ )?(network|connection|communication|functionalit)\w*|all (\w+ )?(network|interface|connection)\w* (\w+ )?(is|are|stay|remain)? ?(closed|blocked|off|disabled|down))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
