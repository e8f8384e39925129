using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Where personal data rests on consent, its row says how a user gives it and how to take it back. One answer a row.</summary>
public sealed class ConsentRows() : Check("consent-rows", 3, Polarity.Refute, CoverageScope.Declaration,
    "consent that is preset, and consent that nobody can take back, in IXIT 21-PersData", "IXIT 21-PersData with its fields Obtaining Consent and Withdrawing Consent filled", "6-2-1a", "6-3-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(21).Where(r => Fields.Of(r.Row, "Obtaining Consent", "Obtain") is not (Filled.Missing or Filled.NotApplicable or Filled.Denied)).ToList();
        if (rows.Count == 0)
        {
            var none = examined.Rows(21).Any() ? "no row of IXIT 21-PersData rests on consent" : "IXIT 21-PersData was not handed over";
            foreach (var unit in Units) yield return Open(unit, none);
        }
        // Who says how consent is taken back or kept has it to ask for.
        foreach (var of in examined.Rows(21).Where(r => Fields.Of(r.Row, "Obtaining Consent", "Obtain") is Filled.Denied && (Fields.Of(r.Row, "Withdrawing Consent", "Withdraw", "Revok") == Filled.Words || Fields.Of(r.Row, "Storing Consent", "Stor") == Filled.Words)))
        {
            yield return Refutes("6-2-1a", $"{Shortened.Visible(of.Row.Id)} says how consent is taken back or kept, and that nobody asks for it", of.Row.At("Obtaining Consent")).For(of);
        }
        // What rests on consent is no one's choice where it is on before anybody chose.
        foreach (var of in examined.Rows(26).Where(r => Papers.Field(r.Row, "Default", "Preset") is { } preset && Yes.IsMatch(preset) && Data.IsMatch(Wording.Clauses(Papers.Field(r.Row, "Description")).FirstOrDefault() ?? "")))
        {
            if (examined.Rows(24).FirstOrDefault(r => Asked.IsMatch(Papers.Whole(r.Row))) is not { Row: not null } told) continue;
            yield return Refutes("6-2-1a", $"{Shortened.Visible(of.Row.Id)} is on before anybody chose, and {Shortened.Visible(told.Row.Id)} rests on consent", of.Row.At("Default"));
        }
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var given = Papers.Field(of.Row, "Obtaining Consent", "Obtain");
            if (Fields.Of(given).IsHollow()) yield return Refutes("6-2-1a", $"how consent to {id} is given: the field {Fields.Shown(given)}", of.Row.At("Obtaining Consent")).For(of);
            else if (Bundled.Match(given!) is { Success: true } bundled) yield return Refutes("6-2-1a", $"consent to {id} is not asked by itself: \"{Wording.Begin(given!)}\"", of.Row.At("Obtaining Consent")).For(of);
            else if (Fields.Affirms(given!, Preset) is { } preset) yield return Refutes("6-2-1a", $"consent to {id} is not asked: \"{Wording.Begin(preset)}\"", of.Row.At("Obtaining Consent")).For(of);
            else if (Fields.Affirms(given!, OptIn) is not null) yield return Supports("6-2-1a", $"consent to {id} is given by an act of the user").For(of);
            else yield return Open("6-2-1a", $"whether consent to {id} is free, obvious and explicit is for a person").For(of);

            var back = Papers.Field(of.Row, "Withdrawing Consent", "Withdraw", "Revok");
            var filled = Fields.Of(back);
            if (filled is Filled.Empty or Filled.Placeholder or Filled.Denied || filled == Filled.Words && (Irrevocable.IsMatch(back!) || GivenUp.Is(back, Answer))) yield return Refutes("6-3-1a", $"how consent to {id} is taken back: the field {Fields.Shown(back)}", of.Row.At("Withdrawing Consent")).For(of);
            else if (filled == Filled.Words) yield return Supports("6-3-1a", $"{id} says how consent is taken back").For(of);
            else yield return Open("6-3-1a", $"{id} does not say how consent is taken back").For(of);
        }
    }

    private static Regex Answer => field ??= new(@"\b(apps?|switch\w*|settings?|menus?|pages?|mails?|e-?mails?|letters?|toggl\w*|delet\w*|withdraw\w*|same|any|account|dialog\w*|telephone|phone|portal|turn\w*|off|button|at once|box|untick\w*|whenever|time|moment|form|clos\w+|voice|disable|clear|revok\w*|remov\w*|stop\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Yes => field ??= new(@"^\W*(yes|on|enabled|active|allowed|true|agreed|opted in)\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Data => field ??= new(@"\b(telemetry|diagnostics?|analytics|usage (data|statistics)|statistics|crash reports?|marketing|advertis\w+|newsletter|profiling|tracking)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Asked => field ??= new(@"\b(only|solely) (with|after|on|upon|if|where|when)\b[^.;]{0,40}\b(consent|agree\w*|opt(s|ed|ing)?[- ]in)\b|\bopt[- ]in\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Bundled => field ??= new(@"^\W*(part of|contained in|included in|with|covered by|in) (the |our )?(general |usual )?(terms|contract|conditions|licen[cs]e)\b(?![^.;]*\b(separate (box|question|signature|screen|tick)|own (box|question)|apart)\b)|\b(no|without) (a |any )?(separate|own|extra|further) (question|consent|box)\b|\b(not|nobody is|never) asked\b|\b(already|beforehand) (ticked|checked|selected|set|on)\b|\btak(e|es|en|ing) (it |this )?for granted\b|\bwho(so)?ever (uses|buys|installs|opens|switches)\b|\b(given|comes|granted|included) (together )?with the (purchase|sale|contract|order|account)\b|\b(line|paragraph|clause|sentence|page \d+)\b[^.;]{0,20}\b(of|in) the (general )?(terms|contract|conditions)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Preset => field ??= new(@"\b(pre-?(ticked|checked|selected|filled|set)|(ticked|checked|selected|enabled|switched on|on) (by default|in advance|initially)|default(s)? (is|to) (on|yes|enabled|agree\w*)|opt(s|ed|ing)?[- ]out|(tak(en|ing)|assum(e[sd]?|ing)|deem(ed|ing)|presum\w+) (as |to be |for )?(given|granted|consent\w*)|consent is (assumed|presumed|deemed|implied by purchase)|by (the )?(buying|purchas\w+|using|use of) the|by accepting the (purchase|sale|terms|contract|general))\b|^\W*(assumed|presumed|implied|implicit(ly)?|tacit(ly)?|deemed|automatic(ally)?)\b|\bunless (the |an? |he or she )?(\w+ )?(objects?|writes?|refuses?|declines?|protests?|complains?|calls?|unticks?|says? no|opts? out)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex OptIn => field ??= new(@"\b(opt(s|ed|ing)?[- ]in|tick(s|ed|ing)?|check(s|ed|ing)? (a|the) box|tap(s|ped|ping)?|click(s|ed|ing)?|press(es|ed|ing)?|agree(s|d|ing)?|accept(s|ed|ing)?|confirm(s|ed|ing)?|explicit(ly)?|switch(es|ed)? (it )?on|turn(s|ed)? (it )?on|enabl(es|ed|ing)|asked|signs?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Irrevocable => field ??= new(@"\b((can|could|may|is|are) ?not (possible|be (withdrawn|revoked|taken back|undone|cancelled)|able)|not (possible|foreseen|revocable|withdrawable)|irrevocabl[ey]|no (way|means|possibility|option) (to|of|for)|permanent consent|impossible|excluded)\b|^\W*no (\w+ )?(provision|means|way|possibility|option|mechanism|procedure|function|method)s?\b(?![^.;]*\b(other|further|special|form)\b)|\bonce (given|granted)\b[^.;]{0,30}\b(stands|stays|remains|lasts|final|holds)|\bfor (ever|good)\b|\bnot before\b|\bby (destroying|selling|returning|disposing of|throwing away) the\b|\b(only|solely) (within|in|during|until|up to|for) [^.;]{0,30}\b(days?|weeks?|months?|hours?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
