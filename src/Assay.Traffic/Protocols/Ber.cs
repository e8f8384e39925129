namespace Assay.Traffic.Protocols;

/// <summary>Elements of BER (X.690, section 8.1), as SNMP and LDAP write their messages.</summary>
internal static class Ber
{
    /// <summary>Takes the next element; false where there is none or it is cut. Lengths of up to 4 bytes, tags of up to 2.</summary>
    public static bool Next(scoped ref ReadOnlySpan<byte> bytes, out byte tag, out ReadOnlySpan<byte> value)
    {
        tag = 0;
        value = default;
        if (bytes.Length < 2) return false;
        tag = bytes[0];
        // A small tag number may stand in a byte of its own.
        if ((tag & 0x1f) == 0x1f && bytes[1] < 0x1f)
        {
            tag = (byte)(tag & 0xe0 | bytes[1]);
            bytes = bytes[1..];
            if (bytes.Length < 2) return false;
        }
        int length = bytes[1], head = 2;
        if (length > 0x80)
        {
            var count = length & 0x7f;
            if (count > 4 || bytes.Length < 2 + count) return false;
            length = 0;
            for (; head < 2 + count; head++) length = length << 8 | bytes[head];
        }
        else if (length == 0x80) return false;
        if (length < 0 || length > bytes.Length - head) return false;
        value = bytes.Slice(head, length);
        bytes = bytes[(head + length)..];
        return true;
    }
}
