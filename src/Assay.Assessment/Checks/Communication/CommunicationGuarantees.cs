using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Each way of communicating promises something and names the cryptography that delivers it.</summary>
public sealed class CommunicationGuarantees() : RowCheck("communication-guarantees", 3, Polarity.Refute, 11,
    "guarantees and cryptography for every row of IXIT 11-ComMech", "IXIT 11-ComMech with guarantees and cryptographic details in every row", "5.5-1-1a", "5.5-1-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var promised = Papers.Field(row, "Security Guarantees");
        var details = Papers.Field(row, "Cryptographic Details");
        var bare = promised is not null && (Wording.IsMissing(promised) || (Wording.IsNo(promised) || Wording.IsNotApplicable(promised)) && promised.Length < 40);
        if (bare) yield return Local.IsMatch(Papers.Whole(row)) && !Wording.IsMissing(promised)
            ? Open("5.5-1-1a", $"{Name(row)} promises nothing and stays on the local network or the board; whether that suits its use is for a person")
            : Refutes("5.5-1-1a", $"{Name(row)} promises nothing", row.At("Security Guarantees"));
        else if (promised is not null && Reachable.IsMatch(Wording.Spelled(promised)) && !Local.IsMatch(Papers.Whole(row)) && Beyond.IsMatch(Papers.Whole(row))) yield return Refutes("5.5-1-1a", $"{Name(row)} leads beyond the local network and promises neither confidentiality nor integrity nor authenticity: \"{Wording.Begin(promised)}\"", row.At("Security Guarantees"));
        else yield return promised is null ? Open("5.5-1-1a", $"{Name(row)} does not say what it promises") : Supports("5.5-1-1a", $"{Name(row)} promises: \"{Wording.Begin(promised)}\"");
        var spelled = Wording.Spelled(promised);
        var gives = Guarantee.IsMatch(spelled) && Wording.Affirms(spelled, Guarantee) is not null;
        if (gives && details is not null && (Wording.IsMissing(details) || (Wording.IsNo(details) || Wording.IsNotApplicable(details)) && details.Length < 60)) yield return Refutes("5.5-1-1b", $"{Name(row)} promises \"{Wording.Begin(promised!)}\" and names no cryptography that delivers it", row.At("Cryptographic Details"));
        else if (gives && details is not null && Wording.Clauses(details).FirstOrDefault(c => Switched.IsMatch(c)) is { } off) yield return Refutes("5.5-1-1b", $"{Name(row)} switches off what it promises: \"{Wording.Begin(off)}\"", row.At("Cryptographic Details"));
        else if (gives && details is not null && Wording.Clauses(details).FirstOrDefault(c => (Bare.IsMatch(c) || Unpaired.IsMatch(c)) && !Off.IsMatch(c)) is { } bareWords && (Unpaired.IsMatch(bareWords) || !ClearChannel.Encrypts(details))) yield return Refutes("5.5-1-1b", $"{Name(row)} promises \"{Wording.Begin(promised!)}\", and its cryptography does not deliver it: \"{Wording.Begin(bareWords)}\"", row.At("Cryptographic Details"));
        else yield return details is not null && !Wording.IsMissing(details) ? Supports("5.5-1-1b", $"{Name(row)} names its cryptography") : Open("5.5-1-1b", $"{Name(row)} does not name its cryptography");
    }

    // A list of guarantees, as against a text, and none of them keeps anybody from reading or changing what is sent.
    private static Regex Reachable => field ??= new(@"^\W*(availability|resilience|reliability|robustness)(\W+(and )?(availability|resilience|reliability|robustness))*\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Beyond => field ??= new(@"\b(cloud|internet|server|backend|remote|wan|https?|mqtts?)\b|\b[a-z0-9-]+(\.[a-z0-9-]+)+\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Bare => field ??= new(@"\b(no|without( any)?|lacks?( any)?|lacking) (transport |link |channel |any )?(cipher\w*|encryption|cryptograph\w*|encipherment)\b|(?<!\b(no|never|not|nothing|without) (\w+ )?)\b(unencrypted|unciphered|not (encrypted|enciphered)|plain (http|text|mqtt|tcp|udp|ftp)|(in (the )?)?clear[- ]?text|in (the )?clear|http only|no (tls|https|dtls)|not (protected|secured)|protection (was|is|has been) (left out|switched off|omitted|dropped)|(anybody|anyone|everybody|neighbou?rs?|whoever)\b[^.;]{0,30}\b(can|may|could)\b[^.;]{0,15}\b(read|listen|hear))\b|^\W*(plain )?(http|telnet|t?ftp|mqtt|coap|udp|tcp|snmp ?v?[12]c?|modbus\w*)( (on|over|at|to) (tcp )?(port )?\d+)?\s*($|[.,;])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Pairing that anybody may join: no key agreement that an attacker in reach could not watch or take over.
    private static Regex Unpaired => field ??= new(@"\b(legacy pairing|just works|temporary key of zero|tk ?= ?0|(default|well-known|fixed|public) (trust cent(er|re) )?(link|trust cent(er|re)|network|pairing) key|(own|self-made|home-?made|simple)?\s?xor\b|pairing without (any )?(confirmation|comparison|code|pin|key))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Off => field ??= new(@"\b(refus\w+|reject\w+|disabled?|forbid\w*|prohibit\w*|not (accepted|allowed|supported|offered|used|possible|enabled)|never|removed|no (legacy|just)|instead of|rather than|switched off|blocked)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Local => field ??= new(@"\b(local|lan|internal|uart|usb|spi|i2c|swd|on-?board|serial|physical|broadcast|multicast|advertis\w+|beacon\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Guarantee => field ??= new(@"\b(confidential\w*|integrity|authentic\w*|encrypt\w*|secrecy)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Switched => field ??= new(@"\b(certificates?|server|peer|host ?names?|chain)\b[^.;]{0,40}\b(is|are) (not|never) (checked|verified|validated)|\b(certificate|peer|server|host ?name) (verification|validation|check\w*) (is |are )?(disabled|off|switched off|turned off|skipped|not (done|performed|implemented))|\b(validation|verification|certificate checks?) (is |are )?(switched off|turned off|disabled|skipped|left out)|\bnot to (verify|check|validate)\b|\bany certificate is accepted|\baccepts? (any|all|every) certificates?|\b(null cipher|insecure mode|verify(_| )?none)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}

/// <summary>A critical parameter that is sent over a way of communicating without encryption, by the maker's own tables.</summary>
public sealed class ParameterChannel() : RowCheck("parameter-channel", 3, Polarity.Refute, 10,
    "critical parameters sent over a channel that IXIT 11-ComMech declares without encryption", "IXIT 10-SecParam with the channels of each critical parameter, and IXIT 11-ComMech with their cryptography", "5.5-6-1a", "5.5-7-1a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        if (Papers.Field(row, "Type") is not { } type || !type.Contains("critical", StringComparison.OrdinalIgnoreCase)) yield break;
        var says = Papers.Field(row, "Secure Communication", "Communication Mechanism");
        if (Wording.IsEmpty(says) || Wording.IsNo(says) || Wording.IsNotApplicable(says)) yield break;
        var channels = examined.Declaration.Tables.Where(t => t.Number == 11).SelectMany(t => Papers.References(says!, t, []).Known).ToList();
        foreach (var unit in Units)
        {
            if (channels.Count == 0 && ClearChannel.IsClear(says!))
            {
                if (unit == Units[0] || IsRemote(says!)) yield return Refutes(unit, $"{Name(row)} is critical and goes without encryption, by its own row: \"{Wording.Begin(says!)}\"", row.At("Secure Communication Mechanisms"));
                continue;
            }
            var clear = channels.FirstOrDefault(c => (unit == Units[0] || IsRemote(Papers.Whole(c))) && IsClear(c));
            yield return clear is not null ? Refutes(unit, $"{Name(row)} is critical and goes over {Name(clear)}, which is declared without encryption", row.At("Secure Communication Mechanisms"))
                : channels.Count == 0 ? Open(unit, $"{Name(row)} names no row of IXIT 11-ComMech", "IXIT 11-ComMech with the channel of each critical parameter")
                : Supports(unit, $"{Name(row)} goes over {string.Join(", ", channels.Select(Name).Take(4))}, none declared without encryption");
        }
    }

    private static bool IsClear(IxitRow channel)
    {
        var details = Papers.Field(channel, "Cryptographic Details");
        return details is not null && ClearChannel.IsClear(details);
    }

    // The second unit asks about what leaves the local network; a word for that network alone says nothing of it.
    private static bool IsRemote(string says) => Remote.IsMatch(Local.Replace(says, " "));

    private static Regex Local => field ??= new(@"\b(local(ly| area)?|home|internal|in-house|own) (network|server|lan|wi-?fi|wlan|web ?server|api)\b|\bwithin the (local |home )?(network|lan|wi-?fi|house|home)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Remote => field ??= new(@"\b(remote(ly)?|cloud|internet|wan|servers?|back-?end|wide area|cellular|lte|public network|outside)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}

/// <summary>Whether the words on a channel's cryptography leave it in the clear.</summary>
internal static class ClearChannel
{
    public static bool IsClear(string details) => (Wording.IsNo(details) || Plain.IsMatch(details) || EmptySuite(details) is not null) && !Encrypts(details);

    public static bool Encrypts(string details) => Cipher.IsMatch(details) && EmptySuite(details) is null;

    /// <summary>The first suite without a cipher, with one that export laws crippled, or without authentication, that the text names and does not deny.</summary>
    public static string? EmptySuite(string details) =>
        Wording.Clauses(details).Where(c => !Wording.IsDenied(c)).SelectMany(c => c.Split(' ', ',', ';', '(', ')')).FirstOrDefault(w => NullSuite.IsMatch(w));

    private static Regex Plain => field ??= new(@"^\W*(plain|clear|unencrypted|cleartext|plaintext)|\b(without|no) (transport |any )?encryption\b|\bnot encrypted\b|\b(in )?(clear|plain) ?text\b|\bunencrypted\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A suite of TLS that has no cipher: what it carries can be read.
    private static Regex NullSuite => field ??= new(@"^[A-Z0-9]+([_-][A-Z0-9]+)*[_-](NULL|EXPORT\d*|anon)([_-][A-Z0-9]+)*$|^(NULL|EXP|ADH|AECDH)([_-][A-Z0-9]+)+$", RegexOptions.CultureInvariant);

    private static Regex Cipher => field ??= new(@"\b(aes\S*|chacha\S*|tls|dtls|ecdh\S*|wpa[23]|encrypted (with|by|using|under)|cipher suite\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
