using System.Text;
using System.Text.Json;
using Assay.Software.Components;
using Assay.Tests;

namespace Assay.Software.Tests.Components;

public class VersionPatternTests(ITestOutputHelper output)
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, VersionPattern.All.Count)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_row_has_a_source_finds_its_positive_example_and_not_its_negative_one(int row)
    {
        var pattern = VersionPattern.All[row];
        Assert.True(pattern.Source.Length > 8, $"{pattern.Product} needs a source");
        Assert.All(pattern.Cpe, c => Assert.Matches("^[ao]:[^:]+:[^:]+$", c));
        Assert.Contains(Read(pattern.Positive, pattern), v => v.Pattern.Product == pattern.Product);
        Assert.DoesNotContain(Read(pattern.Negative, pattern), v => v.Pattern.Product == pattern.Product);
    }

    [Fact]
    public void The_page_says_how_many_rows_rest_on_a_source_that_was_opened()
    {
        var opened = VersionPattern.All.Where(p => p.Opened is not null).ToList();
        Assert.Contains(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Opened were the sources of {opened.Count} of {VersionPattern.All.Count:N0} rows ({opened.DistinctBy(p => p.Product).Count()} of {VersionPattern.All.DistinctBy(p => p.Product).Count()} products"),
            File.ReadAllText(Path.Combine(Checkout.Root, "docs", "components.md")), StringComparison.Ordinal);
    }

    [Theory]
    // lwIP's example pages were packed by another release than the one that serves them; a header that the program writes itself is its own.
    [InlineData("HTTP/1.0 200 OK\r\nServer: lwIP/1.3.1 (http://savannah.nongnu.org/projects/lwip)\r\nContent-type: text/html\r\n", null)]
    [InlineData("HTTP/1.0 200 OK\r\nServer: lwIP/2.0.3d (http://savannah.nongnu.org/projects/lwip)\r\n", null)]
    [InlineData("Server: lwIP/2.1.3 (http://savannah.nongnu.org/projects/lwip)\r\n", "lwip 2.1.3")]
    [InlineData("GET %s HTTP/1.1\r\nUser-Agent: %s\r\n\0lwIP/2.1.2 (http://savannah.nongnu.org/projects/lwip)", "lwip 2.1.2")]
    [InlineData("Server: Boa/0.94.14rc21", "boa 0.94.14rc21")]
    [InlineData("Boa/0.94.13", "boa 0.94.13")]
    [InlineData("GoAhead/%s\0" + "3.6.5\0", "goahead 3.6.5")]
    [InlineData("*** Booting Zephyr OS build %s %s ***\n\0v3.2.0-rc3-17-gabcdef012345\0", "zephyr 3.2.0-rc3")]
    [InlineData("*** Booting Zephyr OS build v3.6.0 ***\n", "zephyr 3.6.0")]
    [InlineData("*** Booting Zephyr OS build v3.6.0-108-gfb92002b9a83 ***\n", "zephyr 3.6.0")]
    public void What_upstream_s_own_lines_leave_in_a_program_is_read(string text, string? expected)
    {
        var seen = VersionReading.Read(Encoding.ASCII.GetBytes("\0\0" + text + "\0\0"), null).Select(v => $"{v.Pattern.Product} {v.Version}");
        Assert.Equal(expected is null ? [] : [expected], seen);
    }

    [Fact(Explicit = true)]
    public void No_window_tires_a_pattern()
    {
        var tired = new List<string>();
        foreach (var pattern in VersionPattern.All.Where(p => p.Rule != "said"))
        {
            string[] pieces = [pattern.Anchor, pattern.Anchor + "\n", pattern.Positive, pattern.Positive + "\n", pattern.Negative, "1.", "1.1.1.1\n", "1.1 ", " ", "\n", "a\n", "a ", "a", "%s\n", "2020-01-01\n"];
            foreach (var window in pieces.SelectMany(p => new[] { Of(p), pattern.Anchor + Of(p), Of(p)[..400] + pattern.Anchor + Of(p) }).Select(w => w[..Math.Min(w.Length, 900)]))
            {
                // The quickest of three: what the machine does besides is not the pattern's.
                var quickest = TimeSpan.MaxValue;
                for (var i = 0; i < 3; i++)
                {
                    var begin = System.Diagnostics.Stopwatch.GetTimestamp();
                    pattern.VersionIn(window);
                    if (System.Diagnostics.Stopwatch.GetElapsedTime(begin) is var took && took < quickest) quickest = took;
                }
                if (quickest > TimeSpan.FromMilliseconds(5)) tired.Add($"{pattern.Product} {pattern.Anchor}: {quickest.TotalMilliseconds:F1} ms for \"{window[..40]}…\"");
            }
        }
        Assert.Empty(tired);

        static string Of(string piece) => string.Concat(Enumerable.Repeat(piece, 900 / piece.Length + 1));
    }

    private static IReadOnlyList<VersionSeen> Read(string example, VersionPattern pattern) =>
        pattern.Rule == "name" ? VersionReading.Read([], example) : VersionReading.Read(Blob([example, pattern.Also ?? ""]), null);

    [Fact]
    public void Strings_of_known_versions_are_recognised_and_nothing_else_with_them()
    {
        var (rows, right, wrong, missed) = (0, 0, 0, new List<string>());
        foreach (var file in Corpus.Files("components", "*.tsv"))
        {
            foreach (var line in File.ReadLines(file).Skip(1))
            {
                var columns = line.Split('\t');
                using var strings = JsonDocument.Parse(columns[2]);
                var blob = Blob(["/lib/ld.so.3", "libc.so.6", "usage: %s [options]", .. strings.RootElement.EnumerateArray().Select(s => s.GetString()!), "abort", "1234", "%s: out of memory"]);
                var seen = VersionReading.Read(blob, null);
                var product = columns[0].Replace("\\+", "+", StringComparison.Ordinal);
                rows++;
                if (seen.Any(v => v.Pattern.IsCalled(product) && v.Version == columns[1])) right++;
                else missed.Add($"{columns[0]} {columns[1]}: {string.Join(", ", seen.Select(v => $"{v.Pattern.Product} {v.Version}"))}");
                foreach (var other in seen.Where(v => !v.Pattern.IsCalled(product) || v.Version != columns[1]))
                {
                    wrong++;
                    missed.Add($"WRONG {line} gives {other.Pattern.Product} {other.Version}");
                }
            }
        }
        output.WriteLine($"{right} of {rows} rows ({100.0 * right / rows:0.0} %), {wrong} wrong");
        missed.ForEach(output.WriteLine);
        Assert.True(right >= 0.85 * rows, $"{right} of {rows}: {string.Join("; ", missed)}");
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData("curl 7.", "see curl 7.x")]
    [InlineData("OpenSSL", "built against OpenSSL 1.1.1 or later")]
    [InlineData("BusyBox", "BusyBox applet links are no products: /bin/gzip -> busybox")]
    [InlineData("OpenSSH patterns of other servers", "OpenSSH_2.*\nOpenSSH_3.0*")]
    [InlineData("an address is no version", "dnsmasq-127.0.0.1.5")]
    public void Speaking_of_a_product_is_not_being_it(string what, string text) =>
        Assert.True(VersionReading.Read(Blob([text]), null).Count == 0, $"{what}: {string.Join(',', VersionReading.Read(Blob([text]), null).Select(v => v.Pattern.Product + v.Version))}");

    [Fact]
    public void An_anchor_across_the_search_s_own_steps_is_found_once_and_at_its_offset()
    {
        foreach (var offset in new[] { 0, 1, (16 << 10) - 9, (16 << 10) - 1, 16 << 10, (32 << 10) - 3 })
        {
            var content = new byte[40 << 10];
            Encoding.ASCII.GetBytes("BusyBox v1.35.0 (x)").CopyTo(content, offset);
            var seen = Assert.Single(VersionReading.Read(content, null));
            Assert.Equal((offset, "1.35.0"), (seen.Offset, seen.Version));
        }
    }

    [Fact]
    public void Random_bytes_full_of_anchors_end_and_give_no_exception()
    {
        var random = new Random(3);
        var anchors = VersionReading.Anchors;
        var content = new byte[2 << 20];
        random.NextBytes(content);
        for (var at = 0; at < content.Length - 64; at += random.Next(1, 40))
        {
            var anchor = Encoding.ASCII.GetBytes(anchors[random.Next(anchors.Count)] + "1.1.1.1.1.1\n1.1");
            anchor.AsSpan(0, Math.Min(anchor.Length, content.Length - at)).CopyTo(content.AsSpan(at));
        }
        Assert.NotNull(VersionReading.Read(content, "x"));
    }

    private static byte[] Blob(IEnumerable<string> strings) => Encoding.ASCII.GetBytes("\x7f" + string.Join("\0\0", strings.Select(s => s.Replace('\n', '\0'))) + "\0");
}
