using System.Buffers.Binary;
using Assay.Traffic.Captures;

namespace Assay.Guard.Enforcement;

/// <summary>A connection that the kernel tracks, seen from who began it.</summary>
/// <param name="Protocol">IP protocol number.</param>
/// <param name="State">For TCP the name of its state, else empty.</param>
/// <param name="Mark">The connection mark.</param>
/// <param name="ReplySource">Who answers: differs from <paramref name="Destination"/> where addresses are translated.</param>
/// <param name="Remaining">How long the kernel keeps it without further packets.</param>
public sealed record Connection(Address Source, ushort SourcePort, Address Destination, ushort DestinationPort, byte Protocol, string State,
    uint Mark, Address ReplySource, ushort ReplySourcePort, TimeSpan Remaining)
{
    /// <summary>Packets and bytes both ways; 0 where the kernel does not count (net.netfilter.nf_conntrack_acct).</summary>
    public ulong Packets { get; init; }
    public ulong Bytes { get; init; }
    /// <summary>Its packets are handed past every rule, by a flowtable or by the network card.</summary>
    public bool IsOffloaded { get; init; }
    /// <summary>The entry's own key, as the kernel gave it; deletes exactly this one.</summary>
    internal byte[] Key { get; init; } = [];

    public bool Touches(Address address) => Source == address || Destination == address || ReplySource == address;
}

/// <summary>The kernel's table of connections (nfnetlink, subsystem ctnetlink), in the network namespace of the calling thread.</summary>
public static class Connections
{
    private const ushort Subsystem = 1 << 8;
    private const ushort Get = Subsystem | 1, Delete = Subsystem | 2;
    // IPS_OFFLOAD and IPS_HW_OFFLOAD of linux/netfilter/nf_conntrack_common.h
    private const uint Offloaded = 1 << 14 | 1 << 15;
    private static readonly string[] TcpStates =
        ["none", "syn sent", "syn received", "established", "fin wait", "close wait", "last ack", "time wait", "close", "syn sent 2"];

    /// <summary>Connections of both families; with <paramref name="device"/> only those that it began, gets, or answers.</summary>
    /// <exception cref="IOException">The kernel does not let us; see <see cref="Kernel"/>.</exception>
    public static IReadOnlyList<Connection> List(Address? device = null)
    {
        var found = new List<Connection>();
        using var netlink = new Netlink(Netlink.Netfilter);
        foreach (var family in device is { } one ? [one.IsV4 ? (byte)2 : (byte)10] : new byte[] { 2, 10 })
        {
            var error = netlink.Exchange(Get, Netlink.Dump, [family, 0, 0, 0], (_, payload) =>
            {
                if (payload.Length > 4 && Read(payload.Span[4..]) is { } connection && (device is null || connection.Touches(device.Value))) found.Add(connection);
            });
            if (error != 0) throw Refused(error);
        }
        return found;
    }

    /// <summary>Forgets the connections of a device, but those that <paramref name="keep"/> answers true for; answers how many are gone.</summary>
    /// <remarks>A rule set that accepts established connections lets a forgotten one pass only if its next packet may begin one.</remarks>
    /// <exception cref="IOException"/>
    public static int Forget(Address device, Func<Connection, bool>? keep = null)
    {
        var gone = 0;
        var doomed = List(device).Where(c => keep?.Invoke(c) != true).ToList();
        using var netlink = new Netlink(Netlink.Netfilter);
        foreach (var connection in doomed)
        {
            var message = new List<byte>(64) { device.IsV4 ? (byte)2 : (byte)10, 0, 0, 0 };
            message.AddRange(connection.Key);
            var error = netlink.Exchange(Delete, Netlink.Acknowledge, message.ToArray());
            if (error == 0) gone++;
            else if (error != 2) throw Refused(error); // ENOENT: it ended meanwhile.
        }
        return gone;
    }

    private static IOException Refused(int error) => new($"the kernel's table of connections: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}");

