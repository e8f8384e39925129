using System.Text;
using System.Xml.Linq;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>What a person is shown of an image: what lies where, how dense it is, and why something could not be opened.</summary>
public class ImageMapTests
{
    [Fact]
    public void A_map_shows_offset_length_entropy_and_kind()
    {
        using var scratch = new Scratch();
        var squash = Squash(scratch);
        using var image = Examination.Open([.. Enumerable.Repeat((byte)0xff, 256), .. squash]);
        var lines = image.Map().ToText().Split('\n');
        Assert.Equal($"100 % of {256 + squash.Length:N0} bytes identified", lines[0]);
        Assert.Equal("0x00000000          256  0.00  padding  0xff", lines[1]);
        Assert.Matches($"^0x00000100  {squash.Length,11}  [0-7]\\.\\d\\d  squashfs \\(root\\)  gzip, blocks of 128 KiB", lines[2]);
    }

    [Fact]
    public void What_is_encrypted_is_told_from_what_is_compressed_and_from_code()
    {
        Tool.Need("openssl", "openssl");
        Tool.Need("xz", "xz-utils");
        var words = Encoding.ASCII.GetBytes(string.Join(' ', Enumerable.Range(0, 90_000).Select(i => $"{i * 7919 % 10007:x}")));
        var encrypted = Tool.Run("openssl", ["enc", "-aes-256-ctr", "-K", new string('7', 64), "-iv", new string('3', 32)], input: words).Output;
        Assert.Contains("likely encrypted", Reason(encrypted), StringComparison.Ordinal);
        // Compressed without any header: the raw deflate inside a gzip file.
        var packed = Tool.Run("gzip", ["-1", "-c"], input: words).Output[10..^8];
        var dense = Reason(packed);
        Assert.DoesNotContain("likely encrypted", dense, StringComparison.Ordinal);
        Assert.Contains("likely compressed", dense, StringComparison.Ordinal);
        Assert.Equal("text", Reason(words));
        Assert.Equal("code or data of no format that is known", Reason(File.ReadAllBytes("/bin/true")[4096..16384]));
    }

    [Fact]
    public void A_header_that_does_not_hold_is_named_as_likely_damaged()
    {
        using var scratch = new Scratch();
        var squash = Squash(scratch);
        squash[28] = 77;
        Assert.StartsWith("begins like SquashFS, with a header that does not hold", Reason(squash), StringComparison.Ordinal);
    }

    [Fact]
    public void The_drawing_is_one_document_that_any_name_leaves_whole()
    {
        using var scratch = new Scratch();
        using var image = Examination.Open([.. new byte[999], .. Squash(scratch)]);
        var map = image.Map() with { Artefact = "<b>&\"\u0001\ud800.bin" };
        var svg = XDocument.Parse(map.ToSvg()).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(ns + "svg", svg.Name);
        Assert.Contains(svg.Elements(ns + "text"), t => t.Value.Contains("squashfs (root)", StringComparison.Ordinal));
        Assert.Equal("Map of <b>&\"??.bin", svg.Element(ns + "title")!.Value);
        Assert.Contains(svg.Elements(ns + "text"), t => t.Value.StartsWith("100 %", StringComparison.Ordinal));
    }

    [Fact]
    public void A_share_is_never_rounded_up_to_the_whole()
    {
        var map = new ImageMap { Artefact = "a", Size = 1_000_000, Identified = 999_999, Rows = [] };
        Assert.Equal("99.9 % of 1,000,000 bytes identified", map.Summary);
        Assert.StartsWith("100 %", (map with { Identified = 1_000_000 }).Summary, StringComparison.Ordinal);
    }

    private static string? Reason(byte[] bytes)
    {
        using var image = Examination.Open(bytes);
        return Assert.Single(image.Map().Rows).Reason;
    }

    private static byte[] Squash(Scratch scratch)
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        var root = Directory.CreateDirectory(scratch.File("map-root")).FullName;
        File.WriteAllText(Path.Combine(root, "readme"), string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} ")));
        var image = scratch.File("map.squashfs");
        Tool.Run("mksquashfs", [root, image, "-comp", "gzip", "-noappend", "-all-root", "-quiet"]);
        return File.ReadAllBytes(image);
    }
}
