using System.Text.RegularExpressions;
using Assay.Evidence.Reading;

namespace Assay.Software.Components;

/// <summary>What package URLs of one type promise beyond the common form: a row of <c>purl-types.tsv</c>.</summary>
internal sealed class PurlType
{
    /// <summary>Every row by its type, which is in lower case.</summary>
    private static readonly Dictionary<string, PurlType> All =
        DataFile.Open(typeof(PurlType), "purl-types.tsv").Rows.ToDictionary(r => r.Need("type"), r => new PurlType(r), StringComparer.Ordinal);

    private readonly HashSet<string> changes;

    private PurlType(DataRow row)
    {
        Name = row.Need("type");
        Space = row.Need("space");
        changes = [.. row.List("change", ',')];
        var qualifiers = row.List("qualifiers", ',');
        Qualifiers = [.. qualifiers.Select(q => q.TrimEnd('!'))];
        Needed = [.. qualifiers.Where(q => q.EndsWith('!')).Select(q => q[..^1])];
        NamePattern = row["name"] is { } name ? Whole(name) : null;
        VersionPattern = row["version"] is { } version ? Whole(version) : null;
    }

    public string Name { get; }
    /// <summary><c>required</c>, <c>optional</c> or <c>prohibited</c>.</summary>
    public string Space { get; }
    /// <summary>The qualifiers that the type itself defines, and those of them that must be there.</summary>
    public IReadOnlyList<string> Qualifiers { get; }
    public IReadOnlyList<string> Needed { get; }
    public Regex? NamePattern { get; }
    public Regex? VersionPattern { get; }

    /// <summary>The row of a type, in lower case; null for one that nobody registered.</summary>
    public static PurlType? Of(string type) => All.GetValueOrDefault(type);

    /// <summary>Space, name, version and subpath as the canonical form writes them.</summary>
    public (string? Space, string Name, string? Version, string? Subpath) Canonical(
        string? space, string name, string? version, string? subpath, IReadOnlyList<KeyValuePair<string, string>> qualifiers)
    {
        if (changes.Contains("space=lower")) space = space?.ToLowerInvariant();
        if (changes.Contains("space=upper")) space = space?.ToUpperInvariant();
        if (changes.Contains("name=lower") || changes.Contains("name=host") && HasCaselessNames(space) || changes.Contains("name=server") && HasCaselessNames(qualifiers)) name = name.ToLowerInvariant();
        if (changes.Contains("name=dash") || changes.Contains("name=kebab")) name = name.Replace('_', '-');
        if (changes.Contains("name=underscore")) name = string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++) to[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
        });
        if (changes.Contains("version=lower")) version = version?.ToLowerInvariant();
        if (changes.Contains("subpath=lower")) subpath = subpath?.ToLowerInvariant();
        return (space, name, version, subpath);
    }

    // Forges whose owners and repositories are found whatever their case.
    private static bool HasCaselessNames(string? host) => host is "github" or "github.com" or "bitbucket" or "bitbucket.org" or "gitlab" or "gitlab.com";

    // Models of Databricks have no case, those of other servers do (mlflow-definition.json, note of the name).
    private static bool HasCaselessNames(IReadOnlyList<KeyValuePair<string, string>> qualifiers) =>
        qualifiers.Any(q => q.Key == "repository_url" && q.Value.Contains("databricks", StringComparison.OrdinalIgnoreCase));

    private static Regex Whole(string pattern) => new($"^(?:{pattern})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
