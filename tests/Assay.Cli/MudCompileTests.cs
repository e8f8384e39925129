using System.Text;
using Assay.CommandLine;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary><c>assay mud compile</c> as a person runs it; nft judges what it writes.</summary>
public class MudCompileTests
{
    private const string File = "examples/doorbell-1.1/mud/edb-100.json";

    [Theory]
    [InlineData("notify", "notify_out")]
    [InlineData("narrow", "o_")]
    [InlineData("heal", "ho_")]
    [InlineData("cut", "cut_all")]
    public void The_rules_of_a_MUD_file_are_taken_by_the_kernel(string action, string chain)
    {
        Tool.Need("nft", "nftables");
        if (Environment.UserName != "root") Assert.Skip("the kernel judges rule sets for root alone");
        var result = Command.Run("mud", "compile", File, "--device", "00:00:5e:00:53:0b,192.168.77.20", "--action", action, "--inside", "lan0", "--update-host", "fresh.example");
        Assert.Equal(Exit.Done, result.Exit);
        Assert.Contains("iifname \"lan0\" jump leaving", result.Output, StringComparison.Ordinal);
        Assert.Contains($"00:00:5e:00:53:0b . 192.168.77.20 : goto {chain}", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("example", result.Output, StringComparison.Ordinal);
        var judged = Tool.Run("unshare", ["-n", "nft", "-c", "-f", "-"], input: Encoding.UTF8.GetBytes(result.Output));
        Assert.True(judged.Exit == 0, judged.Error);
    }

    [Theory]
    [InlineData("expects MAC,ADDRESS", "--device", "doorbell")]
    [InlineData("expects an IP address", "--device", "00:00:5e:00:53:0b,here")]
    [InlineData("expects notify, narrow, heal or cut", "--action", "stop")]
    [InlineData("name of an interface", "--inside", "br0\" drop")]
    [InlineData("different interfaces", "--inside", "wan0")]
    public void A_wrong_word_is_answered_with_what_was_expected(string message, string option, string value)
    {
        var result = Command.Run("mud", "compile", File, option, value);
        Assert.Equal(Exit.Usage, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}
