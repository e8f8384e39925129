using System.Globalization;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>SARIF 2.1.0 (OASIS). A result counts as confirmed only where it carries the request and the answer that show it (3.27.21, 3.27.22); a static analysis is an opinion.</summary>
internal static class Sarif
{
    internal static bool Recognises(ProbeText text) =>
        text.First is ['{', ..] && text.Head is { IsObject: true } json && json["runs"] is { IsArray: true } && (json.Word("version")?.StartsWith("2.", StringComparison.Ordinal) == true || json.Word("$schema")?.Contains("sarif", StringComparison.OrdinalIgnoreCase) == true);

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        notes.Unit = "results";
        var root = text.Json!;
        if (root.Broken is { } broken) notes.Lose(broken.AsLoss(text.Name));
        if (root.Word("version") is not "2.1.0") notes.Lose(root.Line, "SARIF 2.1.0", root.Word("version") ?? "no version");
        foreach (var run in root.Each("runs").Where(r => r.IsObject)) Run(run, notes);
    }

    private static void Run(JsonAt run, ProbeNotes notes)
    {
        var driver = run["tool"]?["driver"];
        var tool = driver?.Word("name") ?? "a tool without name";
        var invocation = run.Each("invocations").FirstOrDefault();
        if (DateTimeOffset.TryParse(invocation?.Word("startTimeUtc"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var start)) notes.From = start;
        notes.Run(tool, driver?.Word("semanticVersion", "version"), invocation?.Word("commandLine"), null, run.Line);
        if (invocation?["executionSuccessful"]?.Text == "false") notes.Lose(invocation.Line, "a run that ended with success", "executionSuccessful: false");
        var rules = (driver?.Each("rules") ?? []).ToList();
        foreach (var result in run.Each("results").Where(r => r.IsObject))
        {
            notes.Total++;
            notes.Examined++;
            Result(result, tool, rules, notes);
        }
    }

    private static void Result(JsonAt result, string tool, List<JsonAt> rules, ProbeNotes notes)
    {
        var id = result.Word("ruleId") ?? result["rule"]?.Word("id");
        var index = int.TryParse(result.Word("ruleIndex") ?? result["rule"]?.Word("index"), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : -1;
        // An id may carry a further part behind a slash (3.27.5): "CA1000/static".
        var rule = index >= 0 && index < rules.Count ? rules[index] : rules.FirstOrDefault(r => r.Word("id") == id) ?? rules.FirstOrDefault(r => r.Word("id") is { } own && id?.StartsWith(own + "/", StringComparison.Ordinal) == true);
        id ??= rule?.Word("id") ?? "a rule without id";
        var kind = result.Word("kind") ?? "fail";
        var level = kind != "fail" ? "none" : result.Word("level") ?? rule?["defaultConfiguration"]?.Word("level") ?? "warning";
        notes.Count(level);
        if (level == "none") return;
        var traits = new List<string>();
        var isSuppressed = result.Each("suppressions").Count > 0 && !result.Each("suppressions").Any(s => s.Word("status") is "rejected" or "underReview");
        if (isSuppressed) traits.Add(Traits.Suppressed);
        var tags = (rule?["properties"]?.Each("tags") ?? []).Concat(result["properties"]?.Each("tags") ?? []).Select(t => t.Text)
            .Concat(result.Each("taxa").Concat(rule?.Each("relationships").Select(r => r["target"]).OfType<JsonAt>() ?? []).Select(t => t.Word("id") is { } own ? own.StartsWith("CWE", StringComparison.OrdinalIgnoreCase) ? own : "CWE-" + own : null))
            .Append(rule?["properties"]?.Word("cwe")).Append(result["properties"]?.Word("cwe")).OfType<string>().ToList();
        var message = result["message"]?.Word("text", "markdown") ?? rule?["shortDescription"]?.Word("text") ?? "no message";
        var isInjection = tags.Any(t => Weaknesses.IsInjectionCwe(t)) || Weaknesses.IsInjection(id) || Weaknesses.IsInjection(rule?.Word("name") ?? "");
        if (isInjection) traits.Add(Traits.Injection);
        if (level == "error" && result["webRequest"] is { IsObject: true } && result["webResponse"] is { IsObject: true }) traits.Add(Traits.Confirmed);
        var place = result.Each("locations").FirstOrDefault()?["physicalLocation"];
        var where = place?["artifactLocation"]?.Word("uri") is { } uri ? $"{Commands.Address(uri)}{(place["region"]?.Word("startLine") is { } line ? $" line {line}" : "")}" : "no place";
        notes.Add(FindingKind.Behaviour, $"{tool} {id}", $"{level}: {message}", result.Line, traits.Contains(Traits.Confirmed) ? 1 : 0.6, isSuppressed ? $"{where}; suppressed" : where, traits: traits);
    }
}
