using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Guard.Admission;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Guard;

/// <summary>What the guard must know after it was killed: devices with their bindings, cuts and admissions, and which pair of lists was verified last.</summary>
/// <remarks><c>state.json</c> is the one place where all of it is committed: the lists lie beside it under names out of their content, so a list counts from the moment it is named here.</remarks>
public sealed record State
{
    public const string Schema = "assay/guard-state/1";
    private const int LongestFile = 32 << 20;

    public IReadOnlyList<Device> Devices { get; init; } = [];
    /// <summary>Names of files in the guard's folder; null where no list was verified yet.</summary>
    public string? StatusFile { get; init; }
    public string? NoticesFile { get; init; }
    public DateTimeOffset? RegistrySeen { get; init; }
    /// <summary>What the registry calls this gateway; null until it is enrolled.</summary>
    public string? GatewayId { get; init; }

    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            if (StatusFile is not null) json.WriteString("status", StatusFile);
            if (NoticesFile is not null) json.WriteString("notices", NoticesFile);
            if (RegistrySeen is { } seen) json.WriteString("registrySeen", EvidenceJson.Time(seen));
            if (GatewayId is not null) json.WriteString("gateway", GatewayId);
            json.WriteStartArray("devices");
            foreach (var device in Devices) Write(json, device);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Device device)
    {
        json.WriteStartObject();
        json.WriteString("mac", device.Mac.ToString());
        json.WriteString("firstSeen", EvidenceJson.Time(device.FirstSeen));
        if (device.LastSeen is { } seen) json.WriteString("lastSeen", EvidenceJson.Time(seen));
        if (device.HostName is not null) json.WriteString("hostName", device.HostName);
        json.WriteStartArray("addresses");
        foreach (var address in device.Addresses) json.WriteStringValue(address.ToString());
        json.WriteEndArray();
        json.WriteBoolean("leased", device.Leased);
        json.WriteStartArray("stated");
        foreach (var stated in device.Stated)
        {
            json.WriteStartObject();
            json.WriteString("model", stated.Model);
            json.WriteString("version", stated.Version);
            json.WriteString("source", stated.Source);
            json.WriteString("at", EvidenceJson.Time(stated.At));
            json.WriteNumber("frame", stated.Frame);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (device.MudUrl is not null) json.WriteString("mudUrl", device.MudUrl);
        json.WriteBoolean("settled", device.IsSettled);
        json.WriteString("since", EvidenceJson.Time(device.Since));
        if (device.Ruling is { } ruling) json.WriteString("action", EvidenceJson.Name(ruling.Action));
        if (device.Attack is { } attack)
        {
            json.WritePropertyName("attack");
            Write(json, attack);
        }
        if (device.Admit is { } admit)
        {
            json.WritePropertyName("admit");
            Write(json, admit);
        }
        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, SeenAttack attack)
    {
        json.WriteStartObject();
        json.WriteString("kind", attack.Kind);
        json.WriteString("threshold", attack.Threshold);
        json.WriteStartArray("frames");
        foreach (var frame in attack.Frames) json.WriteNumberValue(frame);
        json.WriteEndArray();
        json.WriteStartArray("targets");
        foreach (var target in attack.Targets) json.WriteStringValue(target);
        json.WriteEndArray();
        json.WriteString("at", EvidenceJson.Time(attack.At));
        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, Admit admit)
    {
        json.WriteStartObject();
        json.WriteString("action", EvidenceJson.Name(admit.Action));
        json.WriteString("by", admit.By);
        json.WriteString("role", admit.Role);
        json.WriteString("reason", admit.Reason);
        if (admit.Until is { } until) json.WriteString("until", until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        if (admit.At is { } at) json.WriteString("at", EvidenceJson.Time(at));
        json.WriteEndObject();
    }

    /// <exception cref="UnreadableException">Not what <see cref="Write()"/> wrote.</exception>
    public static State Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > LongestFile) throw new UnreadableException($"a state of at most {LongestFile} bytes", $"{file.Length}", 0);
        try
        {
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (Text(root, "schema") != Schema) throw new UnreadableException($"\"schema\": \"{Schema}\"", Text(root, "schema") ?? "none", 0);
            return new State
            {
                StatusFile = Text(root, "status"),
                NoticesFile = Text(root, "notices"),
                RegistrySeen = Text(root, "registrySeen") is { } seen ? Time(seen) : null,
                GatewayId = Text(root, "gateway"),
                Devices = [.. root.GetProperty("devices").EnumerateArray().Select(DeviceOf)],
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UnreadableException("the state that a guard wrote", wrong.Message, 0);
        }
    }

    private static Device DeviceOf(JsonElement json)
    {
        if (!MacAddress.TryParse(Need(json, "mac"), out var mac)) throw new FormatException("a mac");
        var device = new Device
        {
            Mac = mac,
            FirstSeen = Time(Need(json, "firstSeen")),
            LastSeen = Text(json, "lastSeen") is { } last ? Time(last) : null,
            HostName = Text(json, "hostName"),
            Leased = json.GetProperty("leased").GetBoolean(),
            MudUrl = Text(json, "mudUrl"),
            IsSettled = json.GetProperty("settled").GetBoolean(),
            Since = Time(Need(json, "since")),
            Attack = json.TryGetProperty("attack", out var attack) ? AttackOf(attack) : null,
            Admit = json.TryGetProperty("admit", out var admit) ? AdmitOf(admit) : null,
        };
        device.Addresses.AddRange(json.GetProperty("addresses").EnumerateArray().Select(a => Address.Parse(a.GetString()!)));
        device.Stated.AddRange(json.GetProperty("stated").EnumerateArray().Select(s =>
            new StatedVersion(Need(s, "model"), Need(s, "version"), Need(s, "source"), Time(Need(s, "at")), s.GetProperty("frame").GetInt64())));
        return device;
    }

    private static SeenAttack AttackOf(JsonElement json) => new(Need(json, "kind"), Need(json, "threshold"),
        [.. json.GetProperty("frames").EnumerateArray().Select(f => f.GetInt64())], [.. json.GetProperty("targets").EnumerateArray().Select(t => t.GetString()!)], Time(Need(json, "at")));

    internal static Admit AdmitOf(JsonElement json)
    {
        var action = Enum.GetValues<GuardAction>().Where(a => EvidenceJson.Name(a) == Text(json, "action")).ToList();
        if (action.Count == 0) throw new FormatException("an action");
        return new Admit(action[0], Need(json, "by"), Need(json, "role"), Need(json, "reason"),
            Text(json, "until") is { } until ? DateOnly.ParseExact(until, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null, Text(json, "at") is { } at ? Time(at) : null);
    }

    internal static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static string Need(JsonElement json, string name) => Text(json, name) ?? throw new FormatException($"\"{name}\"");

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
