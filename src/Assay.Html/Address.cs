namespace Assay.Html;

/// <summary>Which addresses a page may lead to: https, http, mailto, and places in the page itself.</summary>
public static class Address
{
    /// <summary>True for an absolute https, http or mailto address without blanks or controls, and for a fragment.</summary>
    public static bool IsAllowed(string address)
    {
        if (IsFragment(address)) return true;
        if (address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '\\' or '<' or '>' or '"')) return false;
        if (Encoder.Visible(address) != address) return false;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && ((uri.Scheme is "https" or "http" && address.StartsWith(uri.Scheme + "://", StringComparison.OrdinalIgnoreCase) && uri.Host.Length > 0)
                || uri.Scheme == "mailto")
            && uri.UserInfo.Contains(':') == false;
    }

    /// <summary>A place in the same site: one slash, then segments of letters, digits and <c>-._~</c>, then perhaps a query of those and <c>=&amp;%+:</c>.</summary>
    public static bool IsLocal(string address)
    {
        if (address.Length is 0 or > 2000 || address[0] != '/' || address is ['/', '/', ..]) return false;
        var query = address.IndexOf('?');
        var path = query < 0 ? address.AsSpan() : address.AsSpan(0, query);
        return path.IndexOfAnyExcept(Path) < 0 && path.IndexOf("/..") < 0 && (query < 0 || address.AsSpan(query + 1).IndexOfAnyExcept(Query) < 0);
    }

    /// <summary>A place in the same page: <c>#</c> and letters, digits, point, minus, underscore.</summary>
    public static bool IsFragment(string address) =>
        address.Length > 1 && address[0] == '#' && address.AsSpan(1).IndexOfAnyExcept(Fragment) < 0;

    /// <summary>A fragment's name out of any text: what is not allowed becomes a minus.</summary>
    public static string Name(string text) => string.Create(text.Length, text, static (name, text) =>
    {
        for (var i = 0; i < name.Length; i++) name[i] = Fragment.Contains(text[i]) ? text[i] : '-';
    });

    private static readonly System.Buffers.SearchValues<char> Path =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~/");

    private static readonly System.Buffers.SearchValues<char> Query =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~/=&%+:");

    private static readonly System.Buffers.SearchValues<char> Fragment =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");
}
