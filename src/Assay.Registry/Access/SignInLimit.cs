using System.Collections.Concurrent;
using System.Net;

namespace Assay.Registry.Access;

/// <summary>How often a machine may try a key: <see cref="Most"/> failures in <see cref="Window"/>, then it waits. Bounded in memory.</summary>
public sealed class SignInLimit(TimeProvider time)
{
    public const int Most = 10;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private const int MostAddresses = 50_000;

    private readonly ConcurrentDictionary<IPAddress, (long Started, int Failures)> failures = new();

    /// <exception cref="Refusal">429: too many failures from this address.</exception>
    public void Check(IPAddress? from)
    {
        if (failures.TryGetValue(Network(from), out var seen) && seen.Failures >= Most && time.GetElapsedTime(seen.Started) < Window)
            throw new Refusal(429, $"at most {Most} wrong keys within {Window.TotalSeconds:0} s", "one more", "key");
    }

    public void Failed(IPAddress? from)
    {
        var now = time.GetTimestamp();
        if (failures.Count >= MostAddresses)
        {
            foreach (var (address, seen) in failures)
            {
                if (time.GetElapsedTime(seen.Started) >= Window) failures.TryRemove(address, out _);
            }
            if (failures.Count >= MostAddresses) failures.Clear();
        }
        failures.AddOrUpdate(Network(from), (now, 1), (_, seen) => time.GetElapsedTime(seen.Started) >= Window ? (now, 1) : (seen.Started, seen.Failures + 1));
    }

    // A household has 2^64 addresses of IPv6: its network counts as one.
    private static IPAddress Network(IPAddress? from)
    {
        if (from is null) return IPAddress.None;
        if (from.IsIPv4MappedToIPv6) return from.MapToIPv4();
        if (from.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6) return from;
        var bytes = from.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
