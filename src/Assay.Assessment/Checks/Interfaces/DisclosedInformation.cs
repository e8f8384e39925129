using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>What each interface tells before a log-in, by its own row: a credential that is called irrelevant, a placeholder, or nothing. One answer a row.</summary>
public sealed class DisclosedInformation() : Check("disclosed-information", 3, Polarity.Refute, CoverageScope.Declaration,
    "credentials among what a row discloses before a log-in as irrelevant, and rows that leave it open", "the field Disclosed Information of every network interface, with a reason where it tells something sensitive", "5.6-2-1a", "5.6-2-1b")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).Together(asked: 15);

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var rows = examined.Rows(15, 28).Where(r => Papers.Field(r.Row, "Disclosed") is not null).ToList();
        if (rows.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, "no table of interfaces with its field Disclosed Information was handed over");
            yield break;
        }
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var says = Papers.Field(of.Row, "Disclosed")!;
            var filled = Fields.Of(says);
            if (filled == Filled.Placeholder) yield return Refutes("5.6-2-1a", $"what {id} discloses {Fields.Shown(says)}", of.Row.At("Disclosed Information")).For(of);
            else if (filled is Filled.Denied or Filled.NotApplicable) yield return Supports("5.6-2-1a", $"{id} discloses nothing, by its row").For(of);
            else if (filled == Filled.Empty) yield return Open("5.6-2-1a", $"{id} does not say what it discloses").For(of);
            // Several things that help an attacker, and no word on why anybody has to know them.
            else if (!Reason.IsMatch(says) && !Spared.IsMatch(says) && Revealing.Matches(says).Select(m => m.Value.ToLowerInvariant().Split(' ')[0]).Distinct(StringComparer.Ordinal).Count() >= 2 && Wording.Affirms(says, Revealing) is not null)
            {
                yield return Refutes("5.6-2-1b", $"{id} tells more than one thing that helps an attacker, and gives no reason: \"{Wording.Begin(says)}\"", of.Row.At("Disclosed Information")).For(of);
            }
            else if (Fields.Sentences(says).FirstOrDefault(s => (List.IsMatch(s) && Credential.IsMatch(s) || Told.IsMatch(s)) && !Spared.IsMatch(s) && !Fields.Negation.IsMatch(Harmless.Replace(s, ""))) is { } told)
            {
                var harmless = Harmless.IsMatch(says);
                if (harmless) yield return Refutes("5.6-2-1a", $"{id} calls it irrelevant that it discloses \"{Wording.Begin(told)}\"", of.Row.At("Disclosed Information")).For(of);
                // No operation needs a secret told to whoever asks.
                if (!Reason.IsMatch(says) && List.IsMatch(told) && SecretItself.IsMatch(told))
                {
                    yield return Refutes("5.6-2-1b", $"{id} tells a secret to everybody: \"{Wording.Begin(told)}\"", of.Row.At("Disclosed Information")).For(of);
                    continue;
                }
                yield return Reason.IsMatch(says)
                    ? Supports("5.6-2-1b", $"{id} gives a reason for what it discloses").For(of)
                    : Open("5.6-2-1b", $"{id} discloses \"{Wording.Begin(told)}\" and gives no reason that a program can read", $"why {id} must disclose it before a log-in").For(of);
            }
            else yield return Open("5.6-2-1a", $"{id} discloses \"{Wording.Begin(says)}\"; whether that is sensitive is for a person").For(of);
        }
    }

    private static Regex Revealing => field ??= new(@"\b(firmware|software|kernel|operating system|os|build|library|bootloader|patch|server|component) (version|build|release|revision|level|number|banner)s?\b|\b(list|names?|number|addresses) of (the )?(\w+ )?(paired|connected|known|registered|users?|accounts?|phones?|devices|members|clients)\b|\b(configuration|settings|log ?files?|uptime|open ports|network (plan|topology|scan)|user ?names?|e-?mail addresses?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A list of what is told, as against a sentence about how a log-in goes on.
    private static Regex List => field ??= new(@"^(?!.{0,120}\b(until|unless|valid|requir\w+|asks?|before|after|posted|provided|entered|return\w*|reject\w*|protected|encrypted|hash\w*)\b).{1,100}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Told => field ??= new(@"\b(disclos\w+|reveal\w*|expos\w+|leak\w*|shows?|tells?|broadcast\w*|contain\w*|includ\w+|advertis\w+|announc\w+)\b(?!.{0,120}\b(until|unless|valid|encrypted|hash\w*)\b)[^.]{0,60}\b(passwords?|pass ?phrases?|credentials?|(private|secret|api|encryption|wi-?fi|pre-?shared|session) keys?|psk|pins?|access tokens?|session (ids?|tokens?)|user ?names?|account names?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Credential => field ??= new(@"\b(passwords?|pass ?phrases?|credentials?|(private|secret|api|encryption|wi-?fi|pre-?shared|session) keys?|psk|pins?|access tokens?|session (ids?|tokens?)|user ?names?|account names?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SecretItself => field ??= new(@"\b(passwords?|pass ?phrases?|(private|secret|encryption|wi-?fi|pre-?shared) keys?|psk|pins?)\b(?! (field|prompt|form|policy|length|page|hint|protected))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // "Exposes no sensitive credentials": the "no" speaks of what is told, not of how much it matters.
    private static Regex Spared => field ??= new(@"\b(no|not|never|without|neither|nor|none of)\b[^.,;:()]{0,40}\b(passwords?|pass ?phrases?|credentials?|keys?|psk|pins?|tokens?|session ids?|user ?names?|account names?|secrets?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Harmless => field ??= new(@"\b(harm-?less|uncritical|non-?critical|irrelevant|(not|no|low|zero|without|non-?)[- ]?(security[- ])?(relevan\w+|sensitive|critical|risk)|no security (impact|relevance))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Reason => field ??= new(@"\b(because|needed|necessary|required|so that|in order to|since|purpose|for (pairing|discovery|set-?up|the app))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
