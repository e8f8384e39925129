namespace Assay.Registry.Access;

/// <summary>Which roles may call an endpoint: any one of them is enough.</summary>
internal sealed record RoleRequirement(Role Roles, bool AnyRole);

/// <summary>Why an endpoint that changes something is open to everybody.</summary>
internal sealed record OpenToAll(string Reason);

/// <summary>How many bytes a body may have; without this mark an endpoint takes <see cref="Standard"/>.</summary>
internal sealed record BodyLimit(long Bytes)
{
    public const long Standard = 64 << 10;
}

/// <summary>What an endpoint asks of who calls it; <see cref="Gate"/> looks before a byte of the body is read.</summary>
public static class RequireRoleExtensions
{
    /// <summary>Only for people with one of these roles.</summary>
    public static T RequireRole<T>(this T endpoint, Role roles) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new RoleRequirement(roles, AnyRole: false));

    /// <summary>For everybody who holds a key.</summary>
    public static T RequireSignIn<T>(this T endpoint) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new RoleRequirement(Role.None, AnyRole: true));

    /// <summary>Changes something and asks for no role, because it checks in another way.</summary>
    public static T Open<T>(this T endpoint, string reason) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new OpenToAll(reason));

    /// <summary>Takes bodies of up to this many bytes instead of 64 KiB.</summary>
    public static T BodyAtMost<T>(this T endpoint, long bytes) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new BodyLimit(bytes));

    private static readonly object PersonKey = new(), SessionKey = new();

    /// <summary>Who calls; null for a stranger. Never null behind <see cref="RequireRole"/>.</summary>
    public static Person? Person(this HttpContext context) => context.Items[PersonKey] as Person;

    /// <summary>The browser's session; null for strangers and for programs with a key.</summary>
    public static Session? Session(this HttpContext context) => context.Items[SessionKey] as Session;

    internal static void Set(HttpContext context, Person person, Session? session)
    {
        context.Items[PersonKey] = person;
        context.Items[SessionKey] = session;
    }
}
