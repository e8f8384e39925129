using System.Text;
using System.Xml;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>WS-Discovery over UDP (OASIS WS-Discovery 1.1, and the draft of 2005 that ONVIF cameras speak): what a device tells everybody of itself.</summary>
internal static class WsDiscovery
{
    public static readonly Protocol Protocol = new()
    {
        Application = Application.WsDiscovery,
        Name = "wsdiscovery",
        Title = "WS-Discovery",
        Group = ProtocolGroup.Things,
        Source = "OASIS WS-Discovery 1.1; ONVIF Core Specification, section 7.3",
        Ports = [3702],
        Datagram = static (bytes, _) => Recognises(bytes),
        Read = static (in datagram) => Read(datagram),
        Evidence = [FindingKind.Disclosure, FindingKind.Cleartext],
        Proof = [new("element", "xml.tag"), new("text", "xml.cdata")],
        Limits = "messages that are signed are not checked",
    };

    private const int MostElements = 512, LongestText = 4096;

    private static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 100) return false;
        var start = bytes.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? 3 : 0;
        while (start < 8 && bytes[start] is (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t') start++;
        return bytes[start] == '<'
            && (bytes.IndexOf("schemas.xmlsoap.org/ws/2005/04/discovery"u8) >= 0 || bytes.IndexOf("docs.oasis-open.org/ws-dd/ns/discovery/2009/01"u8) >= 0);
    }

    private static bool Read(in Datagram datagram)
    {
        if (!Recognises(datagram.Bytes)) return false;
        string? action = null, types = null, scopes = null, addresses = null;
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 1 << 17 };
        try
        {
            using var stream = new MemoryStream(datagram.Bytes.ToArray());
            using var xml = XmlReader.Create(stream, settings);
            string? open = null;
            for (var elements = 0; elements < MostElements && xml.Read();)
            {
                if (xml.NodeType == XmlNodeType.Element)
                {
                    open = xml.LocalName;
                    elements++;
                    datagram.Notes.Saw(datagram.At, "wsdiscovery", "element", xml.LocalName);
                }
                else if (xml.NodeType == XmlNodeType.EndElement) open = null;
                else if (xml.NodeType == XmlNodeType.Text && xml.Value.Length <= LongestText)
                {
                    datagram.Notes.Saw(datagram.At, "wsdiscovery", "text", xml.Value);
                    switch (open)
                    {
                        case "Action": action ??= xml.Value.Trim(); break;
                        case "Types": types ??= xml.Value.Trim(); break;
                        case "Scopes": scopes ??= xml.Value.Trim(); break;
                        case "XAddrs": addresses ??= xml.Value.Trim(); break;
                    }
                }
            }
        }
        catch (XmlException)
        {
            // What was read before the damage stands.
        }
        Observe(datagram.Notes, datagram.At, action, types, scopes, addresses);
        return true;
    }

    private static void Observe(Notes notes, in Moment at, string? action, string? types, string? scopes, string? addresses)
    {
        var verb = action is null ? "message" : action[(action.LastIndexOf('/') + 1)..];
        if (verb is "Probe" or "Resolve")
        {
            notes.Observe(at, "wsdiscovery", Seen.Query, types ?? "anything", verb);
            return;
        }
        var subject = $"wsdiscovery {at.Source}";
        notes.Observe(at, "wsdiscovery", Seen.Announcement, at.Source.ToString(), $"{verb} {types} at {addresses}");
        foreach (var scope in (scopes ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(64))
        {
            const string Onvif = "onvif://www.onvif.org/";
            if (!scope.StartsWith(Onvif, StringComparison.OrdinalIgnoreCase)) continue;
            var parts = scope[Onvif.Length..].Split('/', 2);
            if (parts.Length < 2 || parts[1].Length == 0) continue;
            var value = Uri.UnescapeDataString(parts[1]);
            switch (parts[0].ToLowerInvariant())
            {
                case "name" or "hardware":
                    notes.Observe(at, "wsdiscovery", Seen.Announcement, subject, $"{parts[0]} {value}", FindingKind.Disclosure, 0.9);
                    break;
                // A country alone is what makers leave there.
                case "location" when !value.StartsWith("country", StringComparison.OrdinalIgnoreCase):
                    notes.Observe(at, "wsdiscovery", Seen.PersonalMarker, subject, "says its place to everybody on the link", FindingKind.Cleartext, 0.6, null, null, Traits.PersonalMarker);
                    break;
            }
        }
    }
}
