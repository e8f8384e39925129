namespace Assay.Custody.Freezing;

/// <summary>The names that a freeze has besides its items.</summary>
public static class FreezeLayout
{
    /// <summary>One line a file, as <c>sha256sum</c> writes it: all items and the pages.</summary>
    public const string Sums = "SHA256SUMS";
    /// <summary>Detached CMS signature over <see cref="Sums"/> (RFC 5652, DER).</summary>
    public const string Signature = "SHA256SUMS.p7s";
    /// <summary>Time-stamp response over <see cref="Signature"/> (RFC 3161, DER).</summary>
    public const string Token = "token.tsr";
    public const string Text = "README.txt";
    public const string Page = "page.html";

    public static readonly IReadOnlyList<string> Reserved = [Sums, Signature, Token, Text, Page];

    /// <summary>Bytes that a freeze may hold in all.</summary>
    public const int MostBytes = 1 << 30;
    /// <summary>Files that a freeze may hold.</summary>
    public const int MostFiles = 4096;
}
