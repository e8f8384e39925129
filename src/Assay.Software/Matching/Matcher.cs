using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching.Parts;

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

    /// <summary>Every vulnerability of one component, in the order of <see cref="Ordered"/>.</summary>
    /// <param name="surroundings">What else is in the product, where it is known: the conditions of "running on" are asked there, and what is known of its parts.</param>
    /// <param name="all">True: also what is ruled out, with the reason.</param>
    public static IReadOnlyList<Vulnerability> Match(Component component, AdvisoryStore store, Surroundings? surroundings = null, bool all = false)
    {
        var identity = new ComponentIdentity(component);
        var found = store.Groups(component).Select(group => Match(identity, group, surroundings ?? Surroundings.Unknown, store.Forecast)).OfType<Vulnerability>();
        return Ordered(found.Where(v => all || v.IsOpen));
    }

    /// <summary>What the advisories about one vulnerability (<see cref="AdvisoryStore.About"/>) say about one component; null where they do not name it, or only for a platform that is not there.</summary>
    public static Vulnerability? Match(Component component, IReadOnlyList<Advisory> about, Surroundings? surroundings = null) =>
        Match(new ComponentIdentity(component), about, surroundings ?? Surroundings.Unknown, null) is { Ground: not Ground.Platform } found ? found : null;

    /// <summary>What needs eyes first: open ones before those ruled out; exploited, then reachable, then likely to be exploited ones; then by status, id and component.</summary>
    public static IReadOnlyList<Vulnerability> Ordered(IEnumerable<Vulnerability> vulnerabilities) =>
    [
        .. vulnerabilities.OrderByDescending(v => v.IsOpen).ThenByDescending(v => v.Exploited).ThenByDescending(v => v.Reach.State).ThenByDescending(v => v.Epss?.Probability ?? -1)
            .ThenBy(v => v.Status).ThenBy(v => v.Id, StringComparer.Ordinal).ThenBy(v => v.Component.Name, StringComparer.Ordinal).ThenBy(v => v.Component.Version, StringComparer.Ordinal),
    ];

    private sealed record Word(Advisory Advisory, AffectedRange Range, string Text, VersionInterval? Run, string? Version);

    /// <summary>What the rows about one vulnerability say of a component, each where it belongs.</summary>
    private sealed class Said
    {
        public readonly List<Word> Affected = [], Likely = [], Named = [], Outside = [], Elsewhere = [];
        /// <summary>Of the distribution's own tracker, for this release.</summary>
        public readonly List<Word> TrackerAffected = [], TrackerFixed = [], TrackerNever = [], TrackerOpen = [];
        public readonly List<RangeAsked> Asked = [];
        public bool Tracked => TrackerAffected.Count + TrackerFixed.Count + TrackerNever.Count + TrackerOpen.Count > 0;
    }

    internal static Vulnerability? Match(ComponentIdentity identity, IReadOnlyList<Advisory> about, Surroundings surroundings, Func<string, ExploitForecast?>? forecast)
    {
        var said = new Said();
        var origin = identity.Origin(surroundings.Facts?.Release);
        foreach (var advisory in about)
        {
            if (advisory.Withdrawn) continue;
            foreach (var range in advisory.Ranges)
            {
                if (DistributionRelease.NamesSources(range.Product.Ecosystem)) Tracker(said, origin, advisory, range, about);
                else Upstream(said, identity, surroundings, advisory, range);
            }
        }
        var (status, ground, words) = said switch
        {
            { TrackerAffected.Count: > 0 } => (VulnerabilityStatus.Affected, Ground.Tracker, said.TrackerAffected),
            { TrackerFixed.Count: > 0 } => (VulnerabilityStatus.Fixed, Ground.Tracker, said.TrackerFixed),
            { TrackerNever.Count: > 0 } => (VulnerabilityStatus.NotAffected, Ground.Tracker, said.TrackerNever),
            { TrackerOpen.Count: > 0 } => (VulnerabilityStatus.Candidate, Ground.Tracker, said.TrackerOpen),
            { Affected.Count: > 0 } => (VulnerabilityStatus.Affected, Ground.Range, said.Affected),
            { Likely.Count: > 0 } => (VulnerabilityStatus.Candidate, Ground.Range, said.Likely),
            { Outside.Count: > 0 } => (VulnerabilityStatus.Fixed, Ground.Range, said.Outside),
            { Named.Count: > 0 } => (VulnerabilityStatus.Candidate, Ground.Range, said.Named),
            _ => (VulnerabilityStatus.NotAffected, Ground.Platform, said.Elsewhere),
        };
        if (words.Count == 0) return null;
        var first = words[0];
        var reason = $"{first.Advisory.Reference} {first.Text}";
        // Sources that disagree are both told.
        var others = said.Tracked ? said.Affected : said.Outside;
        if ((status == VulnerabilityStatus.Affected && !said.Tracked || said.Tracked && status != VulnerabilityStatus.Affected) && others.FirstOrDefault(o => words.All(a => a.Advisory != o.Advisory)) is { } dissent)
            reason += $"; {dissent.Advisory.Reference} {dissent.Text}{(said.Tracked ? ", which its distribution's own answer outranks" : "")}";
        var names = about.SelectMany(a => a.Names).Where(n => !n.Contains('#', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        var id = about.Where(a => words.Any(w => w.Advisory == a) || a.Exploited).SelectMany(a => a.Names)
            .Where(n => n.StartsWith("CVE-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault() ?? first.Advisory.Id;
        var exploited = about.Where(a => a.Exploited && !a.Withdrawn).ToList();
        // Upstream's ranges do not know what a distribution mended under the old version.
        var repairUnknown = status == VulnerabilityStatus.Affected && ground == Ground.Range && identity.IsPackaged && words.All(w => w.Range.Versions!.Scheme == VersionScheme.Generic);
        var fix = Fix(words);
        if (status is VulnerabilityStatus.Affected or VulnerabilityStatus.Candidate && surroundings.RepairOf(identity, names) is { } repair)
        {
            (status, ground, repairUnknown) = (repair.Kind == Repairs.RepairKind.Fixed ? VulnerabilityStatus.Fixed : VulnerabilityStatus.NotAffected, repair.By == "changelog" ? Ground.Changelog : Ground.Recipe, false);
            reason = $"{Told(repair)}; {reason}";
        }
        if (repairUnknown) reason += $"; whether {identity.Component.Package} carries a repair of its own is not known";
        var (parts, reach) = ((IReadOnlyList<Presence>)[], Reach.Unknown);
        if (surroundings.Parts is { } judgement && status is VulnerabilityStatus.Affected or VulnerabilityStatus.Candidate)
        {
            parts = [.. VulnerableParts.Of(identity, about).Select(p => judgement.Of(identity, p))];
            reach = judgement.Reach(identity, parts);
            if (parts.Count > 0 && parts.All(p => p.State == PresenceState.Absent))
            {
                // Which part an advisory means is certain only where it names the file; and a kernel's option may hold more than its row of the table says.
                var isShown = parts.All(p => !p.IsGuess && p.Part.Kind == PartKind.Applet);
                (status, ground, repairUnknown) = isShown ? (VulnerabilityStatus.NotAffected, Ground.PartAbsent, false) : (VulnerabilityStatus.Candidate, ground, repairUnknown);
                reason = $"the part that is vulnerable is {(isShown ? "" : "perhaps ")}not built in: {string.Join("; ", parts.Select(p => p.Reason).Distinct(StringComparer.Ordinal))} (named by {parts[0].NamedBy}); {reason}";
            }
        }
        if (exploited.Count > 0 && !first.Advisory.Exploited) reason += $"; exploited says {exploited[0].Reference}";
        return new Vulnerability
        {
            Id = id,
            Aliases = [.. names.Where(n => n != id).Order(StringComparer.Ordinal)],
            Summary = words.Select(w => w.Advisory.Summary).FirstOrDefault(s => !string.IsNullOrEmpty(s)) ?? about.Select(a => a.Summary).FirstOrDefault(s => !string.IsNullOrEmpty(s)),
            Component = identity.Component,
            Status = status,
            Ground = ground,
            Exploited = exploited.Count > 0,
            ExploitedSince = exploited.Select(a => a.ExploitedSince).Where(d => d is not null).Min(),
            Epss = forecast?.Invoke(id),
            Fix = fix,
            RepairUnknown = repairUnknown,
            Reason = reason + ".",
            Advisories = [.. words.Select(w => w.Advisory.Reference).Concat(exploited.Select(a => a.Reference)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Asked = said.Asked,
            Parts = parts,
            Reach = reach,
        };
    }

    private static string Told(Repairs.Repair repair) => repair.By == "changelog"
        ? $"the changelog of {repair.Source} names {repair.Vulnerability} as mended in {repair.Version} ({repair.Location})"
        : $"the {repair.By} of {repair.Source} says {(repair.Kind == Repairs.RepairKind.Fixed ? "mended" : "not concerned")}{(repair.Note is null ? "" : $" ({repair.Note})")} ({repair.Location})";

    private static void Upstream(Said said, ComponentIdentity identity, Surroundings surroundings, Advisory advisory, AffectedRange range)
    {
        var agreement = identity.With(range.Product, out var met);
        if (agreement == Agreement.None) return;
        var need = surroundings.Judge(identity, range.Needs, out var unmet);
        if (need == Condition.False)
        {
            said.Elsewhere.Add(new Word(advisory, range, $"names {range.Product} only on {unmet}, and what runs here is another system", null, null));
            return;
        }
        if (range.Versions is not { } versions)
        {
            var maker = agreement == Agreement.NameOnly ? "; only the name agrees: the maker is not known" : "";
            Ask(null, null, null);
            said.Named.Add(new Word(advisory, range, (range.Told is null ? $"names {range.Product} and no version" : $"names {range.Product}, its versions only as \"{range.Told}\"") + maker, null, null));
            return;
        }
        // By OSV's rule commits alone hold no released version.
        if (versions.Inside.Count == 0) return;
        if (identity.VersionFor(versions.Scheme) is not { } version)
        {
            Ask(Told(versions), null, null);
            said.Likely.Add(new Word(advisory, range, $"names {range.Product} {Told(versions)}; the component's version is not known", null, null));
            return;
        }
        if (versions.Holding(version) is not { } run)
        {
            Ask(Told(versions), version, false);
            said.Outside.Add(new Word(advisory, range, $"names {range.Product} {Told(versions)}; {version} is outside", null, version));
            return;
        }
        Ask($"{run}{But(versions)}", version, true);
        var text = $"names {range.Product} {run}{But(versions)}; {version} is inside";
        if (need == Condition.Unknown) said.Likely.Add(new Word(advisory, range, $"{text}, but only together with {unmet}, of which nothing is known", run, version));
        else if (agreement == Agreement.NameOnly) said.Likely.Add(new Word(advisory, range, $"{text}, but only the name agrees: the maker is not known", run, version));
        else said.Affected.Add(new Word(advisory, range, text, run, version));

        void Ask(string? told, string? own, bool? inside) => said.Asked.Add(new RangeAsked(advisory.Reference, range.Product.ToString(), met ?? "", told, own, inside));
    }

    /// <summary>A row of a distribution's tracker: it speaks of a source package in a release, and by the distribution's own versions.</summary>
    private static void Tracker(Said said, PackageOrigin? origin, Advisory advisory, AffectedRange range, IReadOnlyList<Advisory> about)
    {
        if (origin is null || !origin.Sources.Contains(range.Product.Name, StringComparer.OrdinalIgnoreCase)) return;
        var row = range.Product.Ecosystem!;
        if (DistributionRelease.Speaks(row, origin.Release) is not { } speaks)
        {
            said.Likely.Add(new Word(advisory, range, $"names {range.Product.Name} of {row}; of which release {origin.Version} is, is not known", null, null));
            return;
        }
        // What holds for every release gives way to the release's own row.
        if (!speaks || DistributionRelease.Number(row) is null && about.Where(a => a.Source == advisory.Source && !a.Withdrawn).SelectMany(a => a.Ranges)
                .Any(r => r != range && r.Product.Name == range.Product.Name && DistributionRelease.Number(r.Product.Ecosystem) is not null && DistributionRelease.Speaks(r.Product.Ecosystem!, origin.Release) == true)) return;
        var note = range.Note is null ? "" : $" ({range.Note})";
        var name = $"{range.Product.Name}, what it is built from";
        switch (range.Standing)
        {
            case Standing.NotAffected:
                Ask(null, null);
                said.TrackerNever.Add(new Word(advisory, range, $"says of {range.Product.Name} in {row}: not affected{note}", null, origin.Version));
                return;
            case Standing.Undetermined:
                Ask(null, null);
                said.TrackerOpen.Add(new Word(advisory, range, $"names {range.Product.Name} in {row} and has not decided{note}", null, origin.Version));
                return;
        }
        if (range.Versions is not { Inside.Count: > 0 } versions)
        {
            Ask(null, null);
            said.TrackerOpen.Add(new Word(advisory, range, $"names {range.Product.Name} in {row} and no version{note}", null, origin.Version));
            return;
        }
        var run = versions.Holding(origin.Version);
        Ask(run is null ? Told(versions) : run.ToString(), run is not null);
        if (run is null) said.TrackerFixed.Add(new Word(advisory, range, $"says of {range.Product.Name} in {row}: {Told(versions)}; {origin.Version} is outside{note}", null, origin.Version));
        else said.TrackerAffected.Add(new Word(advisory, range, $"says of {range.Product.Name} in {row}: {run}; {origin.Version} is inside{note}", run, origin.Version));

        void Ask(string? told, bool? inside) => said.Asked.Add(new RangeAsked(advisory.Reference, $"{range.Product.Name} in {row}", name, told, origin.Version, inside));
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
