using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Captures;

public sealed class CaptureReaderTests
{
    private static readonly byte[] One = [1, 2, 3, 4, 5], Two = [6, 7];

    private sealed record Read(long Number, long Offset, long Time, LinkType Link, long Original, byte[] Bytes);

    private static (List<Read> Frames, IReadOnlyList<Loss> Losses, string Format) All(byte[] bytes)
    {
        using var artefact = Artefact.Of("x", bytes);
        var reader = CaptureReader.Open(artefact);
        var frames = new List<Read>();
        while (reader.Next(out var frame)) frames.Add(new Read(frame.Number, frame.Offset, frame.Time, frame.LinkType, frame.OriginalLength,
            frame.Bytes.ToArray()));
        return (frames, reader.Losses, reader.Format);
    }

    [Theory]
    [InlineData(0xa1b2c3d4u, false, 1000u, 0)]
    [InlineData(0xa1b2c3d4u, true, 1000u, 0)]
    [InlineData(0xa1b23c4du, false, 1000000u, 0)]
    [InlineData(0xa1b23c4du, true, 1000000u, 0)]
    [InlineData(0xa1b2cd34u, false, 1000u, 8)]
    [InlineData(0xa1b2cd34u, true, 1000u, 8)]
    public void Every_form_of_pcap_gives_the_same_frames(uint magic, bool big, uint unit, int padding)
    {
        var (frames, losses, format) = All([.. PcapHeader(LinkType.Raw, magic, big), .. PcapRecord(1500, One, big, unit, padding: padding),
            .. PcapRecord(2750, Two, big, unit, padding: padding)]);

        Assert.Equal("pcap", format);
        Assert.Empty(losses);
        Assert.Equal([1_500_000_000, 2_750_000_000], frames.Select(f => f.Time));
        Assert.Equal([One, Two], frames.Select(f => f.Bytes));
        Assert.Equal([1L, 2L], frames.Select(f => f.Number));
        Assert.All(frames, f => Assert.Equal(LinkType.Raw, f.Link));
        Assert.Equal(24 + 16 + padding, frames[0].Offset);
    }

    [Fact]
    public void A_snap_length_of_zero_and_a_length_below_what_was_captured_are_not_believed()
    {
        var (frames, losses, _) = All([.. PcapHeader(snap: 0), .. PcapRecord(1, One, original: 2), .. PcapRecord(2, Two)]);
        Assert.Equal([One, Two], frames.Select(f => f.Bytes));
        Assert.Equal(2, frames[0].Original);
        Assert.Empty(losses);
    }

    [Fact]
    public void A_cut_last_record_is_a_loss_and_what_came_before_is_read()
    {
        byte[] whole = [.. PcapHeader(), .. PcapRecord(1, One), .. PcapRecord(2, Two)];
        Assert.Empty(All(whole).Losses);

        var (frames, losses, _) = All(whole[..^1]);
        Assert.Equal([One], frames.Select(f => f.Bytes));
        var loss = Assert.Single(losses);
        Assert.Equal("2 bytes of a frame", loss.Expected);
        Assert.Equal("1 bytes to the end", loss.Found);
        Assert.Equal(24 + 16 + 5 + 16, loss.Location.Offset);
        Assert.Equal(2, loss.Location.Frame);
    }

    [Fact]
    public void A_frame_of_four_gigabytes_is_refused_in_words()
    {
        var (frames, losses, _) = All([.. PcapHeader(), .. PcapRecord(1, One), .. PcapRecord(2, Two, length: 0xffff_fff0)]);
        Assert.Single(frames);
        Assert.Equal("a frame of 4294967280 bytes", Assert.Single(losses).Found);
    }

    [Theory]
    [InlineData(new byte[0], "0 bytes in all")]
    [InlineData(new byte[] { 0xd4, 0xc3 }, "2 bytes in all")]
    [InlineData(new byte[] { 0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0, 0, 0, 0, 0 }, "0x7f454c46")]
    public void What_is_no_capture_is_refused_in_words(byte[] bytes, string found)
    {
        using var artefact = Artefact.Of("x", bytes);
        Assert.False(CaptureExamination.Recognises(artefact));
        var refused = Assert.Throws<UnreadableException>(() => CaptureReader.Open(artefact));
        Assert.Equal(found, refused.Found);
        Assert.Equal("the first bytes of a pcap or pcapng capture", refused.Expected);
    }

    [Fact]
    public void A_cut_file_header_is_refused() => Assert.Throws<UnreadableException>(() => All(PcapHeader()[..20]));

    private static byte[] Block(uint type, bool big, params byte[][] body)
    {
        byte[] content = [.. body.SelectMany(b => b)];
        var padded = (content.Length + 3) / 4 * 4;
        var length = U32((uint)(12 + padded), big);
        return [.. U32(type, big), .. length, .. content, .. new byte[padded - content.Length], .. length];
    }

    private static byte[] Section(bool big) => Block(0x0a0d0d0a, big, U32(0x1a2b3c4d, big), U16(1, big), U16(0, big), U32(0xffff_ffff, big),
        U32(0xffff_ffff, big));
    private static byte[] Interface(bool big, LinkType link, byte[]? options = null, uint snap = 0) =>
        Block(1, big, U16((uint)link, big), U16(0, big), U32(snap, big), options ?? []);
    private static byte[] Option(bool big, uint code, byte[] value) =>
        [.. U16(code, big), .. U16((uint)value.Length, big), .. value, .. new byte[(4 - value.Length % 4) % 4]];

