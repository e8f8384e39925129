using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Flows;

/// <summary>
/// Open flows by their endpoints. A flow ends when nothing came for <see cref="Idle"/>, when it lasted <see cref="Active"/>, or, for TCP, when a new
/// SYN follows a FIN or RST. Records leave in the order of their first frames, in batches when the cache is full: the order depends on the capture only.
/// </summary>
internal sealed class FlowCache
{
    /// <summary>Nanoseconds without a packet after which the next packet begins a new flow: 5 minutes.</summary>
    public const long Idle = 300_000_000_000;
    /// <summary>Nanoseconds after which a flow is cut in two: 30 minutes, as most exporters of NetFlow do.</summary>
    public const long Active = 1_800_000_000_000;

    /// <summary>Nanoseconds that a connection which both sides closed is kept for late segments.</summary>
    private const long Linger = 10_000_000_000;

    /// <summary>Flows with one hash that are looked through. Only a capture made for it has more; then a flow is taken for a new one.</summary>
    private const int LongestChain = 256;

    private readonly int most;
    private readonly Emit emit;
    private FlowEntry[] entries;
    private Conversation?[] conversations;
    private int[] heads;
    private int count;

    /// <summary>Takes a flow that is complete.</summary>
    /// <param name="evicted">It might have gone on, but the cache was full.</param>
    public delegate void Emit(in FlowEntry entry, Conversation? conversation, bool evicted);

    /// <param name="most">Flows held at once.</param>
    public FlowCache(int most, Emit emit)
    {
        this.most = most;
        this.emit = emit;
        var start = Math.Min(most, 1 << 12);
        entries = new FlowEntry[start];
        conversations = new Conversation?[start];
        heads = new int[2 * start];
    }

    public ref Conversation? Conversation(int slot) => ref conversations[slot];

    /// <summary>The flow of a packet, counted; <paramref name="outward"/> when the packet comes from the flow's source.</summary>
    /// <param name="hash">As <see cref="Hash"/> gives it.</param>
    /// <param name="begun">This packet is the flow's first.</param>
    public ref FlowEntry Touch(in Packet packet, uint hash, long frame, long time, out int slot, out bool outward, out bool begun)
    {
        begun = false;
        ref var head = ref heads[hash & (heads.Length - 1)];
        // Links are slot + 1, so that a cleared array means "none".
        var steps = 0;
        for (var link = head; link != 0 && steps < LongestChain; link = entries[link - 1].Next, steps++)
        {
            ref var entry = ref entries[link - 1];
            if (entry.Hash != hash || entry.Closed || !entry.Matches(packet, out outward)) continue;
            if (!Ends(entry, packet, time))
            {
                slot = link - 1;
                entry.Count(packet, time, outward);
                return ref entry;
            }
            entry.Closed = true;
            conversations[link - 1]?.Finish();
            break;
        }
        begun = true;
        return ref Begin(packet, hash, frame, time, out slot, out outward);
    }

    private static bool Ends(in FlowEntry entry, in Packet packet, long time) =>
        time - entry.Last > Idle || time - entry.First > Active
        || packet.Protocol == Packet.Tcp && (packet.Flags & (TcpFlags.Syn | TcpFlags.Acknowledge)) == TcpFlags.Syn
            && ((entry.FlagsOut | entry.FlagsIn) & (TcpFlags.Fin | TcpFlags.Reset)) != 0;

    private ref FlowEntry Begin(in Packet packet, uint hash, long frame, long time, out int slot, out bool outward)
    {
        if (count == entries.Length) MakeRoom();
        slot = count++;
        ref var entry = ref entries[slot];
        // A SYN+ACK as the first packet answers somebody whose SYN was not captured: that one began.
        outward = packet.Protocol != Packet.Tcp || (packet.Flags & (TcpFlags.Syn | TcpFlags.Acknowledge)) != (TcpFlags.Syn | TcpFlags.Acknowledge);
        entry = outward
            ? new FlowEntry
            {
                Source = packet.Source,
                Destination = packet.Destination,
                SourcePort = packet.SourcePort,
                DestinationPort = packet.DestinationPort
            }
            : new FlowEntry
            {
                Source = packet.Destination,
                Destination = packet.Source,
                SourcePort = packet.DestinationPort,
                DestinationPort = packet.SourcePort
            };
        entry.Protocol = packet.Protocol;
        entry.Hash = hash;
        entry.First = entry.Last = time;
        entry.FirstFrame = frame;
        ref var head = ref heads[hash & (heads.Length - 1)];
        entry.Next = head;
        head = slot + 1;
        entry.Count(packet, time, outward);
        return ref entry;
    }

