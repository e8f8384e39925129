using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Devices;

/// <summary>Gathers the traits of all devices of a link, fed with every frame. Bounded: 1,024 devices, <see cref="Fingerprint.MostTraits"/> traits and
/// <see cref="Fingerprint.MostFrames"/> frames each.</summary>
internal sealed class FingerprintWatch
{
    private const int MostDevices = 1024, MostConnections = 4096, LongestName = 80;

    private readonly Dictionary<ulong, Draft> drafts = [];

    private sealed class Draft
    {
        public readonly Dictionary<FrameClass, int> Counts = [];
        public readonly HashSet<(FrameClass, int)> Lengths = [];
        public readonly HashSet<int> Headers = [];
        public readonly HashSet<string> Words = new(StringComparer.Ordinal);
        /// <summary>Connections whose opening was seen: peer, its port, own port; true where the device opened it.</summary>
        public readonly Dictionary<(Address, ushort, ushort), bool> Connections = [];
        public readonly Dictionary<FrameClass, long> LastTimes = [];
        public long Frames;
        /// <summary>It forwards what others say, leases addresses or answers for names: part of the network, none of the devices looked for.</summary>
        public bool Serves;

        public bool IsFull => Counts.Count + Lengths.Count + Words.Count >= Fingerprint.MostTraits;

        public void Word(string text)
        {
            if (!IsFull) Words.Add(text);
        }
    }

    public void Take(in Frame frame, in Packet packet, Depth depth)
    {
        if (packet.SourceMac.Bits == 0 || packet.SourceMac.IsMulticast || depth is Depth.Damaged or Depth.LinkUnknown) return;
        // A gateway forwards what others say.
        var forwarded = depth >= Depth.Network && !packet.Source.IsLocal;
        if (!drafts.TryGetValue(packet.SourceMac.Bits, out var draft))
        {
            if (drafts.Count >= MostDevices || forwarded) return;
            drafts.Add(packet.SourceMac.Bits, draft = new Draft());
        }
        draft.Serves |= forwarded || depth == Depth.Transport && packet.Protocol == Packet.Udp && packet.SourcePort is (67 or 53);
        if (forwarded || draft.Frames >= Fingerprint.MostFrames) return;
        draft.Frames++;
        FrameClass sort;
        int length;
        switch (depth)
        {
            case Depth.NotIp:
                (sort, length) = Link(frame, packet);
                break;
            case Depth.Network:
                (sort, length) = Network(frame, packet);
                break;
            default:
                (sort, length) = packet.Protocol == Packet.Tcp ? Tcp(draft, frame, packet) : Udp(draft, frame, packet);
                break;
        }
        if (depth >= Depth.Network && packet.Source.IsV4) Header(draft, frame, packet);
        draft.Counts.TryGetValue(sort, out var count);
        if (count == 0 && draft.IsFull) return;
        draft.Counts[sort] = count + 1;
        if (!draft.IsFull) draft.Lengths.Add((sort, length));
        Again(draft, sort, frame.Time, count);
    }

    /// <summary>All devices that sent something, ordered by MAC address.</summary>
    public IReadOnlyList<Fingerprint> All() => [.. drafts.Where(d => d.Value.Frames > 0).OrderBy(d => d.Key).Select(d => Finish(new MacAddress(d.Key), d.Value))];

    public Fingerprint? Of(MacAddress mac) => drafts.TryGetValue(mac.Bits, out var draft) && draft.Frames > 0 ? Finish(mac, draft) : null;

    private static Fingerprint Finish(MacAddress mac, Draft draft)
    {
        var traits = new List<string>(draft.Lengths.Count + draft.Counts.Count * 3 + draft.Words.Count);
        foreach (var (sort, count) in draft.Counts)
        {
            // How often, in powers of two; each power is a trait, so that counts close to each other share most of theirs.
            for (var power = 1; power <= count && power <= 4096; power *= 2) traits.Add(power == 1 ? sort.Name : string.Create(CultureInfo.InvariantCulture, $"{sort.Name}, {power} times"));
        }
        foreach (var (sort, length) in draft.Lengths) traits.Add(string.Create(CultureInfo.InvariantCulture, $"{sort.Name}, {length} bytes"));
        var own = mac.ToString().Replace(":", "", StringComparison.Ordinal);
        foreach (var word in draft.Words)
        {
            if (!word.StartsWith(Fingerprint.NamePrefix, StringComparison.Ordinal)) traits.Add(word);
            else if (Anonymous(word, own) is { } anonymous) traits.Add(anonymous);
        }
        traits.Sort(StringComparer.Ordinal);
        return new Fingerprint { Mac = mac, Traits = [.. traits.Distinct(StringComparer.Ordinal)], Frames = draft.Frames, Serves = draft.Serves };
    }

