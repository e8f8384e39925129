using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Assessment.Documents;
using Assay.Evidence;

namespace Assay.Assessment.Catalogues;

/// <summary>
/// A catalogue as an OSCAL document (OSCAL 1.2, model catalog): headings are groups, rows are controls, parts of rows are controls inside controls.
/// Conditions and test units are parts of a control; what OSCAL has no word for is a property in our name space.
/// </summary>
public static class OscalCatalog
{
    /// <summary>The whole document in UTF-8, ending in a line feed. The same catalogue has the same bytes; identifiers follow from its content.</summary>
    public static byte[] Bytes(Catalogue catalogue) =>
        EvidenceJson.Bytes(json => new Writing(json, catalogue).Write());

    /// <summary>A row's id as a token of OSCAL, which begins with a letter: <c>TM-09</c>, <c>en303645-5.1-1</c>, <c>cra-annex-2-8.a</c>.</summary>
    internal static string Token(Catalogue catalogue, string row) => char.IsAsciiLetter(row[0]) ? row : $"{(catalogue.IsEdition ? catalogue.Id[..catalogue.Id.IndexOf('-')] : catalogue.Id)}-{row}";

    /// <summary>What a document about this catalogue is made from; another content gives another seed.</summary>
    internal static string Seed(Catalogue catalogue)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{catalogue.Id}\n{catalogue.Name}\n{catalogue.Edition}\n{catalogue.AsOf:yyyy-MM-dd}\n{catalogue.Provisional}\n");
        foreach (var p in catalogue.Provisions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{p.Id}\t{p.Parent}\t{p.Group}\t{p.Obligation}\t{p.Condition}\t{p.IsDisputed}\t{p.Earlier}\t{p.Title}\t{p.Note}\t{p.Source}\n");
        }
        foreach (var c in catalogue.Conditions) text.Append(CultureInfo.InvariantCulture, $"{c.Id}\t{c.Means}\t{c.Title}\n");
        foreach (var u in catalogue.Units) text.Append(CultureInfo.InvariantCulture, $"{u.Id}\t{u.Decides}\t{u.Means}\t{string.Join(',', u.Tables)}\t{string.Join(',', u.Inherits)}\t{u.Title}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private sealed class Writing(Utf8JsonWriter json, Catalogue catalogue)
    {
        private readonly string seed = Seed(catalogue);

        public void Write()
        {
            json.WriteStartObject();
            json.WriteStartObject("catalog");
            json.WriteString("uuid", Oscal.Uuid(seed, "catalog"));
            json.WriteStartObject("metadata");
            json.WriteString("title", Oscal.Line($"{catalogue.Name} {catalogue.Edition}"));
            json.WriteString("last-modified", $"{catalogue.AsOf:yyyy-MM-dd}T00:00:00Z");
            json.WriteString("version", Oscal.Line(catalogue.Edition));
            json.WriteString("oscal-version", Oscal.Version);
            json.WriteStartArray("props");
            Oscal.Property(json, "catalogue", catalogue.Id);
            Oscal.Property(json, "extent", EvidenceJson.Name(catalogue.Extent));
            if (catalogue.Provisional is { } provisional) Oscal.Property(json, "provisional", provisional);
            Oscal.Property(json, "read", catalogue.Source.Read);
            Oscal.Property(json, "licence", catalogue.Source.Licence);
            json.WriteEndArray();
            json.WriteString("remarks", "Numbers and facts are the source's, words are our own. A row that is not here was not read.");
            json.WriteEndObject();
            var top = catalogue.Provisions.Where(p => p.Parent is null).ToList();
            var bare = top.Where(p => p.Group is null).ToList();
            if (bare.Count > 0) Controls(bare);
            var groups = top.Where(p => p.Group is not null).GroupBy(p => p.Group!, StringComparer.Ordinal).ToList();
            if (groups.Count > 0)
            {
                json.WriteStartArray("groups");
                for (var i = 0; i < groups.Count; i++)
                {
                    json.WriteStartObject();
                    json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"{catalogue.Id}-group-{i + 1}"));
                    json.WriteString("title", Oscal.Line(groups[i].Key));
                    Controls([.. groups[i]]);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private void Controls(IReadOnlyList<Provision> rows)
        {
            json.WriteStartArray("controls");
            foreach (var row in rows) Control(row);
            json.WriteEndArray();
        }

        private void Control(Provision row)
        {
            var token = Token(catalogue, row.Id);
            json.WriteStartObject();
            json.WriteString("id", token);
            json.WriteString("class", "provision");
            json.WriteString("title", Oscal.Line(row.Title));
            json.WriteStartArray("props");
            Oscal.Standard(json, "label", row.Id);
            Oscal.Property(json, "row", row.Id);
            Oscal.Property(json, "status", EvidenceJson.Name(row.Obligation));
            if (row.IsDisputed) Oscal.Property(json, "disputed", "yes");
            if (row.Condition is { } condition) Oscal.Property(json, "condition", condition.Text);
            if (row.Earlier is { } earlier) Oscal.Property(json, "earlier", earlier);
            if (row.Note is { } note) Oscal.Property(json, "note", note);
            Oscal.Property(json, "source", row.Source);
            json.WriteEndArray();
            Parts(row, token);
            var parts = catalogue.PartsOf(row.Id);
            if (parts.Count > 0) Controls(parts);
            json.WriteEndObject();
        }

        private void Parts(Provision row, string token)
        {
            json.WriteStartArray("parts");
            json.WriteStartObject();
            json.WriteString("id", $"{token}_smt");
            json.WriteString("name", "statement");
            json.WriteString("prose", row.Title);
            json.WriteEndObject();
            foreach (var id in row.Condition?.Names ?? [])
            {
                if (catalogue.Condition(id) is not { } condition) continue;
                json.WriteStartObject();
                json.WriteString("id", $"{token}_condition-{id}");
                json.WriteString("name", "condition");
                json.WriteString("ns", Oscal.Namespace);
                json.WriteStartArray("props");
                Oscal.Standard(json, "label", id);
                if (condition.Means is { } means) Oscal.Property(json, "means", means.Text);
                Oscal.Property(json, "source", condition.Source);
                json.WriteEndArray();
                json.WriteString("prose", condition.Title);
                json.WriteEndObject();
            }
            foreach (var unit in catalogue.UnitsOf(row.Id)) Unit(unit);
            json.WriteEndArray();
        }

        private void Unit(TestUnit unit)
        {
            json.WriteStartObject();
            json.WriteString("id", $"unit-{unit.Id}");
            json.WriteString("name", "assessment-objective");
            json.WriteString("class", "unit");
            json.WriteStartArray("props");
            Oscal.Standard(json, "label", unit.Id);
            Oscal.Property(json, "case", unit.Case);
            Oscal.Property(json, "kind", unit.IsFunctional ? "functional" : "conceptual");
            Oscal.Property(json, "decides", EvidenceJson.Name(unit.Decides));
            Oscal.Property(json, "needs", EvidenceJson.Name(unit.Means));
            if (unit.Tables.Count > 0) Oscal.Property(json, "tables", string.Join(", ", unit.Tables.Select(t => t.ToString(CultureInfo.InvariantCulture))));
            if (unit.Inherits.Count > 0) Oscal.Property(json, "inherits", string.Join(", ", unit.Inherits));
            if (unit.IsPreparatory) Oscal.Property(json, "preparatory", "yes");
            if (unit.Escape is { } escape) Oscal.Property(json, "escape", escape);
            Oscal.Property(json, "source", unit.Source);
            json.WriteEndArray();
            json.WriteString("prose", unit.Title);
            json.WriteEndObject();
        }
    }
}
