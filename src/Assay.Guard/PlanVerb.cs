using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Traffic.Devices;
using Assay.Traffic.Mud;

namespace Assay.Guard;

/// <summary><c>guard plan</c>: what <c>run</c> would enforce, without touching the kernel.</summary>
internal static class PlanVerb
{
    public static Verb Verb { get; } = new()
    {
        Name = "plan",
        Summary = "shows what would be enforced, without touching the kernel",
        Usage = "[--config guard.yaml] [--format table|nft|json]",
        Example = "assay guard plan --config examples/guard.yaml --format nft",
        Options = [RunVerb.Configured],
        Formats = ["table", "nft", "json"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        var configuration = RunVerb.Configuration(arguments);
        var household = new Household(configuration, GuardPost.Trust(configuration), terminal.Time, keeps: false);
        if (configuration.Leases is { } leases && File.Exists(leases)) household.Lease(Leases.Read(File.ReadAllText(leases)));
        var (profiles, devices) = household.Policy();
        RuleSet rules;
        string text;
        try
        {
            rules = new RuleSet(Enforcer.GatewayOf(configuration), profiles);
            text = rules.Whole(devices);
        }
        catch (ArgumentException wrong)
        {
            throw new UnreadableException("a configuration that rules can be made of", wrong.Message, 0);
        }
        var document = household.Look(view => GuardStatus.Document(view, new GuardSelf { IsGuarding = false, Remarks = [.. rules.Remarks.Select(r => r.ToString())] }));
        switch (terminal.Format)
        {
            case "nft":
                terminal.Write(writer => writer.Write(text));
                break;
            case "json":
                terminal.WriteBytes(stream => stream.Write(document));
                break;
            default:
                terminal.Write(writer => StatusVerb.Print(writer, document, terminal.Width));
                terminal.Hint("--format nft shows the rules; guard run puts them into the kernel");
                break;
        }
        return Exit.Done;
    }
}
