using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Assay.Guard;
using Assay.Guard.Admission;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests.Enforcement;
using Assay.Traffic.Mud;

namespace Assay.Tests;

/// <summary>The program itself in a home of network namespaces: real frames, the real kernel, a real resolver, signed lists.</summary>
public sealed class GuardRunTests : IDisposable
{
    private const string Firm = "update.doorbell.example", Cloud = "cloud.doorbell.example";
    private readonly Office office = new();
    private readonly Scratch scratch = new();
    private readonly List<Process> processes = [];
    private Home? home;
    private PaperRegistry? registry;

    private static DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
    private static string Program => Path.Combine(Checkout.Root, ".build", "bin", "Assay.Guard", "release", "assay-guard");

    private Home Build()
    {
        home = new Home();
        Tool.Need("dnsmasq", "dnsmasq-base");
        Tool.Need("dig", "bind9-dnsutils");
        registry = home.Keep(Home.Inside(home.InternetSpace, () => new PaperRegistry(new IPEndPoint(IPAddress.Parse(Home.Resolver), 8080))));
        registry.Serve(office.Lists(at: Now));
        Start("ip", ["netns", "exec", home.InternetSpace, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces", "--pid-file=",
            $"--listen-address={Home.Resolver}", $"--address=/{Firm}/{Home.Update}", $"--address=/{Cloud}/{Home.Cloud}", $"--address=/elsewhere.example/{Home.Elsewhere}"]);
        home.Serve(home.InternetSpace, [80, 443], []);
        File.WriteAllBytes(scratch.File("hallmark.cose"), office.Hallmark(issued: Now.AddDays(-1)));
        File.WriteAllText(scratch.File("trust.json"), office.TrustJson());
        File.WriteAllText(scratch.File("leases"), $"{Now.AddHours(12).ToUnixTimeSeconds()} {Home.DoorbellMac} {Home.Doorbell} doorbell *\n");
        File.WriteAllText(scratch.File("mud.json"), $$"""
            { "ietf-mud:mud": { "mud-version": 1, "mud-url": "https://doorbell.example/mud/edb-100.json", "last-update": "2026-01-01T00:00:00Z", "cache-validity": 48, "is-supported": true,
              "systeminfo": "a doorbell", "model-name": "EDB-100", "from-device-policy": { "access-lists": { "access-list": [ { "name": "from" } ] } }, "to-device-policy": { "access-lists": { "access-list": [ { "name": "to" } ] } } },
              "ietf-access-control-list:acls": { "acl": [
                { "name": "from", "type": "ipv4-acl-type", "aces": { "ace": [ { "name": "cloud-out", "matches": { "ipv4": { "ietf-acldns:dst-dnsname": "{{Cloud}}", "protocol": 6 }, "tcp": { "destination-port": { "operator": "eq", "port": 443 }, "ietf-mud:direction-initiated": "from-device" } }, "actions": { "forwarding": "accept" } } ] } },
                { "name": "to", "type": "ipv4-acl-type", "aces": { "ace": [ { "name": "cloud-in", "matches": { "ipv4": { "ietf-acldns:src-dnsname": "{{Cloud}}", "protocol": 6 }, "tcp": { "source-port": { "operator": "eq", "port": 443 }, "ietf-mud:direction-initiated": "from-device" } }, "actions": { "forwarding": "accept" } } ] } } ] } }
            """);
        File.WriteAllText(scratch.File("guard.yaml"), $$"""
            folder: state
            inside: [br0]
            outside: wan0
            leases: leases
            names: { listen: {{Home.Gateway}}, upstream: [{{Home.Resolver}}] }
            registry: { address: "http://{{Home.Resolver}}:8080", enrolment: one-time-token, consent: true }
            trust: [trust.json]
            devices:
              - { mac: "{{Home.DoorbellMac}}", name: doorbell, label: hallmark.cose, mud: mud.json, updates: [{{Firm}}] }
            """);
        return home;
    }

