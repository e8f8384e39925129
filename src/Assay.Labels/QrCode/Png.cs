using System.Buffers.Binary;
using System.IO.Compression;
using Assay.Evidence.Reading;

namespace Assay.Labels.QrCode;

/// <summary>PNG (ISO/IEC 15948) as far as a printed code needs it: writes black and white, reads every colour type that is not interlaced.</summary>
internal static class Png
{
    public const int MaxFileBytes = 32 << 20;
    public const int MaxSide = 16384;
    /// <summary>One byte each in memory.</summary>
    public const int MaxPixels = 32 << 20;

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    public static bool Looks(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <param name="pixelsPerMetre">So that a print has the size that was meant.</param>
    public static byte[] Write(int width, int height, Func<int, int, bool> isDark, int pixelsPerMetre)
    {
        var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        // Depth 1, greyscale, the only compression and filter methods, not interlaced.
        header[8] = 1;
        Chunk(file, "IHDR"u8, header);
        Span<byte> density = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(density, pixelsPerMetre);
        BinaryPrimitives.WriteInt32BigEndian(density[4..], pixelsPerMetre);
        density[8] = 1;
        Chunk(file, "pHYs"u8, density);

        var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[1 + (width + 7) / 8];
            for (var y = 0; y < height; y++)
            {
                Array.Clear(row);
                for (var x = 0; x < width; x++)
                {
                    if (!isDark(x, y)) row[1 + x / 8] |= (byte)(0x80 >> x % 8);
                }
                deflate.Write(row);
            }
        }
        Chunk(file, "IDAT"u8, compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <exception cref="UnreadableException">Not PNG, damaged, interlaced, or larger than a picture of a code has reason to be.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxFileBytes) throw new UnreadableException($"a picture of at most {MaxFileBytes} bytes", $"{file.Length}", 0);
        if (!Looks(file)) throw new UnreadableException("a PNG signature", "another beginning", 0);
        var reader = new SpanReader(file, bigEndian: true);
        reader.Skip(Signature.Length);
        int width = 0, height = 0, depth = 0, colour = -1;
        byte[] palette = [];
        var transparency = Array.Empty<byte>();
        var compressed = new MemoryStream();
        while (true)
        {
            var at = reader.Offset;
            var length = reader.U32("chunk length");
            var named = reader.Rest;
            var kind = reader.Take(4, "bytes of a chunk's name").ToArray();
            var content = reader.Take(length, "bytes of a chunk");
            var check = reader.U32("check sum");
            if (Crc(named[..(content.Length + 4)]) != check) throw new UnreadableException("the check sum of its bytes", $"0x{check:x8}", at);
            if (colour < 0 && !kind.AsSpan().SequenceEqual("IHDR"u8)) throw new UnreadableException("the header first", "another chunk", at);
            if (kind.AsSpan().SequenceEqual("IHDR"u8))
            {
                if (content.Length != 13 || colour >= 0) throw new UnreadableException("one header of 13 bytes", $"{content.Length}", at);
                width = BinaryPrimitives.ReadInt32BigEndian(content);
                height = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
                (depth, colour) = (content[8], content[9]);
                if (width is <= 0 or > MaxSide || height is <= 0 or > MaxSide || (long)width * height > MaxPixels)
                    throw new UnreadableException($"sides up to {MaxSide} and at most {MaxPixels} pixels", $"{width} by {height}", at);
                var depths = colour switch { 0 => "1 2 4 8 16", 3 => "1 2 4 8", 2 or 4 or 6 => "8 16", _ => "" };
                if (!depths.Split(' ').Contains($"{depth}")) throw new UnreadableException("a colour type and depth of the standard", $"type {colour}, depth {depth}", at);
                if (content[10] != 0 || content[11] != 0 || content[12] != 0) throw new UnreadableException("a picture that is not interlaced", $"methods {content[10]}, {content[11]}, {content[12]}", at);
            }
            else if (kind.AsSpan().SequenceEqual("PLTE"u8)) palette = content.Length <= 768 && content.Length % 3 == 0 ? content.ToArray() : throw new UnreadableException("a palette of up to 256 colours", $"{content.Length} bytes", at);
            else if (kind.AsSpan().SequenceEqual("tRNS"u8)) transparency = content.ToArray();
            else if (kind.AsSpan().SequenceEqual("IDAT"u8)) compressed.Write(content);
            else if (kind.AsSpan().SequenceEqual("IEND"u8)) break;
        }
        compressed.Position = 0;
        try
        {
            using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
            return new Picture(width, height, Pixels(inflated, width, height, depth, colour, palette, transparency));
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException)
        {
            throw new UnreadableException($"{height} rows of pixels", wrong.Message, 0);
        }
    }

