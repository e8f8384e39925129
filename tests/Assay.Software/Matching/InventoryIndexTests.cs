using System.Text.Json;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

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
        var alone = new Surroundings([]);
        var walked = identities.SelectMany(i => groups.Select(g => Matcher.Match(i, g, alone, null)).OfType<Vulnerability>()).Select(Words).Order().ToList();
        var stored = components.SelectMany(c => Matcher.Match(c, store, alone, all: true)).Select(Words).Order().ToList();
        Assert.True(walked.Count > 300, $"{walked.Count} matches");
        Assert.Equal(walked, stored);

        var index = new InventoryIndex<int>();
        for (var i = 0; i < components.Count; i++) index.Put(i, [components[i]]);
        var indexed = index.Match(ids, store);
        Assert.Equal(identities.SelectMany((identity, i) => groups.Select(g => Matcher.Match(identity, g, new Surroundings([components[i]]), null)).OfType<Vulnerability>()).Where(v => v.Status != VulnerabilityStatus.Fixed).Select(Words).Order(),
            indexed.Select(h => Words(h.Vulnerability)).Order());

        // What is taken out is no longer found; what is put again is.
        for (var i = 0; i < components.Count; i++) index.Remove(i);
        Assert.Empty(index.Match(ids, store));
        index.Put(1, components);
        Assert.NotEmpty(index.Match(ids, store));

        static string Words(Vulnerability v) => $"{v.Id} {v.Status} {v.Component.Name} {v.Component.Version} {v.Component.Purl} {string.Join(' ', v.Advisories)}";
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
