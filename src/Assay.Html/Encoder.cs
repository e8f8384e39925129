using System.Globalization;
using System.Text;

namespace Assay.Html;

/// <summary>Turns any string into text of a page: no string can end a tag, an attribute or the page's own reading order.</summary>
public static class Encoder
{
    /// <summary>Writes <paramref name="text"/> so that it means the same inside an element and inside a quoted attribute.</summary>
    public static void Write(TextWriter to, string text)
    {
        foreach (var c in Visible(text))
        {
            switch (c)
            {
                case '&': to.Write("&amp;"); break;
                case '<': to.Write("&lt;"); break;
                case '>': to.Write("&gt;"); break;
                case '"': to.Write("&quot;"); break;
                case '\'': to.Write("&#39;"); break;
                default: to.Write(c); break;
            }
        }
    }

    /// <summary>
    /// The same text with what cannot be seen made visible: controls, half surrogate pairs, non-characters, directional overrides and
    /// isolates, invisible tags. A line feed and a tab stay. Runs of ordinary text are returned as they are.
    /// </summary>
    public static string Visible(string text)
    {
        if (!text.Any(c => char.IsSurrogate(c) || NotSeen(new Rune(c)))) return text;
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
