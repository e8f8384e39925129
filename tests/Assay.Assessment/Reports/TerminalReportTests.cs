using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Reports;
using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Tests.Reports;

public partial class TerminalReportTests
{
    [Theory]
    [InlineData("doorbell", 80)]
    [InlineData("repaired", 80)]
    [InlineData("empty", 80)]
    [InlineData("of enemies", 80)]
    [InlineData("of enemies", 40)]
    [InlineData("doorbell", 40)]
    [InlineData("doorbell", 120)]
    public void No_line_is_wider_than_the_screen(string name, int width)
    {
        var lines = Text(HtmlReportTests.Result(name), width, colour: false).Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= width, $"{line.Length} columns: {line}"));
        // The control: lines do come near the edge, so that the limit is what holds them.
        Assert.Contains(lines, line => line.Length > width * 3 / 4 || name == "empty");
    }

    [Fact]
    public void It_ends_with_what_blocks_level_1_and_what_to_do_next()
    {
        var text = Text(Demo.Doorbell(), 80, colour: false);
        var blocks = text.IndexOf("What blocks level 1\n", StringComparison.Ordinal);
        var unit = text.IndexOf("✕ 5.1-1-2c fail: A fixed password hash for root in the image.\n", StringComparison.Ordinal);
        var next = text.IndexOf("Do this next\n", StringComparison.Ordinal);
        Assert.True(blocks > 0 && unit > blocks && next > unit);
        Assert.EndsWith("assess the new version.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_outcome_has_its_symbol_and_its_word()
    {
        var text = Text(Demo.Doorbell(), 100, colour: false);
        foreach (var outcome in Enum.GetValues<Outcome>()) Assert.Contains($"{Phrases.Symbol(outcome)} {Phrases.Word(outcome)}", text, StringComparison.Ordinal);
        Assert.Equal(6, Enum.GetValues<Outcome>().Select(Phrases.Symbol).Distinct().Count());
    }

    [Fact]
    public void Without_colour_there_is_no_escape_sequence_and_with_colour_the_same_words()
    {
        var plain = Text(Demo.Doorbell(), 80, colour: false);
        var painted = Text(Demo.Doorbell(), 80, colour: true);
        Assert.DoesNotContain('\u001b', plain);
        Assert.Contains("\u001b[31m", painted, StringComparison.Ordinal);
        Assert.Equal(plain, Escape().Replace(painted, ""));
    }

    [Fact]
    public void Hostile_text_cannot_move_the_cursor()
    {
        var text = Text(Demo.OfEnemies(), 80, colour: false);
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain(text, c => c is >= '\u202a' and <= '\u202e');
        Assert.Contains("\\x1b[31m", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wide_character_takes_two_columns()
    {
        var result = Demo.Doorbell() with { NextStep = string.Concat(Enumerable.Repeat("門", 60)) };
        Assert.Contains("\n" + string.Concat(Enumerable.Repeat("門", 40)) + "\n", Text(result, 80, colour: false), StringComparison.Ordinal);
    }

    internal static string Text(AssessmentResult result, int width, bool colour)
    {
        var to = new StringWriter(CultureInfo.InvariantCulture);
        TerminalReport.Write(result, to, width, colour);
        return to.ToString();
    }

    [GeneratedRegex("\u001b\\[[0-9]+m")]
    private static partial Regex Escape();
}
