namespace Assay.Software.Matching;

/// <summary>Who a package URL names (package-url specification): type, namespace, name, and the version where it has one.</summary>
public sealed record PackageName(string Type, string? Space, string Name, string? Version)
{
    /// <summary>Reads <c>pkg:type/namespace/name@version?qualifiers#subpath</c>; null for anything else.</summary>
    public static PackageName? Read(string? purl)
    {
        if (purl is null || purl.Length > 4096 || !purl.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase)) return null;
        var rest = purl[4..].TrimStart('/');
        if (rest.IndexOf('#') is var hash and >= 0) rest = rest[..hash];
        if (rest.IndexOf('?') is var mark and >= 0) rest = rest[..mark];
        string? version = null;
        if (rest.LastIndexOf('@') is var at and > 0 && at > rest.LastIndexOf('/'))
        {
            version = Uri.UnescapeDataString(rest[(at + 1)..]);
            rest = rest[..at];
        }
        var parts = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2) return null;
        var name = Uri.UnescapeDataString(parts[^1]);
        var space = parts.Length == 2 ? null : string.Join('/', parts[1..^1].Select(Uri.UnescapeDataString));
        return new PackageName(parts[0].ToLowerInvariant(), space, name, string.IsNullOrEmpty(version) ? null : version);
    }

    /// <summary>The same package, whatever its version; upper and lower case are one.</summary>
    public bool IsSamePackage(PackageName other) =>
        Type == other.Type && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase) && string.Equals(Space ?? "", other.Space ?? "", StringComparison.OrdinalIgnoreCase);
}
