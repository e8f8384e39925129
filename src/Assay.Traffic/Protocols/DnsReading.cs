using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>What DNS, mDNS (RFC 6762) and LLMNR messages say: names asked for, names answered, services and models announced.</summary>
internal static class DnsReading
{
    internal static readonly string[] ModelKeys = ["md", "model", "modelid", "ty", "am", "fn", "product", "rpmd", "usb_mdl"];
    internal static readonly string[] VersionKeys = ["fv", "fw", "fwversion", "firmware", "fwver", "srcvers", "version", "ver", "sw", "rpvr", "vs",
        "swversion", "osxvers"];

    public static readonly Protocol Protocol = new()
    {
        Application = Application.Dns,
        Name = "dns",
        Title = "DNS over UDP and TCP",
        Group = ProtocolGroup.Names,
        Source = "RFC 1035, RFC 7766",
        Ports = [53],
        Stream = static (bytes, _, port) => DnsDissector.Recognise(bytes, port),
        Dissector = static conversation => new DnsDissector(conversation),
        Datagram = static (bytes, usual) => usual ? DnsMessage.TryRead(bytes, out _) : DnsMessage.IsBeyondDoubt(bytes),
        Read = static (in datagram) => Read(datagram, "dns"),
        TellsFlows = true,
        Proof = [new("transaction", "dns.id"), new("name", "dns.qry.name")],
        Limits = "DNSSEC is not checked; data of records other than A, AAAA, PTR, SRV and TXT",
    };

    public static readonly Protocol Multicast = new()
    {
        Application = Application.MulticastDns,
        Name = "mdns",
        Title = "Multicast DNS with service discovery",
        Group = ProtocolGroup.Names,
        Source = "RFC 6762, RFC 6763",
        Ports = [5353],
        OnlyOnPorts = true,
        Datagram = static (bytes, usual) => usual && DnsMessage.TryRead(bytes, out _),
        Read = static (in datagram) => Read(datagram, "mdns"),
        TellsFlows = true,
        Evidence = [FindingKind.Disclosure],
        Proof = [new("transaction", "dns.id"), new("name", "dns.qry.name")],
    };

    public static readonly Protocol LinkLocal = new()
    {
        Application = Application.Llmnr,
        Name = "llmnr",
        Title = "LLMNR",
        Group = ProtocolGroup.Names,
        Source = "RFC 4795",
        Ports = [5355],
        OnlyOnPorts = true,
        Datagram = static (bytes, usual) => usual && DnsMessage.TryRead(bytes, out _),
        Read = static (in datagram) => Read(datagram, "llmnr"),
        TellsFlows = true,
        Proof = [new("transaction", "dns.id"), new("name", "dns.qry.name")],
    };

    private static bool Read(in Datagram datagram, string protocol)
    {
        if (!DnsMessage.TryRead(datagram.Bytes, out _)) return false;
        Read(datagram.Notes, protocol, datagram.Bytes, datagram.At);
        return true;
    }

    // The two name buffers are written before they are read: to clear 4 KiB for each message would cost more than the message.
    [SkipLocalsInit]
    public static void Read(Notes notes, string protocol, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (!DnsMessage.TryRead(bytes, out var message)) return;
        Span<char> asked = stackalloc char[DnsMessage.LongestName];
        Span<char> name = stackalloc char[DnsMessage.LongestName];
        var askedLength = 0;
        // Two walks share a capture by its ports: what stands elsewhere names nothing in flow records, or they would depend on who read it.
        var names = notes.IsExamination || at.SourcePort is 53 or 5353 or 5355 || at.DestinationPort is 53 or 5353 or 5355;
        if (notes.Witness is not null)
        {
            notes.Saw(at, protocol, "transaction", message.Transaction);
            notes.Saw(at, protocol, "answers", message.IsResponse ? 1 : 0);
            notes.Saw(at, protocol, "code", message.Code);
        }
        while (message.NextQuestion(name, out var length, out var type))
        {
            if (askedLength == 0)
            {
                name[..length].CopyTo(asked);
                askedLength = length;
            }
            if (notes.Witness is not null)
            {
                notes.Saw(at, protocol, "name", Name(name[..length]));
                notes.Saw(at, protocol, "kind", DnsMessage.TypeName(type));
            }
            if (!message.IsResponse && notes.IsExamination) notes.Observe(at, protocol, Seen.Query, Shown(name[..length]), $"{DnsMessage.TypeName(type)}");
        }
        if (!message.IsResponse) return;
        if (notes.IsExamination && message.Code == 3) notes.Observe(at, protocol, Seen.Answer, Shown(asked[..askedLength]), "no such name");
        while (message.NextRecord(name, out var length, out var type, out var data, out var dataAt))
        {
            // An answer reached by aliases belongs to the name that was asked for.
            var owner = askedLength > 0 && protocol == "dns" ? asked[..askedLength] : name[..length];
            if (type == DnsMessage.A && data.Length == 4 || type == DnsMessage.Aaaa && data.Length == 16)
            {
                var address = data.Length == 4 ? Address.V4(BinaryPrimitives.ReadUInt32BigEndian(data)) : Address.V6(data);
                if (owner.Length > 0 && names) notes.Answered(address, owner);
                if (!notes.IsExamination) continue;
                notes.Observe(at, protocol, Seen.Answer, Shown(owner), $"{DnsMessage.TypeName(type)} {address}");
                if (protocol == "mdns" && address == at.Source) notes.Stations.Named(at.SourceMac, owner);
            }
            else if (notes.IsExamination && protocol == "mdns") Announced(notes, message, name[..length], type, data, dataAt, at);
        }
    }

