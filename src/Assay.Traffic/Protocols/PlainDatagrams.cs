using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Protocols over UDP that carry log-ins, software or logs without a cipher: SIP (RFC 3261), SNMP versions 1 and 2c (RFC 1157, RFC 1901), syslog (RFC 5424), TFTP (RFC 1350).</summary>
internal static partial class PlainDatagrams
{
    private const int MostTransfers = 1024;

    public static Application Read(Notes notes, in Packet packet, in Frame frame, ReadOnlySpan<byte> payload)
    {
        var (source, destination) = (packet.SourcePort, packet.DestinationPort);
        if (IsSip(payload))
        {
            if (notes.IsExamination) Sip(notes, payload, new Moment(frame, packet));
            return Application.Sip;
        }
        if (source is 161 or 162 || destination is 161 or 162)
        {
            if (Community(payload) is not { IsEmpty: false } community) return Application.Unknown;
            if (notes.IsExamination) Snmp(notes, community, new Moment(frame, packet));
            return Application.Snmp;
        }
        if (destination == 514)
        {
            if (payload is not [(byte)'<', >= (byte)'0' and <= (byte)'9', ..] || payload[..Math.Min(5, payload.Length)].IndexOf((byte)'>') < 2) return Application.Unknown;
            if (notes.IsExamination) Syslog(notes, payload, new Moment(frame, packet));
            return Application.Syslog;
        }
        return Tftp(notes, packet, frame, payload);
    }

    private static bool IsSip(ReadOnlySpan<byte> bytes) => bytes is [>= (byte)'A' and <= (byte)'Z', ..] && (bytes.StartsWith("SIP/2.0 "u8) || bytes.Length > 16 && bytes[..Math.Min(bytes.Length, 256)].IndexOf(" SIP/2.0\r\n"u8) > 0);

    private static void Sip(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var text = Encoding.Latin1.GetString(bytes[..Math.Min(4096, bytes.Length)]);
        if (text.StartsWith("SIP/2.0", StringComparison.Ordinal)) return;
        var subject = Subject(notes, "sip", at);
        if (Notes.IsRemote(at)) notes.Observe(at, "sip", Seen.ClearText, subject, "calls in clear text", FindingKind.Cleartext, 1);
        if (Digest().Match(text) is not { Success: true } digest) return;
        notes.Observe(at, "sip", Seen.DigestCredential, subject, $"{digest.Groups["user"].Value}: digest of the password in clear text", FindingKind.Credential, 0.9, null, "the password itself was not sent; it can be tried offline", Traits.OnTheWire, Traits.Digest);
    }

    [GeneratedRegex(@"(?im)^(?:Proxy-)?Authorization:\s*Digest\b[^\r\n]{0,400}?username=""(?<user>[^""]{0,128})""", RegexOptions.CultureInvariant)]
    private static partial Regex Digest();

    /// <summary>The community of a message of version 1 or 2c; empty for anything else.</summary>
    private static ReadOnlySpan<byte> Community(ReadOnlySpan<byte> bytes) => bytes is [0x30, ..] && Ber.Body(bytes) is [2, 1, 0 or 1, 4, ..] and var message ? Ber.Body(message[3..]) : default;

    // At home the open port itself is what counts; beyond it the community is a password that everybody on the way reads.
    private static void Snmp(Notes notes, ReadOnlySpan<byte> community, in Moment at)
    {
        if (!Notes.IsRemote(at)) return;
        var subject = Subject(notes, "snmp", at);
        notes.Credential(at, "snmp", Seen.Login, subject, "community", Encoding.Latin1.GetString(community[..Math.Min(64, community.Length)]), Traits.Login);
        notes.Observe(at, "snmp", Seen.ClearText, subject, "management in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login);
    }

    private static void Syslog(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsRemote(at)) return;
        var subject = Subject(notes, "syslog", at);
        notes.Observe(at, "syslog", Seen.ClearText, subject, "a log in clear text", FindingKind.Cleartext, 1);
        if (Secret().Match(Encoding.Latin1.GetString(bytes[..Math.Min(2048, bytes.Length)])) is not { Success: true } secret) return;
        notes.Credential(at, "syslog", Seen.Login, subject, secret.Groups["name"].Value, secret.Groups["value"].Value, Traits.Password);
        notes.Observe(at, "syslog", Seen.ClearText, subject, "a password in a log in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Password);
    }

    // "password=…" with a value; stars, and words that stand for a value, are none.
    [GeneratedRegex(@"(?i)\b(?<name>password|passwd|passphrase|wpa_passphrase|psk|pwd)\s?[=:]\s?[""']?(?<value>(?!\*|<|\$|hidden|null|none|set\b|ok\b|invalid|wrong|incorrect|failed|removed|redacted)[^\s""',;]{6,64})", RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    /// <summary>Remembers which file was asked for: the answer comes from a port of the server's choice.</summary>
    public static void Asks(Notes notes, in Packet packet, ReadOnlySpan<byte> payload)
    {
        if (Requested(payload) is { } name && notes.Transfers.Count < MostTransfers) notes.Transfers[(packet.Source, packet.SourcePort)] = name;
    }

    // Read request: a name and a mode, both ended by zero.
    private static string? Requested(ReadOnlySpan<byte> payload) => payload is [0, 1, not 0, ..] && payload[2..].IndexOf((byte)0) is > 0 and < 256 and var end ? Encoding.Latin1.GetString(payload.Slice(2, end)) : null;

    private static Application Tftp(Notes notes, in Packet packet, in Frame frame, ReadOnlySpan<byte> payload)
    {
        if (packet.DestinationPort == 69)
        {
            if (Requested(payload) is null) return Application.Unknown;
            if (!notes.IsExamination) return Application.Tftp;
            var asks = new Moment(frame, packet);
            if (Notes.IsRemote(asks)) notes.Observe(asks, "tftp", Seen.ClearText, Subject(notes, "tftp", asks), "files in clear text", FindingKind.Cleartext, 1);
            return Application.Tftp;
        }
        if (payload is not [0, 3, 0, 1, ..] || !notes.Transfers.TryGetValue((packet.Destination, packet.DestinationPort), out var asked)) return Application.Unknown;
        if (notes.IsExamination && HttpEvidence.IsSoftware(asked, payload[4..]))
        {
            var at = new Moment(frame, packet);
            notes.Observe(at, "tftp", Seen.UpdateDownload, FormattableString.Invariant($"tftp {packet.Source}"), $"update fetched in clear text: {asked}", FindingKind.Update, 0.9, null, null, Traits.ClearText, Traits.UpdateDownload);
        }
        return Application.Tftp;
    }

    private static string Subject(Notes notes, string protocol, in Moment at) => FormattableString.Invariant($"{protocol} {notes.NameAt(notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
}
