using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Each log-in of a user promises at least integrity and authenticity, and its cryptography can keep that promise.</summary>
public sealed class LoginGuarantees() : RowCheck("login-guarantees", 2, Polarity.Refute, 1,
    "guarantees, and cryptography that can deliver them, for every log-in of IXIT 1-AuthMech", "IXIT 1-AuthMech with guarantees and cryptographic details in every row", "5.1-3-1a", "5.1-3-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var promised = Papers.Field(row, "Security Guarantees");
        if (promised is null) yield return Open(Units[0], $"{Name(row)} does not say what it promises");
        else if (Wording.IsMissing(promised) || Wording.IsNo(promised)) yield return Refutes(Units[0], $"{Name(row)} promises nothing: \"{Wording.Begin(promised)}\"", row.At("Security Guarantees"));
        else if (Others.IsMatch(Wording.Spelled(promised))) yield return Refutes(Units[0], $"{Name(row)} promises neither integrity nor authenticity: \"{Wording.Begin(promised)}\"", row.At("Security Guarantees"));
        else yield return Wording.Affirms(Wording.Spelled(promised), Guarantee) is not null
            ? Supports(Units[0], $"{Name(row)} promises: \"{Wording.Begin(promised)}\"")
            : Open(Units[0], $"{Name(row)} promises \"{Wording.Begin(promised)}\"; whether that suffices is for a person");

        var details = Papers.Field(row, "Cryptographic Details");
        var broken = details is null ? null : Wording.Clauses(details).FirstOrDefault(c => Broken.IsMatch(c) && !Off.IsMatch(c));
        yield return broken is not null && (Joins.IsMatch(broken) || !ClearChannel.Encrypts(WithoutTls.Replace(details!, "")))
            ? Refutes(Units[1], $"{Name(row)} cannot keep what it promises: \"{Wording.Begin(broken)}\"", row.At("Cryptographic Details"))
            : Open(Units[1], $"{Name(row)}: whether its design keeps its promise is for a person");
    }

    // A list of guarantees, as against a text, and none of them has to do with who logs in.
    private static Regex Others => field ??= new(@"^\W*(availability|resilience|reliability|privacy)(\W+(and )?(availability|resilience|reliability|privacy))*\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Guarantee => field ??= new(@"\b(confidential\w*|integrity|authentic\w*|encrypt\w*|secrecy)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Read by anybody on the way, or a pairing in which an attacker in reach takes part.
    private static Regex Broken => field ??= new(@"\b(base-?64|plain (http|text)|clear[- ]?text|in (the )?clear|unencrypted|not encrypted|(no|without( any)?) (encryption|cipher\w*|cryptograph\w*)|(no|without) (tls|https)|http only|legacy pairing|just works|temporary key of zero)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex WithoutTls => field ??= new(@"\b(no|without) (tls|https)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Joins => field ??= new(@"\b(legacy pairing|just works|temporary key of zero)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Off => field ??= new(@"\b(refus\w+|reject\w+|disabled?|forbid\w*|prohibit\w*|not (accepted|allowed|supported|offered|used|possible|enabled|stored|sent|kept)|never|removed|redirect\w*|closed|instead of|rather than|blocked|no (clear|plain|legacy))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
