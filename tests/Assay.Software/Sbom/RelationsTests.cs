using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Software.Tests.Sbom;

public class RelationsTests
{
    private static Component Package(string name, string[] needs, string[]? provides = null, string kind = "deb", string root = "") => new()
    {
        Name = name,
        Version = "1",
        Package = root + "1",
        Purl = $"pkg:{kind}/x/{name}@1{root}",
        Needs = needs,
        Provides = provides ?? [],
        Evidence = [new ComponentEvidence("package database", new Location { Artefact = "i", Path = root + "/var/lib/dpkg/status" }, 0.95)],
    };

    private static Component Seen(string name, bool isGuess = false, params string[] files) => new()
    {
        Name = name,
        Version = "1",
        IsGuess = isGuess,
        Files = files,
        Evidence = [.. files.Select(f => new ComponentEvidence("string", new Location { Artefact = "i", Path = f }, 0.9))],
    };

    private static string[] Edges(Component[] components, params ExecutableSeen[] executables) =>
        [.. BillDraft.EntriesOf(components, executables).SelectMany(e => e.DependsOn.Select(to => $"{e.Reference} {to}"))];

    [Fact]
    public void What_packages_say_they_need_is_found_by_name_by_what_is_provided_and_by_the_first_alternative_that_is_there()
    {
        Assert.Equal(["pkg:deb/x/a@1 pkg:deb/x/b@1", "pkg:deb/x/a@1 pkg:deb/x/c@1", "pkg:deb/x/a@1 pkg:deb/x/e@1"],
            Edges([Package("a", ["b", "virtual-c", "gone|e|f", "nowhere", "a"]), Package("b", []), Package("c", [], ["virtual-c"]), Package("e", []), Package("f", [])]));
    }

    [Fact]
    public void A_name_that_two_packages_answer_to_and_a_package_of_another_manager_are_not_taken()
    {
        Assert.Empty(Edges([Package("a", ["mail", "b"]), Package("exim", [], ["mail"]), Package("postfix", [], ["mail"]), Package("b", [], null, "apk")]));
        Assert.Equal(["pkg:deb/x/a@1/other pkg:deb/x/b@1/other", "pkg:deb/x/a@1 pkg:deb/x/b@1"],
            Edges([Package("a", ["b"]), Package("b", []), Package("a", ["b"], root: "/other"), Package("b", [], root: "/other")]));
    }

    [Fact]
    public void A_program_needs_the_components_whose_libraries_it_loads_where_both_files_belong_to_one_component()
    {
        var (program, zlib, both) = (new ExecutableSeen("/bin/p", 9, null, null, ["libz.so.1", "libc.so.6", "libtwo.so", "libp.so"]), new ExecutableSeen("/lib/libz.so.1.3", 9, null, "libz.so.1", []), new ExecutableSeen("/lib/libtwo.so", 9, null, null, []));
        Assert.Equal(["p@1 zlib@1"], Edges([Seen("p", false, "/bin/p", "/lib/libp.so"), Seen("zlib", false, "/lib/libz.so.1.3"), Seen("one", false, "/lib/libtwo.so"), Seen("two", false, "/lib/libtwo.so")],
            program, zlib, both, new ExecutableSeen("/lib/libp.so", 9, null, "libp.so", [])));
        // A guess stands in only where nobody speaks for the file; of two files of one name nobody knows which is loaded.
        Assert.Equal(["p@1 zlib@1"], Edges([Seen("p", false, "/bin/p"), Seen("zlib", false, "/lib/libz.so.1.3"), Seen("likely", true, "/lib/libz.so.1.3")], program, zlib));
        Assert.Equal(["p@1 likely@1"], Edges([Seen("p", false, "/bin/p"), Seen("likely", true, "/lib/libz.so.1.3")], program, zlib));
        Assert.Empty(Edges([Seen("p", false, "/bin/p"), Seen("zlib", false, "/lib/libz.so.1.3"), Seen("other", false, "/old/libz.so.1")], program, zlib, zlib with { Path = "/old/libz.so.1" }));
    }

