using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Matching;
using Assay.Software.Matching.Versions;

namespace Assay.Software.Advisories;

/// <summary>One record in the Open Source Vulnerability format (OSV schema 1.x): packages, their listed versions, and ranges of events.</summary>
internal static class Osv
{
    public static bool Looks(JsonElement record) =>
        record.Part("id") is { ValueKind: JsonValueKind.String } && (record.Part("schema_version") is not null || record.Part("affected") is { ValueKind: JsonValueKind.Array });

    /// <exception cref="UnreadableException">No identifier.</exception>
    public static Advisory Read(JsonElement record)
    {
        if (record.Text("id") is not { Length: > 0 } id) throw new UnreadableException("a record with an id", "none", 0);
        var upstream = record.Texts("upstream").ToList();
        return new Advisory
        {
            Id = id,
            Source = AdvisorySource.Osv,
            // "upstream" names what a distribution's record is about, where it is one thing; "related" is something else.
            Aliases = [.. record.Texts("aliases").Concat(upstream.Count == 1 ? upstream : []).Where(a => a != id).Distinct(StringComparer.Ordinal)],
            Summary = record.Text("summary"),
            Published = record.Time("published"),
            Modified = record.Time("modified"),
            Withdrawn = record.Part("withdrawn") is not null,
            Ranges = [.. record.List("affected").Select(Affected).OfType<AffectedRange>()],
        };
    }

    private static AffectedRange? Affected(JsonElement affected)
    {
        if (affected.Part("package") is not { } package) return null;
        var purl = PackageName.Read(package.Text("purl"));
        var name = package.Text("name") ?? purl?.Name;
        if (string.IsNullOrEmpty(name)) return null;
        var ecosystem = package.Text("ecosystem");
        // Software outside of any ecosystem counts as upstream does; of an ecosystem that nobody described the order is not known.
        var known = VersionSchemes.OfEcosystem(ecosystem) ?? VersionSchemes.OfType(purl?.Type) ?? (string.IsNullOrEmpty(ecosystem) ? VersionScheme.Generic : null);
        var ranges = affected.List("ranges").ToList();
        var semantic = ranges.Any(r => r.Text("type") == "SEMVER");
        if (semantic && known is not (VersionScheme.SemVer or VersionScheme.SemVerBuild or VersionScheme.NuGet)) known = VersionScheme.SemVer;
        var scheme = known ?? VersionScheme.Generic;
        var inside = new List<VersionInterval>();
        var (commits, unordered) = (false, false);
        foreach (var range in ranges)
        {
            if (range.Text("type") == "GIT") commits = true;
            else if (known is null) unordered = true;
            else inside.AddRange(VersionEvents.Runs(Events(range), scheme));
        }
        var listed = affected.Texts("versions").Select(v => commits ? Released(v, name) : v).Distinct(StringComparer.Ordinal).Select(VersionInterval.Only);
        inside.AddRange(listed);
        return new AffectedRange
        {
            Product = new AffectedProduct { Name = name, Ecosystem = ecosystem, Package = purl is null ? null : purl with { Version = null } },
            // By the format's own rule a version that is neither listed nor in a range of versions is not affected; commits alone name no version.
            Versions = inside.Count > 0 || commits && !unordered ? new VersionSet { Scheme = scheme, Inside = inside } : null,
            Told = inside.Count > 0 ? null : unordered ? $"ranges of {Shortened.Visible(ecosystem!)}, whose order is not known" : commits ? "commits only" : null,
        };
    }

    private static IEnumerable<VersionEvent> Events(JsonElement range)
    {
        foreach (var one in range.List("events"))
        {
            if (one.Text("introduced") is { } introduced) yield return new(VersionEventKind.Introduced, introduced);
            if (one.Text("fixed") is { } mended) yield return new(VersionEventKind.Fixed, mended);
            if (one.Text("last_affected") is { } last) yield return new(VersionEventKind.LastAffected, last);
            if (one.Text("limit") is { } limit) yield return new(VersionEventKind.Limit, limit);
        }
    }

    /// <summary>The version in a tag of a source repository: <c>curl-8_15_0</c> is 8.15.0, <c>v2.86</c> is 2.86, <c>rc-8_16_0-1</c> is a candidate of 8.16.0.</summary>
    internal static string Released(string tag, string product)
    {
        var text = tag;
        var candidate = text.StartsWith("rc-", StringComparison.OrdinalIgnoreCase);
        if (candidate) text = text[3..];
        // LIBXML2_6_31 and LIBXML2.9.0 are 2.6.31 and 2.9.0 of libxml2: a digit that ends the product's name is the version's first there, and in libxml2-2.9.1 it is not.
        if (text.StartsWith(product, StringComparison.OrdinalIgnoreCase) && text.Length > product.Length && text[product.Length] == '-') text = text[(product.Length + 1)..];
        var digit = text.AsSpan().IndexOfAnyInRange('0', '9');
        if (digit < 0) return tag;
        text = text[digit..];
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] == '_' && i > 0 && i + 1 < text.Length && char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1]) ? '.' : text[i]);
        }
        if (!candidate) return plain.ToString();
        var dash = plain.ToString().LastIndexOf('-');
        return dash < 0 ? plain + "-rc" : $"{plain.ToString()[..dash]}-rc{plain.ToString()[(dash + 1)..]}";
    }
}
