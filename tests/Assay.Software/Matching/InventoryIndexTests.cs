using System.Text.Json;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;
using Assay.Software.Matching.Repairs;

namespace Assay.Tests.Software.Matching;

/// <summary>The inverted indexes are only faster: they find what a walk over every advisory and every component finds.</summary>
public class InventoryIndexTests
{
    [Fact]
    public void The_indexes_find_exactly_what_comparing_everything_with_everything_finds()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var ids = new List<string>();
        foreach (var file in Corpus.Files("advisories").Where(f => f.EndsWith(".json", StringComparison.Ordinal) || f.EndsWith(".jsonl", StringComparison.Ordinal) || f.Contains("kev-2", StringComparison.Ordinal)))
        {
            ids.AddRange(store.Import(file, File.ReadAllBytes(file)).Touched);
        }
        var components = Components();
        Assert.True(ids.Count > 2000 && components.Count > 150, $"{ids.Count} ids, {components.Count} components");

        var groups = ids.Distinct().Select(store.About).DistinctBy(g => string.Join(' ', g.Select(a => a.Reference))).ToList();
        var identities = components.Select(c => new ComponentIdentity(c)).ToList();
        var alone = Surroundings.Unknown;
        var walked = identities.SelectMany(i => groups.Select(g => Matcher.Match(i, g, alone, null)).OfType<Vulnerability>()).Select(Words).Order().ToList();
        var stored = components.SelectMany(c => Matcher.Match(c, store, alone, all: true)).Select(Words).Order().ToList();
        Assert.True(walked.Count > 300, $"{walked.Count} matches");
        Assert.Equal(walked, stored);

        var index = new InventoryIndex<int>();
        for (var i = 0; i < components.Count; i++) index.Put(i, [components[i]]);
        var indexed = index.Match(ids, store);
        Assert.Equal(identities.SelectMany((identity, i) => groups.Select(g => Matcher.Match(identity, g, new Surroundings([components[i]]), null)).OfType<Vulnerability>()).Where(v => v.IsOpen).Select(Words).Order(),
            indexed.Select(h => Words(h.Vulnerability)).Order());

        // What is taken out is no longer found; what is put again is.
        for (var i = 0; i < components.Count; i++) index.Remove(i);
        Assert.Empty(index.Match(ids, store));
        index.Put(1, components);
        Assert.NotEmpty(index.Match(ids, store));

