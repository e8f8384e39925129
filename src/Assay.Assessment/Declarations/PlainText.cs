using System.Text;

namespace Assay.Assessment.Declarations;

/// <summary>Text as programs of offices save it: UTF-8, UTF-16 with its mark, or the Windows code page for western languages.</summary>
internal static class PlainText
{
    /// <summary>Null for what is no text. A zero byte or another control sign outside UTF-16 is none; bytes that are no UTF-8 are Windows-1252 where nine of ten are ASCII.</summary>
    public static string? Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xff, 0xfe, ..]) return Sane(Encoding.Unicode.GetString(bytes[2..(bytes.Length & ~1)]));
        if (bytes is [0xfe, 0xff, ..]) return Sane(Encoding.BigEndianUnicode.GetString(bytes[2..(bytes.Length & ~1)]));
        if (bytes is [0xef, 0xbb, 0xbf, ..]) bytes = bytes[3..];
        if (System.Text.Unicode.Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        var high = 0;
        foreach (var b in bytes)
        {
            if (b < 0x20 && b is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or 0x0c) || b is 0x7f or 0x81 or 0x8d or 0x8f or 0x90 or 0x9d) return null;
            if (b >= 0x80) high++;
        }
        if (high * 10 > bytes.Length) return null;
        return string.Create(bytes.Length, bytes, static (text, from) =>
        {
            for (var i = 0; i < from.Length; i++) text[i] = from[i] is >= 0x80 and < 0xa0 ? Windows[from[i] - 0x80] : (char)from[i];
        });
    }

    private static string? Sane(string text) => text.Contains('\0') || text.Contains('\ufffd') ? null : text;

    // 0x80 to 0x9f of code page 1252.
    private const string Windows = "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";
}
