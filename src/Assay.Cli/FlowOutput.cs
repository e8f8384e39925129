using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Cli;

/// <summary>Flows in one of the four forms: a table, one document, a record a line, an IPFIX file.</summary>
internal sealed class FlowOutput : IDisposable
{
    private readonly Stream stream;
    private readonly string format;
    private readonly StreamWriter text;
    private readonly Utf8JsonWriter json;
    private readonly IpfixWriter? ipfix;

    public FlowOutput(Stream stream, string format)
    {
        (this.stream, this.format) = (stream, format);
        text = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        json = new Utf8JsonWriter(stream, format == "json" ? EvidenceJson.Document : EvidenceJson.Line);
        if (format == "ipfix") ipfix = new IpfixWriter(stream);
        if (format == "table") text.WriteLine(FlowTable.Header);
        if (format != "json") return;
        json.WriteStartObject();
        json.WriteString("schema", "assay/flows/1");
        json.WriteStartArray("flows");
    }

    /// <summary>Somebody reads along: each flow is handed on at once.</summary>
    public bool IsWatched { get; init; }

    public void Write(Flow flow)
    {
        switch (format)
        {
            case "table":
                FlowTable.Write(text, flow);
                break;
            case "ipfix":
                ipfix!.Write(flow);
                break;
            case "json":
                FlowJson.Write(json, flow);
                if (json.BytesPending > 1 << 15) json.Flush();
                break;
            default:
                FlowJson.Write(json, flow);
                json.Flush();
                stream.WriteByte((byte)'\n');
                json.Reset();
                break;
        }
        if (!IsWatched || format is "json" or "ipfix") return;
        text.Flush();
        stream.Flush();
    }

    public void Finish(IReadOnlyList<Coverage> coverage)
    {
        ipfix?.Finish();
        if (format != "json") return;
        json.WriteEndArray();
        json.WriteStartArray("coverage");
        foreach (var one in coverage) EvidenceJson.Write(json, one);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    public void Dispose()
    {
        text.Dispose();
        json.Dispose();
    }
}
