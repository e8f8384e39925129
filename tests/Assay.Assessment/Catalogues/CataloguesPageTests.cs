using System.Globalization;
using Assay.Assessment.Catalogues;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Catalogues;

/// <summary>The tables of docs/catalogues.md are the data's.</summary>
public class CataloguesPageTests
{
    [Fact]
    public void The_table_of_catalogues_is_what_the_program_carries() => Same("| catalogue |", Catalogue.All.Select(c =>
        string.Create(CultureInfo.InvariantCulture, $"| `{c.Id}` | {c.Name} {c.Edition} | {EvidenceJson.Name(c.Extent)} | {c.Provisions.Count} | {(c.Units.Count > 0 ? c.Units.Count : "–")} | {c.Source.Read} |")));

    [Fact]
    public void The_table_of_relations_is_what_the_data_hold() => Same("| from |", Crosswalk.All.GroupBy(r => (r.FromCatalogue, r.ToCatalogue)).Select(g =>
        string.Create(CultureInfo.InvariantCulture, $"| `{g.Key.FromCatalogue}` | `{g.Key.ToCatalogue}` | {g.Count()} | {g.Count(r => r.Kind == RelationKind.Equal)} | {g.Count(r => r.Review is not null)} | {string.Join("; ", g.Select(r => r.Source).Distinct().Select(Named))} |")));

    [Fact]
    public void Every_kind_of_relation_and_every_extent_is_explained()
    {
        var page = Page();
        Assert.All(Enum.GetValues<RelationKind>(), kind => Assert.Contains($"| `{EvidenceJson.Name(kind)}` |", page));
        Assert.All(Enum.GetValues<Extent>(), extent => Assert.Contains($"- `{EvidenceJson.Name(extent)}`: ", page));
    }

    private static string Named(string key) => key == "OWN" ? "own proposal" : Catalogue.Default.Sources.First(s => s.Key == key).Name.Split([',', '('], 2)[0].Trim();

    private static void Same(string head, IEnumerable<string> expected)
    {
        var lines = Page().Split('\n');
        var at = Array.FindIndex(lines, l => l.StartsWith(head, StringComparison.Ordinal));
        Assert.True(at >= 0, $"no table {head}");
        var found = string.Join('\n', lines.Skip(at + 2).TakeWhile(l => l.StartsWith('|')));
        var wanted = string.Join('\n', expected);
        Assert.True(found == wanted, $"docs/catalogues.md, table \"{head}\": the data say\n{wanted}\n");
    }

    private static string Page() => File.ReadAllText(Path.Combine(Checkout.Root, "docs", "catalogues.md"));
}
