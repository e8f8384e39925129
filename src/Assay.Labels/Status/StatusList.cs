using System.Globalization;
using System.IO.Compression;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Labels.Trust;

namespace Assay.Labels.Status;

/// <summary>The bits of a Token Status List (draft-ietf-oauth-status-list section 4): slot after slot, from the lowest bits of each byte upwards. Ours has 2 bits a slot.</summary>
/// <remarks>Not for use by several threads while one of them writes.</remarks>
public sealed class StatusList
{
    /// <summary>What a list may hold after inflating: 16,777,216 slots of 2 bits. A list that would inflate further is refused at this size.</summary>
    public const int MaxBytes = 4 << 20;
    public const int MaxSlots = MaxBytes * 4;

    private readonly byte[] bytes;

    private StatusList(int bits, byte[] bytes)
    {
        Bits = bits;
        this.bytes = bytes;
        Slots = bytes.Length * (8 / bits);
    }

    /// <param name="slots">1 to <see cref="MaxSlots"/>, rounded up to whole bytes; every slot begins in force.</param>
    public StatusList(int slots) : this(2, new byte[(Checked(slots) + 3) / 4])
    {
    }

    /// <summary>1, 2, 4 or 8 bits a slot; what we write has 2.</summary>
    public int Bits { get; }
    public int Slots { get; }

    /// <summary>The state in a slot of a list of 1 or 2 bits.</summary>
    /// <param name="index">From 0 to below <see cref="Slots"/>.</param>
    /// <exception cref="InvalidOperationException">A list of more bits has states that we do not know.</exception>
    public LabelState this[int index]
    {
        get => Bits <= 2 ? (LabelState)Value(index) : throw new InvalidOperationException($"a list of {Bits} bits");
        set
        {
            if (Bits != 2) throw new InvalidOperationException($"a list of {Bits} bits");
            ArgumentOutOfRangeException.ThrowIfGreaterThan((int)value, 3);
            Check(index);
            var shift = index % 4 * 2;
            bytes[index / 4] = (byte)(bytes[index / 4] & ~(3 << shift) | (int)value << shift);
        }
    }

    /// <summary>The number in a slot: 0 to 2^<see cref="Bits"/> - 1.</summary>
    public int Value(int index)
    {
        Check(index);
        var perByte = 8 / Bits;
        return bytes[index / perByte] >> index % perByte * Bits & (1 << Bits) - 1;
    }

    /// <summary>The slots as they are compressed: the first in the low bits.</summary>
    internal ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>A copy that further changes do not reach.</summary>
    public StatusList Copy() => new(Bits, (byte[])bytes.Clone());

    /// <summary>The claim's <c>lst</c>: the bytes in zlib form (RFC 1950).</summary>
    public byte[] Compressed(CompressionLevel level = CompressionLevel.Optimal)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, level, leaveOpen: true)) zlib.Write(bytes);
        return output.ToArray();
    }

    /// <exception cref="UnreadableException">Not 1, 2, 4 or 8 bits; not one whole zlib stream; empty; or more than <paramref name="maxBytes"/> when inflated.</exception>
    public static StatusList Read(int bits, ReadOnlySpan<byte> compressed, int maxBytes = MaxBytes)
    {
        if (bits is not (1 or 2 or 4 or 8)) throw new UnreadableException("1, 2, 4 or 8 bits a slot", bits.ToString(CultureInfo.InvariantCulture), 0);
        using var decoded = Decompression.Decode(CompressionKind.Zlib, compressed, new Budget { Bytes = maxBytes, FileBytes = maxBytes });
        if (decoded.Failure is BudgetException) throw new UnreadableException($"a status list of at most {maxBytes} bytes when inflated", "a longer one", 0);
        if (decoded.Failure is { } wrong) throw new UnreadableException("a status list in zlib form", wrong.Message, 0);
        if (decoded.Used != compressed.Length) throw new UnreadableException("the end of the zlib stream", $"{compressed.Length - decoded.Used} more bytes", decoded.Used);
        if (decoded.Content.Length == 0) throw new UnreadableException("a status list", "no slot", 0);
        return new StatusList(bits, decoded.Content.ToArray());
    }

    private void Check(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Slots);
    }

    private static int Checked(int slots) => slots is > 0 and <= MaxSlots ? slots : throw new ArgumentOutOfRangeException(nameof(slots), slots, $"1 to {MaxSlots} slots");
}
