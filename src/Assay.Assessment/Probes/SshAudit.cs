using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>
/// What ssh-audit writes with <c>-j</c>: up to version 2 lists of names, from version 3 on objects with notes; several targets are a list of such
/// reports. What counts against a device is what documents withdrew (<see cref="WeakAlgorithms"/>); the tool's other marks are noted for a person.
/// </summary>
internal static class SshAudit
{
    internal static bool Recognises(ProbeText text) =>
        text.First is ['{' or '[', ..] && (text.Head is { IsObject: true } one ? IsReport(one) : text.Head is { IsArray: true, Items: [{ IsObject: true } first, ..] } && IsReport(first));

    private static bool IsReport(JsonAt value) =>
        (value["kex"] is { IsArray: true } && value["enc"] is { IsArray: true } && value["mac"] is { IsArray: true })
        || (value["cves"] is { IsArray: true } && value["recommendations"] is { IsObject: true });

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        var root = text.Json!;
        if (root.Broken is { } broken) notes.Lose(broken.AsLoss(text.Name));
        foreach (var report in root.IsArray ? root.Items.Where(i => i.IsObject) : [root]) Report(report, notes);
    }

    private static void Report(JsonAt report, ProbeNotes notes)
    {
        var target = report.Word("target") ?? "";
        var host = HostOf(target);
        var subject = target.Length == 0 ? "SSH" : $"{(target == host ? $"{host}:22" : target)}/tcp";
        notes.Run("ssh-audit", null, null, target.Length > 0 ? target : null, report.Line, "its report names neither version nor command");
        if (report["banner"]?.Word("raw") is { Length: > 0 } banner)
        {
            notes.Add(FindingKind.Disclosure, subject, banner, report["banner"]!.Line, note: "told to anybody who connects", traits: Version.IsMatch(banner) ? [Traits.VersionDisclosed, Traits.Ssh] : [Traits.Ssh]);
            if (report["banner"]!.Each("protocol").FirstOrDefault()?.Text == "1" && !banner.StartsWith("SSH-1.99", StringComparison.Ordinal)) notes.Add(FindingKind.WeakCrypto, subject, "SSH version 1 is spoken", report["banner"]!.Line, traits: [Traits.WeakSsh, Traits.Ssh]);
        }
        var offered = new List<(string, int)>();
        foreach (var kind in new[] { "kex", "key", "enc", "mac" })
        {
            foreach (var item in report.Each(kind))
            {
                if ((item.IsObject ? item.Word("algorithm") : item.Text) is not { Length: > 0 } algorithm) continue;
                notes.Total++;
                notes.Examined++;
                notes.Count(kind);
                offered.Add((algorithm, item.Line));
                // From version 3 on notes stand beside the algorithm.
                if (item["notes"]?.Each("fail") is { Count: > 0 } fails && !WeakAlgorithms.IsWeakSsh(algorithm))
                {
                    notes.Add(FindingKind.WeakCrypto, subject, $"{algorithm}: {string.Join("; ", fails.Select(f => f.Text))}", item.Line, 0.5, "the tool's mark; no document withdrew it", traits: Traits.Ssh);
                }
                if (kind == "key" && algorithm.Contains("rsa", StringComparison.Ordinal) && NmapXml.Number(item.Word("keysize", "size")) is > 0 and < 2048 and var bits)
                {
                    notes.Add(FindingKind.WeakCrypto, subject, $"the host key {algorithm} has {bits} bits", item.Line, traits: [Traits.WeakSsh, Traits.ShortKey, Traits.Ssh]);
                }
            }
        }
        WeakAlgorithms.NoteSsh(notes, subject, offered.Distinct(), host);
        foreach (var (level, advice) in report["recommendations"]?.Members ?? [])
        {
            foreach (var (action, kinds) in advice.Members)
            {
                foreach (var item in kinds.Members.SelectMany(k => k.Value.Items))
                {
                    if (item.Word("name") is not { } name) continue;
                    // A report cut down to its advice still says what is offered: what is to be removed.
                    notes.Total++;
                    notes.Examined++;
                    if (level != "critical" || offered.Any(o => o.Item1 == name)) continue;
                    if (action == "del") WeakAlgorithms.NoteSsh(notes, subject, [(name, item.Line)], host);
                    if (action != "del" || !WeakAlgorithms.IsWeakSsh(name)) notes.Add(FindingKind.WeakCrypto, subject, $"advice: {action} {name}", item.Line, 0.5, $"the tool calls it {level}", traits: Traits.Ssh);
                }
            }
        }
        foreach (var item in report.Each("cves"))
        {
            if (item.Word("name") is not { } name) continue;
            notes.Count("cves");
            notes.Add(FindingKind.Behaviour, subject, $"{name}: {item.Word("description")}", item.Line, 0.3, "matched by the version's name alone", traits: Traits.Ssh);
        }
    }

    // "192.0.2.7:22", "[fe80::1]:22", "bell.local".
    private static string HostOf(string target)
    {
        if (target.StartsWith('[')) return target[1..Math.Max(1, target.IndexOf(']'))];
        return target.Count(c => c == ':') == 1 ? target[..target.IndexOf(':')] : target;
    }

    // "SSH-2.0-dropbear_2022.83": a program with its version.
    private static Regex Version => field ??= new(@"^SSH-[\d.]+-\D*[-_ /v]\d+\.\d", RegexOptions.CultureInvariant);
}
