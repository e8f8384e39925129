using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>Protocols over UDP, each message by itself: DNS, mDNS, LLMNR, DHCP, NTP, SSDP.</summary>
internal static class Datagrams
{
    public static Application Read(Notes notes, in Packet packet, in Frame frame, ReadOnlySpan<byte> payload)
    {
        var (source, destination) = (packet.SourcePort, packet.DestinationPort);
        if (source == 53 || destination == 53)
        {
            if (!DnsMessage.TryRead(payload, out _)) return Application.Unknown;
            DnsReading.Read(notes, "dns", payload, new Moment(frame, packet));
            return Application.Dns;
        }
        if (source == 5353 || destination == 5353 || source == 5355 || destination == 5355)
        {
            if (!DnsMessage.TryRead(payload, out _)) return Application.Unknown;
            var multicast = source == 5353 || destination == 5353;
            DnsReading.Read(notes, multicast ? "mdns" : "llmnr", payload, new Moment(frame, packet));
            return multicast ? Application.MulticastDns : Application.Llmnr;
        }
        if (source is 67 or 68 && destination is 67 or 68)
        {
            if (!Dhcp.Recognises(payload)) return Application.Unknown;
            if (notes.IsExamination) Dhcp.Read(notes, payload, new Moment(frame, packet));
            return Application.Dhcp;
        }
        if (source == 123 || destination == 123)
        {
            // Version 1 to 4; 48 bytes at least (RFC 5905, section 7.3).
            if (payload.Length < 48 || (payload[0] >> 3 & 7) is < 1 or > 4) return Application.Unknown;
            if (notes.IsExamination) Ntp(notes, payload, new Moment(frame, packet));
            return Application.Ntp;
        }
        if (Ssdp.Recognises(payload))
        {
            if (notes.IsExamination) Ssdp.Read(notes, payload, new Moment(frame, packet));
            return Application.Ssdp;
        }
        return PlainDatagrams.Read(notes, packet, frame, payload);
    }

    private static void Ntp(Notes notes, ReadOnlySpan<byte> payload, in Moment at)
    {
        var mode = payload[0] & 7;
        if (mode is not (3 or 4)) return;
        var server = mode == 3 ? at.Destination : at.Source;
        var name = notes.NameAt(notes.NameOf(server)) ?? server.ToString();
        notes.Observe(at, "ntp", mode == 3 ? Seen.Client : Seen.Server, name, mode == 3 ? $"asks {server}"
            : FormattableString.Invariant($"answers, stratum {payload[1]}"));
    }
}

/// <summary>DHCP (RFC 2131, 2132; the MUD address of RFC 8520 in option 161).</summary>
internal static class Dhcp
{
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 240 && bytes[0] is 1 or 2
        && BinaryPrimitives.ReadUInt32BigEndian(bytes[236..]) == 0x63825363;

    public static void Read(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var client = bytes[1] == 1 && bytes[2] == 6 ? MacAddress.Of(bytes[28..]) : default;
        var who = client.ToString();
        var kind = 0;
        string? host = null, vendor = null, mud = null;
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
                case 12: host = Text(value); break;
                case 53 when length == 1: kind = value[0]; break;
                case 60: vendor = Text(value); break;
                case 161: mud = Text(value); break;
            }
            options = options[(2 + length)..];
        }
        notes.Observe(at, "dhcp", bytes[0] == 1 ? Seen.Client : Seen.Server, who, kind switch
        {
            1 => "discover",
            2 => "offer",
            3 => "request",
            4 => "decline",
            5 => "acknowledge",
            6 => "refuse",
            7 => "release",
            8 => "inform",
            _ => "BOOTP",
        });
        if (bytes[0] == 2)
        {
            var given = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
            if (kind == 5 && given.Low != Address.V4(0).Low) notes.Stations.Leased(client, given);
            notes.Stations.Serves(at.SourceMac, "DHCP server");
            return;
        }
        if (!string.IsNullOrEmpty(host))
        {
            notes.Stations.Named(client, host);
            notes.Observe(at, "dhcp", Seen.Announcement, who, $"host name {host}");
        }
        if (!string.IsNullOrEmpty(vendor))
        {
            string[] traits = HttpEvidence.VersionNumber().IsMatch(vendor) ? [Traits.VersionDisclosed] : [];
            notes.Observe(at, "dhcp", Seen.Announcement, who, $"vendor class {vendor}", FindingKind.Disclosure, 0.8, null, null, traits);
        }
        if (!string.IsNullOrEmpty(mud)) notes.Observe(at, "dhcp", Seen.Announcement, who, $"MUD address {mud}");
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value).TrimEnd('\0');
}

/// <summary>SSDP (UPnP Device Architecture 1.1, section 1): what a device calls itself to everybody.</summary>
internal static partial class Ssdp
{
    [GeneratedRegex(@"(?:UPnP|DLNADOC|HTTP)/\d+\.\d+", RegexOptions.CultureInvariant)]
    private static partial Regex ProtocolVersion();

    public static bool Recognises(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("M-SEARCH * HTTP/1."u8) || bytes.StartsWith("NOTIFY * HTTP/1."u8) || bytes.StartsWith("HTTP/1.1 200 OK"u8);

    public static void Read(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var search = bytes.StartsWith("M-SEARCH"u8);
        ReadOnlySpan<byte> server = default, location = default, target = default;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = (end < 0 ? bytes : bytes[..end]).TrimEnd((byte)'\r');
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            if (!HttpDissector.Field(line, out var name, out var value)) continue;
            if (HttpDissector.Is(name, "server")) server = value;
            else if (HttpDissector.Is(name, "location")) location = value;
            else if (HttpDissector.Is(name, "nt") || HttpDissector.Is(name, "st")) target = value;
        }
        if (search)
        {
            notes.Observe(at, "ssdp", Seen.Query, Text(target), "search");
            return;
        }
        notes.Observe(at, "ssdp", Seen.Announcement, at.Source.ToString(), $"{Text(target)} at {Text(location)}");
        if (server.IsEmpty) return;
        var banner = Text(server);
        // "UPnP/1.0" is the protocol's version and stands in every such line.
        if (HttpEvidence.VersionNumber().IsMatch(ProtocolVersion().Replace(banner, "")))
        {
            notes.Observe(at, "ssdp", Seen.Banner, $"ssdp {at.Source}", banner, FindingKind.Disclosure, 0.9, null, null, Traits.VersionDisclosed);
        }
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value[..Math.Min(256, value.Length)]);
}
