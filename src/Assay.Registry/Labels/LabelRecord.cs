using Assay.Labels.Token;
using Assay.Registry.Status;

namespace Assay.Registry.Labels;

/// <summary>One label as the registry's index knows it; the signed files beside it are the truth.</summary>
public sealed record LabelRecord
{
    /// <summary>The token id: 16 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }
    public required string Subject { get; init; }
    public required string Maker { get; init; }
    public required string Model { get; init; }
    public required ProfileLevel Level { get; init; }
    public required VersionRange Versions { get; init; }
    public required DateOnly? SupportEnd { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset Expires { get; init; }
    /// <summary>The place in the status list, 0 up to 2^20 - 1, drawn at random.</summary>
    public required long Slot { get; init; }
    /// <summary>The entry of the log that says it was issued.</summary>
    public required long LogIndex { get; init; }
    public required Standing Standing { get; init; }
    /// <summary>With <see cref="Standing.UpdateNeeded"/>, and with <see cref="Standing.Suspended"/> where a version ends it.</summary>
    public string? UpdateBelow { get; init; }
    /// <summary>Since when it stands so.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>SHA-256 of its bill of materials in hexadecimal digits: labels with the same one share an inventory. Null where none was handed in.</summary>
    public string? Inventory { get; init; }
    /// <summary>Where its updates come from, as handed in.</summary>
    public required IReadOnlyList<string> UpdateHosts { get; init; }
}

/// <summary>One dated line of a label's history.</summary>
/// <param name="LogIndex">Its entry in the log.</param>
/// <param name="By">The person's name where it is still known; for people who are signed in, never on a public page.</param>
public sealed record HistoryLine(long LogIndex, DateTimeOffset At, Standing Standing, string? UpdateBelow, string Reason, string Role, DateOnly? LookAgain, string? Case, string? By);
