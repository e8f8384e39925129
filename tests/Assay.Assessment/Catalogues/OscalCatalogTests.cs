using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Catalogues;

/// <summary>What we write in OSCAL is judged by two outside validators with the published schemas, and read back by our own importer.</summary>
public class OscalCatalogTests
{
    public static TheoryData<string> Ids => [.. Catalogue.All.Select(c => c.Id)];

    [Fact]
    public void Every_catalogue_is_valid_by_the_published_schema_and_both_judges_find_a_planted_fault()
    {
        var schema = Path.Combine(Corpus.Folder("oscal/schema"), "oscal_catalog_schema.json");
        using var scratch = new Scratch();
        var files = Catalogue.All.Select(c => Written(scratch, c.Id, OscalCatalog.Bytes(c))).ToList();
        var text = File.ReadAllText(files[0]);
        files.Add(Written(scratch, "token", System.Text.Encoding.UTF8.GetBytes(text.Replace("\"id\": \"en303645-5.1-1\"", "\"id\": \"5.1-1\"", StringComparison.Ordinal))));
        files.Add(Written(scratch, "member", System.Text.Encoding.UTF8.GetBytes(text.Replace("\"oscal-version\"", "\"version-of-oscal\"", StringComparison.Ordinal))));
        foreach (var said in new[] { OscalJudges.ByAjv(schema, [.. files]), OscalJudges.ByPython(schema, [.. files]) })
        {
            Assert.All(said.Take(Catalogue.All.Count), line => Assert.Equal("valid", line));
            Assert.All(said.Skip(Catalogue.All.Count), line => Assert.NotEqual("valid", line));
        }
    }

    [Fact]
    public void Every_mapping_is_valid_by_the_published_schema_and_both_judges_find_a_planted_fault()
    {
        var schema = Path.Combine(Corpus.Folder("oscal/schema"), "oscal_mapping_schema.json");
        using var scratch = new Scratch();
        var files = Catalogue.All.Where(c => Crosswalk.Of(c.Id).Count > 0).Select(c => Written(scratch, c.Id, OscalMapping.Bytes(Crosswalk.Of(c.Id)))).ToList();
        files.Add(Written(scratch, "pair", OscalMapping.Bytes(Crosswalk.Of("cra-annex-1", Crosswalk.Imported))));
        var whole = files.Count;
        Assert.True(whole > 8);
        files.Add(Written(scratch, "type", System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(files[0]).Replace("\"type\": \"control\"", "\"type\": \"wish\"", StringComparison.Ordinal))));
        foreach (var said in new[] { OscalJudges.ByAjv(schema, [.. files]), OscalJudges.ByPython(schema, [.. files]) })
        {
            Assert.All(said.Take(whole), line => Assert.Equal("valid", line));
            Assert.All(said.Skip(whole), line => Assert.NotEqual("valid", line));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Our_own_export_comes_back_with_the_same_rows(string id)
    {
        var catalogue = Catalogue.Load(id);
        using var artefact = Artefact.Of("any-name.json", OscalCatalog.Bytes(catalogue));
        var back = Catalogue.Import(artefact);
        Assert.Empty(back.Losses);
        Assert.Equal((catalogue.Id, catalogue.Edition, catalogue.Provisional, catalogue.AsOf), (back.Catalogue.Id, back.Catalogue.Edition, back.Catalogue.Provisional, back.Catalogue.AsOf));
        var expected = catalogue.Provisions.Select(p => (p.Id, p.Parent, p.Group, p.Obligation, p.IsDisputed, p.Title, p.Note)).ToList();
        var found = back.Catalogue.Provisions.Select(p => (p.Id, p.Parent, p.Group, p.Obligation, p.IsDisputed, p.Title, p.Note)).ToList();
        Assert.Equal(expected, found);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_same_catalogue_has_the_same_bytes_and_every_identifier_in_it_is_its_own(string id)
    {
        var bytes = OscalCatalog.Bytes(Catalogue.Load(id));
        Assert.Equal(bytes, OscalCatalog.Bytes(Catalogue.Load(id)));
        using var document = JsonDocument.Parse(bytes);
        var ids = new List<string>();
        Collect(document.RootElement, ids);
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.NotEqual(bytes, OscalCatalog.Bytes(Catalogue.Load(id) with { Edition = "another" }));
    }

    [Fact]
    public void Units_and_conditions_go_out_as_parts_of_their_provision()
    {
        using var document = JsonDocument.Parse(OscalCatalog.Bytes(Catalogue.Default));
        var controls = document.RootElement.GetProperty("catalog").GetProperty("controls").EnumerateArray().ToList();
        Assert.Equal(68, controls.Count);
        var parts = controls.SelectMany(c => c.GetProperty("parts").EnumerateArray()).Select(p => p.GetProperty("name").GetString()).CountBy(n => n!).ToDictionary();
        Assert.Equal(226, parts["assessment-objective"]);
        Assert.Equal(68, parts["statement"]);
        Assert.Equal(Catalogue.Default.Provisions.Sum(p => p.Condition?.Names.Count ?? 0), parts["condition"]);
    }

    [Fact]
    public void A_mapping_tells_what_was_reviewed_and_every_reference_in_it_leads_to_a_control_of_our_export()
    {
        foreach (var catalogue in Catalogue.All.Where(c => c.Id != Catalogue.Default.Id))
        {
            var relations = Crosswalk.Of(catalogue.Id, Catalogue.Default.Id);
            if (relations.Count == 0) continue;
            using var document = JsonDocument.Parse(OscalMapping.Bytes(relations));
            var maps = document.RootElement.GetProperty("mapping-collection").GetProperty("mappings").EnumerateArray().SelectMany(m => m.GetProperty("maps").EnumerateArray()).ToList();
            Assert.Equal(relations.Count, maps.Count);
            Assert.Equal(relations.Count(r => r.Review is not null), maps.Count(m => m.GetProperty("props").EnumerateArray().Any(p => p.GetProperty("name").GetString() == "reviewed" && p.GetProperty("value").GetString() == "yes")));
            Assert.Equal(maps.Count, maps.Select(m => m.GetProperty("uuid").GetString()).Distinct().Count());
            var (sources, targets) = (Controls(catalogue), Controls(Catalogue.Default));
            Assert.All(maps, m => Assert.Contains(m.GetProperty("sources")[0].GetProperty("id-ref").GetString()!, sources));
            Assert.All(maps, m => Assert.Contains(m.GetProperty("targets")[0].GetProperty("id-ref").GetString()!, targets));
        }
    }

    [Fact]
    public void A_mapping_without_relations_is_refused() => Assert.Throws<ArgumentException>(() => OscalMapping.Bytes([]));

    private static HashSet<string> Controls(Catalogue catalogue)
    {
        using var document = JsonDocument.Parse(OscalCatalog.Bytes(catalogue));
        var ids = new List<string>();
        Collect(document.RootElement, ids);
        return [.. ids];
    }

    private static void Collect(JsonElement of, List<string> ids)
    {
        if (of.ValueKind == JsonValueKind.Array) foreach (var item in of.EnumerateArray()) Collect(item, ids);
        if (of.ValueKind != JsonValueKind.Object) return;
        foreach (var member in of.EnumerateObject())
        {
            if (member.Name is "id" or "uuid") ids.Add(member.Value.GetString()!);
            else Collect(member.Value, ids);
        }
    }

    private static string Written(Scratch scratch, string name, byte[] bytes)
    {
        var file = scratch.File(name + ".json");
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
