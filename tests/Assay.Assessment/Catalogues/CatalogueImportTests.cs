using System.Text;
using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Assessment.Tests.Catalogues;

public class CatalogueImportTests
{
    /// <summary>Every document of the corpus that is a catalog, counted by a walk of our test's own.</summary>
    [Fact]
    public void Every_catalog_of_the_corpus_comes_in_with_all_its_controls()
    {
        var catalogs = 0;
        foreach (var file in Corpus.Files("oscal", "*.json"))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!document.RootElement.TryGetProperty("catalog", out var catalog))
            {
                Assert.Contains("\"catalog\"", Assert.Throws<UnreadableException>(() => Catalogue.Import(artefact)).Expected);
                continue;
            }
            catalogs++;
            var imported = Catalogue.Import(artefact);
            Assert.Empty(imported.Losses);
            var ids = new List<string>();
            Walk(catalog, ids);
            Assert.NotEmpty(ids);
            Assert.Equal(ids, imported.Catalogue.Provisions.Select(p => p.Id));
            Assert.All(imported.Catalogue.Provisions.Where(p => p.Parent is not null), p => Assert.NotNull(imported.Catalogue.Provision(p.Parent!)));
            Assert.Equal(Extent.Ids, imported.Catalogue.Extent);
            Assert.Contains(artefact.Sha256, imported.Catalogue.Source.Read);
        }
        Assert.True(catalogs >= 2);

        static void Walk(JsonElement of, List<string> ids)
        {
            foreach (var list in new[] { "controls", "groups" })
            {
                if (!of.TryGetProperty(list, out var items)) continue;
                foreach (var item in items.EnumerateArray())
                {
                    if (list == "controls") ids.Add(item.GetProperty("id").GetString()!);
                    Walk(item, ids);
                }
            }
        }
    }

    [Fact]
    public void The_draft_standard_is_known_by_what_it_stands_for_and_its_rows_by_their_number()
    {
        using var artefact = Artefact.Open(Path.Combine(Corpus.Folder("oscal/cra"), "cra_pren_4000014_oscal_catalog.json"), "renamed.json");
        var catalogue = Catalogue.Import(artefact).Catalogue;
        Assert.Equal(Crosswalk.Imported, catalogue.Id);
        Assert.Equal(["gec-8", "gec-8-f", "gec-8-i"], catalogue.Rows("GEC-8").Select(p => p.Id));
        Assert.Contains("draft", catalogue.Provisional);
        Assert.All(Crosswalk.All.Where(r => r.ToCatalogue == Crosswalk.Imported), r => Assert.NotEmpty(catalogue.Rows(r.ToId)));
    }

    /// <summary>Relations hang on ids: a document cannot take over a duty's verdict by taking its catalogue's name.</summary>
    [Theory]
    [InlineData("The support period is published", "The support period is whatever we like", "uk-psti-2023.json", "imported-uk-psti-2023")]
    [InlineData("\"value\": \"3.4\"", "\"value\": \"3.5\"", "other.json", "other")]
    [InlineData("no such text", "", "other.json", "uk-psti-2023")]
    public void A_document_that_says_it_is_one_of_ours_and_has_other_rows_gets_another_id(string old, string other, string file, string id)
    {
        using var artefact = Artefact.Of(file, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(OscalCatalog.Bytes(Catalogue.Load("uk-psti-2023"))).Replace(old, other, StringComparison.Ordinal)));
        var imported = Catalogue.Import(artefact);
        Assert.Equal(id, imported.Catalogue.Id);
        Assert.Equal(id == "uk-psti-2023", imported.Losses.Count == 0);
        Assert.Equal(id == "uk-psti-2023", Crosswalk.Of(imported.Catalogue.Id).Count > 0);
    }

    [Fact]
    public void A_label_without_a_class_counts_before_one_with()
    {
        var row = Import("""{ "catalog": { "metadata": { "title": "T" }, "controls": [ { "id": "ac-1", "title": "A", "props": [ { "name": "label", "value": "AC-01", "class": "zero-padded" }, { "name": "label", "value": "AC-1" }, { "name": "label", "value": "other" }, { "name": "label", "ns": "https://elsewhere.example", "value": "no" } ] } ] } }""").Catalogue.Provisions[0];
        Assert.Equal("AC-1", row.Label);
    }

    [Fact]
    public void Parameters_stand_in_the_prose_and_items_follow_their_statement()
    {
        var catalogue = Import("""
            { "catalog": { "uuid": "x", "metadata": { "title": "T {{ insert: param, p1 }}", "version": "1" }, "params": [ { "id": "p1", "values": [ "seven", "eight" ] } ],
              "groups": [ { "id": "g", "title": "Group", "groups": [ { "id": "h", "title": "Inner", "controls": [
                { "id": "c-1", "title": "Every {{ insert: param, p1 }} days", "params": [ { "id": "p2", "label": "role" }, { "id": "p3", "select": { "choice": [ "a", "b" ] } } ],
                  "props": [ { "name": "label", "value": "C.1" } ],
                  "parts": [ { "name": "statement", "prose": "Do this:", "parts": [ { "name": "item", "props": [ { "name": "label", "value": "a." } ], "prose": "by {{insert: param, p2}} or {{ insert: param, p3 }}" },
                             { "name": "item", "prose": "left {{ insert: param, nobody }} and {{ open" } ] }, { "name": "guidance", "prose": "not shown" } ],
                  "controls": [ { "id": "c-1.1", "title": "Enhancement", "props": [ { "name": "status", "value": "withdrawn" } ] } ] } ] } ] } ] } }
            """).Catalogue;
        var row = catalogue.Provision("c-1")!;
        Assert.Equal(("Every seven, eight days", "C.1", "Group / Inner"), (row.Title, row.Label, row.Group));
        Assert.Equal("Do this: a. by [role] or [one of: a; b] left {{ insert: param, nobody }} and {{ open", row.Text);
        Assert.Equal(("c-1", "withdrawn"), (catalogue.Provision("c-1.1")!.Parent, catalogue.Provision("c-1.1")!.Note));
        Assert.Same(row, Assert.Single(catalogue.Rows("C.1")));
    }

    [Theory]
    [InlineData("""{ "id": "b", "title": "B", "mystery": 1 }""", "mystery", 2)]
    [InlineData("""{ "title": "no id" }""", "an id", 1)]
    [InlineData("""{ "id": "A", "title": "again" }""", "used once", 1)]
    [InlineData("""{ "id": "b" }""", "a title", 2)]
    [InlineData("""{ "id": "b", "title": "B", "parts": 7 }""", "a list", 2)]
    [InlineData("""{ "id": "b", "title": "B", "parts": [ { "name": "statement", "words": "x" } ] }""", "words", 2)]
    [InlineData("""{ "id": "b", "title": "B", "params": [ { "label": "without id" } ] }""", "an id", 2)]
    [InlineData("\"just text\"", "an object", 1)]
    [InlineData("""{ "id": "b", "title": "B" }""", null, 2)]
    public void What_is_not_understood_is_a_loss_and_the_rest_is_there(string control, string? loss, int rows)
    {
        var imported = Import($$"""{ "catalog": { "uuid": "x", "metadata": { "title": "T" }, "controls": [ { "id": "a", "title": "A" }, {{control}} ] } }""");
        Assert.Equal(rows, imported.Catalogue.Provisions.Count);
        Assert.Equal(loss is null ? Extent.Ids : Extent.Partial, imported.Catalogue.Extent);
        if (loss is null) Assert.Empty(imported.Losses);
        else Assert.Contains(loss, Assert.Single(imported.Losses).ToString());
    }

    [Fact]
    public void Deeper_than_the_budget_is_said_and_what_stands_above_is_read()
    {
        var text = new StringBuilder("""{ "catalog": { "metadata": { "title": "T" }, "controls": [ """);
        for (var i = 0; i < 12; i++) text.Append($$"""{ "id": "c{{i}}", "title": "t", "controls": [ """);
        for (var i = 0; i < 12; i++) text.Append("] }");
        text.Append("] } }");
        using var artefact = Artefact.Of("deep.json", Encoding.UTF8.GetBytes(text.ToString()));
        Assert.Equal(12, Catalogue.Import(artefact).Catalogue.Provisions.Count);
        var shallow = Catalogue.Import(artefact, new Budget { Depth = 5 });
        Assert.Equal(5, shallow.Catalogue.Provisions.Count);
        Assert.Contains("5 levels", Assert.Single(shallow.Losses).Expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "catalog": [] }""")]
    [InlineData("""{ "component-definition": {} }""")]
    [InlineData("""{ "catalog": { "metadata": { "title": "\ud800" } } }""")]
    [InlineData("""{ "catalog": { "\udfff": 1 } }""")]
    public void What_is_no_catalog_is_refused_with_what_was_found(string text) => Assert.Throws<UnreadableException>(() => Import(text));

    [Fact]
    public void Endless_nesting_ends_with_a_message_and_size_with_the_budget()
    {
        Assert.Throws<UnreadableException>(() => Import("{ \"catalog\": { \"groups\": " + string.Concat(Enumerable.Repeat("[{\"groups\":", 100_000))));
        using var large = Artefact.Of("large.json", new byte[2000]);
        Assert.Equal("file", Assert.Throws<BudgetException>(() => Catalogue.Import(large, new Budget { FileBytes = 1000 })).Budget);
    }

    [Fact]
    public void Mutated_catalogs_are_read_or_refused_never_worse()
    {
        var random = new Random(4711);
        var seed = OscalCatalog.Bytes(Catalogue.Load("uk-psti-2023"));
        var (read, refused) = (0, 0);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = seed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : "{}[]\",:\\0a"[random.Next(10)]);
            using var artefact = Artefact.Of("mutated.json", bytes);
            try
            {
                var imported = Catalogue.Import(artefact);
                Assert.True(imported.Catalogue.Provisions.Count <= 8);
                OscalCatalog.Bytes(imported.Catalogue);
                read++;
            }
            catch (UnreadableException)
            {
                refused++;
            }
        }
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Control_characters_of_a_document_do_not_reach_the_screen()
    {
        var row = Import("""{ "catalog": { "metadata": { "title": "\u001b[2J", "version": "\u202e1" }, "controls": [ { "id": "a", "title": "\u001b]0;x\u0007" } ] } }""").Catalogue;
        Assert.DoesNotContain('\u001b', row.Name + row.Provisions[0].Title);
        Assert.DoesNotContain('\u202e', row.Edition);
    }

    private static ImportedCatalogue Import(string text)
    {
        using var artefact = Artefact.Of("some.json", Encoding.UTF8.GetBytes(text));
        return Catalogue.Import(artefact);
    }
}
