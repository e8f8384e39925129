using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Mud;

/// <summary>All that one device said to one other side, on one pair of ports.</summary>
public sealed record Talk
{
    public required Address Peer { get; init; }
    /// <summary>IP protocol number.</summary>
    public required byte Protocol { get; init; }
    /// <summary>0 where the protocol has no ports.</summary>
    public required ushort PeerPort { get; init; }
    public required ushort DevicePort { get; init; }
    /// <summary>True where the device spoke first: by the SYN where it was seen, else by the first packet.</summary>
    public required bool ByDevice { get; init; }
    /// <summary>Type and code of the first message, for ICMP.</summary>
    public (byte Type, byte Code)? Icmp { get; init; }
    /// <summary>DNS names that answers in the captures gave this address; the latest before the first packet first.</summary>
    public required IReadOnlyList<string> Names { get; init; }
    public required string Artefact { get; init; }
    /// <summary>From 1, as the capture counts.</summary>
    public required long FirstFrame { get; init; }
    /// <summary>Packets from the device, and to it.</summary>
    public required (long Out, long In) Packets { get; init; }

    /// <summary>What the link itself needs, which no MUD file speaks of: DHCP, DHCPv6, neighbour discovery, membership of groups.</summary>
    public bool IsOfTheLink => Protocol switch
    {
        2 => true,
        Packet.IcmpV6 => Icmp is { Type: (>= 130 and <= 137) or 143 },
        Packet.Udp => (DevicePort, PeerPort) is (68, 67) or (546, 547),
        _ => false,
    };
}

/// <summary>What one device said and heard, out of captures, for MUD files to be learnt from and held against.</summary>
/// <remarks>
/// Bounded: 262,144 talks; those beyond are counted in <see cref="Unkept"/>. Packets to groups and to everybody count where the device sends them; what others send to
/// groups is not addressed to it.
/// </remarks>
/// <param name="device">By its MAC address, which claims and does not prove.</param>
public sealed class DeviceTraffic(MacAddress device)
{
    private const int MostTalks = 1 << 18, MostNames = 1 << 18, MostNamesEach = 16;
    private const string DnsClass = "urn:ietf:params:mud:dns", NtpClass = "urn:ietf:params:mud:ntp", GatewayClass = "urn:ietf:params:mud:gateway";

    private readonly Dictionary<(int, Address, byte, ushort, ushort), Draft> talks = [];
    private readonly Dictionary<Address, List<(int File, long Frame, string Name)>> names = [];
    private readonly Dictionary<string, SortedSet<Address>> members = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Address> latest = [];
    private readonly List<(MacAddress Mac, string Url)> urls = [];
    private readonly List<string> files = [];
    private int nameCount;

    private sealed class Draft
    {
        public bool ByDevice, Certain;
        public (byte, byte)? Icmp;
        public long First, Out, In;
    }

    public MacAddress Device => device;
    /// <summary>Frames of the device, from it and to it.</summary>
    public long Frames { get; private set; }
    /// <summary>Time of its last frame; null where none was seen.</summary>
    public DateTimeOffset? Last { get; private set; }
    public long Unkept { get; private set; }

    /// <summary>Who belongs to a class, as DHCP and MUD addresses of the captures say: <c>urn:ietf:params:mud:dns</c>, <c>maker AUTHORITY</c>, <c>model URL</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Address>> Members
    {
        get
        {
            var all = members.ToDictionary(m => m.Key, m => new SortedSet<Address>(m.Value), StringComparer.Ordinal);
            foreach (var (mac, url) in urls)
            {
                if (!latest.TryGetValue(mac.Bits, out var address)) continue;
                foreach (var key in new[] { "model " + url, "maker " + RuleSetPlan.Authority(url) })
                {
                    if (!all.TryGetValue(key, out var set)) all[key] = set = [];
                    set.Add(address);
                }
            }
            return all.ToDictionary(m => m.Key, m => (IReadOnlyList<Address>)[.. m.Value], StringComparer.Ordinal);
        }
    }

