using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Assay.Tests;

[CollectionDefinition("home", DisableParallelization = true)]
public sealed class HomeCollection;

/// <summary>The loop closed, told by the demo and counted by others: tcpdump on both sides of the gateway, a browser on the public page.</summary>
[Collection("home")]
public partial class LoopTests
{
    private const string Doorbell = "src net 192.168.77.0/24", Cloud = "198.51.100.20", Update = "203.0.113.10", Foreign = "192.0.2.66";
    private static readonly string[] Steps =
    [
        "build", "registry", "assess", "decide", "label", "verify", "guard", "new", "observed", "limited", "candidate", "case", "notice", "aware", "running", "suspend", "stopped", "update",
        "widened", "needed", "cut", "incident", "freeze", "custody", "publish", "user", "article14", "csaf", "log", "end",
    ];

    [Fact]
    public void The_loop_closes_and_others_count_the_same_packets()
    {
        NeedRoot();
        using var scratch = new Scratch();
        var told = Tell(scratch, dump: true, "--fast", "--keep", "--transcript", scratch.File("transcript"), "--pages", scratch.File("pages"));
        try
        {
            Assert.True(told.Exit == 0, told.Output);
            var steps = Transcript(scratch);
            Assert.Equal(Steps, steps.Select(s => s.GetProperty("step").GetString()));
            Assert.All(steps, step => Assert.True(step.GetProperty("held").GetBoolean(), step.ToString()));
            Assert.True(Figure(steps, "notice", "seconds") < 2);
            Assert.True(Figure(steps, "stopped", "seconds") < 1);

            string inside = scratch.File("inside.pcap"), outside = scratch.File("outside.pcap");
            var suspended = Time(steps, "suspend");
            var widened = Time(steps, "widened");
            var cut = Time(steps, "cut");
            // A foreign host: tried inside, nothing outside.
            Assert.True(Count(inside, $"{Doorbell} and dst host {Foreign}") > 0);
            Assert.Equal(0, Count(outside, $"dst host {Foreign}"));
            // The live stream: before the suspension it passes both ways; from a second after it until the device is widened nothing of it leaves, though it is tried.
            Assert.True(Between(outside, $"{Doorbell} and dst host {Cloud}", DateTimeOffset.MinValue, suspended) > 20);
            Assert.True(Between(inside, $"{Doorbell} and dst host {Cloud}", suspended.AddMilliseconds(50), Time(steps, "update")) > 0);
            Assert.Equal(0, Between(outside, $"{Doorbell} and dst host {Cloud}", suspended.AddSeconds(1), Time(steps, "update")));
            Assert.Equal(0, Between(inside, $"src host {Cloud} and tcp[tcpflags] & tcp-push != 0", suspended.AddSeconds(1), Time(steps, "update")));
            // The update meanwhile: a mebibyte in segments of at most 1,448 bytes, or fewer and longer ones before they are cut.
            Assert.True(Between(inside, $"src host {Update} and greater 500", suspended, widened) >= 16);
            Assert.Equal(1 << 20, (int)Figure(steps, "update", "bytes"));
            // The bot: a hundred knocks inside; outside those before the cut, and none once it is done.
            Assert.Equal(100, Distinct(inside, "tcp dst port 23 and tcp[tcpflags] == tcp-syn"));
            var through = Distinct(outside, "tcp dst port 23 and tcp[tcpflags] == tcp-syn");
            Assert.InRange(through, 0, 60);
            // What its cloud still sends towards it reaches the gateway and no further.
            Assert.Equal(0, Between(outside, Doorbell, cut, DateTimeOffset.MaxValue));
            Assert.Equal(0, Between(inside, $"src host {Cloud}", cut, DateTimeOffset.MaxValue));

            Pages(scratch.File("pages"));
            Frozen(scratch, steps);
        }
        finally
        {
            Clean();
        }
    }

