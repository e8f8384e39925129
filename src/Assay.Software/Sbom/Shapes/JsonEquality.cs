using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Assay.Software.Sbom.Shapes;

/// <summary>Equal as JSON Schema's <c>uniqueItems</c> means it: the order of members does not matter, that of a list's entries does.</summary>
internal sealed class JsonEquality : IEqualityComparer<JsonElement>
{
    public static readonly JsonEquality Comparer = new();

    public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

    public int GetHashCode(JsonElement value)
    {
        var hash = new HashCode();
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var sum = 0;
                foreach (var member in value.EnumerateObject()) sum += HashCode.Combine(Text(JsonMarshal.GetRawUtf8PropertyName(member)), GetHashCode(member.Value));
                return HashCode.Combine(1, sum);
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) hash.Add(GetHashCode(item));
                return hash.ToHashCode();
            case JsonValueKind.String:
                return Text(JsonMarshal.GetRawUtf8Value(value)[1..^1]);
            case JsonValueKind.Number:
                return value.GetDouble().GetHashCode();
            default:
                return (int)value.ValueKind;
        }
    }

    private static int Text(ReadOnlySpan<byte> raw)
    {
        var hash = new HashCode();
        // The same text can be written with and without escapes.
        if (raw.IndexOf((byte)'\\') >= 0) hash.AddBytes(Encoding.UTF8.GetBytes(Unescaped(raw)));
        else hash.AddBytes(raw);
        return hash.ToHashCode();
    }

    private static string Unescaped(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader([(byte)'"', .. raw, (byte)'"']);
        reader.Read();
        return reader.GetString()!;
    }
}
