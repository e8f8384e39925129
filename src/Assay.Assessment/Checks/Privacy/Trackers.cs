using Assay.Assessment.Catalogues;

namespace Assay.Assessment.Checks;

/// <summary>A party that gathers data on use across many makers' products, by the end of its hosts' names (<c>trackers.tsv</c>).</summary>
/// <param name="Suffix">A whole name or the end of one behind a dot.</param>
/// <param name="Kind"><c>analytics</c>, <c>advertising</c>, <c>crash</c>: what the party itself offers there.</param>
internal sealed record Tracker(string Suffix, string Party, string Kind)
{
    public static readonly IReadOnlyList<Tracker> All = [.. DataFile.Open("trackers.tsv").Rows.Select(r => new Tracker(r.Need("suffix"), r.Need("party"), r.Need("kind")))];

    /// <summary>The tracker behind a host's name, the longest suffix first; null for every other host.</summary>
    public static Tracker? Of(string host)
    {
        var name = host.TrimEnd('.');
        return All.Where(t => name.Equals(t.Suffix, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + t.Suffix, StringComparison.OrdinalIgnoreCase)).MaxBy(t => t.Suffix.Length);
    }
}
