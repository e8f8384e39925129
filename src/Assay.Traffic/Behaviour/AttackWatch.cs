using Assay.Traffic.Captures;

namespace Assay.Traffic.Behaviour;

/// <summary>Sees scans, guessing of passwords and floods in frames, live or captured, one frame at a time. Bounded memory.</summary>
public sealed class AttackWatch
{
    /// <summary>Entries that were given up for newer ones because a table was full.</summary>
    public long Evictions { get; private set; }

    /// <summary>Fed with every frame in order. Answers an attack at the frame that crosses its threshold, else null; nothing is allocated in the common case.</summary>
    public Attack? Take(in Frame frame, in Packet packet, Depth depth) => null;

    /// <summary>Every attack so far with its counts up to now, in the order in which thresholds were crossed.</summary>
    public IReadOnlyList<Attack> Attacks() => [];
}
