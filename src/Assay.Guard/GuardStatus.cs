using System.Text.Json;
using Assay.Evidence;
using Assay.Guard.Admission;
using Assay.Guard.Enforcement;
using Assay.Labels.Trust;

namespace Assay.Guard;

/// <summary>What the guard answers about itself beside the household: the kernel, the ring, names.</summary>
public sealed record GuardSelf
{
    /// <summary>False where this is read from disk or planned, and nobody guards.</summary>
    public required bool IsGuarding { get; init; }
    public IReadOnlyList<KernelFeature> Missing { get; init; } = [];
    public string? Trouble { get; init; }
    public IReadOnlyList<string> Remarks { get; init; } = [];
    public long Frames { get; init; }
    public long MissedFrames { get; init; }
}

/// <summary>The document <c>assay/guard-status/1</c> (docs/schemas/guard-status.schema.json).</summary>
public static class GuardStatus
{
    public const string Schema = "assay/guard-status/1";

    public static byte[] Document(HouseholdView view, GuardSelf self) =>
        EvidenceJson.Bytes(json => Write(json, view, self));

    private static void Write(Utf8JsonWriter json, HouseholdView view, GuardSelf self)
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("asOf", EvidenceJson.Time(view.Now));
        json.WriteBoolean("guarding", self.IsGuarding);
        if (self.IsGuarding) json.WriteString("since", EvidenceJson.Time(view.Started));
        Texts(json, "inside", view.Configuration.Inside);
        json.WriteStartObject("registry");
        if (view.Configuration.Registry is { } registry) json.WriteString("address", registry.Address.ToString());
        if (view.RegistrySeen is { } seen) json.WriteString("lastSeen", EvidenceJson.Time(seen));
        if (view.RegistryLost is { } lost) json.WriteString("lostSince", EvidenceJson.Time(lost));
        if (view.RegistryTrouble is { } trouble) json.WriteString("trouble", Shortened.Visible(trouble));
        if (view.Snapshot is { } list)
        {
            json.WriteString("listAsOf", EvidenceJson.Time(list.AsOf));
            json.WriteString("until", EvidenceJson.Time(list.Until));
            json.WriteBoolean("stale", view.Now > list.Until);
            if (list.WithoutNotices is { } without) json.WriteString("withoutNotices", without);
        }
        if (view.RefusedList is { } refused)
        {
            json.WriteStartObject("refused");
            json.WriteString("at", EvidenceJson.Time(refused.At));
            json.WriteString("reason", refused.Reason);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("missing");
        foreach (var feature in self.Missing)
        {
            json.WriteStartObject();
            json.WriteString("feature", feature.Name);
            json.WriteString("without", feature.Without);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (self.Trouble is not null) json.WriteString("trouble", self.Trouble);
        Texts(json, "remarks", [.. self.Remarks, .. view.LabelsRefused.Select(l => $"label {Path.GetFileName(l.Key)} refused: {l.Value}")]);
        json.WriteNumber("frames", self.Frames);
        json.WriteNumber("missedFrames", self.MissedFrames);
        json.WriteStartArray("devices");
        foreach (var device in view.Devices) Write(json, device, view.Configuration.Entry(device.Mac));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Device device, DeviceEntry? entry)
    {
        var ruling = device.Ruling!;
        json.WriteStartObject();
        json.WriteString("mac", device.Mac.ToString());
        if ((entry?.Name ?? device.HostName) is { } name) json.WriteString("name", Shortened.Visible(name));
        Texts(json, "addresses", device.Addresses.Select(a => a.ToString()));
        if (device.Label is { } label)
        {
            json.WriteStartObject("label");
            json.WriteString("id", label.Id);
            json.WriteString("subject", label.Subject);
            json.WriteString("level", label.Level.ToString());
            json.WriteString("versions", label.Versions.ToString());
            if (ruling.Reasons.Contains(LabelCheck.NotALabel)) json.WriteString("notice", LabelCheck.NotALabel);
            json.WriteEndObject();
        }
        json.WriteString("binding", EvidenceJson.Name(ruling.Binding));
        json.WriteString("grade", EvidenceJson.Name(ruling.Grade));
        json.WriteString("criticality", EvidenceJson.Name(ruling.Criticality));
        var stated = device.Label is { } own ? device.Stated.LastOrDefault(s => own.IsModel(s.Model)) : device.Stated.LastOrDefault();
        if (stated is not null)
        {
            json.WriteString("version", Shortened.Visible(stated.Version));
            json.WriteStartObject("stated");
            json.WriteString("model", Shortened.Visible(stated.Model));
            json.WriteString("source", stated.Source);
            json.WriteString("at", EvidenceJson.Time(stated.At));
            json.WriteNumber("frame", stated.Frame);
            json.WriteEndObject();
        }
        if (device.MudUrl is { } url) json.WriteString("mudUrl", Shortened.Visible(url));
        json.WriteString("status", EvidenceJson.Name(ruling.Status));
        json.WriteString("action", EvidenceJson.Name(ruling.Action));
        json.WriteNumber("row", ruling.Row.Number);
        json.WriteString("reason", ruling.Reasons[0]);
        Texts(json, "reasons", ruling.Reasons);
        json.WriteBoolean("alarm", ruling.Alarm);
        json.WriteString("since", EvidenceJson.Time(device.Since));
        json.WriteString("firstSeen", EvidenceJson.Time(device.FirstSeen));
        if (device.LastSeen is { } last) json.WriteString("lastSeen", EvidenceJson.Time(last));
        if (ruling.ByPerson is { } admit)
        {
            json.WritePropertyName("admitted");
            State.Write(json, admit);
        }
        if (device.Attack is { } attack)
        {
            json.WritePropertyName("attack");
            State.Write(json, attack);
        }
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
