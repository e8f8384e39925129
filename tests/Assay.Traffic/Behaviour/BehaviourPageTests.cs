using System.Globalization;
using System.Text;
using Assay.Tests;
using Assay.Traffic.Behaviour;

namespace Assay.Traffic.Tests.Behaviour;

/// <summary>The table of docs/behaviour.md is the file of thresholds; ASSAY_WRITE_DOCS=1 writes it anew.</summary>
public sealed class BehaviourPageTests
{
    private const string Start = "<!-- thresholds: written by BehaviourPageTests from attack-thresholds.tsv -->\n", End = "<!-- end -->";

    [Fact]
    public void The_page_shows_the_thresholds_that_are_used()
    {
        var file = Path.Combine(Checkout.Root, "docs", "behaviour.md");
        var page = File.ReadAllText(file);
        var table = new StringBuilder("\n| rule | called | from | within | ordinary | because |\n|---|---|---|---|---|---|\n");
        foreach (var t in AttackThreshold.All)
        {
            table.Append(CultureInfo.InvariantCulture, $"| `{t.Rule}` | {Attack.NameOf(t.Kind)} | {t.Count} {t.What} | {t.Seconds} s | {t.Ordinary} | {t.Reason} |\n");
        }
        foreach (var (list, title) in new[] { ("login-ports", "Log-in ports"), ("amplifying-ports", "Amplifying ports") })
        {
            var (ports, reason) = AttackThreshold.PortsOf(list);
            table.Append(CultureInfo.InvariantCulture, $"\n{title}: {string.Join(", ", ports)}. {reason}\n");
        }
        table.Append('\n');
        var (from, to) = (page.IndexOf(Start, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        Assert.True(from > 0 && to > from, "the page has lost its marks");
        var written = page[..(from + Start.Length)] + table + page[to..];
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_DOCS") == "1") File.WriteAllText(file, written);
        Assert.Equal(written, File.ReadAllText(file));
    }
}
