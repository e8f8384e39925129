namespace Assay.Evidence;

/// <summary>How a secret is shown: the first two characters and the length, never more (command.md; semantics.md section 6).</summary>
public static class Shortened
{
    /// <summary><c>hunter22</c> becomes <c>hu… (8)</c>; up to four characters show only their length, since two of them would be half.</summary>
    public static string Secret(string secret) => secret.Length <= 4 ? $"… ({secret.Length})" : $"{Visible(secret[..2])}… ({secret.Length})";

    /// <summary><c>admin:1234</c> becomes <c>admin:… (4)</c>: the user name whole, the password shortened.</summary>
    public static string Credential(string user, string password) => $"{Visible(user)}:{Secret(password)}";

    /// <summary>Text out of hostile bytes, fit for a terminal: control characters become <c>\xNN</c>.</summary>
    public static string Visible(string text)
    {
        if (IsVisible(text)) return text;
        var visible = new System.Text.StringBuilder();
        foreach (var c in text)
        {
            if (NotVisible(c)) visible.Append(c <= 0xff ? $"\\x{(int)c:x2}" : $"\\u{(int)c:x4}");
            else visible.Append(c);
        }
        return visible.ToString();
    }

    private static bool IsVisible(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (NotVisible(c)) return false;
        }
        return true;
    }

    // Besides controls: the directional overrides that can make a terminal or page show another text than the one that was read.
    private static bool NotVisible(char c) => char.IsControl(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069';
}
