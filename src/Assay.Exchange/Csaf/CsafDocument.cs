using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Evidence;

namespace Assay.Exchange.Csaf;

/// <summary>Which profile of CSAF 2.0 section 4 a document follows.</summary>
public enum CsafCategory { SecurityAdvisory, Vex, IncidentResponse }

/// <summary>Who publishes.</summary>
/// <param name="Category"><c>coordinator</c>, <c>discoverer</c>, <c>other</c>, <c>translator</c>, <c>user</c>, <c>vendor</c>.</param>
/// <param name="Namespace">An address that belongs to the publisher.</param>
public sealed record CsafPublisher(string Name, string Namespace, string Category = "coordinator", string? Contact = null);

/// <summary>One issue of the document; numbers count from 1.</summary>
public sealed record CsafRevision(int Number, DateTimeOffset Date, string Summary);

/// <param name="Category"><c>description</c>, <c>details</c>, <c>faq</c>, <c>general</c>, <c>legal_disclaimer</c>, <c>other</c>, <c>summary</c>.</param>
public sealed record CsafNote(string Category, string Title, string Text);

public sealed record CsafReference(string Summary, string Url, string Category = "external");

/// <summary>A part that is inside a product.</summary>
public sealed record CsafComponent(string Supplier, string Name, string Version, string? Purl = null, string? Cpe = null);

/// <summary>A product in one version, or in a range of versions in <c>vers</c> notation, with the part that the document speaks of.</summary>
public sealed record CsafProduct
{
    /// <summary>What <see cref="CsafVulnerability"/> refers to; unique in the document.</summary>
    public required string Id { get; init; }
    public required string Vendor { get; init; }
    public required string Name { get; init; }
    public string? Version { get; init; }
    /// <summary><c>vers:generic/&lt;1.2</c>; instead of <see cref="Version"/>.</summary>
    public string? VersionRange { get; init; }
    public CsafComponent? Component { get; init; }
}

/// <param name="Category"><c>vendor_fix</c>, <c>mitigation</c>, <c>workaround</c>, <c>none_available</c>, <c>no_fix_planned</c>.</param>
public sealed record CsafRemediation(string Category, string Details, IReadOnlyList<string> Products, DateTimeOffset? Date = null);

/// <summary>Why a product is not affected: one of the five labels of VEX.</summary>
public sealed record CsafFlag(string Label, IReadOnlyList<string> Products, DateTimeOffset? Date = null);

/// <param name="Category"><c>exploit_status</c>, <c>impact</c>, <c>target_set</c>.</param>
public sealed record CsafThreat(string Category, string Details, IReadOnlyList<string> Products, DateTimeOffset? Date = null);

public sealed record CsafVulnerability
{
    /// <summary>A CVE, or another id with <see cref="System"/>.</summary>
    public required string Id { get; init; }
    /// <summary>Who gave the id, where it is no CVE.</summary>
    public string System { get; init; } = "other";
    public string? Title { get; init; }
    public required IReadOnlyList<CsafNote> Notes { get; init; }
    public IReadOnlyList<string> Affected { get; init; } = [];
    public IReadOnlyList<string> NotAffected { get; init; } = [];
    public IReadOnlyList<string> Fixed { get; init; } = [];
    public IReadOnlyList<string> UnderInvestigation { get; init; } = [];
    public IReadOnlyList<CsafRemediation> Remediations { get; init; } = [];
    public IReadOnlyList<CsafFlag> Flags { get; init; } = [];
    public IReadOnlyList<CsafThreat> Threats { get; init; } = [];
}

/// <summary>A document of the Common Security Advisory Framework 2.0 as we write it; final, in English, with integer versions.</summary>
public sealed record CsafDocument
{
    public required CsafCategory Category { get; init; }
    public required string Title { get; init; }
    public required CsafPublisher Publisher { get; init; }
    /// <summary>Unique under the publisher; gives the file its name.</summary>
    public required string Id { get; init; }
    /// <summary>At least one, numbered 1, 2, 3… in the order of time.</summary>
    public required IReadOnlyList<CsafRevision> Revisions { get; init; }
    public required Tlp Tlp { get; init; }
    public required IReadOnlyList<CsafNote> Notes { get; init; }
    public IReadOnlyList<CsafReference> References { get; init; } = [];
    public IReadOnlyList<CsafProduct> Products { get; init; } = [];
    public IReadOnlyList<CsafVulnerability> Vulnerabilities { get; init; } = [];

