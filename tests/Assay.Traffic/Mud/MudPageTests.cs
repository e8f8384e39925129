using System.Text.RegularExpressions;
using Assay.Tests;

namespace Assay.Traffic.Tests.Mud;

/// <summary>docs/mud.md explains every remark that the reader makes, and no other.</summary>
public sealed partial class MudPageTests
{
    [Fact]
    public void Every_rule_of_a_remark_has_its_row_and_every_row_its_rule()
    {
        var folder = Path.Combine(Checkout.Root, "src", "Assay.Traffic", "Mud");
        var made = Directory.EnumerateFiles(folder, "Mud*.cs").SelectMany(f => Call().Matches(File.ReadAllText(f))).SelectMany(c => Word().Matches(c.Groups[1].Value)).Select(w => w.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "mud.md"));
        var section = page[page.IndexOf("### Remarks", StringComparison.Ordinal)..page.IndexOf("## Verify", StringComparison.Ordinal)];
        var told = section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).SelectMany(l => Cell().Matches(l.Split('|')[1])).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(made.Count > 30, $"{made.Count} rules were found in the code");
        Assert.Empty(made.Except(told));
        Assert.Empty(told.Except(made));
    }

    // The first argument of a remark, up to its weight.
    [GeneratedRegex(@"(?:Remark|Note)\(((?:(?!RemarkWeight|;).)*?), RemarkWeight")]
    private static partial Regex Call();

    [GeneratedRegex("\"([a-z]+(?:-[a-z]+)+)\"")]
    private static partial Regex Word();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex Cell();
}
