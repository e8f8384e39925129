using System.Text;
using Assay.Firmware.Containers;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>docs/formats.md is what the code says of its formats. With <c>ASSAY_WRITE=1</c> it writes the page anew.</summary>
public class FormatsPageTests
{
    private static readonly string Page = Path.Combine(Checkout.Root, "docs", "formats.md");

    [Fact]
    public void The_page_of_formats_says_what_the_code_says()
    {
        var expected = Write();
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE") == "1") File.WriteAllText(Page, expected);
        Assert.True(File.Exists(Page) && File.ReadAllText(Page) == expected, "docs/formats.md is not what the code says: write it anew with ASSAY_WRITE=1 .build/bin/Assay.Firmware.Tests/release/Assay.Firmware.Tests -class " + typeof(FormatsPageTests).FullName);
    }

    [Fact]
    public void Each_format_stands_once_with_its_source()
    {
        Assert.Equal(Formats.All.Length, Formats.All.Select(f => f.Kind).Distinct(StringComparer.Ordinal).Count());
        Assert.All(Formats.All, f => Assert.True(f.Source.Length > 3 && f.Title.Length > 2, f.Kind));
        // Marks of one byte would be met everywhere, and the search looks at two.
        Assert.All(Formats.All.SelectMany(f => f.Signatures), s => Assert.True(s.Magic.Length >= 2 && s.At >= 0));
    }

    private static string Write()
    {
        var page = new StringBuilder("""
            # Formats of images

            Written from the code by a test. What is **read** is opened down to its files; what is **named** is recognised, so that what was not looked at has a name and counts as
            not examined. A format is **unproved** while no outside writer and no sample from elsewhere is read by a test: its reader follows the source alone.
            `assay inspect IMAGE --map` shows what lies where, `--format svg -o map.svg` draws it.


            """.ReplaceLineEndings("\n"));
        var read = Formats.All.Where(f => f.Open is not null).ToList();
        page.Append(System.Globalization.CultureInfo.InvariantCulture, $"{read.Count} formats are read, {read.Count(f => f.Proof is null)} of them unproved; {Formats.All.Length - read.Count} are named.\n");
        foreach (var group in Formats.All.GroupBy(f => f.Group).OrderBy(g => g.Key))
        {
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n## {Heading(group.Key)}\n\n| format | kind in maps | | proved with | not read of it | source |\n|---|---|---|---|---|---|\n");
            foreach (var format in group.OrderBy(f => f.Title, StringComparer.OrdinalIgnoreCase))
            {
                page.Append($"| {format.Title} | `{format.Kind}` | {(format.Open is null ? "named" : "read")} | {format.Proof ?? (format.Open is null ? "" : "**unproved**")} | {format.Limits ?? ""} | {format.Source} |\n");
            }
        }
        return page.ToString();
    }

    private static string Heading(FormatGroup group) => group switch
    {
        FormatGroup.Container => "Containers",
        FormatGroup.FileSystem => "File systems",
        FormatGroup.Archive => "Archives",
        FormatGroup.Compression => "Compressed streams",
        _ => "Programs",
    };
}
