using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>The product versions that a CSAF 2.0 document calls affected or fixed: one advisory for each vulnerability in it.</summary>
internal static class CsafDocument
{
    private const int MostProducts = 20_000, MostDepth = 30;

    public static bool Looks(JsonElement record) => record.Part("document")?.Part("csaf_version") is not null;

    private sealed record Product(string Name, string? Vendor, string? Version, string? Range, PackageName? Package, CpeName? Cpe);

    /// <exception cref="UnreadableException">No tracking id, or more products than anybody needs.</exception>
    public static IEnumerable<Advisory> Read(JsonElement root)
    {
        var tracking = root.Part("document")?.Part("tracking");
        if (tracking?.Text("id") is not { Length: > 0 } id) throw new UnreadableException("a document with a tracking id", "none", 0);
        var products = Products(root.Part("product_tree"));
        var number = 0;
        foreach (var vulnerability in root.List("vulnerabilities"))
        {
            number++;
            var cve = vulnerability.Text("cve");
            var status = vulnerability.Part("product_status");
            List<Product> Of(params string[] states) =>
                [.. states.SelectMany(s => status?.Texts(s) ?? []).Distinct(StringComparer.Ordinal).Select(p => products.GetValueOrDefault(p)).OfType<Product>()];
            var affected = Of("known_affected", "first_affected", "last_affected");
            var repaired = Of("fixed", "first_fixed", "known_not_affected");
            yield return new Advisory
            {
                // One document tells of many vulnerabilities: each is an advisory of its own.
                Id = cve is null ? $"{id}#{number}" : $"{id}#{cve}",
                Aliases = cve is null ? [] : [cve],
                Source = AdvisorySource.Csaf,
                Summary = vulnerability.Text("title") ?? root.Part("document")?.Text("title"),
                Published = tracking.Value.Time("initial_release_date"),
                Modified = tracking.Value.Time("current_release_date"),
                Ranges = [.. affected.Select(p => RangeOf(p, repaired))],
                Fix = vulnerability.List("remediations").Where(r => r.Text("category") == "vendor_fix").Select(r => r.Text("details")).FirstOrDefault(),
            };
        }
    }

    private static AffectedRange RangeOf(Product product, List<Product> repaired)
    {
        var scheme = VersionSchemes.OfType(product.Package?.Type) ?? VersionScheme.Generic;
        var version = product.Version ?? product.Package?.Version ?? (product.Cpe?.Version is { } v and not (CpeName.Any or CpeName.None) ? v : null);
        var told = product.Range is { } range ? VersRange.Set(range, scheme) : null;
        IReadOnlyList<VersionInterval>? runs = product.Range is not null ? told?.Inside : version is not null ? [VersionInterval.Only(version)] : null;
        var same = repaired.Where(r => r.Name == product.Name && r.Vendor == product.Vendor && r.Version is not null).ToList();
        // Only the fixed versions are told apart: everything else of the product is affected.
        if (runs is null && product.Range is null && same.Count > 0)
        {
            runs = [.. same.Select(r => VersionInterval.Before(r.Version!))];
        }
        return new AffectedRange
        {
            Product = product.Cpe is { } cpe && product.Package is null
                ? new AffectedProduct { Vendor = cpe.Vendor, Name = cpe.Product, IsCpe = true, Part = cpe.Part }
                : new AffectedProduct { Vendor = product.Vendor, Name = product.Package?.Name ?? product.Name, Package = product.Package is null ? null : product.Package with { Version = null } },
            Versions = runs is null || runs.Count == 0 ? null : new VersionSet { Scheme = told?.Scheme ?? scheme, Inside = runs, Outside = told?.Outside ?? [] },
            Told = runs is null || runs.Count == 0 ? product.Range ?? "no version" : null,
        };
    }

    private static Dictionary<string, Product> Products(JsonElement? tree)
    {
        var products = new Dictionary<string, Product>(StringComparer.Ordinal);
        if (tree is not { } root) return products;
        foreach (var product in root.List("full_product_names")) Add(product, null, null, null, null);
        Walk(root, null, null, null, null, 0);
        // A component of a product is affected where the two are together: the component's own name is what an inventory knows.
        foreach (var relation in root.List("relationships"))
        {
            if (relation.Part("full_product_name")?.Text("product_id") is { } id && relation.Text("product_reference") is { } part && products.TryGetValue(part, out var known)) products.TryAdd(id, known);
        }
        return products;

        void Walk(JsonElement level, string? vendor, string? name, string? version, string? range, int depth)
        {
            if (depth > MostDepth) return;
            foreach (var branch in level.List("branches"))
            {
                var (v, n, w, r) = (vendor, name, version, range);
                switch (branch.Text("category"))
                {
                    case "vendor": v = branch.Text("name"); break;
                    case "product_name": n = branch.Text("name"); break;
                    case "product_version": w = branch.Text("name"); break;
                    case "product_version_range": r = branch.Text("name"); break;
                }
                if (branch.Part("product") is { } product) Add(product, v, n, w, r);
                Walk(branch, v, n, w, r, depth + 1);
            }
        }

        void Add(JsonElement product, string? vendor, string? name, string? version, string? range)
        {
            if (product.Text("product_id") is not { } id) return;
            if (products.Count >= MostProducts) throw new UnreadableException($"at most {MostProducts} products", "more", 0);
            var identified = product.Part("product_identification_helper");
            var package = PackageName.Read(identified?.Text("purl"));
            products.TryAdd(id, new Product(name ?? package?.Name ?? product.Text("name") ?? id, vendor, package?.Version ?? version, range, package, CpeName.Read(identified?.Text("cpe"))));
        }
    }
}
