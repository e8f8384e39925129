using System.Diagnostics;
using System.Globalization;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Bench;

/// <summary>A rule set of many devices and profiles, for the kernel to load; prints how long it took to write.</summary>
internal static class RuleSetBench
{
    public static int Run(int devices, int profiles, string file)
    {
        var gateway = new Gateway { Inside = ["br0"], Outside = "wan0", Addresses = [Address.Parse("192.168.77.1")], Names = [Address.Parse("192.168.77.1")] };
        static Permission To(string name, ushort port, byte protocol) =>
            new() { Name = name, FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Name, name), Protocol = protocol, PeerPorts = [new(port, port)] };
        var kinds = Enumerable.Range(0, profiles).Select(i => new Profile
        {
            Id = "p" + i.ToString(CultureInfo.InvariantCulture),
            UpdateHosts = [$"update.maker{i}.example"],
            Permissions =
            [
                .. Enumerable.Range(0, 8).Select(n => To($"n{n}.maker{i}.example", 443, 6)),
                To($"time.maker{i}.example", 123, 17),
                new Permission { Name = "local", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.LocalNetworks), Protocol = 17, PeerPorts = [new(5353, 5353)] },
            ],
        }).ToList();
        var watch = Stopwatch.StartNew();
        var text = new RuleSet(gateway, kinds).Whole([.. Enumerable.Range(0, devices).Select(i => new DevicePolicy
        {
            Mac = new MacAddress(0x020000000000ul + (ulong)i),
            Addresses = [Address.V4(0x0a000000u + (uint)i)],
            Action = i % 40 == 0 ? GuardAction.Heal : GuardAction.Narrow,
            Profile = kinds[i % profiles].Id,
        })]);
        File.WriteAllText(file, text);
        Console.WriteLine(FormattableString.Invariant($"{devices} devices, {profiles} profiles: {text.Length / 1024} KiB written in {watch.Elapsed.TotalMilliseconds:0} ms"));
        return 0;
    }
}
