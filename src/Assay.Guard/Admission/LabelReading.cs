using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Guard.Admission;

/// <summary>What a label's signature, its dates and the last verified status list say at one moment, whatever device it stands for.</summary>
public sealed record LabelReading
{
    public required DeviceStatus Status { get; init; }
    public required LabelCheck Check { get; init; }
    /// <summary>A device that runs this version or a later one is not meant by the notice.</summary>
    public string? UpdateBelow { get; init; }
    public Notice? Notice { get; init; }
    /// <summary>When the list was signed; null where none speaks of this label.</summary>
    public DateTimeOffset? AsOf { get; init; }
    public DateTimeOffset? Until { get; init; }
    /// <summary>The list has ended, or there is none.</summary>
    public required bool IsStale { get; init; }
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <param name="snapshot">The last verified list; null where there never was one.</param>
    public static LabelReading Of(ShelfLabel label, TrustList trust, StatusSnapshot? snapshot, DateTimeOffset now)
    {
        var reading = label.Status is { } pointer ? snapshot?.For(pointer) : null;
        var check = LabelCheck.Of(label.Signed, trust, [], now, reading);
        var status = check.Answer switch
        {
            LabelAnswer.InForce => DeviceStatus.InForce,
            LabelAnswer.GenuineStatusNotChecked => DeviceStatus.Stale,
            LabelAnswer.UnderReview => DeviceStatus.UnderReview,
            LabelAnswer.UpdateNeeded => DeviceStatus.UpdateNeeded,
            LabelAnswer.Suspended => DeviceStatus.Suspended,
            LabelAnswer.Withdrawn => DeviceStatus.Withdrawn,
            LabelAnswer.Expired => DeviceStatus.Expired,
            LabelAnswer.SupportEnded => DeviceStatus.SupportEnded,
            _ => DeviceStatus.None,
        };
        var reasons = new List<string>(check.Reasons);
        if (label.Status is { } other && snapshot?.Against(other) is { } against) reasons.Add(against);
        if (reading?.Notice is { } notice) reasons.Add($"notice of {notice.Role}: {notice.Reason}");
        return new LabelReading
        {
            Status = status,
            Check = check,
            UpdateBelow = reading?.UpdateBelow,
            Notice = reading?.Notice,
            AsOf = reading?.AsOf,
            Until = reading?.Until,
            IsStale = reading is null || now > reading.Until,
            Reasons = reasons,
        };
    }
}
