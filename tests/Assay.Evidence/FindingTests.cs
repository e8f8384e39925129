using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Evidence.Tests;

public class FindingTests
{
    [Theory]
    [InlineData("hunter22", "hu… (8)")]
    [InlineData("1234", "… (4)")]
    [InlineData("", "… (0)")]
    public void A_secret_is_shortened_to_two_characters_and_its_length(string secret, string shown) => Assert.Equal(shown, Shortened.Secret(secret));

    [Theory]
    [InlineData("plain/ä", "plain/ä")]
    [InlineData("a\tb", "a\\x09b")]
    [InlineData("back\\slash", "back\\x5cslash")]
    public void A_path_escapes_what_would_break_a_table(string raw, string text) => Assert.Equal(text, FilePath.Of(raw).Text);

    [Fact]
    public void A_path_escapes_bytes_outside_utf8() => Assert.Equal("/a\\xff\\xc3b", new FilePath([0x2f, 0x61, 0xff, 0xc3, 0x62]).Text);

    [Fact]
    public void The_same_finding_has_the_same_id_and_another_place_another()
    {
        var one = new Finding { Kind = FindingKind.Key, Subject = "k", Value = "v", Confidence = 1, Location = new Location { Artefact = "a" } };
        Assert.Equal(one.Id, (one with { Confidence = 0.5 }).Id);
        Assert.NotEqual(one.Id, (one with { Location = new Location { Artefact = "a", Offset = 0 } }).Id);
    }
}
