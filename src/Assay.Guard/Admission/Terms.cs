using Assay.Traffic.Mud;

namespace Assay.Guard.Admission;

/// <summary>What is known of a device's label, or of the device itself, at this moment (semantics.md sections 3 and 5).</summary>
public enum DeviceStatus
{
    /// <summary>Attack traffic came from the device itself; stronger than anything that a label says.</summary>
    Attacking,
    /// <summary>No label, or one that counts for nothing here: forged, of an unknown issuer, of another model or version.</summary>
    None,
    InForce,
    UnderReview,
    UpdateNeeded,
    Suspended,
    Withdrawn,
    Expired,
    SupportEnded,
    /// <summary>The status list has ended, or there never was one.</summary>
    Stale,
}

/// <summary>The least grade among what a label's certificate rests on; <see cref="Declared"/> where no certificate is at hand.</summary>
public enum Grade { Declared, Supported, Lab, Tool }

/// <summary>How strongly a label is bound to this very device.</summary>
public enum Binding
{
    /// <summary>MAC, DHCP, configuration or a scanned picture: anyone can say it.</summary>
    Claimed,
    /// <summary>Model and version on the wire agree with the label.</summary>
    Observed,
    /// <summary>A device certificate.</summary>
    Authenticated,
}

/// <summary>What a named person marked the device as.</summary>
public enum Criticality { None, Safety, Industrial }

/// <summary>How much each action leaves.</summary>
public static class Freedom
{
    /// <summary>3 notify, 2 narrow, 1 heal, 0 cut: a higher number leaves more.</summary>
    public static int Of(GuardAction action) => action switch
    {
        GuardAction.Notify => 3,
        GuardAction.Narrow => 2,
        GuardAction.Heal => 1,
        GuardAction.Cut => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };
}
