using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Tests.Captures;

/// <summary>A redacted capture has the shape of the first, and nothing of what people said in it; tshark judges.</summary>
public sealed class RedactionTests
{
    private static readonly string[] Fields =
    [
        "frame.number", "frame.time_epoch", "frame.len", "frame.protocols", "eth.src", "eth.dst", "wlan.sa", "wlan.da", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "ip.src",
        "ip.dst", "ipv6.src", "ipv6.dst", "tcp.seq_raw", "tcp.srcport", "udp.srcport", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status",
        "icmpv6.checksum.status",
    ];

    private static (byte[] Bytes, RedactionReport Report) Redact(Artefact artefact, byte[]? key = null)
    {
        using var stream = new MemoryStream();
        var report = Redaction.Write(artefact, stream, key ?? Redaction.KeyOf(artefact), Capture.Options);
        return (stream.ToArray(), report);
    }

    private static (byte[] Bytes, RedactionReport Report) Redact(byte[] bytes, byte[]? key = null)
    {
        using var artefact = Artefact.Of("x", bytes);
        return Redact(artefact, key);
    }

    private static List<string> Shape(byte[] bytes)
    {
        using var artefact = Artefact.Of("x", bytes);
        var flows = new List<string>();
        FlowTable.Read(artefact, Capture.Options, f => flows.Add(FormattableString.Invariant(
            $"{f.FirstFrame} {f.First:O} {f.Last:O} {f.Protocol} {f.SourcePort} {f.DestinationPort} {f.Packets} {f.Bytes} {f.Flags} {f.Source.IsLocal} {f.Destination.IsLocal} {f.Tunnel?.Kind}")));
        return flows;
    }

