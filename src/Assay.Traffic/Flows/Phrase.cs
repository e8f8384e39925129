using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Flows;

/// <summary>The memory in which phrases are put together, one behind the other, used again for each occurrence.</summary>
internal sealed class PhraseRoom
{
    private char[] characters = new char[512];
    private int used;

    public int Used => used;
    public void Clear() => used = 0;
    public ReadOnlySpan<char> Slice(int start, int end) => characters.AsSpan(start, end - start);

    /// <summary>Room for so many characters behind the latest; valid until the next call.</summary>
    public Span<char> Take(int count)
    {
        if (used + count > characters.Length) Array.Resize(ref characters, Math.Max(2 * characters.Length, used + count));
        used += count;
        return characters.AsSpan(used - count, count);
    }

    public void GiveBack(int count) => used -= count;
}

/// <summary>A text of an occurrence: a string, or words that are put together without one, because most of them were seen before.</summary>
/// <remarks>Numbers are written in the invariant culture; bytes one character each (Latin-1).</remarks>
[InterpolatedStringHandler]
internal ref struct Phrase
{
    private readonly PhraseRoom? room;
    private readonly int start;
    private int end;
    private readonly ReadOnlySpan<char> whole;

    private Phrase(ReadOnlySpan<char> whole) => this.whole = whole;

    public Phrase(int literalLength, int formattedCount, Notes notes)
    {
        room = notes.Room;
        start = end = room.Used;
    }

    public static implicit operator Phrase(string text) => new(text);
    public static implicit operator Phrase(ReadOnlySpan<char> text) => new(text);

    private readonly ReadOnlySpan<char> Text => room is null ? whole : room.Slice(start, end);

    /// <summary>Fit for a terminal (<see cref="Shortened.Visible(string)"/>).</summary>
    public readonly ReadOnlySpan<char> Visible
    {
        get
        {
            var text = Text;
            return text.IndexOfAnyExceptInRange(' ', '~') < 0 ? text : Shortened.Visible(new string(text));
        }
    }

    public void AppendLiteral(string text) => AppendFormatted(text.AsSpan());

    public void AppendFormatted(string? text) => AppendFormatted(text.AsSpan());

    public void AppendFormatted(scoped ReadOnlySpan<char> text)
    {
        text.CopyTo(room!.Take(text.Length));
        end = room.Used;
    }

    public void AppendFormatted(scoped ReadOnlySpan<byte> text)
    {
        Encoding.Latin1.GetChars(text, room!.Take(text.Length));
        end = room.Used;
    }

    public void AppendFormatted(Address address)
    {
        Span<byte> text = stackalloc byte[64];
        AppendFormatted(text[..address.Write(text)]);
    }

    public void AppendFormatted(MacAddress mac) => AppendFormatted(mac.ToString());

    public void AppendFormatted(char character) => AppendFormatted(new ReadOnlySpan<char>(in character));

    public void AppendFormatted<T>(T value) where T : ISpanFormattable => AppendFormatted(value, null);

    public void AppendFormatted<T>(T value, string? format) where T : ISpanFormattable
    {
        const int Longest = 64;
        var place = room!.Take(Longest);
        if (value.TryFormat(place, out var written, format, CultureInfo.InvariantCulture)) room.GiveBack(Longest - written);
        else
        {
            room.GiveBack(Longest);
            AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));
        }
        end = room.Used;
    }
}

/// <summary>A text of an occurrence that is no finding: put together only where occurrences are kept.</summary>
[InterpolatedStringHandler]
internal ref struct Aside
{
    private Phrase phrase;

    public Aside(int literalLength, int formattedCount, Notes notes, out bool isWanted)
    {
        isWanted = notes.KeepsObservations;
        if (isWanted) phrase = new Phrase(literalLength, formattedCount, notes);
    }

    private Aside(Phrase phrase) => this.phrase = phrase;

    public static implicit operator Aside(string text) => new((Phrase)text);
    public static implicit operator Aside(ReadOnlySpan<char> text) => new((Phrase)text);

    public readonly Phrase Phrase => phrase;

    public void AppendLiteral(string text) => phrase.AppendLiteral(text);
    public void AppendFormatted(string? text) => phrase.AppendFormatted(text);
    public void AppendFormatted(scoped ReadOnlySpan<char> text) => phrase.AppendFormatted(text);
    public void AppendFormatted(scoped ReadOnlySpan<byte> text) => phrase.AppendFormatted(text);
    public void AppendFormatted(Address address) => phrase.AppendFormatted(address);
    public void AppendFormatted(MacAddress mac) => phrase.AppendFormatted(mac);
    public void AppendFormatted<T>(T value) where T : ISpanFormattable => phrase.AppendFormatted(value, null);
    public void AppendFormatted<T>(T value, string? format) where T : ISpanFormattable => phrase.AppendFormatted(value, format);
}
