using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>SSDP (UPnP Device Architecture 1.1, section 1): what a device calls itself to everybody.</summary>
internal static class Ssdp
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.Ssdp,
        Name = "ssdp",
        Title = "SSDP of UPnP",
        Group = ProtocolGroup.Things,
        Source = "UPnP Device Architecture 1.1, section 1",
        Ports = [1900],
        Datagram = static (bytes, _) => Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Disclosure],
        Proof = [new("method", "http.request.method"), new("status", "http.response.code")],
        Limits = "the description behind LOCATION is read as HTTP only",
    };

    public static bool Recognises(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("M-SEARCH * HTTP/1."u8) || bytes.StartsWith("NOTIFY * HTTP/1."u8) || bytes.StartsWith("HTTP/1.1 200 OK"u8);

    private static bool Read(in Datagram datagram)
    {
        var notes = datagram.Notes;
        var bytes = datagram.Bytes;
        ref readonly var at = ref datagram.At;
        if (!Recognises(bytes)) return false;
        var search = bytes.StartsWith("M-SEARCH"u8);
        if (bytes[0] == 'H') notes.Saw(at, "ssdp", "status", 200);
        else notes.Saw(at, "ssdp", "method", search ? "M-SEARCH" : "NOTIFY");
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
            notes.Observe(at, "ssdp", Seen.Query, $"{Front(target)}", "search");
            return true;
        }
        notes.Observe(at, "ssdp", Seen.Announcement, $"{at.Source}", $"{Front(target)} at {Front(location)}");
        if (NamesVersion(Front(server)))
        {
            notes.Observe(at, "ssdp", Seen.Banner, $"ssdp {at.Source}", $"{Front(server)}", FindingKind.Disclosure, 0.9, null, null, Traits.VersionDisclosed);
        }
        return true;
    }

    private static ReadOnlySpan<byte> Front(ReadOnlySpan<byte> value) => value[..Math.Min(256, value.Length)];

    /// <summary>A point between two digits; "UPnP/1.0" is the protocol's version and stands in every such line.</summary>
    private static bool NamesVersion(ReadOnlySpan<byte> text)
    {
        var from = 0;
        for (var at = 1; at + 1 < text.Length; at++)
        {
            if (text[at] != '.' || at == from || !char.IsAsciiDigit((char)text[at - 1]) || !char.IsAsciiDigit((char)text[at + 1])) continue;
            var before = at - 1;
            while (before > from && char.IsAsciiDigit((char)text[before - 1])) before--;
            var name = text[from..before];
            if (!name.EndsWith("UPnP/"u8) && !name.EndsWith("DLNADOC/"u8) && !name.EndsWith("HTTP/"u8)) return true;
            for (from = at + 1; from < text.Length && char.IsAsciiDigit((char)text[from]);) from++;
            at = from;
        }
        return false;
    }
}
