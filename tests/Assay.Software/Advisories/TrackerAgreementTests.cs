using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;
using Assay.Software.Matching.Repairs;

namespace Assay.Tests.Software.Advisories;

/// <summary>What a distribution says of its own packages is what we say of them: of at least 99 in 100 pairs of package and CVE, the others listed with the reason.</summary>
public class TrackerAgreementTests
{
    private static readonly Location Here = new() { Artefact = "record" };

    /// <param name="Open">The distribution does not say that the package is without it.</param>
    /// <param name="Record">What says so, in the distribution's own form; or null where it stands in the store.</param>
    private sealed record Pair(string By, Component Component, string Cve, bool Open, string? Record, string RecordName);

    [Fact]
    public void Records_of_Debian_Buildroot_and_OpenEmbedded_are_agreed_with_on_99_of_100_pairs()
    {
        using var scratch = new Scratch();
        using var upstream = AdvisoryStore.Open(scratch.File("upstream.db"));
        foreach (var file in Corpus.Files("advisories").Where(f => Path.GetExtension(f) is ".json" or ".jsonl")) upstream.Import(file, File.ReadAllBytes(file));
        // The same with Debian's own list beside it.
        using var tracked = AdvisoryStore.Open(scratch.File("tracked.db"));
        foreach (var file in Corpus.Files("advisories").Where(f => Path.GetExtension(f) is ".json" or ".jsonl")) tracked.Import(file, File.ReadAllBytes(file));
        var debian = Rows("firmware/ready", "fixed.tsv");
        tracked.Import("list", Encoding.UTF8.GetBytes(string.Concat(debian.GroupBy(r => r[2]).Select(g => $"{g.Key} (x)\n{string.Concat(g.Select(r => $"\t- {r[0]} 999:1-1\n\t[bookworm] - {r[0]} {r[1]}\n"))}"))));

        var older = Debian(debian, tracker: true).Select(p => p with { By = "an older package", Open = true, Component = p.Component with { Version = "0.1", Package = "0.1-1", Purl = Purl.Of("deb", "debian", p.Component.Name, "0.1-1") + "?distro=debian-12" } });
        var pairs = older.Concat(Debian(debian, tracker: true)).Concat(Debian(debian, tracker: false)).Concat(Buildroot()).Concat(OpenEmbedded()).ToList();
        var differences = new List<string>();
        var (agreed, named, alone) = (0, 0, 0);
        foreach (var pair in pairs)
        {
            var about = (pair.Record is null ? tracked : upstream).About(pair.Cve).ToList();
            // A pair that no list of the corpus names is asked as if upstream called every version affected.
            if (about.All(a => a.Source == AdvisorySource.Debian)) about.Add(Everything(pair));
            else named++;
            var facts = new ProductFacts { Repairs = pair.Record is null ? [] : BuildRecords.Read(pair.RecordName, pair.Record, Here) };
            var answer = Matcher.Match(pair.Component, about, new Surroundings([pair.Component], facts));
            if (Matcher.Match(pair.Component, about.Where(a => a.Source != AdvisorySource.Debian).ToList()) is { IsOpen: true } != pair.Open) alone++;
            // What nobody names for this package is open to nobody.
            if ((answer?.IsOpen ?? false) == pair.Open) agreed++;
            else differences.Add($"{pair.By} {pair.Component.Name} {pair.Component.Package ?? pair.Component.Version} {pair.Cve}: {(pair.Open ? "open" : "mended or not concerned")} there, {answer?.Status.ToString() ?? "no answer"} here: {answer?.Reason ?? "no list names it for this package"}");
        }
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{agreed} of {pairs.Count} pairs agree ({string.Join(", ", pairs.GroupBy(p => p.By).Select(g => $"{g.Count()} {g.Key}"))}); upstream's own lists name {named} of them; by upstream alone {alone} would differ\n{string.Join('\n', differences)}"));
        Assert.True(pairs.Count > 600, $"{pairs.Count} pairs");
        Assert.True(agreed * 100 >= pairs.Count * 99, $"{agreed} of {pairs.Count}\n{string.Join('\n', differences)}");
        // The records matter: without them most pairs would be told as open.
        Assert.True(alone * 2 > pairs.Count, $"{alone} of {pairs.Count}");
    }

