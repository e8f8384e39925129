using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary>The command on a real interface: a pair of them in a network namespace, real packets, the kernel's ring.</summary>
public sealed class LiveFlowsTests : IDisposable
{
    private static string Program => Path.Combine(Checkout.Root, ".build", "bin", "Assay.Cli", "release", "assay");

    private readonly string space = "assay-live-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private bool made;

    private void Make()
    {
        Tool.Need("ip", "iproute2");
        Tool.Need("ping", "iputils-ping");
        if (!File.Exists(Program)) Assert.Skip($"{Program} is missing (dotnet build src/Assay.Cli -c Release)");
        if (Tool.Run("id", ["-u"]).Text.Trim() != "0" || Tool.Run("ip", ["netns", "add", space]).Exit != 0) Assert.Skip("network namespaces need root");
        made = true;
        Pair();
    }

    private void Pair()
    {
        Ip("link", "add", "inside", "type", "veth", "peer", "name", "outside");
        Ip("addr", "add", "10.77.0.1/24", "dev", "inside");
        Ip("link", "set", "inside", "up");
        Ip("link", "set", "outside", "up");
    }

    private void Ip(params string[] words)
    {
        var result = Tool.Run("ip", ["-n", space, .. words]);
        Assert.True(result.Exit == 0, result.Error);
    }

    private void Send(string address) => Tool.Run("ip", ["netns", "exec", space, "ping", "-c", "2", "-i", "0.2", "-W", "1", address]);

    public void Dispose()
    {
        if (made) Tool.Run("ip", ["netns", "del", space]);
    }

    private sealed class Run : IDisposable
    {
        public Run(string space, params string[] words)
        {
            var start = new ProcessStartInfo("ip", ["netns", "exec", space, Program, "flows", .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
            Process = Process.Start(start)!;
            Output = Process.StandardOutput.ReadToEndAsync();
            Process.ErrorDataReceived += (_, line) =>
            {
                lock (said) said.Add(line.Data ?? "");
            };
            Process.BeginErrorReadLine();
        }

        private readonly List<string> said = [];
        public Process Process { get; }
        public Task<string> Output { get; }
        public string Said
        {
            get
            {
                lock (said) return string.Join('\n', said);
            }
        }

        public void Hears(string text)
        {
            for (var tries = 0; !Said.Contains(text, StringComparison.Ordinal); tries++)
            {
                Assert.True(tries < 300 && !Process.HasExited, $"expected \"{text}\", found: {Said}");
                Thread.Sleep(100);
            }
        }

        public void Dispose()
        {
            if (!Process.HasExited) Process.Kill(entireProcessTree: true);
            Process.Dispose();
        }
    }

    [Fact]
    public async Task Flows_of_an_interface_are_told_without_the_rights_of_root()
    {
        Make();
        using var run = new Run(space, "--interface", "inside", "--format", "ndjson", "--duration", "120");
        run.Hears("the rights of root are given up");
        // The process that looks at frames is nobody, with no group and no capability.
        var status = File.ReadAllLines($"/proc/{run.Process.Id}/status");
        foreach (var line in new[] { "Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534\t65534\t65534", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000" })
        {
            Assert.Contains(line, status);
        }
        Assert.Equal("Groups:", status.Single(l => l.StartsWith("Groups:", StringComparison.Ordinal)).Trim());
        for (var i = 0; i < 3; i++) Send("10.77.0.255");
        // What a station says of itself: a datagram to the group of mDNS.
        Tool.Run("ip", ["netns", "exec", space, "bash", "-c", "echo -n hello > /dev/udp/10.77.0.9/9999; sleep 0.3; echo -n hello > /dev/udp/224.0.0.251/5353"]);
        Thread.Sleep(1000);
        Tool.Run("kill", ["-INT", run.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(run.Process.WaitForExit(30_000));
        Assert.Equal(0, run.Process.ExitCode);
        var flows = (await run.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.NotEmpty(flows);
        Assert.All(flows, f => Assert.True(f.GetProperty("packets")[0].GetInt64() > 0 && f.GetProperty("first").GetDateTimeOffset().Year > 2020));
    }

    [Fact]
    public async Task An_interface_that_goes_away_is_reported_and_taken_up_again()
    {
        Make();
        using var run = new Run(space, "--interface", "inside", "--format", "ndjson", "--duration", "300");
        run.Hears("listening on inside");
        Ip("neigh", "add", "10.77.0.9", "lladdr", "02:00:00:00:00:09", "dev", "inside");
        Send("10.77.0.9");
        Ip("link", "del", "inside");
        run.Hears("inside went away");
        Pair();
        run.Hears("inside is there again");
        Ip("neigh", "add", "10.77.0.10", "lladdr", "02:00:00:00:00:10", "dev", "inside");
        Send("10.77.0.10");
        Thread.Sleep(1000);
        Tool.Run("kill", ["-TERM", run.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(run.Process.WaitForExit(30_000));
        // Something was not seen: said, and in the exit status.
        Assert.Equal(3, run.Process.ExitCode);
        Assert.Contains("what passed until it came back was not seen", run.Said);
        var destinations = (await run.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("destination").GetString()).ToList();
        Assert.Contains("10.77.0.9", destinations);
        Assert.Contains("10.77.0.10", destinations);
    }

    [Fact]
    public async Task An_interface_that_is_not_there_is_refused_in_words()
    {
        Make();
        using var run = new Run(space, "--interface", "nowhere");
        Assert.True(run.Process.WaitForExit(30_000));
        Assert.Equal(3, run.Process.ExitCode);
        Assert.Equal("", await run.Output);
    }
}
