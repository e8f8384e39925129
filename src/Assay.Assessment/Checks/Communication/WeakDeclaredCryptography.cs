using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A table names an algorithm or protocol that no current catalogue recommends, and nothing else beside it.</summary>
/// <remarks>Beside a current algorithm an outdated one may be a checksum on the way or an inner step: a program cannot tell, so it says so and decides nothing.</remarks>
public sealed class WeakDeclaredCryptography() : Check("weak-declared-cryptography", 5, Polarity.Refute, CoverageScope.Declaration,
    "MD5, SHA-1, DES, RC4, SSL and TLS before 1.2 in the declared cryptography of log-in, update, communication and stored parameters", "the cryptographic details, with the place in a recognised catalogue", "5.1-3-1c", "5.3-7-1c", "5.4-1-1c", "5.5-1-1c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        foreach (var (number, unit, field) in new[] { (1, "5.1-3-1c", "Cryptographic Details"), (7, "5.3-7-1c", "Cryptographic Details"), (10, "5.4-1-1c", "Protection Scheme"), (11, "5.5-1-1c", "Cryptographic Details") })
        {
            var rows = examined.Rows(number).ToList();
            if (rows.Count == 0)
            {
                yield return Open(unit, $"detail table {number} was not handed over", $"detail table {number}");
                continue;
            }
            var hit = false;
            string? beside = null;
            foreach (var (table, row) in rows)
            {
                // A parameter's scheme may speak of the channel that it came by; only what protects a critical one counts.
                if (Papers.Field(row, field) is not { } says || number == 10 && (!(Papers.Field(row, "Type") ?? "").Contains("critical", StringComparison.OrdinalIgnoreCase) || !Stores.IsMatch(says))) continue;
                if (Offered(says) is { } offered)
                {
                    hit = true;
                    yield return Refutes(unit, $"{Shortened.Visible(row.Id)} still accepts what is outdated: \"{Wording.Begin(offered)}\"", row.Location).On(table, row);
                    continue;
                }
                if (ClearChannel.EmptySuite(says) is { } suite)
                {
                    hit = true;
                    yield return Refutes(unit, $"{Shortened.Visible(row.Id)} declares {Shortened.Visible(suite)}", row.Location).On(table, row);
                    continue;
                }
                if (Wording.Clauses(says).FirstOrDefault(c => HomeMade.IsMatch(c) && !Wording.IsDenied(c)) is { } own)
                {
                    hit = true;
                    yield return Refutes(unit, $"{Shortened.Visible(row.Id)} declares cryptography of the maker's own, which no catalogue lists: \"{Wording.Begin(own)}\"", row.Location).On(table, row);
                    continue;
                }
                if (ShortKey.Match(says) is { Success: true } shortKey && !Wording.Denies(says, shortKey.Value) && !LongKey.IsMatch(says))
                {
                    hit = true;
                    yield return Refutes(unit, $"{Shortened.Visible(row.Id)} declares {shortKey.Value}, a key too short for any current catalogue", row.Location).On(table, row);
                    continue;
                }
                if (number == 7 && Sum.IsMatch(says) && !Current.Any(c => Wording.Names(says, c)) && !Signs.IsMatch(says))
                {
                    hit = true;
                    yield return Refutes(unit, $"{Shortened.Visible(row.Id)} declares a check sum, which is no cryptography: \"{Wording.Begin(says)}\"", row.Location).On(table, row);
                    continue;
                }
                if (Weak.FirstOrDefault(w => Wording.Names(says, w) && !Wording.Denies(says, w)) is not { } weak) continue;
                // What a password is kept with is no step on its way: a channel beside it does not mend that.
                if (number == 1 && Wording.Clauses(says).FirstOrDefault(c => Wording.Names(c, weak) && Kept.IsMatch(c) && !Wording.IsDenied(c) && !Keeping.Concat(Current).Any(k => Wording.Names(c, k))) is { } kept)
                {
                    hit = true;
                    yield return Refutes(unit, $"{Shortened.Visible(row.Id)} keeps the password with {weak}: \"{Wording.Begin(kept)}\"", row.Location).On(table, row);
                    continue;
                }
                if (Current.Concat(number == 10 ? Keeping : []).FirstOrDefault(c => Wording.Names(says, c)) is { } current)
                {
                    beside ??= $"{Shortened.Visible(row.Id)} names {weak} beside {current} ({row.Location})";
                    continue;
                }
                // What is off as delivered is for a person: who turns it on, and what they are told.
                if (Papers.Field(row, "Default Status") is { } status && Off.Any(o => status.TrimStart(' ', '*', '_').StartsWith(o, StringComparison.OrdinalIgnoreCase)))
                {
                    beside ??= $"{Shortened.Visible(row.Id)} names {weak} and is off as delivered ({row.Location})";
                    continue;
                }
                hit = true;
                yield return Refutes(unit, $"{Shortened.Visible(row.Id)} declares {weak}", row.Location).On(table, row);
            }
            if (!hit) yield return Open(unit, beside is null ? "no outdated algorithm is named; whether what is named suffices is for a person" : $"{beside}: what it is used for is for a person to say");
        }
    }

    private static Regex Kept => field ??= new(@"\b(keeps?|kept|stores?|stored|saves?|saved|holds?|held)\b[^.;]{0,60}\b(password|passphrase|pin|verifier|credential)s?\b|\b(password|passphrase|pin|verifier|credential)s?\b[^.;]{0,60}\b(kept|stored|saved|held|hashed)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Stores => field ??= new(@"\b(des|3des|tdes|rc4|rc2|blowfish|md5|sha-?1)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ShortKey => field ??= new(@"\bRSA(SSA)?(-?(PSS|PKCS1))?[\s-]?(512|768|1024)\b|\b(512|768|1024)[\s-]bit RSA\b|\bDH(E)?[\s-]?(512|768|1024)\b|\b(RSA|DSA|DHE?|ElGamal|Diffie-?Hellman|modulus|group)\b[^.;,]{0,24}?\b(512|768|1024)[\s-]?bits?\b|\b(secp(112|128|160)\w*|P-?160|sect113\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex LongKey => field ??= new(@"\bRSA(SSA)?(-?(PSS|PKCS1))?[\s-]?(2048|3072|4096)\b|\b(Ed25519|ECDSA|P-?256|P-?384)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Sum => field ??= new(@"\b(crc(-?\d+)?|check[- ]?sums?|adler(-?32)?|parity)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Signs => field ??= new(@"\b(sign\w*|rsa\S*|ecdsa\S*|ed25519|hmac\S*|cmac|aes\S*|tls|https|certificate\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A new version beside an outdated one helps nobody whom an attacker brings back to the old.
    private static string? Offered(string says) => Wording.Clauses(says).FirstOrDefault(c => OldVersions.Any(o => Wording.Names(c, o)) && Still.IsMatch(c) && !Wording.IsDenied(c));

    private static readonly string[] OldVersions = ["SSL", "SSLv2", "SSLv3", "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLSv1.0", "TLSv1.1", "WEP", "WPA-TKIP", "TKIP"];

    private static Regex Still => field ??= new(@"\b(as well|also|too|still|fall-?back|falls? back|down to|compatib\w*|(old|older|legacy) (\w+ )?(browsers?|clients?|phones?|devices?|servers?|peers?|apps?|systems?)|alternatively|where needed|if (the )?(peer|client|browser|server|phone))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex HomeMade => field ??= new(@"\b((our|its|my|the maker's|a) own\b[^.;,]{0,24}\b(hash\w*|ciphers?|algorithms?|encryption|obfuscation|cryptograph\w*|check-?sums?)|(proprietary|home-?(made|grown|brewed?)|self-(made|developed|designed|written|invented)|secret) (\w+ )?(hash\w*|ciphers?|algorithms?|encryption|obfuscation|cryptograph\w*)|(own )?xor (obfuscation|encryption|cipher|scrambling))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly string[] Off = ["disabled", "off", "inactive", "not active", "deactivated"];

    private static readonly string[] Current = ["SHA-256", "SHA256", "SHA-384", "SHA384", "SHA-512", "SHA512", "SHA-3", "SHA3", "TLS 1.2", "TLSv1.2", "TLS 1.3", "TLSv1.3", "WPA2", "WPA3", "Ed25519"];

    // What keeps a stored value; an older word beside it is an inner step.
    private static readonly string[] Keeping = ["AES", "AES-128", "AES-192", "AES-256", "AES128", "AES256", "ChaCha20", "Argon2", "Argon2id", "scrypt", "bcrypt", "PBKDF2", "HKDF", "HMAC"];

    private static readonly string[] Weak = ["MD5", "SHA-1", "SHA1", "DES", "3DES", "RC4", "SSLv3", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLSv1.0", "TLSv1.1", "WEP", "WPA-TKIP"];
}
