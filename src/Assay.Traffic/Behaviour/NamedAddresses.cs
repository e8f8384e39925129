using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Behaviour;

/// <summary>
/// Addresses that DNS gave as answers on this link. Who reaches for a host by its name does not search for victims: a device whose connections are blocked
/// tries all addresses of its cloud, and must not look like a scan. 1,024 sets of 4.
/// </summary>
internal sealed class NamedAddresses
{
    private const int Sets = 1024, Ways = 4;

    private readonly Address[] addresses = new Address[Sets * Ways];
    private readonly byte[] next = new byte[Sets];

    public bool Contains(Address address)
    {
        var from = Set(address) * Ways;
        for (var i = from; i < from + Ways; i++)
        {
            if (addresses[i] == address) return true;
        }
        return false;
    }

    [SkipLocalsInit]
    public void Read(ReadOnlySpan<byte> answer)
    {
        if (!DnsMessage.TryRead(answer, out var message) || !message.IsResponse) return;
        Span<char> name = stackalloc char[DnsMessage.LongestName];
        while (message.NextQuestion(name, out _, out _))
        {
        }
        while (message.NextRecord(name, out _, out var type, out var data, out _))
        {
            if (type == DnsMessage.A && data.Length == 4) Add(Address.V4(BinaryPrimitives.ReadUInt32BigEndian(data)));
            else if (type == DnsMessage.Aaaa && data.Length == 16) Add(Address.V6(data));
        }
    }

    private void Add(Address address)
    {
        if (Contains(address)) return;
        var set = Set(address);
        addresses[set * Ways + next[set]] = address;
        next[set] = (byte)((next[set] + 1) % Ways);
    }

    private static int Set(Address address) => (int)((address.High ^ address.Low) * 0x9e37_79b9_7f4a_7c15 >> 54);
}
