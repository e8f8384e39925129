using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>One signature under a note.</summary>
/// <param name="KeyId">4 bytes.</param>
/// <param name="Bytes">What the algorithm of the key wrote.</param>
public sealed record NoteSignature(string Name, ReadOnlyMemory<byte> KeyId, ReadOnlyMemory<byte> Bytes);

/// <summary>A log's signed word on its size and root (c2sp.org/tlog-checkpoint, in the form of c2sp.org/signed-note).</summary>
public sealed record Checkpoint
{
    public const int MaxBytes = 64 << 10;
    public const int MaxSignatures = 64;

    public required string Origin { get; init; }
    /// <summary>How many entries the log has.</summary>
    public required long Size { get; init; }
    /// <summary>32 bytes.</summary>
    public required ReadOnlyMemory<byte> Root { get; init; }
    /// <summary>Lines after the root; ours have none.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];
    public IReadOnlyList<NoteSignature> Signatures { get; init; } = [];
    /// <summary>What is signed, with its last newline.</summary>
    public required string Text { get; init; }
    /// <summary>The whole note as it was read.</summary>
    public required ReadOnlyMemory<byte> Note { get; init; }

    /// <summary>The bytes of a checkpoint, signed by the log.</summary>
    public static byte[] Sign(LogKey key, string origin, long size, ReadOnlySpan<byte> root)
    {
        var verifier = key.Verifier(origin);
        var text = $"{origin}\n{size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(root)}\n";
        return Encoding.UTF8.GetBytes($"{text}\n— {origin} {Convert.ToBase64String([.. verifier.Id.Span, .. key.Sign(Encoding.UTF8.GetBytes(text))])}\n");
    }

    /// <summary>A witness's line under this checkpoint (c2sp.org/tlog-cosignature), with its newline.</summary>
    /// <param name="witness">The public half of <paramref name="key"/>.</param>
    internal string Cosign(LogKey key, LogVerifier witness, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        var stamp = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(stamp, (ulong)seconds);
        return $"— {witness.Name} {Convert.ToBase64String([.. witness.Id.Span, .. stamp, .. key.Sign(Timed((ulong)seconds))])}\n";
    }

    /// <summary>This checkpoint with the signature lines of others below its own, each once.</summary>
    /// <exception cref="UnreadableException">Not signature lines, or too many.</exception>
    public Checkpoint With(ReadOnlySpan<byte> lines)
    {
        var known = Encoding.UTF8.GetString(Note.Span);
        var added = Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !known.Contains(l + "\n", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);
        return Read(Encoding.UTF8.GetBytes(known + string.Concat(added.Select(l => l + "\n"))));
    }

    /// <summary>This checkpoint with the signatures that another copy of it has.</summary>
    /// <exception cref="UnreadableException">The other speaks of another log, size or root.</exception>
    public Checkpoint With(Checkpoint copy)
    {
        if (copy.Text != Text) throw new UnreadableException($"a copy of the checkpoint of {Origin} at {Size}", $"{copy.Origin} at {copy.Size}{(copy.Origin == Origin && copy.Size == Size ? ", with another root" : "")}", 0);
        return With(copy.Note.Span[(Encoding.UTF8.GetByteCount(Text) + 1)..]);
    }

    /// <summary>Reads the form; no signature is checked.</summary>
    /// <exception cref="UnreadableException"/>
    public static Checkpoint Read(ReadOnlySpan<byte> note)
    {
        if (note.Length > MaxBytes) throw new UnreadableException($"a checkpoint of at most {MaxBytes} bytes", $"{note.Length}", 0);
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(note);
        }
        catch (ArgumentException)
        {
            throw new UnreadableException("a checkpoint in UTF-8", "other bytes", 0);
        }
        if (text.AsSpan().IndexOfAnyInRange('\0', '\x1f') is >= 0 && text.Any(c => c < ' ' && c != '\n')) throw new UnreadableException("a checkpoint without control characters", "one", 0);
        var blank = text.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0 || !text.EndsWith('\n')) throw new UnreadableException("a note: text, an empty line, signatures", "no empty line", text.Length);
        var signed = text[..(blank + 1)];
        var lines = signed[..^1].Split('\n');
        if (lines.Length < 3 || lines.Any(l => l.Length == 0)) throw new UnreadableException("origin, size and root in three lines", $"{lines.Length} lines", 0);
        // The origin is any text; the names of keys have no spaces.
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || lines[1].Length > 1 && lines[1][0] == '0')
            throw new UnreadableException("the tree's size in the second line", lines[1].Length > 40 ? lines[1][..40] : lines[1], lines[0].Length + 1);
        if (Base64(lines[2]) is not { Length: MerkleTree.HashBytes } root) throw new UnreadableException("the root, 32 bytes in base64, in the third line", lines[2].Length > 60 ? lines[2][..60] : lines[2], 0);
        var signatures = new List<NoteSignature>();
        foreach (var line in text[(blank + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ');
            if (parts is not ["—", var name, var base64] || !LogVerifier.IsName(name) || Base64(base64) is not { Length: > 4 } bytes)
                throw new UnreadableException("a signature: — name base64", line.Length > 80 ? line[..80] : line, blank);
            if (signatures.Count == MaxSignatures) throw new UnreadableException($"at most {MaxSignatures} signatures", "more", blank);
            signatures.Add(new(name, bytes.AsMemory(0, 4), bytes.AsMemory(4)));
        }
        if (signatures.Count == 0) throw new UnreadableException("a signature", "none", text.Length);
        return new Checkpoint { Origin = lines[0], Size = size, Root = root, Extensions = lines[3..], Signatures = signatures, Text = signed, Note = note.ToArray() };
    }

    /// <summary>True when this key signed, under its own name. A log's key counts only where its name is the origin, so that no log speaks for another.</summary>
    public bool Verify(LogVerifier key) => SignedBy(key) is not null;

    /// <summary>When a witness signed; null where it did not, or where the key is a log's own, whose signature has no time.</summary>
    public DateTimeOffset? Witnessed(LogVerifier key) =>
        key.Type == LogVerifier.SignsTextAndTime && SignedBy(key) is { } signature ? DateTimeOffset.FromUnixTimeSeconds((long)BinaryPrimitives.ReadUInt64BigEndian(signature.Bytes.Span)) : null;

    // Every signature under the name and id of a known key must hold, or none counts.
    private NoteSignature? SignedBy(LogVerifier key)
    {
        if (key.Type == LogVerifier.SignsText && key.Name != Origin) return null;
        var own = Signatures.Where(s => s.Name == key.Name && s.KeyId.Span.SequenceEqual(key.Id.Span)).ToList();
        return own.Count > 0 && own.All(s => Holds(key, s)) ? own[0] : null;
    }

    private bool Holds(LogVerifier key, NoteSignature signature)
    {
        var text = Encoding.UTF8.GetBytes(Text);
        if (key.Type == LogVerifier.SignsText) return key.Verify(text, signature.Bytes.Span);
        if (signature.Bytes.Length != 8 + LogVerifier.SignatureBytes || BinaryPrimitives.ReadUInt64BigEndian(signature.Bytes.Span) is not (<= 253_402_300_799 and var time)) return false;
        return key.Verify(Timed(time), signature.Bytes.Span[8..]);
    }

    private byte[] Timed(ulong seconds) => Encoding.UTF8.GetBytes($"cosignature/v1\ntime {seconds.ToString(CultureInfo.InvariantCulture)}\n{Text}");

    private static byte[]? Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes.AsSpan(0, length)) == text ? bytes[..length] : null;
    }
}
