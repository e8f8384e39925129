using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Each way to delete says how a user learns that it worked. One answer a row.</summary>
public sealed class DeletionConfirmation() : Check("deletion-confirmation", 3, Polarity.Refute, CoverageScope.Declaration,
    "a confirmation behind every row of IXIT 25-DelFunc", "IXIT 25-DelFunc with its field Confirmation filled, and a laboratory's record of one deletion each", "5.11-4-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(25).ToList();
        if (rows.Count == 0) yield return Open(Units[0], "IXIT 25-DelFunc was not handed over", "IXIT 25-DelFunc");
        foreach (var of in rows)
        {
            var says = Papers.Field(of.Row, "Confirmation", "Feedback");
            var id = Shortened.Visible(of.Row.Id);
            var filled = Fields.Of(says);
            if (filled is Filled.Placeholder or Filled.Denied || filled == Filled.Words && (Unconfirmed.IsMatch(says!) || GivenUp.Is(says, Answer) || Unseen.IsMatch(says!))) yield return Refutes(Units[0], $"{id} confirms nothing: the field {Fields.Shown(says)}", of.Row.At("Confirmation")).For(of);
            // An empty field is silence: nobody said that nothing is confirmed.
            else if (filled == Filled.Words) yield return Supports(Units[0], $"{id} says how a user learns that it worked; the message itself was not seen").For(of);
            else yield return Open(Units[0], $"{id} does not say how a user learns that it worked").For(of);
        }
    }

    private static Regex Unseen => field ??= new(@"\b(without (a |any )?(word|sign|signal|message|feedback|confirmation)|no (sign|signal|trace) of|nothing to (see|hear)|(cannot|can not) be (seen|told|noticed|recogni[sz]ed)|has to guess)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Answer => field ??= new(@"\b(leds?|lamps?|lights?|lit|blink\w*|flash\w*|beep\w*|sounds?|tones?|messages?|display\w*|screens?|text|shown|shows|says|spoken|voice|toast|e-?mails?|mail|letter|pages?|apps?|dialog\w*|notic\w*|notif\w*|confirm\w*|animation|melody|vibrat\w*|green|white|red)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unconfirmed => field ??= new(@"(^\W*(there is )?no (\w+ ){0,2}(confirmation|feedback|message|indication|notice)\b(?![^.]*\b(but|except|other than|besides|however)\b)|\b(user|nobody)s? (is|are|gets?|receives?) (not |no )?(told|informed|notified)? ?(nothing|no (confirmation|feedback|message))|\busers? (is|are) not (told|informed|notified)\b|\bwithout (any )?(confirmation|feedback|message)\b|^\W*(nothing|no \w+|nobody) (is|are|gets?|will be|can be) (\w+ )?(indicated|shown|told|displayed|confirmed|reported|signal\w+|seen|visible|heard|informed|notified)\b|\bdoes not confirm\b|\bsilent(ly)?\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
