namespace Assay.Assessment.Declarations;

/// <summary>The words of the support column.</summary>
internal static class SupportWord
{
    /// <summary>Null for other words and for an empty cell; a remark after the word is cut off (<c>N/A (no debug port)</c>).</summary>
    public static Support? Of(string? text, out string? remark)
    {
        remark = null;
        if (string.IsNullOrWhiteSpace(text)) return null;
        var word = text.Trim().Replace("**", "", StringComparison.Ordinal).Trim('`', '_', '*').Trim();
        foreach (var cut in new[] { " (", "(", " - ", " – ", "; ", ", ", ": " })
        {
            if (word.IndexOf(cut, StringComparison.Ordinal) is > 0 and var at)
            {
                remark = word[at..].Trim(' ', '(', ')', '-', '–', ';', ',', ':');
                word = word[..at].Trim();
                break;
            }
        }
        return word.ToUpperInvariant() switch
        {
            "Y" or "YES" or "TRUE" or "SUPPORTED" or "✓" or "✔" or "☑" => Support.Yes,
            "N" or "NO" or "FALSE" or "NOT SUPPORTED" or "✗" or "✘" => Support.No,
            "N/A" or "NA" or "N.A." or "NOT APPLICABLE" => Support.NotApplicable,
            _ => null,
        };
    }
}
