using Assay.Evidence;

namespace Assay.Assessment.Declarations;

/// <summary>What the maker writes down for one path through a decision tree of EN 18031: for one asset with its mechanism, one interface, or the device whole.</summary>
public sealed record TreeRecord
{
    /// <summary><c>ACM-1</c></summary>
    public required string Requirement { get; init; }
    /// <summary>What the question is asked of: an asset, an interface, a part of the software; empty for the device whole.</summary>
    public string Asset { get; init; } = "";
    /// <summary>What protects it, where the requirement is about a mechanism.</summary>
    public string Mechanism { get; init; } = "";
    /// <summary>E.Info: facts by their names, ordered by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];
    /// <summary>E.Info.DT: answers by node id, each node once.</summary>
    public required IReadOnlyList<TreeAnswer> Path { get; init; }
    /// <summary>E.Just for the path whole; a node may have its own.</summary>
    public string? Reason { get; init; }
    /// <summary>The maker says that the device has nothing of this kind; then there is no path.</summary>
    public bool IsNone { get; init; }
    public required Location Location { get; init; }
    public Signer? SignedBy { get; init; }
    public string? SignatureNote { get; init; }

    /// <summary><c>Wi-Fi password × settings page</c>, for headings and messages.</summary>
    public string Name => (Asset, Mechanism) switch
    {
        ("", "") => IsNone ? "nothing of this kind" : "the device whole",
        (_, "") => Asset,
        ("", _) => Mechanism,
        _ => $"{Asset} × {Mechanism}",
    };

    public TreeAnswer? On(string node) => Path.FirstOrDefault(a => a.Node == node);
}

/// <param name="Node"><c>DT.ACM-1.DN-1</c></param>
/// <param name="Reason">E.Just of this node; null where only the record as a whole has one.</param>
public sealed record TreeAnswer(string Node, bool Answer, string? Reason, Location Location);
