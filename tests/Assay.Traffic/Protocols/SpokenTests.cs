using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>
/// Protocols that no capture of the corpus has, spoken by programs of Debian between two network namespaces that are gone afterwards: tcpdump listens, and tshark judges frame by frame.
/// LLMNR by llmnrd and llmnr-query, WS-Discovery by wsdd2 and wsdd.
/// </summary>
public sealed class SpokenTests
{
    /// <summary>Proved here and not on the corpus.</summary>
    internal static readonly string[] Protocols = ["llmnr", "wsdiscovery"];

    // $1 is the capture. The camera answers; the laptop asks, for a name that nobody has too.
    private const string Story = """
        set -e
        ip link set lo up
        mkdir -p /run/netns
        mount -t tmpfs none /run/netns
        ip netns add camera
        ip link add laptop0 type veth peer name camera0
        ip link set camera0 netns camera
        ip addr add 192.168.7.1/24 dev laptop0
        ip link set laptop0 up
        ip -n camera link set lo up
        ip -n camera addr add 192.168.7.2/24 dev camera0
        ip -n camera link set camera0 up
        ip route add 224.0.0.0/4 dev laptop0
        ip -n camera route add 224.0.0.0/4 dev camera0
        sleep 2
        timeout -k 1 30 tcpdump -Z root -U --immediate-mode -i laptop0 -w "$1" & dump=$!
        sleep 0.5
        ip netns exec camera timeout -k 1 25 llmnrd -H hallcam -i camera0 & names=$!
        ip netns exec camera timeout -k 1 25 wsdd2 -N hallcam -G HOUSE -i camera0 & services=$!
        sleep 1
        for name in hallcam nobody; do for type in A AAAA; do timeout -k 1 5 llmnr-query -c 1 -t 300 -T $type $name || true; done; done
        timeout -k 1 3 wsdd --discovery --no-host --listen 5999 --interface laptop0 -4 || true
        kill $names $services || true
        sleep 0.5
        kill $dump || true
        wait $dump || true
        """;

    private static byte[] Heard(Scratch scratch)
    {
        foreach (var (program, package) in new[] { ("tshark", "tshark"), ("tcpdump", "tcpdump"), ("ip", "iproute2"), ("unshare", "util-linux"), ("llmnrd", "llmnrd"), ("wsdd", "wsdd"), ("wsdd2", "wsdd2") }) Tool.Need(program, package);
        if (Tool.Run("unshare", ["-n", "-m", "true"]).Exit != 0) Assert.Skip("network namespaces need root");
        var told = Tool.Run("unshare", ["-n", "-m", "bash", "-c", Story, "story", scratch.File("heard.pcap")], seconds: 60);
        Assert.True(File.Exists(scratch.File("heard.pcap")), told.Error);
        return File.ReadAllBytes(scratch.File("heard.pcap"));
    }

    private static (CaptureExamination Examination, List<(long Frame, string Protocol, string Field, string Value)> Fields) Read(byte[] bytes)
    {
        using var artefact = Artefact.Of("heard.pcap", bytes);
        var fields = new FieldList();
        return (CaptureExamination.Of(artefact, Capture.Options, fields), [.. fields.All]);
    }

