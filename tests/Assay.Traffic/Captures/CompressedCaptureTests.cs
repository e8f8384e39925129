using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Tests.Captures;

/// <summary>Compressed captures, made by the usual programs, tell what the plain ones tell.</summary>
public sealed class CompressedCaptureTests
{
    public static TheoryData<string, string> Programs() => new()
    {
        { "gzip", "gzip" }, { "zstd", "zstd" }, { "xz", "xz-utils" }, { "lz4", "lz4" }, { "bzip2", "bzip2" }, { "lzip", "lzip" },
    };

    /// <summary>About three megabytes, so that a window has to move, with a frame that is longer than the first window.</summary>
    private static byte[] Large()
    {
        var capture = new Capture();
        var random = new Random(1);
        var payload = new byte[1200];
        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(payload);
            capture.Udp(Capture.Device, 5000 + i % 7, Capture.Cloud, 9, payload);
        }
        capture.Raw([.. Capture.Ethernet(Capture.Ip(Capture.Device, Capture.Cloud, Packet.Udp, new byte[20]), Capture.Device), .. new byte[3 << 20]]);
        for (var i = 0; i < 300; i++) capture.Udp(Capture.Device, 6000, Capture.Cloud, 9, payload);
        return capture.Pcap();
    }

    private static byte[] Packed(string program, byte[] bytes) => Tool.Run(program, ["-c"], input: bytes).Output;

    private static (List<string> Flows, Coverage Coverage) Read(byte[] bytes, Budget? budget = null)
    {
        using var artefact = Artefact.Of("x", bytes);
        var flows = new List<string>();
        var coverage = FlowTable.Read(artefact, Capture.Options with { Budget = budget ?? new Budget() }, f => flows.Add($"{f.FirstFrame} {f.Source} {f.SourcePort} {f.Packets} {f.Bytes}"));
        return (flows, coverage);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_compressed_capture_gives_the_same_flows(string program, string package)
    {
        Tool.Need(program, package);
        var plain = Large();
        var packed = Packed(program, plain);
        using (var artefact = Artefact.Of("x", packed)) Assert.True(CaptureExamination.Recognises(artefact));
        var (flows, coverage) = Read(plain);
        var (again, other) = Read(packed);
        Assert.Equal(9, flows.Count);
        Assert.Equal(flows, again);
        Assert.Equal((coverage.Total, coverage.IsWhole, 1301), (other.Total, other.IsWhole, other.Total));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_cut_or_damaged_file_says_so_and_loses_nothing_before(string program, string package)
    {
        Tool.Need(program, package);
        var packed = Packed(program, Large());
        foreach (var bad in new[] { packed[..(packed.Length * 2 / 3)], Mutated(packed) })
        {
            try
            {
                var (_, coverage) = Read(bad);
                Assert.NotEmpty(coverage.Losses);
                Assert.True(coverage.Total <= 1301);
            }
            catch (UnreadableException refused)
            {
                // lzip may give nothing before its stream is whole, bzip2 a first block that is not what it was.
                Assert.True(refused.Found.Contains("in all", StringComparison.Ordinal) || refused.Found.Contains(" content", StringComparison.Ordinal), refused.Found);
            }
        }

        static byte[] Mutated(byte[] bytes)
        {
            var bad = bytes.ToArray();
            for (var i = 0; i < 40; i++) bad[bytes.Length / 2 + i] ^= 0x5a;
            return bad;
        }
    }

    [Fact]
    public void What_a_capture_unpacks_to_is_paid_from_the_budget()
    {
        Tool.Need("gzip", "gzip");
        var packed = Packed("gzip", Large());
        Assert.Empty(Read(packed).Coverage.Losses);
        var (_, coverage) = Read(packed, new Budget { Bytes = 2 << 20 });
        Assert.InRange(coverage.Total, 1, 1300);
        Assert.Contains("--budget bytes", Assert.Single(coverage.Losses).Found);
    }

    [Fact]
    public void A_bomb_ends_at_the_budget_and_takes_no_memory()
    {
        Tool.Need("gzip", "gzip");
        // A record that claims 128 MiB less one byte, of zeros: the window grows with what comes and no further than a frame may.
        var bomb = Packed("gzip", [.. Capture.PcapHeader(), .. Capture.PcapRecord(1, [], length: (128 << 20) + 1), .. new byte[8 << 20]]);
        var (flows, coverage) = Read(bomb);
        Assert.Empty(flows);
        Assert.Contains("at most", Assert.Single(coverage.Losses).Expected);
    }

    [Fact]
    public void A_compressed_file_that_is_no_capture_is_refused_in_words()
    {
        Tool.Need("gzip", "gzip");
        using var artefact = Artefact.Of("x", Packed("gzip", [.. "not a capture"u8]));
        Assert.False(CaptureExamination.Recognises(artefact));
        Assert.Equal("0x6e6f7420 in gzip content", Assert.Throws<UnreadableException>(() => CaptureReader.Open(artefact)).Found);
    }
}
