using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>
/// Images of Buffalo: product, version and content are each combined with the bytes of a generator that a fixed word and the byte before set going. What
/// the makers' own tools and free ones know by heart hides nothing, so it is put back; the sum tells whether that succeeded.
/// </summary>
internal static class Buffalo
{
    internal static readonly Format Format = new()
    {
        Kind = "buffalo",
        Title = "Image of Buffalo (start, bgn)",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/buffalo-enc.c, buffalo-lib.c",
        Proof = "`buffalo-enc`",
        Limits = "images for which another word than the usual one was chosen are named and not read",
        Signatures = [new("start\0"u8.ToArray()), new("bgn\0"u8.ToArray())],
        Recognise = bytes => Read(bytes) is { } layout ? new("buffalo", layout.Data + layout.Length + 4) : null,
        Open = Open,
    };

    private const int LongestText = 32, StateSize = 256, MostLongState = 1 << 28;

    private readonly record struct Layout(byte Seed, int Product, int ProductLength, int Version, int VersionLength, int Data, long Length);

    private static Layout? Read(ReadOnlySpan<byte> bytes)
    {
        var at = bytes.StartsWith("start\0"u8) ? 6 : 4;
        if (bytes.Length < at + 16) return null;
        var seed = bytes[at++];
        if (!Field(bytes, ref at, out var product, out var productLength) || !Field(bytes, ref at, out var version, out var versionLength) || at + 4 > bytes.Length) return null;
        long length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        return length is > 0 and < 1 << 30 ? new Layout(seed, product, productLength, version, versionLength, at + 4, length) : null;
    }

    private static bool Field(ReadOnlySpan<byte> bytes, ref int at, out int start, out int length)
    {
        (start, length) = (at + 4, 0);
        if (at + 4 > bytes.Length) return false;
        var stated = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        if (stated is < 2 or > LongestText || stated > bytes.Length - start) return false;
        length = (int)stated;
        at = start + length;
        return true;
    }

    // A table of numbers that key and seed shuffle, walked over as it goes on being shuffled; the longer form has a table as long as the text.
    private static byte[] Undo(ReadOnlySpan<byte> text, byte seed, int size)
    {
        ReadOnlySpan<byte> word = "Buffalo"u8;
        var state = new byte[size];
        for (var i = 0; i < size; i++) state[i] = (byte)i;
        long k = 0;
        for (var i = 0; i < size; i++)
        {
            var turn = i % (word.Length + 1);
            k = (k + (turn == 0 ? seed : word[turn - 1]) + state[i]) % size;
            (state[i], state[k]) = (state[k], state[i]);
        }
        var plain = text.ToArray();
        byte a = 0, b = 0;
        for (var i = 0; i < plain.Length; i++)
        {
            a = (byte)((a + 1) % size);
            b = (byte)((b + state[a]) % size);
            (state[a], state[b]) = (state[b], state[a]);
            plain[i] ^= state[(state[a] + state[b]) % size];
        }
        return plain;
    }

    // CRC-32 that begins with the length and counts bytes beyond 127 as negative, so that they turn all of it.
    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = (uint)bytes.Length;
        foreach (var b in bytes)
        {
            sum ^= (uint)(sbyte)b;
            for (var i = 0; i < 8; i++) sum = (sum & 1) != 0 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
        }
        return sum;
    }

    private static string Text(byte[] bytes) => Shortened.Visible(Encoding.Latin1.GetString(bytes).TrimEnd('\0'));

    private static Part? Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var layout = Read(bytes)!.Value;
        if (layout.Data + layout.Length + 4 > bytes.Length) return opening.Part(isRead: false);
        if (layout.Length > opening.Image.RoomLeft) throw new Evidence.Reading.BudgetException("file", opening.Budget.FileBytes);
        ReadOnlySpan<byte> product = bytes.Slice(layout.Product, layout.ProductLength), version = bytes.Slice(layout.Version, layout.VersionLength), data = bytes.Slice(layout.Data, (int)layout.Length);
        var stated = BinaryPrimitives.ReadUInt32BigEndian(bytes[(layout.Data + (int)layout.Length)..]);
        foreach (var isLong in (ReadOnlySpan<bool>)[false, true])
        {
            if (isLong && layout.Length > MostLongState) break;
            var name = Undo(product, layout.Seed, isLong ? product.Length : StateSize);
            if (name[^1] != 0) continue;
            // Each try costs as much as the image says to be long.
            opening.Budget.SpendBytes(layout.Length);
            var content = Undo(data, version[0], isLong ? data.Length : StateSize);
            if (Sum(content) != stated) continue;
            var note = $"{Text(name)} {Text(Undo(version, product[0], isLong ? version.Length : StateSize))}";
            return opening.Assembled(content, note: $"{note}, {content.Length} bytes put together");
        }
        // The few bytes of its beginning stand elsewhere by chance.
        return opening.At > 0 ? null : opening.Part(losses: [opening.Place.Loss(0, "an image for which the usual word was chosen", "another word, or damage")], isRead: false);
    }
}