    [Fact]
    public void Every_frame_of_LLMNR_and_WS_Discovery_says_what_tshark_says()
    {
        using var scratch = new Scratch();
        var bytes = Heard(scratch);
        var (examination, ours) = Read(bytes);

        var names = Tshark(scratch, "llmnr", "dns.id", "dns.qry.name");
        Assert.True(names.Count >= 5, $"{names.Count} frames of LLMNR");
        Assert.Equal(names.Select(r => (r.Frame, Number(r.Values[0][0]), r.Values[1][0])),
            names.Select(r => (r.Frame, One(ours, r.Frame, "llmnr", "transaction"), One(ours, r.Frame, "llmnr", "name"))));
        Assert.Equal(names.Select(r => r.Frame), ours.Where(f => f.Protocol == "llmnr").Select(f => f.Frame).Distinct());

        var services = Tshark(scratch, "udp.port == 3702", "xml.tag", "xml.cdata");
        Assert.True(services.Count >= 4, $"{services.Count} frames of WS-Discovery");
        foreach (var (frame, values) in services)
        {
            Assert.Equal(values[0].Where(t => !t.StartsWith("<?", StringComparison.Ordinal)).Select(LocalName), All(ours, frame, "wsdiscovery", "element"));
            Assert.Equal(values[1], All(ours, frame, "wsdiscovery", "text"));
        }
        Assert.Equal(services.Select(r => r.Frame), ours.Where(f => f.Protocol == "wsdiscovery").Select(f => f.Frame).Distinct());

        Assert.Contains(examination.Observations, o => o is { Protocol: "llmnr", What: Seen.Query, Subject: "hallcam", Value: "A" });
        Assert.Contains(examination.Observations, o => o is { Protocol: "llmnr", What: Seen.Answer, Subject: "hallcam", Value: "A 192.168.7.2" });
        // Who is not there answers nothing.
        Assert.DoesNotContain(examination.Observations, o => o is { Protocol: "llmnr", What: Seen.Answer, Subject: "nobody" });
        Assert.Contains(examination.Observations, o => o is { Protocol: "wsdiscovery", What: Seen.Query, Value: "Probe" });
        Assert.Contains(examination.Observations, o => o.Protocol == "wsdiscovery" && o.What == Seen.Announcement && o.Value.StartsWith("ProbeMatches ", StringComparison.Ordinal) && o.Value.Contains("http://192.168.7.2:3702/", StringComparison.Ordinal));
    }

    /// <summary>The same datagrams between other ports: WS-Discovery shows itself by its content, a question of LLMNR only by its port.</summary>
    [Fact]
    public void Off_its_port_WS_Discovery_is_known_and_LLMNR_is_not()
    {
        using var scratch = new Scratch();
        var bytes = Heard(scratch);
        var before = Read(bytes);
        Move(bytes);
        var after = Read(bytes);
        Assert.Contains(before.Fields, f => f.Protocol == "wsdiscovery");
        Assert.Equal(before.Fields.Where(f => f.Protocol == "wsdiscovery"), after.Fields.Where(f => f.Protocol == "wsdiscovery"));
        Assert.Contains(before.Fields, f => f.Protocol == "llmnr");
        Assert.DoesNotContain(after.Fields, f => f.Protocol == "llmnr");
    }

    // Ports 3702 and 5355 of UDP become 43702 and 45355, in place.
    private static void Move(byte[] bytes)
    {
        var copy = bytes.ToArray();
        using var artefact = Artefact.Of("heard.pcap", copy);
        var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        while (reader.Next(out var frame))
        {
            if (packet.Decode(frame) != Depth.Transport || packet.Protocol != Packet.Udp) continue;
            var at = (int)frame.Offset + packet.PayloadStart - 8;
            foreach (var (place, port) in new[] { (at, packet.SourcePort), (at + 2, packet.DestinationPort) })
            {
                if (port is 3702 or 5355) System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(place), (ushort)(port + 40_000));
            }
        }
    }

    private static List<(long Frame, string[][] Values)> Tshark(Scratch scratch, string filter, params string[] fields)
    {
        var result = Tool.Run("tshark", ["-n", "--enable-heuristic", "xml_udp", "-r", scratch.File("heard.pcap"), "-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=\u001f", "-E", "occurrence=a",
            "-e", "frame.number", .. fields.SelectMany(f => new[] { "-e", f })]);
        return [.. result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).Select(c => (long.Parse(c[0], System.Globalization.CultureInfo.InvariantCulture), c[1..].Select(v => v.Split('\u001f')).ToArray()))];
    }

    private static string Number(string hexadecimal) => Convert.ToInt32(hexadecimal, 16).ToString(System.Globalization.CultureInfo.InvariantCulture);

    // tshark shows a start tag whole: <wsa:To a="b">.
    private static string LocalName(string tag) => tag.TrimStart('<').Split([' ', '>', '/'], 2)[0] is var name ? name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..] : "";

    private static List<string> All(List<(long Frame, string Protocol, string Field, string Value)> fields, long frame, string protocol, string field) =>
        [.. fields.Where(f => f.Frame == frame && f.Protocol == protocol && f.Field == field).Select(f => f.Value)];

    private static string One(List<(long Frame, string Protocol, string Field, string Value)> fields, long frame, string protocol, string field) => Assert.Single(All(fields, frame, protocol, field));
}
