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

    /// <summary>Flows in a page; a page is made when it is needed and never moved.</summary>
    private const int PageBits = 12, PageSize = 1 << PageBits;

    private readonly int most;
    private readonly Emit emit;
    private readonly List<FlowEntry[]> entries = [];
    private readonly List<Conversation?[]> conversations = [];
    private int[] heads;
    private int count, room;

    /// <summary>Takes a flow that is complete.</summary>
    /// <param name="evicted">It might have gone on, but the cache was full.</param>
    public delegate void Emit(in FlowEntry entry, Conversation? conversation, bool evicted);

    /// <param name="most">Flows held at once.</param>
    public FlowCache(int most, Emit emit)
    {
        this.most = most;
        this.emit = emit;
        heads = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(most, PageSize) * 2)];
    }

    public ref Conversation? Conversation(int slot) => ref conversations[slot >> PageBits][slot & PageSize - 1];

    private ref FlowEntry Entry(int slot) => ref entries[slot >> PageBits][slot & PageSize - 1];

    /// <summary>The flow of a packet, counted; <paramref name="outward"/> when the packet comes from the flow's source.</summary>
    /// <param name="hash">As <see cref="Hash"/> gives it.</param>
    /// <param name="begun">This packet is the flow's first.</param>
    public ref FlowEntry Touch(in Packet packet, uint hash, long frame, long time, out int slot, out bool outward, out bool begun)
    {
        begun = false;
        ref var head = ref heads[hash & (heads.Length - 1)];
        // Links are slot + 1, so that a cleared array means "none".
        var steps = 0;
        for (var link = head; link != 0 && steps < LongestChain; steps++)
        {
            ref var entry = ref Entry(link - 1);
            var chained = link;
            link = entry.Next;
            if (entry.Hash != hash || entry.Closed || !entry.Matches(packet, out outward)) continue;
            if (!Ends(entry, packet, time))
            {
                slot = chained - 1;
                entry.Count(packet, time, outward);
                return ref entry;
            }
            entry.Closed = true;
            Conversation(chained - 1)?.Finish();
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
        if (count == room) MakeRoom();
        slot = count++;
        ref var entry = ref Entry(slot);
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
        if (room < most)
        {
            entries.Add(new FlowEntry[Math.Min(PageSize, most - room)]);
            conversations.Add(new Conversation?[entries[^1].Length]);
            room += entries[^1].Length;
            if (heads.Length >= 2 * room) return;
            heads = new int[heads.Length * 2];
        }
        else Evict();
        Link();
    }

    private void Link()
    {
        Array.Clear(heads);
        for (var slot = 0; slot < count; slot++)
        {
            ref var entry = ref Entry(slot);
            ref var head = ref heads[entry.Hash & (heads.Length - 1)];
            entry.Next = head;
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
            ref var entry = ref Entry(slot);
            if (entry.IsHalfOpen) halfOpen++;
            if (entry.Last > now) now = entry.Last;
        }
        var openings = halfOpen >= count / 4;
        var leaving = openings ? Math.Max(1, halfOpen * 3 / 4) : count / 2 + 1;
        var limit = openings ? long.MaxValue : SilentHalf();
        var kept = 0;
        for (var slot = 0; slot < count; slot++)
        {
            ref var entry = ref Entry(slot);
            if (leaving > 0 && (openings ? entry.IsHalfOpen : entry.Closed || entry.Last <= limit))
            {
                leaving--;
                emit(entry, Conversation(slot), !entry.Closed && now - entry.Last <= Idle);
                continue;
            }
            Keep(slot, kept++);
        }
        Shrink(kept);
    }

    private void Keep(int slot, int kept)
    {
        if (slot == kept) return;
        Entry(kept) = Entry(slot);
        Conversation(kept) = Conversation(slot);
    }

    private void Shrink(int kept)
    {
        for (var slot = kept; slot < count; slot++) Conversation(slot) = null;
        count = kept;
    }

    /// <summary>
    /// Is done with what was said in flows whose next packet would begin another: what is half read of them is read to its end, and its memory given back. The flows themselves stay.
    /// </summary>
    /// <param name="forget">Nobody asks later for what was read: connections that are over for ten seconds are forgotten too.</param>
    public void Finish(long now, bool forget)
    {
        for (var slot = 0; slot < count; slot++)
        {
            ref var conversation = ref Conversation(slot);
            if (conversation is null) continue;
            ref var entry = ref Entry(slot);
            if (!(entry.Closed || now - entry.Last > Idle || forget && entry.IsOver && now - entry.Last > Linger)) continue;
            conversation.Finish();
            if (forget) conversation = null;
        }
    }

    private long SilentHalf()
    {
        var last = new long[count];
        for (var slot = 0; slot < count; slot++)
        {
            ref var entry = ref Entry(slot);
            last[slot] = entry.Closed ? long.MinValue : entry.Last;
        }
        Array.Sort(last);
        return last[count / 2];
    }

    /// <summary>Writes out what has ended by <paramref name="now"/> (nanoseconds): silent or old enough, or closed by both sides ten seconds ago.</summary>
    public void Expire(long now)
    {
        var kept = 0;
        for (var slot = 0; slot < count; slot++)
        {
            ref var entry = ref Entry(slot);
            if (entry.Closed || now - entry.Last > Idle || now - entry.First > Active || entry.IsOver && now - entry.Last > Linger)
            {
                emit(entry, Conversation(slot), false);
                continue;
            }
            Keep(slot, kept++);
        }
        if (kept == count) return;
        Shrink(kept);
        Link();
    }

    /// <summary>Writes out all that is left.</summary>
    public void Flush()
    {
        for (var slot = 0; slot < count; slot++)
        {
            emit(Entry(slot), Conversation(slot), false);
            Conversation(slot) = null;
        }
        count = 0;
        Array.Clear(heads);
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
