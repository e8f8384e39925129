using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Lints;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Checks;

/// <summary>docs/checks.md is what the register says. With <c>ASSAY_WRITE=1</c> it writes the page anew.</summary>
public class ChecksPageTests
{
    private static readonly string Page = Path.Combine(Checkout.Root, "docs", "checks.md");

    [Fact]
    public void The_page_of_checks_says_what_the_register_says()
    {
        var expected = Write();
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE") == "1") File.WriteAllText(Page, expected);
        Assert.True(File.Exists(Page) && File.ReadAllText(Page) == expected, "docs/checks.md is not what the register says: write it anew with ASSAY_WRITE=1 .build/bin/Assay.Assessment.Tests/release/Assay.Assessment.Tests -class " + typeof(ChecksPageTests).FullName);
    }

    [Fact]
    public void Every_unit_is_counted_once()
    {
        Assert.Equal(226, Catalogue.Default.Units.Count);
        Assert.Equal(226, Catalogue.Default.Units.GroupBy(Best).Sum(g => g.Count()));
        // The counting rule can tell classes apart: a unit that a closed world decides, one that can only be refuted, one that needs a person.
        Assert.Equal('D', Best(Catalogue.Default.Unit("4-1-1a")!));
        Assert.Equal('S', Best(Catalogue.Default.Unit("5.4-3-2a")!));
        Assert.Contains(Catalogue.Default.Units, u => Best(u) == 'R');
        Assert.Equal('H', Best(Catalogue.Default.Unit("5.11-1-2a")!));
    }

    [Fact]
    public void The_yardstick_has_56_units_and_a_unit_without_such_a_check_does_not_count()
    {
        Assert.Equal(56, Yardstick.Units.Select(u => u.Id).Distinct().Count());
        Assert.All(Yardstick.Units, Assert.NotNull);
        Assert.DoesNotContain(Yardstick.ByTool, u => u.Id == "5.3-15-2b");
        Assert.Contains(Yardstick.ByTool, u => u.Id == "5.1-1-2c");
    }

    /// <summary>The most that any check of the register may say of a unit: D decide, S agree or dispute, R refute, H nothing.</summary>
    private static char Best(TestUnit unit)
    {
        var polarities = Register.All.Where(c => c.Units.Contains(unit.Id)).Select(c => c.Polarity).ToHashSet();
        return polarities.Contains(Polarity.Decide) ? 'D' : polarities.Contains(Polarity.Support) || polarities.Contains(Polarity.Absent) ? 'S' : polarities.Contains(Polarity.Refute) ? 'R' : 'H';
    }

    private static string Topic(Check check)
    {
        var folder = Path.Combine(Checkout.Root, "src", "Assay.Assessment", "Checks");
        var declares = $"class {check.GetType().Name}(";
        var file = Assert.Single(Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories), f => File.ReadAllText(f).Contains(declares, StringComparison.Ordinal));
        return Path.GetFileName(Path.GetDirectoryName(file)!);
    }

    private static string Write()
    {
        var page = new StringBuilder();
        page.Append("""
            # What the program looks for

            Every check of `Checks/Register.cs`, by topic; written by a test from the register (`tests/Assay.Assessment/Checks/ChecksPageTests.cs`, which says how to write it anew). A check answers for
            single test units of TS 103 701 V1.1.1 and names where it looked. What it may say at most:

            | may | meaning |
            |---|---|
            | decide | a closed world (papers, signatures, sets compared): passes or fails the unit within the scope that it states |
            | absent | a sighting fails the unit; where everything of its kind was looked at and nothing was seen, that supports a signed claim |
            | support | agrees with a claim, or shows that sources contradict each other; never passes a unit alone |
            | refute | a sighting fails the unit; no sighting says nothing |

            *Needs* is what must have been handed over and read before the check can speak; where it was read in part only, silence says nothing.


            """.ReplaceLineEndings("\n"));
        foreach (var topic in Register.All.GroupBy(Topic).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append($"## {topic.Key}\n\n| check | looks for | may | needs | units |\n|---|---|---|---|---|\n");
            foreach (var check in topic)
            {
                page.Append($"| `{check.Id}` {check.Version} | {check.LooksFor.Replace("|", "\\|", StringComparison.Ordinal)} | {EvidenceJson.Name(check.Polarity)} | {EvidenceJson.Name(check.Needs)} | {string.Join(", ", check.Units)} |\n");
            }
            page.Append('\n');
        }
        page.Append("## How far a machine gets\n\nThe 226 units by the most that any check above may say of them. Counted by what checks may say, not by what they said of a device; a unit with several checks counts once, with the most.\n\n| best outcome | units | share |\n|---|---:|---:|\n");
        var words = new Dictionary<char, string> { ['D'] = "decide", ['S'] = "support, dispute or refute", ['R'] = "refute only", ['H'] = "nothing: a person, a lab, a signed claim" };
        foreach (var (letter, word) in words)
        {
            var count = Catalogue.Default.Units.Count(u => Best(u) == letter);
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {letter}: {word} | {count} | {100.0 * count / Catalogue.Default.Units.Count:0} % |\n");
        }
        page.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n{Catalogue.Default.Units.Count(u => u.EachRow is not null)} units ask every row of a table: they pass by tool only where each row is decided, and fail by the first row that is refuted.\n");
        var byTool = Yardstick.ByTool;
        page.Append(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""

            Beside others: of the {Yardstick.Units.Count} units that the public mapping of ouspg/tcsfw gives to tools, a check may decide or refute **{byTool.Count}, which is {100.0 * byTool.Count / Yardstick.Units.Count:0} %**. Published for the same {Yardstick.Units.Count}
            (Kaksonen and others, ICISSP 2024): {Yardstick.Basic} % with basic tools, {Yardstick.Advanced} % with advanced ones. Counting rule: a unit counts when at least one check above may decide or refute it (decide, absent, refute);
            one that only supports a claim or shows a contradiction does not count. It says what can be refuted, not that every way of failing is found. Left: {string.Join(", ", Yardstick.Units.Except(byTool).Select(u => u.Id))}.

            """).ReplaceLineEndings("\n"));
        page.Append("\n## Traps\n\nWays in which people come to wrong verdicts, looked for in every dossier: in the verdicts that the maker or a lab brings along, and in the evidence itself. They are listed in the report, and change no outcome.\n\n| trap | looks for |\n|---|---|\n");
        foreach (var trap in Trap.All) page.Append($"| `{trap.Id}` | {trap.LooksFor} |\n");
        return page.ToString();
    }
}
