using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Exchange.Cases;

/// <summary>Reads <c>assay/incident/1</c>, which anyone with a gateway's key may have written: every length is limited, every text made visible.</summary>
public static class IncidentJson
{
    public const string Schema = "assay/incident/1";
    public const int MaxBytes = 64 << 10;
    private const int MostFrames = 1000, MostTargets = 100, LongestText = 500;

    /// <param name="gateway">The enrolled gateway whose signature was right; what the document says of it does not count.</param>
    /// <exception cref="UnreadableException">Another form.</exception>
    public static IncidentRecord Read(ReadOnlyMemory<byte> file, string gateway)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"an incident of at most {MaxBytes} bytes", $"{file.Length} bytes", 0);
        try
        {
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "schema") != Schema) throw new UnreadableException($"a document of {Schema}", "another", 0);
            var (first, last) = (Time(root, "first"), Time(root, "last"));
            if (last < first) throw new UnreadableException("a last time that is not before the first", EvidenceJson.Time(last), 0);
            return new IncidentRecord
            {
                Id = Name(Need(root, "id"), "id"),
                Gateway = gateway,
                Device = Name(Need(root, "device"), "device"),
                Label = Text(root, "label") is { } label ? Hex(label, 16, "label") : null,
                Kind = Name(Need(root, "kind"), "kind"),
                First = first,
                Last = last,
                Threshold = Need(root, "threshold"),
                Frames = [.. Items(root, "frames", MostFrames).Select(f => f.ValueKind == JsonValueKind.Number && f.TryGetInt64(out var number) && number > 0 ? number : throw new UnreadableException("a frame's number", f.ToString(), 0))],
                Targets = [.. Items(root, "targets", MostTargets).Select(t => t.ValueKind == JsonValueKind.String ? Limited(t.GetString()!, "a target") : throw new UnreadableException("a target's name", t.ValueKind.ToString(), 0))],
                Action = Name(Need(root, "action"), "action"),
                Version = Text(root, "version"),
                Evidence = Text(root, "evidence") is { } evidence ? Hex(evidence, 64, "evidence") : null,
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new UnreadableException("an incident in JSON", wrong.Message.Split(" LineNumber", 2)[0], 0);
        }
    }

    private static string Need(JsonElement of, string name) => Text(of, name) is { Length: > 0 } text ? text : throw new UnreadableException(name, "none", 0);

    private static string? Text(JsonElement of, string name)
    {
        if (!of.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? Limited(value.GetString()!, name) : throw new UnreadableException($"a text for {name}", value.ValueKind.ToString(), 0);
    }

    private static string Limited(string text, string name) => text.Length <= LongestText ? Shortened.Visible(text) : throw new UnreadableException($"at most {LongestText} characters for {name}", $"{text.Length}", 0);

    private static string Name(string text, string name) =>
        text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? text : throw new UnreadableException($"at most 64 letters, digits, points and hyphens for {name}", text, 0);

    private static string Hex(string text, int digits, string name) => text.Length == digits && text.All(char.IsAsciiHexDigitLower) ? text : throw new UnreadableException($"{digits} hexadecimal digits for {name}", text, 0);

    private static DateTimeOffset Time(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime() : throw new UnreadableException($"a time for {name}", "another", 0);

    private static IEnumerable<JsonElement> Items(JsonElement of, string name, int most)
    {
        if (!of.TryGetProperty(name, out var value)) return [];
        if (value.ValueKind != JsonValueKind.Array) throw new UnreadableException($"a list of {name}", value.ValueKind.ToString(), 0);
        return value.GetArrayLength() <= most ? value.EnumerateArray() : throw new UnreadableException($"at most {most} {name}", $"{value.GetArrayLength()}", 0);
    }
}
