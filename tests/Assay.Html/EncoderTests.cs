namespace Assay.Html.Tests;

public class EncoderTests
{
    public static readonly TheoryData<string, string> Hostile = new()
    {
        { "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
        { "\" onload=\"x", "&quot; onload=&quot;x" },
        { "' onload='x", "&#39; onload=&#39;x" },
        { "&lt;", "&amp;lt;" },
        { "</style>", "&lt;/style&gt;" },
        { "<!--", "&lt;!--" },
        { "a\0b", "a\\x00b" },
        { "\u001b[31mred", "\\x1b[31mred" },
        { "invoice\u202egpj.exe", "invoice\\u202egpj.exe" },
        { "x\u2066y\u2069", "x\\u2066y\\u2069" },
        { "tag\U000e0041", "tag\\ue0041" },
        { "mark\ufeff", "mark\\ufeff" },
        { "none\uffff", "none\\uffff" },
        { "next\u0085line", "next\\x85line" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void No_text_can_end_a_tag_or_hide_itself(string text, string written) => Assert.Equal(written, Written(text));

    [Theory]
    [InlineData("plain words, 1 + 1 = 2")]
    [InlineData("Müller & Söhne")]
    [InlineData("日本語 🔔 עברית")]
    [InlineData("two\nlines\tand a tab")]
    public void Ordinary_text_of_any_script_stays_readable(string text) => Assert.Equal(text.Replace("&", "&amp;", StringComparison.Ordinal), Written(text));

    [Fact]
    public void Half_a_surrogate_pair_is_shown_and_a_whole_one_is_left()
    {
        Assert.Equal("half \\ud83d pair", Written("half \ud83d pair"));
        Assert.Equal("\\udd14 half", Written("\udd14 half"));
        Assert.Equal("whole \ud83d\udd14", Written("whole \ud83d\udd14"));
    }

    private static string Written(string text)
    {
        var to = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        Encoder.Write(to, text);
        return to.ToString();
    }
}