    /// <summary>Reads a capture; answers what could not be read.</summary>
    /// <exception cref="Evidence.Reading.UnreadableException">The artefact does not begin as a capture does.</exception>
    /// <exception cref="OperationCanceledException"/>
    public IReadOnlyList<Loss> Add(Artefact artefact, ExaminationOptions options)
    {
        files.Add(artefact.Name);
        var watch = new DeviceWatch(seen =>
        {
            if (seen.Kind == SightingKind.MudUrl && seen.Mac != device && urls.Count < 4096) urls.Add((seen.Mac, seen.Value));
        });
        var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        long frames = 0;
        while (reader.Next(out var frame))
        {
            if ((++frames & 0xffff) == 0)
            {
                options.Cancel.ThrowIfCancellationRequested();
                options.Progress?.Invoke(new Progress("reading " + artefact.Name, reader.Position, artefact.Size));
            }
            var depth = packet.Decode(frame);
            watch.Take(frame, packet, depth);
            if (packet.SourceMac == device || packet.DestinationMac == device)
            {
                Frames++;
                if (frame.Time != 0 && (Last is null || Frame.At(frame.Time) > Last)) Last = Frame.At(frame.Time);
            }
            if (depth is not (Depth.Network or Depth.Transport)) continue;
            if (packet.SourceMac.Bits != 0 && packet.Source.IsLocal && packet.Source != Address.V4(0) && latest.Count < 65536) latest[packet.SourceMac.Bits] = packet.Source;
            if (depth == Depth.Transport && packet.Protocol == Packet.Udp) Teach(frame, packet);
            if (packet.SourceMac == device) Take(frame, packet, depth, fromDevice: true);
            else if (packet.DestinationMac == device) Take(frame, packet, depth, fromDevice: false);
        }
        return reader.Losses;
    }

    private void Take(in Frame frame, in Packet packet, Depth depth, bool fromDevice)
    {
        // A later fragment belongs to a talk whose first one was counted.
        if (packet.IsFragment && depth == Depth.Network && packet.Protocol is Packet.Tcp or Packet.Udp) return;
        var peer = fromDevice ? packet.Destination : packet.Source;
        var (own, theirs) = fromDevice ? (packet.SourcePort, packet.DestinationPort) : (packet.DestinationPort, packet.SourcePort);
        (byte Type, byte Code)? icmp = null;
        var isReply = false;
        if (packet.Protocol is Packet.Icmp or Packet.IcmpV6 && packet.PayloadLength >= 2)
        {
            var (type, code) = (packet.Payload(frame)[0], packet.Payload(frame)[1]);
            // An echo and its reply are one talk, begun by the one who asked.
            isReply = packet.Protocol == Packet.Icmp ? type == 0 : type == 129;
            icmp = (isReply ? packet.Protocol == Packet.Icmp ? (byte)8 : (byte)128 : type, code);
            theirs = (ushort)(icmp.Value.Type << 8 | code);
        }
        var key = (files.Count - 1, peer, packet.Protocol, theirs, own);
        if (!talks.TryGetValue(key, out var talk))
        {
            if (talks.Count >= MostTalks)
            {
                Unkept++;
                return;
            }
            talks.Add(key, talk = new Draft { ByDevice = fromDevice != isReply, First = frame.Number, Icmp = icmp });
            // Without its opening the side with the smaller port is taken for the one that was asked.
            if (packet.Protocol == Packet.Tcp) talk.ByDevice = theirs <= own;
        }
        if (packet.Protocol == Packet.Tcp && !talk.Certain && (packet.Flags & TcpFlags.Syn) != 0)
        {
            talk.Certain = true;
            talk.ByDevice = (packet.Flags & TcpFlags.Acknowledge) == 0 == fromDevice;
        }
        if (fromDevice) talk.Out++;
        else talk.In++;
    }

    private void Teach(in Frame frame, in Packet packet)
    {
        var payload = packet.Payload(frame);
        if (packet.SourcePort == 53) Answers(frame, payload);
        else if (packet is { SourcePort: 67, DestinationPort: 68 } && Dhcp.Recognises(payload) && MacAddress.Of(payload[28..]) == device) Lease(payload);
    }

