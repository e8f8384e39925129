namespace Assay.Exchange.Cases;

/// <summary>Who acts in a case: a named person in a role, or a machine that can only signal.</summary>
public sealed record Actor(string Name, string Role)
{
    /// <summary>The machine that matches advisories with inventories.</summary>
    public static readonly Actor Registry = new("registry", "registry");

    /// <summary>A gateway that saw an incident.</summary>
    public static Actor Gateway(string name) => new(name, "gateway");

    public bool IsMachine => Role is "registry" or "gateway";

    public override string ToString() => $"{Name} ({Role})";
}

/// <summary>An act that a case does not allow; says what was expected and what was found. Nothing changed.</summary>
public sealed class RefusedException(string expected, string found, string where) : Exception($"expected {expected}, found {found} ({where})")
{
    public string Expected { get; } = expected;
    public string Found { get; } = found;
    /// <summary>The case, or the field of the request.</summary>
    public string Where { get; } = where;
}
