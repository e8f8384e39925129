using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.Tests;

namespace Assay.Assessment.Tests.Catalogues;

public class CrosswalkTests
{
    private const string Second = "en303645-2.1.1";

    [Fact]
    public void Every_relation_names_rows_that_are_there_and_a_source_that_is_listed()
    {
        var sources = Catalogue.Default.Sources.Select(s => s.Key).ToHashSet();
        Assert.True(Crosswalk.All.Count > 300);
        foreach (var relation in Crosswalk.All)
        {
            Assert.NotNull(Catalogue.Load(relation.FromCatalogue).Provision(relation.FromId));
            if (relation.ToCatalogue != Crosswalk.Imported) Assert.NotNull(Catalogue.Load(relation.ToCatalogue).Provision(relation.ToId));
            Assert.Contains(relation.Source, sources);
        }
    }

    [Fact]
    public void No_relation_is_stated_twice_nor_both_ways()
    {
        var pairs = Crosswalk.All.Select(r => (r.FromCatalogue, r.FromId, r.ToCatalogue, r.ToId)).ToList();
        Assert.Equal(pairs.Count, pairs.Distinct().Count());
        Assert.DoesNotContain(pairs, p => pairs.Contains((p.ToCatalogue, p.ToId, p.FromCatalogue, p.FromId)));
    }

    [Fact]
    public void Only_the_selection_the_three_duties_and_unchanged_provisions_are_equal_and_each_review_gives_its_reason()
    {
        var equal = Crosswalk.All.Where(r => r.Kind == RelationKind.Equal).ToList();
        Assert.Equal(["en303645-3.1.3", "fi-label", "uk-psti-2023"], equal.Select(r => r.FromCatalogue).Distinct().Order(StringComparer.Ordinal));
        Assert.All(Crosswalk.All.Where(r => r.Review is not null), r =>
        {
            Assert.Equal(RelationKind.Equal, r.Kind);
            Assert.Matches(@"^own review, \d{4}-\d{2}-\d{2}: .{20,}", r.Review);
            Assert.True(r.CarriesVerdicts);
        });
        Assert.All(Crosswalk.All.Where(r => r.Review is null), r => Assert.False(r.CarriesVerdicts));
    }

    [Fact]
    public void What_a_disputed_provision_continues_is_equal_but_carries_nothing()
    {
        var disputed = Catalogue.Load("en303645-3.1.3").Provisions.Where(p => p.IsDisputed && p.EarlierIsEqual).ToList();
        Assert.Equal(["5.3-11", "5.3-12"], disputed.Select(p => p.Id));
        Assert.All(disputed, p => Assert.DoesNotContain(Crosswalk.All, r => r.FromCatalogue == "en303645-3.1.3" && r.FromId == p.Id && r.CarriesVerdicts));
    }

    [Theory]
    [InlineData("fi-label", 18, 18)]
    [InlineData("uk-psti-2023", 6, 4)]
    [InlineData("en18031-1", 47, 0)]
    [InlineData("en303645-3.1.3", 74, 60)]
    public void Relations_with_the_second_edition_are_counted(string from, int count, int carry)
    {
        var relations = Crosswalk.Of(from, Second);
        Assert.Equal(count, relations.Count);
        Assert.Equal(carry, relations.Count(r => r.CarriesVerdicts));
        Assert.Equal(relations.Select(r => (r.FromId, r.ToId)).Order(), Crosswalk.Of(Second, from).Select(r => (r.ToId, r.FromId)).Order());
    }

    [Fact]
    public void A_relation_read_from_the_other_side_turns_part_into_whole()
    {
        var part = Crosswalk.Of("en303645-3.1.3", Second).First(r => r.FromId == "5.3-4A");
        Assert.Equal(RelationKind.Subset, part.Kind);
        var turned = Crosswalk.Of(Second, "en303645-3.1.3").First(r => r.ToId == "5.3-4A");
        Assert.Equal((RelationKind.Superset, "5.3-4"), (turned.Kind, turned.FromId));
        Assert.Equal(part, turned.Turned());
    }

