using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>SIP over UDP and TCP (RFC 3261): who registers and calls in clear text, with which digests, and what programs call themselves.</summary>
internal static partial class Sip
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Sip,
        Name = "sip",
        Title = "SIP",
        Group = ProtocolGroup.Media,
        Source = "RFC 3261; short names of fields: section 7.3.3",
        Ports = [5060],
        Stream = static (bytes, _, _) => Recognises(bytes) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new SipDissector(conversation),
        Datagram = static (bytes, _) => Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential, FindingKind.Disclosure],
        Proof = [new("method", "sip.Method"), new("status", "sip.Status-Code"), new("call", "sip.Call-ID")],
        Limits = "descriptions of sessions and the media themselves",
    };

    private static readonly string[] Methods =
    [
        "REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "NOTIFY", "SUBSCRIBE", "MESSAGE", "INFO", "PRACK", "UPDATE", "PUBLISH", "REFER",
    ];

    [GeneratedRegex("username=\"([^\"]{0,128})\"", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DigestUser();

    /// <summary>The first line is whole, and is a request with an address or an answer with a status.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 16) return false;
        if (bytes.StartsWith("SIP/2.0 "u8)) return bytes[8] is >= (byte)'1' and <= (byte)'6' && bytes[9] is >= (byte)'0' and <= (byte)'9';
        return MethodOf(bytes) is not null && bytes.IndexOf((byte)'\n') is var end and > 0 && bytes[..end].TrimEnd((byte)'\r').EndsWith(" SIP/2.0"u8);
    }

    private static string? MethodOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] is < (byte)'A' or > (byte)'Z') return null;
        foreach (var method in Methods)
        {
            if (bytes.Length > method.Length && bytes[method.Length] == ' ' && Ascii.Equals(bytes[..method.Length], method)) return method;
        }
        return null;
    }

    private static bool Read(in Datagram datagram)
    {
        if (!Recognises(datagram.Bytes)) return false;
        Message(datagram.Notes, datagram.Bytes, datagram.At);
        return true;
    }

    /// <summary>Bytes of a message in front of a stream; 0 where it is not whole, -1 where there is none.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0) return bytes.Length > 1 << 14 ? -1 : 0;
        long body = 0;
        var head = bytes[..end];
        while (!head.IsEmpty)
        {
            if (HttpDissector.Field(Line(ref head), out var name, out var value) && (HttpDissector.Is(name, "content-length") || HttpDissector.Is(name, "l"))
                && (!Utf8Parser.TryParse(value, out body, out _) || body is < 0 or > 1 << 15)) return -1;
        }
        return bytes.Length < end + 4 + body ? 0 : end + 4 + (int)body;
    }

    private static ReadOnlySpan<byte> Line(scoped ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        var line = end < 0 ? head : head[..end];
        head = end < 0 ? [] : head[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }

    internal static void Message(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var method = MethodOf(bytes);
        var end = bytes.IndexOf("\r\n\r\n"u8);
        var head = end < 0 ? bytes : bytes[..end];
        var first = Line(ref head);
        ReadOnlySpan<byte> from = default, program = default, authorization = default, call = default;
        while (!head.IsEmpty)
        {
            if (!HttpDissector.Field(Line(ref head), out var name, out var value)) continue;
            name = name.TrimEnd((byte)' ');
            if (HttpDissector.Is(name, "from") || HttpDissector.Is(name, "f")) from = value;
            else if (HttpDissector.Is(name, "user-agent") || HttpDissector.Is(name, "server")) program = value;
            else if (HttpDissector.Is(name, "authorization") || HttpDissector.Is(name, "proxy-authorization")) authorization = value;
            else if (HttpDissector.Is(name, "call-id") || HttpDissector.Is(name, "i")) call = value;
        }
        if (!call.IsEmpty) notes.Saw(at, "sip", "call", call);
        var peer = method is null ? at.Source : at.Destination;
        var port = method is null ? at.SourcePort : at.DestinationPort;
        var subject = FormattableString.Invariant($"sip {notes.NameAt(notes.NameOf(peer)) ?? peer.ToString()}:{port}");
        if (method is null)
        {
            var status = Utf8Parser.TryParse(first.Length >= 11 ? first[8..11] : default, out int code, out _) ? code : 0;
            notes.Saw(at, "sip", "status", status);
            notes.Observe(at, "sip", Seen.Response, subject, FormattableString.Invariant($"{status}"));
        }
        else
        {
            notes.Saw(at, "sip", "method", method);
            notes.Observe(at, "sip", Seen.Request, subject, method);
            if (Notes.IsRemote(at)) notes.Observe(at, "sip", Seen.ClearText, subject, "calls and registrations in clear text", FindingKind.Cleartext, 1);
            if (method is "INVITE" or "MESSAGE" && from.Contains((byte)'@') && Notes.IsRemote(at))
            {
                notes.Observe(at, "sip", Seen.PersonalMarker, subject, $"{method} says who calls whom", FindingKind.Cleartext, 0.9, null, null, Traits.PersonalMarker);
            }
            Authorization(notes, at, subject, authorization);
        }
        if (program.IsEmpty || !at.Source.IsLocal) return;
        var banner = Encoding.Latin1.GetString(program[..Math.Min(128, program.Length)]);
        if (HttpEvidence.NamesVersion(banner))
        {
            notes.Observe(at, "sip", Seen.Banner, FormattableString.Invariant($"sip {at.Source}:{at.SourcePort}"), banner, FindingKind.Disclosure, 0.8, null, null,
                Traits.VersionDisclosed);
        }
    }

    private static void Authorization(Notes notes, in Moment at, string subject, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        var text = Encoding.Latin1.GetString(value[..Math.Min(2048, value.Length)]);
        if (text.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) && HttpEvidence.Base64(text[6..].Trim()) is { } pair)
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            notes.Credential(at, "sip", Seen.BasicCredential, subject, colon < 0 ? pair : pair[..colon], colon < 0 ? "" : pair[(colon + 1)..], Traits.Login);
        }
        else if (text.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase))
        {
            var user = DigestUser().Match(text) is { Success: true } match ? match.Groups[1].Value : "";
            notes.Observe(at, "sip", Seen.DigestCredential, subject, $"{user}: digest of the password in clear text", FindingKind.Credential, 0.9, null,
                "the password itself was not sent; it can be tried offline", Traits.OnTheWire, Traits.Digest);
        }
    }
}

/// <summary>SIP over TCP: messages one behind the other, divided by their Content-Length (RFC 3261, section 18.3).</summary>
internal sealed class SipDissector(Conversation conversation) : Dissector(conversation)
{
    public override Application Application => Application.Sip;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        // Line ends in front of a message keep the connection open (RFC 5626, section 4.4.1).
        if (bytes[0] is (byte)'\r' or (byte)'\n') return 1;
        if (!Sip.Recognises(bytes)) return bytes.Length < 512 && bytes.IndexOf((byte)'\n') < 0 ? 0 : bytes.Length;
        var length = Sip.LengthOf(bytes);
        if (length < 0) return bytes.Length;
        if (length > 0) Sip.Message(Notes, bytes[..length], at);
        return length;
    }
}
