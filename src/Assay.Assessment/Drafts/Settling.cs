using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Drafts;

/// <summary>The cheapest evidence that settles a unit, where no check knows better. Own judgement; data in <c>Catalogues/Data/settle.tsv</c>.</summary>
/// <param name="Kind"><c>table</c>, <c>document</c>, <c>capture</c>, <c>scan</c>, <c>image</c>, <c>second unit</c>, <c>lab</c>.</param>
/// <param name="State">Of the device: <c>factoryDefault</c>, <c>initialised</c>; null where it does not matter.</param>
/// <param name="Hours">How long it takes or must cover.</param>
/// <param name="Cost">1 (a copy of a page) to 5 (a person at the device for hours).</param>
public sealed record Settling(string Unit, string Kind, string? State, double Hours, string Words, int Cost)
{
    private static readonly FrozenDictionary<string, Settling> ByUnit = DataFile.Open(typeof(Settling), "settle.tsv").Rows.Select(r => new Settling(
        r.Need("unit"), r.Need("kind"), r["state"], double.Parse(r.Need("hours"), CultureInfo.InvariantCulture), r.Need("words"), int.Parse(r.Need("cost"), CultureInfo.InvariantCulture)))
        .ToFrozenDictionary(s => s.Unit, StringComparer.Ordinal);

    /// <summary>Null for a unit of another list.</summary>
    public static Settling? Of(string unit) => ByUnit.GetValueOrDefault(unit);

    /// <summary>Its words depend on the declared time between update checks.</summary>
    public bool NeedsPeriod => Words.Contains(Declared, StringComparison.Ordinal);

    // The phrase of the data that a declared period makes exact.
    private const string Declared = "longer than the declared time between update checks";

    /// <summary>The evidence in words: what, in which state of the device, how long.</summary>
    /// <param name="period">The declared time between two update checks; null where nobody declared one.</param>
    public string Say(UpdatePeriod? period)
    {
        var state = State switch { "factoryDefault" => " (the device as delivered)", "initialised" => " (the device set up)", _ => "" };
        return period is null
            ? Words + state
            : Words.Replace(Declared, string.Create(CultureInfo.InvariantCulture, $"longer than {period.Hours:0.##} hours, the declared time between update checks ({period.Place}),"), StringComparison.Ordinal) + state;
    }

    /// <summary>Hours that the evidence must cover, with the declared period where it speaks of it.</summary>
    public double HoursFor(UpdatePeriod? period) => period is not null && NeedsPeriod ? period.Hours : Hours;
}

/// <summary>How often the device asks for updates, by its maker's word (table 7, Update Checking).</summary>
/// <param name="Hours">Between two checks.</param>
public sealed record UpdatePeriod(double Hours, Location Place)
{
    /// <summary>The longest period that a row of table 7 names; null where none does.</summary>
    public static UpdatePeriod? Of(Declaration declaration) => declaration.Rows(7)
        .Select(r => r["Update Checking"] is { } text && HoursIn(text) is { } hours ? new UpdatePeriod(hours, r.At("Update Checking")) : null)
        .OfType<UpdatePeriod>().OrderByDescending(p => p.Hours).FirstOrDefault();

    /// <summary><c>once a day</c>, <c>every 6 hours</c>, <c>weekly</c>, <c>every 90 minutes</c>; null for words without a period.</summary>
    internal static double? HoursIn(string text)
    {
        if (Every.Match(text) is not { Success: true } match) return null;
        if (match.Groups["adverb"].Success)
        {
            return match.Groups["adverb"].Value.ToLowerInvariant() switch { "hourly" => 1, "daily" or "nightly" => 24, "weekly" => 168, _ => 720 };
        }
        var count = match.Groups["n"].Success ? double.Parse(match.Groups["n"].ValueSpan, CultureInfo.InvariantCulture) : 1;
        var twice = match.Groups["times"].Value.ToLowerInvariant() switch { "twice" => 2, "three times" => 3, "four times" => 4, _ => 1 };
        var hours = char.ToLowerInvariant(match.Groups["unit"].Value[0]) switch
        {
            'm' when match.Groups["unit"].Value.StartsWith("min", StringComparison.OrdinalIgnoreCase) => 1 / 60.0,
            'h' => 1,
            'd' => 24,
            'w' => 168,
            _ => 720,
        };
        return count is > 0 and < 10_000 ? count * hours / twice : null;
    }

    private static Regex Every => field ??= new(@"\b((?<adverb>hourly|daily|nightly|weekly|monthly)|((?<times>once|twice|three times|four times)\s+(a|an|per|every)|every|each|per)\s+((?<n>\d{1,4})\s*)?(?<unit>minutes?|mins?|hours?|h|days?|d|weeks?|months?))\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
