using System.Globalization;
using System.Text.Json.Nodes;
using Assay.Exchange.Cases;

namespace Assay.Exchange.Stix;

/// <summary>A case as a STIX 2.1 bundle: the product, its component and the vulnerability, or the incident and what was observed; a report that holds them together.</summary>
/// <remarks>
/// Every object carries the marking of TLP 2.0, which STIX knows by its extension definition. Same case, same ids, same bytes. An incident is told by what was observed
/// and by the report: the type "incident" of STIX 2.1 is a stub that the published schema of a bundle does not let in.
/// </remarks>
public static class Bundle
{
    private const string TlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

    /// <param name="source">The organisation that shares it.</param>
    /// <param name="address">The registry's own address, for references.</param>
    public static byte[] Of(Case one, Tlp label, string source, string address)
    {
        var bundle = new Writing(one, label, source, address);
        if (one.Kind == CaseKind.Vulnerability) bundle.Vulnerability();
        else bundle.Incident();
        return bundle.Bytes();
    }

    /// <summary>The marking's id, as FIRST and OASIS published it.</summary>
    public static string Marking(Tlp label) => "marking-definition--" + label switch
    {
        Tlp.Clear => "94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp.Green => "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp.Amber => "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp.AmberStrict => "939a9414-2ddd-4d32-a0cd-375ea402b003",
        _ => "e828b379-4e03-4974-9ac4-e53a884c97c1",
    };

    /// <summary>The class of the Reference Security Incident Taxonomy that an attack on the wire belongs to.</summary>
    public static string Taxonomy(string attack) => attack.ToLowerInvariant() switch
    {
        var a when a.Contains("scan", StringComparison.Ordinal) => "rsit:information-gathering=\"scanner\"",
        var a when a.Contains("brute", StringComparison.Ordinal) => "rsit:intrusion-attempts=\"brute-force\"",
        var a when a.Contains("flood", StringComparison.Ordinal) => "rsit:availability=\"dos\"",
        var a when a.Contains("beacon", StringComparison.Ordinal) => "rsit:malicious-code=\"infected-system\"",
        _ => "rsit:other=\"undetermined\"",
    };

    private sealed class Writing
    {
        private readonly Case one;
        private readonly Tlp label;
        private readonly string address, identity;
        private readonly List<JsonObject> objects = [];

        public Writing(Case one, Tlp label, string source, string address)
        {
            this.one = one;
            this.label = label;
            this.address = address;
            identity = StixId.Of("identity", source);
            var known = new JsonObject
            {
                ["type"] = "marking-definition",
                ["spec_version"] = "2.1",
                ["id"] = Marking(label),
                ["created"] = "2022-10-01T00:00:00.000Z",
                ["name"] = label.Name(),
                ["extensions"] = new JsonObject
                {
                    [TlpExtension] = new JsonObject { ["extension_type"] = "property-extension", ["tlp_2_0"] = label.Name()[4..].ToLowerInvariant() },
                },
            };
            objects.Add(known);
            Add("identity", identity, new JsonObject { ["name"] = source, ["identity_class"] = "organization" });
        }

        public void Vulnerability()
        {
            var chain = one.Chain!;
            var vulnerability = Add("vulnerability", StixId.Of("vulnerability", chain.Advisory.Id), new JsonObject
            {
                ["name"] = chain.Advisory.Id,
                ["description"] = chain.Advisory.Summary,
                ["external_references"] = chain.Advisory.Id.StartsWith("CVE-", StringComparison.Ordinal)
                    ? JsonBytes.Array([new JsonObject { ["source_name"] = "cve", ["external_id"] = chain.Advisory.Id }])
                    : null,
            });
            var product = Product(chain.Label);
            var component = Software(chain.Component.Name, chain.Component.Version, null, chain.Component.Cpe.FirstOrDefault(c => c.StartsWith("cpe:2.3:", StringComparison.Ordinal)));
            Relate(product, "consists-of", component);
            Relate(product, "has", vulnerability, chain.Certainty == Certainty.Affected ? chain.Reason : $"candidate, not confirmed: {chain.Reason}");
            if (one.Measure is { } measure)
            {
                var action = Add("course-of-action", StixId.Of("course-of-action", one.Id, measure.Version ?? ""), new JsonObject
                {
                    ["name"] = measure.Version is { } version ? $"Update to {version}" : "Apply the measure",
                    ["description"] = measure.Text,
                });
                Relate(action, "mitigates", vulnerability);
            }
            Report("vulnerability");
        }

