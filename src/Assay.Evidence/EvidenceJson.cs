using System.Buffers;
using System.Text.Json;

namespace Assay.Evidence;

/// <summary>The JSON shapes of command.md that all rooms share. Written by hand, field by field, so that same facts give same bytes.</summary>
public static class EvidenceJson
{
    /// <summary>How every document of ours is written: indented, non-ASCII text as it is, HTML-sensitive characters escaped.</summary>
    public static readonly JsonWriterOptions Document = new() { Indented = true, NewLine = "\n" };
    /// <summary>One record a line.</summary>
    public static readonly JsonWriterOptions Line = new() { Indented = false };

    // The space of a thread's last document, taken again: documents of a shelf are alike, and growing in steps anew keeps the collector busy.
    private const int Kept = 8 << 20;
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? spare;

    /// <summary>A whole document in UTF-8, ending in a line feed.</summary>
    public static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = spare ?? new ArrayBufferWriter<byte>(1 << 16);
        spare = null;
        using (var json = new Utf8JsonWriter(buffer, Document)) write(json);
        buffer.Write("\n"u8);
        var bytes = buffer.WrittenSpan.ToArray();
        buffer.ResetWrittenCount();
        if (buffer.Capacity <= Kept) spare = buffer;
        return bytes;
    }

    /// <summary>RFC 3339 in UTC with microseconds.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The name of an enumeration's value in camelCase.</summary>
    public static string Name<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    public static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("id", finding.Id);
        json.WriteString("kind", Name(finding.Kind));
        json.WriteString("subject", finding.Subject);
        json.WriteString("value", finding.Value);
        json.WriteNumber("confidence", Math.Round(finding.Confidence, 3));
        json.WritePropertyName("location");
        Write(json, finding.Location);
        if (finding.Note is not null) json.WriteString("note", finding.Note);
        if (finding.Default is not null) json.WriteBoolean("default", finding.Default.Value);
        if (finding.Traits.Count > 0)
        {
            json.WriteStartArray("traits");
            foreach (var trait in finding.Traits.Order(StringComparer.Ordinal)) json.WriteStringValue(trait);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Location location)
    {
        json.WriteStartObject();
        json.WriteString("artefact", location.Artefact);
        if (location.Path is not null) json.WriteString("path", location.Path);
        if (location.Offset is not null) json.WriteNumber("offset", location.Offset.Value);
        if (location.Frame is not null) json.WriteNumber("frame", location.Frame.Value);
        if (location.Line is not null) json.WriteNumber("line", location.Line.Value);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Coverage coverage)
    {
        json.WriteStartObject();
        json.WriteString("artefact", coverage.Artefact);
        json.WriteString("scope", Name(coverage.Scope));
        json.WriteString("unit", coverage.Unit);
        json.WriteNumber("total", coverage.Total);
        json.WriteNumber("examined", coverage.Examined);
        if (coverage.From is not null) json.WriteString("from", Time(coverage.From.Value));
        if (coverage.To is not null) json.WriteString("to", Time(coverage.To.Value));
        if (coverage.Counts.Count > 0)
        {
            json.WriteStartObject("counts");
            foreach (var (name, count) in coverage.Counts.OrderBy(c => c.Key, StringComparer.Ordinal)) json.WriteNumber(name, count);
            json.WriteEndObject();
        }
        json.WriteStartArray("losses");
        foreach (var loss in coverage.Losses) Write(json, loss);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Loss loss)
    {
        json.WriteStartObject();
        json.WritePropertyName("location");
        Write(json, loss.Location);
        json.WriteString("expected", loss.Expected);
        json.WriteString("found", loss.Found);
        json.WriteEndObject();
    }
}
