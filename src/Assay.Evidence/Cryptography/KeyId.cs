namespace Assay.Evidence.Cryptography;

/// <summary>How a finding names the key that it is about: the first digits of SHA-256 over the public part, at the end of its note. The same key has the same words wherever it is seen.</summary>
public static class KeyId
{
    public const string Words = "public part sha256";
    /// <summary>Hexadecimal digits that are shown: 96 bits.</summary>
    public const int Digits = 24;

    /// <summary>The digits in a finding's note, or null.</summary>
    public static string? Of(Finding finding)
    {
        if (finding.Note is not { } note || note.LastIndexOf(Words, StringComparison.Ordinal) is not (>= 0 and var at)) return null;
        var digits = note.AsSpan(at + Words.Length).Trim();
        return digits.Length >= Digits && !digits[..Digits].ContainsAnyExcept("0123456789abcdef") ? digits[..Digits].ToString() : null;
    }
}
