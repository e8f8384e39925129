using System.Text;
using Assay.Evidence;

namespace Assay.Software.Components.Packages;

/// <summary>What an installed Python distribution says of itself: <c>NAME.dist-info/METADATA</c>, <c>NAME.egg-info/PKG-INFO</c> or one file <c>NAME.egg-info</c>.</summary>
/// <remarks>Reference: PyPA specifications "Core metadata" and "Recording installed projects". Headers end at the first empty line; what follows is a description and is not read.</remarks>
public static class PythonMetadata
{
    private const int MostLines = 4096, LongestName = 214, LongestVersion = 128;

    public static bool Is(string path) =>
        path.EndsWith(".dist-info/METADATA", StringComparison.Ordinal) || path.EndsWith(".egg-info/PKG-INFO", StringComparison.Ordinal) || path.EndsWith(".egg-info", StringComparison.Ordinal);

    /// <summary>The distribution, or null and a loss where it names none.</summary>
    public static Component? Read(string text, Location at, List<Loss> losses)
    {
        var (name, version, licence, expression, line) = ("", "", "", "", 0);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            if (row.Trim().IsEmpty || ++line > MostLines) break;
            if (row[0] is ' ' or '\t' || row.IndexOf(':') is not (> 0 and var colon)) continue;
            var value = row[(colon + 1)..].Trim();
            var key = row[..colon];
            if (key.Equals("Name", StringComparison.OrdinalIgnoreCase) && name.Length == 0) name = value.ToString();
            else if (key.Equals("Version", StringComparison.OrdinalIgnoreCase) && version.Length == 0) version = value.ToString();
            else if (key.Equals("License-Expression", StringComparison.OrdinalIgnoreCase)) expression = value.ToString();
            else if (key.Equals("License", StringComparison.OrdinalIgnoreCase) && value.Length <= 100) licence = value.ToString();
        }
        if (!IsName(name) || version.Length is 0 or > LongestVersion || version.AsSpan().ContainsAny(' ', '\0'))
        {
            losses.Add(new Loss { Location = at, Expected = "the name and version of a Python distribution", Found = name.Length == 0 ? "no name" : $"name {Shortened.Visible(name)}, version {Shortened.Visible(version)}" });
            return null;
        }
        var said = expression.Length > 0 ? expression : licence;
        return new Component
        {
            Name = name,
            Version = Shortened.Visible(version),
            Package = Shortened.Visible(version),
            Purl = Purl.Of("pypi", null, Normal(name), version),
            Licence = said.Length == 0 || said == "UNKNOWN" ? null : Shortened.Visible(said),
            Evidence = [new ComponentEvidence("package database", at, 0.95)],
        };
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    // Lower case, and each run of hyphens, underlines and dots one hyphen.
    private static string Normal(string name)
    {
        var normal = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c)) normal.Append(char.ToLowerInvariant(c));
            else if (normal.Length > 0 && normal[^1] != '-') normal.Append('-');
        }
        return normal.ToString();
    }
}
