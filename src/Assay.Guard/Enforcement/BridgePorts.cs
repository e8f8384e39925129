using System.Text;

namespace Assay.Guard.Enforcement;

/// <summary>A port of a bridge; isolated ports reach only ports that are not (bridge(8)).</summary>
public sealed record BridgePort(string Name, bool Isolated);

/// <summary>
/// The ports of a bridge, by rtnetlink (RTM_GETLINK, RTM_SETLINK): frames between two ports never pass an inet table, so isolating them is what keeps
/// devices on one bridge apart; what they may say to each other then goes through the gateway. In the network namespace of the calling thread.
/// </summary>
public static class BridgePorts
{
    private const ushort SetLink = 19, GetLink = 18;
    private const byte FamilyBridge = 7;
    private const ushort Name = 3, Master = 10, ProtocolInformation = 12, LinkInformation = 18, SlaveData = 5;
    private const ushort IsolatedPort = 33;

    /// <summary>The ports, by name; null where the interface is no bridge or is not there.</summary>
    public static IReadOnlyList<BridgePort>? Of(string bridge)
    {
        var links = Links();
        var own = links.FirstOrDefault(l => l.Name == bridge);
        if (own.Name is null || own.Kind != "bridge") return null;
        return links.Where(l => l.Master == own.Index).Select(l => new BridgePort(l.Name, l.Isolated)).OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
    }

    /// <summary>Isolates the ports of a bridge, all but <paramref name="except"/>; answers the names of those that were not.</summary>
    /// <exception cref="IOException">It is no bridge, or the kernel refuses.</exception>
    public static IReadOnlyList<string> Isolate(string bridge, IReadOnlyCollection<string>? except = null, bool isolated = true)
    {
        var ports = Of(bridge) ?? throw new IOException($"expected a bridge, found none by the name {Evidence.Shortened.Visible(bridge)}");
        var links = Links();
        var changed = new List<string>();
        using var netlink = new Netlink(Netlink.Route);
        foreach (var port in ports.Where(p => p.Isolated != isolated && except?.Contains(p.Name) != true))
        {
            var message = new List<byte>(new byte[16]) { [0] = FamilyBridge };
            BitConverter.GetBytes(links.First(l => l.Name == port.Name).Index).CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(message)[4..]);
            var inner = new List<byte>();
            Netlink.Attribute(inner, IsolatedPort, [isolated ? (byte)1 : (byte)0]);
            Netlink.Attribute(message, 0x8000 | ProtocolInformation, inner.ToArray());
            var error = netlink.Exchange(SetLink, Netlink.Acknowledge, message.ToArray());
            if (error != 0) throw new IOException($"isolating {port.Name}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}");
            changed.Add(port.Name);
        }
        return changed;
    }

    /// <summary>The number of an interface; 0 where it is not there.</summary>
    internal static int Index(string name) => Links().FirstOrDefault(l => l.Name == name).Index;

    private readonly record struct Link(string Name, int Index, int Master, string Kind, bool Isolated);

    private static List<Link> Links()
    {
        var found = new List<Link>();
        using var netlink = new Netlink(Netlink.Route);
        var error = netlink.Exchange(GetLink, Netlink.Dump, new byte[16], (_, payload) =>
        {
            if (payload.Length < 16) return;
            var index = BitConverter.ToInt32(payload.Span[4..]);
            string name = "", kind = "";
            var master = 0;
            var isolated = false;
            var rest = payload.Span[16..];
            while (Netlink.Next(ref rest, out var type, out var value))
            {
                if (type == Name) name = Text(value);
                if (type == Master && value.Length >= 4) master = BitConverter.ToInt32(value);
                if (type != LinkInformation) continue;
                while (Netlink.Next(ref value, out var which, out var inner))
                {
                    if (which == 1) kind = Text(inner);
                    if (which != SlaveData) continue;
                    while (Netlink.Next(ref inner, out var field, out var data)) if (field == IsolatedPort && data.Length >= 1) isolated = data[0] != 0;
                }
            }
            found.Add(new Link(name, index, master, kind, isolated));
        });
        if (error != 0) throw new IOException($"listing interfaces: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}");
        return found;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value).TrimEnd('\0');
}
