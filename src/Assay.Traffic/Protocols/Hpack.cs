using System.Text;

namespace Assay.Traffic.Protocols;

/// <summary>HPACK (RFC 7541): the fields of HTTP/2, one table for each direction of a connection. Bounded; what contradicts itself ends the reading.</summary>
internal sealed class Hpack
{
    /// <summary>Bytes of table by RFC 7541 section 4.1 that are kept whatever the settings say, fields of a block, and characters of a text.</summary>
    private const int MostTable = 1 << 16, MostFields = 256, MostText = 16 << 10;

    private readonly List<(string Name, string Value)> table = [];
    private int size, limit = 4096;

    /// <summary>Reads a whole block of fields; null where it cannot be read, and then nothing behind it can be either.</summary>
    public List<(string Name, string Value)>? Read(ReadOnlySpan<byte> block)
    {
        var fields = new List<(string, string)>();
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0x80) != 0)
            {
                if (!Number(ref block, 7, out var index) || At(index) is not { } field) return null;
                fields.Add(field);
            }
            else if ((first & 0xe0) == 0x20)
            {
                if (!Number(ref block, 5, out var most) || most > MostTable) return null;
                limit = most;
                Shrink(0);
            }
            else
            {
                var keeps = (first & 0x40) != 0;
                if (!Number(ref block, keeps ? 6 : 4, out var index)) return null;
                string? name;
                if (index == 0)
                {
                    if (!Text(ref block, out name)) return null;
                }
                else name = At(index)?.Name;
                if (name is null || !Text(ref block, out var value)) return null;
                if (keeps) Keep(name, value);
                fields.Add((name, value));
            }
            if (fields.Count > MostFields) return null;
        }
        return fields;
    }

    private (string Name, string Value)? At(int index)
    {
        if (index <= 0) return null;
        if (index <= Static.Length) return Static[index - 1];
        index -= Static.Length + 1;
        // The newest entry stands last.
        return index < table.Count ? table[table.Count - 1 - index] : null;
    }

    private void Keep(string name, string value)
    {
        var cost = name.Length + value.Length + 32;
        Shrink(cost);
        if (cost > limit) return;
        table.Add((name, value));
        size += cost;
    }

    private void Shrink(int room)
    {
        var gone = 0;
        while (gone < table.Count && size + room > limit) size -= table[gone].Name.Length + table[gone++].Value.Length + 32;
        table.RemoveRange(0, gone);
    }

    /// <summary>A number that begins in the low bits of a byte (section 5.1).</summary>
    private static bool Number(scoped ref ReadOnlySpan<byte> bytes, int bits, out int value)
    {
        var mask = (1 << bits) - 1;
        value = bytes[0] & mask;
        bytes = bytes[1..];
        if (value < mask) return true;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (bytes.IsEmpty) return false;
            var part = bytes[0];
            bytes = bytes[1..];
            value += (part & 0x7f) << shift;
            if (part < 0x80) return value >= 0;
        }
        return false;
    }

    private static bool Text(scoped ref ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? text)
    {
        text = null;
        if (bytes.IsEmpty) return false;
        var packed = (bytes[0] & 0x80) != 0;
        if (!Number(ref bytes, 7, out var length) || length > bytes.Length || length > MostText) return false;
        text = packed ? Unpack(bytes[..length]) : Encoding.Latin1.GetString(bytes[..length]);
        bytes = bytes[length..];
        return text is not null;
    }

    // ---- the code of appendix B: canonical, so that the lengths of its words give the words

    private static readonly byte[] Lengths =
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    ];

    /// <summary>Symbols in the order of their words; by length, the first word and where its symbol stands.</summary>
    private static readonly byte[] Symbols = [.. Enumerable.Range(0, 256).OrderBy(s => Lengths[s]).ThenBy(s => s).Select(s => (byte)s)];
    private static readonly (uint First, int At, int Count)[] Words = MakeWords();

    private static (uint First, int At, int Count)[] MakeWords()
    {
        var words = new (uint, int, int)[31];
        uint word = 0;
        var at = 0;
        for (var length = 1; length <= 30; length++)
        {
            word <<= 1;
            var count = Lengths.Count(l => l == length);
            words[length] = (word, at, count);
            word += (uint)count;
            at += count;
        }
        return words;
    }

    private static string? Unpack(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 8 / 5);
        uint word = 0;
        var length = 0;
        foreach (var octet in bytes)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                word = word << 1 | (uint)(octet >> bit & 1);
                if (++length > 30) return null;
                var (first, at, count) = Words[length];
                if (word < first || word - first >= count) continue;
                text.Append((char)Symbols[at + (int)(word - first)]);
                (word, length) = (0, 0);
            }
        }
        // The rest is filled with ones, with fewer than a byte of them.
        return length < 8 && word == (1u << length) - 1 ? text.ToString() : null;
    }

    /// <summary>Appendix A.</summary>
    private static readonly (string Name, string Value)[] Static =
    [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"), (":scheme", "http"), (":scheme", "https"),
        (":status", "200"), (":status", "204"), (":status", "206"), (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"),
        ("accept-charset", ""), ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
        ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""), ("content-disposition", ""),
        ("content-encoding", ""), ("content-language", ""), ("content-length", ""), ("content-location", ""), ("content-range", ""), ("content-type", ""),
        ("cookie", ""), ("date", ""), ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""), ("if-modified-since", ""),
        ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""),
        ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""),
        ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ];
}
