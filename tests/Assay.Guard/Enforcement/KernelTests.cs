using Assay.Guard.Enforcement;
using Assay.Traffic.Mud;

namespace Assay.Tests.Enforcement;

/// <summary>What this kernel offers, and what stops the guard from starting.</summary>
public sealed class KernelTests
{
    // As nft 1.0.6 and 1.1.1 list them: one device is a text, more are a list.
    private const string Listing = """
        {"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
        {"flowtable": {"family": "inet", "name": "ft", "table": "fw4", "handle": 4, "hook": "ingress", "prio": 0, "dev": ["br0", "wan0"]}},
        {"flowtable": {"family": "ip", "name": "one", "table": "mine", "handle": 5, "hook": "ingress", "prio": 0, "dev": "eth7"}}]}
        """;

    [Fact]
    public void Flow_offloading_on_a_guarded_interface_is_refused_with_the_way_to_end_it()
    {
        var offloaded = Kernel.Offloads(Listing);
        Assert.Equal([("br0", "inet fw4 ft"), ("wan0", "inet fw4 ft"), ("eth7", "ip mine one")], offloaded);
        var kernel = new Kernel { Features = [], Offloaded = offloaded };
        var refusal = kernel.Refusal(Home.TheGateway());
        Assert.Contains("br0", refusal);
        Assert.Contains("inet fw4 ft", refusal);
        // On interfaces that nobody guards it may be.
        Assert.Null((kernel with { Offloaded = [("eth7", "ip mine one")] }).Refusal(Home.TheGateway()));
        Assert.Empty(Kernel.Offloads("""{"nftables": [{"metainfo": {"json_schema_version": 1}}]}"""));
    }

    [Fact]
    public void A_flowtable_in_the_kernel_is_found()
    {
        using var home = new Home();
        const string Flowtable = "table inet fw4 { flowtable ft { hook ingress priority 0; devices = { br0, wan0 }; }; }";
        if (home.Nft.Check(Flowtable) is { } lacking) Assert.Skip($"this kernel has no flowtables: {lacking}");
        home.Nft.Run(Flowtable);
        var kernel = Home.Inside(home.GatewaySpace, () => Kernel.Probe(home.Nft, []));
        Assert.Contains("br0", kernel.Refusal(Home.TheGateway()));
    }

    [Fact]
    public void Every_feature_says_what_is_not_enforced_without_it_and_probing_leaves_nothing_behind()
    {
        using var home = new Home();
        var before = home.Nft.List("list ruleset");
        var kernel = Home.Inside(home.GatewaySpace, () => Kernel.Probe(home.Nft, ["br0"]));
        Assert.Equal(before, home.Nft.List("list ruleset"));
        Assert.All(kernel.Features, f => Assert.NotEmpty(f.Without));
        Assert.Null(kernel.Refusal(Home.TheGateway()));
        Assert.Contains(kernel.Features, f => f.Name == "the table of connections by netlink" && f.Present);
        // A kernel without what is needed is refused by name.
        var poor = kernel with { Features = [.. kernel.Features.Select(f => f.Name == "connection marks" ? f with { Present = false } : f)] };
        Assert.Contains("connection marks", poor.Refusal(Home.TheGateway()));
    }
}
