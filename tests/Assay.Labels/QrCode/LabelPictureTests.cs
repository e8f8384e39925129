using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Code = Assay.Labels.QrCode.QrCode;

namespace Assay.Labels.Tests;

public class LabelPictureTests
{
    private static readonly LabelPicture Label = new()
    {
        Code = Code.OfAddress(LabelAddress.Write(Enumerable.Range(1, 200).Select(i => (byte)(i * 13)).ToArray())),
        Words = "TEST, NOT A LABEL",
    };

    [Fact]
    public void The_same_label_is_drawn_in_the_same_bytes()
    {
        Assert.Equal(Label.ToPng(), Label.ToPng());
        Assert.Equal(Label.ToSvg(), Label.ToSvg());
    }

    [Fact]
    public void The_words_stand_in_the_picture_and_outside_the_quiet_zone()
    {
        Assert.Contains(">TEST, NOT A LABEL</text>", Label.ToSvg(), StringComparison.Ordinal);
        var with = Png.Read(Label.ToPng());
        var without = Png.Read((Label with { Words = "" }).ToPng());
        Assert.Equal(without.Grey, with.Grey[..without.Grey.Length]);
        Assert.Contains((byte)0, with.Grey[without.Grey.Length..]);
        Assert.DoesNotContain((byte)0, with.Grey[(without.Grey.Length - with.Width * 4)..without.Grey.Length]);
    }

    [Fact]
    public void Words_cannot_break_out_of_the_drawing() =>
        Assert.Contains("&lt;script&gt;&amp;&quot;\\x07", (Label with { Words = "<script>&\"\a" }).ToSvg(), StringComparison.Ordinal);

    public static TheoryData<int, int> ColourTypes => new() { { 0, 1 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 }, { 3, 1 }, { 3, 2 }, { 3, 4 }, { 3, 8 }, { 4, 8 }, { 4, 16 }, { 6, 8 }, { 6, 16 } };

