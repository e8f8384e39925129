using System.Globalization;
using Assay.Labels.Token;

namespace Assay.Labels.Trust;

/// <summary>One level of theirs, and what it counts as here.</summary>
public sealed record LevelMapping(ProfileLevel Theirs, ProfileLevel Ours);

/// <summary>The word of one domain that it takes the labels of another: directed, dated, for some levels and categories. It says nothing of the way back, nor of a third domain.</summary>
public sealed record Recognition
{
    /// <summary>Who recognises.</summary>
    public required string By { get; init; }
    /// <summary>Whose labels.</summary>
    public required string Of { get; init; }
    /// <summary>One office of that domain; null for each.</summary>
    public string? Issuer { get; init; }
    public required IReadOnlyList<LevelMapping> Levels { get; init; }
    /// <summary>Categories of products; empty for all.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];
    /// <summary>Categories that are left out.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];
    /// <summary>Days on which a label must have been issued, both included.</summary>
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }
    /// <summary>Where this is said in public.</summary>
    public string? Source { get; init; }

    public override string ToString()
    {
        var scope = Categories.Count == 0 ? "all categories" : string.Join(", ", Categories);
        var except = Except.Count == 0 ? "" : $" except {string.Join(", ", Except)}";
        return $"{By} recognises {Issuer ?? "every issuer"} of {Of}: {string.Join("; ", Levels.Select(l => $"{l.Theirs} as {l.Ours}"))} ({scope}{except}) from {Day(From)} to {Day(To)}";
    }

    internal static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";
}

/// <summary>Whether a domain takes a label, as which level, and why or why not.</summary>
/// <param name="As">Null where it does not, or where it is the domain's own.</param>
public sealed record RecognitionAnswer(bool IsRecognised, ProfileLevel? As, string Reason)
{
    /// <param name="lists">Whose recognitions count: those of lists that were verified here.</param>
    /// <param name="issuer">Who signed the label.</param>
    /// <param name="category">What the product is, in the words of the recognition; null where nobody said.</param>
    /// <param name="issued">When the label was issued.</param>
    public static RecognitionAnswer Of(TrustList lists, TrustedKey issuer, ProfileLevel level, string domain, string? category, DateTimeOffset issued)
    {
        if (issuer.Domain == domain) return new(true, level, $"it is {domain}'s own");
        if (issuer.Domain is null) return new(false, null, $"{issuer.Name} stands in the list of no domain");
        // From the asked domain straight to the issuer's, and no way round: recognition does not pass on.
        var between = lists.Recognitions.Where(r => r.By == domain && r.Of == issuer.Domain && (r.Issuer is null || r.Issuer == issuer.Name)).ToList();
        if (between.Count == 0) return new(false, null, $"{domain} recognises no label of {issuer.Name} ({issuer.Domain})");
        var reasons = new List<string>();
        foreach (var one in between)
        {
            var day = DateOnly.FromDateTime(issued.UtcDateTime);
            if (day < one.From || day > one.To) reasons.Add($"recognised are labels from {Recognition.Day(one.From)} to {Recognition.Day(one.To)}, and this one is of {Recognition.Day(day)}");
            else if (category is not null && one.Except.Contains(category, StringComparer.OrdinalIgnoreCase)) reasons.Add($"the category {category} is left out");
            else if (one.Categories.Count > 0 && category is null) reasons.Add($"recognised are {string.Join(", ", one.Categories)}, and nobody said what this is");
            else if (one.Except.Count > 0 && category is null) reasons.Add($"{string.Join(", ", one.Except)} are left out, and nobody said what this is");
            else if (one.Categories.Count > 0 && !one.Categories.Contains(category!, StringComparer.OrdinalIgnoreCase)) reasons.Add($"recognised are {string.Join(", ", one.Categories)}, not {category}");
            else if (one.Levels.FirstOrDefault(l => (l.Theirs.Level is null || l.Theirs.Level == level.Level) && (l.Theirs.Profile is null || l.Theirs.Profile == level.Profile)) is { } mapping)
                return new(true, mapping.Ours, $"{domain} takes {level} of {issuer.Name} as {mapping.Ours}{(one.Source is null ? "" : $" ({one.Source})")}");
            else reasons.Add($"{domain} takes {string.Join(", ", one.Levels.Select(l => l.Theirs))} of {issuer.Domain}, not {level}");
        }
        return new(false, null, string.Join("; ", reasons));
    }
}
