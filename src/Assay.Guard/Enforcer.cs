using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Assay.Guard.Enforcement;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Guard;

/// <summary>Keeps the kernel's rules as the household wants them: the whole table at the start, one transaction for each set of changes after.</summary>
public sealed class Enforcer
{
    private readonly Nft nft;
    private readonly Gateway gateway;
    private readonly Func<IReadOnlyList<NameAdmission>> admitted;
    private readonly Action<string> tell;
    private readonly Dictionary<MacAddress, DevicePolicy> inKernel = [];
    private readonly Dictionary<string, Profile> profiles = new(StringComparer.Ordinal);
    private RuleSet? rules;

    /// <param name="admitted">Addresses of names that are still good, for a table that is written anew.</param>
    public Enforcer(Nft nft, Gateway gateway, Func<IReadOnlyList<NameAdmission>> admitted, Action<string> tell)
    {
        this.nft = nft;
        this.gateway = gateway;
        this.admitted = admitted;
        this.tell = tell;
    }

    /// <summary>Why the kernel's rules are not what they should be; null where they are.</summary>
    public string? Trouble { get; private set; }
    /// <summary>Entries of MUD files that no rule was made of.</summary>
    public IReadOnlyList<RuleSetRemark> Remarks => rules?.Remarks ?? [];
    public IReadOnlyCollection<Profile> Profiles => profiles.Values;
    public IReadOnlyCollection<DevicePolicy> Devices => inKernel.Values;

    /// <summary>The rule set as text, of what is in the kernel.</summary>
    public string Text() => rules?.Whole([.. inKernel.Values]) ?? "";

    /// <summary>Writes the whole table, in place of one that is there.</summary>
    /// <exception cref="RuleException"/>
    public void Whole(IReadOnlyList<Profile> wanted, IReadOnlyList<DevicePolicy> devices)
    {
        foreach (var profile in wanted) profiles[profile.Id] = profile;
        inKernel.Clear();
        foreach (var device in devices) inKernel[device.Mac] = device;
        rules = new RuleSet(gateway, [.. profiles.Values]);
        nft.Run(rules.Whole(devices, admitted()));
        Trouble = null;
    }

    /// <summary>Brings a set of changes into the kernel, all or none. Where it refuses, the whole table is tried, now and until it goes.</summary>
    public void Apply(IReadOnlyList<DevicePolicy> changed, IReadOnlyList<Profile> wanted)
    {
        var fresh = wanted.Any(p => !profiles.ContainsKey(p.Id));
        foreach (var profile in wanted) profiles[profile.Id] = profile;
        var text = new StringBuilder();
        if (!fresh && Trouble is null)
        {
            // All that leaves first: an address that goes from one device to another is free before it is taken.
            foreach (var device in changed) if (inKernel.TryGetValue(device.Mac, out var before)) text.Append(rules!.Move(before, null));
            foreach (var device in changed) text.Append(rules!.Move(null, device));
        }
        foreach (var device in changed) inKernel[device.Mac] = device;
        try
        {
            if (fresh || Trouble is not null) Again();
            else nft.Run(text.ToString());
        }
        catch (RuleException refused)
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
        catch (RuleException refused)
        {
            Trouble = refused.Message;
        }
    }

    private void Again()
    {
        rules = new RuleSet(gateway, [.. profiles.Values]);
        nft.Run(rules.Whole([.. inKernel.Values], admitted()));
        Trouble = null;
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
