using Assay.Traffic.Captures;

namespace Assay.Guard.Enforcement;

/// <summary>
/// Which MAC the kernel sends to for an address behind given interfaces (RTM_GETNEIGH, rtnetlink(7)): whoever asked under a foreign address is told
/// apart from its owner by where the answer would go. In the network namespace of the thread that made it; not for several threads at once.
/// </summary>
public sealed class Neighbours : IDisposable
{
    private const ushort GetNeighbour = 30;
    private const ushort Destination = 1, LinkAddress = 2;
    private const ushort Incomplete = 0x01, Failed = 0x20;
    private readonly Netlink netlink = new(Netlink.Route);
    private readonly IReadOnlyList<int> interfaces;

    /// <exception cref="IOException">The kernel offers no rtnetlink.</exception>
    public Neighbours(IReadOnlyList<string> inside) => interfaces = inside.Select(BridgePorts.Index).Where(i => i > 0).ToList();

    /// <summary>Null where the kernel has not asked yet, or nobody answered.</summary>
    public MacAddress? Of(Address address)
    {
        foreach (var one in interfaces)
        {
            var message = new List<byte>(new byte[12]) { [0] = address.IsV4 ? (byte)2 : (byte)10 };
            BitConverter.GetBytes(one).CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(message)[4..]);
            Netlink.Attribute(message, Destination, address.ToIPAddress().GetAddressBytes());
            MacAddress? found = null;
            try
            {
                netlink.Exchange(GetNeighbour, 0, message.ToArray(), (_, payload) =>
                {
                    if (payload.Length < 12 || (BitConverter.ToUInt16(payload.Span[8..]) & (Incomplete | Failed)) != 0) return;
                    var rest = payload.Span[12..];
                    while (Netlink.Next(ref rest, out var type, out var value)) if (type == LinkAddress && value.Length == 6) found = MacAddress.Of(value);
                }, single: true);
            }
            catch (IOException)
            {
                return null; // A kernel before 5.0 answers with the whole table only; then nobody is told apart.
            }
            if (found is not null) return found;
        }
        return null;
    }

    public void Dispose() => netlink.Dispose();
}
