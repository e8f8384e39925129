using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Assessment.Documents;
using Assay.Evidence;

namespace Assay.Assessment.Catalogues;

/// <summary>
/// Relations as an OSCAL document (OSCAL 1.2, model mapping-collection): one mapping per pair of catalogues, one map per relation, with its review as a property.
/// What no relation names is the mapping's gap.
/// </summary>
public static class OscalMapping
{
    /// <summary>The whole document in UTF-8, ending in a line feed. The same relations have the same bytes.</summary>
    /// <param name="relations">At least one; OSCAL knows no empty mapping.</param>
    public static byte[] Bytes(IReadOnlyList<Relation> relations)
    {
        if (relations.Count == 0) throw new ArgumentException("an OSCAL mapping holds at least one relation", nameof(relations));
        return EvidenceJson.Bytes(json => new Writing(json, relations).Write());
    }

    private sealed class Writing(Utf8JsonWriter json, IReadOnlyList<Relation> relations)
    {
        private readonly string seed = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', relations.Select(r => r.ToString())))));
        private readonly List<string> catalogues = [.. relations.SelectMany(r => new[] { r.FromCatalogue, r.ToCatalogue }).Distinct(StringComparer.Ordinal)];

        public void Write()
        {
            var pairs = relations.GroupBy(r => (r.FromCatalogue, r.ToCatalogue)).ToList();
            var asOf = catalogues.Select(id => Carried(id)?.AsOf).OfType<DateOnly>().DefaultIfEmpty(Catalogue.Default.AsOf).Max();
            json.WriteStartObject();
            json.WriteStartObject("mapping-collection");
            json.WriteString("uuid", Oscal.Uuid(seed, "mapping-collection"));
            json.WriteStartObject("metadata");
            json.WriteString("title", Oscal.Line($"Relations between {string.Join(", ", catalogues.Select(Name))}"));
            json.WriteString("last-modified", $"{asOf:yyyy-MM-dd}T00:00:00Z");
            json.WriteString("version", $"{asOf:yyyy-MM-dd}");
            json.WriteString("oscal-version", Oscal.Version);
            json.WriteEndObject();
            json.WriteStartObject("provenance");
            json.WriteString("method", "human");
            json.WriteString("matching-rationale", "semantic");
            json.WriteString("status", relations.All(r => r.Review is not null) ? "complete" : "draft");
            json.WriteString("mapping-description", "Only a relation that is equal and reviewed carries a verdict from one catalogue to the other. Every other one says where evidence may help, and decides nothing.");
            json.WriteEndObject();
            json.WriteStartArray("mappings");
            foreach (var pair in pairs) Mapping(pair.Key.FromCatalogue, pair.Key.ToCatalogue, [.. pair]);
            json.WriteEndArray();
            json.WriteStartObject("back-matter");
            json.WriteStartArray("resources");
            foreach (var id in catalogues)
            {
                json.WriteStartObject();
                json.WriteString("uuid", Oscal.Uuid(seed, $"catalogue {id}"));
                json.WriteString("title", Oscal.Line(Name(id)));
                json.WriteStartArray("props");
                Oscal.Property(json, "catalogue", id);
                json.WriteEndArray();
                json.WriteStartArray("rlinks");
                json.WriteStartObject();
                json.WriteString("href", $"{Uri.EscapeDataString(id)}.oscal.json");
                json.WriteString("media-type", "application/json");
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private void Mapping(string from, string to, IReadOnlyList<Relation> those)
        {
            json.WriteStartObject();
            json.WriteString("uuid", Oscal.Uuid(seed, $"mapping {from} {to}"));
            json.WriteString("status", those.All(r => r.Review is not null) ? "complete" : "draft");
            Resource("source-resource", from);
            Resource("target-resource", to);
            json.WriteStartArray("maps");
            foreach (var relation in those) Map(relation);
            json.WriteEndArray();
            Gap("source-gap-summary", from, $"{from} {to} from", those.Select(r => r.FromId));
            Gap("target-gap-summary", to, $"{from} {to} to", those.Select(r => r.ToId));
            json.WriteEndObject();
        }

        private void Map(Relation relation)
        {
            json.WriteStartObject();
            json.WriteString("uuid", Oscal.Uuid(seed, $"map {relation.FromCatalogue} {relation.FromId} {relation.ToCatalogue} {relation.ToId}"));
            // Equal in meaning; "equal-to" would speak of the words, and ours are not the sources'.
            json.WriteString("relationship", relation.Kind switch
            {
                RelationKind.Equal => "equivalent-to",
                RelationKind.Subset => "subset-of",
                RelationKind.Superset => "superset-of",
                _ => "intersects-with",
            });
            Item("sources", relation.FromCatalogue, relation.FromId);
            Item("targets", relation.ToCatalogue, relation.ToId);
            json.WriteStartArray("props");
            Oscal.Property(json, "reviewed", relation.Review is null ? "no" : "yes");
            if (relation.Review is { } review) Oscal.Property(json, "review", review);
            Oscal.Property(json, "source", Catalogue.Default.Sources.FirstOrDefault(s => s.Key == relation.Source)?.Name ?? relation.Source);
            json.WriteEndArray();
            if (relation.Note is { } note) json.WriteString("remarks", note);
            json.WriteEndObject();
        }

        private void Item(string name, string catalogue, string row)
        {
            json.WriteStartArray(name);
            json.WriteStartObject();
            json.WriteString("type", "control");
            json.WriteString("id-ref", Ref(catalogue, row));
            json.WriteEndObject();
            json.WriteEndArray();
        }

        private void Resource(string name, string catalogue)
        {
            json.WriteStartObject(name);
            json.WriteString("type", "catalog");
            json.WriteString("href", $"#{Oscal.Uuid(seed, $"catalogue {catalogue}")}");
            json.WriteEndObject();
        }

        // Only of a catalogue that is carried: of another one nobody here knows all rows. A heading counts as named through its parts.
        private void Gap(string name, string id, string pair, IEnumerable<string> named)
        {
            if (Carried(id) is not { } catalogue) return;
            var unmapped = Crosswalk.Unmapped(catalogue, named);
            if (unmapped.Count == 0) return;
            json.WriteStartObject(name);
            json.WriteString("uuid", Oscal.Uuid(seed, $"gap {pair}"));
            json.WriteStartArray("unmapped-controls");
            json.WriteStartObject();
            json.WriteStartArray("with-ids");
            foreach (var row in unmapped) json.WriteStringValue(OscalCatalog.Token(catalogue, row.Id));
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private static string Ref(string id, string row) => Carried(id) is { } catalogue ? OscalCatalog.Token(catalogue, row) : row.ToLowerInvariant();

        private static string Name(string id) => Carried(id) is { } catalogue ? $"{catalogue.Name} {catalogue.Edition}" : id;

        private static Catalogue? Carried(string id) => Catalogue.All.FirstOrDefault(c => c.Id == id);
    }
}