    /// <summary>A name without the parts of an address in it; null where little else is left.</summary>
    internal static string? Anonymous(string word, string mac)
    {
        var lower = word.ToLowerInvariant();
        if (lower.Contains("in-addr.arpa", StringComparison.Ordinal) || lower.Contains("ip6.arpa", StringComparison.Ordinal)) return null;
        var text = new StringBuilder(word.Length);
        for (var at = 0; at < lower.Length;)
        {
            var end = at;
            while (end < lower.Length && (char.IsAsciiHexDigit(lower[end]) || end > at && lower[end] is ':' or '-' && end + 1 < lower.Length && char.IsAsciiHexDigit(lower[end + 1]))) end++;
            var digits = lower[at..end].Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
            // Four digits of the address or twelve of any: a serial number is an address too.
            var hidden = digits.Length >= 10 || digits.Length >= 4 && Shares(digits, mac);
            if (end == at) text.Append(lower[at++]);
            else
            {
                text.Append(hidden ? "…" : lower[at..end]);
                at = end;
            }
        }
        var result = text.ToString();
        return result.Length - Fingerprint.NamePrefix.Length < 3 ? null : result;
    }

    private static bool Shares(string digits, string mac)
    {
        for (var at = 0; at + 4 <= digits.Length; at++)
        {
            if (mac.Contains(digits.AsSpan(at, 4), StringComparison.Ordinal)) return true;
        }
        return false;
    }

    // ---- classes of frames

    private static (FrameClass, int) Link(in Frame frame, in Packet packet)
    {
        var bytes = frame.Bytes;
        if (packet.EtherType == 0x888e) return (new FrameClass(TraitKind.Eapol), bytes.Length);
        if (packet.EtherType != 0x806) return (new FrameClass(TraitKind.OtherLink, packet.EtherType), bytes.Length);
        var at = bytes.IndexOf("\u0008\u0006\0\u0001\u0008\0"u8);
        if (at < 0 || bytes.Length < at + 30) return (new FrameClass(TraitKind.ArpRequest), bytes.Length);
        var arp = bytes[(at + 2)..];
        // RFC 5227: a probe has no sender's address, an announcement asks for the sender's own.
        var sort = arp[7] != 1 ? TraitKind.ArpReply : arp.Slice(14, 4).IndexOfAnyExcept((byte)0) < 0 ? TraitKind.ArpProbe
            : arp.Slice(14, 4).SequenceEqual(arp.Slice(24, 4)) ? TraitKind.ArpAnnouncement : TraitKind.ArpRequest;
        // Padding to the least length is the network card's.
        return (new FrameClass(sort), 0);
    }

    private static (FrameClass, int) Network(in Frame frame, in Packet packet)
    {
        var type = packet.PayloadLength > 0 ? packet.Payload(frame)[0] : 0;
        return packet.Protocol switch
        {
            Packet.Icmp => (new FrameClass(TraitKind.Icmp, type), packet.IpLength),
            Packet.IcmpV6 => (new FrameClass(TraitKind.IcmpV6, type), packet.IpLength),
            2 => (new FrameClass(TraitKind.Igmp, IgmpType(frame, packet)), packet.IpLength),
            var other => (new FrameClass(TraitKind.OtherIp, other), packet.IpLength),
        };
    }

    private static int IgmpType(in Frame frame, in Packet packet)
    {
        var start = IpStart(frame, packet);
        if (start < 0) return 0;
        var at = start + (frame.Bytes[start] & 15) * 4;
        return at < frame.Bytes.Length ? frame.Bytes[at] : 0;
    }

    // IPv4 behind Ethernet, VLAN tags or nothing; -1 where it does not stand where it is looked for.
    private static int IpStart(in Frame frame, in Packet packet)
    {
        Span<byte> source = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(source, (uint)packet.Source.Low);
        var bytes = frame.Bytes;
        for (var at = frame.LinkType == LinkType.Ethernet ? 14 : 0; at <= 26 && at + 20 <= bytes.Length; at += 4)
        {
            if (bytes[at] >> 4 == 4 && (bytes[at] & 15) >= 5 && bytes[at + 9] == packet.Protocol && bytes.Slice(at + 12, 4).SequenceEqual(source)) return at;
        }
        return -1;
    }

