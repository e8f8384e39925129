using System.Globalization;
using System.Text.Json;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>FIRST's forecast of exploitation: the API's JSON, a bare list, or the daily CSV with its comment line.</summary>
internal static class Epss
{
    public static bool Looks(JsonElement record) => record.Part("cve") is { ValueKind: JsonValueKind.String } && record.Part("epss") is not null;
    public static bool LooksLikeCsv(ReadOnlySpan<byte> start) => start.StartsWith("cve,epss"u8) || start.StartsWith("#model_version"u8);

    public static (string Id, ExploitForecast Forecast)? Read(JsonElement record)
    {
        if (record.Text("cve") is not { Length: > 0 } id || Number(record.Part("epss")) is not { } probability) return null;
        return (id, new ExploitForecast(probability, Number(record.Part("percentile")) ?? 0, record.Day("date")));
    }

    public static IEnumerable<(string Id, ExploitForecast Forecast)> ReadCsv(string text)
    {
        DateOnly? day = null;
        foreach (var (_, cells) in Kev.Rows(text))
        {
            if (cells[0].StartsWith('#'))
            {
                // #model_version:v2025.03.14,score_date:2026-07-16T12:55:00Z
                day = cells.Where(c => c.StartsWith("score_date:", StringComparison.Ordinal)).Select(c => JsonReading.DayOf(c["score_date:".Length..])).FirstOrDefault();
            }
            else if (cells.Count >= 3 && Parse(cells[1]) is { } probability && Parse(cells[2]) is { } percentile)
            {
                yield return (Assay.Evidence.Shortened.Visible(cells[0]), new ExploitForecast(probability, percentile, day));
            }
        }
    }

    private static double? Number(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) && value is >= 0 and <= 1 => value,
        { ValueKind: JsonValueKind.String } text => Parse(text.GetString() ?? ""),
        _ => null,
    };

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1 ? value : null;
}
