using Assay.Guard.Enforcement;
using Assay.Traffic.Captures;

namespace Assay.Tests.Enforcement;

/// <summary>The kernel's table of connections as we read it and as conntrack(8) reads it.</summary>
public sealed class ConnectionsTests
{
    [Theory]
    [InlineData(Home.Doorbell, Home.Update, Home.Cloud)]
    [InlineData(Home.Doorbell6, Home.Update6, Home.Cloud6)]
    public void We_list_and_forget_what_conntrack_lists(string device, string first, string second)
    {
        using var home = new Home();
        Tool.Need("conntrack", "conntrack");
        home.Serve(home.InternetSpace, [443, 80], []);
        home.Nft.Run("table inet watch { chain f { type filter hook forward priority 0; ct state new accept; }; }");
        using var one = Home.Connect(home.DoorbellSpace, first, 443)!;
        using var two = Home.Connect(home.DoorbellSpace, second, 80)!;
        using var other = Home.Connect(home.CameraSpace, first, 443)!;
        Assert.True(Home.Echoes(one) && Home.Echoes(two) && Home.Echoes(other));
        var address = Address.Parse(device);

        var ours = Home.Inside(home.GatewaySpace, () => Connections.List(address));
        Assert.Equal(Theirs(home, device), ours.Select(c => $"{c.Source} {c.Destination} {c.SourcePort} {c.DestinationPort} {c.Protocol} {c.State}").Order(StringComparer.Ordinal));
        Assert.Equal(2, ours.Count);
        Assert.All(ours, c => Assert.InRange(c.Remaining.TotalDays, 1, 6));
        Assert.True(Home.Inside(home.GatewaySpace, () => Connections.List()).Count >= 3);

        // All but the one to the first host.
        Assert.Equal(1, Home.Inside(home.GatewaySpace, () => Connections.Forget(address, keep: c => c.Destination == Address.Parse(first))));
        Assert.Equal(443, Assert.Single(Home.Inside(home.GatewaySpace, () => Connections.List(address))).DestinationPort);
        Assert.Equal(1, Home.Inside(home.GatewaySpace, () => Connections.Forget(address)));
        Assert.Empty(Theirs(home, device));
        // The neighbour's is still there.
        Assert.Single(Theirs(home, address.IsV4 ? Home.Camera : Home.Camera6));
    }

    private static List<string> Theirs(Home home, string source)
    {
        var words = home.In(home.GatewaySpace, "conntrack", "-L", "-f", source.Contains(':') ? "ipv6" : "ipv4", "-s", source).Text;
        return words.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string Field(string name) => parts.First(p => p.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];
            return $"{Field("src")} {Field("dst")} {Field("sport")} {Field("dport")} {parts[1]} {parts[3].ToLowerInvariant().Replace('_', ' ')}";
        }).Order(StringComparer.Ordinal).ToList();
    }
}