        public void Incident()
        {
            var seen = one.Incident!;
            var software = one.Label is { } by ? Software($"{by.Maker} {by.Model}", seen.Version, by.Maker, null) : Software("device without a label", seen.Version, null, null);
            var observed = Add("observed-data", StixId.Of("observed-data", seen.Gateway, seen.Id), new JsonObject
            {
                ["first_observed"] = Time(seen.First),
                ["last_observed"] = Time(seen.Last),
                ["number_observed"] = Math.Max(1, seen.Frames.Count),
                ["object_refs"] = JsonBytes.Array([software]),
                ["labels"] = JsonBytes.Array([Taxonomy(seen.Kind)]),
            });
            if (one.Label is { } labelled) Relate(observed, "related-to", Product(labelled));
            Report("observed-data", $"{seen.Threshold}. The gateway's action: {seen.Action}.{(seen.Evidence is { } sha256 ? $" Frozen evidence: SHA-256 {sha256}." : "")} ", Taxonomy(seen.Kind));
        }

        private string Product(LabelLink product) => Add("infrastructure", StixId.Of("infrastructure", product.Subject), new JsonObject
        {
            ["name"] = $"{product.Maker} {product.Model}",
            ["description"] = $"A product with the label {product.Id}; versions examined: {string.Join(", ", product.Versions)}.",
            ["infrastructure_types"] = JsonBytes.Array(["unknown"]),
            ["external_references"] = JsonBytes.Array([new JsonObject { ["source_name"] = "label", ["url"] = $"{address}/labels/{product.Id}", ["external_id"] = product.Id }]),
        });

        private string Software(string name, string? version, string? vendor, string? cpe)
        {
            var id = StixId.Observable("software", new JsonObject { ["name"] = name, ["cpe"] = cpe, ["vendor"] = vendor, ["version"] = version });
            if (objects.Any(o => o["id"]!.GetValue<string>() == id)) return id;
            objects.Add(new JsonObject
            {
                ["type"] = "software",
                ["spec_version"] = "2.1",
                ["id"] = id,
                ["name"] = name,
                ["cpe"] = cpe,
                ["vendor"] = vendor,
                ["version"] = version,
                ["object_marking_refs"] = JsonBytes.Array([Marking(label)]),
            });
            return id;
        }

        private void Report(string kind, string what = "", string? taxonomy = null)
        {
            var all = objects.Select(o => o["id"]!.GetValue<string>()).Where(id => !id.StartsWith("marking-definition--", StringComparison.Ordinal)).ToList();
            Add("report", StixId.Of("report", one.Id), new JsonObject
            {
                ["name"] = $"{one.Id}: {one.Title}",
                ["description"] = $"{what}State of the case: {one.State.ToString().ToLowerInvariant()}. {(one.Standing is { } standing ? $"Decision in the role {standing.By.Role}: {standing.Decision.Reason}" : "No decision yet.")}",
                ["report_types"] = JsonBytes.Array([kind]),
                ["labels"] = taxonomy is null ? null : JsonBytes.Array([taxonomy]),
                ["published"] = Time(one.SignalledAt),
                ["object_refs"] = JsonBytes.Array(all),
                ["external_references"] = JsonBytes.Array([new JsonObject { ["source_name"] = "case", ["external_id"] = one.Id }]),
            });
        }

        private void Relate(string from, string how, string to, string? description = null) => Add("relationship", StixId.Of("relationship", from, how, to), new JsonObject
        {
            ["relationship_type"] = how,
            ["source_ref"] = from,
            ["target_ref"] = to,
            ["description"] = description,
        });

        private string Add(string type, string id, JsonObject fields)
        {
            var whole = new JsonObject
            {
                ["type"] = type,
                ["spec_version"] = "2.1",
                ["id"] = id,
                ["created_by_ref"] = type == "identity" ? null : identity,
                ["created"] = Time(one.SignalledAt),
                ["modified"] = Time(one.LastChange),
            };
            foreach (var (name, value) in fields.ToList())
            {
                fields.Remove(name);
                whole[name] = value;
            }
            whole["object_marking_refs"] = JsonBytes.Array([Marking(label)]);
            objects.Add(whole);
            return id;
        }

        public byte[] Bytes() => JsonBytes.Of(new JsonObject
        {
            ["type"] = "bundle",
            ["id"] = StixId.Of("bundle", one.Id, label.Name(), Time(one.LastChange)),
            ["objects"] = JsonBytes.Array(objects),
        });

        private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
