namespace Assay.Traffic.Mud;

/// <summary>A DNS name that may stand in a rule set: letters, digits, hyphens, underscores and dots only, at most 253 characters.</summary>
public static class DnsName
{
    /// <summary>The name in lower case without a final dot; false for anything else: empty labels, addresses, wildcards, other characters.</summary>
    public static bool TryRead(string? text, out string name)
    {
        name = "";
        if (text is null) return false;
        if (text.EndsWith('.')) text = text[..^1];
        if (text.Length is 0 or > 253) return false;
        var label = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (label == 0) return false;
                label = 0;
                continue;
            }
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_') || ++label > 63) return false;
        }
        if (label == 0) return false;
        // A last label of digits is an address or a mistake: no top-level domain is a number (RFC 3696 section 2).
        if (text.AsSpan(text.LastIndexOf('.') + 1).IndexOfAnyExceptInRange('0', '9') < 0) return false;
        name = text.ToLowerInvariant();
        return true;
    }
}
