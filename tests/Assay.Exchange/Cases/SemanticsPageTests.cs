using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Exchange.Cases;
using Assay.Tests;

namespace Assay.Exchange.Tests.Cases;

/// <summary>Section 4 of docs/semantics.md tells people the states, decisions and limits that the code has.</summary>
public sealed class SemanticsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "semantics.md"));

    private static List<string> FirstCells(string head)
    {
        var lines = Page[Page.IndexOf(head, StringComparison.Ordinal)..].Split('\n').Skip(2).TakeWhile(l => l.StartsWith('|'));
        return [.. lines.Select(l => Regex.Match(l, @"^\| `?([^`|]+?)`? \|").Groups[1].Value)];
    }

    [Fact]
    public void The_states_are_those_of_a_case() => Assert.Equal(Enum.GetValues<CaseState>().Select(EvidenceJson.Name), FirstCells("| state | who |"));

    [Fact]
    public void The_decisions_are_those_that_a_person_can_make() => Assert.Equal(Enum.GetValues<DecisionKind>().Select(EvidenceJson.Name), FirstCells("| decision | the label is then |"));

    [Fact]
    public void The_limits_are_those_of_the_clocks()
    {
        Assert.Contains($"| first | {Clocks.EarlyWarning.TotalHours} hours after awareness |", Page, StringComparison.Ordinal);
        Assert.Contains($"| second | {Clocks.Notification.TotalHours} hours after awareness |", Page, StringComparison.Ordinal);
        Assert.Contains($"| last | {Clocks.AfterMeasure.TotalDays} days after a corrective measure is available | one month after", Page, StringComparison.Ordinal);
    }
}