    [Theory]
    [MemberData(nameof(ColourTypes))]
    public void A_code_is_read_from_every_colour_type_with_every_filter(int colour, int depth)
    {
        var expected = LabelPicture.ReadPoints(Label.ToPng());
        Assert.Equal(expected, LabelPicture.ReadPoints(Drawn(colour, depth, 3)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(13)]
    [InlineData(2.5)]
    [InlineData(3.7)]
    public void A_code_is_read_at_any_size(double scale) => Assert.Equal(LabelPicture.ReadPoints(Label.ToPng()), LabelPicture.ReadPoints(Drawn(0, 8, scale)));

    [Fact]
    public void A_cut_or_turned_byte_of_a_picture_is_refused()
    {
        var good = Label.ToPng();
        Assert.Equal(200, LabelAddress.Read(LabelPicture.ReadPoints(good).Text).Length);
        for (var length = 0; length < good.Length; length += 7) Assert.Throws<UnreadableException>(() => LabelPicture.ReadPoints(good.AsSpan(0, length)));
        for (var at = 0; at < good.Length; at += 5)
        {
            var turned = (byte[])good.Clone();
            turned[at] ^= 0x40;
            Assert.Throws<UnreadableException>(() => LabelPicture.ReadPoints(turned));
        }
    }

    [Fact]
    public void A_picture_that_claims_to_be_enormous_is_refused_before_it_is_unpacked()
    {
        Assert.Contains("pixels", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(1 << 20, 1 << 20, 0, 8), [1, 2, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("pixels", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(16384, 16384, 0, 8), [1, 2, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("pixels", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(-1, 5, 0, 8), []))).Message, StringComparison.Ordinal);
        Assert.Contains("rows", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(50, 50, 0, 8), []))).Message, StringComparison.Ordinal);
        Assert.Contains("interlaced", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(5, 5, 0, 8, interlace: 1), []))).Message, StringComparison.Ordinal);
        Assert.Contains("a colour of 0", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(1, 1, 3, 8), Deflated([0, 9])))).Message, StringComparison.Ordinal);
        Assert.Contains("filter", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(1, 1, 0, 8), Deflated([9, 9])))).Message, StringComparison.Ordinal);
        // Inflated with a dictionary that nobody gave.
        Assert.Contains("rows", Assert.Throws<UnreadableException>(() => Png.Read(Chunks(Header(1, 1, 0, 8), [0x78, 0xbb, 0, 0, 0, 1, 1, 2, 3]))).Message, StringComparison.Ordinal);
        // A stream that goes on for ever after the rows is not read on.
        Assert.Equal(1, Png.Read(Chunks(Header(1, 1, 0, 8), Deflated(new byte[50_000_000]))).Width);
    }

    [Fact]
    public void Pictures_of_garbage_never_make_another_exception_than_unreadable()
    {
        int[] depths = [1, 2, 4, 8, 16];
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var rows = new byte[random.Next(0, 6000)];
            random.NextBytes(rows);
            // Filters of the standard most of the time, so that many pictures are read to their end.
            for (var i = 0; seed % 3 != 0 && i < rows.Length; i += 41) rows[i] = (byte)random.Next(5);
            var palette = new byte[random.Next(0, 256) * 3];
            var file = Chunks(Header(random.Next(1, 60), random.Next(1, 60), random.Next(7), depths[random.Next(5)]), seed % 7 == 0 ? rows : Deflated(rows), seed % 2 == 0 ? palette : null);
            Assert.Throws<UnreadableException>(() => LabelPicture.ReadPoints(file));
            Assert.Throws<UnreadableException>(() => LabelPicture.ReadSvg(rows));
        }
    }

    [Fact]
    public void A_picture_full_of_corners_costs_little()
    {
        // Finder patterns side by side: thousands of candidates, no code.
        const int Side = 1800;
        var grey = new byte[Side * Side];
        for (var i = 0; i < grey.Length; i++)
        {
            int x = i % Side % 9 - 4, y = i / Side % 9 - 4, ring = Math.Max(Math.Abs(x), Math.Abs(y));
            grey[i] = ring is 2 or 4 ? (byte)255 : (byte)0;
        }
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Throws<UnreadableException>(() => QrFinder.Read(new Picture(Side, Side, grey)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), clock.Elapsed.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<svg")]
    [InlineData("<html><path class=\"code\" d=\"M4 4h1v1h-1z\"/></html>")]
    [InlineData("<svg/>")]
    [InlineData("<svg><path class=\"code\"/></svg>")]
    [InlineData("<svg><path class=\"code\" d=\"\"/></svg>")]
    [InlineData("<svg><path class=\"code\" d=\"M4 4h99999v1h-99999z\"/></svg>")]
    [InlineData("<svg><path class=\"code\" d=\"M0 0h7v1h-7z\"/></svg>")]
    [InlineData("<svg><path class=\"code\" d=\"M4 4h7v1h-6z\"/></svg>")]
    [InlineData("<svg><path class=\"code\" d=\"M4 4h7v1h-7zM4 5h7v2h-7z\"/></svg>")]
    [InlineData("<svg><path class=\"code\" d=\"M-4 4h7v1h-7z\"/></svg>")]
    [InlineData("<svg><path class=\"code\" d=\"M180 180h1v1h-1z\"/></svg>")]
    [InlineData("<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><svg>&b;</svg>")]
    public void Another_drawing_is_refused(string svg)
    {
        Assert.Equal(200, LabelAddress.Read(LabelPicture.ReadSvg(Encoding.UTF8.GetBytes(Label.ToSvg())).Text).Length);
        Assert.Throws<UnreadableException>(() => LabelPicture.ReadSvg(Encoding.UTF8.GetBytes(svg)));
    }

    // The label drawn anew, rows filtered with 0 to 4 in turn.
    private static byte[] Drawn(int colour, int depth, double scale)
    {
        var side = (int)((Label.Code.Size + 8) * scale);
        var channels = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var step = Math.Max(1, channels * depth / 8);
        var width = (side * channels * depth + 7) / 8;
        var above = new byte[width];
        var rows = new List<byte>();
        for (var y = 0; y < side; y++)
        {
            var row = new byte[width];
            for (var x = 0; x < side; x++)
            {
                int column = (int)(x / scale) - 4, line = (int)(y / scale) - 4;
                var dark = column >= 0 && line >= 0 && column < Label.Code.Size && line < Label.Code.Size && Label.Code.IsDark(column, line);
                for (var bit = x * channels * depth; bit < (x + 1) * channels * depth; bit++)
                {
                    // Opacity is full; of the palette, colour 0 is black and colour 1 white.
                    var opaque = colour is 4 or 6 && (bit - x * channels * depth) / depth == channels - 1;
                    var on = colour == 3 ? !dark && bit == (x + 1) * depth - 1 : opaque || !dark;
                    if (on) row[bit / 8] |= (byte)(0x80 >> bit % 8);
                }
            }
            var filter = y % 5;
            rows.Add((byte)filter);
            for (var i = 0; i < width; i++)
            {
                int left = i >= step ? row[i - step] : 0, up = above[i], corner = i >= step ? above[i - step] : 0;
                var guess = left + up - corner;
                var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
                var predicted = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => a <= b && a <= c ? left : b <= c ? up : corner };
                rows.Add((byte)(row[i] - predicted));
            }
            above = row;
        }
        return Chunks(Header(side, side, colour, depth), Deflated([.. rows]), colour == 3 ? [0, 0, 0, 255, 255, 255] : null);
    }

    private static byte[] Header(int width, int height, int colour, int depth, int interlace = 0)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colour, (byte)interlace);
        return header;
    }

    private static byte[] Deflated(byte[] rows)
    {
        var stream = new MemoryStream();
        using (var deflate = new ZLibStream(stream, CompressionLevel.Fastest)) deflate.Write(rows);
        return stream.ToArray();
    }

    private static byte[] Chunks(byte[] header, byte[] content, byte[]? palette = null)
    {
        var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        foreach (var (name, bytes) in new[] { ("IHDR", header), ("PLTE", palette), ("IDAT", content), ("IEND", Array.Empty<byte>()) })
        {
            if (bytes is null) continue;
            byte[] named = [.. Encoding.ASCII.GetBytes(name), .. bytes];
            var number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, bytes.Length);
            file.Write(number);
            file.Write(named);
            uint crc = uint.MaxValue;
            foreach (var one in named)
            {
                crc ^= one;
                for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
            }
            BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
            file.Write(number);
        }
        return file.ToArray();
    }
}
