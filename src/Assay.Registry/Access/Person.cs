namespace Assay.Registry.Access;

/// <summary>What a person may do here. Roles are given one by one; an administrator may give them and do nothing else.</summary>
[Flags]
public enum Role { None = 0, Administrator = 1, Assessor = 2, Authority = 4, Csirt = 8 }

/// <summary>Somebody who holds a key of this registry.</summary>
/// <param name="Id">Eight hexadecimal digits; stays where the name is forgotten.</param>
/// <param name="Name">As given by the administrator; lives in the database only.</param>
public sealed record Person(string Id, string Name, Role Roles)
{
    public bool Has(Role role) => (Roles & role) != 0;
}

internal static class RoleNames
{
    private static readonly (Role Role, string Name)[] All =
        [(Role.Administrator, "administrator"), (Role.Assessor, "assessor"), (Role.Authority, "authority"), (Role.Csirt, "csirt")];

    public static IReadOnlyList<string> Names(this Role roles) => [.. All.Where(r => (roles & r.Role) != 0).Select(r => r.Name)];

    /// <summary>Null where no role has this name.</summary>
    public static Role? Find(string name) => All.FirstOrDefault(r => r.Name == name) is { Role: not Role.None } found ? found.Role : null;

    public static string Known => string.Join(", ", All.Select(r => r.Name));
}
