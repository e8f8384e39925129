namespace Assay.Software.Matching.Versions;

internal enum VersionEventKind
{
    Introduced,
    Fixed,
    LastAffected,
    Limit,
}

/// <summary>What happens at one version of a range of OSV.</summary>
internal readonly record struct VersionEvent(VersionEventKind Kind, string Version);

/// <summary>Ranges of OSV as runs of versions. OSV schema 1.x, "affected[].ranges[].events fields" and "Evaluation".</summary>
internal static class VersionEvents
{
    /// <summary>The versions that the published evaluation calls affected.</summary>
    /// <param name="events">In any order; <c>introduced: 0</c> is before every version, <c>limit: *</c> after every one. At one version their order decides.</param>
    public static IReadOnlyList<VersionInterval> Runs(IEnumerable<VersionEvent> events, VersionScheme scheme)
    {
        var all = events.Where(e => e.Version.Length > 0).ToList();
        var ordered = VersionOrder.Sorted(all.Where(e => e.Kind != VersionEventKind.Limit).ToList(), Compare);
        var (runs, inside, from) = (new List<VersionInterval>(), false, (string?)null);
        foreach (var one in ordered)
        {
            if (one.Kind == VersionEventKind.Introduced)
            {
                if (!inside) from = IsStart(one) ? null : one.Version;
                inside = true;
            }
            else if (inside)
            {
                var through = one.Kind == VersionEventKind.LastAffected;
                // From a version to before the same one there is nothing.
                if (through || from is null || VersionOrder.Compare(from, one.Version, scheme) != 0) runs.Add(new VersionInterval(from, false, one.Version, through));
                inside = false;
            }
        }
        if (inside) runs.Add(new VersionInterval(from, false, null, false));
        return Limited(runs, all.Where(e => e.Kind == VersionEventKind.Limit).Select(e => e.Version).ToList(), scheme);

        int Compare(VersionEvent a, VersionEvent b)
        {
            if (IsStart(a) || IsStart(b)) return IsStart(b).CompareTo(IsStart(a));
            var order = VersionOrder.Compare(a.Version, b.Version, scheme);
            // The last affected version is affected itself: it ends after whatever begins there.
            return order != 0 ? order : (a.Kind == VersionEventKind.LastAffected).CompareTo(b.Kind == VersionEventKind.LastAffected);
        }
    }

    private static bool IsStart(VersionEvent one) => one is { Kind: VersionEventKind.Introduced, Version: "0" };

    /// <summary>Only what lies before the highest limit counts.</summary>
    private static List<VersionInterval> Limited(List<VersionInterval> runs, List<string> limits, VersionScheme scheme)
    {
        if (limits.Count == 0 || limits.Contains("*")) return runs;
        var limit = limits.Aggregate((a, b) => VersionOrder.Compare(a, b, scheme) >= 0 ? a : b);
        var before = new List<VersionInterval>();
        foreach (var run in runs)
        {
            if (run.From is not null && VersionOrder.Compare(run.From, limit, scheme) >= 0) continue;
            before.Add(run.To is not null && VersionOrder.Compare(run.To, limit, scheme) < (run.Through ? 0 : 1) ? run : run with { To = limit, Through = false });
        }
        return before;
    }
}
