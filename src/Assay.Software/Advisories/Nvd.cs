using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>One CVE in the form of the NVD API 2.0: configurations of nodes of CPE matches, joined by AND and OR.</summary>
internal static class Nvd
{
    /// <summary>The record itself, wherever a file keeps it: bare, under <c>cve</c>, or as an addition under an annotation that names it.</summary>
    public static JsonElement? RecordIn(JsonElement element)
    {
        if (element.Part("cve") is { ValueKind: JsonValueKind.Object } cve && element.Part("cveMetadata") is null) return cve;
        return element.Part("id") is { ValueKind: JsonValueKind.String } && (element.Part("configurations") is not null || element.Part("sourceIdentifier") is not null || element.Part("vulnStatus") is not null) ? element : null;
    }

    /// <param name="around">What holds the record: it may name it where the record does not.</param>
    /// <exception cref="UnreadableException">No identifier.</exception>
    public static Advisory Read(JsonElement record, JsonElement around)
    {
        var annotation = around.Part("_annotation");
        var id = record.Text("id") is { Length: > 0 } own ? own : annotation?.Text("cve_id");
        if (string.IsNullOrEmpty(id)) throw new UnreadableException("a record with an id", "none", 0);
        return new Advisory
        {
            Id = id,
            Source = AdvisorySource.Nvd,
            Summary = record.List("descriptions").FirstOrDefault(d => d.Text("lang") == "en") is { ValueKind: JsonValueKind.Object } english ? english.Text("value") : annotation?.Text("description"),
            Published = record.Time("published"),
            Modified = record.Time("lastModified"),
            Withdrawn = record.Text("vulnStatus") == "Rejected",
            Exploited = record.Text("cisaExploitAdd") is not null,
            ExploitedSince = record.Day("cisaExploitAdd"),
            Due = record.Day("cisaActionDue"),
            Ranges = [.. record.List("configurations").SelectMany(Configuration)],
        };
    }

    /// <summary>Every match that is called vulnerable, with what else its configuration asks for. The platform that a product runs on never stands for itself.</summary>
    internal static IEnumerable<AffectedRange> Configuration(JsonElement configuration)
    {
        var nodes = configuration.List("nodes").Select(n => (And: n.Text("operator") == "AND", Negated: n.IsTrue("negate"), Matches: Matches(n))).ToList();
        var joined = configuration.Text("operator") == "AND";
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].Negated) continue;
            foreach (var match in nodes[i].Matches.Where(m => m.Vulnerable))
            {
                var needs = new List<IReadOnlyList<CpeName>>();
                if (nodes[i].And) needs.AddRange(nodes[i].Matches.Where(m => m != match).Select(m => (IReadOnlyList<CpeName>)[m.Name]));
                if (joined) needs.AddRange(nodes.Where((n, j) => j != i && !n.Negated && n.Matches.Count > 0).Select(n => (IReadOnlyList<CpeName>)[.. n.Matches.Select(m => m.Name)]));
                yield return Of(match, needs);
            }
        }
    }

    private sealed record Match(bool Vulnerable, CpeName Name, string? From, bool After, string? To, bool Through);

    private static List<Match> Matches(JsonElement node)
    {
        var matches = new List<Match>();
        foreach (var match in node.List("cpeMatch"))
        {
            // A name that breaks the rules of CPE names nobody; the others of the node still count.
            if (CpeName.Read(match.Text("criteria")) is not { } name) continue;
            var (including, excluding) = (match.Text("versionStartIncluding"), match.Text("versionStartExcluding"));
            var (through, before) = (match.Text("versionEndIncluding"), match.Text("versionEndExcluding"));
            matches.Add(new Match(match.IsTrue("vulnerable"), name, including ?? excluding, including is null && excluding is not null, before ?? through, before is null && through is not null));
        }
        return matches;
    }

    private static AffectedRange Of(Match match, List<IReadOnlyList<CpeName>> needs)
    {
        var name = match.Name;
        if (name.TargetSoftware is not (CpeName.Any or CpeName.None)) needs.Add([new CpeName { Part = CpeName.Any, Vendor = CpeName.Any, Product = name.TargetSoftware }]);
        var run = match.From is not null || match.To is not null ? new VersionInterval(match.From, match.After, match.To, match.Through) : RunOf(name);
        return new AffectedRange
        {
            Product = new AffectedProduct { Vendor = name.Vendor, Name = name.Product, IsCpe = true, Part = name.Part },
            Versions = run is null ? null : new VersionSet { Scheme = VersionScheme.Generic, Inside = [run] },
            Told = run is null ? "no version" : null,
            Needs = needs,
        };
    }

    private static VersionInterval? RunOf(CpeName name) => name switch
    {
        { Version: CpeName.Any } => VersionInterval.Everything,
        { Version: CpeName.None } => null,
        { Update: CpeName.Any or CpeName.None } => VersionInterval.Only(Plain(name.Version)),
        _ => VersionInterval.Only($"{Plain(name.Version)}-{Plain(name.Update)}"),
    };

    private static string Plain(string value) => value.Replace("\\", "", StringComparison.Ordinal);
}
