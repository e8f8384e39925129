using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>The layout of c2sp.org/tlog-tiles: which files hold the hashes and entries of a tree of some size, and how. Pure functions.</summary>
public static class Tiles
{
    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int Width = 256;
    public const int MaxLevel = 7;
    /// <summary>The length before an entry has 16 bits.</summary>
    public const int MaxEntryBytes = ushort.MaxValue;
    public const int MaxBundleBytes = Width * (2 + MaxEntryBytes);
    public const string Checkpoint = "checkpoint";

    /// <param name="level">0 for hashes of entries, each level above for roots of full tiles below.</param>
    /// <param name="width">1 to <see cref="Width"/>; less than that is a partial tile.</param>
    public static string Hashes(int level, long index, int width) => $"tile/{level.ToString(CultureInfo.InvariantCulture)}/{Number(index)}{Part(width)}";

    public static string Entries(long index, int width) => $"tile/entries/{Number(index)}{Part(width)}";

    /// <summary>How many hashes a level has in a tree of <paramref name="size"/> entries, in all its tiles.</summary>
    public static long OnLevel(long size, int level) => level > MaxLevel ? 0 : size >> 8 * level;

    /// <summary>Width of the tile <paramref name="index"/> on this level in a tree of <paramref name="size"/> entries; 0 where the tree has no such tile.</summary>
    public static int WidthOf(long size, int level, long index) => (int)Math.Clamp(OnLevel(size, level) - index * Width, 0, Width);

    /// <summary>Every file that a tree of <paramref name="size"/> entries consists of, but for the checkpoint.</summary>
    public static IEnumerable<string> Of(long size)
    {
        for (long index = 0; WidthOf(size, 0, index) is > 0 and var width; index++) yield return Entries(index, width);
        for (var level = 0; OnLevel(size, level) > 0; level++)
        {
            for (long index = 0; WidthOf(size, level, index) is > 0 and var width; index++) yield return Hashes(level, index, width);
        }
    }

    /// <summary>What a path names; null for a path that no log has.</summary>
    /// <returns>The level, -1 for entries; the tile's index; its width.</returns>
    public static (int Level, long Index, int Width)? Parse(string path)
    {
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != "tile") return null;
        var level = parts[1] == "entries" ? -1 : Digits(parts[1], 2) is { } read and <= 63 ? (int)read : -2;
        if (level == -2) return null;
        var (last, width) = (parts.Length - 1, Width);
        if (parts[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (Digits(parts[^1], 3) is not (>= 1 and < Width and var partial)) return null;
            width = (int)partial;
            last--;
        }
        long index = 0;
        for (var i = 2; i <= last; i++)
        {
            var part = i == last && width < Width ? parts[i][..^2] : parts[i];
            if (i < last)
            {
                if (!part.StartsWith('x')) return null;
                part = part[1..];
            }
            if (part.Length != 3 || !part.All(char.IsAsciiDigit) || index > 1L << 50) return null;
            index = index * 1000 + int.Parse(part, CultureInfo.InvariantCulture);
        }
        // One tile has one name.
        return (level == -1 ? Entries(index, width) : Hashes(level, index, width)) == path ? (level, index, width) : null;
    }

    /// <summary>Entries one after the other, each after its length in 16 bits, big-endian.</summary>
    /// <exception cref="UnreadableException">Another number of entries than <paramref name="width"/>, or a length beyond the end.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(ReadOnlyMemory<byte> bundle, int width)
    {
        var entries = new List<ReadOnlyMemory<byte>>(width);
        var at = 0;
        while (at < bundle.Length)
        {
            if (entries.Count == width) throw new UnreadableException($"the end after {width} entries", $"{bundle.Length - at} more bytes", at);
            if (bundle.Length - at < 2) throw new UnreadableException($"the length of entry {entries.Count} in 2 bytes", "1 byte", at);
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.Span[at..]);
            if (bundle.Length - at - 2 < length) throw new UnreadableException($"an entry of {length} bytes", $"{bundle.Length - at - 2}", at);
            entries.Add(bundle.Slice(at + 2, length));
            at += 2 + length;
        }
        return entries.Count == width ? entries : throw new UnreadableException($"{width} entries", $"{entries.Count}", at);
    }

    private static string Part(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Width);
        return width == Width ? "" : $".p/{width.ToString(CultureInfo.InvariantCulture)}";
    }

    // 1234067 is x001/x234/067.
    private static string Number(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var text = new StringBuilder((index % 1000).ToString("000", CultureInfo.InvariantCulture));
        for (index /= 1000; index > 0; index /= 1000) text.Insert(0, $"x{(index % 1000).ToString("000", CultureInfo.InvariantCulture)}/");
        return text.ToString();
    }

    private static long? Digits(string text, int max) =>
        text.Length is > 0 && text.Length <= max && text.All(char.IsAsciiDigit) && (text == "0" || text[0] != '0') ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
