using System.Text.Json;

namespace Assay.Software.Sbom;

/// <summary>What each reference of a document needs; each reference is one text, however often the document writes it.</summary>
internal sealed class Edges
{
    private readonly TextNumbers names = new();
    private readonly List<string?> texts = [];
    private readonly List<string[]?> needs = [];

    /// <param name="from">A text.</param>
    /// <param name="to">Texts; what is none is passed over.</param>
    public void Add(JsonElement from, IEnumerable<JsonElement> to)
    {
        string[] targets = [.. to.Where(t => t.ValueKind == JsonValueKind.String).Select(t => Text(Number(t)))];
        if (targets.Length == 0) return;
        var number = Number(from);
        needs[number] = needs[number] is { } before ? [.. before, .. targets] : targets;
    }

    /// <summary>The reference's text, and what it needs.</summary>
    /// <param name="reference">A text.</param>
    public (string Text, IReadOnlyList<string> Needs) Of(JsonElement reference)
    {
        var number = names.Find(TextNumbers.Bytes(reference));
        return number < 0 ? (reference.GetString()!, []) : (Text(number), needs[number] ?? []);
    }

    private int Number(JsonElement text)
    {
        var number = names.Number(TextNumbers.Bytes(text));
        if (number < texts.Count) return number;
        texts.Add(null);
        needs.Add(null);
        return number;
    }

    private string Text(int number) => texts[number] ??= names.Text(number);
}
