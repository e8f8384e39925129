using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>One record in the CVE record format 5: what the assigner and others who added to it call affected.</summary>
internal static partial class CveRecord
{
    private const int MostFiles = 64;

    public static bool Looks(JsonElement record) => record.Part("cveMetadata") is { ValueKind: JsonValueKind.Object };

    /// <exception cref="UnreadableException">No identifier.</exception>
    public static Advisory Read(JsonElement record)
    {
        var about = record.Part("cveMetadata")!.Value;
        if (about.Text("cveId") is not { Length: > 0 } id) throw new UnreadableException("cveMetadata with a cveId", "none", 0);
        var assigner = record.Part("containers")?.Part("cna");
        var containers = new List<JsonElement>();
        if (assigner is { } first) containers.Add(first);
        if (record.Part("containers") is { } all) containers.AddRange(all.List("adp"));
        var exploited = containers.SelectMany(c => c.List("metrics")).Select(m => m.Part("other")).Where(o => o?.Text("type") == "kev").Select(o => o!.Value.Part("content")).FirstOrDefault();
        return new Advisory
        {
            Id = id,
            Source = AdvisorySource.Cve5,
            Summary = assigner?.Text("title") ?? assigner?.List("descriptions").Select(d => d.Text("value")).FirstOrDefault(),
            Published = about.Time("datePublished"),
            Modified = about.Time("dateUpdated"),
            Withdrawn = about.Text("state") == "REJECTED",
            Exploited = exploited is not null,
            ExploitedSince = exploited?.Day("dateAdded"),
            Ranges = [.. containers.SelectMany(Affected)],
            Files = [.. containers.SelectMany(c => c.List("affected")).SelectMany(a => a.Texts("programFiles")).Distinct(StringComparer.Ordinal).Take(MostFiles)],
        };
    }

    private static IEnumerable<AffectedRange> Affected(JsonElement container)
    {
        foreach (var node in container.List("cpeApplicability"))
        {
            foreach (var range in Nvd.Configuration(node)) yield return range;
        }
        foreach (var affected in container.List("affected"))
        {
            var products = Products(affected);
            if (products.Count == 0) continue;
            var (versions, told) = Versions(affected);
            foreach (var product in products) yield return new AffectedRange { Product = product, Versions = versions, Told = told };
        }
    }

    private static List<AffectedProduct> Products(JsonElement affected)
    {
        var named = affected.Texts("cpes").Select(CpeName.Read).OfType<CpeName>().DistinctBy(c => (c.Part, c.Vendor, c.Product))
            .Select(c => new AffectedProduct { Vendor = c.Vendor, Name = c.Product, IsCpe = true, Part = c.Part }).ToList();
        var (vendor, product) = (affected.Text("vendor"), affected.Text("product"));
        if (IsNamed(product)) named.Add(new AffectedProduct { Vendor = IsNamed(vendor) ? vendor : null, Name = product!.Trim() });
        return named;

        static bool IsNamed(string? text) => !string.IsNullOrWhiteSpace(text) && !text.Equals("n/a", StringComparison.OrdinalIgnoreCase) && text != "unspecified" && text != "*";
    }

    private static (VersionSet?, string?) Versions(JsonElement affected)
    {
        var (inside, outside, told, git) = (new List<VersionInterval>(), new List<VersionInterval>(), new List<string>(), false);
        foreach (var entry in affected.List("versions"))
        {
            var (version, status) = (entry.Text("version") ?? "", entry.Text("status") ?? "unknown");
            if (entry.Text("versionType") == "git" || Commit().IsMatch(version) || Commit().IsMatch(entry.Text("lessThan") ?? entry.Text("lessThanOrEqual") ?? ""))
            {
                git = true;
                continue;
            }
            if (status == "unknown") continue;
            var runs = Runs(version, entry.Text("lessThan"), entry.Text("lessThanOrEqual"));
            if (runs.Count == 0)
            {
                told.Add(version);
                continue;
            }
            var list = status == "affected" ? inside : outside;
            list.AddRange(runs);
            // A change inside the run: from there on another status holds.
            foreach (var change in entry.List("changes"))
            {
                if (change.Text("at") is { Length: > 0 } at && change.Text("status") is { } turned && turned != status && status == "affected") outside.Add(new VersionInterval(at, false, runs[0].To, runs[0].Through));
            }
        }
        var everything = affected.Text("defaultStatus") == "affected";
        if (everything && (outside.Count > 0 || inside.Count > 0)) inside = [VersionInterval.Everything, .. inside];
        else if (everything && told.Count == 0 && !git) inside = [VersionInterval.Everything];
        var words = told.Count == 0 ? null : string.Join(", ", told.Distinct(StringComparer.Ordinal).Take(8));
        if (inside.Count > 0) return (new VersionSet { Scheme = VersionScheme.Generic, Inside = inside, Outside = outside }, words);
        // Commits or unaffected versions alone: nothing that a version could be inside of.
        if (git && told.Count == 0 || outside.Count > 0 && told.Count == 0) return (new VersionSet { Scheme = VersionScheme.Generic, Inside = [] }, git ? "commits only" : null);
        return (null, words ?? "no version");
    }

