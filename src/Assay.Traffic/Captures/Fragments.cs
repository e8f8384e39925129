using System.Buffers.Binary;

namespace Assay.Traffic.Captures;

/// <summary>What became of a fragment.</summary>
internal enum Piece
{
    /// <summary>Kept; others are missing.</summary>
    Waiting,
    /// <summary>The datagram is whole with this one.</summary>
    Complete,
    /// <summary>Cut by the capture, too long, or more than is kept: the datagram is not put together.</summary>
    Dropped,
}

/// <summary>Puts the fragments of IPv4 (RFC 791, section 3.2) and IPv6 (RFC 8200, section 4.5) together.</summary>
/// <remarks>
/// At most 128 datagrams of at most 65,535 bytes wait at once, each no longer than 30 seconds of the capture's time; the oldest gives way. Of bytes that came twice the first
/// count; where the second differ, that is counted in <see cref="Overlaps"/>. Buffers are used again: nothing is allocated once the table has been full.
/// </remarks>
internal sealed class Fragments
{
    private const int MostWaiting = 128, Longest = 65_535, HeaderRoom = 40;
    private const long Patience = 30_000_000_000;

    private readonly List<Datagram> waiting = [];
    private readonly Stack<Datagram> spare = new();

    private sealed class Datagram
    {
        public Address Source, Destination;
        public byte Protocol;
        public uint Id;
        public long First;
        public int Length = -1, Received;
        public ushort SourcePort, DestinationPort;
        public bool HasPorts, IsLost;
        /// <summary>Room for a header, then the body.</summary>
        public byte[] Bytes = new byte[2048];
        /// <summary>One bit for each eight bytes that came; the last block of a datagram may be shorter.</summary>
        public readonly ulong[] Came = new ulong[Longest / 8 / 64 + 1];
    }

    /// <summary>Fragments that said something else of bytes that were there already.</summary>
    public long Overlaps { get; private set; }
    /// <summary>Datagrams put together.</summary>
    public long Whole { get; private set; }
    /// <summary>Datagrams that were given up, and those that still wait.</summary>
    public long Incomplete => givenUp + waiting.Count;
    private long givenUp;

    /// <summary>Takes one fragment. Of TCP and UDP the ports of its first fragment are set on <paramref name="packet"/> as soon as they are known.</summary>
    /// <param name="depth">As the fragment was decoded; of a later fragment with ports it becomes <see cref="Depth.Network"/> with ports all the same.</param>
    /// <param name="datagram">Where it is complete: the IP packet, whole, valid until the next call.</param>
    public Piece Take(in Frame frame, ref Packet packet, Depth depth, out ReadOnlyMemory<byte> datagram)
    {
        datagram = default;
        var entry = Find(packet, frame.Time);
        if (depth == Depth.Transport && packet.FragmentOffset == 0)
        {
            (entry.SourcePort, entry.DestinationPort, entry.HasPorts) = (packet.SourcePort, packet.DestinationPort, true);
        }
        else if (entry.HasPorts) (packet.SourcePort, packet.DestinationPort) = (entry.SourcePort, entry.DestinationPort);
        var body = frame.Bytes.Slice(packet.BodyStart, packet.BodyLength);
        var onWire = packet.IpStart + packet.IpLength - packet.BodyStart;
        var end = packet.FragmentOffset + body.Length;
        // Only the last piece may end off the grid of eight bytes.
        if (entry.IsLost || body.IsEmpty || body.Length < onWire || end > Longest || packet.MoreFragments && body.Length % 8 != 0
            || entry.Length >= 0 && end > entry.Length || !packet.MoreFragments && entry.Length >= 0 && end != entry.Length)
        {
            entry.IsLost = true;
            return Piece.Dropped;
        }
        if (!packet.MoreFragments) entry.Length = end;
        Put(entry, packet.FragmentOffset, body);
        if (entry.Length < 0 || entry.Received < entry.Length) return Piece.Waiting;
        if (entry.Received > entry.Length)
        {
            // Something lay behind the end before the end was known.
            entry.IsLost = true;
            return Piece.Dropped;
        }
        datagram = Finish(entry, packet);
        waiting.Remove(entry);
        spare.Push(entry);
        if (datagram.IsEmpty) return Piece.Dropped;
        Whole++;
        return Piece.Complete;
    }

    private Datagram Find(in Packet packet, long time)
    {
        for (var i = waiting.Count - 1; i >= 0; i--)
        {
            var entry = waiting[i];
            if (entry.Id != packet.FragmentId || entry.Protocol != packet.Protocol || entry.Source != packet.Source || entry.Destination != packet.Destination) continue;
            if (time - entry.First is >= 0 and <= Patience) return entry;
            GiveUp(i);
            break;
        }
        if (waiting.Count == MostWaiting) GiveUp(0);
        if (!spare.TryPop(out var fresh)) fresh = new Datagram();
        (fresh.Source, fresh.Destination, fresh.Protocol, fresh.Id, fresh.First) = (packet.Source, packet.Destination, packet.Protocol, packet.FragmentId, time);
        (fresh.Length, fresh.Received, fresh.HasPorts, fresh.IsLost) = (-1, 0, false, false);
        Array.Clear(fresh.Came);
        waiting.Add(fresh);
        return fresh;
    }

    private void GiveUp(int index)
    {
        givenUp++;
        spare.Push(waiting[index]);
        waiting.RemoveAt(index);
    }

    private void Put(Datagram entry, int offset, ReadOnlySpan<byte> body)
    {
        var room = HeaderRoom + offset + body.Length;
        if (entry.Bytes.Length < room) Array.Resize(ref entry.Bytes, Math.Min(HeaderRoom + Longest, Math.Max(room, 2 * entry.Bytes.Length)));
        var differs = false;
        for (var at = 0; at < body.Length; at += 8)
        {
            var block = (offset + at) / 8;
            var piece = body.Slice(at, Math.Min(8, body.Length - at));
            var place = entry.Bytes.AsSpan(HeaderRoom + offset + at, piece.Length);
            ref var word = ref entry.Came[block / 64];
            if ((word >> (block % 64) & 1) == 1)
            {
                differs |= !place.SequenceEqual(piece);
                continue;
            }
            word |= 1UL << (block % 64);
            piece.CopyTo(place);
            entry.Received += piece.Length;
        }
        if (differs) Overlaps++;
    }

    /// <summary>The smallest header that says what the datagram is, in front of its body.</summary>
    private static ReadOnlyMemory<byte> Finish(Datagram entry, in Packet packet)
    {
        var header = entry.Source.IsV4 ? 20 : 40;
        if (header + entry.Length > Longest) return default;
        var whole = entry.Bytes.AsMemory(HeaderRoom - header, header + entry.Length);
        var bytes = whole.Span;
        bytes[..header].Clear();
        if (header == 20)
        {
            bytes[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)bytes.Length);
            bytes[8] = 64;
            bytes[9] = entry.Protocol;
            BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], (uint)packet.Source.Low);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], (uint)packet.Destination.Low);
            return whole;
        }
        bytes[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)entry.Length);
        bytes[6] = entry.Protocol;
        packet.Source.CopyTo(bytes[8..]);
        packet.Destination.CopyTo(bytes[24..]);
        return whole;
    }
}
