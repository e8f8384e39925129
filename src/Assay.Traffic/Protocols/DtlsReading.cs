using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>DTLS 1.0 to 1.3 up to the point where it is encrypted (RFC 4347, RFC 6347, RFC 9147): hellos and certificates, put together of their fragments.</summary>
internal static class DtlsReading
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Dtls,
        Name = "dtls",
        Title = "DTLS 1.0 to 1.3",
        Group = ProtocolGroup.Encryption,
        Source = "RFC 6347, RFC 9147",
        Ports = [5684, 4433],
        Datagram = static (bytes, _) => Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        TellsFlows = true,
        Evidence = [FindingKind.WeakCrypto, FindingKind.Certificate],
        Proof = [new("type", "dtls.handshake.type"), new("sequence", "dtls.handshake.message_seq")],
        Limits = "what is encrypted; fragments of two messages that are sent in turns",
    };

    private const int Header = 13;

    // Records one behind the other to the very end, of versions that exist; the first says hello or is of a session that runs.
    private static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Header + 1 || bytes[0] is < 20 or > 23) return false;
        if (bytes[0] == 22 && bytes[3] == 0 && bytes[4] == 0 && (bytes.Length < Header + 12 || bytes[Header] is not (1 or 2 or 3 or 11))) return false;
        var records = 0;
        while (!bytes.IsEmpty)
        {
            if (!IsRecord(bytes, out var length) || length == 0 || Header + length > bytes.Length) return false;
            bytes = bytes[(Header + length)..];
            if (++records > 32) return false;
        }
        return true;
    }

    private static bool IsRecord(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < Header || bytes[0] is < 20 or > 25 || BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]) is not (0xfeff or 0xfefd or 0x0100)) return false;
        length = BinaryPrimitives.ReadUInt16BigEndian(bytes[11..]);
        return length <= 18432;
    }

    private static bool Read(in Datagram datagram)
    {
        var bytes = datagram.Bytes;
        if (!IsRecord(bytes, out _)) return false;
        while (IsRecord(bytes, out var length))
        {
            var record = bytes.Slice(Header, Math.Min(length, bytes.Length - Header));
            // Behind epoch 0 all is encrypted.
            if (bytes[0] == 22 && bytes[3] == 0 && bytes[4] == 0) Handshake(datagram, record);
            bytes = bytes[Math.Min(bytes.Length, Header + length)..];
        }
        return true;
    }

    private static void Handshake(in Datagram datagram, ReadOnlySpan<byte> record)
    {
        while (record.Length >= 12)
        {
            var length = record[1] << 16 | record[2] << 8 | record[3];
            int sequence = BinaryPrimitives.ReadUInt16BigEndian(record[4..]);
            var from = record[6] << 16 | record[7] << 8 | record[8];
            var part = record[9] << 16 | record[10] << 8 | record[11];
            if (from + part > length || part > record.Length - 12) return;
            var type = record[0];
            datagram.Notes.Saw(datagram.At, "dtls", "type", type);
            datagram.Notes.Saw(datagram.At, "dtls", "sequence", sequence);
            var fragment = record.Slice(12, part);
            record = record[(12 + part)..];
            if (type is not (1 or 2 or 11) || type == 11 && !datagram.Notes.IsExamination) continue;
            if (part == length)
            {
                Message(datagram, type, fragment);
                continue;
            }
            var pieces = datagram.Conversation.Pieces ??= new HandshakePieces(datagram.Conversation);
            var of = 1UL << 63 | (datagram.Outward ? 1UL << 62 : 0) | (ulong)type << 40 | (ulong)sequence << 24 | (uint)length;
            if (pieces.Of != of)
            {
                pieces.Forget();
                (pieces.Of, pieces.IsDone) = (of, false);
            }
            if (pieces.IsDone || !pieces.Take(from, fragment) || pieces.Whole.Length < length) continue;
            pieces.IsDone = true;
            Message(datagram, type, pieces.Whole[..length]);
        }
    }

    private static void Message(in Datagram datagram, byte type, ReadOnlySpan<byte> body)
    {
        var evidence = new TlsEvidence(datagram.Conversation, "dtls", 'd');
        try
        {
            if (type == 1) evidence.ClientHello(body, datagram.At);
            else if (type == 2) evidence.ServerHello(body, datagram.At);
            else evidence.Certificates(body, datagram.At);
        }
        catch (UnreadableException)
        {
            // A message that contradicts itself says nothing that one may rely on.
        }
    }
}
