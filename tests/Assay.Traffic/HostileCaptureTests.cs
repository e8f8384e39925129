using System.Diagnostics;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests;

/// <summary>
/// Captures that are damaged, cut, odd or made to harm: read to the end, or refused in words; never longer or larger than their bytes justify.
/// </summary>
public sealed class HostileCaptureTests
{
    /// <summary>Reads a capture in both ways; answers its coverage, or null where it was refused.</summary>
    private static Coverage? Read(Artefact artefact)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        Coverage? coverage = null;
        try
        {
            var examination = CaptureExamination.Of(artefact, Capture.Options);
            coverage = examination.Coverage;
            Assert.True(coverage.Examined <= coverage.Total);
            Assert.All(examination.Findings, f => Assert.InRange(f.Location.Frame!.Value, 1, coverage.Total));
            if (!coverage.IsWhole) Assert.All(coverage.Losses, l => Assert.True(l.Expected.Length > 0 && l.Found.Length > 0));
            else Assert.Empty(coverage.Losses);
            var flows = 0L;
            var again = Traffic.Flows.FlowTable.Read(artefact, Capture.Options, _ => flows++);
            Assert.Equal((coverage.Total, coverage.Counts["flows"]), (again.Total, flows));
        }
        catch (UnreadableException refused)
        {
            Assert.True(refused.Expected.Length > 0 && refused.Found.Length > 0);
            Assert.Equal(0, coverage?.Total ?? 0);
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{artefact.Name} took {clock.Elapsed}");
        // Start-up tables, then a small multiple of the input.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < (16 << 20) + 100 * artefact.Size, $"{artefact.Name}: {allocated} bytes allocated for {artefact.Size}");
        return coverage;
    }

    [Theory]
    [InlineData("traffic/tcpdump-robustness")]
    [InlineData("traffic/ndpi")]
    [InlineData("traffic/ja4")]
    [InlineData("traffic/suricata-verify")]
    [InlineData("traffic/tool-samples")]
    [InlineData("traffic/attacks")]
    [InlineData("traffic/ics")]
    public void Every_capture_of_a_folder_is_read_to_its_end_or_refused_in_words(string folder)
    {
        int read = 0, refused = 0;
        foreach (var file in Corpus.Files(folder).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng" or ".cap"))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            if (Read(artefact) is { Total: > 0 }) read++;
            else refused++;
        }
        Assert.True(read > 0, $"expected captures in {folder}, found none among {refused}");
        TestContext.Current.SendDiagnosticMessage("{0}: {1} read, {2} without a frame", folder, read, refused);
    }