    [SkipLocalsInit]
    private void Answers(in Frame frame, ReadOnlySpan<byte> payload)
    {
        if (!DnsMessage.TryRead(payload, out var message) || !message.IsResponse) return;
        Span<char> name = stackalloc char[DnsMessage.LongestName];
        string? asked = null;
        while (message.NextQuestion(name, out var length, out _)) asked ??= new string(name[..length]);
        // An answer by aliases belongs to the name that was asked; the last alias is another name of the same host.
        while (message.NextRecord(name, out var length, out var type, out var data, out _))
        {
            var address = type == DnsMessage.A && data.Length == 4 ? Address.V4(BinaryPrimitives.ReadUInt32BigEndian(data)) : type == DnsMessage.Aaaa && data.Length == 16 ? Address.V6(data) : default;
            if (address == default) continue;
            var owner = new string(name[..length]);
            Name(address, frame.Number, owner);
            // The additional section speaks of name servers too: only an alias leads from the question here.
            if (asked is not null && !owner.Equals(asked, StringComparison.OrdinalIgnoreCase) && IsAliased(payload, asked, owner)) Name(address, frame.Number, asked);
        }
    }

    // Follows CNAME records from a name; circles end.
    private static bool IsAliased(ReadOnlySpan<byte> payload, string from, string to)
    {
        var name = new char[DnsMessage.LongestName];
        var target = new char[DnsMessage.LongestName];
        for (var steps = 0; steps < 8; steps++)
        {
            if (!DnsMessage.TryRead(payload, out var message)) return false;
            while (message.NextQuestion(name, out _, out _))
            {
            }
            string? next = null;
            while (message.NextRecord(name, out var length, out var type, out _, out var at))
            {
                if (type == 5 && from.AsSpan().Equals(name.AsSpan(0, length), StringComparison.OrdinalIgnoreCase) && message.NameAt(at, target, out var end)) next = new string(target, 0, end);
            }
            if (next is null) return false;
            if (next.Equals(to, StringComparison.OrdinalIgnoreCase)) return true;
            from = next;
        }
        return false;
    }

    private void Name(Address address, long frame, string text)
    {
        if (!DnsName.TryRead(text, out var name) || nameCount >= MostNames) return;
        if (!names.TryGetValue(address, out var known)) names[address] = known = [];
        if (known.Exists(k => k.File == files.Count - 1 && k.Name == name) || known.Count >= MostNamesEach) return;
        known.Add((files.Count - 1, frame, name));
        nameCount++;
    }

    // RFC 2132: routers, name servers, time servers.
    private void Lease(ReadOnlySpan<byte> bytes)
    {
        for (var options = bytes[240..]; options.Length >= 2 && options[0] != 255;)
        {
            if (options[0] == 0)
            {
                options = options[1..];
                continue;
            }
            int length = options[1];
            if (length > options.Length - 2) return;
            var value = options.Slice(2, length);
            if (options[0] switch { 3 => GatewayClass, 6 => DnsClass, 42 => NtpClass, _ => null } is { } uri)
            {
                for (var at = 0; at + 4 <= value.Length && at < 64; at += 4)
                {
                    if (!members.TryGetValue(uri, out var set)) members[uri] = set = [];
                    set.Add(Address.V4(BinaryPrimitives.ReadUInt32BigEndian(value[at..])));
                }
            }
            options = options[(2 + length)..];
        }
    }

    /// <summary>All talks, in the order of captures and first frames.</summary>
    public IReadOnlyList<Talk> Talks() =>
    [
        .. talks.OrderBy(t => t.Key.Item1).ThenBy(t => t.Value.First).ThenBy(t => t.Key.Item2).ThenBy(t => t.Key.Item4).ThenBy(t => t.Key.Item5).Select(t => new Talk
        {
            Peer = t.Key.Item2,
            Protocol = t.Key.Item3,
            PeerPort = t.Value.Icmp is null ? t.Key.Item4 : (ushort)0,
            DevicePort = t.Key.Item5,
            ByDevice = t.Value.ByDevice,
            Icmp = t.Value.Icmp,
            Names = NamesOf(t.Key.Item2, t.Key.Item1, t.Value.First),
            Artefact = files[t.Key.Item1],
            FirstFrame = t.Value.First,
            Packets = (t.Value.Out, t.Value.In),
        }),
    ];

    // A device may have asked before this capture began: an answer in another one, or later on, still tells whose address it is.
    private IReadOnlyList<string> NamesOf(Address address, int file, long frame) => !names.TryGetValue(address, out var known) ? [] :
    [
        .. known.OrderBy(k => k.File == file && k.Frame <= frame ? 0 : 1).ThenByDescending(k => k.File == file ? k.Frame : 0).ThenBy(k => k.Name, StringComparer.Ordinal).Select(k => k.Name).Distinct(StringComparer.Ordinal),
    ];
}
