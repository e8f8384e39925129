using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Assay.Tests;

/// <summary>The house is as drawn: reads the table of rooms in docs/architecture.md and the references of every project.</summary>
public partial class ArchitectureTests
{
    [Fact]
    public void Every_room_is_drawn_and_refers_only_to_lower_floors()
    {
        var floors = Floors();
        var projects = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(projects);
        foreach (var project in projects)
        {
            var room = Path.GetFileNameWithoutExtension(project);
            Assert.True(floors.ContainsKey(room), $"{room} is not in the table of docs/architecture.md");
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                var other = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!);
                Assert.True(floors[other] < floors[room], $"{room} (floor {floors[room]}) refers to {other} (floor {floors[other]})");
            }
        }
    }

    [Fact]
    public void A_room_has_only_the_folders_that_are_drawn()
    {
        foreach (Match row in Row().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "architecture.md"))))
        {
            var source = Path.Combine(Checkout.Root, "src", row.Groups["room"].Value);
            if (!Directory.Exists(source)) continue;
            var drawn = Folder().Matches(row.Groups["folders"].Value).Select(m => m.Groups[1].Value).ToHashSet();
            foreach (var folder in Directory.EnumerateDirectories(source).Select(Path.GetFileName))
            {
                Assert.True(drawn.Contains(folder!), $"{row.Groups["room"].Value}/{folder} is not in the table of docs/architecture.md");
            }
        }
    }

    [Fact]
    public void No_room_below_floor_4_is_exempt_from_ahead_of_time_rules()
    {
        var floors = Floors();
        foreach (var project in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            if (floors[Path.GetFileNameWithoutExtension(project)] == 4) continue;
            Assert.DoesNotContain("IsAotCompatible", File.ReadAllText(project), StringComparison.Ordinal);
        }
    }

    private static Dictionary<string, int> Floors()
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "architecture.md"));
        var floors = Row().Matches(text).ToDictionary(m => m.Groups["room"].Value, m => int.Parse(m.Groups["floor"].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(floors.Count > 5, "the table of rooms in docs/architecture.md was not found");
        return floors;
    }

    [GeneratedRegex(@"^\| (?<floor>\d) \| `(?<room>Assay\.\w+)` \|[^|]*\|(?<folders>[^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(\\w+)/`")]
    private static partial Regex Folder();
}
