using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence.Cryptography;

namespace Assay.Assessment.Checks;

/// <summary>A preset password made of words or of a pattern that lists of passwords hold.</summary>
public sealed class DictionaryPassword() : RowCheck("dictionary-password", 1, Polarity.Refute, 1,
    "preset passwords made of dictionary words, names or frequent patterns", "the passwords of two delivered units", "5.1-2-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        if (PresetPassword.GenerationOf(row) is not { } says) yield break;
        var place = row.At("Password Generation Mechanism");
        // Several random words out of a long list make a pass phrase of their own: the words alone say nothing then.
        var words = Wording.Clauses(says).FirstOrDefault(c => Words.IsMatch(c) && !Wording.IsAverted(c) && !Many.IsMatch(c));
        var quoted = Quoted.Matches(says).Select(m => m.Groups[1].Value).FirstOrDefault(v => KnownPasswords.Contains(v) && !Wording.IsAverted(Wording.Clauses(says).FirstOrDefault(c => c.Contains(v, StringComparison.Ordinal)) ?? ""));
        yield return words is not null ? Refutes(Units[0], $"{Name(row)} makes the password of words or frequent patterns: \"{Wording.Begin(words)}\"", place)
            : quoted is not null ? Refutes(Units[0], $"{Name(row)} names a password that lists of passwords hold ({Assay.Evidence.Shortened.Secret(quoted)})", place)
            : Open(Units[0], $"{Name(row)} names no words or patterns, which is no proof that none are used");
    }

    private static Regex Words => field ??= new(@"\b(dictionary words?|(english|german|common|known|simple|everyday) words?|words? from (a|the) (word ?list|dictionary|list)|from (a|the) (word ?list|dictionary)|(an?|one) (adjective|noun|animal|colou?r|city|fruit)\b|first names?|(adjective|noun|colou?r|animal) (and|plus|followed by)|(company|brand|maker|manufacturer|product|model) name (plus|and|followed by|with)|keyboard pattern|repeated (characters?|digits?)|leet ?speak|pronounceable)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Many => field ??= new(@"\b(([5-9]|1\d|five|six|seven|eight) (\w+ )?(random |dictionary |independent )*words|diceware|bip-?39|random words)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Quoted => field ??= new(@"[""'`“]([^\s""'`“”]{3,32})[""'`”]", RegexOptions.CultureInvariant);
}