    // Attributes of linux/netfilter/nfnetlink_conntrack.h; numbers inside tuples are in network order.
    private static Connection? Read(ReadOnlySpan<byte> rest)
    {
        (Address Source, ushort SourcePort, Address Destination, ushort DestinationPort, byte Protocol)? original = null, reply = null;
        uint mark = 0, timeout = 0;
        ulong packets = 0, bytes = 0;
        var state = "";
        var offloaded = false;
        var key = new List<byte>(64);
        while (Netlink.Next(ref rest, out var type, out var value))
        {
            switch (type)
            {
                case 1:
                    original = Tuple(value);
                    Netlink.Attribute(key, 0x8000 | 1, value);
                    break;
                case 2:
                    reply = Tuple(value);
                    break;
                case 3 when value.Length >= 4:
                    offloaded = (BinaryPrimitives.ReadUInt32BigEndian(value) & Offloaded) != 0;
                    break;
                case 4:
                    state = State(value);
                    break;
                case 7 when value.Length >= 4:
                    timeout = BinaryPrimitives.ReadUInt32BigEndian(value);
                    break;
                case 8 when value.Length >= 4:
                    mark = BinaryPrimitives.ReadUInt32BigEndian(value);
                    break;
                case 9 or 10:
                    var counts = value;
                    while (Netlink.Next(ref counts, out var what, out var number))
                    {
                        if (number.Length < 8) continue;
                        if (what == 1) packets += BinaryPrimitives.ReadUInt64BigEndian(number);
                        if (what == 2) bytes += BinaryPrimitives.ReadUInt64BigEndian(number);
                    }
                    break;
                case 12 when value.Length >= 4:
                    // The id: a new connection of the same ends is another one.
                    Netlink.Attribute(key, 12, value);
                    break;
                case 18 when value.Length >= 2:
                    Netlink.Attribute(key, 18, value);
                    break;
            }
        }
        if (original is not { } first || reply is not { } back) return null;
        return new Connection(first.Source, first.SourcePort, first.Destination, first.DestinationPort, first.Protocol, state, mark, back.Source, back.SourcePort,
            TimeSpan.FromSeconds(timeout))
        { Packets = packets, Bytes = bytes, IsOffloaded = offloaded, Key = [.. key] };
    }

    private static (Address, ushort, Address, ushort, byte)? Tuple(ReadOnlySpan<byte> rest)
    {
        Address? source = null, destination = null;
        ushort from = 0, to = 0;
        byte protocol = 0;
        while (Netlink.Next(ref rest, out var type, out var value))
        {
            if (type == 1)
            {
                while (Netlink.Next(ref value, out var which, out var bytes))
                {
                    Address? address = bytes.Length switch
                    {
                        4 => Address.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
                        16 => Address.V6(bytes),
                        _ => null,
                    };
                    if (which is 1 or 3) source = address;
                    if (which is 2 or 4) destination = address;
                }
            }
            else if (type == 2)
            {
                while (Netlink.Next(ref value, out var which, out var bytes))
                {
                    if (which == 1 && bytes.Length >= 1) protocol = bytes[0];
                    if (which == 2 && bytes.Length >= 2) from = BinaryPrimitives.ReadUInt16BigEndian(bytes);
                    if (which == 3 && bytes.Length >= 2) to = BinaryPrimitives.ReadUInt16BigEndian(bytes);
                }
            }
        }
        return source is { } s && destination is { } d ? (s, from, d, to, protocol) : null;
    }

    private static string State(ReadOnlySpan<byte> rest)
    {
        while (Netlink.Next(ref rest, out var type, out var value))
        {
            if (type != 1) continue;
            while (Netlink.Next(ref value, out var which, out var number))
            {
                if (which == 1 && number.Length >= 1) return number[0] < TcpStates.Length ? TcpStates[number[0]] : "";
            }
        }
        return "";
    }
}
