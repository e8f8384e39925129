using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Advisories;

/// <summary>One set of facts in each form that a distribution publishes: every form has to give the same answers, and those that the facts say.</summary>
public class TrackerFormsTests(ITestOutputHelper output)
{
    private static readonly (string Name, string Number)[] Releases = [("bullseye", "11"), ("bookworm", "12"), ("trixie", "13")];

    /// <summary>What the distribution says of one source package in one release: mended in this version, never affected, open, not decided.</summary>
    private abstract record Word;
    private sealed record Mended(string Version) : Word;
    private sealed record Never : Word;
    private sealed record Open : Word;
    private sealed record Undecided : Word;

    [Fact]
    public void Debians_list_and_its_dump_made_of_the_same_facts_give_the_answers_that_the_facts_say()
    {
        var facts = Corpus.Files("firmware/ready", "fixed.tsv").SelectMany(f => File.ReadLines(f).Skip(1)).Select(l => l.Split('\t')).Select(c => (Source: c[0], Version: c[1], Cve: c[2])).Distinct().ToList();
        Assert.True(facts.Count > 50);
        var random = new Random(12);
        // The release that the facts are of has the version that they name; the others get each word in turn.
        var words = facts.SelectMany(f => Releases.Select(r => (Fact: f, Release: r, Word: r.Name == "bookworm" ? new Mended(f.Version) : random.Next(4) switch { 0 => new Never(), 1 => new Open(), 2 => (Word)new Undecided(), _ => new Mended(f.Version + "~deb" + r.Number) }))).ToList();
        using var scratch = new Scratch();
        using var list = AdvisoryStore.Open(scratch.File("list.db"));
        using var dump = AdvisoryStore.Open(scratch.File("dump.db"));
        list.Import("list", Encoding.UTF8.GetBytes(List(words)));
        dump.Import("dump", Dump(words));
        var (asked, affected, mended, never, undecided) = (0, 0, 0, 0, 0);
        foreach (var (fact, release, word) in words)
        {
            foreach (var version in new[] { "0.1-1", fact.Version, fact.Version + "+later1" })
            {
                // Where a release has its own mark behind the version, that one comes before the version itself.
                var isBefore = version == "0.1-1";
                var expected = word switch
                {
                    Mended => isBefore ? VulnerabilityStatus.Affected : VulnerabilityStatus.Fixed,
                    Never => VulnerabilityStatus.NotAffected,
                    Open => VulnerabilityStatus.Affected,
                    _ => VulnerabilityStatus.Candidate,
                };
                var upstream = PackageDatabase.Upstream(version);
                var component = new Component
                {
                    Name = fact.Source,
                    Version = upstream,
                    Package = version,
                    Purl = Purl.Of("deb", "debian", fact.Source, version) + "?distro=debian-" + release.Number,
                    Distribution = "debian",
                    Evidence = [],
                };
                foreach (var store in new[] { list, dump })
                {
                    var found = Matcher.Match(component, store.About(fact.Cve).ToList());
                    Assert.True(found?.Status == expected, $"{(store == list ? "list" : "dump")}: {fact.Cve} {fact.Source} {version} in {release.Name} ({word}): expected {expected}, found {found?.Status}: {found?.Reason}");
                    Assert.Equal(Ground.Tracker, found!.Ground);
                }
                asked++;
                _ = expected switch { VulnerabilityStatus.Affected => affected++, VulnerabilityStatus.Fixed => mended++, VulnerabilityStatus.NotAffected => never++, _ => undecided++ };
            }
        }
        output.WriteLine($"{asked} of {asked} answers by each of two forms: {affected} affected, {mended} mended, {never} never affected, {undecided} not decided");
        Assert.True(affected > 100 && mended > 100 && never > 50 && undecided > 50);
    }

    private static string List(IEnumerable<((string Source, string Version, string Cve) Fact, (string Name, string Number) Release, Word Word)> words)
    {
        var text = new StringBuilder();
        foreach (var vulnerability in words.GroupBy(w => w.Fact.Cve).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{vulnerability.Key} (A fault)\n");
            foreach (var source in vulnerability.GroupBy(w => w.Fact.Source))
            {
                text.Append(CultureInfo.InvariantCulture, $"\t- {source.Key} 999:1-1 (bug #1000000)\n");
                foreach (var (_, release, word) in source)
                {
                    text.Append(CultureInfo.InvariantCulture, $"\t[{release.Name}] - {source.Key} {word switch { Mended m => m.Version, Never => "<not-affected> (Vulnerable code not present)", Undecided => "<undetermined>", _ => "<no-dsa> (Minor issue)" }}\n");
                }
            }
            text.Append("\tNOTE: https://example.test/note\n");
        }
        return text.ToString();
    }

