namespace Assay.Labels.QrCode;

/// <summary>Reed–Solomon over the field of 256 elements with x⁸+x⁴+x³+x²+1 and first root 1, as ISO/IEC 18004 uses it.</summary>
internal static class ReedSolomon
{
    private static readonly byte[] Power = new byte[512];
    private static readonly byte[] Logarithm = new byte[256];

    static ReedSolomon()
    {
        var value = 1;
        for (var i = 0; i < 255; i++)
        {
            Power[i] = Power[i + 255] = (byte)value;
            Logarithm[value] = (byte)i;
            value = value << 1 ^ (value >= 128 ? 0x11d : 0);
        }
    }

    // By number of check bytes: the generator times each of the 256 elements, one behind the other.
    private static readonly byte[]?[] Products = new byte[256][];

    /// <summary>The check bytes of a block, as many as <paramref name="checks"/> holds (1 to 255); highest power first.</summary>
    public static void CheckBytes(ReadOnlySpan<byte> data, Span<byte> checks)
    {
        ReadOnlySpan<byte> products = Products[checks.Length] ??= ProductsOf(Generator(checks.Length));
        checks.Clear();
        foreach (var item in data)
        {
            var product = products.Slice((item ^ checks[0]) * checks.Length, checks.Length);
            for (var i = 0; i + 1 < product.Length; i++) checks[i] = (byte)(checks[i + 1] ^ product[i]);
            checks[^1] = product[^1];
        }
    }

    private static byte[] ProductsOf(byte[] generator)
    {
        var products = new byte[256 * generator.Length];
        for (var i = 0; i < products.Length; i++) products[i] = Times(generator[i % generator.Length], (byte)(i / generator.Length));
        return products;
    }

    /// <summary>Repairs up to half as many wrong bytes as there are check bytes, in place.</summary>
    /// <returns>How many bytes were wrong, or -1 where more are than can be repaired; the block is then as it was.</returns>
    public static int Correct(Span<byte> block, int checkBytes)
    {
        var syndromes = Syndromes(block, checkBytes);
        if (Array.TrueForAll(syndromes, s => s == 0)) return 0;

        // Berlekamp–Massey: the shortest register that makes the syndromes. Lowest power first.
        byte[] locator = [1], before = [1];
        int errors = 0, gap = 1;
        byte scale = 1;
        for (var n = 0; n < checkBytes; n++)
        {
            var discrepancy = syndromes[n];
            for (var i = 1; i <= errors && i < locator.Length; i++) discrepancy ^= Times(locator[i], syndromes[n - i]);
            if (discrepancy == 0)
            {
                gap++;
                continue;
            }
            var next = new byte[Math.Max(locator.Length, before.Length + gap)];
            locator.CopyTo(next, 0);
            var factor = Over(discrepancy, scale);
            for (var i = 0; i < before.Length; i++) next[i + gap] ^= Times(before[i], factor);
            if (2 * errors <= n)
            {
                errors = n + 1 - errors;
                before = locator;
                scale = discrepancy;
                gap = 1;
            }
            else gap++;
            locator = next;
        }
        if (errors > checkBytes / 2) return -1;

        // Where the locator is zero (Chien), the error's value (Forney with first root 1).
        var evaluator = new byte[checkBytes];
        for (var i = 0; i < checkBytes; i++)
        {
            for (var j = 0; j <= i && j < locator.Length; j++) evaluator[i] ^= Times(locator[j], syndromes[i - j]);
        }
        var repaired = block.ToArray();
        var found = 0;
        for (var position = 0; position < block.Length; position++)
        {
            var inverse = Power[(255 - position % 255) % 255];
            if (At(locator, inverse) != 0) continue;
            byte slope = 0;
            for (var i = 1; i < locator.Length; i += 2) slope ^= Times(locator[i], PowerOf(inverse, i - 1));
            if (slope == 0) return -1;
            repaired[block.Length - 1 - position] ^= Times(Power[position], Over(At(evaluator, inverse), slope));
            found++;
        }
        if (found != errors || !Array.TrueForAll(Syndromes(repaired, checkBytes), s => s == 0)) return -1;
        repaired.CopyTo(block);
        return found;
    }

    private static byte[] Syndromes(ReadOnlySpan<byte> block, int count)
    {
        var syndromes = new byte[count];
        for (var i = 0; i < count; i++)
        {
            byte sum = 0;
            foreach (var item in block) sum = (byte)(Times(sum, Power[i]) ^ item);
            syndromes[i] = sum;
        }
        return syndromes;
    }

    // Product of (x - 2^i), without its leading 1; highest power first.
    private static byte[] Generator(int count)
    {
        var generator = new byte[count];
        generator[^1] = 1;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                generator[j] = Times(generator[j], Power[i]);
                if (j + 1 < count) generator[j] ^= generator[j + 1];
            }
        }
        return generator;
    }

    // The polynomial, lowest power first, at a point.
    private static byte At(ReadOnlySpan<byte> polynomial, byte point)
    {
        byte sum = 0;
        for (var i = polynomial.Length - 1; i >= 0; i--) sum = (byte)(Times(sum, point) ^ polynomial[i]);
        return sum;
    }

    private static byte PowerOf(byte value, int exponent) => exponent == 0 ? (byte)1 : Power[Logarithm[value] * exponent % 255];
    private static byte Times(byte one, byte other) => one == 0 || other == 0 ? (byte)0 : Power[Logarithm[one] + Logarithm[other]];
    private static byte Over(byte one, byte other) => one == 0 ? (byte)0 : Power[Logarithm[one] + 255 - Logarithm[other]];
}
