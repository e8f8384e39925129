using System.Buffers;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;

namespace Assay.Software.Vex;

/// <summary>OpenVEX documents: written in version 0.2.0, read from 0.0.1 on.</summary>
public static class OpenVex
{
    private const string Context = "https://openvex.dev/ns/v0.2.0";
    private const int MostStatements = 100_000, Depth = 32;

    /// <summary>True where the first bytes promise an OpenVEX document.</summary>
    public static bool Looks(ReadOnlySpan<byte> file)
    {
        var start = file[..Math.Min(file.Length, 4096)];
        return start.TrimStart(" \t\r\n\ufeff"u8).StartsWith("{"u8) && start.IndexOf("openvex.dev/ns"u8) >= 0;
    }

    /// <summary>The code of a justification: <c>vulnerable_code_not_present</c>.</summary>
    public static string Code<T>(T value) where T : struct, Enum
    {
        var code = new System.Text.StringBuilder();
        foreach (var c in value.ToString())
        {
            if (char.IsAsciiLetterUpper(c) && code.Length > 0) code.Append('_');
            code.Append(char.ToLowerInvariant(c));
        }
        return code.ToString();
    }

    /// <summary>One of the five codes, or null.</summary>
    internal static VexJustification? Justification(string? code) => Value<VexJustification>(code);