    [Theory]
    [InlineData("traffic/iot-sentinel", 40)]
    [InlineData("traffic/ndpi", 6)]
    [InlineData("traffic/tool-samples", 1)]
    [InlineData("traffic/ja4", 12)]
    public void Of_real_captures_the_shape_stays_and_no_address_and_no_payload_does(string folder, int every)
    {
        Tool.Need("tshark", "tshark");
        using var scratch = new Scratch();
        var captures = 0;
        foreach (var file in Corpus.Files(folder).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng").Where((_, i) => i % every == 0))
        {
            using var artefact = Artefact.Open(file);
            if (!CaptureExamination.Recognises(artefact) || artefact.Size > 2 << 20) continue;
            var (bytes, report) = Redact(artefact);
            var name = Path.GetFileName(file);
            if (report.LeftOut.Count > 0) continue;
            captures++;
            var written = scratch.File("r.pcapng");
            File.WriteAllBytes(written, bytes);
            List<string[][]> before = Tshark.FieldsOf(file, Fields), after = Tshark.FieldsOf(written, Fields,
                "ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "udp.ignore_ipv6_zero_checksum:TRUE");
            Assert.True(before.Count == after.Count, $"{name}: {before.Count} frames, {after.Count} written");
            var addresses = before.SelectMany(r => r[8..14].SelectMany(v => v)).Where(Tells).ToHashSet();
            for (var i = 0; i < before.Count; i++)
            {
                var (old, now) = (before[i], after[i]);
                var where = $"{name} frame {i + 1}";
                // What is tunnelled in a way that we do not enter is payload, and gone.
                if (old[3].Any(p => p.Contains("capwap", StringComparison.Ordinal))) continue;
                Assert.True(old[1].SequenceEqual(now[1]) && old[14].Take(1).SequenceEqual(now[14].Take(1)) && old[15].Take(1).SequenceEqual(now[15].Take(1)), where);
                foreach (var column in Enumerable.Range(8, 6))
                {
                    foreach (var left in now[column].Where(a => addresses.Contains(a)))
                    {
                        // A number may come to stand for another machine, never for its own.
                        Assert.False(old[column].Contains(left), $"{where}: {left} remains");
                    }
                }
                // 0 is bad, 1 good, 2 not checked (cut by the capture), 3 not there. The first piece of a fragmented TCP segment cannot fit.
                if (!now[3].Any(p => p.Contains("data", StringComparison.Ordinal)) || now[17].Length == 1)
                {
                    Assert.True(!now[17].Concat(now[18]).Concat(now[19]).Concat(now[20]).Concat(now[21]).Contains("0") || old[17].Length > 1, $"{where}: a checksum does not fit");
                }
            }
            var plain = File.ReadAllBytes(file);
            Assert.Equal(Shape(plain), Shape(bytes));
            foreach (var text in Texts(artefact)) Assert.True(bytes.AsSpan().IndexOf(text) < 0, $"{name}: payload remains: {Encoding.Latin1.GetString(text)}");
        }
        Assert.True(captures > 0, $"no capture of {folder} was redacted");
        TestContext.Current.SendDiagnosticMessage("{0}: {1} captures redacted", folder, captures);
    }

    private static bool Tells(string address)
    {
        var parsed = Address.Parse(address);
        return !parsed.IsMulticast && !(parsed.IsV4 ? (uint)parsed.Low >> 24 is 0 or 127 or >= 240 : parsed.High == 0);
    }

    /// <summary>Pieces of payload: runs of eight letters or digits of TCP and UDP, the first hundred.</summary>
    private static List<byte[]> Texts(Artefact artefact)
    {
        var texts = new List<byte[]>();
        using var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        while (texts.Count < 100 && reader.Next(out var frame))
        {
            if (packet.Decode(frame) != Depth.Transport) continue;
            var payload = packet.Payload(frame);
            for (int at = 0, run = 0; at < payload.Length; at++)
            {
                run = char.IsAsciiLetterOrDigit((char)payload[at]) ? run + 1 : 0;
                if (run != 8) continue;
                texts.Add(payload.Slice(at - 7, 8).ToArray());
                break;
            }
        }
        return texts;
    }

    private static byte[] Home()
    {
        var capture = new Capture();
        capture.Udp(Capture.Device, 68, "255.255.255.255", 67, [1, 1, 6, .. new byte[233], 0x63, 0x82, 0x53, 0x63, 12, 6, .. "annika"u8, 255]);
        capture.Connect(Capture.Phone, Capture.Cloud, 80).Client("GET /annika HTTP/1.1\r\nHost: example.org\r\n\r\n");
        capture.Udp(Capture.Device, 5353, "224.0.0.251", 5353, [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 6, .. "annika"u8, 0, 0, 16, 0, 1, 0, 0, 0, 9, 0, 0]);
        capture.Raw([.. new byte[6].Select(_ => (byte)255), .. Capture.Mac(Capture.Device), 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, .. Capture.Mac(Capture.Device), 192, 168, 1, 20, .. new byte[6], 192, 168, 1, 30]);
        return capture.Pcap();
    }

    [Fact]
    public void The_same_capture_gives_the_same_bytes_and_a_key_of_ones_own_other_ones()
    {
        var home = Home();
        var (bytes, report) = Redact(home);
        Assert.Equal(bytes, Redact(home).Bytes);
        Assert.Equal((report.Frames, report.Frames), (report.Written, 7L));
        Assert.Equal((3, 4), (report.Addresses, report.LinkAddresses));
        var own = Redaction.KeyOf("a secret of my own"u8);
        Assert.NotEqual(bytes, Redact(home, own).Bytes);
        Assert.Equal(Redact(home, own).Bytes, Redact(home, own).Bytes);
        Assert.True(bytes.AsSpan().IndexOf("annika"u8) < 0);
        Assert.True(home.AsSpan().IndexOf("annika"u8) > 0);
        Assert.Equal(Shape(home), Shape(bytes));
    }

    [Fact]
    public void Networks_stay_together_and_kinds_of_addresses_stay()
    {
        var pseudonyms = new Pseudonyms(Redaction.KeyOf("key of the test"u8));
        Address Of(string text) => pseudonyms.Of(Address.Parse(text));
        static uint Net(Address a, int bits) => (uint)a.Low >> (32 - bits);
        Assert.Equal(Net(Of("192.168.7.1"), 24), Net(Of("192.168.7.200"), 24));
        Assert.NotEqual(Net(Of("192.168.7.1"), 24), Net(Of("192.168.8.1"), 24));
        Assert.Equal(Net(Of("10.20.0.1"), 16), Net(Of("10.20.255.9"), 16));
        Assert.NotEqual(Net(Of("10.20.0.1"), 16), Net(Of("10.21.0.1"), 16));
        Assert.Equal((255u, 0u), ((uint)Of("192.168.7.255").Low & 255, (uint)Of("192.168.7.0").Low & 255));
        foreach (var stays in new[] { "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.251", "::1", "::", "ff02::fb" }) Assert.Equal(stays, Of(stays).ToString());
        var seen = new HashSet<Address>();
        for (uint i = 0; i < 2000; i++)
        {
            var local = pseudonyms.Of(Address.V4(0xc0a8_0000 + i));
            Assert.True(local.IsLocal && Net(local, 16) == 0xc0a8 && seen.Add(local));
            var open = pseudonyms.Of(Address.V4(0x0808_0000 + i * 77));
            Assert.True(!open.IsLocal && seen.Add(open));
        }
        Assert.Equal((Of("fd00:1::1").High, Of("fd00:1::2").High, 0xfd), (Of("fd00:1::3").High, Of("fd00:1::3").High, (int)(Of("fd00:1::1").High >> 56)));
        Assert.NotEqual(Of("2001:db8:1::1").High, Of("2001:db8:2::1").High);
        Assert.True(Of("fe80::1").High == 0xfe80_0000_0000_0000 && !Of("2001:db8::1").IsLocal);

        MacAddress.TryParse("74:da:38:80:7a:08", out var made);
        MacAddress.TryParse("9a:12:34:56:78:9a", out var random);
        Assert.StartsWith("74:da:38:", pseudonyms.Of(made).ToString());
        Assert.NotEqual(made, pseudonyms.Of(made));
        Assert.False(pseudonyms.Of(random).ToString().StartsWith("9a:12:34", StringComparison.Ordinal));
        Assert.Equal(2UL, pseudonyms.Of(random).Bits >> 40 & 3);
        Assert.Equal("ff:ff:ff:ff:ff:ff", pseudonyms.Of(new MacAddress(0xffff_ffff_ffff)).ToString());
    }

    [Theory]
    [InlineData("traffic/tcpdump-robustness")]
    [InlineData("traffic/suricata-verify")]
    public void Damaged_captures_are_redacted_to_their_end(string folder)
    {
        var redacted = 0;
        foreach (var file in Corpus.Files(folder).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng"))
        {
            using var artefact = Artefact.Open(file);
            if (!CaptureExamination.Recognises(artefact) || artefact.Size < 24) continue;
            var (bytes, report) = Redact(artefact);
            Assert.Equal(report.Frames, report.Written + report.LeftOut.Values.Sum());
            using var again = Artefact.Of("again", bytes);
            using var reader = CaptureReader.Open(again);
            long frames = 0;
            while (reader.Next(out _)) frames++;
            Assert.Equal((report.Written, 0), (frames, reader.Losses.Count));
            redacted++;
        }
        Assert.True(redacted > 0, $"no capture in {folder}");
    }

    [Fact]
    public void Mutated_captures_are_redacted_without_harm()
    {
        var good = Home();
        var random = new Random(5655);
        for (var round = 0; round < 3000; round++)
        {
            var bad = good.ToArray();
            for (var n = random.Next(1, 8); n > 0; n--) bad[random.Next(40, bad.Length)] = (byte)random.Next(256);
            var (bytes, report) = Redact(bad);
            Assert.True(report.Written <= report.Frames && bytes.Length >= 28);
            Assert.True(bytes.AsSpan().IndexOf("annika"u8) < 0, FormattableString.Invariant($"round {round}"));
        }
    }
}