    private static void Header(Draft draft, in Frame frame, in Packet packet)
    {
        var start = IpStart(frame, packet);
        if (start < 0) return;
        var ip = frame.Bytes[start..];
        var key = packet.Protocol << 16 | ip[8] << 8 | (ip[6] & 0x40) | (ip[4] == 0 && ip[5] == 0 ? 1 : 0);
        if (draft.Headers.Count >= 64 || !draft.Headers.Add(key)) return;
        draft.Word(string.Create(CultureInfo.InvariantCulture,
            $"{Flows.Flow.NameOf(packet.Protocol)} with TTL {ip[8]}{((ip[6] & 0x40) != 0 ? ", unfragmented" : "")}{(ip[4] == 0 && ip[5] == 0 ? ", identification 0" : "")}"));
    }

    private static (FrameClass, int) Udp(Draft draft, in Frame frame, in Packet packet)
    {
        var payload = packet.Payload(frame);
        var length = packet.PayloadOnWire;
        switch (packet.SourcePort, packet.DestinationPort)
        {
            case (68, 67) when Dhcp.Recognises(payload):
                return (new FrameClass(TraitKind.Dhcp, DhcpTraits(draft, payload)), length);
            case (546, 547) when payload.Length > 4:
                return (new FrameClass(TraitKind.Dhcp6, payload[0]), length);
            case (_, 53):
                Question(draft, payload, "DNS");
                return (new FrameClass(TraitKind.Dns), length);
            case (_, 5353):
                return MulticastDns(draft, packet, payload, length);
            case (_, 5355):
                return (new FrameClass(TraitKind.Llmnr), length);
            case (_, 123):
                if (payload.Length > 0) draft.Word(string.Create(CultureInfo.InvariantCulture, $"NTP begins with 0x{payload[0]:x2}"));
                return (new FrameClass(TraitKind.Ntp), length);
            case (_, 1900) or (1900, _) when Ssdp.Recognises(payload):
                Lines(draft, payload, "SSDP");
                var sort = payload[0] == 'M' ? TraitKind.SsdpSearch : payload[0] == 'N' ? TraitKind.SsdpNotify : TraitKind.SsdpAnswer;
                return (new FrameClass(sort), length - AddressText(payload));
            case var (from, to):
                return (Service(from, to), length - (payload.Length > 0 && payload[0] < 0x80 ? AddressText(payload) : 0));
        }
    }

    private static FrameClass Service(ushort from, ushort to)
    {
        const ushort Ephemeral = 32768;
        if (to >= Ephemeral && from >= Ephemeral) return new FrameClass(TraitKind.UdpHigh);
        return to <= from ? new FrameClass(TraitKind.UdpTo, to) : new FrameClass(TraitKind.UdpFrom, from);
    }

    private static (FrameClass, int) Tcp(Draft draft, in Frame frame, in Packet packet)
    {
        var key = (packet.Destination, packet.DestinationPort, packet.SourcePort);
        var syn = (packet.Flags & TcpFlags.Syn) != 0;
        if (syn)
        {
            var opens = (packet.Flags & TcpFlags.Acknowledge) == 0;
            if (draft.Connections.Count < MostConnections || draft.Connections.ContainsKey(key)) draft.Connections[key] = opens;
            Options(draft, frame, packet, opens);
            return (new FrameClass(opens ? TraitKind.TcpOpens : TraitKind.TcpAccepts, Port(packet, opens)), 0);
        }
        var isClient = draft.Connections.TryGetValue(key, out var opened) ? opened : packet.DestinationPort <= packet.SourcePort;
        var port = Port(packet, isClient);
        if ((packet.Flags & TcpFlags.Reset) != 0) return (new FrameClass(TraitKind.TcpResets, port), 0);
        if (packet.PayloadOnWire == 0) return (new FrameClass((packet.Flags & TcpFlags.Fin) != 0 ? TraitKind.TcpCloses : TraitKind.TcpConfirms, port), 0);
        var payload = packet.Payload(frame);
        var length = packet.PayloadOnWire;
        if (HttpDissector.Recognises(payload))
        {
            Lines(draft, payload, "HTTP");
            length -= AddressText(payload);
        }
        else if (TlsHello.TryRead(payload, out var hello)) draft.Word(hello);
        return (new FrameClass(isClient ? TraitKind.TcpTo : TraitKind.TcpFrom, port), length);
    }

    // A server's port that was chosen for one session (FTP, events of UPnP) is none of a kind.
    private static int Port(in Packet packet, bool isClient) => isClient ? packet.DestinationPort : packet.SourcePort;

    // ---- words

