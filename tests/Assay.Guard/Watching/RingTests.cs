using Assay.Evidence;
using Assay.Guard.Watching;
using Assay.Traffic.Captures;

namespace Assay.Tests.Watching;

public sealed class RingTests
{
    private static readonly MacAddress Device = new(0x00005e00530b), Other = new(0x00005e00530c);

    // Ethernet, IPv4, UDP, then a payload of one letter.
    private static byte[] Datagram(MacAddress from, byte letter, int payload)
    {
        var frame = new byte[14 + 20 + 8 + payload];
        Convert.FromHexString("0200000000aa").CopyTo(frame, 0);
        Convert.FromHexString(from.ToString().Replace(":", "", StringComparison.Ordinal)).CopyTo(frame, 6);
        (frame[12], frame[14], frame[23]) = (8, 0x45, 17);
        var length = frame.Length - 14;
        (frame[16], frame[17]) = ((byte)(length >> 8), (byte)length);
        Convert.FromHexString("c0a84d14c6336414").CopyTo(frame, 26);
        (frame[34], frame[36], frame[38], frame[39]) = (0x30, 0x30, (byte)((8 + payload) >> 8), (byte)(8 + payload));
        frame.AsSpan(42).Fill(letter);
        return frame;
    }

    private static void Add(Ring ring, long number, byte[] bytes)
    {
        var frame = new Frame { Number = number, Offset = 0, Time = 1_700_000_000_000_000_000 + number * 1000, LinkType = LinkType.Ethernet, OriginalLength = bytes.Length, Bytes = bytes };
        var packet = new Packet();
        var depth = packet.Decode(frame);
        ring.Add(frame, packet, depth);
    }

    private static List<(long Number, int Kept, long Original)> Read(Ring ring, MacAddress mac)
    {
        var (pcap, numbers) = ring.Capture(mac);
        using var artefact = Artefact.Of("ring", pcap);
        var reader = CaptureReader.Open(artefact);
        var frames = new List<(long, int, long)>();
        while (reader.Next(out var frame)) frames.Add((numbers[frames.Count], frame.Bytes.Length, frame.OriginalLength));
        Assert.Empty(reader.Losses);
        Assert.Equal(numbers.Count, frames.Count);
        return frames;
    }

    [Fact]
    public void It_keeps_headers_alone_and_the_length_on_the_wire()
    {
        var ring = new Ring(1 << 16, payload: false);
        Add(ring, 1, Datagram(Device, (byte)'s', 200));
        Add(ring, 2, Datagram(Other, (byte)'s', 200));
        Assert.Equal([(1L, 42, 242L)], Read(ring, Device));
        Assert.DoesNotContain((byte)'s', ring.Capture(Device).Pcap);
        var whole = new Ring(1 << 16, payload: true);
        Add(whole, 1, Datagram(Device, (byte)'s', 200));
        Assert.Equal([(1L, 242, 242L)], Read(whole, Device));
    }

    [Fact]
    public void It_gives_up_the_oldest_and_stays_whole_over_many_turns()
    {
        var ring = new Ring(5000, payload: true);
        for (var i = 1; i <= 3000; i++) Add(ring, i, Datagram(i % 3 == 0 ? Other : Device, (byte)i, i * 7 % 301));
        var kept = Read(ring, Device).Concat(Read(ring, Other)).OrderBy(f => f.Number).ToList();
        // What is there is the newest, without a gap, and not nearly nothing.
        Assert.Equal(Enumerable.Range(0, kept.Count).Select(i => 3000L - kept.Count + 1 + i), kept.Select(f => f.Number));
        Assert.InRange(kept.Count, 14, 100);
        Assert.All(kept, f => Assert.Equal(42 + f.Number * 7 % 301, f.Kept));
        Assert.Equal(3000 - kept.Count, ring.GivenUp);
    }

    [Fact]
    public void A_frame_larger_than_a_quarter_of_it_is_cut_and_said_so()
    {
        var ring = new Ring(1 << 12, payload: true);
        Add(ring, 1, Datagram(Device, (byte)'x', 9000));
        Assert.Equal([(1L, 1024, 9042L)], Read(ring, Device));
    }

    [Fact]
    public void A_frame_costs_no_allocation()
    {
        var ring = new Ring(1 << 16, payload: false);
        var bytes = Datagram(Device, (byte)'x', 900);
        for (var i = 0; i < 1000; i++) Add(ring, i, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) Add(ring, i, bytes);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
