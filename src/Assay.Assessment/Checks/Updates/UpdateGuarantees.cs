using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Each update mechanism promises integrity and authenticity, says by which cryptography, and leaves the check of both to the device itself.</summary>
public sealed class UpdateGuarantees() : RowCheck("update-guarantees", 4, Polarity.Refute, 7,
    "integrity, authenticity, their cryptography and a check on the device in every row of IXIT 7-UpdMech", "IXIT 7-UpdMech with guarantees, cryptographic details and where the check runs", "5.3-2-1a", "5.3-7-1a", "5.3-7-1b", "5.3-9-1a", "5.3-9-1b", "5.3-9-1c", "5.3-9-1d", "5.3-10-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var promised = Papers.Field(row, "Security Guarantees");
        var details = Papers.Field(row, "Cryptographic Details");
        // A row that points to another says what that one says.
        var (others, _) = Papers.References($"{promised}\n{details}", table, "UpdMech");
        var all = string.Join("\n\n", others.Where(o => o != row).Prepend(row).SelectMany(r => new[] { Papers.Field(r, "Security Guarantees"), Papers.Field(r, "Cryptographic Details"), Papers.Field(r, "Description") }).OfType<string>());
        // What is promised is no design: a check that the details deny is not there because the promise names it.
        var design = string.Join("\n\n", others.Where(o => o != row).Prepend(row).SelectMany(r => new[] { Papers.Field(r, "Cryptographic Details"), Papers.Field(r, "Description") }).OfType<string>());
        foreach (var (unit, word, pattern) in new[] { ("5.3-9-1b", "integrity", Integrity), ("5.3-9-1a", "authenticity", Authenticity) })
        {
            var denied = Wording.Clauses(design).FirstOrDefault(c => None.IsMatch(c) && pattern.IsMatch(c) && !Turned.IsMatch(c));
            // A check sum finds accidents; nothing in it shows from whom a package comes. Over an authenticated channel that is for a person.
            denied ??= unit == "5.3-9-1a" && details is not null && !Wording.IsMissing(details) && (CheckSum.IsMatch(details) || Wording.IsNo(details) || Compared.IsMatch(details)) && Wording.Affirms(Compared.Replace(design, ""), Authenticity) is null && !Channel.IsMatch(design) && others.All(o => o == row) ? details : null;
            if (denied is not null && Wording.Affirms(design, pattern) is null)
            {
                yield return Refutes(unit, $"{Name(row)} names nothing that checks {word}: \"{Wording.Begin(denied)}\"", row.At("Cryptographic Details"));
                yield return Refutes("5.3-7-1b", $"{Name(row)} names nothing that checks {word}: \"{Wording.Begin(denied)}\"", row.At("Cryptographic Details"));
                if (unit == "5.3-9-1a") yield return Refutes("5.3-10-1b", $"{Name(row)} rests on no relation of trust: \"{Wording.Begin(denied)}\"", row.At("Cryptographic Details"));
            }
            else yield return Wording.Affirms(all, pattern) is { } says ? Supports(unit, $"{Name(row)}: \"{Wording.Begin(says)}\"") : Open(unit, $"{Name(row)} does not say how {word} is checked");
        }
        yield return Wording.IsMissing(promised) && Papers.Field(row, "Security Guarantees") is not null || Wording.IsNo(promised) || Wording.IsNotApplicable(promised) || promised is not null && Others.IsMatch(promised)
            ? Refutes("5.3-7-1a", $"{Name(row)} promises neither integrity nor authenticity", row.At("Security Guarantees"))
            : promised is not null && Integrity.IsMatch(all) && Authenticity.IsMatch(all) ? Supports("5.3-7-1a", $"{Name(row)} promises integrity and authenticity") : Open("5.3-7-1a", $"{Name(row)} does not promise integrity and authenticity in words that a program reads");
        var called = DeviceCalled.Of(examined.Device);
        var elsewhere = Wording.Clauses(all).FirstOrDefault(c => called.In(c) is var clause && Elsewhere.IsMatch(clause) && (!Device.IsMatch(clause) || Leaves.IsMatch(clause))) ?? Wording.Clauses(design).FirstOrDefault(c => Ignores.IsMatch(c) && !Turned.IsMatch(c));
        var onDevice = OnDevice.IsMatch(called.In(all));
        foreach (var unit in new[] { "5.3-9-1c", "5.3-9-1d" })
        {
            yield return elsewhere is not null && (!onDevice || NotAgain.IsMatch(design) || Leaves.IsMatch(elsewhere) || Ignores.IsMatch(elsewhere)) ? Refutes(unit, $"{Name(row)} leaves the check to another than the device: \"{Wording.Begin(elsewhere)}\"", row.At("Cryptographic Details"))
                : onDevice ? Supports(unit, $"{Name(row)} has the check on the device") : Open(unit, $"{Name(row)} does not say where the check runs");
        }
        if (Wording.Clauses(design).FirstOrDefault(c => Whatever.IsMatch(c) && !Turned.IsMatch(c) && !Wording.IsDenied(c)) is { } whatever) yield return Refutes("5.3-2-1a", $"{Name(row)} takes whatever comes: \"{Wording.Begin(whatever)}\"", row.At("Description"));
        else yield return Wording.Clauses(all).FirstOrDefault(c => Rollback.IsMatch(c)) is not { } rollback ? Open("5.3-2-1a", $"{Name(row)} says nothing of older versions", "what the device does with an older, rightly signed version")
            : Permits.IsMatch(rollback) || Wording.IsDenied(rollback) && !Blocks.IsMatch(rollback)
                ? Open("5.3-2-1a", $"{Name(row)} lets older versions in: \"{Wording.Begin(rollback)}\"; whether that is misuse is for a person", "what the device does with an older, rightly signed version")
                : Supports("5.3-2-1a", $"{Name(row)} speaks against older versions: \"{Wording.Begin(rollback)}\"");
    }

    // A list of guarantees, as against a text, and neither of the two is among them.
    private static Regex Others => field ??= new(@"^\W*(confidential\w*|secrecy|availability|privacy)(\W+(and )?(confidential\w*|secrecy|availability|privacy))*\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Integrity => field ??= new(@"\b(integrity|checksum|hash\w*|digest|sha-?\d+|tamper\w*|corrupt\w*|unmodified|unchanged|signed|signature\w*|crc\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Authenticity => field ??= new(@"\b(authentic\w*|signed|signature\w*|sign(s|ing)?|origin|certificate\w*|rsa\S*|ecdsa\S*|ed25519|hmac\S*|cmac|public key|trusted source|verified source|mac)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex None => field ??= new(@"\b(is|are) not (signed|checked|verified|validated|protected|authenticated)|\bno (cryptographic |digital |code )?(signature|integrity|authenticity|verification|check|protection|authentication)\b|\bwithout (a |any )?(signature|verification|check|integrity|authenticity|authentication)|\b(unsigned|unverified|unauthenticated)\b|\b(not|never) (signed|verified|checked|validated)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // What happens to a package that lacks it is the check itself.
    private static Regex Turned => field ??= new(@"\b(reject\w*|refus\w*|abort\w*|discard\w*|delet\w*|block\w*|prevent\w*|ignor\w*|drop\w*|denie[sd]|deny|fail\w*|halt\w*|never (be )?(installed|accepted|executed|booted)|not (be )?(installed|accepted|executed|booted|possible|allowed)|cannot be (installed|booted))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Elsewhere => field ??= new(@"\b(checked|verified|validated|verif\w+|check\w*|validat\w+)\b[^.;]{0,60}\b(by|on|in|at) (the |our |a |its )?(\w+ )?(server|cloud|backend|app|smartphone|phone|pc|computer|host|tool|technician|user|gateway app|companion app)\b|\b(server|cloud|backend|app|smartphone|phone|pc|host tool|shop|web shop|portal|store|technician|user) (checks?|does the check\w*|verif\w+|validates?|examines?|inspects?|tests?|authenticates?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotAgain => field ??= new(@"\b(does|do|is|are|will) not (be |look |have )?(at )?(the )?(sign\w*|verif\w+|check\w*|validat\w+|examin\w+|inspect\w*|test\w*)\b|(?<!\b(before|until|prior to|without)\b[^.;,]{0,20})\b(writes?|installs?|takes?|accepts?|flashes|runs?|starts?) (whatever|anything|everything|all that)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Leaves => field ??= new(@"\bfor the (device|unit|dut|product)\b|\b(device|unit|dut|product|\w+) (just |simply )?(trusts|believes) (it|them|the)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Ignores => field ??= new(@"\b(device|unit|dut|product|boot ?loader)( itself)? (does|do|will|can) ?not (\w+ )?(look|check|verif\w*|validat\w*|examin\w*|see|know)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex CheckSum => field ??= new(@"\b(crc(-?\d+)?|check[- ]?sums?|adler(-?32)?|fletcher\w*|parity|hash(es)?|md5|sha-?1|digest)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Compared => field ??= new(@"\b(size|length|file ?name|name|version|date|header|magic|extension)\b[^.;]{0,20}\b(is|are|gets?) (only )?(compared|checked|looked at|verified)\b|^\W*(unsigned|not signed|no signature)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Channel => field ??= new(@"\b(tls|https|dtls|ssh|sftp|ipsec|vpn|secure connections|wpa\d)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Whatever => field ??= new(@"\bwhatever (\w+ ){1,4}(is|gets) (\w+ )?(accepted|taken|installed|written|flashed|loaded)\b|\b(any|every|each|whatever) (\w+ )?(version|image|file|package|firmware|bundle|archive|release)\b[^.;]{0,40}\b(is|are|gets?|will be|can be|may be) (\w+ )?(accepted|taken|installed|written|flashed|loaded|permitted|allowed)\b|(?<!\b(before|until|prior to|without)\b[^.;,]{0,20})\b(writes?|installs?|takes?|accepts?|flashes|loads?) (whatever|anything|everything that|any (version|image|file|package))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Device => field ??= new(@"\b(dut|device|boot ?loader|firmware itself|product|target|unit)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex OnDevice => field ??= new(@"\b(dut|device|boot ?loader|product|unit|firmware|esp32|host|mcu|soc|gateway|hub|camera|lock|processor)\b[^.;]{0,60}\b(itself|verif\w+|checks?|validates?|rejects?|refuses?)\b|\b(verif\w+|check\w*|validat\w+)\b[^.;]{0,60}\b(by|on|in|at) (the |this )?(\w+ )?(dut|device|boot ?loader|product|unit|target)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Rollback => field ??= new(@"\b(rollback|roll-back|downgrad\w+|older (version|signed|release|firmware|software)\w*|previous version|anti-?rollback|version (counter|number check)|monotonic)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Permits => field ??= new(@"\b(not (enabled|blocked|prevented|implemented|enforced|supported)|(is|are) (possible|allowed|permitted|accepted)|can be (installed|downgraded)|may be installed)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Blocks => field ??= new(@"\b(prevent\w*|block\w*|reject\w*|refus\w*|forbid\w*|protect\w*|prohibit\w*|not (possible|allowed|accepted|permitted)|cannot|monotonic|anti-?rollback)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
