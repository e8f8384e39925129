using System.Globalization;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>Who was given the first bits of a MAC address: of the network card's maker, which may be another than the device's (makers.tsv, of the IEEE's public lists).</summary>
public static class Makers
{
    private static readonly Lazy<Dictionary<ulong, string>> Blocks = new(Read);

    /// <summary>The maker, by the longest block that holds the address; null for blocks that nobody has, and for addresses that a device made up itself.</summary>
    public static string? Of(MacAddress mac)
    {
        if (IsLocal(mac)) return null;
        foreach (var bits in (ReadOnlySpan<int>)[36, 28, 24])
        {
            if (Blocks.Value.TryGetValue(Key(mac.Bits >> (48 - bits), bits), out var maker)) return maker;
        }
        return null;
    }

    /// <summary>True where the address was not given by a maker (IEEE 802c): randomised, or of a virtual card.</summary>
    public static bool IsLocal(MacAddress mac) => (mac.Bits >> 41 & 1) == 1;

    /// <summary>Blocks in the table.</summary>
    public static int Count => Blocks.Value.Count;

    private static ulong Key(ulong prefix, int bits) => (ulong)bits << 48 | prefix;

    private static Dictionary<ulong, string> Read()
    {
        var blocks = new Dictionary<ulong, string>(50_000);
        using var stream = typeof(Makers).Assembly.GetManifestResourceStream("makers.tsv")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab <= 0 || line[0] == '#') continue;
            var maker = line[..tab];
            foreach (var range in line.AsSpan(tab + 1).Split(' '))
            {
                var digits = line.AsSpan(tab + 1)[range];
                blocks[Key(ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), digits.Length * 4)] = maker;
            }
        }
        return blocks;
    }
}
