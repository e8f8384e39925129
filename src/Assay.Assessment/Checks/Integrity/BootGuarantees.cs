using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Each row of IXIT 20-SecBoot promises both that software is whole and that it is the maker's. One answer a row.</summary>
public sealed class BootGuarantees() : Check("boot-guarantees", 2, Polarity.Refute, CoverageScope.Declaration,
    "integrity and authenticity among the guarantees of every row of IXIT 20-SecBoot, and a detection that is one", "IXIT 20-SecBoot with its fields Security Guarantees and Detection Mechanisms filled", "5.7-1-1a", "5.7-1-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(20).ToList();
        if (rows.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, "IXIT 20-SecBoot was not handed over", "IXIT 20-SecBoot");
        }
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var says = Papers.Field(of.Row, "Security Guarantees", "Guarantees", "Security Guarantee");
            var filled = Fields.Of(says);
            var detection = Papers.Field(of.Row, "Detection");
            if (Fields.Of(detection) is Filled.Empty or Filled.Placeholder or Filled.Denied || Wording.IsNo(detection) || detection is not null && (Off.IsMatch(detection) || Skipped.IsMatch(detection) && !Bars.IsMatch(detection) || GivenUp.Is(detection, Answer)) || detection is not null && Wording.Clauses(detection).Any(c => Undetected.IsMatch(c) && !Bars.IsMatch(c))) yield return Refutes("5.7-1-1b", $"{id} detects no altered software: the field {Fields.Shown(detection)}", of.Row.At("Detection Mechanisms")).For(of);
            else yield return Open("5.7-1-1b", $"whether {id} can deliver what it promises is for a person").For(of);
            // Where the layout has no such field, the description may hold the promise, and then silence is no fault.
            var text = says ?? Papers.Whole(of.Row);
            bool whole = Fields.Affirms(text, Integrity) is not null, own = Fields.Affirms(text, Authenticity) is not null;
            if (filled is Filled.Empty or Filled.Placeholder or Filled.Denied || Wording.IsNo(says)) yield return Refutes(Units[0], $"the guarantees of {id}: the field {Fields.Shown(says)}", of.Row.At("Security Guarantees")).For(of);
            else if (whole && own) yield return Supports(Units[0], $"{id} promises integrity and authenticity").For(of);
            else if (filled == Filled.Words && whole != own && Plain.IsMatch(says!)) yield return Refutes(Units[0], $"{id} promises {(whole ? "integrity and no authenticity" : "authenticity and no integrity")} (\"{Wording.Begin(says!)}\")", of.Row.At("Security Guarantees")).For(of);
            else yield return Open(Units[0], $"{id} does not promise both integrity and authenticity in words that a program can read", $"the guarantees of {id}").For(of);
        }
    }

    private static Regex Skipped => field ??= new(@"\b(ignor\w+|compiled out|switched off|skipp\w+|left out|commented out|bypass\w*|not enforced|overrid\w+)\b|\bplanned (for|with)\b|^\W*(we )?(look|check)s? (whether|if) (the )?\w+ (is|are) complete\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Answer => field ??= new(@"\b(sign\w*|hash\w*|rsa\S*|ecdsa\S*|ed25519|verif\w*|measur\w*|hab|ahab|dm-verity|verity|avb|check\w*|mismatch|digest|certificate\w*|secure boot|chain|tree|halt\w*|mac|cmac|authenticat\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Off => field ??= new(@"^\W*(disabled|off|switched off|turned off|deactivated|inactive)\b|^\W*(a |the )?(simple )?(crc(-?\d+)?|check[- ]?sum|parity)( only| alone| of the image)?\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Undetected => field ??= new(@"\b(starts?|boots?|runs?|loads?|executes?|accepts?|jumps? to) (any|every|all|whatever|anything|unsigned|unverified)\b|\b(is|are) (not|never) (verified|checked|validated|examined)\b|\bwithout (any |a )?(verification|check\w*|validation|examination)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Bars => field ??= new(@"\b(not|never|no|only|unless|refus\w+|reject\w+|halt\w*|stops?|prevent\w*|cannot)\b[^.;]{0,40}\b(starts?|started|boots?|booted|runs?|loads?|loaded|executes?|executed|accepts?|accepted|unverified|without)\b|\b(is|are) not (started|booted|loaded|executed|run|accepted)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Integrity => field ??= new(@"\b(integrity|unaltered|unmodified|unchanged|not (been )?(altered|modified|changed|manipulated|tampered)|tamper\w*|manipulat\w*|modif\w+|corrupt\w*|alter(ed|ation)s?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Authenticity => field ??= new(@"\b(authentic\w*|genuine\w*|sign(ed|ature|atures|ing)|origin\w*|unauthori[sz]ed|authori[sz]ed|trusted|trust(ed)? (anchor|chain)|chain of trust|root of trust|vendor|manufacturer|maker|provenance|foreign)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A few words that list guarantees, as against a text that explains one.
    private static Regex Plain => field ??= new(@"^[^.\n]{1,80}\.?\s*$", RegexOptions.CultureInvariant);
}
