using Assay.Traffic.Captures;

namespace Assay.Guard.Watching;

/// <summary>The last frames of the inside in a fixed number of bytes: the oldest are given up. Headers alone, unless payload was asked for.</summary>
/// <remarks>Each frame is kept as number, time, length on the wire, kept length, bytes; nothing is allocated per frame.</remarks>
public sealed class Ring
{
    private const int HeadBytes = 8 + 8 + 4 + 4;
    /// <summary>Of a frame without ports (ARP, ICMP) this much is header.</summary>
    private const int WithoutPorts = 64;
    private readonly Lock access = new();
    private readonly byte[] bytes;
    private readonly bool payload;
    // Positions count on for ever; a byte lies at its position modulo the length.
    private long first, end;

    public Ring(int size, bool payload)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1 << 12);
        bytes = new byte[size];
        this.payload = payload;
    }

    public bool KeepsPayload => payload;
    /// <summary>Frames that were kept and given up since the start.</summary>
    public long GivenUp { get; private set; }

    public void Add(in Frame frame, in Packet packet, Depth depth)
    {
        var kept = payload ? frame.Bytes : frame.Bytes[..Math.Min(frame.Bytes.Length, depth == Depth.Transport ? packet.PayloadStart : WithoutPorts)];
        if (kept.Length > bytes.Length / 4) kept = kept[..(bytes.Length / 4)];
        lock (access)
        {
            var need = HeadBytes + kept.Length;
            Span<byte> head = stackalloc byte[HeadBytes];
            while (end + need - first > bytes.Length)
            {
                first += HeadBytes + BitConverter.ToInt32(Taken(first + 20, head[..4]));
                GivenUp++;
            }
            BitConverter.TryWriteBytes(head, frame.Number);
            BitConverter.TryWriteBytes(head[8..], frame.Time);
            BitConverter.TryWriteBytes(head[16..], (uint)Math.Min(frame.OriginalLength, uint.MaxValue));
            BitConverter.TryWriteBytes(head[20..], kept.Length);
            Put(head);
            Put(kept);
        }
    }

    /// <summary>Frames to or from a device, oldest first, as a pcap; and the guard's own number of each, in the capture's order.</summary>
    public (byte[] Pcap, IReadOnlyList<long> Numbers) Capture(MacAddress mac)
    {
        using var stream = new MemoryStream();
        var pcap = new PcapWriter(stream);
        var numbers = new List<long>();
        lock (access)
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            var frame = new byte[bytes.Length / 4];
            for (var at = first; at < end;)
            {
                Taken(at, head);
                var length = BitConverter.ToInt32(head[20..]);
                Taken(at + HeadBytes, frame.AsSpan(0, length));
                at += HeadBytes + length;
                if (length < 12 || MacAddress.Of(frame) != mac && MacAddress.Of(frame.AsSpan(6)) != mac) continue;
                pcap.Write(BitConverter.ToInt64(head[8..]), frame.AsSpan(0, length), BitConverter.ToUInt32(head[16..]));
                numbers.Add(BitConverter.ToInt64(head));
            }
        }
        return (stream.ToArray(), numbers);
    }

    private void Put(ReadOnlySpan<byte> from)
    {
        var at = (int)(end % bytes.Length);
        var fits = Math.Min(from.Length, bytes.Length - at);
        from[..fits].CopyTo(bytes.AsSpan(at));
        from[fits..].CopyTo(bytes);
        end += from.Length;
    }

    private Span<byte> Taken(long position, Span<byte> into)
    {
        var at = (int)(position % bytes.Length);
        var fits = Math.Min(into.Length, bytes.Length - at);
        bytes.AsSpan(at, fits).CopyTo(into);
        bytes.AsSpan(0, into.Length - fits).CopyTo(into[fits..]);
        return into;
    }
}