    [Fact]
    public void It_can_be_told_again_at_once_and_leaves_nothing()
    {
        NeedRoot();
        using var scratch = new Scratch();
        for (var run = 0; run < 2; run++)
        {
            var told = Tell(scratch, dump: false, "--fast", "--transcript", scratch.File("transcript"));
            Assert.True(told.Exit == 0, told.Output);
            var id = Transcript(scratch)[0].GetProperty("run").GetString()!;
            Assert.DoesNotContain($"assay-demo-{id}-", Tool.Run("ip", ["netns", "list"]).Text, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), $"assay-demo-{id}-*"));
            Assert.DoesNotContain($"assay-demo-{id}-", Tool.Run("ps", ["-eo", "args"]).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_packets_everything_else_is_told_on_loopback()
    {
        using var scratch = new Scratch();
        var told = Tell(scratch, dump: false, "--fast", "--no-packets", "--transcript", scratch.File("transcript"));
        Assert.True(told.Exit == 0, told.Output);
        Assert.Contains("not root, told so", Regex.Replace(told.Output, @"\s+", " "), StringComparison.Ordinal);
        Assert.Equal(["build", "registry", "assess", "decide", "label", "verify", "candidate", "case", "aware", "suspend", "needed", "publish", "user", "article14", "csaf", "log", "end"], Transcript(scratch).Select(s => s.GetProperty("step").GetString()));
    }

    // The public page of each state, in a browser as wide as a phone: it says the state's words and needs no scrolling sideways.
    private static void Pages(string folder)
    {
        foreach (var (state, words) in new[]
        {
            ("inForce", "No action known to be needed"), ("underReview", "under review"), ("suspended", "suspended"), ("updateNeeded", "Update to 1.2"),
        })
        {
            var page = Path.Combine(folder, $"{state}.html");
            var html = File.ReadAllText(page);
            File.WriteAllText(Path.Combine(folder, "copy.html"), Policy().Replace(html, "").Replace("</body>",
                "<script>addEventListener('load', () => parent.postMessage(document.documentElement.scrollWidth + ' ' + document.documentElement.clientWidth, '*'))</script></body>", StringComparison.Ordinal));
            var frame = Path.Combine(folder, "frame.html");
            File.WriteAllText(frame, "<!DOCTYPE html><title>frame</title><script>addEventListener('message', e => document.title = 'widths ' + e.data)</script><iframe src=\"copy.html\" width=\"360\" height=\"800\" style=\"border:0\"></iframe>");
            var said = Widths().Match(Browser.Dom(frame, 1400, 900));
            Assert.True(said.Success, "the frame did not hear from the page");
            Assert.Equal((state, "360", "360"), (state, said.Groups[1].Value, said.Groups[2].Value));
            Assert.Contains(words, Tags().Replace(Browser.Dom(page, 500, 900), ""), StringComparison.Ordinal);
        }
        // The control: the words of one state are not on the page of another.
        Assert.DoesNotContain("Update to 1.2", File.ReadAllText(Path.Combine(folder, "inForce.html")), StringComparison.Ordinal);
    }

    // The freeze, opened by openssl and unzip alone.
    private static void Frozen(Scratch scratch, IReadOnlyList<JsonElement> steps)
    {
        var freeze = steps.Single(s => s.GetProperty("step").GetString() == "freeze");
        string Text(string name) => freeze.GetProperty(name).GetString()!;
        var folder = Directory.CreateDirectory(scratch.File("freeze")).FullName;
        var opened = Tool.Run("openssl", ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", Text("file"), "-inkey", Text("key"), "-recip", Text("recipient"), "-out", scratch.File("freeze.zip")]);
        Assert.True(opened.Exit == 0, opened.Error);
        Assert.Equal(0, Tool.Run("unzip", ["-q", scratch.File("freeze.zip"), "-d", folder]).Exit);
        Assert.Equal(0, Tool.Run("sha256sum", ["-c", "--strict", "SHA256SUMS"], folder).Exit);
        Assert.Equal(0, Tool.Run("openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", "SHA256SUMS.p7s", "-content", "SHA256SUMS", "-CAfile", Text("signer"), "-purpose", "any", "-out", "/dev/null"], folder).Exit);
        Assert.True(Distinct(Path.Combine(folder, "capture.pcap"), "tcp dst port 23 and tcp[tcpflags] == tcp-syn") > 20);
    }

    private sealed record Told(int Exit, string Output);

    private static Told Tell(Scratch scratch, bool dump, params string[] words)
    {
        var program = Path.Combine(Checkout.Root, ".build", "bin", "Assay.Demo", "release", "assay-demo");
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["NO_COLOR"] = "1";
        using var demo = Process.Start(start)!;
        var output = demo.StandardOutput.ReadToEndAsync();
        var error = demo.StandardError.ReadToEndAsync();
        var dumps = new List<Process>();
        var watch = Stopwatch.StartNew();
        if (dump)
        {
            JsonElement? build = null;
            while (build is null && watch.Elapsed < TimeSpan.FromSeconds(20) && !demo.HasExited)
            {
                Thread.Sleep(20);
                if (File.Exists(scratch.File("transcript")) && Transcript(scratch) is [var first, ..]) build = first;
            }
            foreach (var (space, link, file) in new[] { ("gateway", "br0", "inside"), ("internet", "line0", "outside") })
            {
                var name = build!.Value.GetProperty(space).GetString()!;
                dumps.Add(Process.Start(new ProcessStartInfo("ip", ["netns", "exec", name, "tcpdump", "-i", link, "-n", "-U", "--immediate-mode", "-s", "128", "-w", scratch.File($"{file}.pcap")]) { RedirectStandardError = true })!);
            }
        }
        if (!demo.WaitForExit(180_000))
        {
            demo.Kill();
            Assert.Fail("the demo did not end within three minutes");
        }
        foreach (var one in dumps)
        {
            Thread.Sleep(300);
            Tool.Run("kill", ["-TERM", one.Id.ToString(CultureInfo.InvariantCulture)]);
            one.WaitForExit(5000);
            one.Dispose();
        }
        return new Told(demo.ExitCode, output.Result + error.Result);
    }

    private static void Clean() => Tool.Run(Path.Combine(Checkout.Root, ".build", "bin", "Assay.Demo", "release", "assay-demo"), ["--clean"]);

    private static IReadOnlyList<JsonElement> Transcript(Scratch scratch)
    {
        using var stream = new FileStream(scratch.File("transcript"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        })];
    }

