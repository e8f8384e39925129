namespace Assay.Traffic.Captures;

/// <summary>What one header of a frame is, for those who write it anew.</summary>
internal enum Layer : byte
{
    /// <summary>Tags, types and lengths that tell nothing of a person.</summary>
    Plain,
    /// <summary>May hold anything; of no use to the headers behind it.</summary>
    Unknown,
    /// <summary>What a radio noted beside an 802.11 frame: signal, rate, perhaps a place.</summary>
    Radio,
    /// <summary>Two link-layer addresses.</summary>
    Ethernet, Cooked, Cooked2, Wireless, Arp, IPv4, IPv6,
    /// <summary>An IPv6 fragment header.</summary>
    Fragment,
    /// <summary>Another extension header: of its content only kind and length are kept.</summary>
    Extension,
    Tcp, Udp,
    /// <summary>A whole message, body included.</summary>
    Icmp,
    Gre, Gtp,
    /// <summary>Options of GENEVE.</summary>
    Options,
}

/// <summary>The headers of one frame in their order, as the decoding passed them. Used again for each frame.</summary>
internal sealed class Trail
{
    public const int Most = 128;

    private readonly (Layer Kind, int At, int Length)[] steps = new (Layer, int, int)[Most];

    public int Count { get; private set; }
    /// <summary>More headers than are kept: what lies behind is treated as payload.</summary>
    public bool IsFull { get; private set; }

    public ReadOnlySpan<(Layer Kind, int At, int Length)> Steps => steps.AsSpan(0, Count);

    public void Add(Layer kind, int at, int length)
    {
        if (length <= 0) return;
        if (Count == Most) IsFull = true;
        else steps[Count++] = (kind, at, length);
    }

    /// <summary>The frame ends there: what follows is a check sequence, or is not where another link type would have it.</summary>
    public void Limit(int end) => End = Math.Min(End, end);

    /// <summary>Bytes of the frame that another link type could carry.</summary>
    public int End { get; private set; } = int.MaxValue;

    public void Clear()
    {
        End = int.MaxValue;
        Count = 0;
        IsFull = false;
    }
}