    [Fact]
    public void What_the_source_gives_no_counterpart_is_unmapped() =>
        Assert.Equal(["AUM-3", "SCM-2", "NMM-1", "TCM-1", "CCK-1", "GEC-3", "GEC-4"],
            Crosswalk.Unmapped(Catalogue.Load("en18031-1"), Crosswalk.Of("en18031-1", Second).Select(r => r.FromId)).Select(p => p.Id));

    /// <summary>An own walk of the public catalog: which controls name EN 18031 as their source.</summary>
    [Fact]
    public void The_draft_controls_that_come_from_EN_18031_relate_to_the_requirement_of_the_same_number()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Corpus.Folder("oscal/cra"), "cra_pren_4000014_oscal_catalog.json")));
        var told = new HashSet<string>();
        Walk(document.RootElement.GetProperty("catalog"), told);
        var rows = new[] { "en18031-1", "en18031-2" }.SelectMany(id => Catalogue.Load(id).Provisions).Select(p => p.Id).ToHashSet();
        var ours = Crosswalk.All.Where(r => r.FromCatalogue.StartsWith("en18031", StringComparison.Ordinal) && r.ToCatalogue == Crosswalk.Imported).ToList();
        Assert.Equal(told.Where(rows.Contains).Order(StringComparer.Ordinal), ours.Where(r => r.Note is null).Select(r => r.ToId).Order(StringComparer.Ordinal));
        Assert.Equal(["ACM-1 ACM-2", "AUM-1 AUM-2"], ours.Where(r => r.Note is not null).Select(r => $"{r.FromId} {r.ToId}"));
        Assert.All(ours.Where(r => r.Note is null), r => Assert.Equal(r.FromId, r.ToId));

        static void Walk(JsonElement of, HashSet<string> told)
        {
            foreach (var list in new[] { "groups", "controls" })
            {
                if (!of.TryGetProperty(list, out var items)) continue;
                foreach (var item in items.EnumerateArray())
                {
                    var title = item.GetProperty("title").GetString()!;
                    if (title.StartsWith('[') && item.GetProperty("props").EnumerateArray().Any(p => p.GetProperty("name").GetString() == "source" && p.GetProperty("value").GetString()!.StartsWith("EN 18031", StringComparison.Ordinal)))
                    {
                        told.Add(title[1..title.IndexOf(']')]);
                    }
                    Walk(item, told);
                }
            }
        }
    }

    /// <summary>An own walk of the public catalog: which controls stand below the group of which letter.</summary>
    [Fact]
    public void The_draft_controls_of_each_item_of_annex_I_are_those_of_the_public_catalog()
    {
        var file = Path.Combine(Corpus.Folder("oscal/cra"), "cra_pren_4000014_oscal_catalog.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var told = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var group in document.RootElement.GetProperty("catalog").GetProperty("groups").EnumerateArray()) Walk(group, group.GetProperty("id").GetString()![^1], told);
        var ours = Crosswalk.Of("cra-annex-1", Crosswalk.Imported).Select(r => $"{r.FromId[^1]} {r.ToId}").ToHashSet();
        Assert.Equal(told, new SortedSet<string>(ours, StringComparer.Ordinal));

        static void Walk(JsonElement of, char letter, SortedSet<string> told)
        {
            if (!of.TryGetProperty("controls", out var controls)) return;
            foreach (var control in controls.EnumerateArray())
            {
                var title = control.GetProperty("title").GetString()!;
                // Sub-requirements such as AUM-5-1 belong to their requirement.
                if (title.StartsWith('[') && title[1..title.IndexOf(']')].Split('-') is [var family, var number]) told.Add($"{letter} {family}-{number}");
                Walk(control, letter, told);
            }
        }
    }
}
