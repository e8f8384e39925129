using System.Diagnostics;
using Assay.Guard.Enforcement;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Tests.Enforcement;

/// <summary>A large home: the whole in one transaction, and one device's change beside it.</summary>
public sealed class ScaleTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fifty_thousand_devices_of_five_hundred_profiles_load_at_once_and_one_is_moved_in_milliseconds(bool ipv6)
    {
        using var home = new Home();
        var profiles = Enumerable.Range(0, 500).Select(i => new Profile
        {
            Id = "p" + i,
            MudUrl = $"https://maker{i % 50}.example/{i}",
            UpdateHosts = [$"update.maker{i}.example"],
            Permissions =
            [
                .. Enumerable.Range(0, 8).Select(n => Home.To($"n{n}.maker{i}.example", 443)),
                Home.To($"time.maker{i}.example", 123, 17),
                Home.To($"n0.maker{i}.example", 8883) with { InitiatedBy = InitiatedBy.Device },
                new Permission { Name = "local", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.LocalNetworks), Protocol = 17, PeerPorts = [new(5353, 5353)] },
            ],
        }).ToList();
        var devices = Enumerable.Range(0, 50_000).Select(i => new DevicePolicy
        {
            Mac = new MacAddress(0x020000000000ul + (ulong)i),
            Addresses = ipv6 ? [Address.V4(0x0a000000u + (uint)i), new Address(0xfd77_0000_0000_0000, (ulong)i + 16)] : [Address.V4(0x0a000000u + (uint)i)],
            Action = (GuardAction)(i % 40 == 0 ? 2 : 1),
            Profile = "p" + i % 500,
        }).ToList();
        var watch = Stopwatch.StartNew();
        var rules = new RuleSet(Home.TheGateway(ipv6), profiles);
        var text = rules.Whole(devices);
        var written = watch.Elapsed;
        using var process = Process.GetCurrentProcess();
        var used = process.TotalProcessorTime;
        watch.Restart();
        home.Nft.Run(text);
        var loaded = watch.Elapsed;
        process.Refresh();
        used = process.TotalProcessorTime - used;
        watch.Restart();
        home.Nft.Run(text);
        var reloaded = watch.Elapsed;
        var moves = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            watch.Restart();
            home.Nft.Run(rules.Move(devices[1 + i], devices[1 + i] with { Action = GuardAction.Cut }));
            moves.Add(watch.Elapsed.TotalMilliseconds);
        }
        moves.Sort();
        var names = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            watch.Restart();
            home.Nft.Run(rules.Admit(new NameAdmission("p" + i, $"n1.maker{i}.example", [Address.Parse(Home.Cloud)], TimeSpan.FromMinutes(5))));
            names.Add(watch.Elapsed.TotalMilliseconds);
        }
        names.Sort();
        var figures = FormattableString.Invariant($"IPv6 {ipv6}: text of {text.Length / 1024} KiB in {written.TotalSeconds:0.00} s, loaded in {loaded.TotalSeconds:0.00} s (processor {used.TotalSeconds:0.00} s), in place of itself in {reloaded.TotalSeconds:0.00} s; ")
            + FormattableString.Invariant($"a device cut in {moves[25]:0.0} ms (worst of 50: {moves[49]:0.0}), a name admitted in {names[25]:0.0} ms ({names[49]:0.0})");
        TestContext.Current.SendDiagnosticMessage(figures);
        // Far above what it takes on a quiet machine: an accident of order, such as a set for each device, takes minutes.
        Assert.True(loaded < TimeSpan.FromSeconds(20) && moves[25] < 1000, figures);
    }
}