    private static int DhcpTraits(Draft draft, ReadOnlySpan<byte> bytes)
    {
        var kind = 0;
        var order = new StringBuilder();
        for (var options = bytes[240..]; options.Length >= 2 && options[0] != 255 && order.Length < 400;)
        {
            if (options[0] == 0)
            {
                options = options[1..];
                continue;
            }
            int length = options[1];
            if (length > options.Length - 2) break;
            var value = options.Slice(2, length);
            order.Append(order.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{options[0]}");
            switch (options[0])
            {
                case 12:
                    Say(draft, "host name ", value);
                    break;
                case 53 when length == 1:
                    kind = value[0];
                    break;
                case 55:
                    var list = new StringBuilder("DHCP asks for ");
                    for (var i = 0; i < value.Length && i < 64; i++) list.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{value[i]}");
                    draft.Word(list.ToString());
                    break;
                case 57 when length == 2:
                    draft.Word(string.Create(CultureInfo.InvariantCulture, $"DHCP takes messages of {BinaryPrimitives.ReadUInt16BigEndian(value)} bytes"));
                    break;
                case 60:
                    Say(draft, "vendor class ", value);
                    break;
            }
            options = options[(2 + length)..];
        }
        draft.Word($"DHCP options {order}");
        draft.Word((bytes[10] & 0x80) != 0 ? "DHCP wants broadcast" : "DHCP wants unicast");
        return kind;
    }

    private static void Say(Draft draft, string what, ReadOnlySpan<byte> value) =>
        draft.Word(Fingerprint.NamePrefix + what + Shortened.Visible(Encoding.Latin1.GetString(value[..Math.Min(value.Length, LongestName)]).TrimEnd('\0')));

    [SkipLocalsInit]
    private static void Question(Draft draft, ReadOnlySpan<byte> payload, string protocol)
    {
        if (!DnsMessage.TryRead(payload, out var message) || message.IsResponse) return;
        Span<char> name = stackalloc char[DnsMessage.LongestName];
        for (var questions = 0; questions < 8 && message.NextQuestion(name, out var length, out var type); questions++)
        {
            draft.Word($"{protocol} asks for {DnsMessage.TypeName(type)}");
            if (length is > 0 and < 2 * LongestName) draft.Word($"{Fingerprint.NamePrefix}{protocol} {Shortened.Visible(new string(name[..length]))}");
        }
    }

    [SkipLocalsInit]
    private static (FrameClass, int) MulticastDns(Draft draft, in Packet packet, ReadOnlySpan<byte> payload, int length)
    {
        if (!DnsMessage.TryRead(payload, out var message)) return (new FrameClass(TraitKind.UdpTo, 5353), length);
        Question(draft, payload, "mDNS");
        if (message.IsResponse)
        {
            Span<char> name = stackalloc char[DnsMessage.LongestName];
            while (message.NextQuestion(name, out _, out _))
            {
            }
            for (var records = 0; records < 32 && message.NextRecord(name, out var size, out _, out _, out _); records++)
            {
                if (size is > 0 and < 2 * LongestName) draft.Word($"{Fingerprint.NamePrefix}mDNS {Shortened.Visible(new string(name[..size]))}");
            }
        }
        return (new FrameClass(TraitKind.MulticastDns, BinaryPrimitives.ReadUInt16BigEndian(payload[4..]), BinaryPrimitives.ReadUInt16BigEndian(payload[6..])), length - ReverseName(packet, payload));
    }

    /// <summary>Bytes that the device's own address takes in names of in-addr.arpa: as many as it has digits, which no kind decides.</summary>
    private static int ReverseName(in Packet packet, ReadOnlySpan<byte> payload)
    {
        if (!packet.Source.IsV4) return 0;
        Span<byte> labels = stackalloc byte[16];
        var at = 0;
        for (var shift = 0; shift < 32; shift += 8)
        {
            var octet = (byte)(packet.Source.Low >> shift);
            System.Buffers.Text.Utf8Formatter.TryFormat(octet, labels[(at + 1)..], out var digits);
            labels[at] = (byte)digits;
            at += 1 + digits;
        }
        var found = 0;
        for (var next = payload.IndexOf(labels[..at]); next >= 0; next = payload.IndexOf(labels[..at]))
        {
            found += at;
            payload = payload[(next + at)..];
        }
        return found;
    }

    /// <summary>Bytes of texts such as 192.0.2.17 in a message.</summary>
    internal static int AddressText(ReadOnlySpan<byte> payload)
    {
        var found = 0;
        payload = payload[..Math.Min(payload.Length, 4096)];
        for (var at = 0; at < payload.Length;)
        {
            if (!char.IsAsciiDigit((char)payload[at]) || at > 0 && (char.IsAsciiLetterOrDigit((char)payload[at - 1]) || payload[at - 1] == '.'))
            {
                at++;
                continue;
            }
            var end = at;
            var dots = 0;
            var digits = 0;
            while (end < payload.Length && (char.IsAsciiDigit((char)payload[end]) && digits < 3 || payload[end] == '.' && digits > 0 && dots < 3))
            {
                (dots, digits) = payload[end] == '.' ? (dots + 1, 0) : (dots, digits + 1);
                end++;
            }
            if (dots == 3 && digits > 0) found += end - at;
            at = Math.Max(end, at + 1);
        }
        return found;
    }

    /// <summary>Of a message in lines: the names of its fields in their order, and what its first line and its product lines say.</summary>
    private static void Lines(Draft draft, ReadOnlySpan<byte> bytes, string protocol)
    {
        if (draft.IsFull) return;
        var fields = new StringBuilder(protocol + " fields ");
        var from = fields.Length;
        for (var line = 0; line < 32 && !bytes.IsEmpty; line++)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0) break;
            var text = bytes[..end].TrimEnd((byte)'\r');
            bytes = bytes[(end + 1)..];
            if (text.IsEmpty) break;
            if (line == 0)
            {
                Say(draft, protocol + " ", Path(text));
                continue;
            }
            if (!HttpDissector.Field(text, out var name, out var value)) continue;
            if (fields.Length < 300) fields.Append(fields.Length == from ? "" : ",").Append(Encoding.Latin1.GetString(name[..Math.Min(name.Length, 40)]).ToLowerInvariant());
            if (HttpDissector.Is(name, "user-agent") || HttpDissector.Is(name, "server") || HttpDissector.Is(name, "nt") || HttpDissector.Is(name, "st")) Say(draft, protocol + " ", value);
        }
        if (fields.Length > from) draft.Word(fields.ToString());
    }

    // What stands behind a question mark may be anybody's data.
    private static ReadOnlySpan<byte> Path(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf((byte)'?');
        return at < 0 ? line : line[..at];
    }

    private static void Options(Draft draft, in Frame frame, in Packet packet, bool opens)
    {
        // The header ends where the payload starts; its options lie between the twentieth byte and there.
        var bytes = frame.Bytes;
        Span<byte> ports = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, packet.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(ports[2..], packet.DestinationPort);
        for (var header = 20; header <= 60; header += 4)
        {
            var start = packet.PayloadStart - header;
            if (start < 0) return;
            if (!bytes.Slice(start, 4).SequenceEqual(ports) || (bytes[start + 12] >> 4) * 4 != header) continue;
            var text = new StringBuilder(opens ? "TCP opens with window " : "TCP accepts with window ");
            text.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + 14)..])}");
            var options = bytes[(start + 20)..packet.PayloadStart];
            while (!options.IsEmpty && options[0] != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $", {options[0]}");
                if (options[0] == 1)
                {
                    options = options[1..];
                    continue;
                }
                if (options.Length < 2 || options[1] < 2 || options[1] > options.Length) break;
                if (options[0] == 2 && options[1] == 4) text.Append(CultureInfo.InvariantCulture, $"={BinaryPrimitives.ReadUInt16BigEndian(options[2..])}");
                if (options[0] == 3 && options[1] == 3) text.Append(CultureInfo.InvariantCulture, $"={options[2]}");
                options = options[options[1]..];
            }
            draft.Word(text.ToString());
            return;
        }
    }

    /// <summary>After which time a question comes again: the clocks of a network stack are its own. The first three times only, in powers of two of milliseconds.</summary>
    private static void Again(Draft draft, FrameClass sort, long time, int before)
    {
        if (sort.Kind is not (TraitKind.ArpProbe or TraitKind.Dhcp) && !(sort.Kind == TraitKind.IcmpV6 && sort.A == 133)) return;
        if (before is > 0 and < 4 && draft.LastTimes.TryGetValue(sort, out var last) && time > last && time - last < 64_000_000_000)
        {
            var milliseconds = (ulong)(time - last) / 1_000_000;
            draft.Word(string.Create(CultureInfo.InvariantCulture, $"{sort.Name} again after {(milliseconds == 0 ? 0 : 1UL << System.Numerics.BitOperations.Log2(milliseconds))} ms or more"));
        }
        draft.LastTimes[sort] = time;
    }
}