    private static byte[] Dump(IEnumerable<((string Source, string Version, string Cve) Fact, (string Name, string Number) Release, Word Word)> words)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var source in words.GroupBy(w => w.Fact.Source))
            {
                json.WriteStartObject(source.Key);
                foreach (var vulnerability in source.GroupBy(w => w.Fact.Cve))
                {
                    json.WriteStartObject(vulnerability.Key);
                    json.WriteString("description", "A fault");
                    json.WriteStartObject("releases");
                    foreach (var (_, release, word) in vulnerability)
                    {
                        json.WriteStartObject(release.Name);
                        json.WriteString("status", word switch { Mended or Never => "resolved", Undecided => "undetermined", _ => "open" });
                        if (word is Mended or Never) json.WriteString("fixed_version", word is Mended m ? m.Version : "0");
                        json.WriteString("urgency", "not yet assigned");
                        json.WriteEndObject();
                    }
                    json.WriteStartObject("sid");
                    json.WriteString("status", "resolved");
                    json.WriteString("fixed_version", "999:1-1");
                    json.WriteEndObject();
                    json.WriteEndObject();
                    json.WriteEndObject();
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    // In the order in which they came out.
    private static readonly string[] OpenWrt =
    [
        "17.01.0", "17.01.1", "17.01.2", "17.01.3", "17.01.4", "17.01.5", "17.01.6", "17.01.7", "18.06.0-rc1", "18.06.0-rc2", "18.06.0", "18.06.1", "18.06.2", "18.06.3", "18.06.4", "18.06.5", "18.06.6", "18.06.7", "18.06.8", "18.06.9",
        "19.07.0-rc1", "19.07.0-rc2", "19.07.0", "19.07.1", "19.07.2", "19.07.3", "19.07.4", "19.07.5", "19.07.6", "19.07.7", "19.07.8", "19.07.9", "19.07.10", "21.02.0-rc1", "21.02.0", "21.02.1", "21.02.2", "21.02.3", "22.03.0", "22.03.1", "22.03.2",
    ];

    [Fact]
    public void Pages_in_OpenWrts_form_made_of_runs_of_releases_are_answered_as_the_runs_say_in_wiki_and_mail()
    {
        var random = new Random(5);
        var (asked, inside, older) = (0, 0, 0);
        for (var page = 0; page < 100; page++)
        {
            // One to three runs that do not touch.
            var bounds = Enumerable.Range(0, OpenWrt.Length).OrderBy(_ => random.Next()).Take(2 * random.Next(1, 4)).Order().ToList();
            var runs = bounds.Chunk(2).Select(b => (From: b[0], To: random.Next(4) == 0 ? b[0] : b[1])).ToList();
            var told = string.Join(" and versions ", runs.Select(r => r.From == r.To ? OpenWrt[r.From] : $"{OpenWrt[r.From]} to {OpenWrt[r.To]}"));
            var cve = $"CVE-2026-{60000 + page}";
            var sentence = $"To our knowledge, OpenWrt versions {told} are affected. The fixed versions are {OpenWrt[Math.Min(OpenWrt.Length - 1, runs[^1].To + 1)]} and later.";
            string[] forms =
            [
                $"====== Security Advisory 2026-02-{page % 28 + 1:00}-1 - edb-reader reads too far ({cve}) ======\n\n===== DESCRIPTION =====\nA fault.\n\n===== AFFECTED VERSIONS =====\n{sentence}\n\n===== CREDITS =====\nNobody.\n",
                $"From: someone at example.test\nSubject: Security Advisory 2026-02-{page % 28 + 1:00}-1 - edb-reader reads too far ({cve})\n\nSecurity Advisory 2026-02-{page % 28 + 1:00}-1 - edb-reader reads too far ({cve})\n\nDESCRIPTION\n\nA fault of OpenWrt.\n\nAFFECTED VERSIONS\n\n{Wrapped(sentence)}\n\nCREDITS\n\nNobody.\n",
            ];
            foreach (var form in forms)
            {
                var about = AdvisoryFile.Advisories("page", Encoding.UTF8.GetBytes(form));
                Assert.Equal([cve], Assert.Single(about).Aliases);
                for (var i = 0; i < OpenWrt.Length; i++)
                {
                    var component = new Component { Name = "openwrt", Version = OpenWrt[i], Cpe = [$"cpe:2.3:o:openwrt:openwrt:{OpenWrt[i]}:*:*:*:*:*:*:*"], Evidence = [] };
                    var expected = runs.Any(r => r.From <= i && i <= r.To) ? VulnerabilityStatus.Affected : i < runs[0].From ? VulnerabilityStatus.NotAffected : VulnerabilityStatus.Fixed;
                    var found = Matcher.Match(component, about);
                    Assert.True(found?.Status == expected, $"{OpenWrt[i]} by \"{sentence}\": expected {expected}, found {found?.Status}: {found?.Reason}");
                    asked++;
                    if (expected == VulnerabilityStatus.Affected) inside++;
                    else if (expected == VulnerabilityStatus.NotAffected) older++;
                }
            }
        }
        output.WriteLine($"{asked} of {asked} answers: {inside} inside of the runs, {older} before them");
        Assert.True(inside > 1000 && older > 500 && asked - inside - older > 1000);

        // As a program for mail breaks lines.
        static string Wrapped(string text)
        {
            var (lines, line) = (new StringBuilder(), 0);
            foreach (var word in text.Split(' '))
            {
                if (line + word.Length > 66)
                {
                    lines.Append('\n');
                    line = 0;
                }
                else if (line > 0)
                {
                    lines.Append(' ');
                }
                lines.Append(word);
                line += word.Length + 1;
            }
            return lines.ToString();
        }
    }
}
