using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Applications;

/// <summary>The string table of a DEX file (dex-format, versions 035 to 041): names of classes, texts, addresses. Code is not read.</summary>
internal static class DexStrings
{
    internal static bool IsDex(ReadOnlySpan<byte> bytes) => bytes.Length >= 112 && bytes.StartsWith("dex\n"u8) && bytes[7] == 0;

    /// <param name="each">A string and its offset in the file.</param>
    /// <exception cref="UnreadableException"/>
    internal static void Read(ReadOnlySpan<byte> bytes, Action<string, int> each)
    {
        if (!IsDex(bytes)) throw new UnreadableException("a DEX file", "another header", 0);
        var reader = new SpanReader(bytes);
        reader.Seek(0x38);
        var count = reader.U32();
        var table = reader.U32();
        if (table > bytes.Length || count > (bytes.Length - table) / 4) throw new UnreadableException("a string table within the file", $"{count} strings at 0x{table:x}", 0x38);
        long total = 0;
        for (uint i = 0; i < count; i++)
        {
            reader.Seek(table + 4 * i);
            var offset = reader.U32();
            if (offset >= bytes.Length) throw new UnreadableException($"a string within {bytes.Length} bytes", $"0x{offset:x}", reader.Offset - 4);
            var data = bytes[(int)offset..];
            var units = Uleb(ref data);
            var end = data.IndexOf((byte)0);
            if (end < 0) throw new UnreadableException("a zero byte behind a string", "none", offset);
            // Longer texts are data, and no address; and offsets may all point to one long string.
            if (units is 0 or > 4096 || end > 3 * 4096) continue;
            if ((total += end) > 256 << 20) throw new UnreadableException("at most 256 MiB of strings", "more", offset);
            each(Encoding.UTF8.GetString(data[..end]), (int)offset);
        }
    }

    private static uint Uleb(ref ReadOnlySpan<byte> data)
    {
        uint value = 0;
        for (var shift = 0; shift < 35 && data.Length > 0; shift += 7)
        {
            var part = data[0];
            data = data[1..];
            value |= (uint)(part & 0x7f) << shift;
            if ((part & 0x80) == 0) break;
        }
        return value;
    }
}
