using Assay.Traffic.Captures;

namespace Assay.Traffic.Behaviour;

/// <summary>What presses on one target, by one station: packets within a window.</summary>
internal struct Pressure
{
    public MacAddress Mac;
    public Address Target;
    /// <summary>The one source so far; <see cref="Mixed"/> where there are several.</summary>
    public Address Source;
    public bool Used, Mixed;
    public byte Rule;
    public ushort Port;
    public long WindowStart, LastUse;
    /// <summary>Packets of the window less those that were answered, and all of them.</summary>
    public long Count, Seen;
    /// <summary>Frames at the 1st, 2nd, 4th … count of the window.</summary>
    public Samples Frames;

    [System.Runtime.CompilerServices.InlineArray(Length)]
    public struct Samples
    {
        public const int Length = 16;
        private long first;
    }
}

/// <summary>Targets under pressure, in sets chosen by the sending station. 64 sets of 16.</summary>
internal sealed class PressureTable
{
    private const int Sets = 64, Ways = 16;

    private readonly Pressure[] slots = new Pressure[Sets * Ways];

    public long Evictions { get; private set; }

    public ref Pressure Get(MacAddress mac, Address target, ushort port, byte rule, long time)
    {
        var bits = mac.Bits != 0 ? mac.Bits : target.Low ^ target.High;
        var from = (int)(bits * 0x9e37_79b9_7f4a_7c15 >> 58) * Ways;
        var oldest = from;
        for (var i = from; i < from + Ways; i++)
        {
            ref var slot = ref slots[i];
            if (slot.Used && slot.Target == target && slot.Port == port && slot.Rule == rule && slot.Mac == mac) return ref slot;
            if (!slot.Used)
            {
                oldest = i;
                break;
            }
            if (slot.LastUse < slots[oldest].LastUse) oldest = i;
        }
        ref var fresh = ref slots[oldest];
        if (fresh.Used) Evictions++;
        fresh = new Pressure { Mac = mac, Target = target, Port = port, Rule = rule, Used = true, WindowStart = time, LastUse = time };
        return ref fresh;
    }

    /// <summary>Takes back one count, or all: the target answered.</summary>
    public void Relieve(MacAddress mac, Address target, ushort port, byte rule, bool all = false)
    {
        var bits = mac.Bits != 0 ? mac.Bits : target.Low ^ target.High;
        var from = (int)(bits * 0x9e37_79b9_7f4a_7c15 >> 58) * Ways;
        for (var i = from; i < from + Ways; i++)
        {
            ref var slot = ref slots[i];
            if (!slot.Used) return;
            if (slot.Target != target || slot.Port != port || slot.Rule != rule || slot.Mac != mac) continue;
            slot.Count = all ? 0 : Math.Max(0, slot.Count - 1);
            return;
        }
    }
}
