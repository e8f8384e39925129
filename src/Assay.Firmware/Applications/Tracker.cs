using Assay.Evidence.Reading;

namespace Assay.Firmware.Applications;

/// <summary>A party that gathers usage data, faults or advertising figures across many makers' products (<c>trackers.tsv</c>).</summary>
/// <param name="Kind"><c>analytics</c>, <c>advertising</c>, <c>crash</c>: what the party itself offers.</param>
/// <param name="Hosts">Whole names, or their ends behind a dot.</param>
/// <param name="Packages">How the names of its libraries' classes begin, with slashes.</param>
/// <param name="Words">By which papers may name it.</param>
public sealed record Tracker(string Party, string Kind, IReadOnlyList<string> Hosts, IReadOnlyList<string> Packages, IReadOnlyList<string> Words)
{
    public static IReadOnlyList<Tracker> All { get; } = [.. DataFile.Open(typeof(Tracker), "trackers.tsv").Rows.Select(r => Of(r.Need("party"), r))];

    private static Tracker Of(string party, DataRow row) => new(party, row.Need("kind"), row.List("hosts", ';'), row.List("packages", ';'),
        [.. new[] { party, party.Split(' ')[0] }.Concat(row.List("also", ';')).Distinct(StringComparer.Ordinal)]);

    /// <summary>Whose host it is, the longest name first; null where nobody in the list owns it.</summary>
    public static Tracker? OfHost(string host)
    {
        var name = host.TrimEnd('.');
        return All.SelectMany(t => t.Hosts, (t, h) => (Tracker: t, Host: h)).Where(t => IsWithin(name, t.Host)).OrderByDescending(t => t.Host.Length).FirstOrDefault().Tracker;
    }

    /// <summary>Whose library a class belongs to.</summary>
    /// <param name="type">As code names it: <c>Lcom/adjust/sdk/Adjust;</c>.</param>
    public static Tracker? OfType(string type)
    {
        var bare = type.StartsWith('L') ? type[1..] : type;
        foreach (var tracker in All)
        {
            foreach (var package in tracker.Packages)
            {
                if (bare.StartsWith(package, StringComparison.Ordinal)) return tracker;
            }
        }
        return null;
    }

    private static bool IsWithin(string name, string host) =>
        name.EndsWith(host, StringComparison.OrdinalIgnoreCase) && (name.Length == host.Length || name[^(host.Length + 1)] == '.');
}
