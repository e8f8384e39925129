using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Sbom.Shapes;

namespace Assay.Software.Sbom;

/// <summary>The formats of bills of materials that are read.</summary>
public enum BillFormat
{
    /// <summary>CycloneDX JSON (ECMA-424).</summary>
    CycloneDx,
    /// <summary>SPDX 2.2 and 2.3, JSON or tag-value.</summary>
    Spdx,
    /// <summary>SPDX 3.0, JSON-LD: elements that refer to each other.</summary>
    Spdx3,
}

/// <summary>A document of one of the formats, held against its format's rules, with every member that it has: written again it is equal.</summary>
/// <remarks>CycloneDX 1.4 to 1.7 and SPDX 2.2 to 3.0 are checked; CycloneDX 1.2 and 1.3 are read and not checked.</remarks>
public sealed class BillFile : IDisposable
{
    /// <summary>How deep lists and objects may stand in each other.</summary>
    public const int Depth = 128;
    /// <summary>Names and values of one document: in SPDX 3, and where lists stand inside of lists, each takes twelve bytes beside the document itself.</summary>
    public const int MostValues = 50_000_000;

    private readonly JsonDocument document;

    private BillFile(string name, JsonDocument document, LongLists lists, BillFormat format, string version)
    {
        (Name, this.document, Lists, Format, Version) = (name, document, lists, format, version);
        (Faults, Remarks) = format switch
        {
            BillFormat.CycloneDx => CycloneDxRules.Check(this),
            BillFormat.Spdx => SpdxRules.Check(this),
            _ => Spdx3Rules.Check(Root),
        };
    }

    /// <summary>How the giver calls it.</summary>
    public string Name { get; }
    public BillFormat Format { get; }
    /// <summary><c>1.6</c>, <c>2.3</c>, <c>3.0.1</c>.</summary>
    public string Version { get; }
    /// <summary><c>CycloneDX 1.6</c>, <c>SPDX-2.3</c>, <c>SPDX-3.0.1</c>.</summary>
    public string Title => Format == BillFormat.CycloneDx ? $"CycloneDX {Version}" : $"SPDX-{Version}";
    /// <summary>Where it breaks its format's rules: not valid where there is one. At most a hundred.</summary>
    public IReadOnlyList<BillFault> Faults { get; }
    /// <summary>What is allowed and yet says less than it seems to: references that lead nowhere, circles, identifiers that nobody can read.</summary>
    public IReadOnlyList<BillFault> Remarks { get; }
    /// <summary>The document with its <see cref="Lists"/> empty.</summary>
    internal JsonElement Root => document.RootElement;
    internal LongLists Lists { get; }

    /// <summary>A list at the top of the document; none where it is no list. An entry may be used until the next is asked for.</summary>
    internal IEnumerable<JsonElement> List(string name) => Lists.Has(name) ? Lists.Of(name) : Collecting.List(Root, name);

    /// <summary>True where the first bytes promise one of the formats; cheap, for recognising artefacts.</summary>
    public static bool Looks(ReadOnlySpan<byte> file)
    {
        var start = file[..Math.Min(file.Length, 64 << 10)].TrimStart(" \t\r\n\ufeff"u8);
        if (TagValue.Looks(start)) return true;
        return start.StartsWith("{"u8) && (start.IndexOf("\"bomFormat\""u8) >= 0 || start.IndexOf("\"spdxVersion\""u8) >= 0
            || start.IndexOf("\"@graph\""u8) >= 0 && start.IndexOf("spdx.org/rdf/3"u8) >= 0);
    }

