using System.Net;

namespace Assay.Demo.Home;

/// <summary>Names and addresses of the home; all of them for documentation (RFC 5737, RFC 6761, RFC 7042), so that nothing here is anybody's.</summary>
internal static class Plan
{
    public const string Mac = "00:00:5e:00:53:0b";
    public const string MudUrl = "https://doorbell.example/mud/edb-100.json";
    public const string Model = "EDB-100";
    public const string Update = "update.doorbell.example", Cloud = "cloud.doorbell.example", Clock = "time.doorbell.example";

    public const string Gateway = "192.168.77.1";
    public const string Inside = "br0", Outside = "wan0";
    public const string Registry = "198.51.100.80", RegistryHop = "198.51.100.81";
    public const string Resolver = "203.0.113.53";
    /// <summary>A host that the doorbell has no business with.</summary>
    public const string Foreign = "192.0.2.66";
    public const string ForeignName = "collector.elsewhere.example";
    /// <summary>Where the bot looks for Telnet: nobody is there.</summary>
    public const string Scanned = "192.0.2.";

    public static readonly IReadOnlyDictionary<string, IPAddress> Names = new Dictionary<string, IPAddress>
    {
        [Update] = IPAddress.Parse("203.0.113.10"),
        [Cloud] = IPAddress.Parse("198.51.100.20"),
        [Clock] = IPAddress.Parse("203.0.113.123"),
        [ForeignName] = IPAddress.Parse(Foreign),
    };
}