    private sealed record Note(string Package, string Release, string? Fixed);

    /// <summary>Lists as the tracker's people write them, at random; the judge is the tracker's own rule (<c>lib/python/security_db.py</c>), versions compared by dpkg.</summary>
    [Fact]
    public void Lists_of_CVEs_and_advisories_together_give_for_each_release_what_the_trackers_own_rule_gives()
    {
        Tool.Need("dpkg", "dpkg");
        string[] versions = ["1:0.9-1", "1.0-1", "1.0-1+deb11u1", "1.0-1+deb12u1", "1.0-1+deb12u2", "1.1-1~deb11u1", "1.1-1", "1.2~rc1-1", "1.2-1", "1.2-1+b1"], releases = ["trixie", "bookworm", "bullseye"], packages = ["edb-reader", "edb-updater"];
        var order = new Dictionary<(string, string), bool>();
        bool Older(string a, string b) => order.TryGetValue((a, b), out var known) ? known : order[(a, b)] = Tool.Run("dpkg", ["--compare-versions", a, "lt", b]).Exit == 0;
        var random = new Random(20261123);
        string Any() => versions[random.Next(versions.Length)];
        var number = 6000;
        var (list, advisories, notes) = (new StringBuilder(), new StringBuilder(), new Dictionary<string, List<Note>>());
        for (var i = 0; i < 150; i++)
        {
            var cve = $"CVE-2026-{60000 + i}";
            var said = notes[cve] = [];
            list.Append($"{cve} (A fault)\n");
            foreach (var package in packages.Take(random.Next(1, 3)))
            {
                void Say(string release, string? mended, string text)
                {
                    said.Add(new Note(package, release, mended));
                    list.Append($"\t{(release.Length == 0 ? "" : $"[{release}] ")}- {package} {text}\n");
                }
                switch (random.Next(6))
                {
                    case 0: Say("", null, "<unfixed> (bug #1000001)"); break;
                    case 1: Say("", "0", "<not-affected> (Vulnerable code not present)"); break;
                    case 2: Say("", "undetermined", "<undetermined>"); break;
                    default: var mended = Any(); Say("", mended, $"{mended} (unimportant)"); break;
                }
                foreach (var release in releases)
                {
                    switch (random.Next(8))
                    {
                        case 0: var mended = Any(); Say(release, mended, mended); break;
                        case 1: Say(release, "0", "<not-affected> (Introduced later)"); break;
                        case 2: Say(release, null, "<end-of-life> (No longer supported)"); break;
                        case 3 or 4: list.Append($"\t[{release}] - {package} <{(random.Next(2) == 0 ? "no-dsa" : "postponed")}> (Minor issue)\n"); break;
                    }
                    for (var more = random.Next(4); more > 1; more--)
                    {
                        var version = Any();
                        advisories.Append($"[0{random.Next(1, 9)} Nov 2026] {(release == "bullseye" ? "DLA" : "DSA")}-{++number}-1 {package} - security update\n\t{{{cve}}}\n\t[{release}] - {package} {version}\n");
                        var there = said.FirstOrDefault(n => n.Package == package && n.Release == release);
                        if (there is { Fixed: null } || there is { Fixed: { } held } && held != "0" && !Older(held, version)) continue;
                        said.Remove(there!);
                        said.Add(new Note(package, release, version));
                    }
                }
            }
        }
        using var scratch = new Scratch();
        var (pairs, differences) = (0, new List<string>());
        foreach (var first in new[] { true, false })
        {
            using var store = AdvisoryStore.Open(scratch.File($"{first}.db"));
            foreach (var text in first ? new[] { list, advisories } : [advisories, list]) Assert.Empty(store.Import("list", Encoding.UTF8.GetBytes(text.ToString())).Losses);
            foreach (var (release, package, version) in releases.SelectMany(r => packages.SelectMany(p => versions.Select(v => (r, p, v)))))
            {
                var component = new Component { Name = package, Version = PackageDatabase.Upstream(version), Package = version, Purl = $"{Purl.Of("deb", "debian", package, version)}?distro={release}", Distribution = "debian", Evidence = [] };
                var ours = Matcher.Match(component, store, all: true).ToDictionary(v => v.Id, v => v.Status);
                foreach (var (cve, said) in notes)
                {
                    var note = said.FirstOrDefault(n => n.Package == package && n.Release == release) ?? said.FirstOrDefault(n => n.Package == package && n.Release.Length == 0);
                    var theirs = note is null ? "nothing" : note.Fixed is null ? "affected" : note.Fixed == "undetermined" ? "candidate" : note.Fixed != "0" && Older(version, note.Fixed) ? "affected" : "ruled out";
                    var here = !ours.TryGetValue(cve, out var status) ? "nothing" : status switch { VulnerabilityStatus.Affected => "affected", VulnerabilityStatus.Candidate => "candidate", _ => "ruled out" };
                    pairs++;
                    if (here != theirs) differences.Add($"{cve} {package} {version} in {release}: {theirs} by the rule, {here} here");
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{pairs - differences.Count} of {pairs} answers as the rule gives them, {order.Count} comparisons by dpkg");
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(20)));
    }

    private static List<string[]> Rows(string folder, string name) => [.. File.ReadLines(Assert.Single(Corpus.Files(folder, name))).Skip(1).Select(l => l.Split('\t'))];

    private static Advisory Everything(Pair pair) => new()
    {
        Id = pair.Cve,
        Source = AdvisorySource.Osv,
        Ranges = [new AffectedRange { Product = new AffectedProduct { Name = pair.Component.Name }, Versions = new VersionSet { Scheme = VersionScheme.Generic, Inside = [VersionInterval.Everything] } }],
    };

    private static IEnumerable<Pair> Debian(List<string[]> rows, bool tracker) => rows.Select(r => new Pair(
        tracker ? "Debian's tracker" : "Debian's changelog",
        new Component { Name = r[0], Version = PackageDatabase.Upstream(r[1]), Package = r[1], Purl = Purl.Of("deb", "debian", r[0], r[1]) + "?distro=debian-12", Distribution = "debian", Evidence = [] },
        r[2], false, tracker ? null : $"{r[0]} ({r[1]}) bookworm-security; urgency=high\n\n  * Fix {r[2]}.\n\n -- A Person <a@example.org>  Mon, 09 Nov 2026 10:00:00 +0000\n", "changelog"));

    private static IEnumerable<Pair> Buildroot() => Rows("advisories", "buildroot-not-affected.tsv").Select(r => new Pair("Buildroot", new Component { Name = r[0], Version = r[1], Evidence = [] }, r[2], false,
        $"{r[0].ToUpperInvariant().Replace('-', '_')}_VERSION = {r[1]}\n# 0001-mend.patch\n{r[0].ToUpperInvariant().Replace('-', '_')}_IGNORE_CVES += {r[2]}\n", $"{r[0]}.mk"));

    private static IEnumerable<Pair> OpenEmbedded()
    {
        var products = Rows("advisories", "oe-cve-product.tsv").ToDictionary(r => r[0], r => r[1].Split(' '), StringComparer.Ordinal);
        foreach (var row in Rows("advisories", "oe-cve-status.tsv"))
        {
            var stem = Path.GetFileNameWithoutExtension(row[0]);
            var bar = stem.IndexOf('_', StringComparison.Ordinal);
            // conf/cve-check-map.conf calls the others ignored: a decision of people, which says nothing about the code.
            var says = row[2] is "fixed-version" or "cpe-stable-backport" or "backported-patch" or "not-applicable-config" or "not-applicable-platform" or "cpe-incorrect";
            yield return new Pair("OpenEmbedded", new Component
            {
                Name = bar > 0 ? stem[..bar] : stem,
                Version = bar > 0 ? stem[(bar + 1)..] : null,
                Cpe = [.. products.GetValueOrDefault(row[0], []).Where(p => p.Contains(':', StringComparison.Ordinal)).Select(p => $"cpe:2.3:a:{p}:*:*:*:*:*:*:*:*")],
                Evidence = [],
            }, row[1], !says, $"CVE_STATUS[{row[1]}] = \"{row[2]}: as the list says\"\n", row[0]);
        }
    }
}
