namespace Assay.Firmware;

/// <summary>How evenly the byte values of a run are spread, and what that lets one guess of bytes that no format explains.</summary>
/// <param name="Bits">Shannon's entropy in bits for each byte, 0 to 8.</param>
/// <param name="IsUniform">Whether the spread cannot be told from random bytes: what good ciphers give and compression seldom does.</param>
internal readonly record struct Entropy(double Bits, bool IsUniform, bool IsText)
{
    // Long runs are judged by pieces at even distances: the same bytes give the same answer.
    private const int Pieces = 64, PieceBytes = 4096;

    internal static Entropy Of(ReadOnlySpan<byte> bytes)
    {
        Span<int> counts = stackalloc int[256];
        var total = 0;
        if (bytes.Length <= Pieces * PieceBytes)
        {
            Count(bytes, counts);
            total = bytes.Length;
        }
        else
        {
            for (var i = 0; i < Pieces; i++)
            {
                Count(bytes.Slice((int)((long)i * (bytes.Length - PieceBytes) / (Pieces - 1)), PieceBytes), counts);
                total += PieceBytes;
            }
        }
        if (total == 0) return default;
        double bits = 0, spread = 0, expected = total / 256.0;
        var text = 0;
        for (var value = 0; value < 256; value++)
        {
            var count = counts[value];
            if (value is >= 0x20 and < 0x7f or '\t' or '\n' or '\r') text += count;
            spread += (count - expected) * (count - expected) / expected;
            if (count == 0) continue;
            var share = (double)count / total;
            bits -= share * Math.Log2(share);
        }
        // 255 degrees of freedom: random bytes stay between 170 and 360 in all but one of 100,000 runs.
        return new Entropy(bits, total >= 16384 && spread is > 170 and < 360, text > 0.95 * total);
    }

    private static void Count(ReadOnlySpan<byte> bytes, Span<int> counts)
    {
        foreach (var value in bytes) counts[value]++;
    }

    /// <summary>What bytes of no known format most likely are, in words that do not claim more.</summary>
    internal string Guess => IsUniform ? "spread like random bytes: likely encrypted"
        : Bits >= 7.5 ? "dense: likely compressed in a way that is not known, or encrypted"
        : IsText ? "text" : Bits < 1 ? "nearly one value" : "code or data of no format that is known";
}
