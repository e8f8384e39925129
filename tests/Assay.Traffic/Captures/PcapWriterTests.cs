using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests.Captures;

/// <summary>What we write is read by us and by capinfos as what went in.</summary>
public sealed class PcapWriterTests
{
    private static byte[] Write(int snap, params (long Time, byte[] Bytes)[] frames)
    {
        using var stream = new MemoryStream();
        var writer = new PcapWriter(stream, snap);
        foreach (var (time, bytes) in frames) writer.Write(time, bytes, bytes.Length);
        Assert.Equal(frames.Length, writer.Frames);
        return stream.ToArray();
    }

    [Fact]
    public void Frames_come_back_with_their_time_and_their_length_on_the_wire()
    {
        var bytes = Enumerable.Range(0, 200).Select(i => (byte)i).ToArray();
        using var artefact = Artefact.Of("written.pcap", Write(96, (1_795_392_000_123_456_789, bytes), (1_795_392_001_000_000_000, [1, 2, 3])));
        var reader = CaptureReader.Open(artefact);
        Assert.True(reader.Next(out var first));
        Assert.Equal((1_795_392_000_123_456_000, 200L, LinkType.Ethernet), (first.Time, first.OriginalLength, first.LinkType));
        Assert.Equal(bytes[..96], first.Bytes.ToArray());
        Assert.True(reader.Next(out var second));
        Assert.Equal([1, 2, 3], second.Bytes.ToArray());
        Assert.False(reader.Next(out _));
        Assert.Empty(reader.Losses);
    }

    [Fact]
    public void Tshark_reads_what_we_write()
    {
        Tool.Need("tshark", "tshark");
        using var scratch = new Scratch();
        var capture = new Capture();
        capture.Connect(Capture.Device, Capture.Cloud, 80).Client("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        using (var artefact = Artefact.Of("test.pcap", capture.Pcap()))
        using (var stream = File.Create(scratch.File("written.pcap")))
        {
            var (reader, writer) = (CaptureReader.Open(artefact), new PcapWriter(stream));
            while (reader.Next(out var frame)) writer.Write(frame);
        }
        var told = Tool.Run("tshark", ["-n", "-r", scratch.File("written.pcap"), "-Y", "http.request", "-T", "fields", "-e", "frame.number", "-e", "http.host", "-e", "frame.time_epoch"]).Text.Trim().Split('\t');
        Assert.Equal(["4", "a.example"], told[..2]);
        Assert.StartsWith("0.004", told[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Times_and_lengths_that_the_format_cannot_hold_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(100, (-1, [1])));
        Assert.Throws<OverflowException>(() => Write(100, (5_000_000_000_000_000_000, [1])));
    }
}