    private static T? Value<T>(string? code) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Code(value) == code) return value;
        }
        return null;
    }

    /// <summary>One document. Same statements, same bytes.</summary>
    /// <exception cref="ArgumentException">A statement lacks what its status asks for: a reason for "not affected", an action for "affected", a product for each.</exception>
    public static byte[] Write(VexDocument document)
    {
        if (document.Statements.Count == 0) throw new ArgumentException("a VEX document expects at least one statement", nameof(document));
        foreach (var statement in document.Statements)
        {
            if (Lacks(statement) is { } lack) throw new ArgumentException($"the statement on {statement.Vulnerability} {lack}", nameof(document));
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("@context", Context);
            json.WriteString("@id", document.Id);
            json.WriteString("author", document.Author);
            if (document.Role is not null) json.WriteString("role", document.Role);
            json.WriteString("timestamp", EvidenceJson.Time(document.Time));
            json.WriteNumber("version", document.Version);
            json.WriteStartArray("statements");
            foreach (var statement in document.Statements) Write(json, statement);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static string? Lacks(VexStatement statement) => statement switch
    {
        { Products.Count: 0 } => "expects a product",
        { Status: VexStatus.NotAffected, Justification: null } when string.IsNullOrWhiteSpace(statement.Impact) => "expects a justification or an impact statement for \"not affected\"",
        { Status: VexStatus.Affected } when string.IsNullOrWhiteSpace(statement.Action) => "expects an action for \"affected\"",
        { Status: not VexStatus.NotAffected, Justification: not null } => "carries a justification, which belongs to \"not affected\"",
        _ => null,
    };

    private static void Write(Utf8JsonWriter json, VexStatement statement)
    {
        json.WriteStartObject();
        json.WriteStartObject("vulnerability");
        json.WriteString("name", statement.Vulnerability);
        if (statement.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases");
            foreach (var alias in statement.Aliases.Distinct(StringComparer.Ordinal)) json.WriteStringValue(alias);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        if (statement.Time is { } time) json.WriteString("timestamp", EvidenceJson.Time(time));
        json.WriteStartArray("products");
        foreach (var product in statement.Products)
        {
            json.WriteStartObject();
            Identify(json, product.Id);
            if (product.Components.Count > 0)
            {
                json.WriteStartArray("subcomponents");
                foreach (var component in product.Components.Distinct(StringComparer.Ordinal))
                {
                    json.WriteStartObject();
                    Identify(json, component);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("status", Code(statement.Status));
        if (statement.Notes is not null) json.WriteString("status_notes", statement.Notes);
        if (statement.Justification is { } justification) json.WriteString("justification", Code(justification));
        if (statement.Impact is not null) json.WriteString("impact_statement", statement.Impact);
        if (statement.Action is not null) json.WriteString("action_statement", statement.Action);
        json.WriteEndObject();
    }

    // A package URL is an IRI and an identifier at once; a CPE name is only the latter.
    private static void Identify(Utf8JsonWriter json, string id)
    {
        if (id.StartsWith("cpe:2.3:", StringComparison.Ordinal))
        {
            json.WriteStartObject("identifiers");
            json.WriteString("cpe23", id);
            json.WriteEndObject();
            return;
        }
        json.WriteString("@id", id.Contains(':', StringComparison.Ordinal) ? id : $"urn:name:{Uri.EscapeDataString(id)}");
        if (!id.StartsWith("pkg:", StringComparison.Ordinal)) return;
        json.WriteStartObject("identifiers");
        json.WriteString("purl", id);
        json.WriteEndObject();
    }

    /// <summary>Reads a document of any version; a statement that makes no sense is told to <paramref name="losses"/> and left out.</summary>
    /// <exception cref="UnreadableException">No JSON, no OpenVEX, or nobody who says it.</exception>
    public static VexDocument Read(string artefact, ReadOnlyMemory<byte> file, List<Loss> losses)
    {
        if (file.Span.StartsWith("\ufeff"u8)) file = file[3..];
        try
        {
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = Depth });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.Text("@context")?.StartsWith("https://openvex.dev/ns", StringComparison.Ordinal) != true) throw new UnreadableException("an OpenVEX document", "another one", 0);
            var author = root.Text("author");
            if (string.IsNullOrWhiteSpace(author)) throw new UnreadableException("an author", "nobody", 0);
            var (statements, index) = (new List<VexStatement>(), 0);
            // Before 0.2.0 a statement may take its time and its products from the document.
            foreach (var element in root.List("statements"))
            {
                var at = $"statements[{index++}]";
                if (index > MostStatements) throw new UnreadableException($"at most {MostStatements} statements", "more", 0);
                try
                {
                    statements.Add(Statement(element, root.Time("timestamp")));
                }
                catch (UnreadableException bad)
                {
                    losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = at }, Expected = bad.Expected, Found = bad.Found });
                }
            }
            return new VexDocument
            {
                Id = root.Text("@id") ?? "",
                Author = author,
                Role = root.Text("role"),
                Time = root.Time("last_updated") ?? root.Time("timestamp") ?? statements.Select(s => s.Time).Max() ?? DateTimeOffset.UnixEpoch,
                Version = root.Part("version") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var version) && version > 0 ? version : 1,
                Statements = statements,
            };
        }
        catch (JsonException bad)
        {
            throw new UnreadableException($"JSON at most {Depth} deep", bad.Message.Split(" LineNumber", 2)[0], bad.BytePositionInLine ?? 0);
        }
        catch (InvalidOperationException bad)
        {
            throw new UnreadableException("text in UTF-8", bad.Message, 0);
        }
    }

    private static VexStatement Statement(JsonElement element, DateTimeOffset? documented)
    {
        var vulnerability = element.Part("vulnerability");
        var name = vulnerability is { ValueKind: JsonValueKind.String } ? element.Text("vulnerability") : vulnerability?.Text("name") ?? vulnerability?.Text("@id");
        if (string.IsNullOrEmpty(name)) throw new UnreadableException("a statement that names a vulnerability", "none", 0);
        var status = Value<VexStatus>(element.Text("status")) ?? throw new UnreadableException("a status: not_affected, affected, fixed or under_investigation", element.Text("status") ?? "none", 0);
        var justification = element.Text("justification") is { Length: > 0 } code
            ? Value<VexJustification>(code) ?? throw new UnreadableException("one of the five justifications", code, 0) : (VexJustification?)null;
        if (status == VexStatus.NotAffected && justification is null && element.Text("impact_statement") is null) throw new UnreadableException("a justification or an impact statement for not_affected", "neither", 0);
        var products = element.List("products").Select(Product).OfType<VexProduct>().ToList();
        if (products.Count == 0) throw new UnreadableException("a statement that names a product", "none", 0);
        return new VexStatement
        {
            Vulnerability = name,
            Aliases = [.. vulnerability?.Texts("aliases") ?? []],
            Products = products,
            Status = status,
            Justification = justification,
            Impact = element.Text("impact_statement"),
            Action = element.Text("action_statement"),
            Notes = element.Text("status_notes") is { Length: > 0 } notes ? notes : null,
            Time = element.Time("last_updated") ?? element.Time("timestamp") ?? documented,
        };

        static VexProduct? Product(JsonElement product)
        {
            if (product.ValueKind == JsonValueKind.String) return product.GetString() is { Length: > 0 } text ? new VexProduct(Shortened.Visible(text), []) : null;
            return Identity(product) is { } id ? new VexProduct(id, [.. product.List("subcomponents").Select(c => c.ValueKind == JsonValueKind.String ? Shortened.Visible(c.GetString()!) : Identity(c)).OfType<string>()]) : null;
        }

        static string? Identity(JsonElement element)
        {
            var identifiers = element.Part("identifiers");
            var id = identifiers?.Text("purl") ?? (element.Text("@id") is { Length: > 0 } own ? own : null) ?? identifiers?.Text("cpe23") ?? identifiers?.Text("cpe22");
            return id is not null && id.StartsWith("urn:name:", StringComparison.Ordinal) ? Uri.UnescapeDataString(id[9..]) : id;
        }
    }
}
