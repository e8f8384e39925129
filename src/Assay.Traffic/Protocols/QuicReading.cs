using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>QUIC (RFC 9000, RFC 9001, RFC 9369): the first packets of both sides, whose keys anybody can derive, for the hellos of TLS in them.</summary>
internal static class QuicReading
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Quic,
        Name = "quic",
        Title = "QUIC versions 1 and 2, drafts from 21 on",
        Group = ProtocolGroup.Encryption,
        Source = "RFC 8999, RFC 9000, RFC 9001, RFC 9369; salts of drafts: draft-ietf-quic-tls-22, -23, -29; of Google's T050, T051: nDPI, quic.c",
        Ports = [443, 853],
        Datagram = Recognises,
        Read = static (in datagram) => Read(datagram),
        TellsFlows = true,
        Evidence = [FindingKind.WeakCrypto],
        Proof = [new("version", "quic.version"), new("name", "tls.handshake.extensions_server_name")],
        Limits = "the hello of Google's own QUIC before TLS (Q039 to Q050) is not read; connections that are caught in the middle are not known",
    };

    private static bool Recognises(ReadOnlySpan<byte> bytes, bool usual)
    {
        if (bytes.Length < 20) return false;
        if (IsOfGoogle(bytes)) return true;
        if ((bytes[0] & 0x80) == 0) return false;
        var version = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
        int destination = bytes[5];
        if (destination > 20 || bytes.Length < 7 + destination || bytes[6 + destination] > 20) return false;
        // A version negotiation lists versions of which one at least must be known.
        if (version == 0)
        {
            var at = 7 + destination + bytes[6 + destination];
            for (; at + 4 <= bytes.Length; at += 4)
            {
                if (QuicKeys.IsKnown(BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]))) return true;
            }
            return false;
        }
        if (QuicKeys.IsKnown(version)) return (bytes[0] & 0x40) != 0 && destination + bytes[6 + destination] > 0;
        return usual && (version & 0x0f0f0f0f) == 0x0a0a0a0a && bytes.Length >= 1200 && destination >= 8;
    }

    /// <summary>Google's QUIC of old: the version in letters behind flags and a connection identifier of 8 bytes, or in a long header.</summary>
    private static bool IsOfGoogle(ReadOnlySpan<byte> bytes)
    {
        var at = (bytes[0] & 0xc0) == 0xc0 ? 1 : (bytes[0] & 0x89) == 0x09 ? 9 : 0;
        return at > 0 && bytes[at] == 'Q' && bytes[at + 1] == '0' && char.IsAsciiDigit((char)bytes[at + 2]) && char.IsAsciiDigit((char)bytes[at + 3]);
    }

    private static bool Read(in Datagram datagram)
    {
        var notes = datagram.Notes;
        var bytes = datagram.Bytes;
        if (notes.Witness is null && datagram.Conversation is { Chosen: not null, Pieces.IsDone: true }) return true;
        while (bytes.Length >= 7 && (bytes[0] & 0x80) != 0)
        {
            var version = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
            if (version != 0 && !QuicKeys.IsKnown(version) && (version & 0x0f0f0f0f) != 0x0a0a0a0a) break;
            if (version >> 24 != 'Q') notes.Saw(datagram.At, "quic", "version", version);
            var length = Packet(datagram, bytes, version);
            if (length <= 0 || length >= bytes.Length) break;
            bytes = bytes[length..];
        }
        return true;
    }

    /// <summary>Reads one packet; answers its length, 0 where nothing behind it can be found.</summary>
    private static int Packet(in Datagram datagram, ReadOnlySpan<byte> bytes, uint version)
    {
        if (QuicKeys.Of(version) is not { } keys) return 0;
        // Version 2 numbers its packets in another order.
        var kind = (bytes[0] >> 4 & 3) - (version == QuicKeys.Version2 ? 1 : 0) & 3;
        if (kind == 3) return 0;
        var reader = new SpanReader(bytes, 0, bigEndian: true);
        try
        {
            reader.Skip(5);
            var destination = reader.Take(reader.U8(), "bytes of a connection identifier");
            reader.Skip(reader.U8(), "bytes of a connection identifier");
            if (destination.Length > 20) return 0;
            if (kind == 0) reader.Skip(Number(ref reader), "bytes of token");
            var length = Number(ref reader);
            var start = reader.Position;
            if (length > bytes.Length - start) return 0;
            var end = start + (int)length;
            if (kind == 0) Initial(datagram, bytes[..end], start, destination, keys);
            return end;
        }
        catch (UnreadableException)
        {
            return 0;
        }
    }

    /// <summary>A number of 1, 2, 4 or 8 bytes (RFC 9000, section 16).</summary>
    private static long Number(ref SpanReader reader)
    {
        var first = reader.U8("number");
        long value = first & 0x3f;
        for (var more = (1 << (first >> 6)) - 1; more > 0; more--) value = value << 8 | reader.U8("number");
        return value;
    }

    private static void Initial(in Datagram datagram, ReadOnlySpan<byte> packet, int start, ReadOnlySpan<byte> destination, QuicKeys keys)
    {
        var conversation = datagram.Conversation;
        var pieces = conversation.Pieces ??= new HandshakePieces(conversation);
        var client = datagram.Outward;
        if (client ? pieces.IsDone : conversation.Chosen is not null) return;
        if (pieces.Connection.Length == 0)
        {
            // Who began chose the identifier; seen from the server's first packet alone it cannot be known.
            if (!client) return;
            pieces.Connection = destination.ToArray();
        }
        Span<byte> opened = stackalloc byte[2048];
        var length = keys.Open(packet, start, pieces.Connection, client, opened);
        if (length < 0 && client)
        {
            // Behind a retry the client begins anew, with the identifier that the server chose.
            length = keys.Open(packet, start, destination, client, opened);
            if (length < 0) return;
            pieces.Connection = destination.ToArray();
            pieces.Forget();
        }
        if (length >= 0) Frames(datagram, opened[..length], client, pieces);
    }

    private static void Frames(in Datagram datagram, ReadOnlySpan<byte> opened, bool client, HandshakePieces pieces)
    {
        var reader = new SpanReader(opened, 0, bigEndian: true);
        while (reader.Left > 0)
        {
            switch (Number(ref reader))
            {
                case 0 or 1:
                    break;
                case 2 or 3:
                    Acknowledgement(ref reader, opened);
                    break;
                case 6:
                    var at = Number(ref reader);
                    var crypto = reader.Take(Number(ref reader), "bytes of handshake");
                    if (client) FromClient(datagram, pieces, at, crypto);
                    else if (at == 0 && crypto.Length >= 4 && crypto[0] == 2) FromServer(datagram, crypto);
                    break;
                default:
                    return;
            }
        }
    }

    private static void Acknowledgement(ref SpanReader reader, ReadOnlySpan<byte> opened)
    {
        var counts = opened[reader.Position - 1] == 3;
        Number(ref reader);
        Number(ref reader);
        var ranges = Number(ref reader);
        for (Number(ref reader); ranges > 0 && reader.Left > 0; ranges--)
        {
            Number(ref reader);
            Number(ref reader);
        }
        for (var i = 0; counts && i < 3; i++) Number(ref reader);
    }

    private static void FromClient(in Datagram datagram, HandshakePieces pieces, long at, ReadOnlySpan<byte> crypto)
    {
        if (pieces.IsDone || !pieces.Take(at, crypto)) return;
        var whole = pieces.Whole;
        if (whole.Length < 4 || whole[0] != 1) return;
        var length = whole[1] << 16 | whole[2] << 8 | whole[3];
        if (whole.Length < 4 + length) return;
        pieces.IsDone = true;
        new TlsEvidence(datagram.Conversation, "quic", 'q').ClientHello(whole.Slice(4, length), datagram.At);
        pieces.Forget();
    }

    private static void FromServer(in Datagram datagram, ReadOnlySpan<byte> crypto)
    {
        var length = crypto[1] << 16 | crypto[2] << 8 | crypto[3];
        if (length <= crypto.Length - 4) new TlsEvidence(datagram.Conversation, "quic", 'q').ServerHello(crypto.Slice(4, length), datagram.At);
    }
}