    [Theory]
    [InlineData("traffic/tcpdump-robustness", 700)]
    [InlineData("traffic/ndpi", 150)]
    [InlineData("traffic/suricata-verify", 200)]
    public void Frames_of_all_captures_also_of_damaged_ones_are_counted_as_capinfos_counts_them(string folder, int atLeast)
    {
        Tool.Need("capinfos", "tshark");
        var files = Corpus.Files(folder).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng" or ".cap").ToList();
        var theirs = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var some in files.Chunk(100))
        {
            foreach (var line in Tool.Run("capinfos", ["-c", "-T", "-M", "-r", .. some]).Text.Split('\n'))
            {
                // No number for a file that capinfos refuses as a whole.
                var columns = line.Split('\t');
                if (columns.Length >= 2 && long.TryParse(columns[1], out var count)) theirs[columns[0]] = count;
            }
        }
        var compared = 0;
        var different = new List<string>();
        foreach (var file in files)
        {
            using var artefact = Artefact.Open(file);
            if (!theirs.TryGetValue(file, out var count) || !CaptureExamination.Recognises(artefact) || artefact.Size < 24) continue;
            compared++;
            var ours = new CaptureWalk(artefact, Capture.Options, false, _ => { }, counters: true).Run().Total;
            if (ours != count) different.Add($"{Path.GetFileName(file)}: {ours} against {count}");
        }
        TestContext.Current.SendDiagnosticMessage("{0}: {1} of {2} captures counted as capinfos does", folder, compared - different.Count, files.Count);
        Assert.True(compared >= atLeast, $"{compared} captures compared");
        Assert.True(different.Count == 0, string.Join("\n", different));
    }

    private static byte[] Rich()
    {
        var capture = new Capture();
        var talk = capture.Connect(Capture.Phone, Capture.Device, 80);
        talk.Client("POST /login HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YWRtaW46MTIzNA==\r\nContent-Length: 17\r\n\r\nuser=a&password=b");
        talk.Server("HTTP/1.1 200 OK\r\nServer: x/1.0\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");
        var telnet = capture.Connect(Capture.Phone, Capture.Device, 23, 40001);
        telnet.Server([255, 253, 1, .. "login: "u8]);
        telnet.Client("root\r\n");
        telnet.Server("Password: ");
        telnet.Client("xc3511\r\n");
        capture.Connect(Capture.Device, Capture.Cloud, 443, 40002).Client(
            [22, 3, 1, 0, 51, 1, 0, 0, 47, 3, 1, .. new byte[32], 0, 0, 4, 0, 5, 0, 0x35, 1, 0, 0, 4, 0, 43, 0, 0]);
        capture.Udp(Capture.Device, 5353, "224.0.0.251", 5353, [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 4, .. "lamp"u8, 0, 0, 16, 0, 1, 0, 0, 0, 9, 0, 7, 6,
            .. "fv=1.2"u8]);
        capture.Udp(Capture.Device, 68, "255.255.255.255", 67, [1, 1, 6, .. new byte[233], 0x63, 0x82, 0x53, 0x63, 12, 1, 65, 255]);
        return capture.Pcap();
    }

    [Fact]
    public void Ten_thousand_mutations_of_a_capture_do_no_harm()
    {
        var good = Rich();
        using (var artefact = Artefact.Of("good", good)) Assert.True(Read(artefact)!.IsWhole);
        var random = new Random(303645);
        for (var round = 0; round < 10_000; round++)
        {
            var bad = good.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var at = random.Next(24, bad.Length);
                bad[at] = random.Next(4) switch { 0 => 0xff, 1 => 0, 2 => (byte)(bad[at] ^ 1 << random.Next(8)), _ => (byte)random.Next(256) };
            }
            if (random.Next(4) == 0) bad = bad[..random.Next(bad.Length)];
            using var artefact = Artefact.Of($"round {round}", bad);
            Read(artefact);
        }
    }

    [Fact]
    public void Random_bytes_behind_a_good_header_do_no_harm()
    {
        var random = new Random(103701);
        for (var round = 0; round < 300; round++)
        {
            var payload = new byte[random.Next(1, 1500)];
            random.NextBytes(payload);
            var capture = new Capture();
            capture.Raw(payload);
            capture.Udp(Capture.Device, 53, Capture.Phone, 53, payload);
            capture.Udp(Capture.Device, 5353, Capture.Phone, 5353, payload);
            var talk = capture.Connect(Capture.Phone, Capture.Device, 23);
            talk.Client(payload);
            talk.Server(payload);
            using var artefact = Artefact.Of($"round {round}", capture.Pcap());
            Assert.Equal(capture.Count, Read(artefact)!.Total);
            var noise = new byte[4096];
            random.NextBytes(noise);
            using var behind = Artefact.Of($"noise {round}", [.. Capture.PcapHeader(), .. noise]);
            Read(behind);
        }
    }

    [Fact]
    public void Headers_without_end_and_bodies_without_end_are_not_kept()
    {
        var capture = new Capture();
        var talk = capture.Connect(Capture.Phone, Capture.Device, 80);
        talk.Client("GET / HTTP/1.1\r\n");
        for (var i = 0; i < 400; i++) talk.Client("X: " + new string('a', 1000) + "\r\n");
        talk.Client("\r\nGET /later HTTP/1.1\r\nHost: a\r\n\r\n");
        for (var i = 0; i < 400; i++) talk.ClientAt(talk.ClientNext + 100_000u + (uint)i * 2000, new byte[1000]);
        talk.Client("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
        using var artefact = Artefact.Of("endless", capture.Pcap());
        Assert.True(Read(artefact)!.IsWhole);
    }

    [Fact]
    public void A_flood_of_invented_connections_stays_within_the_cache()
    {
        var capture = new Capture();
        for (var i = 0; i < 20_000; i++) capture.Tcp($"10.{i >> 16}.{i >> 8 & 255}.{i & 255}", i & 0xffff, Capture.Device, 80, 1, 0, TcpFlags.Syn, []);
        using var artefact = Artefact.Of("flood", capture.Pcap());
        var coverage = new CaptureWalk(artefact, Capture.Options, false, _ => { }, mostFlows: 1024).Run();
        Assert.Equal(20_000, coverage.Counts["flows"]);
    }

    [Fact]
    public void The_same_capture_gives_the_same_answer_whatever_ran_before()
    {
        using var artefact = Artefact.Of("a", Rich());
        static string Text(CaptureExamination e) => string.Join('\n', e.Findings.Select(f => f.Id + f.Note).Concat(e.Observations.Select(o => o.ToString())));
        var first = Text(CaptureExamination.Of(artefact, Capture.Options));
        Assert.Equal(first, Text(CaptureExamination.Of(artefact, Capture.Options with { Workers = 8 })));
        Assert.Contains("admin:… (4)", first);
    }
}
