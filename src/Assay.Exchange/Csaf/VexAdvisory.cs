using Assay.Software.Matching;
using Assay.Software.Vex;

namespace Assay.Exchange.Csaf;

/// <summary>VEX statements as a CSAF 2.0 document of the profile VEX (section 4.5).</summary>
public static class VexAdvisory
{
    /// <param name="id">Unique under the publisher.</param>
    /// <exception cref="ArgumentException">No statement.</exception>
    public static CsafDocument Of(VexDocument document, CsafPublisher publisher, string id)
    {
        if (document.Statements.Count == 0) throw new ArgumentException("a VEX document expects at least one statement", nameof(document));
        var products = new Dictionary<(string Product, string? Part), CsafProduct>();
        var byVulnerability = document.Statements.GroupBy(s => s.Vulnerability, StringComparer.Ordinal).Select(group =>
        {
            List<string> Ids(VexStatus status) => [.. group.Where(s => s.Status == status).SelectMany(Products).Distinct(StringComparer.Ordinal)];
            // A product has one status in a document (mandatory test 6.1.6): the graver one stands.
            var affected = Ids(VexStatus.Affected);
            var open = Ids(VexStatus.UnderInvestigation).Except(affected).ToList();
            var mended = Ids(VexStatus.Fixed).Except(affected).Except(open).ToList();
            var free = Ids(VexStatus.NotAffected).Except(affected).Except(open).Except(mended).ToList();
            IEnumerable<(VexStatement Statement, List<string> Products)> Said(VexStatus status, List<string> among) =>
                group.Where(s => s.Status == status).Select(s => (s, Products(s).Intersect(among).ToList())).Where(s => s.Item2.Count > 0);
            return new CsafVulnerability
            {
                Id = group.Key,
                System = group.Key.Split('-')[0],
                Title = group.Key,
                Notes = [.. group.Select(s => s.Notes ?? s.Impact ?? $"{VexJudgement.Words(s)}").Distinct(StringComparer.Ordinal).Select(text => new CsafNote("details", "What it rests on", text))],
                Affected = affected,
                Fixed = mended,
                NotAffected = free,
                UnderInvestigation = open,
                Flags = [.. Said(VexStatus.NotAffected, free).Where(s => s.Statement.Justification is not null).Select(s => new CsafFlag(OpenVex.Code(s.Statement.Justification!.Value), s.Products, s.Statement.Time))],
                Threats = [.. Said(VexStatus.NotAffected, free).Where(s => s.Statement.Impact is not null).Select(s => new CsafThreat("impact", s.Statement.Impact!, s.Products, s.Statement.Time))],
                Remediations = [.. Said(VexStatus.Affected, affected).Select(s => new CsafRemediation(s.Statement.Action is not null ? "vendor_fix" : "none_available", s.Statement.Action ?? "Nothing is known that mends it.", s.Products, s.Statement.Time))],
            };
        }).ToList();
        return new CsafDocument
        {
            Category = CsafCategory.Vex,
            Title = $"Vulnerabilities of {string.Join(", ", document.Statements.SelectMany(s => s.Products).Select(p => p.Id).Distinct(StringComparer.Ordinal).Take(3))}",
            Publisher = publisher,
            Id = id,
            Revisions = [new CsafRevision(1, document.Time, "First issue")],
            Tlp = Tlp.Clear,
            Notes = [new CsafNote("summary", "What this is", "Statements on vulnerabilities in parts of a product, each with what it rests on.")],
            Products = [.. products.Values],
            Vulnerabilities = byVulnerability,
        };

        IEnumerable<string> Products(VexStatement statement)
        {
            foreach (var product in statement.Products)
            {
                foreach (var part in product.Components.Count > 0 ? product.Components.Select(c => (string?)c) : [null])
                {
                    if (!products.TryGetValue((product.Id, part), out var known)) products[(product.Id, part)] = known = Product(product.Id, part, products.Count + 1);
                    yield return known.Id;
                }
            }
        }
    }

    private static CsafProduct Product(string id, string? part, int number)
    {
        var (vendor, name, version) = Named(id);
        var (supplier, partName, partVersion) = Named(part ?? id);
        // What an identifier belongs to in this format is the component: alone, it is a part of itself.
        return new CsafProduct
        {
            Id = FormattableString.Invariant($"product-{number}"),
            Vendor = vendor,
            Name = name,
            Version = version,
            Component = new CsafComponent(supplier, partName, partVersion, PackageName.Read(part ?? id) is null ? null : part ?? id, (part ?? id).StartsWith("cpe:", StringComparison.Ordinal) ? part ?? id : null),
        };
    }

    private static (string Vendor, string Name, string Version) Named(string id) => PackageName.Read(id) is { } package ? (package.Space ?? "not stated", package.Name, package.Version ?? "not stated")
        : CpeName.Read(id) is { } cpe ? (cpe.Vendor, cpe.Product, cpe.Version is CpeName.Any or CpeName.None ? "not stated" : cpe.Version) : ("not stated", id, "not stated");
}
