using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;

namespace Assay.Software.Vex;

/// <summary>A document as it was handed over: who says so by its own words, and who signed it by a trust list.</summary>
/// <param name="Signer">The name that the trust list gives the key; null where nobody signed it whom the list knows.</param>
public sealed record HeardVex(VexDocument Document, string? Signer);

/// <summary>Puts statements beside the vulnerabilities that they are about. One counts when a listed party signed it and nothing that was seen speaks against it (semantics.md, section 4).</summary>
public sealed class VexJudgement(IReadOnlyList<HeardVex> heard, IReadOnlyList<string> subject)
{
    /// <summary>Who the product is: package URLs, CPE names or names. Empty where nobody said; then a statement about a named product is shown and does not count.</summary>
    public IReadOnlyList<string> Subject { get; } = subject;

    /// <summary>The vulnerability with every statement about it, the latest last, and the status that the latest of those that count gives it.</summary>
    public Vulnerability Judge(Vulnerability vulnerability)
    {
        var names = vulnerability.Aliases.Append(vulnerability.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var claims = new List<(DateTimeOffset Time, VexClaim Claim)>();
        foreach (var (document, signer) in heard)
        {
            foreach (var statement in document.Statements)
            {
                if (!names.Contains(statement.Vulnerability) && !statement.Aliases.Any(names.Contains)) continue;
                var about = statement.Products.Select(p => About(p, vulnerability.Component)).Max();
                if (about == Relation.None) continue;
                var contradiction = about == Relation.Unknown
                    ? $"it is about {statement.Products[0].Id}, and nobody said that this is that product (--product)"
                    : Contradiction(statement, vulnerability);
                claims.Add((statement.Time ?? document.Time, new VexClaim(statement, document.Author, signer, contradiction)));
            }
        }
        if (claims.Count == 0) return vulnerability;
        var ordered = claims.OrderBy(c => c.Time).Select(c => c.Claim).ToList();
        var last = ordered.LastOrDefault(c => c.Counts);
        var judged = vulnerability with { Vex = ordered };
        return last is null ? judged : judged with
        {
            Status = last.Statement.Status switch
            {
                VexStatus.NotAffected => VulnerabilityStatus.NotAffected,
                VexStatus.Fixed => VulnerabilityStatus.Fixed,
                VexStatus.Affected => VulnerabilityStatus.Affected,
                _ => vulnerability.Status,
            },
            Ground = last.Statement.Status == VexStatus.UnderInvestigation ? vulnerability.Ground : Ground.Statement,
            Reason = $"{last.Signer} says {Words(last.Statement)}; {vulnerability.Reason}",
        };
    }

    /// <summary>For a person: <c>not affected (vulnerable code not present)</c>.</summary>
    public static string Words(VexStatement statement) =>
        OpenVex.Code(statement.Status).Replace('_', ' ') + (statement.Justification is { } why ? $" ({OpenVex.Code(why).Replace('_', ' ')})" : "");

    private enum Relation { None, Unknown, Same }

    private Relation About(VexProduct product, Component component)
    {
        if (product.Components.Count == 0)
        {
            if (Is(product.Id, component) && IsIn(product.Versions, component.Version)) return Relation.Same;
            return Subject.Any(s => IsSame(product.Id, s) && IsIn(product.Versions, PackageName.Read(s)?.Version)) ? Relation.Same : Relation.None;
        }
        if (!product.Components.Any(c => Is(c, component)) || !IsIn(product.Versions, component.Version)) return Relation.None;
        if (Subject.Count == 0) return Relation.Unknown;
        return Subject.Any(s => IsSame(product.Id, s)) ? Relation.Same : Relation.None;
    }

    private static bool Is(string id, Component component)
    {
        if (PackageName.Read(id) is { } package)
        {
            if (PackageName.Read(component.Purl) is { } own) return own.IsSamePackage(package) && IsVersion(package.Version, component);
            return package.Type == "generic" && string.Equals(package.Name, component.Name, StringComparison.OrdinalIgnoreCase) && IsVersion(package.Version, component);
        }
        if (CpeName.Read(id) is { } cpe)
        {
            return component.Cpe.Select(CpeName.Read).OfType<CpeName>().Any(c => c.Name == cpe.Name) && IsVersion(cpe.Version is CpeName.Any or CpeName.None ? null : cpe.Version, component);
        }
        return string.Equals(id, component.Name, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsIn(VersionSet? versions, string? version) => versions is null || version is not null && versions.Holding(version) is not null;

    private static bool IsVersion(string? version, Component component) =>
        version is null || version == component.Package || component.Version is { } own && VersionOrder.Compare(own, version, VersionScheme.Generic) == 0;

    private static bool IsSame(string id, string subject)
    {
        if (string.Equals(id, subject, StringComparison.OrdinalIgnoreCase)) return true;
        if (PackageName.Read(id) is { } package && PackageName.Read(subject) is { } own) return own.IsSamePackage(package) && (package.Version is null || package.Version == own.Version);
        return CpeName.Read(id) is { } cpe && CpeName.Read(subject) is { } known && cpe.Name == known.Name && CpeName.Covers(cpe.Version, known.Version);
    }

    private static string? Contradiction(VexStatement statement, Vulnerability vulnerability)
    {
        if (statement.Status != VexStatus.NotAffected) return null;
        var component = vulnerability.Component;
        // What a list or a declaration names is another claim; what was found in the image was seen.
        if (statement.Justification == VexJustification.ComponentNotPresent)
            return component.Evidence.FirstOrDefault(e => e.Method is not ("bill of materials" or "declaration")) is { } seen ? $"{component.Name} was seen: {seen.Method}, {seen.Location}" : null;
        // A part that was read out of words is no evidence against anybody.
        return statement.Justification == VexJustification.VulnerableCodeNotPresent && vulnerability.Parts.FirstOrDefault(p => p is { State: PresenceState.Present, IsGuess: false }) is { } there ? there.Reason : null;
    }
}
