using Assay.Traffic.Captures;

namespace Assay.Traffic.Behaviour;

/// <summary>What became of an opening: a SYN, a first datagram, an echo request, an ARP request.</summary>
internal enum Outcome : byte { Pending, Answered, Refused }

/// <summary>One source's attempt to reach one port of one host; attempts that repeat it are counted in it.</summary>
internal struct Opening
{
    public Address Target;
    /// <summary>Nanoseconds: when it was asked and is not answered since; when it was asked last.</summary>
    public long Asked, Last;
    /// <summary>Frame of the latest attempt, and of the first one in the window of <see cref="Connections"/>.</summary>
    public long Frame, FirstFrame;
    /// <summary>Connections that came about since <see cref="ConnectionsSince"/>, and log-ins refused since <see cref="RefusalsSince"/>.</summary>
    public int Connections, Refusals;
    public long ConnectionsSince, RefusalsSince, RefusalFrame;
    public ushort Port;
    /// <summary>IP protocol; <see cref="Arp"/> for ARP.</summary>
    public byte Protocol;
    public Outcome Outcome;
    /// <summary>DNS gave this target's address before.</summary>
    public bool Named;
    /// <summary>A datagram that came from a service's port.</summary>
    public bool FromService;

    /// <summary>No protocol of IP that opens anything has this number (it is "any 0-hop protocol").</summary>
    public const byte Arp = 114;
}

/// <summary>The latest openings of one source, in a ring; the oldest gives way.</summary>
internal sealed class Openings
{
    public const int Size = 128;

    private readonly Opening[] ring = new Opening[Size];
    // What stands at each place of the ring, in 32 bits: most that is looked for is not there, and that is seen in one sweep.
    private readonly uint[] keys = new uint[Size];
    private int next, latest;

    public MacAddress Mac;
    public Address Source;
    public long LastUse;
    public int Count { get; private set; }

    public void Reset(MacAddress mac, Address source)
    {
        (Mac, Source, Count, next, latest) = (mac, source, 0, 0, 0);
    }

    public ref Opening this[int index] => ref ring[index];

    /// <summary>Index of the opening to this port of this host; -1 where there is none.</summary>
    public int Find(Address target, ushort port, byte protocol)
    {
        if (latest < Count && Is(ring[latest], target, port, protocol)) return latest;
        var key = Key(target, port, protocol);
        for (int from = 0, next; (next = keys.AsSpan(from, Count - from).IndexOf(key)) >= 0; from += next + 1)
        {
            if (Is(ring[from + next], target, port, protocol)) return latest = from + next;
        }
        return -1;
    }

    public int Add(Address target, ushort port, byte protocol, long time, long frame)
    {
        var index = next;
        next = (next + 1) % Size;
        if (Count < Size) Count++;
        ring[index] = new Opening { Target = target, Port = port, Protocol = protocol, Asked = time, Last = time, Frame = frame, FirstFrame = frame };
        keys[index] = Key(target, port, protocol);
        return latest = index;
    }

    private static uint Key(Address target, ushort port, byte protocol)
    {
        var mixed = (target.High ^ target.Low ^ (ulong)port << 40 ^ (ulong)protocol << 56) * 0x9e37_79b9_7f4a_7c15;
        return (uint)(mixed >> 32);
    }

    private static bool Is(in Opening opening, Address target, ushort port, byte protocol) =>
        opening.Port == port && opening.Protocol == protocol && opening.Target == target;
}

/// <summary>
/// Sources by address, in sets chosen by their MAC address: one station that forges many addresses pushes out its own entries and few others. 64 sets of 16.
/// </summary>
internal sealed class SourceTable
{
    private const int Sets = 64, Ways = 16;

    private readonly Openings?[] slots = new Openings?[Sets * Ways];
    private readonly Dictionary<Address, Openings> byAddress = new(Sets * Ways);

    public long Evictions { get; private set; }

    /// <summary>The source with this address, on whatever station: answers may come another way than questions go. Null where it opened nothing so far.</summary>
    public Openings? Find(Address source) => byAddress.GetValueOrDefault(source);

    public Openings Get(MacAddress mac, Address source, long time)
    {
        var from = Set(mac, source) * Ways;
        var oldest = from;
        for (var i = from; i < from + Ways; i++)
        {
            if (slots[i] is not { } openings)
            {
                return Begin(slots[i] = new Openings(), mac, source, time);
            }
            if (openings.Source == source && openings.Mac == mac)
            {
                openings.LastUse = time;
                return openings;
            }
            if (openings.LastUse < slots[oldest]!.LastUse) oldest = i;
        }
        Evictions++;
        var reused = slots[oldest]!;
        if (byAddress.GetValueOrDefault(reused.Source) == reused) byAddress.Remove(reused.Source);
        return Begin(reused, mac, source, time);
    }

    private Openings Begin(Openings openings, MacAddress mac, Address source, long time)
    {
        openings.Reset(mac, source);
        openings.LastUse = time;
        byAddress[source] = openings;
        return openings;
    }

    private static int Set(MacAddress mac, Address source)
    {
        var bits = mac.Bits != 0 ? mac.Bits : source.High ^ source.Low;
        return (int)(bits * 0x9e37_79b9_7f4a_7c15 >> 58);
    }
}