    public DateTimeOffset Initial => Revisions[0].Date;
    public DateTimeOffset Current => Revisions[^1].Date;

    /// <summary>The file's name (CSAF 2.0 section 5.1): lower case, and one underscore for each run of what is not a letter, digit, plus or minus.</summary>
    public static string FileName(string id)
    {
        var name = new System.Text.StringBuilder(id.Length + 5);
        foreach (var c in id.ToLowerInvariant())
        {
            if (c is >= 'a' and <= 'z' or >= '0' and <= '9' or '+' or '-') name.Append(c);
            else if (name.Length == 0 || name[^1] != '_') name.Append('_');
        }
        return name.Append(".json").ToString();
    }

    /// <summary>The file in UTF-8, ending in a line feed; same facts, same bytes.</summary>
    public byte[] Bytes() => JsonBytes.Of(new JsonObject
    {
        ["document"] = Head(),
        ["product_tree"] = Products.Count > 0 ? ProductTree() : null,
        ["vulnerabilities"] = Vulnerabilities.Count > 0 ? JsonBytes.Array(Vulnerabilities.Select(Vulnerability)) : null,
    });

    private JsonObject Head() => new()
    {
        ["category"] = Category switch
        {
            CsafCategory.SecurityAdvisory => "csaf_security_advisory",
            CsafCategory.Vex => "csaf_vex",
            _ => "csaf_security_incident_response",
        },
        ["csaf_version"] = "2.0",
        ["distribution"] = new JsonObject
        {
            ["text"] = Tlp.Name(),
            ["tlp"] = new JsonObject { ["label"] = Tlp.Csaf20(), ["url"] = "https://www.first.org/tlp/" },
        },
        ["lang"] = "en",
        ["notes"] = JsonBytes.Array(Notes.Select(Note)),
        ["publisher"] = new JsonObject
        {
            ["category"] = Publisher.Category,
            ["contact_details"] = Publisher.Contact,
            ["name"] = Publisher.Name,
            ["namespace"] = Publisher.Namespace,
        },
        ["references"] = References.Count > 0
            ? JsonBytes.Array(References.Select(r => new JsonObject { ["category"] = r.Category, ["summary"] = r.Summary, ["url"] = r.Url })) : null,
        ["title"] = Title,
        ["tracking"] = new JsonObject
        {
            ["current_release_date"] = EvidenceJson.Time(Current),
            ["id"] = Id,
            ["initial_release_date"] = EvidenceJson.Time(Initial),
            ["revision_history"] = JsonBytes.Array(Revisions.Select(r => new JsonObject
            {
                ["date"] = EvidenceJson.Time(r.Date),
                ["number"] = Number(r.Number),
                ["summary"] = r.Summary,
            })),
            ["status"] = "final",
            ["version"] = Number(Revisions[^1].Number),
        },
    };

    private static JsonObject Note(CsafNote note) => new() { ["category"] = note.Category, ["text"] = note.Text, ["title"] = note.Title };

    /// <summary>The product itself; its id stands in relationships alone where it has a component.</summary>
    private static string ProductId(CsafProduct product) => product.Component is null ? product.Id : product.Id + "-product";