    private Process Start(string program, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in words) start.ArgumentList.Add(word);
        var process = Process.Start(start)!;
        processes.Add(process);
        return process;
    }

    // ip netns exec becomes the program, so the process is the guard itself.
    private Process Guard(params string[] more)
    {
        var process = Start("ip", ["netns", "exec", home!.GatewaySpace, Program, "run", "--config", scratch.File("guard.yaml"), .. more]);
        process.BeginErrorReadLine();
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith("guarding ", StringComparison.Ordinal)) continue;
            Assert.StartsWith("guarding br0, ", line, StringComparison.Ordinal);
            _ = process.StandardOutput.ReadToEndAsync();
            return process;
        }
        Assert.Fail($"the guard did not begin: {errors}");
        return process;
    }

    private static void Kill(Process process, string signal = "KILL")
    {
        Tool.Run("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.True(process.WaitForExit(10_000));
    }

    private string Sock => scratch.File("state/guard.sock");

    private JsonElement Status(string mac)
    {
        using var document = JsonDocument.Parse(Control.Ask(Sock, json => json.WriteString("verb", "status")));
        return document.RootElement.GetProperty("devices").EnumerateArray().Single(d => d.GetProperty("mac").GetString() == mac).Clone();
    }

    private string Action => Status(Home.DoorbellMac.ToString()).GetProperty("action").GetString()!;

    private static TimeSpan Until(Func<bool> there, string what, int seconds = 10)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!there())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(seconds), $"{what} did not come within {seconds} seconds");
            Thread.Sleep(10);
        }
        return TimeProvider.System.GetElapsedTime(start);
    }

    private string Resolve(string name) => home!.In(home.DoorbellSpace, "dig", "+short", "+tries=1", "+time=2", $"@{Home.Gateway}", name).Text.Trim();

    private bool Reaches(string address, int port) => Home.Reaches(home!.DoorbellSpace, address, port);

    // What the doorbell's updater says of itself on its way to the update host.
    private void SayVersion(string version)
    {
        Assert.Equal(Home.Update, Resolve(Firm));
        using var socket = Home.Connect(home!.DoorbellSpace, Home.Update, 80);
        Assert.NotNull(socket);
        socket.Send(Encoding.ASCII.GetBytes($"GET /edb-100/latest HTTP/1.1\r\nHost: {Firm}\r\nUser-Agent: EDB-100-updater/{version}\r\n\r\n"));
    }

    [Fact]
    public void A_home_from_heal_to_narrow_to_suspended_to_widened_to_cut_and_lifted()
    {
        var home = Build();
        var guard = Guard();
        Until(() => registry!.Listeners == 1, "the guard's listening");

        // Its label is only claimed: names of the update host, the update host, nothing else.
        Assert.Equal("heal", Action);
        Assert.Equal(Home.Update, Resolve(Firm));
        Assert.True(Reaches(Home.Update, 80));
        Assert.Equal("", Resolve(Cloud));
        Assert.False(Reaches(Home.Cloud, 443));

        // It says what it runs: observed, narrowed to its MUD file.
        SayVersion("1.1");
        Until(() => Action == "narrow", "the observed binding");
        Assert.Equal("observed", Status(Home.DoorbellMac.ToString()).GetProperty("binding").GetString());
        Assert.Equal(Home.Cloud, Resolve(Cloud));
        Assert.True(Reaches(Home.Cloud, 443));
        Assert.Equal("", Resolve("elsewhere.example"));
        Assert.False(Reaches(Home.Elsewhere, 443));

        // Suspended: a live connection stops within a second, the update host stays.
        using (var live = Home.Connect(home.DoorbellSpace, Home.Cloud, 443)!)
        {
            Assert.True(Home.Echoes(live));
            var start = TimeProvider.System.GetTimestamp();
            registry!.Serve(office.Lists(LabelState.Suspended, Office.Notice(NoticeKind.Suspended, "1.2", Now), Now));
            while (Home.Echoes(live, 50)) Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(1), "from the suspension to the first dropped packet over one second");
            TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"from the suspension to a live connection that says nothing for 50 ms: {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0} ms"));
        }
        Assert.Equal("heal", Action);
        Assert.Contains("a reason in words", Status(Home.DoorbellMac.ToString()).GetProperty("reasons").ToString(), StringComparison.Ordinal);
        Assert.False(Reaches(Home.Cloud, 443));
        Assert.True(Reaches(Home.Update, 80));

        // A forged list changes nothing and is shown.
        using (var stranger = SigningKey.Create())
        {
            registry.Serve(office.Lists(at: Now, by: stranger));
            Until(() => Encoding.UTF8.GetString(Control.Ask(Sock, json => json.WriteString("verb", "status"))).Contains("unknown key", StringComparison.Ordinal), "the refusal");
            Assert.Equal("heal", Action);
            registry.Serve(office.Lists(LabelState.Suspended, Office.Notice(NoticeKind.Suspended, "1.2", Now), Now));
        }

        // Its update is there: it widens again.
        SayVersion("1.2");
        Until(() => Action == "narrow", "the end of the suspension for this device");
        Assert.Equal(Home.Cloud, Resolve(Cloud));
        Assert.True(Reaches(Home.Cloud, 443));

        // It looks for victims: cut, with frames and threshold; nothing passes, and the registry is told without an address.
        for (var i = 1; i <= 12; i++) Home.Connect(home.DoorbellSpace, $"198.51.100.{100 + i}", 23, 20)?.Dispose();
        Until(() => Action == "cut", "the cut");
        var attack = Status(Home.DoorbellMac.ToString()).GetProperty("attack");
        Assert.Matches("^10 hosts", attack.GetProperty("threshold").GetString());
        Assert.NotEmpty(attack.GetProperty("frames").EnumerateArray());
        Assert.False(Reaches(Home.Update, 80));
        Until(() => registry.Posted.Any(p => p.Path == "/api/incidents"), "the report");
        var report = CoseSign1.Read(registry.Posted.First(p => p.Path == "/api/incidents").Body);
        Assert.DoesNotContain(Home.DoorbellMac.ToString(), Encoding.UTF8.GetString(report.Payload.Span), StringComparison.Ordinal);
        using (var incident = JsonDocument.Parse(report.Payload)) Assert.Equal("gw-1", incident.RootElement.GetProperty("gateway").GetString());

        // The evidence, sealed for one recipient, opened and checked by others' tools.
        Freeze();

        // Killed, the kernel goes on; started again, the cut is still in force, until a named person lifts it.
        Kill(guard);
        Assert.False(Reaches(Home.Update, 80));
        guard = Guard();
        Assert.Equal("cut", Action);
        Assert.False(Reaches(Home.Update, 80));
        Assert.Equal(2, Tool.Run(Program, ["admit", Home.DoorbellMac.ToString(), "--config", scratch.File("guard.yaml"), "--by", "A. Example"]).Exit);
        var lifted = Tool.Run(Program, ["admit", "doorbell", "--config", scratch.File("guard.yaml"), "--by", "A. Example", "--role", "householder", "--reason", "reset to factory settings"]);
        Assert.True(lifted.Exit == 0, lifted.Error);
        Assert.Equal("narrow", Action);
        Assert.Equal(Home.Update, Resolve(Firm));
        Assert.True(Reaches(Home.Update, 80));

        // Lifted is not blind: it goes on, and is cut again.
        for (var i = 1; i <= 12; i++) Home.Connect(home.DoorbellSpace, $"198.51.100.{100 + i}", 23, 20)?.Dispose();
        Until(() => Action == "cut", "the second cut");

        // Ended, the rules stay; with --remove they go.
        Kill(guard, "TERM");
        Assert.False(Reaches(Home.Elsewhere, 443));
        var status = Tool.Run(Program, ["status", "--config", scratch.File("guard.yaml")]);
        Assert.Equal(1, status.Exit);
        Assert.Contains("not guarding br0", status.Text, StringComparison.Ordinal);
        guard = Guard("--remove");
        Kill(guard, "TERM");
        Assert.True(Reaches(Home.Elsewhere, 443));
    }

    private void Freeze()
    {
        Tool.Need("openssl", "openssl");
        Tool.Need("unzip", "unzip");
        Tool.Run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", scratch.File("key.pem"), "-out", scratch.File("recipient.pem"), "-days", "2", "-subj", "/CN=investigator"]);
        var frozen = scratch.File("doorbell.freeze");
        var freeze = Tool.Run(Program, ["freeze", Home.Doorbell, "--config", scratch.File("guard.yaml"), "--to", scratch.File("recipient.pem"), "-o", frozen, "--by", "A. Example", "--authority", "householder", "--reason", "it scanned"]);
        Assert.True(freeze.Exit == 0, freeze.Error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(frozen));
        var opened = Tool.Run("openssl", ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", frozen, "-inkey", scratch.File("key.pem"), "-out", scratch.File("freeze.zip")]);
        Assert.True(opened.Exit == 0, opened.Error);
        Assert.Equal(0, Tool.Run("unzip", ["-q", scratch.File("freeze.zip"), "-d", scratch.File("frozen")]).Exit);
        var sums = Tool.Run("sha256sum", ["-c", "--quiet", "SHA256SUMS"], scratch.File("frozen"));
        Assert.True(sums.Exit == 0, sums.Error);
        var signed = Tool.Run("openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", "SHA256SUMS.p7s", "-content", "SHA256SUMS", "-CAfile", scratch.File("state/gateway.pem"), "-purpose", "any", "-out", "/dev/null"], scratch.File("frozen"));
        Assert.True(signed.Exit == 0, signed.Error);
        foreach (var item in new[] { "capture.pcap", "capture-frames.tsv", "connections.tsv", "names.tsv", "policy/rules.nft", "policy/counters.tsv", "policy/actions.tsv", "policy/device.json", "label/hallmark.cose", "label/status.cwt", "label/notices.cwt", "label/mud.json", "guard.log", "README.txt" })
            Assert.True(new FileInfo(Path.Combine(scratch.File("frozen"), item)).Length > 0, item);
        Assert.Contains(Home.DoorbellMac.ToString(), File.ReadAllText(Path.Combine(scratch.File("frozen"), "guard.log")), StringComparison.Ordinal);
        Assert.Contains(Firm, File.ReadAllText(Path.Combine(scratch.File("frozen"), "names.tsv")), StringComparison.Ordinal);
        using var device = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(scratch.File("frozen"), "policy/device.json")));
        Assert.Equal("cut", device.RootElement.GetProperty("action").GetString());
        // The frames that the reason names are in the capture, under the numbers that the table gives.
        var frames = File.ReadLines(Path.Combine(scratch.File("frozen"), "capture-frames.tsv")).Skip(1).Select(l => l.Split('\t')[1]).ToHashSet();
        Assert.All(device.RootElement.GetProperty("attack").GetProperty("frames").EnumerateArray(), f => Assert.Contains(f.GetRawText(), frames));
        if (Tool.Has("tcpdump")) Assert.Contains("198.51.100.101.23", Tool.Run("tcpdump", ["-nr", Path.Combine(scratch.File("frozen"), "capture.pcap")]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_kill_loses_what_was_acknowledged()
    {
        Build();
        var random = new Random(20261123);
        string[] actions = ["narrow", "cut", "heal", "notify"];
        string? acknowledged = null, attempted = null;
        var acknowledgements = 0;
        for (var round = 0; round < 12; round++)
        {
            var guard = Guard();
            if (acknowledged is not null) Assert.True(Action is var found && (found == acknowledged || found == attempted), $"acknowledged {acknowledged}, attempted {attempted}, found {found}");
            // The kill comes while further questions are under way, after a few that were answered.
            var (spared, delay) = (random.Next(1, 5), random.Next(0, 40));
            Task? killer = null;
            try
            {
                while (true)
                {
                    attempted = actions[acknowledgements % actions.Length];
                    Control.Ask(Sock, json =>
                    {
                        json.WriteString("verb", "admit");
                        json.WriteString("device", Home.DoorbellMac.ToString());
                        json.WriteStartObject("admit");
                        foreach (var (name, value) in new[] { ("action", attempted), ("by", "A"), ("role", "b"), ("reason", "c") }) json.WriteString(name, value);
                        json.WriteEndObject();
                    });
                    acknowledged = attempted;
                    acknowledgements++;
                    if (--spared == 0)
                    {
                        killer = Task.Run(() =>
                        {
                            Thread.Sleep(delay);
                            Tool.Run("kill", ["-KILL", guard.Id.ToString(CultureInfo.InvariantCulture)]);
                        });
                    }
                }
            }
            catch (Exception gone) when (gone is IOException or SocketException or JsonException)
            {
                // Killed between question and answer.
            }
            await killer!;
            Assert.True(guard.WaitForExit(5000));
        }
        Assert.True(acknowledgements >= 12, $"only {acknowledgements} acknowledgements");
    }

    [Fact]
    public void A_folder_has_one_guard_at_a_time()
    {
        var home = Build();
        var guard = Guard();
        var second = home.In(home.GatewaySpace, Program, "run", "--config", scratch.File("guard.yaml"));
        Assert.Equal(3, second.Exit);
        Assert.Contains("expected no other guard", second.Error, StringComparison.Ordinal);
        Kill(guard, "TERM");
    }

    [Fact]
    public void A_plan_needs_no_right_and_shows_rules_that_the_kernel_takes()
    {
        var home = Build();
        var plan = Tool.Run(Program, ["plan", "--config", scratch.File("guard.yaml"), "--format", "nft"]);
        Assert.True(plan.Exit == 0, plan.Error);
        Assert.Null(home.Nft.Check(plan.Text));
        Assert.False(Directory.Exists(scratch.File("state")));
        var table = Tool.Run(Program, ["plan", "--config", scratch.File("guard.yaml")]);
        Assert.Contains("(row 5)", Tool.Run(Program, ["plan", "--config", scratch.File("guard.yaml")]).Text + table.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_right_it_says_how_and_ends_with_4()
    {
        Build();
        Tool.Need("setpriv", "util-linux");
        File.SetUnixFileMode(scratch.Folder, File.GetUnixFileMode(scratch.Folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var denied = home!.In(home.GatewaySpace, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Program, "run", "--config", scratch.File("guard.yaml"));
        if (denied.Error.Contains("setpriv:", StringComparison.Ordinal) || denied.Error.Contains("guard.yaml", StringComparison.Ordinal)) Assert.Skip($"nobody may not read this checkout: {denied.Error}");
        Assert.Equal(4, denied.Exit);
        Assert.Contains("sudo assay guard run", denied.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_line_of_the_configuration_is_named()
    {
        File.WriteAllText(scratch.File("guard.yaml"), "folder: x\ninside: [br0]\noutside: wan0\nnames: { listen: 192.168.77.1, upstream: [203.0.113.53] }\ndevises: []\n");
        var plan = Tool.Run(Program, ["plan", "--config", scratch.File("guard.yaml")]);
        Assert.Equal(3, plan.Exit);
        Assert.Contains("found devises in line 5", plan.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit(5000);
            process.Dispose();
        }
        home?.Dispose();
        office.Dispose();
        scratch.Dispose();
    }
}
