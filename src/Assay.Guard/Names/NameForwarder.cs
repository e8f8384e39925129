using System.Net;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Guard.Names;

/// <summary>Where the forwarder listens, whom it asks, and its limits.</summary>
public sealed record NameForwarderOptions
{
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }
    /// <summary>Name servers, asked in this order; the next when one is silent.</summary>
    public required IReadOnlyList<IPEndPoint> Upstream { get; init; }
    /// <summary>Addresses stay admitted this much longer than the answer says; at least 60 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>How long one server has to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>An answer is kept at most this long, whatever it says.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(1);
    public int MostCached { get; init; } = 4096;
    /// <summary>Questions on their way at a time, of all devices and of one.</summary>
    public int MostOpen { get; init; } = 512;
    public int MostOpenPerDevice { get; init; } = 64;
    /// <summary>Addresses that one answer may carry.</summary>
    public int MostAddresses { get; init; } = 64;
    /// <summary>Zones whose names may stand for local addresses, such as <c>home.arpa</c>.</summary>
    public IReadOnlyList<string> LocalZones { get; init; } = [];
    /// <summary>False: questions for IPv6 addresses get none, since the gateway carries no IPv6 for guarded devices.</summary>
    public bool Ipv6 { get; init; }
}

/// <summary>A device asked and was not told, most recent last.</summary>
public sealed record NameRefusal(DateTimeOffset Time, Address Device, string Name, string Reason);

/// <summary>What the forwarder did since it began.</summary>
public sealed record NameForwarderSnapshot
{
    public required long Questions { get; init; }
    public required long Answered { get; init; }
    public required long FromCache { get; init; }
    /// <summary>Transactions that put addresses into the kernel.</summary>
    public required long Transactions { get; init; }
    /// <summary>Refusals to devices and answers of upstream that were not believed, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Refused { get; init; }
    /// <summary>The last refusals to devices, at most 64.</summary>
    public required IReadOnlyList<NameRefusal> Recent { get; init; }
}
