namespace Assay.Evidence.Cryptography;

/// <summary>How a finding names the key that it is about: the first digits of SHA-256 over the public part, at the end of its note. The same key has the same words wherever it is seen.</summary>
public static class KeyId
{
    public const string Words = "public part sha256";
    /// <summary>Hexadecimal digits that are shown: 96 bits.</summary>
    public const int Digits = 24;

    /// <summary>As <see cref="Words"/>, for the stored (salted, hashed) form of a password.</summary>
    public const string StoredWords = "stored form sha256";

    /// <summary>The digits of a key in a finding's note, or null.</summary>
    public static string? Of(Finding finding) => Of(finding, Words);

    /// <summary>The digits of a stored password in a finding's note, or null.</summary>
    public static string? OfStored(Finding finding) => Of(finding, StoredWords);

    private static string? Of(Finding finding, string words)
    {
        if (finding.Note is not { } note || note.LastIndexOf(words, StringComparison.Ordinal) is not (>= 0 and var at)) return null;
        var digits = note.AsSpan(at + words.Length).Trim();
        return digits.Length >= Digits && !digits[..Digits].ContainsAnyExcept("0123456789abcdef") ? digits[..Digits].ToString() : null;
    }
}
