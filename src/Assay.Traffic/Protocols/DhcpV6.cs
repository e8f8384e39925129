using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>DHCPv6 (RFC 8415): names, vendor classes and MUD addresses (RFC 8520) that clients state; relays are looked into.</summary>
internal static class DhcpV6
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.DhcpV6,
        Name = "dhcpv6",
        Title = "DHCPv6",
        Group = ProtocolGroup.Names,
        Source = "RFC 8415; name: RFC 4704; option 112: RFC 8520",
        Ports = [546, 547],
        OnlyOnPorts = true,
        Datagram = static (bytes, usual) => usual && Recognises(bytes, 0),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Disclosure],
        Proof = [new("transaction", "dhcpv6.xid"), new("type", "dhcpv6.msgtype")],
    };

    private const int MostRelays = 8;

    // A type that exists, and options that end where the message does.
    private static bool Recognises(ReadOnlySpan<byte> bytes, int depth)
    {
        var head = Head(bytes);
        if (head == 0 || depth > MostRelays) return false;
        var options = bytes[head..];
        while (Next(ref options, out _, out _))
        {
        }
        return options.IsEmpty;
    }

    /// <summary>Bytes before the options: 34 of relays, 4 of all others; 0 where it is none.</summary>
    private static int Head(ReadOnlySpan<byte> bytes) => bytes.Length < 4 ? 0 : bytes[0] is 12 or 13 ? bytes.Length >= 34 ? 34 : 0 : bytes[0] is >= 1 and <= 36 ? 4 : 0;

    private static bool Next(scoped ref ReadOnlySpan<byte> options, out int code, out ReadOnlySpan<byte> value)
    {
        code = 0;
        value = default;
        if (options.Length < 4) return false;
        code = BinaryPrimitives.ReadUInt16BigEndian(options);
        int length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
        if (length > options.Length - 4) return false;
        value = options.Slice(4, length);
        options = options[(4 + length)..];
        return true;
    }

    private static bool Read(in Datagram datagram)
    {
        if (Head(datagram.Bytes) == 0) return false;
        Message(datagram.Notes, datagram.Bytes, datagram.At, 0);
        return true;
    }

    private static void Message(Notes notes, ReadOnlySpan<byte> bytes, in Moment at, int depth)
    {
        var head = Head(bytes);
        if (head == 0 || depth > MostRelays) return;
        notes.Saw(at, "dhcpv6", "type", bytes[0]);
        var options = bytes[head..];
        if (head == 34)
        {
            while (Next(ref options, out var inner, out var message))
            {
                if (inner == 9) Message(notes, message, at, depth + 1);
            }
            return;
        }
        notes.Saw(at, "dhcpv6", "transaction", bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
        var client = bytes[0] is 1 or 3 or 4 or 5 or 6 or 8 or 9 or 11;
        var who = depth == 0 && client ? at.SourceMac.ToString() : at.Source.ToString();
        notes.Observe(at, "dhcpv6", client ? Seen.Client : Seen.Server, who, Word(bytes[0]));
        if (!client)
        {
            if (depth == 0 && bytes[0] is 2 or 7) notes.Stations.Serves(at.SourceMac, "DHCP server");
            return;
        }
        while (Next(ref options, out var code, out var value))
        {
            switch (code)
            {
                case 39 when value.Length > 2 && value[1] > 0 && value[1] < value.Length - 1:
                    var name = Name(value[1..]);
                    if (depth == 0) notes.Stations.Named(at.SourceMac, name);
                    notes.Observe(at, "dhcpv6", Seen.Announcement, who, $"host name {name}");
                    break;
                case 16 when value.Length > 6 && BinaryPrimitives.ReadUInt16BigEndian(value[4..]) is var length && length > 0 && length <= value.Length - 6:
                    var vendor = Encoding.Latin1.GetString(value.Slice(6, Math.Min((int)length, 255)));
                    string[] traits = HttpEvidence.NamesVersion(vendor) ? [Traits.VersionDisclosed] : [];
                    notes.Observe(at, "dhcpv6", Seen.Announcement, who, $"vendor class {vendor}", FindingKind.Disclosure, 0.8, null, null, traits);
                    break;
                case 112:
                    notes.Observe(at, "dhcpv6", Seen.Announcement, who, $"MUD address {Encoding.Latin1.GetString(value[..Math.Min(512, value.Length)]).TrimEnd('\0')}");
                    break;
            }
        }
    }

    /// <summary>Labels of a name without compression (RFC 8415, section 10).</summary>
    private static string Name(ReadOnlySpan<byte> labels)
    {
        var text = new StringBuilder();
        while (labels.Length > 1 && labels[0] is > 0 and < 64 && labels[0] < labels.Length && text.Length < 255)
        {
            if (text.Length > 0) text.Append('.');
            text.Append(Encoding.Latin1.GetString(labels.Slice(1, labels[0])));
            labels = labels[(1 + labels[0])..];
        }
        return text.ToString();
    }

    private static string Word(int type) => type switch
    {
        1 => "solicit",
        2 => "advertise",
        3 => "request",
        4 => "confirm",
        5 => "renew",
        6 => "rebind",
        7 => "reply",
        8 => "release",
        9 => "decline",
        10 => "reconfigure",
        11 => "information request",
        _ => FormattableString.Invariant($"type {type}"),
    };
}