    private static byte[] Enhanced(bool big, uint on, ulong ticks, byte[] bytes, uint? captured = null) =>
        Block(6, big, U32(on, big), U32((uint)(ticks >> 32), big), U32((uint)ticks, big), U32(captured ?? (uint)bytes.Length, big),
            U32((uint)bytes.Length, big), bytes);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pcapng_sections_and_interfaces_have_their_own_link_types_and_clocks(bool big)
    {
        var other = !big;
        byte[] shift = [.. U32(big ? 0u : 100, big), .. U32(big ? 100u : 0, big)];
        var (frames, losses, format) = All(
        [
            .. Section(big),
            .. Interface(big, LinkType.Ethernet),
            .. Interface(big, LinkType.Raw, [.. Option(big, 9, [9]), .. Option(big, 14, shift), .. Option(big, 0, [])]),
            .. Interface(big, LinkType.LinuxCooked, Option(big, 9, [0x80 | 10])),
            .. Block(0x0bad_0bad, big, [1, 2, 3]),
            .. Enhanced(big, 0, 7_000_000, One),
            .. Enhanced(big, 1, 7_000_000_005, Two),
            .. Enhanced(big, 2, 3 * 1024 + 512, One),
            .. Block(2, big, U16(1, big), U16(0, big), U32(1, big), U32(0, big), U32(2, big), U32(2, big), Two),
            .. Section(other),
            .. Interface(other, LinkType.Null, snap: 3),
            .. Block(3, other, U32(5, other), One[..3]),
        ]);

        Assert.Equal("pcapng", format);
        Assert.Empty(losses);
        Assert.Equal([7_000_000_000, 107_000_000_005, 3_500_000_000, 100_000_000_000 + (1L << 32), 0], frames.Select(f => f.Time));
        Assert.Equal([LinkType.Ethernet, LinkType.Raw, LinkType.LinuxCooked, LinkType.Raw, LinkType.Null], frames.Select(f => f.Link));
        Assert.Equal([One, Two, One, Two, One[..3]], frames.Select(f => f.Bytes));
        Assert.Equal([1L, 2L, 3L, 4L, 5L], frames.Select(f => f.Number));
        Assert.Equal(5, frames[4].Original);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Names_are_read_losses_of_the_capturing_machine_counted_and_secrets_not_kept(bool big)
    {
        byte[] secret = [.. "CLIENT_RANDOM 00"u8];
        byte[] packet = Ethernet(Ip(Device, Cloud, Packet.Udp, [0, 9, 0, 9, 0, 9, 0, 0, 1]), Device);
        byte[] Dropped(ulong count) => Block(5, big, U32(0, big), U32(0, big), U32(0, big), Option(big, 5, [.. U32((uint)(big ? count >> 32 : count), big), .. U32((uint)(big ? count : count >> 32), big)]));
        byte[] bytes =
        [
            .. Section(big), .. Interface(big, LinkType.Ethernet), .. Enhanced(big, 0, 1, packet),
            .. Block(4, big, U16(1, big), U16(16, big), [203, 0, 113, 9, .. "example.org\0"u8], U16(2, big), U16(18, big), [.. new byte[15], 2, 97, 0, 0, 0], U32(0, big)),
            .. Block(10, big, U32(0x544c534b, big), U32((uint)secret.Length, big), secret),
            .. Dropped(3), .. Dropped(7), .. Block(0xbad, big, U32(1, big)), .. Block(0x7777, big, U32(1, big)), .. Enhanced(big, 0, 2, packet),
        ];
        using var artefact = Artefact.Of("x", bytes);
        var examination = CaptureExamination.Of(artefact, Options);
        Assert.Equal("example.org", Assert.Single(Assert.Single(examination.Flows).Names));
        Assert.Equal((7L, 1L, 1L, 1L), (examination.Coverage.Counts["droppedByCapture"], examination.Coverage.Counts["secretBlocks"], examination.Coverage.Counts["customBlocks"],
            examination.Coverage.Counts["unknownBlocks"]));
        Assert.True(examination.Coverage.IsWhole);
    }

    public static TheoryData<string, byte[], string> Damage() => new()
    {
        { "the two lengths differ", [.. Enhanced(false, 0, 1, One)[..^4], .. U32(99, false)], "99" },
        { "a length of zero", [.. U32(6, false), .. U32(0, false), .. U32(0, false)], "0" },
        { "a length behind the end", [.. U32(6, false), .. U32(0xffff_fff0, false), .. U32(0, false)], "12 bytes to the end" },
        { "an interface that is not described", Enhanced(false, 4, 1, One), "interface 4" },
        { "a frame longer than its block", Enhanced(false, 0, 1, One, captured: 0xffff_fff0), "8 bytes in its block" },
        { "a packet block without room", Block(6, false, U32(0, false)), "16 bytes" },
        { "a cut block", [1, 2, 3], "3 bytes to the end" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public void Damage_in_pcapng_is_a_loss_and_what_came_before_is_read(string what, byte[] damage, string found)
    {
        byte[] good = [.. Section(false), .. Interface(false, LinkType.Ethernet), .. Enhanced(false, 0, 1, One)];
        Assert.Empty(All(good).Losses);
        var (frames, losses, _) = All([.. good, .. damage, .. Enhanced(false, 0, 1, Two)[..(damage.Length < 12 ? 0 : ^0)]]);
        Assert.True(frames.Count == 1, what);
        if (what == "a length behind the end") found = $"{damage.Length + Enhanced(false, 0, 1, Two).Length} bytes to the end";
        Assert.Equal(found, Assert.Single(losses).Found);
    }
}
