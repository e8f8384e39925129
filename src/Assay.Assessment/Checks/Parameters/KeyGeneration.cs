using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Secrets for updates and communication say how they are made, each device its own; a fixed identity is marked as such and promised to resist tampering.</summary>
public sealed class KeyGeneration() : RowCheck("key-generation", 3, Polarity.Refute, 10,
    "the generation of secrets for updates and communication, and the resistance of fixed identities, in IXIT 10-SecParam", "IXIT 10-SecParam with the generation mechanism of every secret, and the keys of two units", "5.4-2-1a", "5.4-2-1b", "5.4-2-1c", "5.4-3-1b", "5.4-4-1a", "5.4-4-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var type = Papers.Field(row, "Type") ?? "";
        var description = Papers.Field(row, "Description") ?? "";
        if (type.Contains("critical", StringComparison.OrdinalIgnoreCase))
        {
            var made = Papers.Field(row, "Generation Mechanism", "Generation");
            var used = Uses.IsMatch($"{description}\n{row.Id}\n{Papers.Field(row, "Secure Communication")}");
            if (used && made is not null && Wording.IsMissing(made)) yield return Refutes("5.4-4-1a", $"{Name(row)} does not say how it is made", row.At("Generation Mechanism"));
            else yield return made is null || Wording.IsNo(made) || Wording.IsNotApplicable(made) || Wording.IsMissing(made) ? Open("5.4-4-1a", $"{Name(row)} does not say how it is made; whether it needs to is for a person") : Supports("5.4-4-1a", $"{Name(row)} says how it is made: \"{Wording.Begin(made)}\"");
            if (made is not null && Wording.Admits(made, Shared) is { } shared) yield return Refutes("5.4-4-1b", $"{Name(row)} is not each device's own: \"{Wording.Begin(shared)}\"", row.At("Generation Mechanism"));
            else if (made is not null && !Secret.IsMatch(made) && Wording.Clauses(made).FirstOrDefault(c => Guessable.IsMatch(c) && !Wording.IsAverted(c)) is { } guessable) yield return Refutes("5.4-4-1b", $"{Name(row)} comes out of a generator that can be guessed: \"{Wording.Begin(guessable)}\"", row.At("Generation Mechanism"));
            else if (made is not null && Wording.Clauses(made).FirstOrDefault(c => Visible.IsMatch(c) && (Derives.IsMatch(c) || From.IsMatch(c)) && !Wording.IsAverted(c) && !Secret.IsMatch(c)) is { } visible) yield return Refutes("5.4-4-1b", $"{Name(row)} is made out of what anybody near can read: \"{Wording.Begin(visible)}\"", row.At("Generation Mechanism"));
            else yield return made is not null && Wording.Affirms(made, Random) is { } random ? Supports("5.4-4-1b", $"{Name(row)}: \"{Wording.Begin(random)}\"") : Open("5.4-4-1b", $"{Name(row)}: whether each device has its own, with entropy enough, could not be read out of the words");
            var provisioning = Papers.Field(row, "Provisioning Mechanism", "Provisioning");
            // The words on provisioning say themselves that it is the code's own value that is used.
            if (provisioning is not null && Wording.Affirms(provisioning, InCode) is { } literal && !Replaces.IsMatch(provisioning)) yield return Refutes("5.4-3-1b", $"{Name(row)} is critical and comes with the code: \"{Wording.Begin(literal)}\"", row.At("Provisioning Mechanism"));
            else if (Wording.Affirms($"{description}\n\n{Papers.Field(row, "Protection Scheme")}", HardCoded) is { } code) yield return provisioning is not null && (Wording.IsMissing(provisioning) || Wording.IsNo(provisioning) || Wording.IsNotApplicable(provisioning)) || Stays.IsMatch(provisioning ?? "")
                ? Refutes("5.4-3-1b", $"{Name(row)} is critical and part of the software, and nothing keeps it out of operation: \"{Wording.Begin(code)}\"", row.At("Provisioning Mechanism"))
                : Open("5.4-3-1b", $"{Name(row)} is critical and part of the software: \"{Wording.Begin(code)}\"; whether its provisioning replaces it is for a person");
        }
        if (!Identity.IsMatch(description)) yield break;
        yield return Supports("5.4-2-1a", $"{Name(row)} is marked as a fixed identity");
        var scheme = Papers.Field(row, "Protection Scheme");
        yield return scheme is not null && (Wording.IsNo(scheme) || Wording.IsMissing(scheme) ? scheme : Wording.Clauses(scheme).FirstOrDefault(c => Writable.IsMatch(c) && !Wording.IsDenied(c))) is { } open
            ? Refutes("5.4-2-1c", $"{Name(row)} is a fixed identity that can be written over: \"{Wording.Begin(open)}\"", row.At("Protection Scheme"))
            : Open("5.4-2-1c", $"{Name(row)} is a fixed identity; whether its protection resists tampering is for a person");
        var promised = Wording.Spelled(Papers.Field(row, "Security Guarantees")) is { Length: > 0 } spelled ? spelled : Papers.Field(row, "Security Guarantees");
        yield return promised is not null && Others.IsMatch(promised) ? Refutes("5.4-2-1b", $"{Name(row)} is a fixed identity and is not promised to resist changes: \"{Wording.Begin(promised)}\"", row.At("Security Guarantees")) : promised is not null && (Wording.IsMissing(promised) || Wording.IsNo(promised) || Wording.IsNotApplicable(promised)) ? Refutes("5.4-2-1b", $"{Name(row)} is a fixed identity without any promise", row.At("Security Guarantees"))
            : promised is not null && Resists.IsMatch(promised) ? Supports("5.4-2-1b", $"{Name(row)} is promised to resist changes") : Open("5.4-2-1b", $"{Name(row)} is a fixed identity; its guarantees do not speak of tampering");
    }

    private static Regex Uses => field ??= new(@"\b(update|updates|firmware|communicat\w*|tls|mqtt\w*|https?|cloud|server|service|backend|session|seccommmech|seccommech|commech|transport|network)\b|SecComMech-|ComMech-", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Shared => field ??= new(@"\b((same|identical|common|shared|one|fixed|static|global|universal) (key|secret|value|password|token|certificate)s?\b(?![^.]{0,30}\b(per device|for each device|unique)\b)|(same|identical) (for|on|across|in) (all|every|each)|(for|on|across|in) (all|every) (devices?|units?|products?)[^.]{0,20}\b(same|identical)|shared (by|among|across|between) (all|the|every|devices|units)|per (batch|model|product line|firmware version)|one (key |value |secret )?for (the|a|each) (whole |entire |complete )?(series|batch|model|range|production|line|family)|^\W*(fixed|constant|static|the same|identical)\b|(all|every|each) (devices?|units?|products?|one)( of (a|the) \w+)? (carr(y|ies)|ha(s|ve)|gets?|shares?|uses?) (it\b|the same|one|an? identical)|(used|taken|valid|shared) (for|by|in|on|across) all\b|(sample|example|demo|test|reference|evaluation) (key|secret|value|design|certificate)|(copied|taken) from\b[^.;]{0,30}\b(reference|sample|example|sdk|vendor|design|board)|(shipped|comes?|delivered) with the (sdk|chip\w*|board\w*)|not unique|hard-?coded (in|into) (the )?(firmware|source|image|software|code))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Visible => field ??= new(@"\b(mac([- ]?address)?|hardware address|serial( ?(number|no\.?))?|bssid|ssid|imei|host ?name|model (name|number)|chip id|device('s)? (id|name))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Derives => field ??= new(@"\b(deriv\w+|comput\w+|calculat\w+|based (up)?on|generated? (from|out of)|hash\w*|function of|concatenat\w+|seed\w*|encod\w+)\b|\b(md5|sha-?\d+|crc-?\d*|base-?64|xor|hash)\s*\(", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex From => field ??= new(@"^\W*(taken |made |built )?(from|out of|the|its)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Secret => field ??= new(@"\b(hmac|secret (key|salt|seed)|(factory|master|production|hsm) (key|secret)|keyed|hkdf|random|trng|entropy)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Random => field ??= new(@"\b(random\w*|trng|csprng|drbg|rng|entropy|/dev/u?random|hsm|secure element|unique per|per[- ]device|key pair|generated (on|in|by) the (device|secur\w+))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex HardCoded => field ??= new(@"\bhard-?coded (in|into|within) (the )?(\w+ )?(firmware|source|image|software|code|binary|application)|\b(compiled|embedded|built) into the (\w+ )?(firmware|image|software|binary|application)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Stays => field ??= new(@"\b(remains?|stays?|is (never|not) (replaced|changed|overwritten)|used as (it )?is|in operation)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex InCode => field ??= new(@"\b(literal(ly)? (in|inside|within)|(constant|string|array|macro|define) (in|inside|within|of) (the )?\S*(source|code|header|firmware|binary|\.c|\.h|\.cpp|\.py|\.js|\.go|\.rs)|(in|part of) (the )?(source|program)( code)?\b|hard-?(coded|wired)|(compiled|built|linked|embedded|baked) (directly )?(in|into) (the )?(firmware|image|software|binary|application|program|code)|#define)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Replaces => field ??= new(@"\b(replac\w+|overwrit\w+|exchang\w+|rotat\w+|until|only (for|during|in|until)|then|afterwards|on first|at first|first (start|boot|use)|public)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Guessable => field ??= new(@"(?<!\w)(s?rand|random|mt_rand|math\.random)\(\)|\b(mersenne twister|linear congruential|lcg|lfsr|pseudo-?random)\b[^.;]{0,40}\bseed\w*|\b(typed (in )?(by|manually)|(chosen|made up|thought up) by (hand|an? (employee|engineer|developer))|invented)\b|^\W*(a |the )?((unix|system) )?(counter|date|time( ?stamp)?|clock)\b(?! mode)|\b(seed\w*|deriv\w+|comput\w+|made|built|generated|taken) (\w+ )?(with|from|by|out of|on|using) (the )?(\w+ )?(date|time|clock|calendar|uptime|tick\w*|counter|version|build (number|date|time))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Writable => field ??= new(@"(?<!non-)(?<!not )(?<!un)\b(re-?writable|writ(e|able|ten) (by|for|to) (any\w*|all|every\w*)|editable|changeable|adjustable)\b|\b(can|may|could|is able to|are able to|allow\w*( \w+)? to) (freely |easily |later |also )?(be )?(overwr\w+|re-?wr\w+|chang\w+|replac\w+|alter\w*|modif\w+|writ\w+|eras\w+|edit\w*|set)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A list of guarantees, as against a text, and none of them keeps the value from being changed.
    private static Regex Others => field ??= new(@"^\W*(confidential\w*|secrecy|availability|privacy)(\W+(and )?(confidential\w*|secrecy|availability|privacy))*\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Identity => field ??= new(@"(?<!not )(?<!no )\b(identit\w+|identifier)\b[^.;]{0,60}\b(unalterable|unchangeable|immutable|permanent|fixed|burn(ed|t)|fused|for (its |the )?(whole )?life)\b|\b(unalterable|unchangeable|immutable|permanent|fixed|attestation)\b[^.;]{0,30}\b(identit\w+|identifier)\b|\b(identity|attestation) key\b[^.;]{0,40}\b(unalterable|unchangeable|fixed|for (its |the )?life)\b|(?<!not )(?<!not a )(?<!no )\bhard-?coded (unique |device |per-device )*(identit\w+|identifier|id)\b|\b(burn(ed|t)|fused|etched|laser\w*) (in|into|at)\b[^.;]{0,60}\b(identi\w+|id|serial|key)\b|\b(immutable|fixed|factory-programmed) (device |hardware |unique )*(identit\w+|identifier)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Resists => field ??= new(@"\b(tamper\w*|integrity|immutab\w+|unchang\w+|modif\w+|manipulat\w+|write-protect\w*|read-only|alter\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
