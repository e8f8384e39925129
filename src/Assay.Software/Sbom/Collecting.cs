using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Software.Sbom;

/// <summary>Gathers the parts of one document, and what of it could not be understood.</summary>
internal sealed class Collecting(BillFile file)
{
    private const int MostLosses = 1000;

    private readonly List<Component> components = [];
    private readonly List<BillEntry> entries = [];
    private readonly List<Loss> losses = [];
    private long total;

    public IReadOnlyList<BillEntry> Entries => entries;

    /// <summary>Counts one more; false where there are too many to keep.</summary>
    public bool Next() => ++total <= BillOfMaterials.MostComponents;

    public void Add(BillEntry entry)
    {
        entries.Add(entry);
        components.Add(entry.Component);
    }

    /// <summary>The same parts with what they depend on, once the whole document was read.</summary>
    public void Relate(IReadOnlyDictionary<string, List<string>> edges)
    {
        if (edges.Count == 0) return;
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Reference is { } reference && edges.TryGetValue(reference, out var needs)) entries[i] = entries[i] with { DependsOn = needs };
        }
    }

    public void Lose(string at, string expected, string found)
    {
        if (losses.Count < MostLosses) losses.Add(new Loss { Location = new Location { Artefact = file.Name, Path = at }, Expected = expected, Found = found });
    }

    public Component Component(string name, string? version, string? package, string? purl, IReadOnlyList<string> cpe, string? supplier, string? licence, string list, int? index = null) => new()
    {
        Name = Shortened.Visible(name),
        Version = Visible(version),
        Package = Visible(package),
        Purl = Visible(purl),
        Cpe = cpe.Count == 0 ? [] : [.. cpe.Select(Shortened.Visible)],
        Supplier = Visible(supplier),
        Licence = string.IsNullOrEmpty(licence) ? null : Visible(licence),
        Evidence = new Listed(file.Name, list, index),
    };

    public BillOfMaterials Finish(string? serial, BillEntry? about)
    {
        if (total > BillOfMaterials.MostComponents) Lose("components", $"at most {BillOfMaterials.MostComponents} components", $"{total}");
        return new BillOfMaterials
        {
            Format = file.Title,
            SerialNumber = Visible(serial),
            Subject = about?.Component,
            About = about,
            Components = components,
            Entries = entries,
            Faults = file.Faults,
            Coverage = new Coverage { Artefact = file.Name, Scope = CoverageScope.Materials, Unit = "components", Total = total, Examined = components.Count, Losses = losses },
        };
    }

    // Words that many parts have in common: versions, makers, kinds. So many are kept, and the shorter ones.
    private const int MostShared = 4096, LongestShared = 64;
    private readonly HashSet<string> shared = new(StringComparer.Ordinal);

    /// <summary>A text of which one copy is kept for all that say the same; null where there is none.</summary>
    public string? Shared(JsonElement element, string name)
    {
        if (Part(element, name) is not { ValueKind: JsonValueKind.String } value) return null;
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        if (raw.Length > LongestShared || raw.IndexOf((byte)'\\') >= 0) return value.GetString();
        Span<char> text = stackalloc char[LongestShared];
        var read = text[..Encoding.UTF8.GetChars(raw, text)];
        var lookup = shared.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(read, out var known)) return known;
        var made = read.ToString();
        if (shared.Count < MostShared) shared.Add(made);
        return made;
    }

    /// <summary>That the document says so: the one witness of what it lists. Its place is put into words when somebody asks.</summary>
    private sealed class Listed(string artefact, string list, int? index) : IReadOnlyList<ComponentEvidence>
    {
        public int Count => 1;
        public ComponentEvidence this[int at] => at == 0 ? new ComponentEvidence("bill of materials", new Location { Artefact = artefact, Path = index is null ? list : $"{list}[{index}]" }, 0.5) : throw new ArgumentOutOfRangeException(nameof(at));
        public IEnumerator<ComponentEvidence> GetEnumerator() { yield return this[0]; }
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private static string? Visible(string? text) => text is null ? null : Shortened.Visible(text);

    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static JsonElement? Part(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    public static JsonElement.ArrayEnumerator List(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default;

    public static List<string> Texts(JsonElement element, string name)
    {
        var texts = new List<string>();
        foreach (var item in List(element, name))
        {
            if (item.ValueKind == JsonValueKind.String) texts.Add(item.GetString()!);
        }
        return texts;
    }
}
