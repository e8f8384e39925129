using Assay.Traffic.Captures;

namespace Assay.Traffic.Behaviour;

/// <summary>An attack from the frame that crossed the threshold on.</summary>
internal sealed class Ongoing(AttackThreshold threshold, MacAddress mac, Address? source, Address target, ushort port)
{
    private const int MostFrames = 10, MostTargets = 8;

    private readonly List<long> frames = [];
    private readonly List<Address> hosts = [];
    private readonly List<ushort> ports = [];
    private long manyTargets;

    public AttackThreshold Threshold => threshold;
    public MacAddress Mac => mac;
    public Address? Source => source;
    /// <summary>The one target, where the kind has one.</summary>
    public Address Target => target;
    /// <summary>The one port, where the kind has one; 0 where not.</summary>
    public ushort Port => port;
    public long First { get; set; }
    public long Last { get; set; }
    public long Count { get; set; }
    public long Crossed { get; set; }
    /// <summary>When it was answered last.</summary>
    public long Reported { get; set; }
    /// <summary>For floods: the address that all packets came from before the threshold was crossed.</summary>
    public Address? OnlySource { get; init; }

    public void AddFrame(long frame)
    {
        if (frames.Count < MostFrames && !frames.Contains(frame)) frames.Add(frame);
    }

    public void AddHost(Address host)
    {
        if (hosts.Contains(host)) return;
        if (hosts.Count < MostTargets) hosts.Add(host);
        else manyTargets++;
    }

    public void AddPort(ushort one)
    {
        if (ports.Contains(one)) return;
        if (ports.Count < MostTargets) ports.Add(one);
        else manyTargets++;
    }

    public Attack AsAttack()
    {
        var targets = new List<string>();
        if (threshold.Kind == AttackKind.VerticalScan) targets.AddRange(ports.Select(p => FormattableString.Invariant($"{Host(target)}:{p}")));
        else targets.AddRange(hosts.Select(h => port == 0 ? h.ToString() : FormattableString.Invariant($"{Host(h)}:{port}")));
        if (manyTargets > 0) targets.Add(FormattableString.Invariant($"and {manyTargets} more"));
        var on = threshold.Kind == AttackKind.HorizontalScan ? FormattableString.Invariant($" (port {port})") : "";
        return new Attack
        {
            Kind = threshold.Kind,
            Mac = mac,
            Source = source ?? OnlySource,
            First = Frame.At(First),
            Last = Frame.At(Last),
            Rule = threshold.Rule,
            Threshold = FormattableString.Invariant($"{threshold.Count} {threshold.What}{on} within {threshold.Seconds} s; found {Count}"),
            Count = Count,
            Frames = [.. frames.Order()],
            Crossed = Crossed,
            Targets = targets,
        };
    }

    private static string Host(Address address) => address.IsV4 ? address.ToString() : $"[{address}]";
}
