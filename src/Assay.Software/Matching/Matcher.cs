using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching.Parts;

namespace Assay.Software.Matching;

/// <summary>Decides what advisories say about components. A platform that a product runs on is never reported, and a known-exploited entry without versions gives a candidate.</summary>
public static class Matcher
{
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
        var found = store.Groups(identity.Called.Keys).Select(group => Match(identity, group, Namings(identity.Called, group), surroundings ?? Surroundings.Unknown, store.Forecast, all)).OfType<Vulnerability>();
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

    /// <summary>A row of an advisory that names what is called so.</summary>
    /// <param name="Met">By which of its names, and where that name comes from.</param>
    internal sealed record Naming(Advisory Advisory, AffectedRange Range, Agreement Agreement, string? Met);

    /// <summary>What a row says of a component; of several rows the first of these decides.</summary>
    private enum Saying
    {
        /// <summary>The distribution's own tracker, for this release.</summary>
        TrackerAffected, TrackerFixed, TrackerOlder, TrackerNever, TrackerOpen,
        Affected, Likely,
        /// <summary>The tracker speaks of a release, and the component's is not known.</summary>
        OtherRelease,
        /// <summary>Behind a version that a range calls affected.</summary>
        Outside,
        /// <summary>Before every version that the range calls affected.</summary>
        Older,
        Named, Elsewhere,
    }

    /// <summary>A row beside a component; in words only where somebody is told.</summary>
    /// <param name="Run">The run that holds the version.</param>
    /// <param name="Version">As it was compared.</param>
    /// <param name="Unmet">What else must be there, and is not known to be.</param>
    private sealed record Word(Saying Saying, Naming By, VersionInterval? Run = null, string? Version = null, string? Unmet = null)
    {
        public Advisory Advisory => By.Advisory;
        public AffectedRange Range => By.Range;

        private string Inside => $"{Run}{But(Range.Versions!)}";
        private string Package => $"{Range.Product.Name} in {Range.Product.Ecosystem}";
        private string Note => Range.Note is null ? "" : $" ({Range.Note})";
        private string Maker => By.Agreement == Agreement.NameOnly ? "only the name agrees: the maker is not known" : "";

        public string Text => Saying switch
        {
            Saying.TrackerAffected => $"says of {Package}: {Run}; {Version} is inside{Note}",
            Saying.TrackerFixed => $"says of {Package}: {Told(Range.Versions!)}; {Version} is outside{Note}",
            Saying.TrackerOlder => $"says of {Package}: {Told(Range.Versions!)}; {Version} is older{Note}",
            Saying.TrackerNever => $"says of {Package}: not affected{Note}",
            Saying.TrackerOpen => $"names {Package} and {(Range.Standing == Standing.Undetermined ? "has not decided" : "no version")}{Note}",
            Saying.OtherRelease => $"names {Range.Product.Name} of {Range.Product.Ecosystem}; of which release {Version} is, is not known",
            Saying.Elsewhere => $"names {Range.Product} only on {Unmet}, and what runs here is another system",
            Saying.Named => (Range.Told is null ? $"names {Range.Product} and no version" : $"names {Range.Product}, its versions only as \"{Range.Told}\"") + (Maker.Length > 0 ? $"; {Maker}" : ""),
            Saying.Outside => $"names {Range.Product} {Told(Range.Versions!)}; {Version} is outside",
            Saying.Older => $"names {Range.Product} {Told(Range.Versions!)}; {Version} is older than {(Range.Versions!.Inside.Count == 1 ? "the range" : "every range")}",
            Saying.Likely when Version is null => $"names {Range.Product} {Told(Range.Versions!)}; the component's version is not known",
            _ => $"names {Range.Product} {Inside}; {Version} is inside" + (Saying == Saying.Affected ? "" : Unmet is not null ? $", but only together with {Unmet}, of which nothing is known" : $", but {Maker}"),
        };

        /// <summary>Null where no versions were compared.</summary>
        public RangeAsked? Asked => Saying switch
        {
            Saying.TrackerAffected => OfTracker(Run!.ToString(), true),
            Saying.TrackerFixed or Saying.TrackerOlder => OfTracker(Told(Range.Versions!), false),
            Saying.TrackerNever or Saying.TrackerOpen => OfTracker(null, null),
            Saying.OtherRelease or Saying.Elsewhere => null,
            Saying.Named => Of(null, null),
            Saying.Outside or Saying.Older => Of(Told(Range.Versions!), false),
            _ => Version is null ? Of(Told(Range.Versions!), null) : Of(Inside, true),
        };

