using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>NTP and SNTP (RFC 5905): whom a device asks for the time, and who answers; control messages (RFC 9327) and the private ones of ntpd.</summary>
internal static class Ntp
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Ntp,
        Name = "ntp",
        Title = "NTP, SNTP",
        Group = ProtocolGroup.Names,
        Source = "RFC 5905 section 7.3; RFC 9327",
        Ports = [123],
        OnlyOnPorts = true,
        Datagram = static (bytes, usual) => usual && Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Disclosure],
        Proof = [new("mode", "ntp.flags.mode"), new("version", "ntp.flags.vn")],
        Limits = "whether time is authenticated (NTS, keys) is not judged; 48 bytes of time show themselves nowhere but on port 123",
    };

    // Version 1 to 4. Time: 48 bytes at least; control and private messages: 12 and 8.
    private static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 8 && (bytes[0] >> 3 & 7) is >= 1 and <= 4
        && bytes.Length >= ((bytes[0] & 7) switch { 6 => 12, 7 => 8, _ => 48 });

    private static bool Read(in Datagram datagram)
    {
        var notes = datagram.Notes;
        var bytes = datagram.Bytes;
        ref readonly var at = ref datagram.At;
        if (!Recognises(bytes)) return false;
        var mode = bytes[0] & 7;
        notes.Saw(at, "ntp", "mode", mode);
        notes.Saw(at, "ntp", "version", bytes[0] >> 3 & 7);
        notes.Saw(at, "ntp", "stratum", bytes[1]);
        if (mode is 3 or 4)
        {
            var server = mode == 3 ? at.Destination : at.Source;
            var name = notes.NameAt(notes.NameOf(server));
            if (mode == 3) notes.Observe(at, "ntp", Seen.Client, $"{name ?? server.ToString()}", $"asks {server}");
            else notes.Observe(at, "ntp", Seen.Server, $"{name ?? server.ToString()}", $"answers, stratum {bytes[1]}");
        }
        else if (mode == 6 && (bytes[1] & 0x80) != 0 && at.Source.IsLocal && bytes[12..].IndexOf("version="u8) is var start and >= 0)
        {
            // The answer to "read variables" names the daemon's version and the operating system.
            var text = System.Text.Encoding.Latin1.GetString(bytes.Slice(12 + start, Math.Min(120, bytes.Length - 12 - start)));
            notes.Observe(at, "ntp", Seen.Banner, FormattableString.Invariant($"ntp {at.Source}:{at.SourcePort}"), text.Split(',')[0], FindingKind.Disclosure, 0.9,
                null, null, Traits.VersionDisclosed);
        }
        return true;
    }
}