    private static double Figure(IReadOnlyList<JsonElement> steps, string step, string name) => steps.Single(s => s.GetProperty("step").GetString() == step).GetProperty(name).GetDouble();

    private static DateTimeOffset Time(IReadOnlyList<JsonElement> steps, string step) => steps.Single(s => s.GetProperty("step").GetString() == step).GetProperty("at").GetDateTimeOffset();

    private static List<(DateTimeOffset At, string Line)> Packets(string capture, string filter) =>
        [.. Tool.Run("tcpdump", ["-tt", "-nr", capture, filter]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)), line))];

    private static int Count(string capture, string filter) => Packets(capture, filter).Count;

    private static int Between(string capture, string filter, DateTimeOffset from, DateTimeOffset to) => Packets(capture, filter).Count(p => p.At >= from && p.At < to);

    // Different destinations: a SYN is sent again where nobody answers.
    private static int Distinct(string capture, string filter) => Packets(capture, filter).Select(p => p.Line.Split(" > ")[1].Split(' ')[0]).Distinct().Count();

    private static void NeedRoot()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("network namespaces need root");
        Tool.Need("ip", "iproute2");
        Tool.Need("nft", "nftables");
        Tool.Need("dnsmasq", "dnsmasq-base");
        Tool.Need("tcpdump", "tcpdump");
        Tool.Need("openssl", "openssl");
        Tool.Need("unzip", "unzip");
    }

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex Policy();

    [GeneratedRegex("<title>widths (\\d+) (\\d+)</title>")]
    private static partial Regex Widths();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tags();
}