    private void MakeRoom()
    {
        if (entries.Length < most)
        {
            var size = Math.Min(most, entries.Length * 4);
            Array.Resize(ref entries, size);
            Array.Resize(ref conversations, size);
            heads = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size * 2)];
        }
        else
        {
            Evict();
            Array.Clear(heads);
        }
        Link();
    }

    private void Link()
    {
        for (var slot = 0; slot < count; slot++)
        {
            ref var head = ref heads[entries[slot].Hash & (heads.Length - 1)];
            entries[slot].Next = head;
            head = slot + 1;
        }
    }

    /// <summary>
    /// Makes room: openings that nobody answered give way first, the oldest three quarters of them, so that a flood of them pushes no conversation out. Where they are few, the
    /// half of the cache leaves that was silent longest. Slots are in the order of first frames, and what stays keeps that order.
    /// </summary>
    private void Evict()
    {
        var halfOpen = 0;
        var now = long.MinValue;
        for (var slot = 0; slot < count; slot++)
        {
            if (entries[slot].IsHalfOpen) halfOpen++;
            if (entries[slot].Last > now) now = entries[slot].Last;
        }
        var openings = halfOpen >= count / 4;
        var leaving = openings ? Math.Max(1, halfOpen * 3 / 4) : count / 2 + 1;
        var limit = openings ? long.MaxValue : SilentHalf();
        var kept = 0;
        for (var slot = 0; slot < count; slot++)
        {
            ref var entry = ref entries[slot];
            if (leaving > 0 && (openings ? entry.IsHalfOpen : entry.Closed || entry.Last <= limit))
            {
                leaving--;
                emit(entry, conversations[slot], !entry.Closed && now - entry.Last <= Idle);
                continue;
            }
            entries[kept] = entry;
            conversations[kept++] = conversations[slot];
        }
        Array.Clear(conversations, kept, count - kept);
        count = kept;
    }

    private long SilentHalf()
    {
        var last = new long[count];
        for (var slot = 0; slot < count; slot++) last[slot] = entries[slot].Closed ? long.MinValue : entries[slot].Last;
        Array.Sort(last);
        return last[count / 2];
    }

    /// <summary>Writes out what has ended by <paramref name="now"/> (nanoseconds): silent or old enough, or closed by both sides ten seconds ago.</summary>
    public void Expire(long now)
    {
        var kept = 0;
        for (var slot = 0; slot < count; slot++)
        {
            ref var entry = ref entries[slot];
            if (entry.Closed || now - entry.Last > Idle || now - entry.First > Active || entry.IsOver && now - entry.Last > Linger)
            {
                emit(entry, conversations[slot], false);
                continue;
            }
            entries[kept] = entry;
            conversations[kept++] = conversations[slot];
        }
        if (kept == count) return;
        Array.Clear(conversations, kept, count - kept);
        count = kept;
        Array.Clear(heads);
        Link();
    }

    /// <summary>Writes out all that is left.</summary>
    public void Flush()
    {
        for (var slot = 0; slot < count; slot++) emit(entries[slot], conversations[slot], false);
        count = 0;
        Array.Clear(heads);
        Array.Clear(conversations);
    }

    /// <summary>Symmetric: both directions of a flow meet in one chain.</summary>
    public static uint Hash(in Packet packet)
    {
        var source = Mix(packet.Source.High ^ Mix(packet.Source.Low ^ ((ulong)packet.SourcePort << 48)));
        var destination = Mix(packet.Destination.High ^ Mix(packet.Destination.Low ^ ((ulong)packet.DestinationPort << 48)));
        var hash = (source + destination) ^ packet.Protocol;
        return (uint)(hash ^ hash >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0x9e3779b97f4a7c15;
        return value ^ value >> 29;
    }
}

/// <summary>One flow while it is open.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct FlowEntry
{
    public Address Source, Destination;
    public ushort SourcePort, DestinationPort;
    public byte Protocol;
    public Application Application;
    public TcpFlags FlagsOut, FlagsIn;
    /// <summary>Ended; the next packet of these endpoints begins another flow.</summary>
    public bool Closed;
    /// <summary>Nothing more is to be read from the payload.</summary>
    public bool Read;
    /// <summary>Datagrams in which no protocol showed itself.</summary>
    public byte Tries;
    /// <summary>The first sequence numbers were seen, and what they are: without them a first segment out of order could not be told.</summary>
    public bool StartsOut, StartsIn;
    public uint StartOut, StartIn;
    public uint Hash;
    public int Next;
    /// <summary>Name of the destination by earlier DNS answers, index + 1; 0 for none.</summary>
    public int Name;
    /// <summary>Around the first packet, index + 1; 0 for none.</summary>
    public int Tunnel;
    public long First, Last, FirstFrame, PacketsOut, PacketsIn, BytesOut, BytesIn;

    /// <summary>A SYN, perhaps sent again, and nothing else.</summary>
    public readonly bool IsHalfOpen => Protocol == Packet.Tcp && PacketsIn == 0 && FlagsOut == TcpFlags.Syn;

    /// <summary>Both sides of a connection have ended it, or one has broken it off.</summary>
    public readonly bool IsOver => Protocol == Packet.Tcp && (((FlagsOut | FlagsIn) & TcpFlags.Reset) != 0 || (FlagsOut & FlagsIn & TcpFlags.Fin) != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Matches(in Packet packet, out bool outward)
    {
        outward = packet.SourcePort == SourcePort && packet.DestinationPort == DestinationPort && packet.Source == Source && packet.Destination == Destination;
        return Protocol == packet.Protocol
            && (outward || packet.SourcePort == DestinationPort && packet.DestinationPort == SourcePort && packet.Source == Destination
                && packet.Destination == Source);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in Packet packet, long time, bool outward)
    {
        if (time > Last) Last = time;
        if (time < First) First = time;
        if (outward)
        {
            PacketsOut++;
            BytesOut += packet.IpLength;
            FlagsOut |= packet.Flags;
        }
        else
        {
            PacketsIn++;
            BytesIn += packet.IpLength;
            FlagsIn |= packet.Flags;
        }
    }
}
