using System.Globalization;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>One line of dnsmasq's lease file.</summary>
/// <param name="Expires">Null for a lease without end.</param>
/// <param name="Name">What the device called itself; null for <c>*</c>.</param>
public sealed record Lease(MacAddress Mac, Address Address, string? Name, DateTimeOffset? Expires);

/// <summary>The leases that dnsmasq keeps (lease file: time, MAC, address, name, client id; IPv6 leases stand behind the line <c>duid</c>).</summary>
public static class Leases
{
    private const int Most = 65536;

    /// <summary>The IPv4 leases of Ethernet devices, in their order; lines of another form (IPv6 leases name no MAC) are passed over.</summary>
    public static IReadOnlyList<Lease> Read(string text)
    {
        var leases = new List<Lease>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (leases.Count == Most) break;
            var words = line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 4 || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var expires)) continue;
            if (expires > 253_402_300_799 || !MacAddress.TryParse(words[1], out var mac)) continue;
            if (!System.Net.IPAddress.TryParse(words[2], out var address) || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork) continue;
            leases.Add(new Lease(mac, Address.Parse(words[2]), words[3] == "*" ? null : Evidence.Shortened.Visible(words[3]),
                expires == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(expires)));
        }
        return leases;
    }
}
