using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Syslog over UDP (RFC 3164, RFC 5424): logs that leave the house in clear text, and passwords in them.</summary>
internal static partial class Syslog
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Syslog,
        Name = "syslog",
        Title = "Syslog",
        Group = ProtocolGroup.Control,
        Source = "RFC 3164, RFC 5424, RFC 5426",
        Ports = [514],
        OnlyOnPorts = true,
        Datagram = static (bytes, usual) => usual && Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Proof = [new("facility", "syslog.facility"), new("level", "syslog.level")],
        Limits = "what is said inside the house; syslog over TCP",
    };

    // "<", one to three digits, ">".
    private static bool Recognises(ReadOnlySpan<byte> bytes) => bytes is [(byte)'<', >= (byte)'0' and <= (byte)'9', ..] && bytes[..Math.Min(5, bytes.Length)].IndexOf((byte)'>') >= 2;

    private static bool Read(in Datagram datagram)
    {
        var notes = datagram.Notes;
        var bytes = datagram.Bytes;
        ref readonly var at = ref datagram.At;
        if (!Recognises(bytes)) return false;
        if (Utf8Parser.TryParse(bytes[1..], out int priority, out _))
        {
            notes.Saw(at, "syslog", "facility", priority >> 3);
            notes.Saw(at, "syslog", "level", priority & 7);
        }
        if (!Notes.IsRemote(at)) return true;
        var subject = FormattableString.Invariant($"syslog {notes.NameAt(notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
        notes.Observe(at, "syslog", Seen.ClearText, subject, "a log in clear text", FindingKind.Cleartext, 1);
        if (Secret().Match(Encoding.Latin1.GetString(bytes[..Math.Min(2048, bytes.Length)])) is not { Success: true } secret) return true;
        notes.Credential(at, "syslog", Seen.Login, subject, secret.Groups["name"].Value, secret.Groups["value"].Value, Traits.Password);
        notes.Observe(at, "syslog", Seen.ClearText, subject, "a password in a log in clear text", FindingKind.Cleartext, 0.9, null, null, Traits.Password);
        return true;
    }

    // "password=…" with a value; stars, and words that stand for a value, are none.
    [GeneratedRegex(@"(?i)\b(?<name>password|passwd|passphrase|wpa_passphrase|psk|pwd)\s?[=:]\s?[""']?(?<value>(?!\*|<|\$|hidden|null|none|set\b|ok\b|invalid|wrong|incorrect|failed|removed|redacted)[^\s""',;]{6,64})", RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}
