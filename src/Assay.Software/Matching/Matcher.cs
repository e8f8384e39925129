using Assay.Software.Advisories;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>Decides what advisories say about components. A platform that a product runs on is never reported, and a known-exploited entry without versions gives a candidate.</summary>
public static class Matcher
{
    /// <summary>Under which names the inverted index finds a component; safe to keep beside it.</summary>
    public static IReadOnlyCollection<string> ProductKeys(Component component) => new ComponentIdentity(component).Keys;

    /// <summary>The names under which an advisory is found: one at least in common with every component that it may match.</summary>
    public static IReadOnlyCollection<string> ProductKeys(Advisory advisory) => advisory.Withdrawn ? [] :
        [.. advisory.Ranges.SelectMany(r => r.Product.Package is { } package ? [r.Product.Name, package.Name] : new[] { r.Product.Name, r.Product.Name[(r.Product.Name.LastIndexOfAny(['/', ':']) + 1)..] })
            .Where(n => n.Length > 0).Select(ProductNames.Fold).Distinct(StringComparer.Ordinal)];

    /// <summary>Every vulnerability of one component, ordered by status, exploited ones first, then by id.</summary>
    /// <param name="surroundings">What else is in the product, where it is known: the conditions of "running on" are asked there.</param>
    /// <param name="all">True: also <see cref="VulnerabilityStatus.Fixed"/>, where the version lies outside of every range.</param>
    public static IReadOnlyList<Vulnerability> Match(Component component, AdvisoryStore store, Surroundings? surroundings = null, bool all = false)
    {
        var identity = new ComponentIdentity(component);
        var found = store.Groups(component).Select(group => Match(identity, group, surroundings ?? Surroundings.Unknown, store.Forecast)).OfType<Vulnerability>();
        return Ordered(found.Where(v => all || v.Status != VulnerabilityStatus.Fixed));
    }

    /// <summary>What the advisories about one vulnerability (<see cref="AdvisoryStore.About"/>) say about one component; null where they do not name it.</summary>
    public static Vulnerability? Match(Component component, IReadOnlyList<Advisory> about, Surroundings? surroundings = null) =>
        Match(new ComponentIdentity(component), about, surroundings ?? Surroundings.Unknown, null);

    /// <summary>By status, exploited ones first, then by id and component.</summary>
    public static IReadOnlyList<Vulnerability> Ordered(IEnumerable<Vulnerability> vulnerabilities) =>
    [
        .. vulnerabilities.OrderBy(v => v.Status).ThenByDescending(v => v.Exploited).ThenBy(v => v.Id, StringComparer.Ordinal)
            .ThenBy(v => v.Component.Name, StringComparer.Ordinal).ThenBy(v => v.Component.Version, StringComparer.Ordinal),
    ];

    private sealed record Word(Advisory Advisory, AffectedRange Range, string Text, VersionInterval? Run, string? Version);

