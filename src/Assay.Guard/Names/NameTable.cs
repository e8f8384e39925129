using System.Collections.Frozen;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Guard.Names;

/// <summary>What a device may be told about a name.</summary>
/// <param name="Refusal">Why it is not resolved; null where it is.</param>
/// <param name="Admit">Its addresses enter the sets of <paramref name="Profile"/> (null: of the public time services) before the answer leaves.</param>
public sealed record NameDecision(string? Refusal, bool Admit, string? Profile)
{
    public static NameDecision Refuse(string reason) => new(reason, false, null);
    /// <summary>Answered; no rule depends on its addresses.</summary>
    public static readonly NameDecision Answer = new(null, false, null);
    public static readonly NameDecision Time = new(null, true, null);
}

/// <summary>Which device may resolve which name: made anew from devices and profiles at every change, read by the forwarder without a lock.</summary>
public sealed class NameTable
{
    public const string Cut = "the device is cut",
        OutsideProfile = "the name is outside the device's profile",
        OutsideHealing = "the name is not needed to heal",
        NamesOver = "it would answer names past the forwarder",
        Foreign = "the address is bound to another device";

    private readonly FrozenDictionary<Address, DevicePolicy> devices;
    private readonly FrozenDictionary<string, (FrozenSet<string> Names, FrozenSet<string> Heal)> profiles;

    private NameTable(FrozenDictionary<Address, DevicePolicy> devices, FrozenDictionary<string, (FrozenSet<string>, FrozenSet<string>)> profiles) =>
        (this.devices, this.profiles) = (devices, profiles);

    public static readonly NameTable Empty = Of([], []);

    public static NameTable Of(IReadOnlyList<Profile> profiles, IReadOnlyList<DevicePolicy> devices)
    {
        var byAddress = new Dictionary<Address, DevicePolicy>();
        foreach (var device in devices) foreach (var address in device.Addresses) byAddress[address] = device;
        return new(byAddress.ToFrozenDictionary(), profiles.ToFrozenDictionary(p => p.Id, p =>
        {
            var updates = p.UpdateHosts.Select(Name);
            var named = p.Permissions.Where(e => e is { Accept: true, Peer: { Kind: PeerKind.Name, Value: not null } }).ToList();
            var time = named.Where(e => e is { FromDevice: true, Protocol: 17, PeerPorts: [{ First: 123, Last: 123 }] }).Select(e => Name(e.Peer.Value!));
            var heal = updates.Concat(time).ToFrozenSet(StringComparer.Ordinal);
            return (named.Select(e => Name(e.Peer.Value!)).Concat(heal).ToFrozenSet(StringComparer.Ordinal), heal);
        }, StringComparer.Ordinal));
    }

    /// <param name="device">Who asks; an address that is bound to nobody is a stranger's, who may set its clock.</param>
    /// <param name="name">In lower case, without a full stop at its end.</param>
    /// <param name="seen">The MAC that the answer would go to; null where that is not known.</param>
    public NameDecision Decide(Address device, string name, MacAddress? seen = null)
    {
        if (!devices.TryGetValue(device, out var policy)) return TimeServices.Knows(name) ? NameDecision.Time : NameDecision.Refuse(OutsideHealing);
        if (seen is { } mac && mac != policy.Mac) return NameDecision.Refuse(Foreign);
        if (policy.Action == GuardAction.Cut) return NameDecision.Refuse(Cut);
        if (policy.Action == GuardAction.Notify) return NamesOverHttps.Knows(name) ? NameDecision.Refuse(NamesOver) : NameDecision.Answer;
        if (policy.Profile is { } id && profiles.TryGetValue(id, out var known))
        {
            if ((policy.Action == GuardAction.Narrow ? known.Names : known.Heal).Contains(name)) return new NameDecision(null, true, id);
        }
        if (TimeServices.Knows(name)) return NameDecision.Time;
        return NameDecision.Refuse(NamesOverHttps.Knows(name) ? NamesOver : policy.Action == GuardAction.Narrow ? OutsideProfile : OutsideHealing);
    }

    private static string Name(string name) => name.TrimEnd('.').ToLowerInvariant();
}