    /// <param name="file">Must stay in place as long as the document is used.</param>
    /// <exception cref="UnreadableException">No JSON, half characters, too deep, too many values, none of the formats, or a version of one that is not known.</exception>
    public static BillFile Read(string name, ReadOnlyMemory<byte> file)
    {
        if (file.Span.StartsWith("\ufeff"u8)) file = file[3..];
        if (TagValue.Looks(file.Span)) file = TagValue.ToJson(file.Span);
        JsonDocument document;
        LongLists lists;
        try
        {
            if (!Utf8.IsValid(file.Span)) throw new UnreadableException("text in UTF-8", "bytes that are none", Valid(file.Span));
            lists = LongLists.Of(file);
            document = JsonDocument.Parse(lists.Rest, new JsonDocumentOptions { MaxDepth = Depth });
        }
        catch (JsonException e)
        {
            throw new UnreadableException($"JSON at most {Depth} deep", e.Message.Split(" LineNumber", 2)[0], Offset(file.Span, e));
        }
        try
        {
            var (format, version) = Recognise(document.RootElement);
            return new BillFile(name, document, lists, format, version);
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static int Valid(ReadOnlySpan<byte> file)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(file[at..], out _, out var length) == OperationStatus.Done) at += length;
        return at;
    }

    private static (BillFormat, string) Recognise(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new UnreadableException("an object with bomFormat, spdxVersion or @graph", root.ValueKind.ToString(), 0);
        if (Text(root, "bomFormat") is { } format)
        {
            var version = Text(root, "specVersion");
            if (format != "CycloneDX" || version is not ("1.2" or "1.3" or "1.4" or "1.5" or "1.6" or "1.7"))
                throw new UnreadableException("$.bomFormat CycloneDX with $.specVersion 1.2 to 1.7", $"{Shortened.Visible(Cut(format))} {(version is null ? "without version" : Shortened.Visible(Cut(version)))}", 0);
            return (BillFormat.CycloneDx, version);
        }
        if (Text(root, "spdxVersion") is { } spdx)
        {
            return spdx is "SPDX-2.2" or "SPDX-2.3" ? (BillFormat.Spdx, spdx[5..]) : throw new UnreadableException("$.spdxVersion SPDX-2.2 or SPDX-2.3", Shortened.Visible(Cut(spdx)), 0);
        }
        if (root.TryGetProperty("@graph", out var graph) && graph.ValueKind == JsonValueKind.Array) return (BillFormat.Spdx3, Spdx3Rules.VersionOf(root));
        throw new UnreadableException("$.bomFormat, $.spdxVersion, or $.@graph as a list", "neither", 0);
    }

    private static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // A JSON reader counts lines and bytes in them; we say where the byte is.
    private static long Offset(ReadOnlySpan<byte> file, JsonException e)
    {
        var at = 0;
        for (var line = e.LineNumber ?? 0; line > 0 && file[at..].IndexOf((byte)'\n') is >= 0 and var end; line--) at += end + 1;
        return at + (e.BytePositionInLine ?? 0);
    }

    /// <summary>The document with all that it holds, indented as all of ours are.</summary>
    public void Write(Stream stream)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", MaxDepth = Depth, SkipValidation = true }))
        {
            Copy(json, Root, stream, isTop: true);
        }
        stream.WriteByte((byte)'\n');
    }

    // Flushed on the way, so that a document of a gigabyte needs no second one in memory.
    private void Copy(Utf8JsonWriter json, JsonElement value, Stream stream, bool isTop = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    if (isTop && Lists.Has(member.Name)) Copy(json, Lists.Of(member.Name), stream);
                    else Copy(json, member.Value, stream);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                Copy(json, value.EnumerateArray(), stream);
                break;
            case JsonValueKind.Number:
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private void Copy(Utf8JsonWriter json, IEnumerable<JsonElement> items, Stream stream)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            Copy(json, item, stream);
            if (json.BytesPending > 1 << 16) json.Flush();
        }
        json.WriteEndArray();
    }

    /// <summary>What it names, read into our own shapes.</summary>
    public BillOfMaterials Materials() => Format switch
    {
        BillFormat.CycloneDx => CycloneDxReading.Of(this),
        BillFormat.Spdx => SpdxReading.Of(this),
        _ => Spdx3Reading.Of(this),
    };

    public void Dispose() => document.Dispose();
}