    internal static Vulnerability? Match(ComponentIdentity identity, IReadOnlyList<Advisory> about, Surroundings surroundings, Func<string, ExploitForecast?>? forecast)
    {
        var (affected, likely, named, outside) = (new List<Word>(), new List<Word>(), new List<Word>(), new List<Word>());
        foreach (var advisory in about)
        {
            if (advisory.Withdrawn) continue;
            foreach (var range in advisory.Ranges)
            {
                var agreement = identity.With(range.Product);
                if (agreement == Agreement.None) continue;
                var need = surroundings.Judge(identity, range.Needs, out var unmet);
                if (need == Condition.False) continue;
                if (range.Versions is not { } versions)
                {
                    var maker = agreement == Agreement.NameOnly ? "; only the name agrees: the maker is not known" : "";
                    named.Add(new Word(advisory, range, (range.Told is null ? $"names {range.Product} and no version" : $"names {range.Product}, its versions only as \"{range.Told}\"") + maker, null, null));
                    continue;
                }
                // By OSV's rule commits alone hold no released version.
                if (versions.Inside.Count == 0) continue;
                if (identity.VersionFor(versions.Scheme) is not { } version)
                {
                    likely.Add(new Word(advisory, range, $"names {range.Product} {Told(versions)}; the component's version is not known", null, null));
                    continue;
                }
                if (versions.Holding(version) is not { } run)
                {
                    outside.Add(new Word(advisory, range, $"names {range.Product} {Told(versions)}; {version} is outside", null, version));
                    continue;
                }
                var text = $"names {range.Product} {run}{But(versions)}; {version} is inside";
                if (need == Condition.Unknown) likely.Add(new Word(advisory, range, $"{text}, but only together with {unmet}, of which nothing is known", run, version));
                else if (agreement == Agreement.NameOnly) likely.Add(new Word(advisory, range, $"{text}, but only the name agrees: the maker is not known", run, version));
                else affected.Add(new Word(advisory, range, text, run, version));
            }
        }
        var (status, words) = affected.Count > 0 ? (VulnerabilityStatus.Affected, affected)
            : likely.Count > 0 ? (VulnerabilityStatus.Candidate, likely)
            : outside.Count > 0 ? (VulnerabilityStatus.Fixed, outside)
            : (VulnerabilityStatus.Candidate, named);
        if (words.Count == 0) return null;
        var first = words[0];
        var reason = $"{first.Advisory.Reference} {first.Text}";
        // Sources that disagree are both told.
        if (status == VulnerabilityStatus.Affected && outside.FirstOrDefault(o => affected.All(a => a.Advisory != o.Advisory)) is { } dissent)
            reason += $"; {dissent.Advisory.Reference} {dissent.Text}";
        var names = about.SelectMany(a => a.Names).Where(n => !n.Contains('#', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        var id = about.Where(a => words.Any(w => w.Advisory == a) || a.Exploited).SelectMany(a => a.Names)
            .Where(n => n.StartsWith("CVE-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault() ?? first.Advisory.Id;
        var exploited = about.Where(a => a.Exploited && !a.Withdrawn).ToList();
        // Upstream's ranges do not know what a distribution mended under the old version.
        var repairUnknown = status == VulnerabilityStatus.Affected && identity.IsPackaged && affected.All(w => w.Range.Versions!.Scheme == VersionScheme.Generic);
        if (repairUnknown)
            reason += $"; whether {identity.Component.Package} carries a repair of its own is not known";
        if (exploited.Count > 0 && !first.Advisory.Exploited) reason += $"; exploited says {exploited[0].Reference}";
        return new Vulnerability
        {
            Id = id,
            Aliases = [.. names.Where(n => n != id).Order(StringComparer.Ordinal)],
            Summary = words.Select(w => w.Advisory.Summary).FirstOrDefault(s => !string.IsNullOrEmpty(s)) ?? about.Select(a => a.Summary).FirstOrDefault(s => !string.IsNullOrEmpty(s)),
            Component = identity.Component,
            Status = status,
            Exploited = exploited.Count > 0,
            ExploitedSince = exploited.Select(a => a.ExploitedSince).Where(d => d is not null).Min(),
            Epss = forecast?.Invoke(id),
            Fix = Fix(words),
            RepairUnknown = repairUnknown,
            Reason = reason + ".",
            Advisories = [.. words.Select(w => w.Advisory.Reference).Concat(exploited.Select(a => a.Reference)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
    }

    private static string Told(VersionSet versions) => string.Join(", ", versions.Inside.Take(3)) + (versions.Inside.Count > 3 ? $" and {versions.Inside.Count - 3} more" : "");

    private static string But(VersionSet versions) =>
        versions.Outside.Count == 0 ? "" : $" but {string.Join(", ", versions.Outside.Take(2))}{(versions.Outside.Count > 2 ? $" and {versions.Outside.Count - 2} more" : "")}";

    /// <summary>The version that ends the run; of several sources the highest, since only that one satisfies all.</summary>
    private static string? Fix(IReadOnlyList<Word> words)
    {
        string? fix = null;
        foreach (var word in words)
        {
            var scheme = word.Range.Versions?.Scheme ?? VersionScheme.Generic;
            var end = word.Run is { Through: false, To: { } to } ? to : null;
            if (word.Range.Versions is { } versions && word.Version is { } version && word.Run is not null)
            {
                foreach (var spared in versions.Outside)
                {
                    if (spared.From is not { } from || VersionOrder.Compare(from, version, scheme) <= 0) continue;
                    if (end is null || VersionOrder.Compare(from, end, scheme) < 0) end = from;
                }
            }
            if (end is not null && (fix is null || VersionOrder.Compare(end, fix, scheme) > 0)) fix = end;
        }
        return fix;
    }
}
