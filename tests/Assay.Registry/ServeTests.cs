using System.Diagnostics;
using System.Net;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Registry.Storage;
using Assay.Registry.Tests.Storage;
using Assay.Tests;

namespace Assay.Registry.Tests;

/// <summary><c>assay serve</c> as a person runs it.</summary>
public class ServeTests
{
    private static string Program => Path.Combine(Checkout.Root, ".build", "bin", "Assay.Registry", "release", "assay-registry");

    [Fact]
    public async Task It_needs_nothing_answers_and_stops_when_asked()
    {
        using var scratch = new Scratch();
        using var registry = RegistryProcess.Start(scratch.File("registry"), "http://127.0.0.1:0");
        Assert.StartsWith($"{registry.Address}/start/", registry.First(), StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.Contains("Labels of devices", await http.GetStringAsync(registry.Address + "/"), StringComparison.Ordinal);
        using var listening = await http.GetStreamAsync(registry.Address + "/wakeups");
        Assert.Equal(0, registry.Stop());
        if (OperatingSystem.IsWindows()) return;
        foreach (var key in new[] { "issuer", "status", "log" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scratch.File($"registry/keys/{key}.pem")));
    }

    [Fact]
    public void Wrong_words_are_said()
    {
        using var scratch = new Scratch();
        var help = Tool.Run(Program, ["--help"]);
        Assert.True(help.Exit == 0 && help.Text.Contains("--listen", StringComparison.Ordinal), help.Text + help.Error);
        foreach (var words in new string[][] { ["now"], ["--port", "1"], ["--listen", "8080"], ["--listen", "https://127.0.0.1:1"], ["--address", "labels"] })
            Assert.Equal(2, Tool.Run(Program, [.. words], scratch.Folder).Exit);
        using var registry = RegistryProcess.Start(scratch.File("a"), "http://127.0.0.1:0");
        var taken = Tool.Run(Program, ["--folder", scratch.File("b"), "--listen", registry.Address]);
        Assert.True(taken.Exit == 3 && taken.Error.Contains("expected a free address", StringComparison.Ordinal), taken.Error);
        var shared = Tool.Run(Program, ["--folder", scratch.File("a"), "--listen", "http://127.0.0.1:0"]);
        Assert.True(shared.Exit == 3, shared.Error);
    }

    [Fact]
    public void Settings_are_read_and_what_is_wrong_is_named_with_its_line()
    {
        var settings = RegistrySettings.Read("""
            folder: data
            listen: http://[::1]:9000
            address: https://labels.example/
            name: Example Office
            kind: authority
            issuer: example-office
            objections: mailto:a@labels.example
            """u8, "/etc/assay");
        Assert.Equal(("/etc/assay/data", "[::1]:9000", "https://labels.example", "Example Office", true, "example-office"),
            (settings.Folder, settings.Listen.ToString(), settings.Address, settings.Name, settings.IsAuthority, settings.Issuer));
        var standard = RegistrySettings.Read(""u8, "/etc/assay");
        Assert.Equal(("/etc/assay/registry", "127.0.0.1:8080", null, false), (standard.Folder, standard.Listen.ToString(), standard.Address, standard.IsAuthority));
        foreach (var (yaml, line) in new[] { ("name: x\nport: 1", 2), ("kind: official", 1), ("\nlisten: 8080", 2), ("issuer: a b", 1), ("address: ftp://x", 1), ("- x", 1), ("name: [x]", 1) })
            Assert.Equal(line, Assert.Throws<UnreadableException>(() => RegistrySettings.Read(Encoding.UTF8.GetBytes(yaml), "/")).Line);
    }

    /// <summary>Long, so by name only: <c>./test --long registry</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Published_it_answers_within_a_second_and_a_half_and_idles_under_150_MB()
    {
        using var scratch = new Scratch();
        var publish = Tool.Run("dotnet", ["publish", Path.Combine(Checkout.Root, "src", "Assay.Registry"), "-c", "Release", "-r", "linux-x64", "--self-contained", "-p:PublishReadyToRun=true",
            "-o", scratch.File("out"), "-v", "quiet", "--nologo"], seconds: 900);
        Assert.True(publish.Exit == 0, publish.Text);
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var watch = Stopwatch.StartNew();
            var start = new ProcessStartInfo(scratch.File("out/assay-registry"), ["--folder", scratch.File($"registry{i}"), "--listen", "http://127.0.0.1:0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var address = (await process.StandardOutput.ReadLineAsync())!.Split(' ')[^1];
            using var http = new HttpClient();
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(address + "/")).StatusCode);
            times.Add(watch.Elapsed.TotalSeconds);
            await Task.Delay(500);
            var kilobytes = File.ReadLines($"/proc/{process.Id}/status").Where(l => l.StartsWith("RssAnon:", StringComparison.Ordinal) || l.StartsWith("RssShmem:", StringComparison.Ordinal))
                .Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture));
            process.Kill();
            Assert.True(kilobytes < 150 * 1024, $"{kilobytes} kB");
        }
        Assert.True(times.Order().ElementAt(2) < 1.5, string.Join(" ", times));
    }
}
