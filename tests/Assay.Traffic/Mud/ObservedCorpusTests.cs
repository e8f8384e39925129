using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;
using Said = Assay.Traffic.Mud.Talk;

namespace Assay.Traffic.Tests.Mud;

/// <summary>Observed profiles of real set-ups: each covers its own capture, read back by our strict reader, and refuses what was not in it.</summary>
public sealed class ObservedCorpusTests(ITestOutputHelper output)
{
    private static IEnumerable<(string Kind, MacAddress Device, string File)> Setups()
    {
        foreach (var label in Corpus.Files("traffic/iot-sentinel", "*mac.txt"))
        {
            Assert.True(MacAddress.TryParse(File.ReadAllText(label), out var mac), label);
            var folder = Path.GetDirectoryName(label)!;
            foreach (var file in Directory.EnumerateFiles(folder, "*.pcap").Order(StringComparer.Ordinal)) yield return (Path.GetFileName(folder), mac, file);
        }
    }

    private static DeviceTraffic Read(MacAddress device, string file)
    {
        using var artefact = Artefact.Open(file);
        var traffic = new DeviceTraffic(device);
        Assert.Empty(traffic.Add(artefact, Capture.Options));
        return traffic;
    }

    internal static MudFile Profile(DeviceTraffic traffic)
    {
        var profile = ObservedProfile.Learn(traffic);
        var file = MudFile.Read(EvidenceJson.Bytes(profile.Write));
        Assert.True(file.IsObserved);
        Assert.Equal(profile.Permissions.Count, file.Permissions.Count);
        Assert.Equal(0, file.Dropped);
        Assert.DoesNotContain(file.Remarks, r => r.Weight != RemarkWeight.Advice);
        return file;
    }

    [Fact]
    public void A_profile_of_each_set_up_covers_the_whole_set_up()
    {
        var (setups, talks, entries) = (0, 0, 0);
        foreach (var (_, device, path) in Setups())
        {
            var traffic = Read(device, path);
            var file = Profile(traffic);
            var comparison = new MudCheck(file, traffic.Members).Compare(traffic.Talks());
            Assert.True(comparison.Deviations == 0, $"{path}: {comparison.Judgements.FirstOrDefault(j => j.Verdict == MudVerdict.Deviation)}");
            setups++;
            talks += comparison.Judgements.Count;
            entries += file.Permissions.Count;
        }
        Assert.True(setups > 100);
        output.WriteLine($"{setups} set-ups, {talks} talks, {entries} entries, no deviation");
    }

    [Fact]
    public void A_flow_that_was_planted_beside_a_set_up_deviates_and_nothing_else_does()
    {
        var planted = 0;
        foreach (var (_, device, path) in Setups().Where((_, i) => i % 5 == 0))
        {
            var own = Read(device, path);
            var check = new MudCheck(Profile(own), own.Members);
            var talks = own.Talks();
            var (cloud, name) = talks.Where(t => t.Names.Count > 0 && t.ByDevice).Select(t => (t.Peer, t.Names)).FirstOrDefault();
            var strange = new List<Said>
            {
                Planted(Address.Parse("203.0.113.77"), Packet.Tcp, 443, 50000, byDevice: true),
                Planted(Address.Parse("203.0.113.77"), Packet.Udp, 53, 50000, byDevice: true),
                Planted(Address.Parse("203.0.113.78"), Packet.Tcp, 50000, 23, byDevice: false),
                Planted(Address.Parse("192.168.5.5"), Packet.Tcp, 50000, 2323, byDevice: false),
                Planted(Address.Parse("203.0.113.79"), 47, 0, 0, byDevice: true),
            };
            if (name is not null) strange.Add(Planted(cloud, Packet.Tcp, 6667, 50000, byDevice: true) with { Names = name });
            foreach (var talk in strange)
            {
                var judged = check.Compare([.. talks, talk]);
                Assert.True(judged.Deviations == 1 && judged.Judgements[^1] is { Verdict: MudVerdict.Deviation, Differs: not null }, $"{path}: {talk}");
                planted++;
            }
        }
        Assert.True(planted > 200);
        output.WriteLine($"{planted} planted flows, each the only deviation");
    }

    private static Said Planted(Address peer, byte protocol, ushort peerPort, ushort devicePort, bool byDevice) => new()
    {
        Peer = peer,
        Protocol = protocol,
        PeerPort = peerPort,
        DevicePort = devicePort,
        ByDevice = byDevice,
        Names = [],
        Artefact = "planted",
        FirstFrame = 1,
        Packets = (1, 1),
    };

    [Fact]
    public void The_profile_of_one_maker_refuses_what_another_makers_device_did_on_the_internet()
    {
        // One set-up for each device that reached the Internet by name.
        var all = Setups().GroupBy(s => s.Kind).Select(g => g.First()).Select(s => (s.Kind, Traffic: Read(s.Device, s.File))).ToList();
        var reach = all.Where(a => a.Traffic.Talks().Any(t => t.ByDevice && t.Names.Count > 0)).ToList();
        var (pairs, refused) = (0, 0);
        foreach (var (kind, own) in reach)
        {
            var check = new MudCheck(Profile(own), own.Members);
            var names = own.Talks().SelectMany(t => t.Names).ToHashSet(StringComparer.Ordinal);
            foreach (var (other, traffic) in reach)
            {
                var foreign = traffic.Talks().Where(t => t.ByDevice && t.Names.Count > 0 && !t.Names.Any(names.Contains)).ToList();
                if (other == kind || foreign.Count == 0) continue;
                pairs++;
                var judged = check.Compare(foreign);
                Assert.True(judged.Deviations == foreign.Count, $"{other} against the profile of {kind}: {judged.Judgements.FirstOrDefault(j => j.Verdict != MudVerdict.Deviation)}");
                refused += foreign.Count;
            }
        }
        Assert.True(pairs > 100);
        output.WriteLine($"{pairs} pairs of devices, {refused} foreign flows refused");
    }
}
