using System.Buffers;
using System.Text.Json;
using Assay.Evidence.Reading;

namespace Assay.Software.Advisories;

/// <summary>One record that its source keeps as YAML (OSV's own databases do) in the form of JSON, so that one reader reads both. Scalars become text, whatever YAML takes them for.</summary>
internal static class YamlRecord
{
    /// <summary>A map whose first key is one that records begin with: cheap, the rest is judged by the readers.</summary>
    public static bool Looks(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("---"u8)) start = start[3..].TrimStart(" \t\r\n"u8);
        while (start is [(byte)'#', ..])
        {
            var end = start.IndexOf((byte)'\n');
            if (end < 0) return false;
            start = start[(end + 1)..].TrimStart(" \t\r\n"u8);
        }
        return start.StartsWith("id:"u8) || start.StartsWith("schema_version:"u8) || start.StartsWith("affected:"u8) || start.StartsWith("modified:"u8);
    }

    /// <exception cref="UnreadableException">Not YAML, several documents, or no map.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlySpan<byte> yaml)
    {
        if (YamlReader.Read(yaml) is not YamlMap root) throw new UnreadableException("a map", "another kind of YAML", 0);
        var buffer = new ArrayBufferWriter<byte>(yaml.Length + 256);
        using (var json = new Utf8JsonWriter(buffer)) Write(json, root);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, YamlNode node)
    {
        switch (node)
        {
            case YamlMap map:
                json.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }
                json.WriteEndObject();
                break;
            case YamlList list:
                json.WriteStartArray();
                foreach (var item in list.Items) Write(json, item);
                json.WriteEndArray();
                break;
            case YamlScalar { IsNull: false } scalar:
                if (scalar is { IsPlain: true, Value: "true" or "false" }) json.WriteBooleanValue(scalar.Value == "true");
                else json.WriteStringValue(scalar.Value);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
