using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>DHCP (RFC 2131, 2132; the MUD address of RFC 8520 in option 161).</summary>
internal static class Dhcp
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Dhcp,
        Name = "dhcp",
        Title = "DHCP and BOOTP",
        Group = ProtocolGroup.Names,
        Source = "RFC 2131, RFC 2132; option 161: RFC 8520",
        Ports = [67, 68, 4011],
        Datagram = static (bytes, _) => Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Disclosure],
        Proof = [new("transaction", "dhcp.id"), new("type", "dhcp.option.dhcp")],
        Limits = "options that go on in the fields for file and server names",
    };

    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 240 && bytes[0] is 1 or 2
        && BinaryPrimitives.ReadUInt32BigEndian(bytes[236..]) == 0x63825363;

    private static bool Read(in Datagram datagram)
    {
        var notes = datagram.Notes;
        var bytes = datagram.Bytes;
        ref readonly var at = ref datagram.At;
        if (!Recognises(bytes)) return false;
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
                case 161: mud = mud + Text(value); break;
            }
            options = options[(2 + length)..];
        }
        notes.Saw(at, "dhcp", "transaction", BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));
        if (kind != 0) notes.Saw(at, "dhcp", "type", kind);
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
            return true;
        }
        if (!string.IsNullOrEmpty(host))
        {
            notes.Stations.Named(client, host);
            notes.Observe(at, "dhcp", Seen.Announcement, who, $"host name {host}");
        }
        if (!string.IsNullOrEmpty(vendor))
        {
            string[] traits = HttpEvidence.NamesVersion(vendor) ? [Traits.VersionDisclosed] : [];
            notes.Observe(at, "dhcp", Seen.Announcement, who, $"vendor class {vendor}", FindingKind.Disclosure, 0.8, null, null, traits);
        }
        if (!string.IsNullOrEmpty(mud)) notes.Observe(at, "dhcp", Seen.Announcement, who, $"MUD address {mud}");
        return true;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value).TrimEnd('\0');
}
