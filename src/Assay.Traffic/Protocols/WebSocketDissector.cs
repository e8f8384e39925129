using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What an HTTP connection carries after it became a WebSocket (RFC 6455, section 5.2): messages of text, in which log-ins, tokens and marks of persons are looked for.</summary>
internal sealed class WebSocketDissector(Conversation conversation, string server) : Dissector(conversation)
{
    private const int LongestMessage = 16 << 10;

    // What is left of a frame that is too long to be looked at.
    private long outwardLeft, inwardLeft;

    public override Application Application => Application.Http;

    public override void Lost(bool outward) => Done = true;

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!Notes.IsExamination)
        {
            Done = true;
            return bytes.Length;
        }
        ref var left = ref outward ? ref outwardLeft : ref inwardLeft;
        if (left > 0)
        {
            var step = (int)Math.Min(left, bytes.Length);
            left -= step;
            return step;
        }
        if (bytes.Length < 2) return 0;
        var (masked, size, start) = ((bytes[1] & 0x80) != 0, (long)(bytes[1] & 0x7f), 2);
        if (size == 126)
        {
            if (bytes.Length < 4) return 0;
            (size, start) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), 4);
        }
        else if (size == 127)
        {
            if (bytes.Length < 10) return 0;
            (size, start) = ((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]) & long.MaxValue), 10);
        }
        var mask = start;
        if (masked) start += 4;
        if (bytes.Length < start) return 0;
        // Reserved bits that no extension explains, or a code that is none: no WebSocket, or compressed.
        if ((bytes[0] & 0x30) != 0 || (bytes[0] & 0x0f) is > 2 and < 8 or > 10)
        {
            Done = true;
            return bytes.Length;
        }
        if (size > LongestMessage || (bytes[0] & 0x4f) != 1)
        {
            left = size;
            return start;
        }
        if (bytes.Length < start + size) return 0;
        var text = bytes.Slice(start, (int)size).ToArray();
        if (masked)
        {
            for (var i = 0; i < text.Length; i++) text[i] ^= bytes[mask + (i & 3)];
        }
        if (Notes.IsRemote(at) && text is [(byte)'{' or (byte)'[', ..])
            HttpEvidence.Line(Notes, $"http {(server.Length > 0 ? server : outward ? at.Destination.ToString() : at.Source.ToString())}", Text(text, LongestMessage), at);
        return start + (int)size;
    }
}
