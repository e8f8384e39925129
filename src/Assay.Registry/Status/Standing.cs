using Assay.Labels.Status;
using Assay.Labels.Trust;

namespace Assay.Registry.Status;

/// <summary>What a label is, in the words of semantics.md section 3. <see cref="UnderReview"/> and <see cref="UpdateNeeded"/> share a slot's value and differ in their notice.</summary>
public enum Standing { InForce, UnderReview, UpdateNeeded, Suspended, Withdrawn }

/// <summary>A change of a label's standing that somebody asks for.</summary>
public sealed record StatusChange
{
    /// <summary>The label's id.</summary>
    public required string Label { get; init; }
    public required Standing To { get; init; }
    /// <summary>Always with <see cref="Standing.UpdateNeeded"/>, perhaps with <see cref="Standing.Suspended"/>: versions below this one are meant, and a later one is freed of it.</summary>
    public string? UpdateBelow { get; init; }
    /// <summary>For everybody to read; never a person's name.</summary>
    public required string Reason { get; init; }
    /// <summary>In which role: "market surveillance". Public. A machine's is <see cref="StatusDesk.Automatic"/>, whatever stands here.</summary>
    public required string Role { get; init; }
    /// <summary>Who decides. Null for a machine, which may only put a label in force under review.</summary>
    public Person? By { get; init; }
    /// <summary>When the change is looked at again.</summary>
    public DateOnly? LookAgain { get; init; }
    /// <summary>The id of the case behind it.</summary>
    public string? Case { get; init; }
}

/// <summary>A change that is done: in the log, in the list, on the page.</summary>
/// <param name="Number">Entries of the log after the change; the number of the wake-up.</param>
/// <param name="LogIndex">The change's own entry.</param>
public sealed record ChangeReceipt(long Number, long LogIndex);

internal static class Standings
{
    public static LabelState State(this Standing standing) => standing switch
    {
        Standing.InForce => LabelState.InForce,
        Standing.Withdrawn => LabelState.Withdrawn,
        Standing.Suspended => LabelState.Suspended,
        _ => LabelState.Notice,
    };

    /// <summary>What its notice says; null in force.</summary>
    public static NoticeKind? Kind(this Standing standing) => standing switch
    {
        Standing.InForce => null,
        Standing.UnderReview => NoticeKind.UnderReview,
        Standing.UpdateNeeded => NoticeKind.UpdateNeeded,
        Standing.Suspended => NoticeKind.Suspended,
        _ => NoticeKind.Withdrawn,
    };

    public static Standing Of(NoticeKind? kind) => kind switch
    {
        null => Standing.InForce,
        NoticeKind.UnderReview => Standing.UnderReview,
        NoticeKind.UpdateNeeded => Standing.UpdateNeeded,
        NoticeKind.Suspended => Standing.Suspended,
        _ => Standing.Withdrawn,
    };

    /// <summary>As the interface writes it: <c>updateNeeded</c>.</summary>
    public static string Name(this Standing standing) => Evidence.EvidenceJson.Name(standing);

    public static Standing? Find(string name) => Enum.GetValues<Standing>().Where(s => s.Name() == name).Select(s => (Standing?)s).FirstOrDefault();

    public static string Known => string.Join(", ", Enum.GetValues<Standing>().Select(Name));
}
