using System.Text.Json;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Versions;

namespace Assay.Tests.Software.Matching.Versions;

/// <summary>Ranges of OSV hold what the schema's published evaluation calls affected.</summary>
public class VersionEventsTests
{
    [Theory]
    [InlineData("introduced 0, fixed 1.2.0", "before 1.2.0")]
    [InlineData("introduced 1.0.0, last_affected 1.4.0", "1.0.0 to 1.4.0")]
    [InlineData("fixed 1.2.0, introduced 0, introduced 2.0.0, fixed 2.1.0", "before 1.2.0; 2.0.0 to before 2.1.0")]
    [InlineData("introduced 1.0.0", "1.0.0 and later")]
    [InlineData("introduced 0, limit 2.0.0", "before 2.0.0")]
    [InlineData("introduced 0, fixed 1.0.0, introduced 3.0.0, limit 2.0.0", "before 1.0.0")]
    [InlineData("introduced 0, limit 1.0.0, limit 2.0.0", "before 2.0.0")]
    [InlineData("introduced 0, limit *", "every version")]
    [InlineData("introduced 1.0.0, fixed 1.0.0", "")]
    [InlineData("last_affected 1.0.0, introduced 1.0.0", "1.0.0")]
    [InlineData("fixed 1.0.0", "")]
    public void Events_become_runs(string events, string runs) =>
        Assert.Equal(runs, string.Join("; ", VersionEvents.Runs(Read(events), VersionScheme.SemVer)));

    [Fact]
    public void Any_events_hold_exactly_what_the_published_evaluation_calls_affected()
    {
        var random = new Random(1);
        string[] versions = ["0.9.0", "1.0.0", "1.0.0-rc.1", "1.1.0", "1.2.0", "2.0.0", "2.1.0", "3.0.0"];
        var (asked, affected) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            // Each version once: at one version two events contradict each other.
            var picked = versions.OrderBy(_ => random.Next()).Take(random.Next(1, 7)).Order(Comparer<string>.Create((a, b) => VersionOrder.Compare(a, b, VersionScheme.SemVer))).ToList();
            var events = picked.Select((v, at) => new VersionEvent(at == 0 ? VersionEventKind.Introduced : (VersionEventKind)random.Next(4), v)).ToList();
            if (random.Next(2) == 0) events[0] = new VersionEvent(VersionEventKind.Introduced, "0");
            var set = new VersionSet { Scheme = VersionScheme.SemVer, Inside = VersionEvents.Runs(events.OrderBy(_ => random.Next()), VersionScheme.SemVer) };
            foreach (var version in versions)
            {
                asked++;
                var expected = Evaluated(version, events);
                if (expected) affected++;
                Assert.True(expected == set.Holding(version) is not null, $"{version} in {string.Join(", ", events)}: the evaluation says {expected}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{asked} answers, {affected} affected");
        Assert.True(affected > asked / 10 && affected < asked * 9 / 10);
    }

    /// <summary>The evaluation of the schema, step by step, over events from the oldest to the newest version.</summary>
    private static bool Evaluated(string version, IReadOnlyList<VersionEvent> ordered)
    {
        int Order(VersionEvent e) => e.Version == "0" ? 1 : VersionOrder.Compare(version, e.Version, VersionScheme.SemVer);
        var limits = ordered.Where(e => e.Kind == VersionEventKind.Limit).ToList();
        if (limits.Count > 0 && !limits.Any(l => Order(l) < 0)) return false;
        var vulnerable = false;
        foreach (var e in ordered)
        {
            if (e.Kind == VersionEventKind.Introduced && Order(e) >= 0) vulnerable = true;
            else if (e.Kind == VersionEventKind.Fixed && Order(e) >= 0) vulnerable = false;
            else if (e.Kind == VersionEventKind.LastAffected && Order(e) > 0) vulnerable = false;
        }
        return vulnerable;
    }

    private static IEnumerable<VersionEvent> Read(string events) => events.Split(", ").Select(e => e.Split(' ')).Select(e => new VersionEvent(e[0] switch
    {
        "introduced" => VersionEventKind.Introduced,
        "fixed" => VersionEventKind.Fixed,
        "last_affected" => VersionEventKind.LastAffected,
        _ => VersionEventKind.Limit,
    }, e[1]));

    [Fact]
    public void Every_ecosystem_of_the_schema_has_a_scheme_or_is_known_to_have_none()
    {
        // What they count by is not published, or differs from package to package.
        string[] unknown = ["Android", "CleanStart", "Docker Hardened Images", "FreeBSD", "TuxCare"];
        using var document = JsonDocument.Parse(File.ReadAllBytes(Assert.Single(Corpus.Files("sbom/osv", "ecosystems.json"))));
        var names = document.RootElement.EnumerateObject().Select(e => e.Name).ToList();
        Assert.True(names.Count > 30, $"{names.Count} ecosystems");
        Assert.Equal(unknown, names.Where(n => VersionSchemes.OfEcosystem(n == "Root" ? "Root:Debian:12" : n) is null).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Debian:12", VersionScheme.Dpkg, "deb")]
    [InlineData("Ubuntu:Pro:18.04:LTS", VersionScheme.Dpkg, "deb")]
    [InlineData("Alpine:v3.16", VersionScheme.Apk, "apk")]
    [InlineData("Root:Alpine:3.18", VersionScheme.Apk, "apk")]
    [InlineData("Root:PyPI", VersionScheme.PyPi, "pypi")]
    [InlineData("Red Hat:rhel_aus:8.4::appstream", VersionScheme.Rpm, "rpm")]
    [InlineData("Maven:https://maven.google.com", VersionScheme.Maven, "maven")]
    [InlineData("crates.io", VersionScheme.SemVer, "cargo")]
    [InlineData("OSS-Fuzz", VersionScheme.Generic, null)]
    [InlineData("Cobol", null, null)]
    public void An_ecosystem_counts_by_its_own_rule(string ecosystem, VersionScheme? scheme, string? type)
    {
        Assert.Equal(scheme, VersionSchemes.OfEcosystem(ecosystem));
        Assert.Equal(type, VersionSchemes.TypeOfEcosystem(ecosystem));
    }

    [Theory]
    // A range in an order that nobody knows names the product, and no more.
    [InlineData("Cobol", "ECOSYSTEM", "1.5", "Candidate")]
    [InlineData("", "ECOSYSTEM", "1.5", "Affected")]
    [InlineData("", "ECOSYSTEM", "2.0", "Fixed")]
    public void A_range_of_an_ecosystem_that_nobody_described_gives_a_candidate(string ecosystem, string type, string version, string status)
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var record = $$"""{"schema_version":"1.6.0","id":"X-2026-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"{{ecosystem}}","name":"edb-updater"},"ranges":[{"type":"{{type}}","events":[{"introduced":"0"},{"fixed":"2.0"}]}]}]}""";
        store.Import("x.json", System.Text.Encoding.UTF8.GetBytes(record));
        var component = new Component { Name = "edb-updater", Version = version, Evidence = [] };
        Assert.Equal(status, $"{Assert.Single(Matcher.Match(component, store, all: true)).Status}");
    }
}