    [Fact]
    public void Fifty_thousand_packages_that_all_provide_and_need_one_name_take_no_time_and_tell_nothing()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Empty(Edges([.. Enumerable.Range(0, 50_000).Select(i => Package($"p{i}", ["x"], ["x"]))]));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    [Fact]
    public void Relations_stand_in_every_format_that_is_written()
    {
        var draft = new BillDraft
        {
            Subject = new BillSubject("i", null, null),
            AsOf = DateTimeOffset.UnixEpoch,
            ToolVersion = "0",
            Entries = BillDraft.EntriesOf([Package("a", ["b"]), Package("b", [])]),
        };
        foreach (var version in CycloneDx.Versions)
        {
            using var bill = JsonDocument.Parse(CycloneDx.Write(draft, version));
            var only = Assert.Single(bill.RootElement.GetProperty("dependencies").EnumerateArray());
            Assert.Equal(("pkg:deb/x/a@1", "pkg:deb/x/b@1"), (only.GetProperty("ref").GetString(), Assert.Single(only.GetProperty("dependsOn").EnumerateArray()).GetString()));
        }
        using var spdx = JsonDocument.Parse(Spdx.Write(draft));
        var relation = Assert.Single(spdx.RootElement.GetProperty("relationships").EnumerateArray(), r => r.GetProperty("relationshipType").GetString() == "DEPENDS_ON");
        Assert.Equal(("SPDXRef-a-1", "SPDXRef-b-1"), (relation.GetProperty("spdxElementId").GetString(), relation.GetProperty("relatedSpdxElement").GetString()));
    }

    [Fact]
    public void On_a_real_system_packages_need_what_apt_says_they_need()
    {
        Tool.Need("apt-cache", "apt");
        if (!File.Exists("/var/lib/dpkg/status")) Assert.Skip("no Debian system");
        var packages = PackageDatabase.Read("dpkg", "debian", File.ReadAllText("/var/lib/dpkg/status"), new Location { Artefact = "i", Path = "/var/lib/dpkg/status" }, []);
        var entries = BillDraft.EntriesOf(packages.DistinctBy(p => p.Name));
        var names = entries.ToDictionary(e => e.Reference!, e => e.Component.Name, StringComparer.Ordinal);
        var called = names.Values.ToHashSet(StringComparer.Ordinal);
        var (told, unsure, of) = (new Dictionary<string, SortedSet<string>>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), "");
        foreach (var line in Tool.Run("apt-cache", ["depends", "-i", .. entries.Select(e => $"{e.Component.Name}={e.Component.Package}")]).Text.Split('\n'))
        {
            if (line.Length == 0) continue;
            if (line[0] != ' ') told[of = line.Split(':')[0]] = new SortedSet<string>(StringComparer.Ordinal);
            // Of alternatives, and of a name that others provide, apt lists all.
            else if (line.Contains('|', StringComparison.Ordinal) || line.Contains('<', StringComparison.Ordinal)) unsure.Add(of);
            else if (line.Contains("Depends: ", StringComparison.Ordinal) && line.Split(": ")[1].Split(':')[0] is var need && (called.Contains(need) || !unsure.Add(of))) told[of].Add(need);
        }
        var (compared, relations) = (0, 0);
        foreach (var entry in entries.Where(e => told.ContainsKey(e.Component.Name) && !unsure.Contains(e.Component.Name)))
        {
            Assert.Equal(told[entry.Component.Name], entry.DependsOn.Select(d => names[d]).Order(StringComparer.Ordinal));
            (compared, relations) = (compared + 1, relations + entry.DependsOn.Count);
        }
        TestContext.Current.SendDiagnosticMessage($"{compared} of {entries.Count} packages, {relations} relations");
        Assert.True(compared > 50 && relations > 50, $"{compared} packages, {relations} relations");
    }
}
