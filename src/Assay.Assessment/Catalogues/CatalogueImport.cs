using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Assessment.Documents;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Catalogues;

/// <summary>A catalogue that came in as a document, and what of it was not understood.</summary>
/// <param name="Groups">Groups at every depth.</param>
/// <param name="Parameters">Parameters of the document, of groups and of controls.</param>
/// <param name="Losses">Each with the path inside the document: what is not in the model, has no id, or stands too deep.</param>
public sealed record ImportedCatalogue(Catalogue Catalogue, int Groups, int Parameters, IReadOnlyList<Loss> Losses);

/// <summary>
/// Reads a catalog in OSCAL's JSON (1.x): groups and controls nested at will, parameters put into the prose, labels, statements. Every control becomes a row, in the
/// document's order. Links, roles and back matter belong to the model and are not needed here; a member that the model does not have is a loss.
/// </summary>
internal sealed class CatalogueImport
{
    // The largest published catalogs hold some 10 MB and 2,000 controls.
    private const int MostBytes = 64 << 20;
    private const int MostRows = 50_000;
    private const int MostLosses = 1_000;
    private const int MostText = 20_000;

    private static readonly HashSet<string> DocumentMembers = ["uuid", "metadata", "params", "controls", "groups", "back-matter"];
    private static readonly HashSet<string> GroupMembers = ["id", "class", "title", "params", "props", "links", "parts", "groups", "controls"];
    private static readonly HashSet<string> ControlMembers = ["id", "class", "title", "params", "props", "links", "parts", "controls"];
    private static readonly HashSet<string> PartMembers = ["id", "name", "ns", "class", "title", "props", "prose", "parts", "links"];
    private static readonly HashSet<string> ParameterMembers = ["id", "class", "depends-on", "props", "links", "label", "usage", "constraints", "guidelines", "values", "select", "remarks"];

