using System.Globalization;
using Assay.Evidence.Reading;
using BitMiracle.LibJpeg.Classic;

namespace Assay.Labels.QrCode;

/// <summary>JPEG (ISO/IEC 10918-1), as cameras write it, read by LibJpeg.NET as far as a code needs it: brightness alone, and no more points than finding a code takes.</summary>
/// <remarks>Sizes and scans are counted before the library sees a byte of the picture, since what it would do with false ones is not ours to know.</remarks>
internal static class Jpeg
{
    public const int MaxFileBytes = 32 << 20;
    public const int MaxSide = 16384;
    /// <summary>A camera of 64 million points.</summary>
    public const int MaxPixels = 64 << 20;
    /// <summary>In a progressive picture every point is kept twice over until the last scan.</summary>
    public const int MaxProgressivePixels = 24 << 20;
    /// <summary>Each scan goes over the whole picture; ten are usual.</summary>
    public const int MaxScans = 32;

    // Beyond this neighbouring points become one, row after row. (The library's own scaling gives another picture.)
    private const int EnoughSide = 3200;

    public static bool Looks(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]);

    /// <exception cref="UnreadableException">Not JPEG, of a kind that the library does not read, or larger than a picture of a code has reason to be.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxFileBytes) throw new UnreadableException($"a picture of at most {MaxFileBytes} bytes", $"{file.Length}", 0);
        if (!Looks(file)) throw new UnreadableException("the beginning of a JPEG file", "another", 0);
        var scans = file.Count((ReadOnlySpan<byte>)[0xff, 0xda]);
        if (scans is 0 or > MaxScans) throw new UnreadableException($"a picture of 1 to {MaxScans} scans", scans.ToString(CultureInfo.InvariantCulture), 0);
        using var stream = new MemoryStream(file.ToArray(), writable: false);
        try
        {
            return Read(stream);
        }
        catch (Exception wrong) when (wrong is not (UnreadableException or OutOfMemoryException))
        {
            // What a foreign reader throws for damaged bytes is a list that nobody wrote down.
            throw new UnreadableException("a JPEG picture", wrong is Refused ? wrong.Message : "damage that its reader stumbles over", stream.Position);
        }
    }

    private static Picture Read(MemoryStream stream)
    {
        var jpeg = new jpeg_decompress_struct(new Quiet());
        jpeg.jpeg_stdio_src(stream);
        jpeg.jpeg_read_header(true);
        var (width, height) = (jpeg.Image_width, jpeg.Image_height);
        var most = jpeg.jpeg_has_multiple_scans() ? MaxProgressivePixels : MaxPixels;
        if (width is <= 0 or > MaxSide || height is <= 0 or > MaxSide || (long)width * height > most)
            throw new UnreadableException($"sides up to {MaxSide} and at most {most} pixels", $"{width} by {height}", 0);
        jpeg.Out_color_space = J_COLOR_SPACE.JCS_GRAYSCALE;
        jpeg.jpeg_start_decompress();
        var by = (Math.Max(width, height) + EnoughSide - 1) / EnoughSide;
        var (across, down) = (width / by, height / by);
        var grey = new byte[across * down];
        var sums = new int[across];
        var row = new[] { new byte[width * jpeg.Output_components] };
        for (var y = 0; y < down * by; y++)
        {
            jpeg.jpeg_read_scanlines(row, 1);
            for (var x = 0; x < across * by; x++) sums[x / by] += row[0][x];
            if (y % by != by - 1) continue;
            for (var x = 0; x < across; x++) grey[y / by * across + x] = (byte)(sums[x] / (by * by));
            Array.Clear(sums);
        }
        return new Picture(across, down, grey);
    }

    private sealed class Refused(string message) : Exception(message);

    // The library's own would write to the terminal. A picture that ends early is read as far as it goes: the code has checks of its own.
    private sealed class Quiet : jpeg_error_mgr
    {
        public override void error_exit() => throw new Refused(format_message());

        public override void emit_message(int msg_level)
        {
        }

        public override void output_message()
        {
        }
    }
}
