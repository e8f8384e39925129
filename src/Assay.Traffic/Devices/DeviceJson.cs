using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>A device as command.md shapes it, and an inventory read back (<c>assay/devices/1</c>, docs/schemas/devices.schema.json).</summary>
public static class DeviceJson
{
    public const string Schema = "assay/devices/1";
    /// <summary>Bytes of an inventory at most.</summary>
    public const int LongestFile = 64 << 20;
    private const int MostDevices = 65536, MostEach = 256, MostText = 1024;

    public static void Write(Utf8JsonWriter json, Device device)
    {
        json.WriteStartObject();
        json.WriteString("mac", device.Mac.ToString());
        if (device.Maker is not null) json.WriteString("maker", device.Maker);
        if (device.IsRandomised) json.WriteBoolean("randomised", true);
        EvidenceJson.Texts(json, "addresses", device.Addresses.Select(a => a.ToString()));
        EvidenceJson.Texts(json, "names", device.Names);
        EvidenceJson.Texts(json, "roles", device.Roles);
        json.WriteStartArray("kind");
        foreach (var kind in device.Kinds)
        {
            json.WriteStartObject();
            json.WriteString("name", kind.Name);
            json.WriteNumber("confidence", kind.Confidence);
            EvidenceJson.Texts(json, "reasons", kind.Reasons);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (device.Unknown is not null) json.WriteString("unknown", device.Unknown);
        if (device.MudUrl is not null) json.WriteString("mudUrl", device.MudUrl);
        json.WriteStartArray("statements");
        foreach (var (source, value) in device.Statements)
        {
            json.WriteStartObject();
            json.WriteString("source", source);
            json.WriteString("value", value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("services");
        foreach (var service in device.Services)
        {
            json.WriteStartObject();
            json.WriteString("protocol", service.Protocol);
            if (service.Port is { } port) json.WriteNumber("port", port);
            if (service.Name is not null) json.WriteString("name", service.Name);
            json.WriteString("seen", service.Answered ? "answered" : "announced");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("firstSeen", EvidenceJson.Time(device.FirstSeen));
        json.WriteString("lastSeen", EvidenceJson.Time(device.LastSeen));
        json.WriteNumber("frames", device.Frames);
        json.WriteEndObject();
    }

    /// <summary>The devices of an inventory that this program wrote.</summary>
    /// <exception cref="UnreadableException">No such document, or a device in it lacks what makes it one.</exception>
    public static IReadOnlyList<Device> Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > LongestFile) throw new UnreadableException(FormattableString.Invariant($"an inventory of at most {LongestFile} bytes"), FormattableString.Invariant($"{bytes.Length} bytes"), 0);
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "schema") != Schema) throw Wrong($"a document {Schema}", "another");
            var devices = List(root, "devices");
            if (devices.Count > MostDevices) throw new BudgetException("devices of an inventory", MostDevices);
            return [.. devices.Select(One)];
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException($"a document {Schema} in JSON", "other text", 0, (int)Math.Min(int.MaxValue, (wrong.LineNumber ?? 0) + 1));
        }
        catch (InvalidOperationException)
        {
            throw Wrong("texts of whole characters", "an escape for half of one");
        }
    }

    private static Device One(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object || Text(node, "mac") is not { } text || !MacAddress.TryParse(text, out var mac)) throw Wrong("a device with its mac", "none");
        if (Time(node, "firstSeen") is not { } first || Time(node, "lastSeen") is not { } last || last < first) throw Wrong($"firstSeen and lastSeen of {mac}, in this order", "others");
        return new Device
        {
            Mac = mac,
            Addresses = [.. Texts(node, "addresses").Where(a => System.Net.IPAddress.TryParse(a, out _) && !a.Contains('%', StringComparison.Ordinal)).Select(Address.Parse)],
            Names = [.. Texts(node, "names")],
            Roles = [.. Texts(node, "roles")],
            Kinds =
            [
                .. List(node, "kind").Take(MostEach).Where(k => k.ValueKind == JsonValueKind.Object && Text(k, "name") is not null)
                    .Select(k => new KindAnswer(Text(k, "name")!, Math.Clamp(Number(k, "confidence") ?? 0, 0, 1), [.. Texts(k, "reasons")])),
            ],
            MudUrl = Text(node, "mudUrl"),
            Statements =
            [
                .. List(node, "statements").Take(MostEach).Where(s => s.ValueKind == JsonValueKind.Object && Text(s, "source") is not null && Text(s, "value") is not null)
                    .Select(s => new DeviceStatement(Text(s, "source")!, Text(s, "value")!)),
            ],
            Services =
            [
                .. List(node, "services").Take(MostEach).Where(s => s.ValueKind == JsonValueKind.Object && Text(s, "protocol") is not null)
                    .Select(s => new DeviceService(Text(s, "protocol")!, Number(s, "port") is { } port and >= 0 and <= 65535 ? (int)port : null, Text(s, "name"), Text(s, "seen") == "answered")),
            ],
            FirstSeen = first,
            LastSeen = last,
            Frames = Number(node, "frames") is { } frames and >= 0 and < 1e15 ? (long)frames : 0,
        };
    }

    private static DateTimeOffset? Time(JsonElement node, string member) => DateTimeOffset.TryParse(Text(node, member), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static double? Number(JsonElement node, string member) => node.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;

    private static string? Text(JsonElement node, string member) => node.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text
        ? Shortened.Visible(text[..Math.Min(text.Length, MostText)]) : null;

    private static List<JsonElement> List(JsonElement node, string member) => node.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    private static IEnumerable<string> Texts(JsonElement node, string member) => List(node, member).Take(MostEach).Where(v => v.ValueKind == JsonValueKind.String)
        .Select(v => v.GetString()!).Where(t => t.Length <= MostText).Select(Shortened.Visible);

    private static UnreadableException Wrong(string expected, string found) => new(expected, found, 0);
}
