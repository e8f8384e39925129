using System.Globalization;
using System.Text.Json;
using Assay.Evidence;

namespace Assay.Software.Advisories;

/// <summary>Asking a JSON document that strangers wrote: what is absent or of another kind is null or empty, never an exception.</summary>
internal static class JsonReading
{
    private const int MostCharacters = 4096;

    public static JsonElement? Part(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>A text, without control characters and cut to 4,096; null where there is none.</summary>
    public static string? Text(this JsonElement element, string name) => element.Part(name) is { ValueKind: JsonValueKind.String } value ? Clean(value) : null;

    public static IEnumerable<JsonElement> List(this JsonElement element, string name) =>
        element.Part(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The texts of a list; what is no text is left out.</summary>
    public static IEnumerable<string> Texts(this JsonElement element, string name) =>
        element.List(name).Where(e => e.ValueKind == JsonValueKind.String).Select(Clean).OfType<string>();

    public static bool IsTrue(this JsonElement element, string name) => element.Part(name) is { ValueKind: JsonValueKind.True };

    public static DateTimeOffset? Time(this JsonElement element, string name) => element.Text(name) is { } text ? TimeOf(text) : null;

    public static DateTimeOffset? TimeOf(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    public static DateOnly? Day(this JsonElement element, string name) => element.Text(name) is { } text ? DayOf(text) : null;

    public static DateOnly? DayOf(string text) =>
        text.Length >= 10 && DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static string? Clean(JsonElement value)
    {
        try
        {
            var text = value.GetString()!;
            if (text.Length > MostCharacters) text = text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
            return Shortened.Visible(text);
        }
        catch (InvalidOperationException)
        {
            return null; // A lone surrogate or a broken escape: no text.
        }
    }
}
