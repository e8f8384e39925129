using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Assay.Demo.Home;

namespace Assay.Demo.Story;

/// <summary>What the guard says of the doorbell, asked as a person asks: <c>assay guard status</c>.</summary>
internal sealed class GuardEye(Programs programs, Space gateway, string configuration)
{
    public sealed record View(string Action, string Status, string Binding, string? Version, string Reason, long Row, DateTimeOffset Since)
    {
        public override string ToString() => $"{Action} (status {Status}, binding {Binding}, version {Version ?? "not stated"}; row {Row}: {Reason})";
    }

    /// <summary>The doorbell's line; null while the guard does not know it.</summary>
    public View? Look()
    {
        var answer = programs.Guard(gateway, "status", "--config", configuration, "--format", "json");
        if (answer.Output.Length == 0) return null;
        foreach (var device in Programs.Json(answer).GetProperty("devices").EnumerateArray())
        {
            if (device.GetProperty("mac").GetString() != Plan.Mac) continue;
            string Text(string name) => device.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            return new View(Text("action"), Text("status"), Text("binding"), Text("version") is { Length: > 0 } version ? version : null, Text("reason"),
                device.GetProperty("row").ValueKind == JsonValueKind.Number ? device.GetProperty("row").GetInt64() : 0,
                DateTimeOffset.Parse(Text("since"), CultureInfo.InvariantCulture));
        }
        return null;
    }

    /// <summary>Asks until it is so, or the time is over; the last answer either way.</summary>
    public View? Until(Func<View, bool> isSo, double seconds)
    {
        var watch = Stopwatch.StartNew();
        View? view;
        do view = Look();
        while (!(view is not null && isSo(view)) && watch.Elapsed.TotalSeconds < seconds);
        return view;
    }

    /// <summary>Packets by the kernel's own counters of the table <c>inet assay</c>, by name.</summary>
    public IReadOnlyDictionary<string, long> Counters()
    {
        var counters = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(gateway.Do("nft", "-j", "list", "counters", "table", "inet", "assay"));
        foreach (var entry in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (entry.TryGetProperty("counter", out var counter)) counters[counter.GetProperty("name").GetString()!] = counter.GetProperty("packets").GetInt64();
        }
        return counters;
    }

    /// <summary>Packets that were dropped: every counter that stands before a drop.</summary>
    public long Dropped() => Counters().Where(c => c.Key is not ("redirected" or "notified")).Sum(c => c.Value);
}
