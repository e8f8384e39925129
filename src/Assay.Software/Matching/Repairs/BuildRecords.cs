using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;

namespace Assay.Software.Matching.Repairs;

/// <summary>
/// What a build says of the vulnerabilities in what it built, recognised by content: Debian changelogs, Buildroot's package files (<c>FOO_IGNORE_CVES</c>) and its
/// <c>make show-info</c>, OpenEmbedded's recipes (<c>CVE_STATUS[…]</c>) and the report of its cve-check.
/// </summary>
/// <remarks>
/// Buildroot manual, "generic-package reference": a CVE is ignored where a patch mends it or where it does not concern the package. OpenEmbedded, conf/cve-check-map.conf: the words of
/// a status; "disputed", "ignored" and "upstream-wontfix" say nothing about the code, so they are left out here.
/// </remarks>
public static partial class BuildRecords
{
    private const int MostRepairs = 100_000, Depth = 32;

    /// <summary>Reads one file.</summary>
    /// <param name="name">The file's own name without folders: a recipe's name and version stand in it (<c>avahi_0.9.bb</c>, <c>cpio.mk</c>).</param>
    /// <exception cref="UnreadableException">None of the known forms.</exception>
    public static IReadOnlyList<Repair> Read(string name, string text, Location at)
    {
        if (text.StartsWith('\ufeff')) text = text[1..];
        if (DebianChangelog.Looks(text)) return DebianChangelog.Read(text, null, at);
        if (text.AsSpan().TrimStart() is ['{', ..]) return Json(text, at);
        if (Ignored().IsMatch(text)) return Buildroot(text, at);
        if (Status().IsMatch(text)) return OpenEmbedded(name, text, at);
        throw new UnreadableException("a Debian changelog, a Buildroot package file or show-info, or an OpenEmbedded recipe or cve-check report that names a CVE", "none of them", 0);
    }

