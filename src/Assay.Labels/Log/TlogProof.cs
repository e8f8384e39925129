using System.Globalization;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>The proof that an entry is in a log, in lines of text with the checkpoint and its witnesses (c2sp.org/tlog-proof).</summary>
public sealed record TlogProof
{
    public const string First = "c2sp.org/tlog-proof@v1";
    public const int MaxBytes = 512 << 10;
    private const int MaxPath = 63;

    public required long Index { get; init; }
    /// <summary>From the leaf's sibling to the root's child, 32 bytes each.</summary>
    public required IReadOnlyList<byte[]> Path { get; init; }
    public required Checkpoint Checkpoint { get; init; }
    /// <summary>Bytes beside the proof that nothing vouches for; ours are the entry itself, which its hash then does.</summary>
    public ReadOnlyMemory<byte>? Extra { get; init; }

    /// <summary>Whether the path leads from this entry to the checkpoint's root. Whose checkpoint it is, <see cref="Checkpoint.Verify"/> says.</summary>
    public bool Holds(ReadOnlySpan<byte> entry) => MerkleTree.VerifyInclusion(Index, Checkpoint.Size, MerkleTree.LeafHash(entry), Path, Checkpoint.Root.Span);

    public byte[] Write()
    {
        var text = new StringBuilder(First + "\n");
        if (Extra is { } extra) text.Append("extra ").Append(Convert.ToBase64String(extra.Span)).Append('\n');
        text.Append("index ").Append(Index.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var hash in Path) text.Append(Convert.ToBase64String(hash)).Append('\n');
        return [.. Encoding.UTF8.GetBytes(text.Append('\n').ToString()), .. Checkpoint.Note.Span];
    }

    public static bool Looks(ReadOnlySpan<byte> file) => file.StartsWith("c2sp.org/tlog-proof@"u8);

    /// <summary>Reads the form; nothing is proved yet.</summary>
    /// <exception cref="UnreadableException"/>
    public static TlogProof Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a proof of at most {MaxBytes} bytes", $"{file.Length}", 0);
        var blank = file.IndexOf("\n\n"u8);
        if (blank < 0) throw new UnreadableException("a proof, an empty line and a checkpoint", "no empty line", 0);
        var lines = Encoding.Latin1.GetString(file[..blank]).Split('\n');
        if (lines[0] != First) throw new UnreadableException(First, Cut(lines[0]), 0);
        var at = 1;
        byte[]? extra = null;
        if (at < lines.Length && lines[at].StartsWith("extra ", StringComparison.Ordinal)) extra = Base64(lines[at++][6..], null);
        if (at >= lines.Length || !lines[at].StartsWith("index ", StringComparison.Ordinal) || !long.TryParse(lines[at].AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || lines[at].Length > 7 && lines[at][6] == '0') throw new UnreadableException("index and a number", at < lines.Length ? Cut(lines[at]) : "the end", 0);
        var path = lines[(at + 1)..];
        if (path.Length > MaxPath) throw new UnreadableException($"at most {MaxPath} hashes", $"{path.Length}", 0);
        return new TlogProof { Index = index, Path = [.. path.Select(l => Base64(l, MerkleTree.HashBytes))], Extra = extra is null ? default(ReadOnlyMemory<byte>?) : extra, Checkpoint = Checkpoint.Read(file[(blank + 2)..]) };
    }

    private static byte[] Base64(string text, int? bytes)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) && (bytes is null || bytes == length) && Convert.ToBase64String(buffer.AsSpan(0, length)) == text
            ? buffer[..length] : throw new UnreadableException(bytes is null ? "base64" : $"{bytes} bytes in base64", Cut(text), 0);
    }

    private static string Cut(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
