using System.Buffers;
using System.Globalization;
using System.Text;

namespace Assay.Html;

/// <summary>Turns any string into text of a page: no string can end a tag, an attribute or the page's own reading order.</summary>
public static class Encoder
{
    // What has to be encoded, and every character that could have to be made visible: runs without any of them are written as they are.
    private static readonly SearchValues<char> Markup = SearchValues.Create("&<>\"'");
    private static readonly SearchValues<char> Doubtful = SearchValues.Create([.. Enumerable.Range(0, 0x10000).Select(c => (char)c).Where(c => char.IsSurrogate(c) || NotSeen(new Rune(c)))]);

    /// <summary>Writes <paramref name="text"/> so that it means the same inside an element and inside a quoted attribute.</summary>
    public static void Write(TextWriter to, string text)
    {
        for (var rest = Visible(text).AsSpan(); ;)
        {
            var plain = rest.IndexOfAny(Markup);
            to.Write(plain < 0 ? rest : rest[..plain]);
            if (plain < 0) return;
            to.Write(rest[plain] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", _ => "&#39;" });
            rest = rest[(plain + 1)..];
        }
    }

    /// <summary>
    /// The same text with what cannot be seen made visible: controls, half surrogate pairs, non-characters, directional overrides and
    /// isolates, invisible tags. A line feed and a tab stay. Runs of ordinary text are returned as they are.
    /// </summary>
    public static string Visible(string text)
    {
        if (!text.AsSpan().ContainsAny(Doubtful)) return text;
        var visible = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length;)
        {
            if (Rune.TryGetRuneAt(text, at, out var rune))
            {
                if (!NotSeen(rune)) visible.Append(text, at, rune.Utf16SequenceLength);
                else if (rune.Value <= 0xff) visible.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                else visible.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                at += rune.Utf16SequenceLength;
            }
            else
            {
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[at]:x4}");
                at++;
            }
        }
        return visible.ToString();
    }

    private static bool NotSeen(Rune rune) => rune.Value switch
    {
        '\n' or '\t' => false,
        < 0x20 or (>= 0x7f and <= 0x9f) => true,
        0x2028 or 0x2029 or 0xfeff or 0x061c => true,
        (>= 0x202a and <= 0x202e) or (>= 0x2060 and <= 0x206f) => true,
        >= 0xfdd0 and <= 0xfdef => true,
        >= 0xe0000 and <= 0xe0fff => true,
        var v => (v & 0xfffe) == 0xfffe,
    };
}
