using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>SSDP (UPnP Device Architecture 1.1, section 1): what a device calls itself to everybody.</summary>
internal static partial class Ssdp
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

    [GeneratedRegex(@"(?:UPnP|DLNADOC|HTTP)/\d+\.\d+", RegexOptions.CultureInvariant)]
    private static partial Regex ProtocolVersion();

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
            notes.Observe(at, "ssdp", Seen.Query, Text(target), "search");
            return true;
        }
        notes.Observe(at, "ssdp", Seen.Announcement, at.Source.ToString(), $"{Text(target)} at {Text(location)}");
        if (server.IsEmpty) return true;
        var banner = Text(server);
        // "UPnP/1.0" is the protocol's version and stands in every such line.
        if (HttpEvidence.VersionNumber().IsMatch(ProtocolVersion().Replace(banner, "")))
        {
            notes.Observe(at, "ssdp", Seen.Banner, $"ssdp {at.Source}", banner, FindingKind.Disclosure, 0.9, null, null, Traits.VersionDisclosed);
        }
        return true;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value[..Math.Min(256, value.Length)]);
}
