using System.Net;
using System.Net.Sockets;

namespace Assay.Evidence;

/// <summary>Whether a host, by its name or address, lies in a local network.</summary>
public static class Hosts
{
    /// <summary>Private, link-local, loopback and shared addresses (RFC 1918, 3927, 4193, 6598), and names that only a local network resolves.</summary>
    public static bool IsLocal(string host)
    {
        var bare = host.Trim('[', ']');
        if (bare.IndexOf('%') is > 0 and var zone) bare = bare[..zone];
        if (!IPAddress.TryParse(bare, out var address)) return !bare.Contains('.') || bare.EndsWith(".local", StringComparison.OrdinalIgnoreCase) || bare.EndsWith(".lan", StringComparison.OrdinalIgnoreCase) || bare.EndsWith(".home.arpa", StringComparison.OrdinalIgnoreCase) || bare.EndsWith(".internal", StringComparison.OrdinalIgnoreCase) || bare.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return true;
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes[0] is 10 or 127 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128)
            : (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
    }
}
