using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Guard.Admission;
using Assay.Guard.Watching;
using Assay.Labels.Token;
using Assay.Traffic.Behaviour;

namespace Assay.Guard;

/// <summary>Incidents: a record beside its capture for each attack, and, with consent, a minimal signed report to the registry (semantics.md section 6).</summary>
public sealed class Incidents(Household household, Ring ring, GatewayKey key, Action<string> tell)
{
    public const string MediaType = "application/vnd.assay.incident+json";
    private const int MostKept = 200;

    /// <summary>Keeps the record and the device's frames; answers the report for the registry, which names no address and no person.</summary>
    public byte[] Keep(Attack attack, Device device)
    {
        var folder = Path.Combine(household.Configuration.Folder, "incidents");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The gateway's key and the device's address under a hash: the registry can tell two devices apart and learns neither.
        var pseudonym = Convert.ToHexStringLower(HMACSHA256.HashData(key.Key.ExportPkcs8PrivateKey(), Encoding.ASCII.GetBytes(device.Mac.ToString())))[..16];
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{pseudonym} {attack.Rule} {EvidenceJson.Time(attack.First)}")))[..16];
        var (pcap, numbers) = ring.Capture(device.Mac);
        var frames = attack.Frames.Select(f => (long)numbers.ToList().IndexOf(f) + 1).Where(f => f > 0).ToList();
        Durable.Write(Path.Combine(folder, $"{id}.pcap"), pcap);
        var gateway = household.Look(v => v.GatewayId) ?? key.Signing.Public.Name;
        var report = Report(attack, device, id, gateway, pseudonym, frames, Convert.ToHexStringLower(SHA256.HashData(pcap)));
        Durable.Write(Path.Combine(folder, $"{id}.json"), report);
        foreach (var old in Directory.GetFiles(folder).OrderByDescending(File.GetLastWriteTimeUtc).Skip(2 * MostKept)) File.Delete(old);
        tell($"{device.Mac} incident {id} kept with {numbers.Count} frames");
        return report;
    }

    private static byte[] Report(Attack attack, Device device, string id, string gateway, string pseudonym, IReadOnlyList<long> frames, string evidence)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/incident/1");
            json.WriteString("id", id);
            json.WriteString("gateway", gateway);
            json.WriteString("device", pseudonym);
            if (device.Label is { } label) json.WriteString("label", label.Id);
            json.WriteString("kind", EvidenceJson.Name(attack.Kind));
            json.WriteString("first", EvidenceJson.Time(attack.First));
            json.WriteString("last", EvidenceJson.Time(attack.Last));
            json.WriteString("threshold", attack.Threshold);
            json.WriteStartArray("frames");
            foreach (var frame in frames) json.WriteNumberValue(frame);
            json.WriteEndArray();
            json.WriteStartArray("targets");
            foreach (var target in attack.Targets) json.WriteStringValue(target);
            json.WriteEndArray();
            json.WriteString("action", EvidenceJson.Name(device.Ruling!.Action));
            if (device.Label is { } own && device.Stated.LastOrDefault(s => own.IsModel(s.Model)) is { } stated) json.WriteString("version", stated.Version);
            json.WriteString("evidence", evidence);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Enrols this gateway with its one-time token, where it has not been.</summary>
    public async Task Enrol(HttpClient http, RegistryEntry registry, CancellationToken end)
    {
        if (registry.Enrolment is not { } token || household.Look(v => v.GatewayId) is not null) return;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("token", token);
            json.WriteString("name", registry.Name ?? $"gateway {key.Signing.Public.Name}");
            json.WriteString("publicKey", key.PublicPem);
            json.WriteEndObject();
        }
        using var response = await Post(http, new Uri(registry.Address, "api/gateways"), stream.ToArray(), "application/json", end);
        var body = await response.Content.ReadAsStringAsync(end);
        if (!response.IsSuccessStatusCode)
        {
            tell($"the registry refused to enrol this gateway ({(int)response.StatusCode}): {(body.Length > 300 ? body[..300] : body)}");
            return;
        }
        using var answer = JsonDocument.Parse(body);
        var id = answer.RootElement.GetProperty("id") is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : answer.RootElement.GetProperty("id").GetString()!;
        household.Enrolled(id);
        tell($"enrolled at the registry as {id}");
    }

    // A registry that is not there yet is asked again; one that refuses is not.
    private static async Task<HttpResponseMessage> Post(HttpClient http, Uri uri, byte[] body, string type, CancellationToken end)
    {
        for (var pause = 2; ; pause = Math.Min(60, pause * 2))
        {
            try
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue(type);
                return await http.PostAsync(uri, content, end);
            }
            catch (HttpRequestException) when (!end.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(pause), end);
            }
        }
    }

    /// <summary>Sends a report, signed. Refused, it is told and kept here alone.</summary>
    public async Task Send(HttpClient http, RegistryEntry registry, byte[] report, CancellationToken end)
    {
        using var response = await Post(http, new Uri(registry.Address, "api/incidents"), CoseSign1.Sign(key.Signing, report, MediaType), "application/cose", end);
        tell(response.IsSuccessStatusCode ? "incident reported to the registry, by consent" : $"the registry refused the incident ({(int)response.StatusCode})");
    }
}
