using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Html.Tests;

/// <summary>Every text colour stands out from every ground it is set on, in light, dark and print: at least 4.5 to 1 (WCAG 2.2, 1.4.3).</summary>
public partial class StyleSheetTests
{
    private static readonly string[] Outcomes = ["pass", "fail", "disputed", "inconclusive", "notApplicable", "notClaimed"];

    public static TheoryData<int, string, string> Pairs()
    {
        var pairs = new TheoryData<int, string, string>();
        for (var theme = 0; theme < 3; theme++)
        {
            foreach (var ink in new[] { "ink", "soft", "link" })
            {
                pairs.Add(theme, ink, "page");
                pairs.Add(theme, ink, "sheet");
            }
            foreach (var outcome in Outcomes)
            {
                pairs.Add(theme, outcome, outcome + "-back");
                // The symbol in the bar has the sheet's colour on the outcome's.
                pairs.Add(theme, "sheet", outcome);
            }
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Text_stands_out_from_its_ground(int theme, string ink, string ground)
    {
        var themes = Root().Matches(StyleSheet.Text).Select(m => Variable().Matches(m.Value).ToDictionary(v => v.Groups[1].Value, v => v.Groups[2].Value)).ToList();
        Assert.Equal(3, themes.Count);
        var contrast = Contrast(themes[theme][ink], themes[theme][ground]);
        Assert.True(contrast >= 4.5, $"--{ink} on --{ground}: {contrast:f2}");
    }

    [Fact]
    public void The_measure_knows_black_white_and_grey()
    {
        Assert.Equal(21, Contrast("#000", "#ffffff"), 2);
        Assert.Equal(4.48, Contrast("#777777", "#fff"), 2);
    }

    [Fact]
    public void The_sheet_loads_nothing_and_cannot_end_its_element()
    {
        Assert.DoesNotContain("url(", StyleSheet.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", StyleSheet.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("</", StyleSheet.Text, StringComparison.Ordinal);
        Assert.Equal(StyleSheet.Text.Count(c => c == '{'), StyleSheet.Text.Count(c => c == '}'));
    }

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string colour)
    {
        var digits = colour.Length == 4 ? string.Concat(colour.Skip(1).Select(c => $"{c}{c}")) : colour[1..];
        double Part(int at)
        {
            var part = int.Parse(digits.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Part(0) + 0.7152 * Part(2) + 0.0722 * Part(4);
    }

    [GeneratedRegex(@":root \{[^}]*\}")]
    private static partial Regex Root();

    [GeneratedRegex(@"--([\w-]+): (#[0-9a-f]+)")]
    private static partial Regex Variable();
}
