using System.Diagnostics;
using Assay.Demo.Home;
using Assay.Tests;

namespace Assay.Demo.Tests.Home;

/// <summary>The home in real namespaces, with tcpdump as the judge of packets; only one at a time on a machine.</summary>
[Collection("home")]
public class HouseTests
{
    internal static string Program => Path.Combine(Checkout.Root, ".build", "bin", "Assay.Demo", "release", "assay-demo");

    internal static void NeedRoot()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("network namespaces need root");
        Tool.Need("ip", "iproute2");
        Tool.Need("dnsmasq", "dnsmasq-base");
        Tool.Need("tcpdump", "tcpdump");
    }

    [Fact]
    public void The_doorbell_lives_in_its_home_and_nothing_is_left_afterwards()
    {
        NeedRoot();
        string id;
        using (var run = new Run(keep: false, Program))
        {
            id = run.Id;
            var house = new House(run);
            Leases.Serve(run, house.Gateway);
            run.Begin(Tools.Start("ip", house.Gateway.Words("dnsmasq", ["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", $"--server={Plan.Resolver}", $"--listen-address={Plan.Gateway}", "--bind-interfaces", "--except-interface=lo", "--pid-file=", "--user=root"])));
            using var dump = Process.Start(Tools.Start("ip", house.Internet.Words("tcpdump", ["-i", "line0", "-n", "-w", run.File("line.pcap"), "-U", "--immediate-mode"])))!;
            using var inside = Process.Start(Tools.Start("ip", house.Gateway.Words("tcpdump", ["-i", "br0", "-n", "-w", run.File("inside.pcap"), "-U", "--immediate-mode"])))!;
            var internet = new Part(run, house.Internet, "internet");
            Assert.True(internet.Answer().GetProperty("ok").GetBoolean());
            var doorbell = new Part(run, house.Door, "doorbell");
            Thread.Sleep(500);
            Ok(doorbell, "start 1.1");
            Ok(doorbell, "announce");
            Ok(doorbell, "clock");
            Assert.Equal("1.2", Ok(doorbell, "check").GetProperty("latest").GetString());
            Ok(doorbell, "stream");
            Thread.Sleep(300);
            Assert.True(Ok(doorbell, "streamed").GetProperty("bytes").GetInt64() > 10_000);
            Assert.True(Ok(internet, "cloud").GetProperty("pings").GetInt64() > 10);
            Ok(doorbell, "ping 3");
            Assert.Equal(1 << 20, Ok(doorbell, "update").GetProperty("bytes").GetInt32());
            Ok(doorbell, $"try {Plan.Foreign} 443");
            for (var tries = 0; tries < 50 && Ok(internet, "cloud").GetProperty("foreign").GetInt64() == 0; tries++) Thread.Sleep(20);
            Assert.Equal(1, Ok(internet, "cloud").GetProperty("foreign").GetInt64());
            Assert.False(doorbell.Ask("try no-such.example 443").GetProperty("ok").GetBoolean());
            Ok(doorbell, "bot 20 100");
            Thread.Sleep(300);
            dump.Kill();
            inside.Kill();
            Assert.Equal(20, Count(run.File("line.pcap"), "dst port 23 and tcp[tcpflags] == tcp-syn"));
            Assert.True(Count(run.File("inside.pcap"), "udp port 67") >= 4);
            var options = Tool.Run("tcpdump", ["-nvr", run.File("inside.pcap"), "udp port 67 and ether src " + Plan.Mac]).Text;
            Assert.Contains("EDB-100 1.1", options, StringComparison.Ordinal);
            Assert.Contains("edb-100.json", options, StringComparison.Ordinal);
            Assert.Contains("fw=1.1", Tool.Run("tcpdump", ["-nvr", run.File("inside.pcap"), "udp port 5353"]).Text, StringComparison.Ordinal);
        }
        Nothing(id);
    }

    [Fact]
    public void A_home_whose_program_was_killed_is_removed_by_its_watcher()
    {
        NeedRoot();
        var start = Tools.Start(Program, ["part", "hold"]);
        using var demo = Process.Start(start)!;
        var id = demo.StandardOutput.ReadLine()!;
        Assert.NotEmpty(Space.Remaining($"{Space.Prefix}{id}-"));
        demo.Kill();
        demo.WaitForExit();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(15) && Directory.EnumerateDirectories(Path.GetTempPath(), $"{Space.Prefix}{id}-*").Any()) Thread.Sleep(100);
        Nothing(id);
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public void A_home_whose_program_was_told_to_end_is_gone_when_it_ends(string signal)
    {
        NeedRoot();
        using var demo = Process.Start(Tools.Start(Program, ["part", "hold"]))!;
        var id = demo.StandardOutput.ReadLine()!;
        Tools.Do("kill", signal, demo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(demo.WaitForExit(15_000));
        Nothing(id);
    }

    [Fact]
    public void Clean_removes_what_a_run_left_whose_watcher_was_killed_too()
    {
        NeedRoot();
        using var demo = Process.Start(Tools.Start(Program, ["part", "hold"]))!;
        var id = demo.StandardOutput.ReadLine()!;
        var watcher = Tool.Run("pgrep", ["-P", demo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Tools.Do("kill", ["-KILL", .. watcher, demo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        demo.WaitForExit();
        Assert.NotEmpty(Space.Remaining($"{Space.Prefix}{id}-"));
        var clean = Tool.Run(Program, ["--clean"]);
        Assert.Equal(0, clean.Exit);
        Assert.Contains($"{Space.Prefix}{id}-door", clean.Text, StringComparison.Ordinal);
        Nothing(id);
        Assert.Equal("nothing was left\n", Tool.Run(Program, ["--clean"]).Text);
    }

    [Fact]
    public void A_second_run_at_the_same_time_is_refused_and_leaves_the_first_alone()
    {
        NeedRoot();
        using var demo = Process.Start(Tools.Start(Program, ["part", "hold"]))!;
        var id = demo.StandardOutput.ReadLine()!;
        var second = Tool.Run(Program, ["--fast"]);
        Assert.Equal(4, second.Exit);
        Assert.Contains("another demo is running", second.Error, StringComparison.Ordinal);
        Assert.Equal(2, Tool.Run(Program, ["--clean"]).Exit);
        Assert.Equal(4, Space.Remaining($"{Space.Prefix}{id}-").Count);
        demo.StandardInput.Close();
        Tools.Do("kill", "-TERM", demo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(demo.WaitForExit(15_000));
        Nothing(id);
    }

    [Fact]
    public void A_missing_program_is_named_with_the_command_that_installs_it()
    {
        var missing = Assert.Throws<Assay.CommandLine.MissingPartException>(() => Tools.Require([("ip", "iproute2"), ("no-such-program", "no-such-package")]));
        Assert.Equal("no-such-program missing: apt-get install no-such-package", missing.Message);
        Tools.Require([("sh", "dash")]);
    }

    internal static void Nothing(string id)
    {
        Assert.Empty(Space.Remaining($"{Space.Prefix}{id}-"));
        Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), $"{Space.Prefix}{id}-*"));
        Assert.DoesNotContain($"{Space.Prefix}{id}", Tool.Run("ps", ["-eo", "args"]).Text, StringComparison.Ordinal);
    }

    private static System.Text.Json.JsonElement Ok(Part part, string command)
    {
        var answer = part.Ask(command);
        Assert.True(answer.GetProperty("ok").GetBoolean(), $"{command}: {answer}");
        return answer;
    }

    internal static int Count(string capture, string filter) =>
        Tool.Run("tcpdump", ["-nr", capture, filter]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
