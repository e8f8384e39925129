using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>LDAP without TLS: the simple bind (RFC 4511, section 4.2), which carries a name and a password.</summary>
internal sealed class LdapDissector(Conversation conversation) : Dissector(conversation)
{
    public override Application Application => Application.Ldap;

    /// <summary>A message of a bind: sequence, message id, application tag 0, version 2 or 3.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => Bind(bytes) is { IsEmpty: false } bind && bind is [2, 1, 2 or 3, 4, ..];

    private static ReadOnlySpan<byte> Bind(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 14 && bytes[0] == 0x30 && Ber.Body(bytes) is var message && message is [2, >= 1 and <= 4, ..] && message.Length > 2 + message[1] && message[2 + message[1]] == 0x60 ? Ber.Body(message[(2 + message[1])..]) : default;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        Done = true;
        if (!Notes.IsExamination || !outward) return bytes.Length;
        var bind = Bind(bytes);
        if (bind is not [2, 1, 2 or 3, 4, ..]) return bytes.Length;
        var name = Ber.Body(bind[3..]);
        var rest = Ber.Behind(bind[3..]);
        // Tag 0 of the choice: the password as it is; SASL has tag 3.
        if (rest is not [0x80, ..] || Ber.Body(rest) is not { IsEmpty: false } password) return bytes.Length;
        var subject = FormattableString.Invariant($"ldap {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
        Notes.Credential(at, "ldap", Seen.Login, subject, Encoding.UTF8.GetString(name[..Math.Min(128, name.Length)]), Encoding.UTF8.GetString(password[..Math.Min(256, password.Length)]), Traits.Login);
        Notes.Observe(at, "ldap", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login);
        return bytes.Length;
    }
}

/// <summary>Lengths of BER (X.690, section 8.1.3) as far as short messages need them: one, two or three bytes.</summary>
internal static class Ber
{
    /// <summary>The content of the element at the front; empty where it is cut.</summary>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> bytes) => Measure(bytes) is var (head, length) && head > 0 && length <= bytes.Length - head ? bytes.Slice(head, length) : default;

    public static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> bytes) => Measure(bytes) is var (head, length) && head > 0 && length <= bytes.Length - head ? bytes[(head + length)..] : default;

    private static (int Head, int Length) Measure(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [_, < 0x80, ..] => (2, bytes[1]),
        [_, 0x81, _, ..] => (3, bytes[2]),
        [_, 0x82, _, _, ..] => (4, bytes[2] << 8 | bytes[3]),
        [_, 0x84, 0, 0, _, _, ..] => (6, bytes[4] << 8 | bytes[5]),
        _ => (0, 0),
    };
}

/// <summary>XMPP without TLS: the mechanism PLAIN (RFC 6120, section 6; RFC 4616).</summary>
internal sealed partial class XmppDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestStanza = 8 << 10;

    public override Application Application => Application.Xmpp;

    public static bool Recognises(ReadOnlySpan<byte> bytes) => (bytes.StartsWith("<?xml"u8) || bytes.StartsWith("<stream:stream"u8)) && bytes[..Math.Min(bytes.Length, 256)].IndexOf("<stream:stream"u8) >= 0;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        var end = bytes.LastIndexOf((byte)'>');
        if (end < 0) return bytes.Length > LongestStanza ? bytes.Length : 0;
        if (!outward) return end + 1;
        var text = Text(bytes[..(end + 1)], LongestStanza);
        if (text.Contains("<starttls", StringComparison.Ordinal)) Done = true;
        else if (text.Contains("<auth", StringComparison.Ordinal) && !text.Contains("</auth>", StringComparison.Ordinal) && !text.Contains("/>", StringComparison.Ordinal) && bytes.Length < LongestStanza) return 0;
        else if (Plain().Match(text) is { Success: true } auth && HttpEvidence.Base64(auth.Groups["text"].Value)?.Split('\0') is [_, var user, var password])
        {
            Done = true;
            var subject = FormattableString.Invariant($"xmpp {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}");
            Notes.Credential(at, "xmpp", Seen.Login, subject, user, password, Traits.Login);
            Notes.Observe(at, "xmpp", Seen.ClearText, subject, "a log-in in clear text", FindingKind.Cleartext, 0.95, null, null, Traits.Login);
        }
        return end + 1;
    }

    [GeneratedRegex(@"<auth\b[^>]{0,256}mechanism=['""]PLAIN['""][^>]{0,256}>(?<text>[A-Za-z0-9+/=\s]{4,1024})</auth>", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}

/// <summary>Lines of JSON over a bare connection, as makers' own protocols are.</summary>
internal sealed class JsonLinesDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestLine = 16 << 10;

    // A way of writing, no protocol with a name.
    public override Application Application => Application.Unknown;

    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes is [(byte)'{', (byte)'"', ..] && bytes[..Math.Min(bytes.Length, 128)].IndexOf("\":"u8) > 0;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        var end = bytes.IndexOf((byte)'\n');
        // Some send no line end; a segment that ends in a brace is taken for a line.
        if (end < 0) end = bytes[^1] == '}' || bytes.Length > LongestLine ? bytes.Length - 1 : -1;
        if (end < 0) return 0;
        if (Notes.IsRemote(at)) HttpEvidence.Line(Notes, FormattableString.Invariant($"json {Notes.NameAt(Notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}"), Text(bytes[..end], LongestLine), at);
        return end + 1;
    }
}
