using System.Text;

namespace Assay.Evidence.Cryptography;

/// <summary>One block of RFC 7468 or RFC 1421 text: between <c>-----BEGIN label-----</c> and <c>-----END label-----</c>.</summary>
/// <param name="Offset">Bytes from the start of what was searched to the block's first dash.</param>
/// <param name="Length">Bytes to the end of its last line.</param>
/// <param name="Der">The decoded bytes; empty for blocks that are encrypted by a header, whose bytes say nothing.</param>
/// <param name="Encrypted">A header <c>Proc-Type: 4,ENCRYPTED</c> stands before the body.</param>
public sealed record PemBlock(string Label, int Offset, int Length, byte[] Der, bool Encrypted)
{
    /// <summary>A body larger than this is no key and no certificate.</summary>
    private const int LargestBody = 256 << 10;
    public static ReadOnlySpan<byte> Start => "-----BEGIN "u8;

    /// <summary>Every block in a text or binary file, in order. What only looks like a block is left out.</summary>
    public static List<PemBlock> FindAll(ReadOnlySpan<byte> bytes)
    {
        var blocks = new List<PemBlock>();
        for (var at = 0; at < bytes.Length;)
        {
            var next = bytes[at..].IndexOf(Start);
            if (next < 0) break;
            at += next;
            var block = At(bytes, at);
            if (block is not null) blocks.Add(block);
            at += block?.Length ?? Start.Length;
        }
        return blocks;
    }

    /// <summary>The block that begins at <paramref name="offset"/>, or null where none does.</summary>
    public static PemBlock? At(ReadOnlySpan<byte> bytes, int offset)
    {
        var rest = bytes[offset..];
        if (!rest.StartsWith(Start)) return null;
        rest = rest[..Math.Min(rest.Length, LargestBody)];
        var labelEnd = rest[Start.Length..].IndexOf("-----"u8);
        if (labelEnd is < 3 or > 40) return null;
        var labelBytes = rest.Slice(Start.Length, labelEnd);
        foreach (var b in labelBytes)
        {
            if (b is not (>= (byte)'A' and <= (byte)'Z' or >= (byte)'0' and <= (byte)'9' or (byte)' ')) return null;
        }
        var label = Encoding.ASCII.GetString(labelBytes);
        var body = rest[(Start.Length + labelEnd + 5)..];
        var end = body.IndexOf(Encoding.ASCII.GetBytes($"-----END {label}-----"));
        if (end < 0) return null;
        var length = Start.Length + labelEnd + 5 + end + 9 + label.Length + 5;
        body = body[..end];
        var encrypted = body.IndexOf("Proc-Type: 4,ENCRYPTED"u8) >= 0;
        if (encrypted) return new PemBlock(label, offset, length, [], true);
        var der = Decode(body);
        return der is null || der.Length == 0 ? null : new PemBlock(label, offset, length, der, false);
    }

    /// <summary>Base64 with line ends as they are, as the two letters <c>\n</c> (JSON, C), or as zero bytes between strings of a program.</summary>
    private static byte[]? Decode(ReadOnlySpan<byte> body)
    {
        var letters = new char[body.Length];
        var count = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var b = body[i];
            if (b == '\\' && i + 1 < body.Length && (body[i + 1] is (byte)'n' or (byte)'r' or (byte)'\n'))
            {
                i++;
                continue;
            }
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0 or (byte)'"') continue;
            // RFC 4880 armour has a check sum line; a header line other than Proc-Type has a colon: neither is a key that we read.
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'+' or (byte)'/' or (byte)'=')) return null;
            letters[count++] = (char)b;
        }
        var der = new byte[count / 4 * 3 + 3];
        return Convert.TryFromBase64Chars(letters.AsSpan(0, count), der, out var written) ? der[..written] : null;
    }
}
