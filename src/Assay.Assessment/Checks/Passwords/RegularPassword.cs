using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>A preset password that follows a series, or is one and the same for a whole batch, model or product line.</summary>
public sealed class RegularPassword() : RowCheck("regular-password", 2, Polarity.Refute, 1,
    "preset passwords that count up, follow a date or batch, or are the same on every device", "the step of production that makes the password, and the passwords of two delivered units", "5.1-1-1a", "5.1-2-1a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        if (PresetPassword.GenerationOf(row) is not { } says) yield break;
        var place = row.At("Password Generation Mechanism");
        var one = Wording.Admits(says, Shared) ?? Wording.Clauses(says).FirstOrDefault(c => NotUnique.IsMatch(c));
        yield return one is not null
            ? Refutes("5.1-1-1a", $"{Name(row)} gives the same password to more than one device: \"{Wording.Begin(one)}\"", place)
            : Open("5.1-1-1a", $"{Name(row)} does not say that devices share a password; whether each has its own is for a person");
        var series = Wording.Admits(says, Series);
        yield return series is not null
            ? Refutes("5.1-2-1a", $"{Name(row)} lets the password follow a series: \"{Wording.Begin(series)}\"", place)
            : Open("5.1-2-1a", $"{Name(row)} names no series, which is no proof that there is none");
    }

    private static Regex Shared => field ??= new(@"\b((same|identical|common|shared|universal|fixed|one) (default |factory |preset |initial |admin\w* |static )?(password|passphrase|passcode|pin|credential|value)s?\b(?![^.]{0,20}\b(per|for each|unique)\b)|(same|identical) (for|on|across|in) (all|every|each)|(for|on|across) (all|every) (devices?|units?|products?)( of (the|a|this) (model|batch|series|product line))?[^.]{0,20}\b(same|identical)|(same|identical|equal|one and the same)( (password|code|pin|one|value))? (everywhere|throughout|(for|in|across|on|of) (the|a|this|our|an) (whole|entire|complete|\w+) ?(series|batch|range|line|production|model|family|lot)?)|(all|every|each) (units?|devices?|products?|one)( (of|in) (a|the|one) \w+)? (leaves?|ha(s|ve)|gets?|shares?|carr(y|ies)|comes?|uses?|receives?|(is|are) (delivered|shipped|sold|set))\b[^.;]{0,40}\b(the (same|password|code|pin) ?(one|['‘“]\w+)?|same|one and the same)|one (\w+ )?(for|per) (each |every |a |the )?(country|market|customer|batch|series|carton|region|model|line|dealer|year)|(the )?same (\w+ )?(characters|digits|letters|word|string)\b|one (password|code|pin) (serves|is used|for)|not from (unit|device) to (unit|device)|set to the (model|product|company|brand)\S*|(fixed|static) (value|string|word|code)|^\W*(fixed|constant|hard-?coded|static)\b|(shared|common) (by|to|among|across|between) (all|the|every|devices|units)|per (batch|model|product line|firmware version|customer|region))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotUnique => field ??= new(@"\b(is|are)(n't| not) (unique|individual|different|device-specific)\b|\bnot unique (per|for|to|across)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Series => field ??= new(@"\b(increment\w*|counter|counts? up|consecutive(ly)?|sequential(ly)?|sequence number|running (number|count)|serial count|next (free )?(number|value|one)|(number|count)ed (through|up\w*|on\b|onwards?)|ascending|successive|serially|(production|manufacturing|build) (date|week|number|order)|(hour|day|week|month|year|date|time|shift|place|order) (and \w+ )?of (the )?(production|manufacture|manufacturing|assembly|packag\w+|build)|calendar (week|day)|(number|name) of the (line|batch|lot|carton|pallet|shift)|(production )?line number|time ?stamp|batch number|lot number)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
