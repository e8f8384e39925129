using System.Diagnostics;
using Assay.Assessment.Checks;
using Assay.Assessment.Examining;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Tables as long as the reader keeps, beside thousands of observations: no check may take the product of the two. It measures time, so it wants a quiet machine and runs with <c>./test --long assessment</c>.</summary>
public class EnormousTableTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void No_check_takes_longer_than_a_person_waits()
    {
        const int rows = 10_000, seen = 500;
        var plant = Plant.Image().WithCapture();
        foreach (var (number, name) in new[] { (1, "AuthMech"), (3, "VulnTypes"), (5, "VulnMon"), (6, "SoftComp"), (7, "UpdMech"), (10, "SecParam"), (11, "ComMech"), (12, "NetSecImpl"), (13, "SoftServ"), (15, "Intf"), (17, "PrivlCtrl"), (20, "SecBoot"), (21, "PersData"), (24, "TelData"), (25, "DelFunc"), (26, "UserDec"), (27, "UserIntf"), (28, "LogIntf"), (29, "InpVal") })
        {
            plant.Table(number, [.. Enumerable.Range(1, rows).Select(i => new[] { $"{name}-{i}", $"Description: part {i} with a port of its own, tcp/{i % 60000 + 1}", $"Update Mechanism: UpdMech-{i}", $"Authentication Mechanism: AuthMech-{i}", $"Secure Communication Mechanisms: ComMech-{i}", "Type: critical", "Status: disabled", $"Interface: LogIntf-{i}", $"Personal Data: PersData-{i}", $"Source: UserIntf-{i}" })]);
        }
        for (var i = 1; i <= seen; i++)
        {
            plant.Heard(FindingKind.Exposure, $"10.0.0.9:{i + 20000}/tcp", Traits.Listener).Saw(FindingKind.Service, $"service{i}", Traits.StartedAtBoot).Saw(FindingKind.Key, $"key{i}.pem", Traits.PrivateKey)
                .Heard(FindingKind.Cleartext, $"http to host{i}.example", Traits.Http, Traits.Remote).Saw(FindingKind.Exposure, $"program{i}", Traits.Telnet).Has($"part{i}", "1.0");
        }
        plant.Talked([.. Enumerable.Range(1, seen).Select(i => $"tcp 443 192.0.2.7 host{i}.example")]);
        plant.Scanned("initialised", [.. Enumerable.Range(1, seen).Select(i => $"{i + 20000}/tcp http")]);
        var examined = plant.Examined();
        var times = Register.All.Select(check =>
        {
            var watch = Stopwatch.StartNew();
            _ = check.Look(examined).Count();
            return (check.Id, watch.Elapsed);
        }).OrderByDescending(t => t.Elapsed).ToList();
        foreach (var (id, elapsed) in times.Take(12)) output.WriteLine($"{id} {elapsed.TotalSeconds:0.00} s");
        Assert.All(times, t => Assert.True(t.Elapsed < TimeSpan.FromSeconds(30), $"{t.Id} took {t.Elapsed}"));
    }
}
