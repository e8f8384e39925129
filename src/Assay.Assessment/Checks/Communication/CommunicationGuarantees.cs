using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>Each way of communicating promises something and names the cryptography that delivers it.</summary>
public sealed partial class CommunicationGuarantees() : RowCheck("communication-guarantees", 1, Polarity.Refute, 11,
    "guarantees and cryptography for every row of IXIT 11-ComMech", "IXIT 11-ComMech with guarantees and cryptographic details in every row", "5.5-1-1a", "5.5-1-1b")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var promised = Papers.Field(row, "Security Guarantees");
        var details = Papers.Field(row, "Cryptographic Details");
        var bare = promised is not null && (Wording.IsMissing(promised) || (Wording.IsNo(promised) || Wording.IsNotApplicable(promised)) && promised.Length < 40);
        if (bare) yield return Local().IsMatch(Papers.Whole(row)) && !Wording.IsMissing(promised)
            ? Open("5.5-1-1a", $"{Name(row)} promises nothing and stays on the local network or the board; whether that suits its use is for a person")
            : Refutes("5.5-1-1a", $"{Name(row)} promises nothing", row.At("Security Guarantees"));
        else yield return promised is null ? Open("5.5-1-1a", $"{Name(row)} does not say what it promises") : Supports("5.5-1-1a", $"{Name(row)} promises: \"{Wording.Begin(promised)}\"");
        var gives = Guarantee().IsMatch(promised ?? "") && Wording.Affirms(promised, Guarantee()) is not null;
        if (gives && details is not null && (Wording.IsMissing(details) || (Wording.IsNo(details) || Wording.IsNotApplicable(details)) && details.Length < 60)) yield return Refutes("5.5-1-1b", $"{Name(row)} promises \"{Wording.Begin(promised!)}\" and names no cryptography that delivers it", row.At("Cryptographic Details"));
        else if (gives && details is not null && Wording.Clauses(details).FirstOrDefault(c => Switched().IsMatch(c)) is { } off) yield return Refutes("5.5-1-1b", $"{Name(row)} switches off what it promises: \"{Wording.Begin(off)}\"", row.At("Cryptographic Details"));
        else yield return details is not null && !Wording.IsMissing(details) ? Supports("5.5-1-1b", $"{Name(row)} names its cryptography") : Open("5.5-1-1b", $"{Name(row)} does not name its cryptography");
    }

    [GeneratedRegex(@"\b(local|lan|internal|uart|usb|spi|i2c|swd|on-?board|serial|physical|broadcast|multicast|advertis\w+|beacon\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Local();

    [GeneratedRegex(@"\b(confidential\w*|integrity|authentic\w*|encrypt\w*|secrecy)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Guarantee();

    [GeneratedRegex(@"\b(certificates?|server|peer|host ?names?|chain)\b[^.;]{0,40}\b(is|are) (not|never) (checked|verified|validated)|\b(certificate|peer|server|host ?name) (verification|validation|check\w*) (is |are )?(disabled|off|skipped|not (done|performed|implemented))|\bany certificate is accepted|\baccepts? (any|all|every) certificates?|\b(null cipher|insecure mode|verify(_| )?none)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Switched();
}

/// <summary>A critical parameter that is sent over a way of communicating without encryption, by the maker's own tables.</summary>
public sealed partial class ParameterChannel() : RowCheck("parameter-channel", 1, Polarity.Refute, 10,
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
            var clear = channels.FirstOrDefault(c => (unit == Units[0] || Remote().IsMatch(Papers.Whole(c))) && IsClear(c));
            yield return clear is not null ? Refutes(unit, $"{Name(row)} is critical and goes over {Name(clear)}, which is declared without encryption", row.At("Secure Communication Mechanisms"))
                : channels.Count == 0 ? Open(unit, $"{Name(row)} names no row of IXIT 11-ComMech", "IXIT 11-ComMech with the channel of each critical parameter")
                : Supports(unit, $"{Name(row)} goes over {string.Join(", ", channels.Select(Name).Take(4))}, none declared without encryption");
        }
    }

    private static bool IsClear(IxitRow channel)
    {
        var details = Papers.Field(channel, "Cryptographic Details");
        return details is not null && (Wording.IsNo(details) || Plain().IsMatch(details)) && !Encrypts().IsMatch(details);
    }

    [GeneratedRegex(@"^\W*(plain|clear|unencrypted|cleartext|plaintext)|\b(without|no) (transport |any )?encryption\b|\bnot encrypted\b|\b(in )?(clear|plain) ?text\b|\bunencrypted\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex(@"\b(aes\S*|chacha\S*|tls|dtls|ecdh\S*|wpa[23]|encrypted (with|by|using|under)|cipher suite\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Encrypts();

    [GeneratedRegex(@"\b(remote|cloud|internet|wan|server|backend|https?|mqtt\w*|tcp|udp|network|lan|wi-?fi)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Remote();
}
