using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>CoAP over UDP (RFC 7252): resources that are asked for, set and given without encryption or log-in. Messages that OSCORE protects (RFC 8613) are left alone.</summary>
internal static class Coap
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Coap,
        Name = "coap",
        Title = "CoAP over UDP",
        Group = ProtocolGroup.Things,
        Source = "RFC 7252 section 3; RFC 8132; RFC 8613",
        Ports = [5683],
        Datagram = static (bytes, usual) => Recognises(bytes, usual),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Cleartext, FindingKind.Update, FindingKind.Exposure],
        Proof = [new("code", "coap.code"), new("message", "coap.mid")],
        Limits = "CoAP over TCP and WebSockets; payloads; off its port only where a request names a path or host",
    };

    /// <summary>Options of RFC 7252, 7641, 7959, 7967, 8613, 8768, 8974 and 9175.</summary>
    private static bool IsOption(int number) => number is 1 or 3 or 4 or 5 or 6 or 7 or 8 or 9 or 11 or 12 or 14 or 15 or 16 or 17 or 19 or 20 or 21 or 23 or 27 or 28
        or 31 or 35 or 39 or 60 or 252 or 258 or 292;

    private static bool IsCode(int code) => code is 0 or (>= 1 and <= 7) or (>= 0x41 and <= 0x45) or 0x5f or (>= 0x80 and <= 0x9d) or (>= 0xa0 and <= 0xa8);

    private static bool Recognises(ReadOnlySpan<byte> bytes, bool usual)
    {
        if (!Parse(bytes, out var message)) return false;
        return usual || message.IsRequest && message.NamesResource && message.AllKnown;
    }

    private ref struct Message
    {
        public int Code, Token, Id;
        public bool NamesResource, AllKnown, IsProtected, HasPayload;
        public readonly bool IsRequest => Code is >= 1 and <= 7;
        /// <summary>All options, as they stand.</summary>
        public ReadOnlySpan<byte> Options;
        public ReadOnlySpan<byte> Payload;
    }

    private static bool Parse(ReadOnlySpan<byte> bytes, out Message message)
    {
        message = default;
        if (bytes.Length < 4 || bytes[0] >> 6 != 1) return false;
        var token = bytes[0] & 15;
        if (token > 8 || bytes.Length < 4 + token || !IsCode(bytes[1])) return false;
        message.Code = bytes[1];
        message.Id = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        message.Token = token;
        // An empty message is its four bytes (section 4.1).
        if (message.Code == 0) return bytes.Length == 4 && token == 0;
        var rest = bytes[(4 + token)..];
        message.Options = rest;
        message.AllKnown = true;
        var number = 0;
        while (Next(ref rest, ref number, out _, out _))
        {
            message.AllKnown &= IsOption(number);
            message.NamesResource |= number is 3 or 11;
            message.IsProtected |= number == 9;
        }
        if (rest.IsEmpty) return true;
        message.HasPayload = rest[0] == 0xff && rest.Length > 1;
        if (message.HasPayload) message.Payload = rest[1..];
        return message.HasPayload;
    }

    /// <summary>The next option (section 3.1); false at the end, at the payload and at damage, where something is left.</summary>
    private static bool Next(scoped ref ReadOnlySpan<byte> rest, ref int number, out ReadOnlySpan<byte> value, out bool damaged)
    {
        value = default;
        damaged = false;
        if (rest.IsEmpty || rest[0] == 0xff) return false;
        var at = 1;
        if (!Extended(rest, rest[0] >> 4, ref at, out var delta) || !Extended(rest, rest[0] & 15, ref at, out var length) || length > rest.Length - at || number + delta > 65535)
        {
            damaged = true;
            return false;
        }
        number += delta;
        value = rest.Slice(at, length);
        rest = rest[(at + length)..];
        return true;
    }

    private static bool Extended(ReadOnlySpan<byte> bytes, int nibble, ref int at, out int value)
    {
        value = nibble;
        if (nibble < 13) return true;
        var size = nibble - 12;
        if (nibble == 15 || bytes.Length < at + size) return false;
        value = size == 1 ? bytes[at] + 13 : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) + 269;
        at += size;
        return true;
    }

    private static bool Read(in Datagram datagram)
    {
        if (!Parse(datagram.Bytes, out var message)) return false;
        var notes = datagram.Notes;
        ref readonly var at = ref datagram.At;
        notes.Saw(at, "coap", "code", message.Code);
        notes.Saw(at, "coap", "message", message.Id);
        if (message.Code == 0) return true;
        var server = message.IsRequest ? at.Destination : at.Source;
        var subject = FormattableString.Invariant($"coap {notes.NameAt(notes.NameOf(server)) ?? server.ToString()}:{(message.IsRequest ? at.DestinationPort : at.SourcePort)}");
        // The token pairs an answer with its request (section 5.3.1); where it is empty, the message number does.
        var token = datagram.Bytes.Slice(4, message.Token);
        var key = message.Token == 0 ? (uint)message.Id | 1UL << 63 : Key(token);
        var asked = datagram.Conversation.Asked;
        if (message.IsRequest)
        {
            var path = Path(message.Options);
            var method = message.Code switch { 1 => "GET", 2 => "POST", 3 => "PUT", 4 => "DELETE", 5 => "FETCH", 6 => "PATCH", _ => "iPATCH" };
            notes.Observe(at, "coap", Seen.Request, subject, message.IsProtected ? "a request that OSCORE protects" : $"{method} {path}");
            if (message.IsProtected) return true;
            if (Notes.IsRemote(at)) notes.Observe(at, "coap", Seen.ClearText, subject, "requests in clear text", FindingKind.Cleartext, 1);
            if (asked.Count < Conversation.MostAsked) asked[key] = $"{method} {path}";
            return true;
        }
        notes.Observe(at, "coap", Seen.Response, subject, FormattableString.Invariant($"{message.Code >> 5}.{message.Code & 31:00}"));
        if (!asked.Remove(key, out var request) || message.Code >> 5 != 2 || message.IsProtected) return true;
        if (request.StartsWith("GET ", StringComparison.Ordinal) && message.HasPayload && HttpEvidence.IsSoftware(request[4..], message.Payload))
            notes.Observe(at, "coap", Seen.UpdateDownload, subject, $"update fetched in clear text: {request[4..]}", FindingKind.Update, 0.9, null, null, Traits.ClearText, Traits.UpdateDownload);
        if (!at.Source.IsLocal) return true;
        // What was read is on the wire for all to see; what was changed was changed by somebody whom nothing identified.
        if (!request.StartsWith("GET", StringComparison.Ordinal) && !request.StartsWith("FETCH", StringComparison.Ordinal))
        {
            notes.Observe(at, "coap", Seen.Exchange, subject, FormattableString.Invariant($"{request} answered {message.Code >> 5}.{message.Code & 31:00} without encryption or log-in"), FindingKind.Exposure, 0.8, null,
                "a payload that is protected by itself is not seen", Traits.WithoutLogin);
        }
        return true;
    }

    private static ulong Key(ReadOnlySpan<byte> token)
    {
        ulong key = (ulong)token.Length << 56;
        foreach (var part in token) key = key * 257 + part;
        return key & ~(1UL << 63);
    }

    private static string Path(ReadOnlySpan<byte> options)
    {
        var text = new StringBuilder();
        var number = 0;
        while (Next(ref options, ref number, out var value, out _) && text.Length < 256)
        {
            if (number == 11) text.Append('/').Append(Encoding.UTF8.GetString(value));
        }
        return text.Length == 0 ? "/" : text.ToString();
    }
}
