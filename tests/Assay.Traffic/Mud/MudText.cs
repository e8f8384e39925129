using System.Text;

namespace Assay.Traffic.Tests.Mud;

/// <summary>A small MUD file as text, with places to put something wrong in.</summary>
internal static class MudText
{
    public const string Accept = """{ "forwarding": "accept" }""";

    /// <param name="from">Entries of the list from the device, as JSON.</param>
    /// <param name="mud">More members of the MUD container, each with a comma in front.</param>
    public static byte[] File(string from = "", string to = "", string mud = "", string url = "https://maker.example/edb-100", string type = "ipv4-acl-type", string container = "ietf-access-control-list:acls") =>
        Encoding.UTF8.GetBytes($$"""
        { "ietf-mud:mud": { "mud-version": 1, "mud-url": "{{url}}", "last-update": "2026-11-01T12:00:00Z", "is-supported": true, "systeminfo": "a doorbell", "mud-signature": "https://maker.example/edb-100.p7s",
            "from-device-policy": { "access-lists": { "access-list": [ { "name": "f" } ] } },
            "to-device-policy": { "access-lists": { "access-list": [ { "name": "t" } ] } }{{mud}} },
          "{{container}}": { "acl": [
            { "name": "f", "type": "{{type}}", "aces": { "ace": [ {{from}} ] } },
            { "name": "t", "type": "{{type}}", "aces": { "ace": [ {{to}} ] } } ] } }
        """);

    public static string Ace(string matches, string actions = Accept, string name = "one") => $$"""{ "name": "{{name}}", "matches": { {{matches}} }, "actions": {{actions}} }""";

    public const string Update = """ "ipv4": { "ietf-acldns:dst-dnsname": "update.maker.example", "protocol": 6 }, "tcp": { "ietf-mud:direction-initiated": "from-device", "destination-port": { "operator": "eq", "port": 443 } } """;
}
