using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Checks;
using Assay.Assessment.Probes;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Probes;

/// <summary>docs/outside-results.md says what is there: its files can be read, its table is the checks'.</summary>
public class OutsideResultsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "outside-results.md"));

    private static IReadOnlyList<string> Blocks => [.. Regex.Matches(Page, "```yaml\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value)];

    [Fact]
    public void The_device_sheet_of_the_page_is_read_whole()
    {
        var names = Regex.Matches(Blocks[0], @"^  (\S+):", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(3, names.Count);
        using var dossier = Dossier.Of([Artefact.Of("device.yaml", Encoding.UTF8.GetBytes(Blocks[0])), .. names.Select(n => Artefact.Of(n, "x"u8.ToArray()))]);
        Assert.Empty(dossier.Losses);
        Assert.Equal(["192.0.2.7"], dossier.Device.Addresses);
        var scan = dossier.Files.Single(f => f.Name == "probes/initialised.xml");
        Assert.Equal((FileKind.ToolResults, "initialised", "Intf-Lan"), (scan.Kind, scan.State, scan.Interface));
    }

    [Fact]
    public void The_platform_file_of_the_page_is_read_whole()
    {
        var result = ToolSamplesTests.Read(Blocks[1])!;
        Assert.Equal("list of platform certificates", result.Kind);
        Assert.Empty(result.Coverage[0].Losses);
        Assert.Single(result.Findings);
    }

    [Fact]
    public void The_table_of_checks_names_their_units()
    {
        var rows = Regex.Matches(Page, @"^\| `([a-z-]+)` \| ([0-9a-z., -]+) \|", RegexOptions.Multiline).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim());
        Assert.Equal(13, rows.Count);
        Assert.All(rows, row => Assert.Equal(row.Value, string.Join(", ", Register.All.Single(c => c.Id == row.Key).Units)));
    }

    [Fact]
    public void Each_command_of_the_page_begins_with_a_tool_whose_results_are_read()
    {
        var commands = Regex.Matches(Page, "`((?:nmap|testssl|ssh-audit|ss|ps) [^`]+)`").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(6, commands.Count);
        Assert.All(commands, c => Assert.Contains("probes/", c));
        Assert.All(commands.Where(c => c.StartsWith("nmap")), c => Assert.Contains("-oX", c));
    }

    [Fact]
    public void What_ss_and_ps_print_by_the_pages_commands_is_recognised()
    {
        Tool.Need("ss", "iproute2");
        Tool.Need("ps", "procps");
        foreach (var (program, kind) in new[] { ("ss", "list of sockets"), ("ps", "list of processes") })
        {
            var command = Regex.Match(Page, $"`({program} [^`>]+) >").Groups[1].Value;
            var text = Tool.Run("sh", ["-c", command]).Text;
            var result = ToolSamplesTests.Read(text);
            Assert.True(result?.Kind == kind, text);
            Assert.Empty(result!.Coverage[0].Losses);
        }
    }
}