    private static byte[] Pixels(Stream rows, int width, int height, int depth, int colour, byte[] palette, byte[] transparency)
    {
        var channels = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var step = Math.Max(1, channels * depth / 8);
        var row = new byte[1 + (width * channels * depth + 7) / 8];
        var above = new byte[row.Length];
        var grey = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            rows.ReadExactly(row);
            Unfilter(row, above, step, y);
            for (var x = 0; x < width; x++) grey[y * width + x] = Grey(row.AsSpan(1), x, depth, colour, palette, transparency);
            (row, above) = (above, row);
        }
        return grey;
    }

    // Section 9: each byte was written as its difference from its neighbours.
    private static void Unfilter(byte[] row, byte[] above, int step, int y)
    {
        if (row[0] > 4) throw new UnreadableException("a filter from 0 to 4", $"{row[0]} in row {y}", 0);
        for (var i = 1; i < row.Length && row[0] > 0; i++)
        {
            int left = i > step ? row[i - step] : 0, up = above[i], corner = i > step ? above[i - step] : 0;
            row[i] += row[0] switch
            {
                1 => (byte)left,
                2 => (byte)up,
                3 => (byte)((left + up) / 2),
                _ => (byte)Paeth(left, up, corner),
            };
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        int toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static byte Grey(ReadOnlySpan<byte> row, int x, int depth, int colour, byte[] palette, byte[] transparency)
    {
        if (depth < 8)
        {
            var bit = x * depth;
            var value = row[bit / 8] >> 8 - depth - bit % 8 & (1 << depth) - 1;
            return colour == 3 ? OfPalette(value, palette, transparency) : (byte)(value * 255 / ((1 << depth) - 1));
        }
        // Of a 16-bit sample the upper byte is enough to tell dark from light.
        var size = depth / 8;
        switch (colour)
        {
            case 3: return OfPalette(row[x], palette, transparency);
            case 0: return row[x * size];
            case 4: return OnWhite(row[x * 2 * size], row[(x * 2 + 1) * size]);
            case 2: return Luminance(row[x * 3 * size], row[(x * 3 + 1) * size], row[(x * 3 + 2) * size]);
            default: return OnWhite(Luminance(row[x * 4 * size], row[(x * 4 + 1) * size], row[(x * 4 + 2) * size]), row[(x * 4 + 3) * size]);
        }
    }

    private static byte OfPalette(int index, byte[] palette, byte[] transparency)
    {
        if (index * 3 + 2 >= palette.Length) throw new UnreadableException($"a colour of {palette.Length / 3}", $"number {index}", 0);
        return OnWhite(Luminance(palette[index * 3], palette[index * 3 + 1], palette[index * 3 + 2]), index < transparency.Length ? transparency[index] : (byte)255);
    }

    private static byte Luminance(int red, int green, int blue) => (byte)((red * 299 + green * 587 + blue * 114) / 1000);
    private static byte OnWhite(int grey, int opacity) => (byte)(255 - (255 - grey) * opacity / 255);

    private static void Chunk(Stream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        byte[] named = [.. name, .. content];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(named));
        file.Write(number);
    }

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var value = (uint)i;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? value >> 1 ^ 0xedb88320 : value >> 1;
        return value;
    })];

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes) crc = crc >> 8 ^ CrcTable[(byte)crc ^ one];
        return ~crc;
    }
}
