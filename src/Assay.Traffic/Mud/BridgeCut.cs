using System.Text;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>
/// What of a cut holds on the bridge itself, where neighbours meet without passing the gateway: table <c>bridge assay</c>, one set of MAC addresses whose frames
/// no port hands on. Needs no connection tracking on bridges. Frames to and from the gateway are not forwarded, so DHCP and ARP with it stay.
/// </summary>
public static class BridgeCut
{
    /// <summary>The whole table in one transaction; it takes the place of one that is there.</summary>
    public static string Whole(IReadOnlyCollection<MacAddress> cut)
    {
        var text = new StringBuilder("""
            table bridge assay
            delete table bridge assay
            table bridge assay {
              counter cut { }
              set cut { type ether_addr; }
              chain neighbours {
                type filter hook forward priority filter; policy accept;
                ether saddr @cut counter name "cut" drop
                ether daddr @cut drop
              }
            }

            """);
        if (cut.Count > 0) text.Append("add element bridge assay cut { ").AppendJoin(", ", cut.Order()).Append(" }\n");
        return text.ToString();
    }

    /// <summary>What takes the table away.</summary>
    public static string Remove => "table bridge assay\ndelete table bridge assay\n";
}