    private static List<Repair> Buildroot(string text, Location at)
    {
        var (repairs, patch, lines) = (new List<Repair>(), (string?)null, text.Split('\n'));
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (Version().Match(line) is { Success: true } version) versions.TryAdd(version.Groups["name"].Value, version.Groups["version"].Value);
        }
        for (var i = 0; i < lines.Length && repairs.Count < MostRepairs; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0) patch = null;
            else if (line[0] == '#') patch = Patch().Match(line) is { Success: true } named ? named.Value : patch;
            else if (Ignored().Match(line) is { Success: true } ignored)
            {
                // A value goes on over lines that end in a backslash.
                var (value, from) = (new StringBuilder(ignored.Groups["value"].Value), i);
                while (value.Length > 0 && value[^1] == '\\' && i + 1 < lines.Length) value.Append(' ').Append(lines[++i].Trim());
                var variable = ignored.Groups["name"].Value;
                foreach (Match cve in Cve().Matches(value.ToString()))
                {
                    repairs.Add(new Repair
                    {
                        Source = variable.ToLowerInvariant().Replace('_', '-'),
                        Newest = versions.GetValueOrDefault(variable),
                        Vulnerability = cve.Value,
                        Kind = patch is null ? RepairKind.NotAffected : RepairKind.Fixed,
                        By = "Buildroot recipe",
                        Note = patch,
                        Location = at with { Line = from + 1 },
                    });
                }
            }
        }
        return repairs;
    }

    private static List<Repair> OpenEmbedded(string name, string text, Location at)
    {
        var (repairs, lines) = (new List<Repair>(), text.Split('\n'));
        var stem = name[..Math.Max(0, name.LastIndexOf('.') is var dot and > 0 ? dot : name.Length)];
        var (recipe, version) = stem.IndexOf('_') is var bar and > 0 ? (stem[..bar], stem[(bar + 1)..]) : (stem, null);
        if (version is "git" or "svn" or "%") version = null;
        for (var i = 0; i < lines.Length && repairs.Count < MostRepairs; i++)
        {
            if (Status().Match(lines[i]) is not { Success: true } status || KindOf(status.Groups["word"].Value) is not { } kind) continue;
            repairs.Add(new Repair
            {
                Source = recipe,
                Newest = version,
                Vulnerability = status.Groups["cve"].Value,
                Kind = kind,
                By = "OpenEmbedded recipe",
                Note = Shortened.Visible($"{status.Groups["word"].Value}{(status.Groups["why"].Value.Trim() is { Length: > 0 } why ? $": {why}" : "")}"),
                Location = at with { Line = i + 1 },
            });
        }
        return repairs;
    }

    private static RepairKind? KindOf(string word) => word switch
    {
        "fixed-version" or "backported-patch" or "cpe-stable-backport" or "patched" => RepairKind.Fixed,
        "not-applicable-config" or "not-applicable-platform" or "cpe-incorrect" => RepairKind.NotAffected,
        _ => null,
    };

    private static List<Repair> Json(string text, Location at)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Depth });
            var (root, repairs) = (document.RootElement, new List<Repair>());
            if (root.Part("package") is { ValueKind: JsonValueKind.Array } packages)
            {
                foreach (var package in packages.EnumerateArray())
                {
                    if (package.Text("name") is not { } name) continue;
                    foreach (var issue in package.List("issue"))
                    {
                        if (repairs.Count >= MostRepairs || issue.Text("id") is not { } id || !Cve().IsMatch(id)) continue;
                        var detail = issue.Text("detail") ?? "";
                        var kind = issue.Text("status") switch { "Patched" => RepairKind.Fixed, "Ignored" => KindOf(detail), _ => null };
                        if (kind is { } known) repairs.Add(new Repair { Source = name, Newest = package.Text("version"), Vulnerability = id, Kind = known, By = "OpenEmbedded cve-check", Note = detail.Length == 0 ? null : detail, Location = at with { Path = name } });
                    }
                }
                return repairs;
            }
            var (known2, seen) = (false, 0);
            foreach (var package in root.EnumerateObject())
            {
                if (package.Value.ValueKind != JsonValueKind.Object || package.Value.Part("type") is null) continue;
                known2 = true;
                foreach (var cve in package.Value.Texts("ignore_cves"))
                {
                    if (++seen > MostRepairs || !Cve().IsMatch(cve)) continue;
                    repairs.Add(new Repair { Source = Shortened.Visible(package.Name), Newest = package.Value.Text("version"), Vulnerability = cve, Kind = RepairKind.NotAffected, By = "Buildroot show-info", Note = "ignored by the build: mended by a patch, or not concerned", Location = at with { Path = Shortened.Visible(package.Name) } });
                }
            }
            if (known2) return repairs;
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException)
        {
            throw new UnreadableException($"JSON at most {Depth} deep", Shortened.Visible(bad.Message), 0);
        }
        throw new UnreadableException("show-info of Buildroot or a cve-check report of OpenEmbedded", "another JSON document", 0);
    }

    [GeneratedRegex(@"(?m)^[ \t]*(?<name>[A-Z][A-Z0-9_]{0,80})_IGNORE_CVES\s*[+:]?=\s*(?<value>[^\r\n]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Ignored();

    [GeneratedRegex(@"^\s*(?<name>[A-Z][A-Z0-9_]{0,80})_VERSION\s*[:]?=\s*v?(?<version>[0-9][\w.+~-]{0,63})\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Version();

    [GeneratedRegex(@"[\w.+-]{1,160}\.patch", RegexOptions.CultureInvariant)]
    private static partial Regex Patch();

    [GeneratedRegex(@"(?m)^[ \t]*CVE_STATUS\[(?<cve>CVE-[0-9]{4}-[0-9]{4,10})\]\s*[?:+]{0,2}=\s*[""'](?<word>[a-z-]{2,40})(?:\s*:\s*(?<why>[^""\r\n]{0,500}))?", RegexOptions.CultureInvariant)]
    private static partial Regex Status();

    [GeneratedRegex(@"CVE-[0-9]{4}-[0-9]{4,10}", RegexOptions.CultureInvariant)]
    private static partial Regex Cve();
}
