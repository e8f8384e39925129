using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Devices;

/// <summary>Reads frames one at a time for what devices say of themselves: DHCP, DHCPv6, mDNS, SSDP and the product lines of HTTP.</summary>
/// <remarks>
/// Bounded: 1,024 devices with 64 statements each, 64 new statements a minute and device; what is beyond is counted in <see cref="Unreported"/>. A statement that was
/// made before by the same means is not repeated. Nothing is allocated for a frame that says nothing new. Messages are read frame by frame: a product line that is cut
/// by a segment's end is not seen.
/// </remarks>
/// <param name="seen">Called for each sighting, in the order of frames.</param>
/// <param name="isInside">True for addresses that devices of this link have; <see cref="Address.IsLocal"/> where null. What comes from elsewhere is forwarded and no
/// statement of the station that forwards it.</param>
public sealed class DeviceWatch(Action<Sighting> seen, Func<Address, bool>? isInside = null)
{
    private const int MostDevices = 1024, MostStatements = 64, MostPerMinute = 64, LongestValue = 256;
    private const long Minute = 60_000_000_000;

    private readonly Dictionary<ulong, Device> devices = [];
    private readonly Func<Address, bool> isInside = isInside ?? (a => a.IsLocal);

    private sealed class Device
    {
        public readonly Dictionary<ulong, ulong> Statements = [];
        public long Last, MinuteStart;
        public int InMinute;
    }

    /// <summary>By what a statement was made; its number and that of its sub-key tell statements apart.</summary>
    private enum By : byte { Lease, Request, MudUrl, MudUrl6, HostName, HostName6, VendorClass, MulticastName, MulticastVersion, UserAgent, Server, SsdpServer }

    /// <summary>Statements that were not handed on: a device made too many, or spoke in another's name.</summary>
    public long Unreported { get; private set; }

    /// <summary>Fed with every frame of the link; <paramref name="packet"/> as decoded to <paramref name="depth"/>.</summary>
    public void Take(in Frame frame, in Packet packet, Depth depth)
    {
        if (depth != Depth.Transport || packet.PayloadLength < 4 || packet.SourceMac.Bits == 0) return;
        var payload = packet.Payload(frame);
        if (packet.Protocol == Packet.Tcp)
        {
            Http(frame, packet, payload);
            return;
        }
        switch (packet.SourcePort, packet.DestinationPort)
        {
            case (67 or 68, 67 or 68):
                if (Dhcp.Recognises(payload)) DhcpMessage(frame, packet, payload);
                break;
            case (546 or 547, 547):
                Dhcp6(frame, packet, payload);
                break;
            case (5353, _):
                if (isInside(packet.Source)) MulticastDns(frame, packet, payload);
                break;
            case (1900, _) or (_, 1900):
                if (isInside(packet.Source) && Ssdp.Recognises(payload)) Products(frame, packet, payload);
                break;
        }
    }

    // ---- DHCP

