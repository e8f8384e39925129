using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>Who a package URL names: type, namespace, name, and the version where it has one, each as the type's canonical form writes it.</summary>
public sealed record PackageName(string Type, string? Space, string Name, string? Version)
{
    /// <summary>Of any text that begins like a package URL (<see cref="Purl.Read"/>); null for anything else.</summary>
    public static PackageName? Read(string? purl) => Purl.Read(purl)?.Matching;

    /// <summary>The same package, whatever its version; upper and lower case are one.</summary>
    public bool IsSamePackage(PackageName other) =>
        Type == other.Type && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase) && string.Equals(Space ?? "", other.Space ?? "", StringComparison.OrdinalIgnoreCase);
}
