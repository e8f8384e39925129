using Assay.Traffic.Captures;

namespace Assay.Traffic;

/// <summary>A machine on the captured link, known by its MAC address.</summary>
public sealed record Station
{
    public required MacAddress Mac { get; init; }
    /// <summary>Local addresses that it sent from or was given, ordered.</summary>
    public required IReadOnlyList<Address> Addresses { get; init; }
    /// <summary>Addresses of the open Internet by IPv6 that it sent from, ordered: its own where it is a machine, those of others where it forwards.</summary>
    public IReadOnlyList<Address> GlobalAddresses { get; init; } = [];
    /// <summary>What it calls itself in DHCP and mDNS, ordered.</summary>
    public required IReadOnlyList<string> Names { get; init; }
    /// <summary><c>gateway</c> (forwards packets of others), <c>DHCP server</c>; ordered.</summary>
    public required IReadOnlyList<string> Roles { get; init; }
    public required DateTimeOffset First { get; init; }
    public required DateTimeOffset Last { get; init; }
    /// <summary>Frames that it sent.</summary>
    public required long Frames { get; init; }
}

/// <summary>All stations of a capture while it is read. Bounded: a flood of invented addresses is not remembered beyond the limit.</summary>
internal sealed class Stations
{
    private const int Most = 4096, MostEach = 64;

    private readonly Dictionary<ulong, Draft> drafts = [];
    private Draft? latest;

    private sealed class Draft(MacAddress mac)
    {
        public readonly MacAddress Mac = mac;
        public readonly HashSet<Address> Addresses = [], Global = [];
        public readonly SortedSet<string> Names = new(StringComparer.Ordinal);
        public readonly SortedSet<string> Roles = new(StringComparer.Ordinal);
        public Address Latest;
        public string? LatestName;
        public bool IsGateway;
        public long First = long.MaxValue, Last = long.MinValue, Frames;
    }

    /// <summary>A frame with a link-layer source, and the address it came from where it carried IP.</summary>
    public void Sent(MacAddress mac, Address? from, long time)
    {
        if (mac.Bits == 0 || mac.IsMulticast || Find(mac) is not { } draft) return;
        draft.Frames++;
        if (time < draft.First) draft.First = time;
        if (time > draft.Last) draft.Last = time;
        if (from is not { } address || address == draft.Latest) return;
        draft.Latest = address;
        if (!address.IsLocal)
        {
            Outside(draft, address);
        }
        else if (!address.IsMulticast && address != Address.V4(0) && address != default) Add(draft, address);
    }

    // Nearly every machine has a global address of IPv6; one that sends from two networks of them forwards.
    private static void Outside(Draft draft, Address address)
    {
        if (!address.IsV4 && draft.Global.Count < MostEach) draft.Global.Add(address);
        if (draft.IsGateway || !address.IsV4 && !draft.Global.Any(g => g.High != address.High)) return;
        draft.IsGateway = true;
        draft.Roles.Add("gateway");
    }

    public void Leased(MacAddress mac, Address address)
    {
        if (mac.Bits != 0 && Find(mac) is { } draft) Add(draft, address);
    }

    public void Named(MacAddress mac, ReadOnlySpan<char> name)
    {
        if (mac.Bits == 0 || Find(mac) is not { } draft || draft.Names.Count >= MostEach || name.SequenceEqual(draft.LatestName)) return;
        draft.LatestName = new string(name);
        draft.Names.Add(Evidence.Shortened.Visible(draft.LatestName));
    }

    public void Serves(MacAddress mac, string role)
    {
        if (mac.Bits != 0 && Find(mac) is { } draft) draft.Roles.Add(role);
    }

    /// <summary>True where the text is the MAC address of a station that was seen.</summary>
    public bool Knows(string text) => MacAddress.TryParse(text, out var mac) && drafts.ContainsKey(mac.Bits);

    public IReadOnlyList<Station> All() =>
    [
        .. drafts.Values.Where(d => d.Frames > 0).OrderBy(d => d.Mac).Select(d => new Station
        {
            Mac = d.Mac,
            Addresses = [.. d.Addresses.Order()],
            GlobalAddresses = [.. d.Global.Order()],
            Names = [.. d.Names],
            Roles = [.. d.Roles],
            First = Frame.At(d.First),
            Last = Frame.At(d.Last),
            Frames = d.Frames,
        }),
    ];

    private static void Add(Draft draft, Address address)
    {
        if (draft.Addresses.Count < MostEach) draft.Addresses.Add(address);
    }

    private Draft? Find(MacAddress mac)
    {
        if (latest is not null && latest.Mac == mac) return latest;
        if (!drafts.TryGetValue(mac.Bits, out var draft))
        {
            if (drafts.Count >= Most) return null;
            drafts.Add(mac.Bits, draft = new Draft(mac));
        }
        return latest = draft;
    }
}
