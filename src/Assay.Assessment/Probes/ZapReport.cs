using System.Globalization;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>The JSON report of ZAP (traditional and "plus"). An alert is confirmed where its risk is high, its confidence too, and an instance shows attack and evidence.</summary>
internal static class ZapReport
{
    internal static bool Recognises(ProbeText text) =>
        text.First is ['{', ..] && text.Head is { IsObject: true } json && json["site"] is { } site && (site.IsArray ? site.Items.All(s => s.IsObject && (s["@host"] is not null || s["@name"] is not null)) && (site.Items.Count > 0 || json["@generated"] is not null) : site["alerts"] is not null);

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        notes.Unit = "alerts";
        var root = text.Json!;
        if (root.Broken is { } broken) notes.Lose(broken.AsLoss(text.Name));
        if (DateTimeOffset.TryParse(root.Word("created", "@generated"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var made)) notes.To = made;
        var sites = root["site"] is { IsObject: true } one ? [one] : root.Each("site").Where(s => s.IsObject).ToList();
        notes.Run("ZAP", root.Word("@version"), null, string.Join(", ", sites.Select(Name).Take(4)), root.Line, "the report names no command");
        foreach (var site in sites)
        {
            notes.Count("sites");
            foreach (var alert in site.Each("alerts").Where(a => a.IsObject)) Alert(alert, Name(site), notes);
        }
    }

    private static string Name(JsonAt site) => site.Word("@name") is { Length: > 0 } name ? Commands.Address(name) : $"{site.Word("@host")}:{site.Word("@port")}";

    private static void Alert(JsonAt alert, string site, ProbeNotes notes)
    {
        notes.Total++;
        notes.Examined++;
        var risk = NmapXml.Number(alert.Word("riskcode"));
        // A report without the field says nothing of confidence; 0 is "false positive".
        var confidence = alert.Word("confidence") is { } said ? NmapXml.Number(said) : 2;
        var name = alert.Word("name", "alert") ?? "an alert without name";
        notes.Count(risk switch { >= 3 => "high", 2 => "medium", 1 => "low", _ => "informational" });
        if (risk == 0) return;
        var traits = new List<string>();
        if (confidence == 0) traits.Add(Traits.Suppressed);
        if (Weaknesses.IsInjectionCwe(alert.Word("cweid")) || Weaknesses.IsInjection(name)) traits.Add(Traits.Injection);
        var proof = alert.Each("instances").FirstOrDefault(i => i.Word("attack") is { Length: > 0 } && i.Word("evidence") is { Length: > 0 });
        if (risk >= 3 && (confidence >= 4 || (confidence == 3 && proof is not null))) traits.Add(Traits.Confirmed);
        var place = (proof ?? alert.Each("instances").FirstOrDefault()) is { } shown ? $"{shown.Word("method")} {Commands.Address(shown.Word("uri") ?? "")}{(shown.Word("param") is { Length: > 0 } field ? $" at {field}" : "")}" : null;
        notes.Add(FindingKind.Behaviour, $"{site} {alert.Word("alertRef", "pluginid")}", $"{name}, risk {risk} of 3, confidence {confidence} of 4", alert.Line, Math.Min(1, 0.25 * confidence + 0.1), place, traits: traits);
    }
}