    private readonly Artefact artefact;
    private readonly Budget budget;
    private readonly List<Provision> rows = [];
    private readonly HashSet<string> ids = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal);
    private readonly List<Loss> losses = [];
    private int groups;
    private int lost;

    private CatalogueImport(Artefact artefact, Budget budget)
    {
        this.artefact = artefact;
        this.budget = budget;
    }

    /// <exception cref="UnreadableException">No JSON, or no catalog of OSCAL.</exception>
    /// <exception cref="BudgetException">The document is larger than one file may be.</exception>
    public static ImportedCatalogue Read(Artefact artefact, Budget budget)
    {
        var most = Math.Min(MostBytes, budget.FileBytes);
        if (artefact.Size > most) throw new BudgetException("file", most);
        // Each level of groups or controls is two of JSON, and their parts stand below.
        var options = new JsonDocumentOptions { MaxDepth = (2 * budget.Depth) + 64 };
        using var document = Parse(artefact.Bytes.Span(0, (int)artefact.Size).ToArray(), options);
        try
        {
            return Of(document, artefact, budget);
        }
        catch (InvalidOperationException)
        {
            // A name or text with half of a character escaped: the reader finds it only when it is asked for.
            throw new UnreadableException("text in Unicode", "an escape that is half of a character", 0, 1);
        }
    }

    private static ImportedCatalogue Of(JsonDocument document, Artefact artefact, Budget budget)
    {
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new UnreadableException("an OSCAL document with a member \"catalog\"", Kind(document.RootElement), 0, 1);
        if (!document.RootElement.TryGetProperty("catalog", out var catalog) || catalog.ValueKind != JsonValueKind.Object)
        {
            var first = document.RootElement.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => n != "$schema");
            throw new UnreadableException("an OSCAL document with a member \"catalog\"", first is null ? "no member" : $"\"{Shortened.Visible(Cut(first))}\"", 0, 1);
        }
        return new CatalogueImport(artefact, budget).Read(catalog);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes, JsonDocumentOptions options)
    {
        // A byte order mark is no JSON, but common.
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        try
        {
            return JsonDocument.Parse(bytes, options);
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException("JSON", "something else, or JSON that is cut or nested too deep", wrong.BytePositionInLine ?? 0, (int)((wrong.LineNumber ?? 0) + 1));
        }
    }

    private ImportedCatalogue Read(JsonElement catalog)
    {
        var metadata = catalog.TryGetProperty("metadata", out var said) && said.ValueKind == JsonValueKind.Object ? said : default;
        Unknown(catalog, DocumentMembers, "catalog");
        // Prose may name a parameter of a control that comes later.
        Parameters(catalog, "catalog", 0);
        Children(catalog, "catalog", null, null, 0);
        var own = Props(metadata, Oscal.Namespace);
        var props = Props(metadata, null);
        var title = Text(metadata, "title") ?? artefact.Name;
        var source = new Source("import", Shortened.Visible(title), props.GetValueOrDefault("license") ?? props.GetValueOrDefault("licence") ?? own.GetValueOrDefault("licence") ?? "as its document says", $"{Shortened.Visible(artefact.Name)}, SHA-256 {artefact.Sha256}");
        var id = Id(own.GetValueOrDefault("catalogue") ?? props.GetValueOrDefault("standard-reference"));
        // Relations hang on a catalogue's id. A document that takes the id of one of ours and has other rows must not take its relations too.
        if (Catalogue.All.FirstOrDefault(c => c.Id == id) is { } ours && !ours.Provisions.Select(p => (p.Id, p.Parent, p.Title)).SequenceEqual(rows.Select(p => (p.Id, p.Parent, p.Title))))
        {
            Lose("catalog/metadata", $"the rows of {id}, which it says it is", "other rows");
            id = Id(null) is var name && Catalogue.All.All(c => c.Id != name) ? name : $"imported-{name}";
        }
        return new ImportedCatalogue(new Catalogue
        {
            Id = id,
            Name = Shortened.Visible(title),
            Edition = Shortened.Visible(Text(metadata, "version") ?? "not stated"),
            Extent = lost > 0 || own.GetValueOrDefault("extent") == "partial" ? Extent.Partial : Extent.Ids,
            Provisional = own.TryGetValue("provisional", out var provisional) ? Shortened.Visible(provisional) : props.TryGetValue("status", out var status) ? Shortened.Visible(status) : null,
            Source = source,
            AsOf = DateTimeOffset.TryParse(Text(metadata, "last-modified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? DateOnly.FromDateTime(time.UtcDateTime) : DateOnly.MinValue,
            IsEdition = false,
            Provisions = rows,
            Conditions = [],
            Units = [],
            Sources = [source],
        }, groups, parameters.Count, losses);
    }

    // Our own export says which catalogue it is; others say which standard they stand for, or nothing.
    private string Id(string? name)
    {
        if (name is null)
        {
            name = Path.GetFileName(artefact.Name);
            foreach (var end in (string[])[".json", ".oscal", "_catalog", "-catalog"]) if (name.EndsWith(end, StringComparison.OrdinalIgnoreCase)) name = name[..^end.Length];
        }
        var id = new string([.. name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_').Select(char.ToLowerInvariant)]);
        return id.Length == 0 ? "catalog" : id[..Math.Min(id.Length, 100)];
    }

    private void Children(JsonElement of, string path, string? group, string? parent, int depth)
    {
        foreach (var (control, at) in Items(of, "controls", path)) Control(control, at, group, parent, depth + 1);
        foreach (var (child, at) in Items(of, "groups", path))
        {
            if (TooDeep(at, depth + 1)) continue;
            groups++;
            Unknown(child, GroupMembers, at);
            var title = Text(child, "title") is { } named ? Filled(named) : Text(child, "id");
            if (title is null) Lose(at, "a title or an id", "neither");
            Children(child, at, title is null ? group : group is null ? title : $"{group} / {title}", parent, depth + 1);
        }
    }

    private void Control(JsonElement control, string at, string? group, string? parent, int depth)
    {
        if (TooDeep(at, depth)) return;
        Unknown(control, ControlMembers, at);
        var own = Props(control, Oscal.Namespace);
        var props = Props(control, null);
        var id = own.GetValueOrDefault("row") ?? Text(control, "id");
        if (string.IsNullOrWhiteSpace(id))
        {
            Lose(at, "an id", "none");
            Children(control, at, group, parent, depth);
            return;
        }
        if (!ids.Add(id))
        {
            Lose(at, "an id that is used once", $"\"{Shortened.Visible(Cut(id))}\" again");
            Children(control, at, group, parent, depth);
            return;
        }
        if (rows.Count == MostRows) throw new BudgetException("rows", MostRows);
        var title = Text(control, "title") is { } named ? Filled(named) : null;
        if (title is null) Lose(at, "a title", "none");
        var statement = new StringBuilder();
        foreach (var (part, place) in Items(control, "parts", at)) Part(part, place, statement, Text(part, "name") == "statement", depth + 1);
        var note = own.GetValueOrDefault("note") ?? props.GetValueOrDefault("note");
        if (props.GetValueOrDefault("status") == "withdrawn") note = note is null ? "withdrawn" : $"withdrawn; {note}";
        rows.Add(new Provision
        {
            Id = Shortened.Visible(Cut(id)),
            Label = Shortened.Visible(props.GetValueOrDefault("label") ?? Bracketed(title) ?? id),
            Parent = parent,
            Group = group is null ? null : Shortened.Visible(Cut(group)),
            Obligation = own.GetValueOrDefault("status") == "recommended" ? Obligation.Recommended : Obligation.Mandatory,
            IsDisputed = own.GetValueOrDefault("disputed") == "yes",
            Title = Shortened.Visible(title ?? id),
            Text = statement.Length > 0 && statement.ToString().Trim() is var text && text != title ? Shortened.Visible(text) : null,
            Note = note is null ? null : Shortened.Visible(Cut(note)),
            Source = "import",
        });
        Children(control, at, group, rows[^1].Id, depth);
    }

    // What a statement says, its items below it; other parts are kept as known and are not shown.
    private void Part(JsonElement part, string at, StringBuilder text, bool isStatement, int depth)
    {
        if (TooDeep(at, depth)) return;
        Unknown(part, PartMembers, at);
        if (isStatement && Text(part, "prose") is { } prose && text.Length < MostText)
        {
            if (text.Length > 0) text.Append(' ');
            if (Props(part, null).TryGetValue("label", out var label)) text.Append(label).Append(' ');
            text.Append(Filled(prose));
        }
        foreach (var (child, place) in Items(part, "parts", at)) Part(child, place, text, isStatement, depth + 1);
    }

    private void Parameters(JsonElement of, string path, int depth)
    {
        if (depth > budget.Depth) return;
        foreach (var (parameter, at) in Items(of, "params", path, isCounted: false))
        {
            Unknown(parameter, ParameterMembers, at);
            if (Text(parameter, "id") is not { } id)
            {
                Lose(at, "an id", "none");
                continue;
            }
            parameters[id] = parameter.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0
                ? string.Join(", ", values.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()))
                : parameter.TryGetProperty("select", out var select) && select.ValueKind == JsonValueKind.Object && select.TryGetProperty("choice", out var choices) && choices.ValueKind == JsonValueKind.Array
                ? $"[one of: {string.Join("; ", choices.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()))}]"
                : $"[{Text(parameter, "label") ?? id}]";
        }
        foreach (var (child, at) in Items(of, "controls", path, isCounted: false)) Parameters(child, at, depth + 1);
        foreach (var (child, at) in Items(of, "groups", path, isCounted: false)) Parameters(child, at, depth + 1);
    }

    /// <summary>Prose with its parameters: <c>{{ insert: param, ac-1_prm_1 }}</c>. A name that no parameter has stays as it is.</summary>
    private string Filled(string prose)
    {
        var text = new StringBuilder();
        for (var at = 0; at < prose.Length;)
        {
            var from = prose.IndexOf("{{", at, StringComparison.Ordinal);
            var to = from < 0 ? -1 : prose.IndexOf("}}", from, StringComparison.Ordinal);
            if (to < 0)
            {
                text.Append(prose, at, prose.Length - at);
                break;
            }
            text.Append(prose, at, from - at);
            var words = prose[(from + 2)..to].Split([' ', ',', ':'], StringSplitOptions.RemoveEmptyEntries);
            // A value may name a parameter itself; that one stays unfilled, so that a ring of them ends.
            text.Append(words is ["insert", "param", var id] && parameters.TryGetValue(id, out var value) ? value : prose[from..(to + 2)]);
            at = to + 2;
            if (text.Length > MostText) break;
        }
        return Cut(Oscal.Line(text.ToString()), MostText);
    }

    private IEnumerable<(JsonElement Item, string At)> Items(JsonElement of, string name, string path, bool isCounted = true)
    {
        if (!of.TryGetProperty(name, out var items)) yield break;
        if (items.ValueKind != JsonValueKind.Array)
        {
            if (isCounted) Lose($"{path}/{name}", "a list", Kind(items));
            yield break;
        }
        var i = 0;
        foreach (var item in items.EnumerateArray())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}/{name}/{i++}");
            if (item.ValueKind == JsonValueKind.Object) yield return (item, at);
            else if (isCounted) Lose(at, "an object", Kind(item));
        }
    }

    private void Unknown(JsonElement of, HashSet<string> known, string at)
    {
        foreach (var member in of.EnumerateObject())
        {
            if (!known.Contains(member.Name)) Lose(at, $"members of OSCAL's model ({string.Join(", ", known)})", $"\"{Shortened.Visible(Cut(member.Name))}\"");
        }
    }

    private bool TooDeep(string at, int depth)
    {
        if (depth <= budget.Depth) return false;
        Lose(at, string.Create(CultureInfo.InvariantCulture, $"at most {budget.Depth} levels (--budget depth=NUMBER)"), "one more");
        return true;
    }

    private void Lose(string at, string expected, string found)
    {
        if (lost++ >= MostLosses) return;
        losses.Add(new Loss { Location = new Location { Artefact = artefact.Name, Path = at }, Expected = expected, Found = found });
    }

    // Properties of one name space; of several of a name the first without a class counts, else the first (SP 800-53 has a label for each of its uses).
    private static Dictionary<string, string> Props(JsonElement of, string? space)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var bare = new HashSet<string>(StringComparer.Ordinal);
        if (of.ValueKind != JsonValueKind.Object || !of.TryGetProperty("props", out var props) || props.ValueKind != JsonValueKind.Array) return found;
        foreach (var prop in props.EnumerateArray())
        {
            if (prop.ValueKind != JsonValueKind.Object || Text(prop, "name") is not { } name || Text(prop, "value") is not { } value) continue;
            var ns = Text(prop, "ns");
            // Without a name space it is OSCAL's own.
            if (space is null ? ns is not (null or "http://csrc.nist.gov/ns/oscal") : ns != space) continue;
            if (Text(prop, "class") is null && bare.Add(name)) found[name] = value;
            else found.TryAdd(name, value);
        }
        return found;
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? Oscal.Line(Cut(text, MostText)) : null;

    // Some catalogs write the number that people use before the title: [GEC-1] Up-to-date software.
    private static string? Bracketed(string? title) =>
        title is ['[', ..] && title.IndexOf(']') is > 1 and < 40 and var to && !title[1..to].Contains(' ', StringComparison.Ordinal) ? title[1..to] : null;

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Cut(string text, int most = 400) => text.Length <= most ? text : text[..most] + "…";
}