    [SkipLocalsInit]
    private void DhcpMessage(in Frame frame, in Packet packet, ReadOnlySpan<byte> bytes)
    {
        if (bytes[1] != 1 || bytes[2] != 6) return;
        var client = MacAddress.Of(bytes[28..]);
        var fromServer = bytes[0] == 2;
        var relayed = BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]) != 0;
        if (!fromServer && !relayed && client != packet.SourceMac)
        {
            // Whoever asks in the name of another station would bind its own statements to that one.
            Unreported++;
            return;
        }
        var kind = 0;
        uint requested = 0;
        ReadOnlySpan<byte> host = default, vendor = default;
        // RFC 3396: a value beyond 255 bytes goes on in the next option of the same code.
        Span<byte> mud = stackalloc byte[512];
        var mudLength = 0;
        for (var options = bytes[240..]; options.Length >= 2 && options[0] != 255;)
        {
            if (options[0] == 0)
            {
                options = options[1..];
                continue;
            }
            int length = options[1];
            if (length > options.Length - 2) break;
            var value = options.Slice(2, length);
            switch (options[0])
            {
                case 12: host = value; break;
                case 50 when length == 4: requested = BinaryPrimitives.ReadUInt32BigEndian(value); break;
                case 53 when length == 1: kind = value[0]; break;
                case 60: vendor = value; break;
                case 161 when mudLength + length <= mud.Length:
                    value.CopyTo(mud[mudLength..]);
                    mudLength += length;
                    break;
            }
            options = options[(2 + length)..];
        }
        if (fromServer)
        {
            var given = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
            if (kind == 5 && given != 0) Lease(frame, client, Address.V4(given), leased: true);
            return;
        }
        if (kind == 3)
        {
            var current = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
            if ((current | requested) != 0) Lease(frame, client, Address.V4(current != 0 ? current : requested), leased: false);
        }
        Address? from = packet.Source == Address.V4(0) ? null : packet.Source;
        if (!host.IsEmpty) Say(frame, client, from, By.HostName, 0, host, SightingKind.Name, "DHCP option 12");
        if (!vendor.IsEmpty && Say(frame, client, from, By.VendorClass, 0, vendor, SightingKind.VendorClass, "DHCP option 60") is { } stated
            && VersionStatement.TryReadVendorClass(stated, out var version)) Version(frame, client, from, stated, version, "DHCP option 60");
        if (mudLength > 0) MudUrl(frame, client, from, By.MudUrl, mud[..mudLength], "DHCP option 161");
    }

    private void Lease(in Frame frame, MacAddress mac, Address address, bool leased)
    {
        if (!IsNew(frame, mac, leased ? By.Lease : By.Request, 0, address.Low)) return;
        seen(new Sighting
        {
            Time = Frame.At(frame.Time),
            Frame = frame.Number,
            Mac = mac,
            Kind = SightingKind.Dhcp,
            Value = address.ToString(),
            Source = leased ? "DHCP acknowledgement" : "DHCP request",
            Address = address,
            IsLeased = leased,
        });
    }

    // RFC 8520 section 10: the address, and behind a space what later versions may add.
    private void MudUrl(in Frame frame, MacAddress mac, Address? from, By by, ReadOnlySpan<byte> value, string source)
    {
        var end = value.IndexOf((byte)' ');
        if (end >= 0) value = value[..end];
        value = value.TrimEnd((byte)0);
        if (!value.StartsWith("https://"u8) || !Mud.MudReader.IsUri(Encoding.Latin1.GetString(value[..Math.Min(value.Length, 512)]), out _))
        {
            Unreported++;
            return;
        }
        Say(frame, mac, from, by, 0, value, SightingKind.MudUrl, source);
    }

    /// <summary>RFC 8415: message type, transaction, options of 2-byte codes and lengths.</summary>
    private void Dhcp6(in Frame frame, in Packet packet, ReadOnlySpan<byte> bytes)
    {
        // Solicit, request, confirm, renew, rebind, information-request; relays speak for others.
        if (bytes[0] is not (1 or 3 or 4 or 5 or 6 or 11)) return;
        for (var options = bytes[4..]; options.Length >= 4;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            if (length > options.Length - 4) return;
            var value = options.Slice(4, length);
            switch (BinaryPrimitives.ReadUInt16BigEndian(options))
            {
                case 112:
                    MudUrl(frame, packet.SourceMac, packet.Source, By.MudUrl6, value, "DHCPv6 option 112");
                    break;
                case 39 when length > 2 && value[1] > 0 && value[1] < length - 1:
                    Say(frame, packet.SourceMac, packet.Source, By.HostName6, 0, value.Slice(2, value[1]), SightingKind.Name, "DHCPv6 option 39");
                    break;
            }
            options = options[(4 + length)..];
        }
    }

    // ---- mDNS

    [SkipLocalsInit]
    private void MulticastDns(in Frame frame, in Packet packet, ReadOnlySpan<byte> bytes)
    {
        if (!DnsMessage.TryRead(bytes, out var message)) return;
        Span<char> name = stackalloc char[DnsMessage.LongestName];
        while (message.NextQuestion(name, out _, out _))
        {
        }
        if (!message.IsResponse) return;
        while (message.NextRecord(name, out var length, out var type, out var data, out _))
        {
            var owner = name[..length];
            if (type is DnsMessage.A or DnsMessage.Aaaa)
            {
                var address = data.Length == 4 ? Address.V4(BinaryPrimitives.ReadUInt32BigEndian(data)) : data.Length == 16 ? Address.V6(data) : default;
                if (address == packet.Source) Name(frame, packet, owner);
            }
            else if (type == DnsMessage.Txt) Text(frame, packet, owner, data);
        }
    }

    private void Name(in Frame frame, in Packet packet, ReadOnlySpan<char> name)
    {
        if (!IsNew(frame, packet.SourceMac, By.MulticastName, Hash(name), 1)) return;
        Report(frame, packet.SourceMac, packet.Source, SightingKind.Name, new string(name), "mDNS");
    }

    private void Text(in Frame frame, in Packet packet, ReadOnlySpan<char> owner, ReadOnlySpan<byte> data)
    {
        if (!IsNew(frame, packet.SourceMac, By.MulticastVersion, Hash(owner), Hash(data))) return;
        string? model = null, version = null, by = null;
        while (data.Length > 1 && data[0] > 0 && data[0] < data.Length)
        {
            var pair = data.Slice(1, data[0]);
            data = data[(1 + data[0])..];
            var equals = pair.IndexOf((byte)'=');
            if (equals <= 0 || equals == pair.Length - 1 || equals > 16) continue;
            var key = Encoding.Latin1.GetString(pair[..equals]).ToLowerInvariant();
            var value = Encoding.UTF8.GetString(pair[(equals + 1)..Math.Min(pair.Length, LongestValue)]);
            if (model is null && DnsReading.ModelKeys.Contains(key)) model = value;
            // "srcvers" and "version" speak of the protocol as often as of the device; a firmware's own key goes before them.
            if (DnsReading.VersionKeys.Contains(key) && (version is null || key is "fw" or "firmware" or "fv")) (version, by) = (value, key);
        }
        if (version is null) return;
        var dot = owner.IndexOf('.');
        model ??= new string(dot > 0 ? owner[..dot] : owner);
        if (VersionStatement.TryMake(model.Trim('(', ')'), version, out var statement)) Version(frame, packet.SourceMac, packet.Source, $"{model} {by}={version}", statement, $"mDNS TXT {by}");
    }

    // ---- HTTP and SSDP

    private void Http(in Frame frame, in Packet packet, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 16 || !IsHttp(payload) || !isInside(packet.Source)) return;
        Products(frame, packet, payload);
    }

    private static bool IsHttp(ReadOnlySpan<byte> bytes) => bytes[0] switch
    {
        (byte)'G' => bytes.StartsWith("GET "u8),
        (byte)'P' => bytes.StartsWith("POST "u8) || bytes.StartsWith("PUT "u8) || bytes.StartsWith("PATCH "u8),
        (byte)'H' => bytes.StartsWith("HTTP/1."u8) || bytes.StartsWith("HEAD "u8),
        _ => false,
    };

    private void Products(in Frame frame, in Packet packet, ReadOnlySpan<byte> bytes)
    {
        var datagram = packet.Protocol == Packet.Udp;
        var response = bytes.StartsWith("HTTP/"u8) || bytes.StartsWith("NOTIFY"u8);
        for (var lines = 0; lines < 64 && !bytes.IsEmpty; lines++)
        {
            var end = bytes.IndexOf((byte)'\n');
            // What the segment cuts is not whole.
            if (end < 0) return;
            var line = bytes[..end].TrimEnd((byte)'\r');
            bytes = bytes[(end + 1)..];
            if (line.IsEmpty) return;
            if (line.Length < 7 || !HttpDissector.Field(line, out var name, out var value) || value.IsEmpty) continue;
            var server = response && HttpDissector.Is(name, "server");
            if (!server && (response || !HttpDissector.Is(name, "user-agent"))) continue;
            var by = datagram && server ? By.SsdpServer : server ? By.Server : By.UserAgent;
            var source = by switch { By.SsdpServer => "SSDP SERVER", By.Server => "HTTP Server", _ => datagram ? "SSDP USER-AGENT" : "HTTP User-Agent" };
            // Programs of one device alternate: each product has its own place.
            var slash = value.IndexOf((byte)'/');
            var key = Hash(slash > 0 ? value[..slash] : value);
            if (Say(frame, packet.SourceMac, packet.Source, by, key, value, SightingKind.HttpAgent, source) is { } stated
                && VersionStatement.TryReadProducts(stated, out var version)) Version(frame, packet.SourceMac, packet.Source, stated, version, source);
        }
    }

    // ---- what is new

    /// <summary>Reports a text unless this was said before; answers it where it was reported.</summary>
    private string? Say(in Frame frame, MacAddress mac, Address? from, By by, ulong key, ReadOnlySpan<byte> value, SightingKind kind, string source)
    {
        if (!IsNew(frame, mac, by, key, Hash(value))) return null;
        var text = Encoding.Latin1.GetString(value[..Math.Min(value.Length, LongestValue)]).TrimEnd('\0');
        Report(frame, mac, from, kind, text, source);
        return text;
    }

    private void Version(in Frame frame, MacAddress mac, Address? from, string value, VersionStatement version, string source) =>
        Report(frame, mac, from, SightingKind.Version, value, source, version);

    private void Report(in Frame frame, MacAddress mac, Address? from, SightingKind kind, string value, string source, VersionStatement? version = null) => seen(new Sighting
    {
        Time = Frame.At(frame.Time),
        Frame = frame.Number,
        Mac = mac,
        Kind = kind,
        Value = Shortened.Visible(value),
        Source = source,
        Address = from,
        Version = version,
    });

    /// <summary>True where the latest value of this statement was another; false, and counted, where the device says too much.</summary>
    private bool IsNew(in Frame frame, MacAddress mac, By by, ulong key, ulong value)
    {
        if (!devices.TryGetValue(mac.Bits, out var device))
        {
            if (devices.Count >= MostDevices) devices.Remove(devices.MinBy(d => d.Value.Last).Key);
            devices.Add(mac.Bits, device = new Device());
        }
        device.Last = frame.Time;
        key = (key << 8 | key >> 56) ^ (ulong)by;
        if (device.Statements.TryGetValue(key, out var before) && before == value) return false;
        if (frame.Time - device.MinuteStart is > Minute or < 0) (device.MinuteStart, device.InMinute) = (frame.Time, 0);
        if (++device.InMinute > MostPerMinute)
        {
            Unreported++;
            return false;
        }
        if (device.Statements.Count >= MostStatements) device.Statements.Clear();
        device.Statements[key] = value;
        return true;
    }

    // FNV-1a: to tell a repetition, not to resist anyone; who collides with himself goes unheard himself.
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xcbf2_9ce4_8422_2325;
        foreach (var one in bytes) hash = (hash ^ one) * 0x100_0000_01b3;
        return hash;
    }

    private static ulong Hash(ReadOnlySpan<char> text)
    {
        var hash = 0xcbf2_9ce4_8422_2325;
        foreach (var one in text) hash = (hash ^ one) * 0x100_0000_01b3;
        return hash;
    }
}
