using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Evidence;

namespace Assay.Exchange;

/// <summary>Foreign JSON formats, built as trees: a property without a value is left out.</summary>
internal static class JsonBytes
{
    public static byte[] Of(JsonObject root) =>
        EvidenceJson.Bytes(json => Pruned(root).WriteTo(json));

    public static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items]);
    public static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static JsonObject Pruned(JsonObject node)
    {
        foreach (var (name, value) in node.ToList())
        {
            if (value is null) node.Remove(name);
            else Prune(value);
        }
        return node;
    }

    private static void Prune(JsonNode node)
    {
        if (node is JsonObject inner) Pruned(inner);
        else if (node is JsonArray array) foreach (var item in array) if (item is not null) Prune(item);
    }
}