    // vendor > product > version, and the components beside them; a relationship puts a component into a product and has the id that is spoken of.
    private JsonObject ProductTree()
    {
        var components = Products.Select(p => p.Component).OfType<CsafComponent>().Distinct().ToList();
        string ComponentId(CsafComponent c) => $"component-{Number(components.IndexOf(c) + 1)}";
        var leaves = Products
            .Select(p => (p.Vendor, p.Name, Leaf: Leaf(p.VersionRange is not null ? "product_version_range" : "product_version", p.VersionRange ?? p.Version ?? "not stated",
                new JsonObject { ["name"] = FullName(p), ["product_id"] = ProductId(p) })))
            .Concat(components.Select(c => (Vendor: c.Supplier, c.Name, Leaf: Leaf("product_version", c.Version, new JsonObject
            {
                ["name"] = $"{c.Name} {c.Version}",
                ["product_id"] = ComponentId(c),
                ["product_identification_helper"] = c.Purl is null && c.Cpe is null ? null : new JsonObject { ["cpe"] = c.Cpe, ["purl"] = c.Purl },
            }))));
        var branches = leaves.GroupBy(l => l.Vendor, StringComparer.Ordinal).Select(vendor => new JsonObject
        {
            ["branches"] = JsonBytes.Array(vendor.GroupBy(l => l.Name, StringComparer.Ordinal).Select(product => new JsonObject
            {
                ["branches"] = JsonBytes.Array(product.Select(l => l.Leaf)),
                ["category"] = "product_name",
                ["name"] = product.Key,
            })),
            ["category"] = "vendor",
            ["name"] = vendor.Key,
        });
        var related = Products.Where(p => p.Component is not null).Select(p => new JsonObject
        {
            ["category"] = "default_component_of",
            ["full_product_name"] = new JsonObject { ["name"] = $"{p.Component!.Name} {p.Component.Version} in {FullName(p)}", ["product_id"] = p.Id },
            ["product_reference"] = ComponentId(p.Component),
            ["relates_to_product_reference"] = ProductId(p),
        }).ToList();
        return new JsonObject { ["branches"] = JsonBytes.Array(branches), ["relationships"] = related.Count > 0 ? JsonBytes.Array(related) : null };
    }

    private static string FullName(CsafProduct product) => $"{product.Vendor} {product.Name} {product.Version ?? product.VersionRange ?? "(version not stated)"}";

    private static JsonObject Leaf(string category, string name, JsonObject product) => new() { ["category"] = category, ["name"] = name, ["product"] = product };

    private static JsonObject Vulnerability(CsafVulnerability one)
    {
        var isCve = System.Text.RegularExpressions.Regex.IsMatch(one.Id, "^CVE-[0-9]{4}-[0-9]{4,}$");
        return new JsonObject
        {
            ["cve"] = isCve ? one.Id : null,
            ["flags"] = Each(one.Flags, f => new JsonObject { ["date"] = Time(f.Date), ["label"] = f.Label, ["product_ids"] = Texts(f.Products) }),
            ["ids"] = isCve ? null : JsonBytes.Array([new JsonObject { ["system_name"] = one.System, ["text"] = one.Id }]),
            ["notes"] = JsonBytes.Array(one.Notes.Select(Note)),
            ["product_status"] = new JsonObject
            {
                ["fixed"] = Maybe(one.Fixed),
                ["known_affected"] = Maybe(one.Affected),
                ["known_not_affected"] = Maybe(one.NotAffected),
                ["under_investigation"] = Maybe(one.UnderInvestigation),
            },
            ["remediations"] = Each(one.Remediations, r => new JsonObject { ["category"] = r.Category, ["date"] = Time(r.Date), ["details"] = r.Details, ["product_ids"] = Texts(r.Products) }),
            ["threats"] = Each(one.Threats, t => new JsonObject { ["category"] = t.Category, ["date"] = Time(t.Date), ["details"] = t.Details, ["product_ids"] = Texts(t.Products) }),
            ["title"] = one.Title,
        };
    }

    private static JsonArray? Each<T>(IReadOnlyList<T> list, Func<T, JsonObject> write) => list.Count > 0 ? JsonBytes.Array(list.Select(write)) : null;
    private static JsonArray? Maybe(IReadOnlyList<string> ids) => ids.Count > 0 ? Texts(ids) : null;
    private static JsonArray Texts(IEnumerable<string> texts) => JsonBytes.Array(texts);
    private static string? Time(DateTimeOffset? time) => time is { } t ? EvidenceJson.Time(t) : null;
    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
