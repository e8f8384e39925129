namespace Assay.Demo.Home;

/// <summary>
/// The home as network namespaces: <c>door — gateway — internet — registry</c>, joined by links that begin and end inside of them. There is no way out:
/// no namespace has a link to the machine's own network.
/// </summary>
internal sealed class House
{
    public House(Run run)
    {
        Door = run.Place("door");
        Gateway = run.Place("gateway");
        Internet = run.Place("internet");
        Registry = run.Place("registry");
        foreach (var space in new[] { Door, Gateway, Internet, Registry })
        {
            space.Make();
            space.Do("ip", "link", "set", "lo", "up");
        }
        Link(Door, "eth0", Gateway, "lan0");
        Link(Gateway, Plan.Outside, Internet, "line0");
        Link(Internet, "line1", Registry, "eth0");

        Door.Do("ip", "link", "set", "eth0", "address", Plan.Mac);
        Gateway.Do("ip", "link", "add", Plan.Inside, "type", "bridge");
        Gateway.Do("ip", "link", "set", "lan0", "master", Plan.Inside);
        Up(Gateway, "lan0");
        Address(Gateway, Plan.Inside, Plan.Gateway + "/24");
        Address(Gateway, Plan.Outside, "198.18.77.2/30");
        Address(Internet, "line0", "198.18.77.1/30");
        Address(Internet, "line1", Plan.RegistryHop + "/31");
        Address(Registry, "eth0", Plan.Registry + "/31");
        foreach (var host in Plan.Names.Values.Select(a => a.ToString()).Append(Plan.Resolver)) Internet.Do("ip", "address", "add", host + "/32", "dev", "lo");
        Up(Door, "eth0");
        Gateway.Do("ip", "route", "add", "default", "via", "198.18.77.1");
        Registry.Do("ip", "route", "add", "default", "via", Plan.RegistryHop);
        Internet.Do("ip", "route", "add", "192.168.77.0/24", "via", "198.18.77.2");
        foreach (var router in new[] { Gateway, Internet }) router.Do("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    }

    public Space Door { get; }
    public Space Gateway { get; }
    public Space Internet { get; }
    public Space Registry { get; }

    private static void Link(Space one, string name, Space other, string otherName) =>
        Tools.Do("ip", "link", "add", name, "netns", one.Name, "type", "veth", "peer", "name", otherName, "netns", other.Name);

    private static void Up(Space space, string link) => space.Do("ip", "link", "set", link, "up");

    private static void Address(Space space, string link, string address)
    {
        space.Do("ip", "address", "add", address, "dev", link);
        Up(space, link);
    }
}
