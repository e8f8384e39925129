using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>What the gateway does with a device, from the freest to the strictest; <c>docs/enforcement.md</c> says what each lets through.</summary>
public enum GuardAction { Notify, Narrow, Heal, Cut }

/// <summary>An address with the length of its prefix, in bits of its own family.</summary>
public readonly record struct Network(Address Address, int Prefix)
{
    /// <summary>Reads <c>192.0.2.0/24</c>, <c>2001:db8::/32</c> or a lone address; bits behind the prefix are cleared.</summary>
    public static bool TryParse(string text, out Network network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!System.Net.IPAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var parsed) || text.Contains('%', StringComparison.Ordinal)) return false;
        var address = Address.Parse(parsed.ToString());
        var bits = address.IsV4 ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out prefix) || prefix > bits)) return false;
        network = new Network(Cleared(address, prefix), prefix);
        return true;
    }

    /// <exception cref="FormatException">The text is no network.</exception>
    public static Network Parse(string text) => TryParse(text, out var network) ? network : throw new FormatException($"expected a network such as 192.0.2.0/24, found {Evidence.Shortened.Visible(text)}");

    public bool Contains(Address address) => address.IsV4 == Address.IsV4 && Cleared(address, Prefix) == Address;

    public override string ToString() => FormattableString.Invariant($"{Address}/{Prefix}");

    private static Address Cleared(Address address, int prefix)
    {
        if (address.IsV4) return Captures.Address.V4(prefix == 0 ? 0 : (uint)address.Low & uint.MaxValue << 32 - prefix);
        var high = prefix >= 64 ? ulong.MaxValue : prefix == 0 ? 0 : ulong.MaxValue << 64 - prefix;
        var low = prefix <= 64 ? 0 : ulong.MaxValue << 128 - prefix;
        return new Address(address.High & high, address.Low & low);
    }
}

/// <summary>The gateway that the rules are for: where guarded devices are, where the Internet is, and what it offers to devices itself.</summary>
public sealed record Gateway
{
    /// <summary>Interfaces with guarded devices behind them; every device there is guarded, known or not.</summary>
    public required IReadOnlyList<string> Inside { get; init; }
    /// <summary>The interface to the Internet.</summary>
    public required string Outside { get; init; }
    /// <summary>The gateway's own addresses on the inside: it answers DHCP, and time if it runs a time server.</summary>
    public required IReadOnlyList<Address> Addresses { get; init; }
    /// <summary>Where the name forwarder listens; questions to any other name server are sent there. One IPv4 and, where IPv6 is carried, one IPv6 address.</summary>
    public required IReadOnlyList<Address> Names { get; init; }
    public ushort NamesPort { get; init; } = 53;
    /// <summary>What a MUD file's local-networks means here.</summary>
    public IReadOnlyList<Network> LocalNetworks { get; init; } =
        [Network.Parse("10.0.0.0/8"), Network.Parse("172.16.0.0/12"), Network.Parse("192.168.0.0/16"), Network.Parse("fc00::/7"), Network.Parse("fe80::/10")];
    /// <summary>Time servers of this network (class urn:ietf:params:mud:ntp), besides the gateway itself.</summary>
    public IReadOnlyList<Address> Time { get; init; } = [];
    /// <summary>True: IPv6 is handled as IPv4 is. False: guarded devices send and get no IPv6 but neighbour discovery.</summary>
    public bool Ipv6 { get; init; }
    /// <summary>The bit of the connection mark that says "opened with leave while its device heals"; one bit that nobody else here uses.</summary>
    public uint MarkBit { get; init; } = 0x2000_0000;
    /// <summary>Another bit: "used while its device was only notified of"; when the device is narrowed, such a connection is judged anew.</summary>
    public uint FreeBit { get; init; } = 0x4000_0000;
}

/// <summary>What a kind of device needs: one chain and its sets in the kernel, shared by all devices of the kind.</summary>
public sealed record Profile
{
    /// <summary>1 to 24 characters of a-z and 0-9; made by us, never taken from a file. Part of names in the kernel.</summary>
    public required string Id { get; init; }
    public required IReadOnlyList<Permission> Permissions { get; init; }
    /// <summary>DNS names in lower case where updates come from.</summary>
    public IReadOnlyList<string> UpdateHosts { get; init; } = [];
    /// <summary>The URL of the MUD file; its authority decides same-manufacturer, the whole of it model.</summary>
    public string? MudUrl { get; init; }
    /// <summary>Addresses behind class URIs (RFC 8520, controller); dns and ntp are the gateway's and need no entry.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Address>> Controllers { get; init; } = new Dictionary<string, IReadOnlyList<Address>>();
    /// <summary>Addresses of the device's own controller (RFC 8520, my-controller).</summary>
    public IReadOnlyList<Address> MyController { get; init; } = [];
}

/// <summary>One device and what is done with it now.</summary>
public sealed record DevicePolicy
{
    public required MacAddress Mac { get; init; }
    /// <summary>Addresses bound to it; from any other it is treated as a stranger.</summary>
    public required IReadOnlyList<Address> Addresses { get; init; }
    public required GuardAction Action { get; init; }
    /// <summary>The id of its profile; null for a device that nothing is known of: healing without hosts, and narrow the same.</summary>
    public string? Profile { get; init; }
}

/// <summary>A name that a profile may reach stands for these addresses for a while. <see cref="Profile"/> null: a public time service, for every healing device.</summary>
public sealed record NameAdmission(string? Profile, string Name, IReadOnlyList<Address> Addresses, TimeSpan Lifetime);