        static string Words(Vulnerability v) => $"{v.Id} {v.Status} {v.Component.Name} {v.Component.Version} {v.Component.Purl} {string.Join(' ', v.Advisories)}";
    }

    [Fact]
    public void Whole_inventories_are_answered_as_a_walk_over_each_of_them_answers_after_any_number_of_changes()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var ids = new List<string>();
        foreach (var file in Corpus.Files("advisories").Where(f => f.EndsWith(".json", StringComparison.Ordinal) || f.EndsWith(".jsonl", StringComparison.Ordinal)))
        {
            ids.AddRange(store.Import(file, File.ReadAllBytes(file)).Touched);
        }
        var random = new Random(20261123);
        // Kernels, hosts and systems that conditions ask for stand among the parts.
        var hosts = ids.Distinct().SelectMany(store.About).SelectMany(a => a.Ranges).SelectMany(r => r.Needs).SelectMany(n => n).Where(n => n.Vendor is not (CpeName.Any or CpeName.None) && n.Product is not (CpeName.Any or CpeName.None))
            .DistinctBy(n => n.Name).Select(n => new Component { Name = n.Product, Version = n.Version is CpeName.Any or CpeName.None ? null : n.Version, Cpe = [$"cpe:2.3:{n.Part}:{Escape(n.Vendor)}:{Escape(n.Product)}:*:*:*:*:*:*:*:*"], Evidence = [] }).ToList();
        var parts = Components();
        var kernels = new[] { "5.10.1", "6.1.0", "3.4.11" }.Select(v => new Component { Name = "linux_kernel", Version = v, Evidence = [] }).ToList();
        Assert.True(hosts.Count > 10, $"{hosts.Count} hosts");
        var index = new InventoryIndex<int>();
        var inventories = new Dictionary<int, (List<Component> Components, ProductFacts? Facts)>();
        var groups = ids.Distinct().Select(store.About).DistinctBy(g => string.Join(' ', g.Select(a => a.Reference))).ToList();
        var found = 0;
        for (var step = 0; step < 6; step++)
        {
            for (var i = 0; i < 12; i++)
            {
                var owner = random.Next(16);
                if (random.Next(4) == 0)
                {
                    index.Remove(owner);
                    inventories.Remove(owner);
                    continue;
                }
                List<Component> inventory = [.. random.GetItems(parts.ToArray(), 8), .. random.GetItems(hosts.ToArray(), random.Next(6)), .. random.GetItems(kernels.ToArray(), random.Next(2))];
                // The same part twice, and each where its own inventory saw it.
                inventory.Add(inventory[0]);
                inventory = [.. inventory.Select((c, at) => c with { Evidence = [new ComponentEvidence("string", new Assay.Evidence.Location { Artefact = $"image {owner}", Offset = at }, 0.9)] })];
                // Of every other product more is known than its parts.
                var facts = random.Next(2) == 0 ? null : new ProductFacts
                {
                    Applets = [new AppletTable(["cat", "ls"], new Assay.Evidence.Location { Artefact = $"image {owner}" })],
                    Repairs = [.. random.GetItems(ids.ToArray(), 200).Zip(random.GetItems(inventory.ToArray(), 200)).Select(r => new Repair { Vulnerability = r.First, Source = r.Second.Name, Kind = RepairKind.Fixed, By = "recipe", Location = new Assay.Evidence.Location { Artefact = "recipe" } })],
                };
                index.Put(owner, inventory, facts);
                inventories[owner] = (inventory, facts);
            }
            var walked = inventories.SelectMany(i =>
            {
                var surroundings = new Surroundings(i.Value.Components, i.Value.Facts);
                return i.Value.Components.SelectMany(c => groups.Select(g => Matcher.Match(c, g, surroundings)).OfType<Vulnerability>()).Where(v => v.IsOpen).Select(v => Line(i.Key, v));
            }).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(walked, index.Match(ids, store).Select(h => Line(h.Owner, h.Vulnerability)).Order(StringComparer.Ordinal));
            Assert.Equal((inventories.Count, inventories.Sum(i => (long)i.Value.Components.Count)), (index.Owners, index.Components));
            found += walked.Count;
        }
        Assert.True(found > 500, $"{found} answers");
        foreach (var owner in inventories.Keys) index.Remove(owner);
        Assert.Equal((0, 0L, 0), (index.Owners, index.Components, index.DistinctComponents));

        static string Line(int owner, Vulnerability v) => $"{owner} {v.Id} {v.Status} {v.Component.Name} {v.Component.Version} {v.Component.Purl} {v.Reason} {string.Join(' ', v.Component.Evidence.Select(e => e.Location))}";
        static string Escape(string value) => string.Concat(value.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '\\' ? $"{c}" : $"\\{c}"));
    }

    [Fact]
    public void One_answer_stands_for_every_inventory_that_holds_the_part()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("a", """{ "id": "EDB-1", "affected": [ { "package": { "name": "edb-updater" }, "ranges": [ { "type": "SEMVER", "events": [ { "introduced": "0" }, { "fixed": "2.0" } ] } ] } ] }"""u8.ToArray());
        var index = new InventoryIndex<int>();
        for (var i = 0; i < 1000; i++) index.Put(i, [new Component { Name = "edb-updater", Version = i % 2 == 0 ? "1.0" : "3.0", Evidence = [] }]);
        Assert.Equal(2, index.DistinctComponents);
        var hit = Assert.Single(index.Hits(["EDB-1"], store));
        Assert.Equal(500, hit.Count);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 2), hit.Owners.Order());
        Assert.Equal(500, hit.Each.Count());
    }

    [Fact]
    public void Whatever_a_component_says_makes_it_another_one_and_the_place_where_it_was_seen_does_not()
    {
        var here = new Assay.Evidence.Location { Artefact = "image" };
        Component Whole() => new()
        {
            Name = "edb-updater",
            Version = "1.1",
            Package = "1.1-2",
            Purl = "pkg:deb/debian/edb-updater@1.1-2",
            Cpe = ["cpe:2.3:a:edb:updater:1.1:*:*:*:*:*:*:*"],
            Supplier = "EDB",
            Licence = "MIT",
            Source = new SourcePackage("edb", "1.1-2"),
            PatchLevel = "2",
            Distribution = "debian",
            IsGuess = true,
            Conflicts = [new OtherVersion("1.2", "string", here)],
            Files = ["/usr/bin/edb"],
            Needs = ["libc6"],
            Provides = ["updater"],
            Evidence = [new ComponentEvidence("string", here, 0.9)],
        };
        Assert.True(SameComponent.Instance.Equals(Whole(), Whole()));
        Assert.True(SameComponent.Instance.Equals(Whole(), Whole() with { Evidence = [new ComponentEvidence("string", here with { Offset = 9 }, 0.9)] }));
        Assert.False(SameComponent.Instance.Equals(Whole(), Whole() with { Evidence = [new ComponentEvidence("note", here, 0.9)] }));
        Assert.Equal(SameComponent.Instance.GetHashCode(Whole()), SameComponent.Instance.GetHashCode(Whole()));
        var other = new Component { Name = "other", Evidence = [] };
        foreach (var property in typeof(Component).GetProperties().Where(p => p.CanWrite))
        {
            var changed = Whole();
            property.SetValue(changed, property.GetValue(other));
            Assert.False(SameComponent.Instance.Equals(Whole(), changed), property.Name);
        }
    }

    /// <summary>Products and versions as binaries name them, plus the packages of the hard cases under their purls.</summary>
    private static List<Component> Components()
    {
        var components = File.ReadLines(Assert.Single(Corpus.Files("components", "version-strings.tsv"))).Skip(1).Select(l => l.Split('\t')).Where(c => c.Length >= 2)
            .Select(c => new Component { Name = c[0], Version = c[1], Evidence = [] }).ToList();
        foreach (var file in Corpus.Files("advisories/matcher-cases", "*osv*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var records = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray().ToList() : [document.RootElement];
            foreach (var package in records.SelectMany(r => r.GetProperty("affected").EnumerateArray()).Select(a => a.GetProperty("package")))
            {
                var name = package.GetProperty("name").GetString()!;
                var purl = package.TryGetProperty("purl", out var own) ? own.GetString()! : $"pkg:golang/{name}";
                foreach (var version in new[] { "1.0.0", "1.6.20", "9.9.9" }) components.Add(new Component { Name = name[(name.LastIndexOf('/') + 1)..], Version = version, Purl = $"{purl.Split('?')[0]}@{version}", Evidence = [] });
            }
        }
        return components;
    }
}
