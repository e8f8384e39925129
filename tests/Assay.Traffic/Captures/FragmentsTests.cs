using Assay.Traffic.Captures;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Captures;

/// <summary>Fragments of IP are put together, within bounds, and what they carry is read at the frame that completes it.</summary>
public sealed class FragmentsTests
{
    /// <summary>A question for a name, long enough for three pieces.</summary>
    private static byte[] Question => [0x13, 0x88, 0, 53, 0, 62, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 30, .. Enumerable.Repeat((byte)'a', 30), 3, .. "com"u8, 0, 0, 1, 0, 1];

    private static byte[] Four(int offset, bool more, byte[] body, byte id = 7)
    {
        var bytes = Ip(Device, Cloud, Packet.Udp, body, (ushort)((more ? 0x2000 : 0) | offset / 8));
        bytes[5] = id;
        return Ethernet(bytes, Device);
    }

    private static byte[] Six(int offset, bool more, byte[] body) =>
        Ethernet(Ip("fd00::1", "fd00::2", 44, [Packet.Udp, 0, (byte)(offset >> 8), (byte)(offset & 0xf8 | (more ? 1 : 0)), 0, 0, 0, 9, .. body]), Device);

    private static IEnumerable<(long Frame, string Subject)> Asked(CaptureExamination examination) =>
        examination.Observations.Where(o => o.Protocol == "dns").Select(o => (o.Frame, o.Subject));

    [Theory]
    [InlineData(false, new[] { 0, 1, 2 })]
    [InlineData(false, new[] { 2, 1, 0 })]
    [InlineData(false, new[] { 1, 0, 0, 2 })]
    [InlineData(true, new[] { 0, 1, 2 })]
    [InlineData(true, new[] { 2, 0, 1 })]
    public void Pieces_in_any_order_make_the_datagram(bool six, int[] order)
    {
        var whole = Question;
        byte[][] pieces = six ? [Six(0, true, whole[..16]), Six(16, true, whole[16..48]), Six(48, false, whole[48..])]
            : [Four(0, true, whole[..16]), Four(16, true, whole[16..48]), Four(48, false, whole[48..])];
        var capture = new Capture();
        foreach (var index in order) capture.Raw(pieces[index]);
        var examination = capture.Examine();
        Assert.Equal([(order.Length, new string('a', 30) + ".com")], Asked(examination));
        Assert.Equal((1L, (long)order.Length, false), (examination.Coverage.Counts["reassembled"], examination.Coverage.Counts["fragments"], examination.Coverage.Counts.ContainsKey("fragmentOverlaps")));
        Assert.Equal(examination.Coverage.Counts["packets"], examination.Flows.Sum(f => f.Packets.Out + f.Packets.In));
        Assert.Equal(examination.Coverage.Counts["bytes"], examination.Flows.Sum(f => f.Bytes.Out + f.Bytes.In));
        // In order, every piece belongs to the flow of the ports.
        if (order[0] == 0) Assert.Equal(3, Assert.Single(examination.Flows).Packets.Out);
    }

    [Fact]
    public void What_came_first_counts_and_that_others_said_something_else_is_told()
    {
        var whole = Question;
        var other = whole.ToArray();
        other[40] = (byte)'b';
        var examination = new Capture().Raw(Four(0, true, whole[..48])).Raw(Four(16, true, other[16..48])).Raw(Four(48, false, whole[48..])).Examine();
        Assert.Equal([(3, new string('a', 30) + ".com")], Asked(examination));
        Assert.Equal(1, examination.Coverage.Counts["fragmentOverlaps"]);
    }

    [Fact]
    public void A_missing_piece_leaves_nothing_to_read_and_is_counted()
    {
        var whole = Question;
        var examination = new Capture().Raw(Four(0, true, whole[..16])).Raw(Four(48, false, whole[48..])).Examine();
        Assert.Empty(Asked(examination));
        Assert.Equal(1, examination.Coverage.Counts["incompleteDatagrams"]);
        Assert.Equal(2, examination.Coverage.Counts["packets"]);
    }

    [Fact]
    public void Pieces_that_contradict_each_other_or_run_over_the_longest_packet_are_dropped()
    {
        var whole = Question;
        var examination = new Capture().Raw(Four(0, true, whole[..48])).Raw(Four(48, false, whole[48..56])).Raw(Four(48, false, whole[48..])).Raw(Four(65528, false, new byte[100], id: 8)).Examine();
        Assert.Empty(Asked(examination));
        Assert.Equal(1, new Capture().Raw(Four(0, true, whole[..48])).Raw(Four(48, false, whole[48..])).Examine().Coverage.Counts["reassembled"]);
    }

    [Fact]
    public void A_flood_of_first_pieces_takes_no_more_room_than_the_table_has()
    {
        var fragments = new Fragments();
        var packet = default(Packet);
        long allocated = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Four(0, true, new byte[1400]);
            (bytes[18], bytes[19]) = ((byte)(i >> 8), (byte)i);
            var frame = new Frame { Number = i + 1, Offset = 0, Time = i + 1, LinkType = LinkType.Ethernet, OriginalLength = bytes.Length, Bytes = bytes };
            var depth = packet.Decode(frame);
            var start = GC.GetAllocatedBytesForCurrentThread();
            fragments.Take(frame, ref packet, depth, out _);
            if (i > 1000) allocated += GC.GetAllocatedBytesForCurrentThread() - start;
        }
        // The runtime compiles once more on the way; a datagram of its own for each piece would be 200 MB.
        Assert.True(allocated < 1 << 16, FormattableString.Invariant($"{allocated} bytes"));
        Assert.Equal(20_000, fragments.Incomplete);
    }

    [Fact]
    public void A_fragmented_packet_inside_a_tunnel_is_read_too()
    {
        var whole = Question;
        byte[] Inside(int offset, bool more, byte[] body) => Ethernet(Ip("10.9.9.1", "10.9.9.2", 4, Four(offset, more, body)[14..]), Phone);
        var examination = new Capture().Raw(Inside(0, true, whole[..48])).Raw(Inside(48, false, whole[48..])).Examine();
        Assert.Equal([(2, new string('a', 30) + ".com")], Asked(examination));
        Assert.Equal(TunnelKind.IpInIp, Assert.Single(examination.Flows).Tunnel!.Kind);
    }
}
