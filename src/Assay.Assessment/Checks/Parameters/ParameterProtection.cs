using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Each security parameter has a type that fits what it is, guarantees that fit the type, and a protection that is one.</summary>
public sealed class ParameterProtection() : RowCheck("parameter-protection", 3, Polarity.Refute, 10,
    "a fitting type, guarantees and a protection for every row of IXIT 10-SecParam", "IXIT 10-SecParam with type, guarantees and protection scheme in every row", "5.4-1-1a", "5.4-1-1b", "5.4-1-1c")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var type = Papers.Field(row, "Type");
        var critical = type is not null && Critical.IsMatch(type) && !NotCritical.IsMatch(type);
        var subject = Wording.Clauses(Papers.Field(row, "Description")).FirstOrDefault() ?? row.Id;
        if (type is not null && Wording.IsMissing(type)) yield return Refutes("5.4-1-1a", $"{Name(row)} is neither public nor critical", row.At("Type"));
        else if (type is not null && !critical && Public.IsMatch(type) && Secret.IsMatch(Head(subject)) && !PublicHalf.IsMatch(subject)) yield return Refutes("5.4-1-1a", $"{Name(row)} is called public and described as a secret: \"{Wording.Begin(subject)}\"", row.At("Type"));
        else if (critical || type is not null && Public.IsMatch(type)) yield return Supports("5.4-1-1a", $"{Name(row)} is {(critical ? "critical" : "public")}");
        else yield return Open("5.4-1-1a", $"{Name(row)} does not say whether it is public or critical");

        var guarantees = Papers.Field(row, "Security Guarantees");
        var promised = guarantees is null ? null : Wording.Spelled(guarantees);
        if (promised is not null && (Wording.IsMissing(promised) || Wording.IsNo(promised) || Wording.IsNotApplicable(promised))) yield return Refutes("5.4-1-1b", $"{Name(row)} promises nothing", row.At("Security Guarantees"));
        else if (critical && promised is not null && Wording.Refuses(promised, Confidence) is { } refuses && Wording.Affirms(promised, Confidential) is null) yield return Refutes("5.4-1-1b", $"{Name(row)} is critical, and its confidentiality is not promised: \"{Wording.Begin(refuses)}\"", row.At("Security Guarantees"));
        // A list of guarantees without the one that makes a secret a secret.
        else if (critical && promised is not null && Guarantees.IsMatch(promised)) yield return Refutes("5.4-1-1b", $"{Name(row)} is critical, and its confidentiality is not among what is promised: \"{Wording.Begin(promised)}\"", row.At("Security Guarantees"));
        else if (promised is not null && (critical ? Confidential.IsMatch(promised) : Whole.IsMatch(promised))) yield return Supports("5.4-1-1b", $"{Name(row)} promises {(critical ? "confidentiality" : "integrity")}");
        else yield return Open("5.4-1-1b", $"{Name(row)} does not promise {(critical ? "confidentiality" : "integrity")} in words that a program reads");

        var scheme = Papers.Field(row, "Protection Scheme");
        var clear = scheme is null ? null : Wording.Clauses(scheme).FirstOrDefault(c => Clear.IsMatch(c) && !Instead.IsMatch(c))
            // What anybody can turn back hides nothing.
            ?? (Encrypts.IsMatch(scheme) ? null : Wording.Clauses(scheme).FirstOrDefault(c => Coded.IsMatch(c) && !Instead.IsMatch(c)));
        if (scheme is not null && (Wording.IsMissing(scheme) || critical && (Wording.IsNo(scheme) || Wording.IsNotApplicable(scheme)))) yield return Refutes("5.4-1-1c", $"{Name(row)} names no protection", row.At("Protection Scheme"));
        else if (critical && clear is null && GivenUp.Is(scheme, Answer)) yield return Refutes("5.4-1-1c", $"{Name(row)} is critical, and what protects it is no protection: \"{Wording.Begin(scheme!)}\"", row.At("Protection Scheme"));
        else if (critical && clear is not null) yield return Refutes("5.4-1-1c", $"{Name(row)} is critical and kept readable: \"{Wording.Begin(clear)}\"", row.At("Protection Scheme"));
        else yield return Open("5.4-1-1c", $"{Name(row)}: whether its protection delivers what it promises is for a person");
    }

    // What the parameter is stands at the beginning; what it is used with comes later.
    private static string Head(string subject) => subject.Length <= 90 ? subject : subject[..90];

    private static Regex Answer => field ??= new(@"\b(encrypt\w*|aes\S*|chacha\S*|cipher\w*|wrapp\w*|seal\w*|tpms?|secure|element|enclave|trustzone|tee|hsm|puf\S*|luks\d?|dm-crypt|fscrypt|key ?store|hash\w*|salt\w*|argon2\w*|scrypt|bcrypt|pbkdf2\S*|fus(e|es|ed)|efuse\w*|otp|root|permission\w*|access|protect\w*|lock\w*|leaves?|export\w*|extract\w*|stored|isolat\w*|ram|memory only|shield\w*|read-?out|tamper\w*|vault|caam|kmu|fram)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Critical => field ??= new(@"\b(critical|secret|csp|confidential|sensitive)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotCritical => field ??= new(@"\b(not|non)[- ](critical|secret|confidential|sensitive)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Public => field ??= new(@"\b(public|psp)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Secret => field ??= new(@"\b(private (\w+ )?keys?|passwords?|passphrases?|secret keys?|symmetric keys?|pre-?shared keys?|psk|session keys?|(client|device|network|pairing|association|link|bonding|master|radio|storage|operational|attestation|identity|encryption|hmac|cmac) keys?|api (keys?|tokens?)|access tokens?|bearer tokens?|credentials?|pin)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex PublicHalf => field ??= new(@"\b(public (\w+ )?(key|certificate|part|half)|certificates?|signature|verif\w+|hash of|salted hash|user name|identifier)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Confidential => field ??= new(@"\b(confidential\w*|secrecy|secret|disclosure|eavesdrop\w*|read[- ]?out|extract\w*|leak\w*|unauthori[sz]ed (access|reading)|encrypt\w*|reading|cloned?|cloning|copied|copying|exfiltrat\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Confidence => field ??= new(@"\b(confidential\w*|secrecy|encrypt\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Guarantees => field ??= new(@"^\W*(integrity|authenticity|availability|non-?repudiation|freshness)(\W+(and )?(integrity|authenticity|availability|non-?repudiation|freshness))*\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Whole => field ??= new(@"\b(integrity|authentic\w*|tamper\w*|modif\w+|substitut\w+|immutab\w+|unchanged|manipulat\w+|alter\w*|replac\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Clear => field ??= new(@"\b(stored|kept|saved|held|written|lies|resides)\b[^.;]{0,50}\b(clear[- ]?text|plain[- ]?text|in the clear|unencrypted|world-readable|without (any )?protection|unprotected)\b|^\W*(plain[- ]?text|clear[- ]?text|unprotected|plain (flash|eeprom|memory|nvs|storage|file)|(readable|plain|clear|unencrypted) (text|file|form)|(ordinary|normal|standard|unencrypted) (file|text file|settings file|configuration file|flash|eeprom|memory))\b|\b(world-?readable|(readable|read) (by|for|to) (all|every\w*|any\w*|others)|(every|any|each) (process|user|program|app\w*)\b[^.;]{0,20}\b(read|see|open)s?\b|hidden (in|under|behind)|(in|as) (plain|clear|readable|unencrypted) (text|form))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Coded => field ??= new(@"\b(base-?(64|32)(-?(coded|encoded))?|hex(adecimal)?(-?(coded|encoded))|obfuscat\w+|scrambled|xor(ed)?|rot-?13|url-?encoded)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Encrypts => field ??= new(@"\b(encrypt\w*|aes\S*|chacha\S*|wrapped|sealed|tpm|secure (element|enclave|storage|zone)|trustzone|tee|hsm|puf|luks\d?|dm-crypt|fscrypt|keystore|key store)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Instead => field ??= new(@"\b(rather than|instead of|never|not (stored|kept|saved|held|written|in)|no (clear|plain))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
