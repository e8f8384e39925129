using System.Globalization;
using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.CommandLine;
using Assay.Evidence;

namespace Assay.Cli;

/// <summary><c>assay catalogue list|show|map</c>: which baselines the program carries, how much of each, where that was read, and how their rows relate.</summary>
public static class CatalogueVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "catalogue",
        Summary = "the baselines: list them, show the rows and units of one, how rows of two relate; OSCAL in and out",
        Usage = "list | show ID|FILE [ROW] | map ID|FILE [ID|FILE]",
        Example = "./assay catalogue show en303645-2.1.1 5.1-1",
        Formats = ["table", "json", "oscal"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        // What could be read is shown; that something was not is the exit status.
        var lost = false;
        var exit = Answer(arguments.Operands, name => Open(name, arguments, terminal, ref lost), terminal);
        return exit == Exit.Done && lost ? Exit.Unreadable : exit;
    }

    private static int Answer(IReadOnlyList<string> words, Func<string, Catalogue> open, Terminal terminal) => words switch
    {
        ["list"] => List(terminal),
        ["show", var id] => Show(open(id), terminal),
        ["show", var id, var row] => ShowRow(open(id), row, terminal),
        ["map", var id] => Map(open(id), null, terminal),
        ["map", var from, var to] => Map(open(from), open(to), terminal),
        [var word, ..] when word is not ("list" or "show" or "map") => throw new UsageException($"expected list, show or map, found {word}{Arguments.Nearest(word, ["list", "show", "map"])}"),
        [] => throw new UsageException("expected list, show or map, found nothing"),
        _ => throw new UsageException($"expected {Verb.Usage}, found {string.Join(' ', words)}"),
    };

    private static int List(Terminal terminal)
    {
        if (terminal.Format == "oscal") throw new UsageException("list has no OSCAL form; catalogue show ID --format oscal writes one catalogue");
        if (terminal.Format == "table")
        {
            terminal.Write(writer => TextTable.Write(writer, ["id", "name", "extent", "rows", "units", "licence", "read", "not certain"], [.. Catalogue.All.Select(c => (IReadOnlyList<string>)
                [c.Id, $"{c.Name} {c.Edition}", EvidenceJson.Name(c.Extent), Number(c.Provisions.Count), c.Units.Count > 0 ? Number(c.Units.Count) : "", c.Source.Licence, c.Source.Read, c.Provisional ?? ""])], terminal.Width));
            return Exit.Done;
        }
        terminal.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/catalogues/1");
            json.WriteStartArray("catalogues");
            foreach (var c in Catalogue.All)
            {
                json.WriteStartObject();
                json.WriteString("id", c.Id);
                Describe(json, c);
                json.WriteNumber("provisions", c.Provisions.Count);
                json.WriteNumber("units", c.Units.Count);
                json.WriteNumber("relations", Crosswalk.Of(c.Id).Count);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return Exit.Done;
    }

    private static int Show(Catalogue catalogue, Terminal terminal)
    {
        switch (terminal.Format)
        {
            case "oscal":
                terminal.WriteBytes(stream => stream.Write(OscalCatalog.Bytes(catalogue)));
                break;
            case "json":
                WriteProvisions(catalogue, catalogue.Provisions, terminal);
                break;
            default:
                Table(terminal, ["row", "under", "status", "condition", "units", "title", "note"], [.. catalogue.Provisions.Select(p => (IReadOnlyList<string>)
                    [Called(p), p.Group ?? "", catalogue.IsEdition ? Status(p) : "", p.Condition?.Text ?? "", catalogue.UnitsOf(p.Id) is { Count: > 0 } units ? Number(units.Count) : "", p.Title, p.Note ?? ""])]);
                terminal.Hint($"{catalogue.Name} {catalogue.Edition}: {EvidenceJson.Name(catalogue.Extent)}, {Number(catalogue.Provisions.Count)} rows. Read: {catalogue.Source.Read}.{(catalogue.Provisional is { } not ? $" Not certain: {not}." : "")}");
                break;
        }
        return Exit.Done;
    }

    private static int ShowRow(Catalogue catalogue, string name, Terminal terminal)
    {
        var rows = catalogue.Rows(name);
        if (rows.Count == 0) throw new UsageException($"expected a row of {catalogue.Id}, found {name}{Arguments.Nearest(name, catalogue.Provisions.SelectMany(p => new[] { p.Id, p.Label }).OfType<string>())}");
        switch (terminal.Format)
        {
            case "oscal":
                throw new UsageException("one row has no OSCAL form; catalogue show ID --format oscal writes the whole catalogue");
            case "json":
                WriteProvisions(catalogue, rows, terminal);
                break;
            default:
                var relations = Relations(catalogue, rows);
                terminal.Write(writer =>
                {
                    foreach (var row in rows)
                    {
                        TextTable.Write(writer, ["field", "value"], [.. Fields(catalogue, row)], terminal.Width);
                        writer.WriteLine();
                    }
                    var units = rows.SelectMany(r => catalogue.UnitsOf(r.Id)).ToList();
                    if (units.Count > 0)
                    {
                        TextTable.Write(writer, ["unit", "decides", "needs", "tables", "title"], [.. units.Select(u => (IReadOnlyList<string>)
                            [u.Id, EvidenceJson.Name(u.Decides), EvidenceJson.Name(u.Means), u.Tables.Count == 29 ? "all" : string.Join(", ", u.Tables), u.Title])], terminal.Width);
                        writer.WriteLine();
                    }
                    if (relations.Count > 0) TextTable.Write(writer, ["relation", "catalogue", "row", "reviewed"], [.. relations.Select(r => (IReadOnlyList<string>)[EvidenceJson.Name(r.Kind), r.ToCatalogue, r.ToId, r.Review ?? "no"])], terminal.Width);
                });
                break;
        }
        return Exit.Done;
    }

    private static int Map(Catalogue from, Catalogue? to, Terminal terminal)
    {
        var relations = to is null ? Crosswalk.Of(from.Id) : Crosswalk.Of(from.Id, to.Id);
        if (terminal.Format == "oscal")
        {
            if (relations.Count == 0) throw new UsageException($"expected catalogues with relations, found none between {from.Id} and {to?.Id ?? "any other"}; catalogue map {from.Id} lists those it has");
            terminal.WriteBytes(stream => stream.Write(OscalMapping.Bytes(relations)));
            return Exit.Done;
        }
        var unmapped = Crosswalk.Unmapped(from, relations.SelectMany(r => from.Rows(r.FromId)).Select(p => p.Id));
        if (terminal.Format == "table")
        {
            Table(terminal, ["row", "relation", "catalogue", "its row", "reviewed", "source", "note"], [.. relations.Select(r => (IReadOnlyList<string>)
                [r.FromId, EvidenceJson.Name(r.Kind), to is null ? r.ToCatalogue : "", r.ToId, r.Review ?? "no", r.Source, r.Note ?? ""])]);
            terminal.Hint($"{Number(relations.Count)} relations, {Number(relations.Count(r => r.CarriesVerdicts))} of them equal and reviewed: only these carry a verdict.");
            if (unmapped.Count > 0) terminal.Hint($"No relation is known of {Number(unmapped.Count)} rows of {from.Id}: {string.Join(", ", unmapped.Select(Called))}.");
            return Exit.Done;
        }
        terminal.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/mappings/1");
            json.WriteString("from", from.Id);
            if (to is not null) json.WriteString("to", to.Id);
            json.WriteStartArray("mappings");
            foreach (var r in relations) Write(json, r, withFrom: true);
            json.WriteEndArray();
            json.WriteStartArray("unmapped");
            foreach (var row in unmapped) json.WriteStringValue(row.Id);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return Exit.Done;
    }

    private static void WriteProvisions(Catalogue catalogue, IReadOnlyList<Provision> rows, Terminal terminal) => terminal.WriteJson(json =>
    {
        var relations = Crosswalk.Of(catalogue.Id).ToLookup(r => r.FromId, StringComparer.OrdinalIgnoreCase);
        json.WriteStartObject();
        json.WriteString("schema", "assay/provisions/1");
        json.WriteString("catalogue", catalogue.Id);
        Describe(json, catalogue);
        json.WriteStartArray("provisions");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("provision", row.Id);
            if (row.Label is { } label && label != row.Id) json.WriteString("label", label);
            if (row.Parent is { } parent) json.WriteString("partOf", parent);
            if (row.Group is { } group) json.WriteString("under", group);
            json.WriteString("status", EvidenceJson.Name(row.Obligation));
            if (row.IsDisputed) json.WriteBoolean("disputed", true);
            if (row.Condition is { } condition) json.WriteString("condition", condition.Text);
            json.WriteString("title", row.Title);
            if (row.Text is { } text) json.WriteString("text", text);
            if (row.Note is { } note) json.WriteString("note", note);
            json.WriteString("source", row.Source);
            json.WriteStartArray("units");
            foreach (var unit in catalogue.UnitsOf(row.Id)) Write(json, unit);
            json.WriteEndArray();
            json.WriteStartArray("relations");
            foreach (var relation in relations[row.Id].Concat(row.Label is { } other && !string.Equals(other, row.Id, StringComparison.OrdinalIgnoreCase) ? relations[other] : [])) Write(json, relation, withFrom: false);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Describe(Utf8JsonWriter json, Catalogue catalogue)
    {
        json.WriteString("name", catalogue.Name);
        json.WriteString("edition", catalogue.Edition);
        json.WriteString("extent", EvidenceJson.Name(catalogue.Extent));
        json.WriteBoolean("assessed", catalogue.IsEdition);
        if (catalogue.AsOf > DateOnly.MinValue) json.WriteString("asOf", catalogue.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("read", catalogue.Source.Read);
        json.WriteString("licence", catalogue.Source.Licence);
        if (catalogue.Provisional is { } provisional) json.WriteString("provisional", provisional);
    }

    private static void Write(Utf8JsonWriter json, TestUnit unit)
    {
        json.WriteStartObject();
        json.WriteString("unit", unit.Id);
        json.WriteString("kind", unit.IsFunctional ? "functional" : "conceptual");
        json.WriteString("decides", EvidenceJson.Name(unit.Decides));
        json.WriteString("needs", EvidenceJson.Name(unit.Means));
        json.WriteStartArray("tables");
        foreach (var table in unit.Tables) json.WriteNumberValue(table);
        json.WriteEndArray();
        json.WriteString("title", unit.Title);
        json.WriteString("source", unit.Source);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Relation relation, bool withFrom)
    {
        json.WriteStartObject();
        if (withFrom)
        {
            json.WriteString("from", relation.FromCatalogue);
            json.WriteString("provision", relation.FromId);
        }
        json.WriteString("relation", EvidenceJson.Name(relation.Kind));
        json.WriteString("to", relation.ToCatalogue);
        json.WriteString("its", relation.ToId);
        json.WriteBoolean("reviewed", relation.Review is not null);
        if (relation.Review is { } review) json.WriteString("review", review);
        json.WriteBoolean("carriesVerdicts", relation.CarriesVerdicts);
        if (relation.Note is { } note) json.WriteString("note", note);
        json.WriteString("source", relation.Source);
        json.WriteEndObject();
    }

    private static IEnumerable<IReadOnlyList<string>> Fields(Catalogue catalogue, Provision row)
    {
        yield return ["row", Called(row)];
        yield return ["title", row.Title];
        if (row.Text is { } text) yield return ["text", text];
        if (row.Group is { } group) yield return ["under", group];
        if (row.Parent is { } parent) yield return ["part of", parent];
        if (catalogue.PartsOf(row.Id) is { Count: > 0 } parts) yield return ["parts", string.Join(", ", parts.Select(Called))];
        yield return ["status", Status(row)];
        foreach (var id in row.Condition?.Names ?? []) if (catalogue.Condition(id) is { } condition) yield return ["condition", $"{id}: {condition.Title}"];
        if (row.Note is { } note) yield return ["note", note];
        yield return ["source", catalogue.Sources.FirstOrDefault(s => s.Key == row.Source) is { } source ? $"{source.Name}; {source.Read}" : row.Source];
    }

    private static List<Relation> Relations(Catalogue catalogue, IReadOnlyList<Provision> rows)
    {
        var names = rows.SelectMany(r => new[] { r.Id, r.Label }).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. Crosswalk.Of(catalogue.Id).Where(r => names.Contains(r.FromId))];
    }

    // Columns that hold nothing for this catalogue say nothing and take room.
    private static void Table(Terminal terminal, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var kept = Enumerable.Range(0, head.Count).Where(i => i == 0 || rows.Any(r => r[i].Length > 0)).ToList();
        terminal.Write(writer => TextTable.Write(writer, [.. kept.Select(i => head[i])], [.. rows.Select(r => (IReadOnlyList<string>)[.. kept.Select(i => r[i])])], terminal.Width));
    }

    private static string Called(Provision row) => row.Label is { } label && !string.Equals(label, row.Id, StringComparison.OrdinalIgnoreCase) ? $"{row.Id} ({label})" : row.Id;

    private static string Status(Provision row) => (row.IsMandatory ? "mandatory" : "recommended") + (row.IsDisputed ? " (disputed)" : "");

    /// <summary>A catalogue of the program by its id, or one that comes in as a file.</summary>
    private static Catalogue Open(string name, Arguments arguments, Terminal terminal, ref bool lost)
    {
        if (Catalogue.All.FirstOrDefault(c => string.Equals(c.Id, name, StringComparison.OrdinalIgnoreCase)) is { } carried) return carried;
        if (!File.Exists(name))
        {
            throw new UsageException($"expected one of the catalogues {string.Join(", ", Catalogue.All.Select(c => c.Id))}, or a file with an OSCAL catalog, found {Shortened.Visible(name)}{Arguments.Nearest(name, Catalogue.All.Select(c => c.Id))}");
        }
        using var artefact = Artefact.Open(name, Path.GetFileName(name));
        var imported = Catalogue.Import(artefact, arguments.Budget());
        foreach (var loss in imported.Losses.Take(5)) terminal.Complain(loss.ToString());
        if (imported.Losses.Count > 5) terminal.Complain($"and {Number(imported.Losses.Count - 5)} more that were not understood");
        lost |= imported.Losses.Count > 0;
        return imported.Catalogue;
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
