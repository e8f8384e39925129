using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Assay.Guard.Enforcement;
using Assay.Guard.Names;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Guard;

/// <summary>Keeps the kernel's rules and the forwarder's names as the household wants them: the whole table at the start, one transaction for each set of changes after.</summary>
public sealed class Enforcer(Nft nft, NameForwarder names, Gateway gateway, Action<string> tell)
{
    private readonly Dictionary<MacAddress, DevicePolicy> devices = [];
    private readonly Dictionary<string, Profile> profiles = new(StringComparer.Ordinal);
    private RuleSet? rules;
    private HashSet<MacAddress>? cutOnBridge;

    /// <summary>Why the kernel's rules are not what they should be; null where they are.</summary>
    public string? Trouble { get; private set; }
    /// <summary>Entries of MUD files that no rule was made of.</summary>
    public IReadOnlyList<RuleSetRemark> Remarks => rules?.Remarks ?? [];

    /// <summary>The rule set as text, as it is in the kernel, with the elements of one device and its profile's names alone.</summary>
    public string Text(MacAddress mac)
    {
        if (rules is null || !devices.TryGetValue(mac, out var device)) return "";
        return rules.Whole([device], [.. names.Admitted().Where(a => a.Profile is null || a.Profile == device.Profile)]);
    }

    /// <summary>Writes the whole table, in place of one that is there.</summary>
    /// <exception cref="RuleException"/>
    public void Whole(IReadOnlyList<Profile> wanted, IReadOnlyList<DevicePolicy> all)
    {
        foreach (var profile in wanted) profiles[profile.Id] = profile;
        devices.Clear();
        foreach (var device in all) devices[device.Mac] = device;
        Again();
    }

    /// <summary>Brings a set of changes into the kernel, all or none. Where it refuses, the whole table is tried, now and until it goes.</summary>
    public void Apply(IReadOnlyList<Change> changes, IReadOnlyList<Profile> wanted)
    {
        var fresh = wanted.Any(p => !profiles.ContainsKey(p.Id));
        foreach (var profile in wanted) profiles[profile.Id] = profile;
        var before = changes.Select(c => devices.GetValueOrDefault(c.Mac)).ToList();
        foreach (var change in changes)
        {
            if (change.After is { } after) devices[change.Mac] = after;
            else devices.Remove(change.Mac);
        }
        try
        {
            if (fresh || Trouble is not null)
            {
                Again();
                return;
            }
            // All that leaves first: an address that goes from one device to another is free before it is taken.
            var text = new StringBuilder();
            foreach (var device in before) if (device is not null) text.Append(rules!.Move(device, null));
            foreach (var change in changes) if (change.After is { } device) text.Append(rules!.Move(null, device));
            names.Use(rules!, NameTable.Of([.. profiles.Values], [.. devices.Values]), _ => text.ToString());
            CutOnBridge();
        }
        catch (Exception refused) when (refused is RuleException or ArgumentException)
        {
            tell($"the kernel refused a change: {refused.Message}");
            Trouble = refused.Message;
            Retry();
        }
    }

    /// <summary>After a refusal: the whole table once more.</summary>
    public void Retry()
    {
        if (Trouble is null) return;
        try
        {
            Again();
            tell("the whole rule set is in the kernel again");
        }
        catch (Exception refused) when (refused is RuleException or ArgumentException)
        {
            Trouble = refused.Message;
        }
    }

    private void Again()
    {
        rules = new RuleSet(gateway, [.. profiles.Values]);
        IReadOnlyList<DevicePolicy> all = [.. devices.Values];
        names.Use(rules, NameTable.Of([.. profiles.Values], all), admitted => rules.Whole(all, admitted));
        Trouble = null;
        CutOnBridge();
    }

    // A cut that ends at the gateway would leave the neighbours on the bridge to the attacker. A kernel without bridge rules is told of once and holds up nothing else.
    private void CutOnBridge()
    {
        var cut = devices.Values.Where(d => d.Action == GuardAction.Cut).Select(d => d.Mac).ToHashSet();
        if (cutOnBridge is null ? cut.Count == 0 : cutOnBridge.SetEquals(cut)) return;
        try
        {
            nft.Run(BridgeCut.Whole(cut));
        }
        catch (RuleException refused)
        {
            tell($"a cut does not reach neighbours on the same bridge, the kernel refused: {refused.Message}");
        }
        cutOnBridge = cut;
    }

    /// <summary>The gateway out of the configuration and this machine's own addresses on the inside.</summary>
    public static Gateway GatewayOf(Configuration configuration)
    {
        var names = Address.Parse(configuration.Names.Listen.ToString());
        var own = new List<Address> { names };
        foreach (var one in NetworkInterface.GetAllNetworkInterfaces().Where(i => configuration.Inside.Contains(i.Name)))
        {
            foreach (var address in one.GetIPProperties().UnicastAddresses)
            {
                if (address.Address.AddressFamily == AddressFamily.InterNetwork && Address.Parse(address.Address.ToString()) is var found && !own.Contains(found)) own.Add(found);
            }
        }
        return new Gateway
        {
            Inside = configuration.Inside,
            Outside = configuration.Outside,
            Addresses = own,
            Names = [names],
            NamesPort = (ushort)configuration.Names.Port,
        };
    }
}