    /// <summary>What an entry says in fields, or in words that say the same; empty where nobody can tell.</summary>
    internal static List<VersionInterval> Runs(string version, string? lessThan, string? lessThanOrEqual)
    {
        version = version.Trim();
        if ((lessThan ?? lessThanOrEqual) is { Length: > 0 } bound)
        {
            var start = version is "0" or "*" or "" or "n/a" or "unspecified" or "-" ? null : version;
            var end = bound.Trim();
            if (end is "*" or "unspecified" or "n/a" or "") return [new VersionInterval(start, false, null, false)];
            // 5.4.* stands for every version that begins with 5.4.
            if (end.EndsWith(".*", StringComparison.Ordinal) && Next(end[..^2]) is { } next) return [new VersionInterval(start, false, next, false)];
            if (!Number().IsMatch(end)) return [];
            // "8.4.0, less than 8.4.0" is how one assigner's tool writes "before 8.4.0".
            if (start == end && lessThan is not null) start = null;
            return [new VersionInterval(start, false, end, lessThan is null)];
        }
        if (version == "*") return [VersionInterval.Everything];
        if (Number().IsMatch(version)) return [VersionInterval.Only(version)];
        var runs = new List<VersionInterval>();
        if (Between().Match(version) is { Success: true } between) runs.Add(new VersionInterval(between.Groups["a"].Value, false, between.Groups["b"].Value, true));
        else if (Until().Match(version) is { Success: true } until) runs.Add(new VersionInterval(null, false, until.Groups["v"].Value, until.Groups["op"].Value is "<=" or "up to" or "through"));
        else if (Span().Match(version) is { Success: true } span)
            runs.Add(new VersionInterval(span.Groups["a"].Value, span.Groups["o"].Value == ">", span.Groups["b"].Value, span.Groups["p"].Value == "<="));
        // OpenSSL: "Fixed in OpenSSL 1.1.1d (Affected 1.1.1-1.1.1c)".
        else if (Affected().Match(version) is { Success: true } affected)
            runs.Add(affected.Groups["b"].Success ? new VersionInterval(affected.Groups["a"].Value, false, affected.Groups["b"].Value, true) : VersionInterval.Only(affected.Groups["a"].Value));
        return runs;
    }

    /// <summary>5.4 → 5.5: the first version outside of 5.4.*</summary>
    private static string? Next(string prefix)
    {
        var dot = prefix.LastIndexOf('.');
        return long.TryParse(prefix.AsSpan(dot + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var last) && last < long.MaxValue
            ? $"{prefix[..(dot + 1)]}{last + 1}" : null;
    }

    // The short and the full name of a commit; versionType does not always say that it is one.
    [GeneratedRegex(@"\A-?(?=[0-9a-f]*[a-f])(?:[0-9a-f]{12}|[0-9a-f]{40})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();

    // A version: it begins with a digit (or v and a digit) and has no blank in it.
    [GeneratedRegex(@"\A[vV]?\d[^\s<>=,;]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"\A(?:versions? )?(?<a>v?\d\S{0,40}) (?:to|through|-) (?<b>v?\d\S{0,40})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Between();

    [GeneratedRegex(@"\A(?:versions? |all versions? )?(?<op><=|<|before|prior to|up to|through) ?(?:version )?(?<v>v?\d[^\s,;]{0,40})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Until();

    [GeneratedRegex(@"\(Affected (?<a>\d[^\s()-]{0,40})(?:-(?<b>\d[^\s()-]{0,40}))?\)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Affected();

    [GeneratedRegex(@"\A(?<o>>=?) ?(?<a>v?\d[^\s,;]{0,40}) ?,? ?(?<p><=?) ?(?<b>v?\d[^\s,;]{0,40})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Span();
}
