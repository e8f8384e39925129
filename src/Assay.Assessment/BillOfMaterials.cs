using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment;

/// <summary>The components that a CycloneDX or SPDX JSON document names, each with the byte where it stands.</summary>
/// <param name="Components">In the order of the document; nested ones follow what holds them.</param>
internal sealed record BillOfMaterials(IReadOnlyList<Component> Components, Coverage Coverage)
{
    private const int Most = 1_000_000;

    public static BillOfMaterials Read(Artefact artefact)
    {
        var components = new List<Component>();
        var losses = new List<Loss>();
        long total = 0;
        try
        {
            var reader = new Utf8JsonReader(artefact.Bytes.Whole.Span, new JsonReaderOptions { MaxDepth = 64 });
            // Lists of components stand under these names at the top of the document, or nested inside a component.
            var open = new Stack<(bool InList, Draft? Item)>();
            var list = false;
            string? name = null;
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = reader.GetString();
                        break;
                    case JsonTokenType.StartArray:
                        open.Push((list, null));
                        list = name is "components" or "packages";
                        name = null;
                        break;
                    case JsonTokenType.StartObject:
                        open.Push((list, list ? new Draft { Offset = reader.TokenStartIndex } : null));
                        list = false;
                        name = null;
                        break;
                    case JsonTokenType.EndArray:
                        list = open.Pop().InList;
                        break;
                    case JsonTokenType.EndObject:
                        var (inList, draft) = open.Pop();
                        list = inList;
                        if (draft is null) break;
                        total++;
                        if (components.Count >= Most) break;
                        if (draft.Name is null) losses.Add(new Loss { Location = new Location { Artefact = artefact.Name, Offset = draft.Offset }, Expected = "a component with a name", Found = "none" });
                        else components.Add(draft.Component(artefact.Name));
                        break;
                    case JsonTokenType.String when open.TryPeek(out var inside) && inside.Item is { } item:
                        if (name is "name") item.Name = Shortened.Visible(reader.GetString()!);
                        else if (name is "version" or "versionInfo") item.Version = Shortened.Visible(reader.GetString()!);
                        else if (name is "purl") item.Purl = Shortened.Visible(reader.GetString()!);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            losses.Add(new Loss { Location = new Location { Artefact = artefact.Name, Offset = 0 }, Expected = "well-formed JSON", Found = Shortened.Visible(e.Message.Length > 120 ? e.Message[..120] : e.Message) });
        }
        components.Sort((a, b) => Nullable.Compare(a.Evidence[0].Location.Offset, b.Evidence[0].Location.Offset));
        return new BillOfMaterials(components, new Coverage { Artefact = artefact.Name, Scope = CoverageScope.Materials, Unit = "components", Total = total, Examined = components.Count, Losses = losses });
    }

    private sealed class Draft
    {
        public required long Offset { get; init; }
        public string? Name { get; set; }
        public string? Version { get; set; }
        public string? Purl { get; set; }

        public Component Component(string artefact) => new()
        {
            Name = Name!,
            Version = Version,
            Purl = Purl,
            Evidence = [new ComponentEvidence("bill of materials", new Location { Artefact = artefact, Offset = Offset }, 1)],
        };
    }
}
