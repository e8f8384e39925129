using Assay.CommandLine;

namespace Assay.CommandLine.Tests;

public class ArgumentsTests
{
    private static readonly Option[] Known = [new("--as-of", "DATE", ""), new("--parts", null, ""), new("--vex", "FILE", "", Repeats: true)];

    [Fact]
    public void Options_and_operands_may_stand_in_any_order()
    {
        var parsed = Arguments.Parse(["image.bin", "--parts", "--vex=a", "--vex", "b", "--", "--odd-name"], Known);
        Assert.Equal(["image.bin", "--odd-name"], parsed.Operands);
        Assert.True(parsed.Has("--parts"));
        Assert.Equal(["a", "b"], parsed.Values("--vex"));
    }

    [Theory]
    [InlineData("--part", "nearest: --parts")]
    [InlineData("--vex", "expects FILE")]
    [InlineData("--parts=yes", "takes no value")]
    public void A_wrong_option_says_what_was_expected(string word, string says) =>
        Assert.Contains(says, Assert.Throws<UsageException>(() => Arguments.Parse([word], Known)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_option_given_twice_is_refused_unless_it_repeats() =>
        Assert.Throws<UsageException>(() => Arguments.Parse(["--as-of=2026-01-01", "--as-of=2026-01-02"], Known));

    [Theory]
    [InlineData("2026-11-23", "2026-11-23T00:00:00.0000000+00:00")]
    [InlineData("2026-11-23T10:00:00+02:00", "2026-11-23T08:00:00.0000000+00:00")]
    public void A_date_is_utc(string text, string moment) =>
        Assert.Equal(moment, Arguments.Parse(["--as-of", text], Known).AsOf(TimeProvider.System).ToString("o"));

    [Theory]
    [InlineData("23.11.2026")]
    [InlineData("soon")]
    [InlineData("")]
    public void Another_notation_of_a_date_is_refused(string text) =>
        Assert.Throws<UsageException>(() => Arguments.Parse([$"--as-of={text}"], Known).AsOf(TimeProvider.System));

    [Theory]
    [InlineData("bytes=2G", 2L << 30)]
    [InlineData("bytes=10", 10)]
    public void A_budget_can_be_raised(string text, long bytes) => Assert.Equal(bytes, Arguments.Parse(["--budget", text], Known).Budget().Bytes);

    [Theory]
    [InlineData("bytes")]
    [InlineData("bytes=-1")]
    [InlineData("bytes=99999999999999999999")]
    [InlineData("bites=1")]
    public void A_wrong_budget_is_refused(string text) => Assert.Throws<UsageException>(() => Arguments.Parse(["--budget", text], Known).Budget());
}
