using System.Text.Json;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Flows;

/// <summary>A flow as command.md shapes it.</summary>
public static class FlowJson
{
    public static void Write(Utf8JsonWriter json, Flow flow)
    {
        Span<byte> address = stackalloc byte[64];
        json.WriteStartObject();
        json.WriteString("first"u8, address[..Time(address, flow.First)]);
        json.WriteString("last"u8, address[..Time(address, flow.Last)]);
        json.WriteString("source"u8, address[..flow.Source.Write(address)]);
        if (flow.SourcePort is { } sourcePort) json.WriteNumber("sourcePort"u8, sourcePort);
        json.WriteString("destination"u8, address[..flow.Destination.Write(address)]);
        if (flow.DestinationPort is { } destinationPort) json.WriteNumber("destinationPort"u8, destinationPort);
        json.WriteString("protocol"u8, flow.ProtocolName);
        if (Flow.NameOf(flow.Application) is { } application) json.WriteString("application"u8, application);
        Pair(json, "packets"u8, flow.Packets);
        Pair(json, "bytes"u8, flow.Bytes);
        if (flow.Names.Count > 0)
        {
            json.WriteStartArray("names"u8);
            foreach (var name in flow.Names) json.WriteStringValue(Shortened.Visible(name));
            json.WriteEndArray();
        }
        if (flow.Tls is { } tls)
        {
            json.WriteStartObject("tls"u8);
            if (tls.Offered is { } offered) json.WriteString("offered"u8, TlsVersions.Name(offered));
            if (tls.Chosen is { } chosen) json.WriteString("chosen"u8, TlsVersions.Name(chosen));
            if (tls.Suite is { } suite) json.WriteString("suite"u8, CipherSuites.Name(suite));
            if (tls.ServerName is not null) json.WriteString("serverName"u8, Shortened.Visible(tls.ServerName));
            if (tls.Alpn is not null) json.WriteString("alpn"u8, Shortened.Visible(tls.Alpn));
            if (tls.Ja4 is not null) json.WriteString("ja4"u8, Shortened.Visible(tls.Ja4));
            json.WriteEndObject();
        }
        if (flow.Http is { } http)
        {
            json.WriteStartObject("http"u8);
            if (http.Method is not null) json.WriteString("method"u8, http.Method);
            if (http.Host is not null) json.WriteString("host"u8, Shortened.Visible(http.Host));
            if (http.Path is not null) json.WriteString("path"u8, Shortened.Visible(http.Path));
            if (http.Status is { } status) json.WriteNumber("status"u8, status);
            if (http.Server is not null) json.WriteString("server"u8, Shortened.Visible(http.Server));
            json.WriteEndObject();
        }
        if (flow.Tunnel is { } tunnel)
        {
            json.WriteStartObject("tunnel"u8);
            json.WriteString("kind"u8, Packet.NameOf(tunnel.Kind));
            json.WriteString("source"u8, address[..tunnel.Source.Write(address)]);
            json.WriteString("destination"u8, address[..tunnel.Destination.Write(address)]);
            json.WriteEndObject();
        }
        json.WriteNumber("firstFrame"u8, flow.FirstFrame);
        json.WriteEndObject();
    }

    /// <summary>As <see cref="EvidenceJson.Time"/>, without a string for each.</summary>
    private static int Time(Span<byte> text, DateTimeOffset time)
    {
        time.UtcDateTime.TryFormat(text, out var written, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return written;
    }

    private static void Pair(Utf8JsonWriter json, ReadOnlySpan<byte> name, (long Out, long In) pair)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(pair.Out);
        json.WriteNumberValue(pair.In);
        json.WriteEndArray();
    }
}