        private RangeAsked Of(string? told, bool? inside) => new(Advisory.Reference, Range.Product.ToString(), By.Met ?? "", told, Version, inside);
        private RangeAsked OfTracker(string? told, bool? inside) => new(Advisory.Reference, Package, $"{Range.Product.Name}, what it is built from", told, Version, inside);
    }

    /// <summary>The rows of advisories about one vulnerability that name what is called so: asked once for all its versions.</summary>
    internal static List<Naming> Namings(ComponentNames called, IReadOnlyList<Advisory> about)
    {
        var namings = new List<Naming>();
        foreach (var advisory in about)
        {
            if (advisory.Withdrawn) continue;
            foreach (var range in advisory.Ranges)
            {
                if (DistributionRelease.NamesSources(range.Product.Ecosystem))
                {
                    if (called.Package is { Type: "deb" or "apk" or "opkg" or "rpm" }) namings.Add(new Naming(advisory, range, Agreement.Same, null));
                }
                else if (called.With(range.Product, out var met) is var agreement and not Agreement.None)
                {
                    namings.Add(new Naming(advisory, range, agreement, met));
                }
            }
        }
        return namings;
    }

    internal static Vulnerability? Match(ComponentIdentity identity, IReadOnlyList<Advisory> about, Surroundings surroundings, Func<string, ExploitForecast?>? forecast) =>
        Match(identity, about, Namings(identity.Called, about), surroundings, forecast, all: true);

