using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Software.Components.Packages;

/// <summary>
/// The header of one installed package as rpm's database keeps it: two counts (entries, bytes), sixteen bytes an entry (tag, type, offset, count), then the data; all numbers big-endian.
/// </summary>
/// <remarks>Reference: rpm docs/manual/format_header.md and format_v4.md, lib/header.c (limits). A database's header has no magic before its counts. Of a tag that comes twice the first holds.</remarks>
internal sealed class RpmHeader
{
    public const int Name = 1000, Version = 1001, Release = 1002, Epoch = 1003, Vendor = 1011, License = 1014, Architecture = 1022, Source = 1044,
        ChangeLog = 1082, DirectoryIndexes = 1116, BaseNames = 1117, DirectoryNames = 1118;
    private const int MostEntries = 65_535, EntrySize = 16, Int32 = 4, Text = 6, Texts = 8, LocalText = 9, MostTexts = 1_000_000;

    private readonly ReadOnlyMemory<byte> data;
    private readonly Dictionary<int, (int Type, int Offset, int Count)> entries = [];

    private RpmHeader(ReadOnlyMemory<byte> data) => this.data = data;

    /// <exception cref="UnreadableException">The counts do not fit the bytes, or an entry begins outside of the data.</exception>
    public static RpmHeader Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes, bigEndian: true);
        uint count = reader.U32("number of entries"), size = reader.U32("bytes of data");
        if (count is 0 or > MostEntries || 8 + (long)count * EntrySize + size > bytes.Length) throw new UnreadableException($"1 to {MostEntries} entries and their data in {bytes.Length} bytes", $"{count} entries, {size} bytes", 0);
        var header = new RpmHeader(bytes.Slice(8 + (int)count * EntrySize, (int)size).ToArray());
        for (var i = 0; i < count; i++)
        {
            int tag = (int)reader.U32("tag"), type = (int)reader.U32("type"), offset = (int)reader.U32("offset"), items = (int)reader.U32("count");
            // Behind the region of what was built stand entries that the installation added; an offset below zero is a region's own.
            if (tag < 1000) continue;
            if (offset < 0 || offset > size || items < 0) throw new UnreadableException($"an entry inside of {size} bytes", $"tag {tag} at {offset}", reader.Offset);
            header.entries.TryAdd(tag, (type, offset, items));
        }
        return header;
    }

    /// <summary>A text, of several languages the first; null where there is none.</summary>
    /// <exception cref="UnreadableException">The text does not end inside of the data.</exception>
    public string? String(int tag)
    {
        if (!entries.TryGetValue(tag, out var entry) || entry.Type is not (Text or LocalText or Texts)) return null;
        var at = entry.Offset;
        return Take(ref at);
    }

    /// <summary>A list of texts; empty where there is none.</summary>
    /// <exception cref="UnreadableException">A text does not end inside of the data, or there are too many.</exception>
    public IReadOnlyList<string> Strings(int tag)
    {
        if (!entries.TryGetValue(tag, out var entry) || entry.Type is not (Texts or Text)) return [];
        if (entry.Count > MostTexts) throw new UnreadableException($"at most {MostTexts} texts of tag {tag}", $"{entry.Count}", entry.Offset);
        var (texts, at) = (new List<string>(Math.Min(entry.Count, 4096)), entry.Offset);
        for (var i = 0; i < entry.Count; i++) texts.Add(Take(ref at));
        return texts;
    }

    /// <summary>A list of numbers; empty where there is none.</summary>
    /// <exception cref="UnreadableException">They do not end inside of the data.</exception>
    public IReadOnlyList<uint> Numbers(int tag)
    {
        if (!entries.TryGetValue(tag, out var entry) || entry.Type != Int32) return [];
        if (entry.Count > (data.Length - entry.Offset) / 4) throw new UnreadableException($"{entry.Count} numbers of tag {tag}", $"{data.Length - entry.Offset} bytes to the end", entry.Offset);
        var numbers = new uint[entry.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = BinaryPrimitives.ReadUInt32BigEndian(data.Span[(entry.Offset + 4 * i)..]);
        return numbers;
    }

    private string Take(ref int at)
    {
        var rest = data.Span[at..];
        var end = rest.IndexOf((byte)0);
        if (end < 0) throw new UnreadableException("a text that ends in a zero byte", "the end of the data", at);
        at += end + 1;
        return Encoding.UTF8.GetString(rest[..end]);
    }
}
