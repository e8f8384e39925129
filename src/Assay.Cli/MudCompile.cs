using System.Security.Cryptography;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Cli;

/// <summary><c>assay mud compile FILE</c>: the rules that the guard would put into the kernel for devices of this file, as text for <c>nft -f</c> (docs/enforcement.md).</summary>
public static class MudCompile
{
    public static readonly IReadOnlyList<Option> Options =
    [
        new("--inside", "INTERFACE", "compile: where guarded devices are (default: br0)", Repeats: true),
        new("--outside", "INTERFACE", "compile: where the Internet is (default: wan0)"),
        new("--address", "ADDRESS", "compile: the gateway's address inside, where names are asked (default: 192.168.77.1)"),
        new("--device", "MAC,ADDRESS", "compile: a device of this file, with its addresses; learn, check: the device, by its MAC address alone", Repeats: true),
        new("--action", "ACTION", "compile: notify, narrow, heal or cut for these devices (default: narrow)"),
        new("--update-host", "NAME", "compile: where updates come from, besides the file's own", Repeats: true),
    ];

    public static int Run(Arguments arguments, Terminal terminal, string file)
    {
        if (terminal.Format == "json") throw new UsageException("compile writes text of nftables, found --format json; nft --json --check --file shows it so");
        if (new FileInfo(file) is { Exists: true, Length: > MudFile.LongestFile and var length })
        {
            throw new UnreadableException(FormattableString.Invariant($"a MUD file of at most {MudFile.LongestFile} bytes"), FormattableString.Invariant($"{length} bytes"), 0);
        }
        var bytes = File.ReadAllBytes(file);
        var mud = MudFile.Read(bytes);
        var profile = new Profile
        {
            Id = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12],
            Permissions = mud.Permissions,
            UpdateHosts = [.. mud.UpdateHosts.Concat(arguments.Values("--update-host"))],
            MudUrl = mud.Url,
        };
        var action = arguments.Value("--action") switch
        {
            null or "narrow" => GuardAction.Narrow,
            "notify" => GuardAction.Notify,
            "heal" => GuardAction.Heal,
            "cut" => GuardAction.Cut,
            var other => throw new UsageException($"--action expects notify, narrow, heal or cut, found {other}"),
        };
        var own = One(arguments.Value("--address") ?? "192.168.77.1", "--address");
        RuleSet rules;
        string text;
        try
        {
            rules = new RuleSet(new Gateway
            {
                Inside = arguments.Values("--inside") is { Count: > 0 } inside ? inside : ["br0"],
                Outside = arguments.Value("--outside") ?? "wan0",
                Addresses = [own],
                Names = [own],
            }, [profile]);
            text = rules.Whole([.. arguments.Values("--device").Select(d => Device(d, action, profile.Id))]);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong.Message);
        }
        terminal.Write(writer => writer.Write(text));
        foreach (var remark in rules.Remarks) terminal.Hint($"no rule for {Shortened.Visible(remark.Entry)}: {remark.Reason}");
        return Exit.Done;
    }

    private static DevicePolicy Device(string text, GuardAction action, string profile)
    {
        var parts = text.Split(',');
        if (!MacAddress.TryParse(parts[0], out var mac)) throw new UsageException($"--device expects MAC,ADDRESS such as 00:00:5e:00:53:0b,192.168.77.20, found {Shortened.Visible(text)}");
        return new DevicePolicy { Mac = mac, Addresses = [.. parts.Skip(1).Select(p => One(p, "--device"))], Action = action, Profile = profile };
    }

    private static Address One(string text, string option) => System.Net.IPAddress.TryParse(text, out var parsed) && !text.Contains('%', StringComparison.Ordinal)
        ? Address.Parse(parsed.ToString())
        : throw new UsageException($"{option} expects an IP address, found {Shortened.Visible(text)}");
}
