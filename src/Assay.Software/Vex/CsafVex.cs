using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;
using Assay.Software.Matching;

namespace Assay.Software.Vex;

/// <summary>The statements of a CSAF 2.0 document (section 4.5, profile VEX; other profiles state the same in the same places): product_status, with flags, threats of impact and remediations.</summary>
internal static class CsafVex
{
    private const int MostStatements = 100_000, MostProducts = 20_000, MostDepth = 30;

    private static readonly (string Name, VexStatus Status)[] States =
    [
        ("known_affected", VexStatus.Affected), ("first_affected", VexStatus.Affected), ("last_affected", VexStatus.Affected), ("fixed", VexStatus.Fixed), ("first_fixed", VexStatus.Fixed),
        ("known_not_affected", VexStatus.NotAffected), ("under_investigation", VexStatus.UnderInvestigation),
    ];

    /// <exception cref="UnreadableException">No publisher or no tracking id.</exception>
    public static VexDocument Read(string artefact, JsonElement root, List<Loss> losses)
    {
        var about = root.Part("document")!.Value;
        if (about.Part("tracking")?.Text("id") is not { Length: > 0 } id) throw new UnreadableException("a document with a tracking id", "none", 0);
        if (about.Part("publisher")?.Text("name") is not { Length: > 0 } author) throw new UnreadableException("a publisher", "nobody", 0);
        var products = Products(root.Part("product_tree"));
        var groups = (root.Part("product_tree")?.List("product_groups") ?? []).Where(g => g.Text("group_id") is not null).DistinctBy(g => g.Text("group_id"))
            .ToDictionary(g => g.Text("group_id")!, g => g.Texts("product_ids").ToList(), StringComparer.Ordinal);
        var time = about.Part("tracking")!.Value.Time("current_release_date") ?? DateTimeOffset.UnixEpoch;
        var (statements, number) = (new List<VexStatement>(), 0);
        foreach (var vulnerability in root.List("vulnerabilities"))
        {
            var at = $"vulnerabilities[{number++}]";
            var ids = vulnerability.List("ids").Select(i => i.Text("text")).OfType<string>().ToList();
            if ((vulnerability.Text("cve") ?? ids.FirstOrDefault()) is not { } name)
            {
                losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = at }, Expected = "a vulnerability with a number", Found = "none" });
                continue;
            }
            foreach (var (state, status) in States)
            {
                foreach (var product in vulnerability.Part("product_status")?.Texts(state) ?? [])
                {
                    if (statements.Count >= MostStatements) throw new UnreadableException($"at most {MostStatements} statements", "more", 0);
                    if (!products.TryGetValue(product, out var known))
                    {
                        losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = $"{at}.product_status.{state}" }, Expected = "a product of the tree", Found = Shortened.Visible(product) });
                        continue;
                    }
                    bool Concerns(JsonElement e) => e.Texts("product_ids").Contains(product, StringComparer.Ordinal) || e.Texts("group_ids").Any(g => groups.TryGetValue(g, out var members) && members.Contains(product));
                    var justification = status == VexStatus.NotAffected ? OpenVex.Justification(vulnerability.List("flags").FirstOrDefault(Concerns) is { ValueKind: JsonValueKind.Object } flag ? flag.Text("label") : null) : null;
                    statements.Add(new VexStatement
                    {
                        Vulnerability = name,
                        Aliases = [.. ids.Where(i => i != name)],
                        Products = [known],
                        Status = status,
                        Justification = justification,
                        Impact = vulnerability.List("threats").Where(t => t.Text("category") == "impact" && Concerns(t)).Select(t => t.Text("details")).FirstOrDefault(),
                        Action = vulnerability.List("remediations").Where(Concerns).Select(r => r.Text("details")).FirstOrDefault(),
                        Time = vulnerability.Time("release_date") is { } released && released > time ? released : time,
                    });
                }
            }
        }
        return new VexDocument { Id = id, Author = author, Role = about.Part("publisher")?.Text("category"), Time = time, Statements = statements };
    }

    private static Dictionary<string, VexProduct> Products(JsonElement? tree)
    {
        var products = new Dictionary<string, VexProduct>(StringComparer.Ordinal);
        if (tree is not { } root) return products;
        foreach (var product in root.List("full_product_names")) Add(product, null);
        Walk(root, null, 0);
        foreach (var relation in root.List("relationships"))
        {
            if (relation.Part("full_product_name")?.Text("product_id") is { } id && relation.Text("product_reference") is { } part && relation.Text("relates_to_product_reference") is { } whole
                && products.TryGetValue(part, out var inside) && products.TryGetValue(whole, out var around)) products.TryAdd(id, new VexProduct(around.Id, [inside.Id], inside.Versions ?? around.Versions));
        }
        return products;

        void Walk(JsonElement level, string? range, int depth)
        {
            if (depth > MostDepth) return;
            foreach (var branch in level.List("branches"))
            {
                var own = branch.Text("category") == "product_version_range" ? branch.Text("name") : range;
                if (branch.Part("product") is { } product) Add(product, own);
                Walk(branch, own, depth + 1);
            }
        }

        void Add(JsonElement product, string? range)
        {
            if (product.Text("product_id") is not { } id) return;
            if (products.Count >= MostProducts) throw new UnreadableException($"at most {MostProducts} products", "more", 0);
            var identified = product.Part("product_identification_helper");
            var runs = range is null ? null : VersRange.Set(range, VersionScheme.Generic);
            // A range in words that nobody can compare: only the product's whole name may be meant.
            var name = range is not null && runs is null ? null : identified?.Text("purl") ?? identified?.Text("cpe");
            products.TryAdd(id, new VexProduct(name ?? product.Text("name") ?? id, [], runs));
        }
    }
}
