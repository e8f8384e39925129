using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>SNMP 1, 2c and 3 (RFC 1157, RFC 3416, RFC 3412, RFC 3414): the community, what is set, what a device says it is.</summary>
internal static class Snmp
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Snmp,
        Name = "snmp",
        Title = "SNMP 1, 2c, 3",
        Group = ProtocolGroup.Control,
        Source = "RFC 1157, RFC 1901, RFC 3416; version 3: RFC 3412, RFC 3414",
        Ports = [161, 162],
        Datagram = static (bytes, _) => Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Cleartext, FindingKind.Credential, FindingKind.Disclosure, FindingKind.Exposure],
        Proof = [new("version", "snmp.version"), new("community", "snmp.community")],
        Limits = "what version 3 encrypts; of values only the description of the system",
    };

    /// <summary>1.3.6.1.2.1.1.1.0, the description of the system.</summary>
    private static ReadOnlySpan<byte> Description => [0x2b, 6, 1, 2, 1, 1, 1, 0];

    // One sequence that fills the datagram, a version that exists, and behind it a community and a PDU, or the header of version 3.
    private static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 16 || bytes[0] != 0x30 || !Ber.Next(ref bytes, out _, out var message) || !bytes.IsEmpty) return false;
        if (!Ber.Next(ref message, out var tag, out var version) || tag != 2 || version.Length != 1) return false;
        if (!Ber.Next(ref message, out tag, out var next)) return false;
        if (version[0] is 0 or 1) return tag == 4 && next.Length <= 255 && Ber.Next(ref message, out tag, out _) && tag is >= 0xa0 and <= 0xa8;
        return version[0] == 3 && tag == 0x30 && Ber.Next(ref message, out tag, out _) && tag == 4 && !message.IsEmpty && message[0] is 0x30 or 4;
    }

    private static bool Read(in Datagram datagram)
    {
        var bytes = datagram.Bytes;
        if (!Recognises(bytes) || !Ber.Next(ref bytes, out _, out var message) || !Ber.Next(ref message, out _, out var version)) return false;
        if (version[0] == 3) Version3(datagram, message);
        else Community(datagram, message, version[0]);
        return true;
    }

    private static string Agent(Notes notes, in Moment at, bool asks) => asks
        ? FormattableString.Invariant($"snmp {notes.NameAt(notes.NameOf(at.Destination)) ?? at.Destination.ToString()}:{at.DestinationPort}")
        : FormattableString.Invariant($"snmp {at.Source}:{at.SourcePort}");

    private static void Community(in Datagram datagram, ReadOnlySpan<byte> message, int version)
    {
        var notes = datagram.Notes;
        ref readonly var at = ref datagram.At;
        if (!Ber.Next(ref message, out _, out var community) || !Ber.Next(ref message, out var kind, out var pdu)) return;
        notes.Saw(at, "snmp", "version", version);
        notes.Saw(at, "snmp", "community", community);
        notes.Saw(at, "snmp", "kind", Word(kind));
        var name = version == 0 ? "SNMP 1" : "SNMP 2c";
        // Get, next, set and bulk ask; traps and reports speak unasked.
        var asks = kind is 0xa0 or 0xa1 or 0xa3 or 0xa5;
        var subject = Agent(notes, at, asks);
        if (asks)
        {
            notes.Observe(at, "snmp", Seen.Request, subject, $"{name} {Word(kind)}");
            ClearCommunity(notes, at, subject, name, community);
        }
        else
        {
            notes.Observe(at, "snmp", kind == 0xa2 ? Seen.Response : Seen.Announcement, subject, $"{name} {Word(kind)}");
            // The community is a password that everybody on the way of a trap reads.
            if (kind is 0xa4 or 0xa6 or 0xa7 && Notes.IsRemote(at)) ClearCommunity(notes, at, Agent(notes, at, asks: true), name, community);
        }
        if (kind == 0xa4 || !Ber.Next(ref pdu, out var tag, out var request) || tag != 2 || !Ber.Next(ref pdu, out _, out var error) || !Ber.Next(ref pdu, out _, out _)
            || !Ber.Next(ref pdu, out _, out var bindings)) return;
        var asked = datagram.Conversation.Asked;
        var number = Number(request);
        if (kind == 0xa3 && asked.Count < Conversation.MostAsked) asked[number] = "set";
        else if (kind == 0xa2 && asked.Remove(number) && error is [0] && at.Source.IsLocal)
        {
            notes.Observe(at, "snmp", Seen.Exchange, subject, "a setting was changed, with the community alone", FindingKind.Exposure, 0.95, null, null, Traits.ConfigurationChange);
        }
        if (kind == 0xa2) Values(notes, at, subject, bindings);
    }

    private static void ClearCommunity(Notes notes, in Moment at, string subject, string name, ReadOnlySpan<byte> community)
    {
        notes.Credential(at, "snmp", Seen.Login, subject, "(community)", Encoding.Latin1.GetString(community), Traits.Login);
        notes.Observe(at, "snmp", Seen.ClearText, subject, $"{name}: the community in clear text", FindingKind.Cleartext, 1, null, null, Traits.Login);
    }

    private static void Values(Notes notes, in Moment at, string subject, ReadOnlySpan<byte> bindings)
    {
        for (var count = 0; count < 256 && Ber.Next(ref bindings, out _, out var binding); count++)
        {
            if (!Ber.Next(ref binding, out var tag, out var name) || tag != 6 || !name.SequenceEqual(Description) || !Ber.Next(ref binding, out tag, out var value) || tag != 4) continue;
            var text = Encoding.Latin1.GetString(value[..Math.Min(value.Length, 256)]);
            string[] traits = HttpEvidence.NamesVersion(text) ? [Traits.VersionDisclosed] : [];
            if (at.Source.IsLocal) notes.Observe(at, "snmp", Seen.Banner, subject, text, FindingKind.Disclosure, 0.9, null, null, traits);
        }
    }

    private static void Version3(in Datagram datagram, ReadOnlySpan<byte> message)
    {
        var notes = datagram.Notes;
        ref readonly var at = ref datagram.At;
        if (!Ber.Next(ref message, out _, out var header) || !Ber.Next(ref header, out _, out _) || !Ber.Next(ref header, out _, out _) || !Ber.Next(ref header, out _, out var flags)
            || flags.Length != 1 || !Ber.Next(ref message, out _, out var parameters) || !Ber.Next(ref parameters, out var tag, out var usm) || tag != 0x30) return;
        for (var i = 0; i < 3; i++)
        {
            if (!Ber.Next(ref usm, out _, out _)) return;
        }
        if (!Ber.Next(ref usm, out _, out var user)) return;
        notes.Saw(at, "snmp", "level", flags[0] & 3);
        notes.Saw(at, "snmp", "user", user);
        var level = (flags[0] & 3) switch { 0 => "without authentication and encryption", 1 => "authenticated, not encrypted", _ => "authenticated and encrypted" };
        var reports = (flags[0] & 4) != 0;
        var subject = Agent(notes, at, reports);
        notes.Observe(at, "snmp", reports ? Seen.Request : Seen.Response, subject, $"SNMP 3 {level}");
        // Without a user it only asks for the engine's name, which every session begins with.
        if (user.IsEmpty || !reports || (flags[0] & 3) >= 3) return;
        notes.Observe(at, "snmp", Seen.ClearText, subject, $"SNMP 3 {level}", FindingKind.Cleartext, 0.95);
    }

    private static ulong Number(ReadOnlySpan<byte> value)
    {
        ulong number = 0;
        foreach (var part in value[..Math.Min(8, value.Length)]) number = number << 8 | part;
        return number;
    }

    private static string Word(int kind) => kind switch
    {
        0xa0 => "get",
        0xa1 => "get next",
        0xa2 => "answer",
        0xa3 => "set",
        0xa4 or 0xa7 => "trap",
        0xa5 => "get bulk",
        0xa6 => "inform",
        _ => "report",
    };
}
