using System.Text;

namespace Assay.Software.Components;

/// <summary>Package URLs (package-url specification) for what we name ourselves: type, namespace, name, version, qualifiers.</summary>
public static class Purl
{
    /// <summary><c>pkg:deb/debian/libexpat1@2.5.0-1%2Bdeb12u1?arch=armhf</c></summary>
    /// <param name="qualifiers">In the order of their names, as the canonical form asks; empty values are left out.</param>
    public static string Of(string type, string? space, string name, string? version, params ReadOnlySpan<(string Name, string? Value)> qualifiers)
    {
        var purl = new StringBuilder("pkg:").Append(type).Append('/');
        if (!string.IsNullOrEmpty(space)) purl.Append(Encode(space)).Append('/');
        purl.Append(Encode(name));
        if (!string.IsNullOrEmpty(version)) purl.Append('@').Append(Encode(version));
        var mark = '?';
        foreach (var (key, value) in qualifiers)
        {
            if (string.IsNullOrEmpty(value)) continue;
            purl.Append(mark).Append(key).Append('=').Append(Encode(value));
            mark = '&';
        }
        return purl.ToString();
    }

    private static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'~' or (byte)':') encoded.Append((char)b);
            else encoded.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{b:X2}");
        }
        return encoded.ToString();
    }
}
