using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>XMPP without TLS: the mechanism PLAIN (RFC 6120, section 6; RFC 4616).</summary>
internal sealed partial class XmppDissector(Conversation conversation) : Dissector(conversation)
{
    private const int LongestStanza = 8 << 10;

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Xmpp,
        Name = "xmpp",
        Title = "XMPP",
        Group = ProtocolGroup.Things,
        Source = "RFC 6120, RFC 4616",
        Ports = [5222],
        Stream = static (bytes, _, _) => Recognise(bytes),
        Dissector = static conversation => new XmppDissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential],
        Limits = "all mechanisms but PLAIN, and the messages themselves",
    };

    public override Application Application => Application.Xmpp;

    private static Recognition Recognise(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("<?xml"u8) && !bytes.StartsWith("<stream:stream"u8)) return Recognition.No;
        return bytes[..Math.Min(bytes.Length, 256)].IndexOf("<stream:stream"u8) >= 0 ? Recognition.Yes : bytes.Length < 256 ? Recognition.More : Recognition.No;
    }

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
