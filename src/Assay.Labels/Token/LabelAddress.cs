using System.Globalization;
using System.Numerics;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>The text in the code on the box: an address up to its <c>#</c>, then the token as decimal digits, which a code holds three in ten bits.</summary>
/// <remarks>
/// The digits are the big-endian integer of the byte 0x01 followed by the token, so that no leading zero of the token is lost. A browser never sends what
/// follows the <c>#</c>. The host proves nothing: only the signature does.
/// </remarks>
public static class LabelAddress
{
    public const string DefaultPrefix = "https://assay.example/l#";
    public const int MaxPrefixBytes = 26;
    private const byte First = 0x01;
    /// <summary>Digits of a token of <see cref="Hallmark.MaxBytes"/> bytes.</summary>
    public const int MaxDigits = 528;

    /// <param name="prefix">https, ends in <c>#</c>, at most <see cref="MaxPrefixBytes"/> bytes of ASCII.</param>
    /// <exception cref="UnreadableException">The prefix or the token's length is none.</exception>
    public static string Write(ReadOnlySpan<byte> token, string prefix = DefaultPrefix)
    {
        CheckPrefix(prefix);
        if (token.Length is 0 or > Hallmark.MaxBytes) throw new UnreadableException($"a token of 1 to {Hallmark.MaxBytes} bytes", $"{token.Length}", 0);
        byte[] bytes = [First, .. token];
        return prefix + new BigInteger(bytes, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The token in an address, or in its digits alone.</summary>
    /// <exception cref="UnreadableException"/>
    public static byte[] Read(string address)
    {
        var hash = address.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0) CheckPrefix(address[..(hash + 1)]);
        else if (address.Contains(':', StringComparison.Ordinal)) throw new UnreadableException("an address with # and digits", "no #", address.Length);
        var start = hash + 1;
        var digits = address[start..];
        if (digits.Length is 0 or > MaxDigits) throw new UnreadableException($"1 to {MaxDigits} digits", $"{digits.Length} characters", start);
        var other = digits.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (other >= 0) throw new UnreadableException("digits only", "another character", start + other);
        if (digits[0] == '0') throw new UnreadableException("digits without a leading zero", "a leading zero", start);
        var bytes = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture).ToByteArray(isUnsigned: true, isBigEndian: true);
        if (bytes[0] != First) throw new UnreadableException("the first byte 0x01", $"0x{bytes[0]:x2}", start);
        if (bytes.Length - 1 is 0 or > Hallmark.MaxBytes) throw new UnreadableException($"a token of 1 to {Hallmark.MaxBytes} bytes", $"{bytes.Length - 1}", start);
        return bytes[1..];
    }

    /// <summary>Whether a person or a scanner may have meant this text as an address of a label or its digits.</summary>
    public static bool Looks(string text) =>
        text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.Length > 20 && text.All(char.IsAsciiDigit);

    private static void CheckPrefix(string prefix)
    {
        if (prefix.Length > MaxPrefixBytes || !prefix.All(char.IsAscii)) throw new UnreadableException($"an address of at most {MaxPrefixBytes} ASCII characters up to its #", $"{prefix.Length} characters", 0);
        if (!prefix.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || prefix.Length < 10 || !prefix.EndsWith('#') || prefix.AsSpan()[..^1].ContainsAny("# \t\r\n\"<>"))
            throw new UnreadableException("an address like https://host/path#", "another one", 0);
    }
}
