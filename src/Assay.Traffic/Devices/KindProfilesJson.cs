using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Devices;

/// <summary>A file of profiles: <c>assay/kind-profiles/1</c>, described by docs/schemas/kind-profiles.schema.json.</summary>
public static class KindProfilesJson
{
    private const string Schema = "assay/kind-profiles/1";
    private const int MostText = 512;

    public static void Write(Utf8JsonWriter json, KindProfiles profiles)
    {
        var traits = profiles.Kinds.SelectMany(k => k.Traits.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var index = traits.Select((t, i) => (t, i)).ToDictionary(p => p.t, p => p.i, StringComparer.Ordinal);
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteBoolean("names", profiles.Names);
        json.WriteNumber("temperature", profiles.Temperature);
        if (profiles.Trial.Tried > 0)
        {
            json.WriteStartObject("trial");
            json.WriteNumber("right", profiles.Trial.Right);
            json.WriteNumber("tried", profiles.Trial.Tried);
            json.WriteEndObject();
        }
        EvidenceJson.Texts(json, "traits", traits);
        json.WriteStartArray("kinds");
        foreach (var kind in profiles.Kinds)
        {
            json.WriteStartObject();
            json.WriteString("name", kind.Name);
            json.WriteNumber("setups", kind.Setups);
            json.WriteNumber("least", kind.Least);
            EvidenceJson.Texts(json, "alike", kind.Alike);
            // Pairs of a trait's place and in how many set-ups it was seen, one after the other.
            json.WriteStartArray("seen");
            foreach (var (trait, count) in kind.Traits.OrderBy(t => index[t.Key]))
            {
                json.WriteNumberValue(index[trait]);
                json.WriteNumberValue(count);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="UnreadableException">No such document, or its numbers contradict each other.</exception>
    public static KindProfiles Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > KindProfiles.LongestFile)
        {
            throw new UnreadableException(FormattableString.Invariant($"profiles of at most {KindProfiles.LongestFile} bytes"), FormattableString.Invariant($"{bytes.Length} bytes"), 0);
        }
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return Whole(document.RootElement);
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException($"a document {Schema} in JSON", "other text", 0, (int)Math.Min(int.MaxValue, (wrong.LineNumber ?? 0) + 1));
        }
        catch (InvalidOperationException)
        {
            throw new UnreadableException($"a document {Schema} with texts of whole characters", "an escape for half of one", 0);
        }
    }

    private static KindProfiles Whole(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || Text(root, "schema") != Schema) throw Wrong($"the schema {Schema}", "another document");
        if (!root.TryGetProperty("names", out var names) || names.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw Wrong("names, true or false", "none");
        if (!root.TryGetProperty("temperature", out var heat) || heat.ValueKind != JsonValueKind.Number || !heat.TryGetDouble(out var temperature) || temperature is not (>= 0.5 and <= 1000)) throw Wrong("a temperature from 0.5 to 1000", "none");
        var traits = List(root, "traits", KindProfiles.MostTraits).Select(t => t.ValueKind == JsonValueKind.String && t.GetString() is { Length: > 0 and <= MostText } text ? text
            : throw Wrong(FormattableString.Invariant($"traits of 1 to {MostText} characters"), "another value")).ToList();
        if (traits.Distinct(StringComparer.Ordinal).Count() != traits.Count) throw Wrong("each trait once", "one again");
        var kinds = List(root, "kinds", KindProfiles.MostKinds).Select(k => Kind(k, traits)).ToList();
        if (kinds.Count < 2 || kinds.Select(k => k.Name).Distinct(StringComparer.Ordinal).Count() != kinds.Count) throw Wrong("at least two kinds, each name once", FormattableString.Invariant($"{kinds.Count} kinds"));
        if ((long)kinds.Count * traits.Count > 1 << 25) throw new BudgetException("kinds times traits of profiles", 1 << 25);
        return new KindProfiles([.. kinds.OrderBy(k => k.Name, StringComparer.Ordinal)], temperature, names.GetBoolean()) { Trial = Trial(root) };
    }

    private static (int Right, int Tried) Trial(JsonElement root)
    {
        if (!root.TryGetProperty("trial", out var node)) return default;
        if (node.ValueKind == JsonValueKind.Object && node.TryGetProperty("right", out var right) && node.TryGetProperty("tried", out var tried) && right.ValueKind == JsonValueKind.Number
            && tried.ValueKind == JsonValueKind.Number && right.TryGetInt32(out var good) && tried.TryGetInt32(out var all) && good >= 0 && good <= all) return (good, all);
        throw Wrong("a trial with right of tried", "another value");
    }

    private static KindProfile Kind(JsonElement node, List<string> traits)
    {
        if (node.ValueKind != JsonValueKind.Object || Text(node, "name") is not { Length: > 0 and <= MostText } name) throw Wrong("a kind with a name", "none");
        if (!node.TryGetProperty("setups", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var setups) || setups is < 1 or > 1_000_000) throw Wrong("1 to 1000000 set-ups", "none");
        if (!node.TryGetProperty("least", out var share) || share.ValueKind != JsonValueKind.Number || !share.TryGetDouble(out var least) || least is not (>= 0 and <= 1)) throw Wrong("a least share from 0 to 1", "none");
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var pairs = List(node, "seen", 2 * KindProfiles.MostTraits);
        for (var at = 0; at < pairs.Count; at += 2)
        {
            if (at + 1 == pairs.Count || pairs[at].ValueKind != JsonValueKind.Number || pairs[at + 1].ValueKind != JsonValueKind.Number
                || !pairs[at].TryGetInt32(out var trait) || !pairs[at + 1].TryGetInt32(out var count) || trait < 0 || trait >= traits.Count || count < 1 || count > setups
                || !seen.TryAdd(traits[trait], count)) throw Wrong("pairs of a trait's place and of set-ups that showed it, each trait once", "another value");
        }
        return new KindProfile
        {
            Name = Shortened.Visible(name),
            Setups = setups,
            Least = least,
            Alike = [.. List(node, "alike", KindProfiles.MostKinds).Where(a => a.ValueKind == JsonValueKind.String).Select(a => Shortened.Visible(a.GetString()!))],
            Traits = seen,
        };
    }

    private static List<JsonElement> List(JsonElement parent, string member, int most)
    {
        if (!parent.TryGetProperty(member, out var node) || node.ValueKind != JsonValueKind.Array) throw Wrong($"the list {member}", "none");
        if (node.GetArrayLength() > most) throw new BudgetException(member + " of profiles", most);
        return [.. node.EnumerateArray()];
    }

    private static string? Text(JsonElement parent, string member) => parent.TryGetProperty(member, out var node) && node.ValueKind == JsonValueKind.String ? node.GetString() : null;

    private static UnreadableException Wrong(string expected, string found) => new(expected, found, 0);
}
