using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>
/// A security database of Alpine and of those who build packages in the same way (Wolfi, Chainguard): for each package of one repository, which version mended which vulnerabilities.
/// </summary>
/// <remarks>Form: https://secdb.alpinelinux.org/ and the tool that writes it (alpine/infra/docker/secdb). A version <c>0</c> says that the package never was affected.</remarks>
internal static class AlpineDatabase
{
    public static bool Looks(JsonElement root) => root.Part("packages") is { ValueKind: JsonValueKind.Array } packages && (root.Part("distroversion") ?? root.Part("reponame") ?? root.Part("apkurl")) is not null
        && packages.EnumerateArray().Take(1).All(p => p.Part("pkg") is not null);

    /// <summary>One advisory for each vulnerability and repository: another release's database says something of its own.</summary>
    /// <param name="lose">Told of what is not in the form: place, expected, found.</param>
    public static IEnumerable<Advisory> Read(JsonElement root, Action<string, string, string> lose)
    {
        var ecosystem = Ecosystem(root);
        var repository = root.Text("reponame") ?? "main";
        var issues = new Dictionary<string, (HashSet<string> Names, List<AffectedRange> Ranges)>(StringComparer.Ordinal);
        var index = 0;
        foreach (var entry in root.List("packages"))
        {
            var at = $"packages[{index++}]";
            if (entry.Part("pkg") is not { } package || package.Text("name") is not { Length: > 0 } name)
            {
                lose(at, "a package with a name", "none");
                continue;
            }
            if (package.Part("secfixes") is not { ValueKind: JsonValueKind.Object } versions) continue;
            foreach (var version in versions.EnumerateObject())
            {
                var mended = Shortened.Visible(version.Name);
                // Some versions carry an empty object in place of a list.
                if (version.Value.ValueKind != JsonValueKind.Array) continue;
                if (!mended.Any(char.IsAsciiDigit))
                {
                    lose($"{at} {name}", "a version", mended);
                    continue;
                }
                foreach (var names in version.Value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => (v.GetString() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                {
                    // "CVE-2018-7540 XSA-252" is one vulnerability under two names.
                    var known = names.Select(Shortened.Visible).Where(n => n.Length is > 3 and < 64 && n.Contains('-', StringComparison.Ordinal)).ToList();
                    if (known.Count == 0) continue;
                    if (!issues.TryGetValue(known[0], out var issue)) issues[known[0]] = issue = (new HashSet<string>(StringComparer.Ordinal), []);
                    issue.Names.UnionWith(known);
                    issue.Ranges.Add(new AffectedRange
                    {
                        Product = new AffectedProduct { Name = name, Ecosystem = ecosystem },
                        Versions = new VersionSet { Scheme = VersionScheme.Apk, Inside = mended == "0" ? [] : [VersionInterval.Before(mended)] },
                        Standing = mended == "0" ? Standing.NotAffected : Standing.Affected,
                    });
                }
            }
        }
        foreach (var (id, (names, ranges)) in issues.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            yield return new Advisory
            {
                Id = $"{ecosystem}/{repository}#{id}",
                Aliases = [.. names.Order(StringComparer.Ordinal)],
                Source = AdvisorySource.Alpine,
                Ranges = [.. ranges.OrderBy(r => r.Product.Name, StringComparer.Ordinal)],
            };
        }
    }

    private static string Ecosystem(JsonElement root)
    {
        var from = root.Text("urlprefix") ?? "";
        if (from.Contains("wolfi", StringComparison.OrdinalIgnoreCase)) return "Wolfi";
        if (from.Contains("chainguard", StringComparison.OrdinalIgnoreCase)) return "Chainguard";
        return root.Text("distroversion") is { Length: > 0 } release ? DistributionRelease.Of($"alpine-{release}") ?? "Alpine" : "Alpine";
    }
}