    private static string Name(ReadOnlySpan<char> name) => new(Shown(name));

    private static ReadOnlySpan<char> Shown(ReadOnlySpan<char> name) => name.IsEmpty ? "." : name;

    [SkipLocalsInit]
    private static void Announced(Notes notes, DnsMessage message, ReadOnlySpan<char> owner, ushort type, ReadOnlySpan<byte> data, int dataAt, in Moment at)
    {
        switch (type)
        {
            case DnsMessage.Ptr when notes.KeepsObservations && owner.EndsWith(".local", StringComparison.OrdinalIgnoreCase):
                Span<char> target = stackalloc char[DnsMessage.LongestName];
                if (message.NameAt(dataAt, target, out var length)) notes.Observe(at, "mdns", Seen.Announcement, target[..length], $"service {owner}");
                break;
            case DnsMessage.Srv when data.Length >= 7:
                notes.Observe(at, "mdns", Seen.Announcement, owner, $"port {BinaryPrimitives.ReadUInt16BigEndian(data[4..])}");
                break;
            case DnsMessage.Txt:
                for (; data.Length > 1 && data[0] > 0 && data[0] < data.Length; data = data[(1 + data[0])..]) Pair(notes, owner, data.Slice(1, data[0]), at);
                break;
        }
    }

    /// <summary>A key and a value of a service's description (RFC 6763, section 6.3).</summary>
    private static void Pair(Notes notes, ReadOnlySpan<char> owner, ReadOnlySpan<byte> pair, in Moment at)
    {
        var equals = pair.IndexOf((byte)'=');
        if (equals <= 0 || equals == pair.Length - 1) return;
        var isVersion = IsKey(VersionKeys, pair[..equals]) && pair[equals..].IndexOfAnyInRange((byte)'0', (byte)'9') >= 0;
        if (!isVersion && !IsKey(ModelKeys, pair[..equals])) return;
        var text = Encoding.UTF8.GetString(pair);
        if (isVersion) notes.Observe(at, "mdns", Seen.Announcement, $"mdns {owner}", text, FindingKind.Disclosure, 0.8, null, null, Traits.VersionDisclosed);
        else notes.Observe(at, "mdns", Seen.Announcement, $"mdns {owner}", text, FindingKind.Disclosure, 0.8);
    }

    private static bool IsKey(string[] keys, ReadOnlySpan<byte> key)
    {
        foreach (var known in keys)
        {
            if (known.Length == key.Length && Ascii.EqualsIgnoreCase(key, known)) return true;
        }
        return false;
    }
}

/// <summary>DNS over TCP (RFC 7766): messages with their length in front.</summary>
internal sealed class DnsDissector(Conversation conversation) : Dissector(conversation)
{
    public override Application Application => Application.Dns;

    public static Recognition Recognise(ReadOnlySpan<byte> bytes, ushort port)
    {
        if (bytes.Length < 14) return port == 53 ? Recognition.More : Recognition.No;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (length < 12) return Recognition.No;
        if (port == 53 && DnsMessage.TryRead(bytes[2..], out _)) return Recognition.Yes;
        return bytes.Length >= 2 + length && DnsMessage.IsBeyondDoubt(bytes.Slice(2, length)) ? Recognition.Yes : Recognition.No;
    }

    public override int Read(bool outward, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (bytes.Length < 2) return 0;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length < 2 + length) return 0;
        DnsReading.Read(Notes, "dns", bytes.Slice(2, length), at);
        return 2 + length;
    }

    public override void Lost(bool outward) => Done = true;
}
