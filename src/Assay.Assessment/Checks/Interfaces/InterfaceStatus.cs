using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>What a row says of whether its interface or service is on.</summary>
internal enum Switched
{
    Unknown,
    On,
    /// <summary>Off at first; a user or a maker's tool may turn it on.</summary>
    OffByDefault,
    /// <summary>On in some states only: during set-up, on demand.</summary>
    Sometimes,
    /// <summary>Off, without a word of turning it on.</summary>
    Off,
}

/// <summary>Reads the words of the field Status.</summary>
internal static class InterfaceStatus
{
    public static Switched Of(IxitRow row) => Of(Papers.Field(row, "Status"));

    public static Switched Of(string? status)
    {
        if (status is null || Wording.IsEmpty(status)) return Switched.Unknown;
        // The first words are the status; what follows explains it.
        var first = status.Trim().Split(['.', ';', '(', '\n'], 2)[0];
        var off = Off.IsMatch(first) || Off.IsMatch(status) && !On.IsMatch(first);
        if (off)
        {
            if (SetupOnly.IsMatch(status) || NowAndThen.IsMatch(status)) return Switched.Sometimes;
            return ByDefault.IsMatch(status) ? Switched.OffByDefault : Switched.Off;
        }
        if (SetupOnly.IsMatch(status)) return Switched.Sometimes;
        return On.IsMatch(status) ? Switched.On : Switched.Unknown;
    }

    /// <summary>The text binds the interface to the time before or during set-up.</summary>
    public static bool IsForSetupOnly(string? status) => status is not null && SetupState.IsMatch(status) && SetupOnly.IsMatch(status);

    private static Regex Off => field ??= new(@"(?<!\b(?:cannot|can not|can't|never|not|must not|may not) be (?:switched |turned |shut )?)\b(disabled?|off|inactive|deactivated?|closed|blocked|not (active|enabled|running|started|used|reachable|accessible|available)|unused|switched off|turned off|shut (down|off))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex On => field ??= new(@"(?<!\bnot |\bnever )\b(enabled?|on|active|activated|open|running|started|always|yes)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ByDefault => field ??= new(@"\b(by default|initially|default state|until|unless|can be|may be|configurable|opt(s|ed)?[- ]in|if the (user|administrator|owner)|when the (user|administrator|owner)|(activated|enabled|switched on|turned on) (explicitly |only )?(by|in|via|when|after))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NowAndThen => field ??= new(@"\b((needed|required|used) (only )?(occasionally|sporadically|intermittently|now and then|sometimes|rarely|temporarily)|(occasionally|sporadically|intermittently|sometimes|rarely|temporarily) (needed|required|used))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SetupOnly => field ??= new(@"\b(on[- ]demand|transient\w*|temporar\w*|(only|just|solely|exclusively|restricted( entirely)?( to)?|limited( to)?|enabled|active|on) (\w+ ){0,3}?(during|while|for|in|until|at|when|within)\b|until (set[- ]?up|initiali[sz]ation|commissioning|provisioning|pairing)|during (set[- ]?up|initiali[sz]ation|commissioning|provisioning|pairing|onboarding))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SetupState => field ??= new(@"\b(set[- ]?up|initiali[sz]ation|initial (state|configuration|setup)|commissioning|provisioning|pairing|onboarding|on-boarding|factory (default|state)|first (start|use|boot)|installation|hotspot)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
