using System.Text.RegularExpressions;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;

namespace Assay.Traffic.Tests.Devices;

/// <summary>The table of makers is what the IEEE's lists say; the longest block decides.</summary>
public sealed partial class MakersTests(ITestOutputHelper output)
{
    private const string Package = "/usr/share/ieee-data";

    private static MacAddress Mac(string text)
    {
        Assert.True(MacAddress.TryParse(text, out var mac));
        return mac;
    }

    [Fact]
    public void Every_block_of_the_packaged_lists_has_the_maker_that_they_name()
    {
        if (!File.Exists(Path.Combine(Package, "oui.csv"))) Assert.Skip($"{Package} is absent (apt-get install ieee-data)");
        if (File.ReadAllText(Path.Combine(Package, ".lastupdate")).Trim() != "1661630937") Assert.Skip("the package is another edition than the table's");
        var compared = 0;
        foreach (var list in new[] { "oui.csv", "mam.csv", "oui36.csv" })
        {
            foreach (Match row in Row().Matches(File.ReadAllText(Path.Combine(Package, list))))
            {
                var maker = Spaces().Replace((row.Groups[2].Value is ['"', .. var quoted, '"'] ? quoted : row.Groups[2].Value).Replace("\"\"", "\"", StringComparison.Ordinal), " ").Trim();
                if (maker is "" or "Private" or "IEEE Registration Authority") continue;
                var prefix = row.Groups[1].Value;
                var mac = Mac(prefix + new string('0', 12 - prefix.Length));
                // Some blocks of old stand with the bit of made-up addresses; some stand twice.
                if (Makers.IsLocal(mac)) continue;
                compared++;
                if (Makers.Of(mac) != maker) Assert.Contains(prefix, Twice(list));
            }
        }
        output.WriteLine($"{compared} blocks agree with the IEEE's lists; {Makers.Count} in the table");
        Assert.True(compared > 40_000);

        // Prefixes that one list gives to several makers: either is right. A block inside of another list's has that one's first address too.
        static HashSet<string> Twice(string list) => [.. Row().Matches(File.ReadAllText(Path.Combine(Package, list))).GroupBy(r => r.Groups[1].Value).Where(g => g.Count() > 1).Select(g => g.Key)];
    }

    [GeneratedRegex("^MA-[LMS],([0-9A-F]+),(\"(?:[^\"]|\"\")*\"|[^,]*),", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [Fact]
    public void The_longest_block_decides_and_an_address_that_a_device_made_up_has_no_maker()
    {
        Assert.Equal("EDIMAX Technology Co. Ltd.", Makers.Of(Mac("74:da:38:80:7a:08")), ignoreCase: true);
        // Of 8c:1f:64 the IEEE gives every 36-bit block to another maker.
        Assert.Equal("\"KB \"Modul\", LLC", Makers.Of(Mac("8c:1f:64:ea:a0:01")));
        Assert.Null(Makers.Of(Mac("8c:1f:64:ff:f0:01")));
        Assert.Null(Makers.Of(Mac("02:00:00:00:00:01")));
        Assert.True(Makers.IsLocal(Mac("da:a1:19:00:00:01")));
        Assert.False(Makers.IsLocal(Mac("74:da:38:80:7a:08")));
    }
}