    /// <param name="namings">Of this component and these advisories (<see cref="Namings"/>).</param>
    /// <param name="all">False: null also where rows of advisories rule it out.</param>
    internal static Vulnerability? Match(ComponentIdentity identity, IReadOnlyList<Advisory> about, List<Naming> namings, Surroundings surroundings, Func<string, ExploitForecast?>? forecast, bool all)
    {
        if (namings.Count == 0) return null;
        var (origin, isAsked, said) = ((PackageOrigin?)null, false, new List<Word>(namings.Count));
        foreach (var naming in namings)
        {
            if (!DistributionRelease.NamesSources(naming.Range.Product.Ecosystem))
            {
                if (Upstream(naming, identity, surroundings) is { } told) said.Add(told);
                continue;
            }
            if (!isAsked) (origin, isAsked) = (identity.Origin(surroundings.Facts?.Release), true);
            if (origin is not null && Tracker(naming, origin, about) is { } row) said.Add(row);
        }
        if (said.Count == 0) return null;
        var decisive = said.Min(w => w.Saying);
        var (status, ground) = decisive switch
        {
            Saying.TrackerAffected => (VulnerabilityStatus.Affected, Ground.Tracker),
            Saying.TrackerFixed => (VulnerabilityStatus.Fixed, Ground.Tracker),
            Saying.TrackerOlder or Saying.TrackerNever => (VulnerabilityStatus.NotAffected, Ground.Tracker),
            Saying.TrackerOpen => (VulnerabilityStatus.Candidate, Ground.Tracker),
            Saying.Affected => (VulnerabilityStatus.Affected, Ground.Range),
            Saying.Outside => (VulnerabilityStatus.Fixed, Ground.Range),
            Saying.Older => (VulnerabilityStatus.NotAffected, Ground.Range),
            Saying.Elsewhere => (VulnerabilityStatus.NotAffected, Ground.Platform),
            _ => (VulnerabilityStatus.Candidate, Ground.Range),
        };
        if (!all && status is VulnerabilityStatus.Fixed or VulnerabilityStatus.NotAffected) return null;
        var words = said.Where(w => w.Saying == decisive).ToList();
        var tracked = decisive <= Saying.TrackerOpen;
        var first = words[0];
        var reason = $"{first.Advisory.Reference} {first.Text}";
        // Sources that disagree are both told.
        bool IsOther(Saying saying) => tracked ? saying == Saying.Affected : saying is Saying.Outside or Saying.Older;
        if (tracked != (status == VulnerabilityStatus.Affected) && said.FirstOrDefault(o => IsOther(o.Saying) && words.All(a => a.Advisory != o.Advisory)) is { } dissent)
            reason += $"; {dissent.Advisory.Reference} {dissent.Text}{(tracked ? ", which its distribution's own answer outranks" : "")}";
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
            Asked = [.. said.Select(w => w.Asked).OfType<RangeAsked>()],
            Parts = parts,
            Reach = reach,
        };
    }

    private static string Told(Repairs.Repair repair) => repair.By == "changelog"
        ? $"the changelog of {repair.Source} names {repair.Vulnerability} as mended in {repair.Version} ({repair.Location})"
        : $"the {repair.By} of {repair.Source} says {(repair.Kind == Repairs.RepairKind.Fixed ? "mended" : "not concerned")}{(repair.Note is null ? "" : $" ({repair.Note})")} ({repair.Location})";

    private static Word? Upstream(Naming naming, ComponentIdentity identity, Surroundings surroundings)
    {
        var (range, unmet) = (naming.Range, (string?)null);
        var need = range.Needs.Count == 0 ? Condition.True : surroundings.Judge(identity, range.Needs, out unmet);
        if (need == Condition.False) return new Word(Saying.Elsewhere, naming, Unmet: unmet);
        if (range.Versions is not { } versions) return new Word(Saying.Named, naming);
        // By OSV's rule commits alone hold no released version.
        if (versions.Inside.Count == 0) return null;
        if (identity.VersionFor(versions.Scheme) is not { } version) return new Word(Saying.Likely, naming);
        if (versions.Holding(version) is not { } run) return new Word(versions.IsOlder(version) ? Saying.Older : Saying.Outside, naming, Version: version);
        return new Word(need == Condition.True && naming.Agreement == Agreement.Same ? Saying.Affected : Saying.Likely, naming, run, version, unmet);
    }

    /// <summary>A row of a distribution's tracker: it speaks of a source package in a release, and by the distribution's own versions.</summary>
    private static Word? Tracker(Naming naming, PackageOrigin origin, IReadOnlyList<Advisory> about)
    {
        var (advisory, range) = (naming.Advisory, naming.Range);
        if (!origin.Sources.Contains(range.Product.Name, StringComparer.OrdinalIgnoreCase)) return null;
        var row = range.Product.Ecosystem!;
        if (DistributionRelease.Speaks(row, origin.Release) is not { } speaks) return new Word(Saying.OtherRelease, naming, Version: origin.Version);
        // What holds for every release gives way to a row for the release, and that one to a row that decides.
        if (!speaks || Others().Any(r => Rank(r) > Rank(range) && DistributionRelease.Speaks(r.Product.Ecosystem!, origin.Release) == true)) return null;
        if (range.Standing == Standing.NotAffected) return new Word(Saying.TrackerNever, naming, Version: origin.Version);
        if (range.Standing == Standing.Undetermined || range.Versions is not { Inside.Count: > 0 } versions) return new Word(Saying.TrackerOpen, naming, Version: origin.Version);
        var run = versions.Holding(origin.Version);
        // One of the releases may have mended an older version.
        if (run is not null && Rank(range) == 0 && DistributionRelease.Number(origin.Release) is null && Others().Any(r => Rank(r) == 2)) return null;
        return new Word(run is not null ? Saying.TrackerAffected : versions.IsOlder(origin.Version) ? Saying.TrackerOlder : Saying.TrackerFixed, naming, run, origin.Version);

        IEnumerable<AffectedRange> Others() => about.Where(a => a.Source == advisory.Source && !a.Withdrawn).SelectMany(a => a.Ranges)
            .Where(r => r.Product.Name == range.Product.Name && DistributionRelease.Family(r.Product.Ecosystem) == DistributionRelease.Family(row));

        static int Rank(AffectedRange row) => DistributionRelease.Number(row.Product.Ecosystem) is null ? 0 : row.GivesWay ? 1 : 2;
    }

    private static string Told(VersionSet versions) => string.Join(", ", versions.Inside.Take(3)) + (versions.Inside.Count > 3 ? $" and {versions.Inside.Count - 3} more" : "");

    private static string But(VersionSet versions) =>
        versions.Outside.Count == 0 ? "" : $" but {string.Join(", ", versions.Outside.Take(2))}{(versions.Outside.Count > 2 ? $" and {versions.Outside.Count - 2} more" : "")}";

    /// <summary>The version that ends the run; of several sources the highest, since only that one satisfies all.</summary>
    private static string? Fix(List<Word> words)
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
