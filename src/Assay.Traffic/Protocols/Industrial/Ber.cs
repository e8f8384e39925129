namespace Assay.Traffic.Protocols.Industrial;

/// <summary>Values of BER (ITU-T X.690, clause 8), one after the other; definite lengths only. It never throws: what does not fit ends the walk.</summary>
internal ref struct Ber(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly ReadOnlySpan<byte> Rest => rest;

    /// <summary>The next value whose tag is one byte.</summary>
    public bool Next(out byte tag, out ReadOnlySpan<byte> content)
    {
        var found = NextLong(out var full, out content);
        tag = full.First;
        return found && full.Number < 31;
    }

    /// <summary>The next value; its tag as first byte, and as number whatever its length.</summary>
    public bool NextLong(out (byte First, int Number) tag, out ReadOnlySpan<byte> content)
    {
        tag = default;
        content = default;
        if (rest.Length < 2) return false;
        var at = 1;
        int number = rest[0] & 0x1f;
        if (number == 31)
        {
            number = 0;
            do
            {
                if (at >= rest.Length || at > 3) return false;
                number = number << 7 | rest[at] & 0x7f;
            }
            while (rest[at++] >= 0x80);
        }
        if (at >= rest.Length) return false;
        long length = rest[at++];
        if (length >= 0x80)
        {
            var count = (int)length & 0x7f;
            if (count is 0 or > 4 || at + count > rest.Length) return false;
            length = 0;
            for (var i = 0; i < count; i++) length = length << 8 | rest[at++];
        }
        if (length > rest.Length - at) return false;
        tag = (rest[0], number);
        content = rest.Slice(at, (int)length);
        rest = rest[(at + (int)length)..];
        return true;
    }
}
