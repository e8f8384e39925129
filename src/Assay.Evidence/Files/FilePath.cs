using System.Text;

namespace Assay.Evidence.Files;

/// <summary>A path inside an image: raw bytes as they are there, and the text that people and reports see.</summary>
/// <remarks>Order is by raw bytes. Text: tab, newline, backslash and every byte that is not valid UTF-8 appear as <c>\xNN</c> (command.md, "Tree").</remarks>
public readonly struct FilePath : IComparable<FilePath>, IEquatable<FilePath>
{
    private readonly byte[] raw;

    /// <param name="raw">Begins with a slash, has no slash at its end, no empty parts.</param>
    public FilePath(byte[] raw)
    {
        this.raw = raw;
        Text = Escape(raw);
    }

    public ReadOnlySpan<byte> Raw => raw;
    public string Text { get; }

    public static FilePath Of(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The path of a child; <paramref name="name"/> holds no slash.</summary>
    public FilePath Child(ReadOnlySpan<byte> name)
    {
        var parent = raw is null || raw is [(byte)'/'] ? [] : raw;
        var child = new byte[parent.Length + 1 + name.Length];
        parent.CopyTo(child, 0);
        child[parent.Length] = (byte)'/';
        name.CopyTo(child.AsSpan(parent.Length + 1));
        return new FilePath(child);
    }

    public static string Escape(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (raw.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(raw, out var rune, out var used);
            if (status != System.Buffers.OperationStatus.Done || rune.Value is '\t' or '\n' or '\\')
            {
                for (var i = 0; i < used; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{raw[i]:x2}");
            }
            else
            {
                text.Append(rune.ToString());
            }
            raw = raw[used..];
        }
        return text.ToString();
    }

    public int CompareTo(FilePath other) => Raw.SequenceCompareTo(other.Raw);
    public bool Equals(FilePath other) => Raw.SequenceEqual(other.Raw);
    public override bool Equals(object? obj) => obj is FilePath other && Equals(other);
    public override int GetHashCode() => Text is null ? 0 : Text.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => Text ?? "";
    public static bool operator ==(FilePath a, FilePath b) => a.Equals(b);
    public static bool operator !=(FilePath a, FilePath b) => !a.Equals(b);
    public static bool operator <(FilePath a, FilePath b) => a.CompareTo(b) < 0;
    public static bool operator >(FilePath a, FilePath b) => a.CompareTo(b) > 0;
    public static bool operator <=(FilePath a, FilePath b) => a.CompareTo(b) <= 0;
    public static bool operator >=(FilePath a, FilePath b) => a.CompareTo(b) >= 0;
}
