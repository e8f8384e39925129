using System.Diagnostics;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Tests.Reading;

public class YamlReaderTests
{
    private static YamlNode? Read(string text, YamlBudget? budget = null) => YamlReader.Read(Encoding.UTF8.GetBytes(text), budget);

    private static UnreadableException Refused(string text, YamlBudget? budget = null) => Assert.Throws<UnreadableException>(() => Read(text, budget));

    [Fact]
    public void A_document_is_read_with_its_lines()
    {
        var root = Assert.IsType<YamlMap>(Read("maker: Ruuvi\n# note\nparts:\n  - one\n  - {name: two}\ntext: |\n  a\n  b\n"));
        Assert.Equal("Ruuvi", root["maker"]!.Text);
        var parts = Assert.IsType<YamlList>(root["parts"]);
        Assert.Equal(2, parts.Items.Count);
        Assert.Equal(4, parts.Items[0].Line);
        Assert.Equal("two", Assert.IsType<YamlMap>(parts.Items[1])["name"]!.Text);
        Assert.Equal("a\nb\n", root["text"]!.Text);
        Assert.Equal(3, root.Entries[1].Line);
        Assert.Null(root["nothing"]);
    }

    [Theory]
    [InlineData("a:", true)]
    [InlineData("a: ~", true)]
    [InlineData("a: null", true)]
    [InlineData("a: \"null\"", false)]
    [InlineData("a: ''", false)]
    [InlineData("a: no", false)]
    public void Null_is_only_what_the_core_schema_says(string text, bool isNull) => Assert.Equal(isNull, ((YamlMap)Read(text)!)["a"]!.Text is null);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("\ufeff")]
    public void An_empty_text_holds_no_document(string text) => Assert.Null(Read(text));

    [Fact]
    public void A_key_twice_is_refused_with_its_line()
    {
        var refused = Refused("a: 1\nb: 2\na: 3\n");
        Assert.Equal(3, refused.Line);
        Assert.Contains("each key once", refused.Message);
        Assert.NotNull(Read("a: 1\nb: {a: 3}\n"));
    }

    [Theory]
    [InlineData("a: [1, 2", "well-formed")]
    [InlineData("a: \"open", "well-formed")]
    [InlineData("a: b: c", "well-formed")]
    [InlineData("? [a]\n: b", "as key")]
    [InlineData("*a : b", "as key")]
    [InlineData("a: *none", "anchor")]
    [InlineData("a: &x [*x]", "anchor")]
    [InlineData("a: 1\n---\nb: 2", "one document")]
    public void What_is_no_single_plain_document_is_refused_in_words(string text, string words) => Assert.Contains(words, Refused(text).Message);

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused_with_their_line()
    {
        var refused = Assert.Throws<UnreadableException>(() => YamlReader.Read("a: 1\nb: \xff"u8.ToArray().Take(8).Append((byte)0xff).ToArray()));
        Assert.Equal(2, refused.Line);
        Assert.Contains("UTF-8", refused.Message);
    }

    [Fact]
    public void An_alias_is_the_node_that_it_names()
    {
        var root = (YamlMap)Read("base: &b {x: 1}\nuse: *b\nagain: *b\n")!;
        Assert.Same(root["base"], root["use"]);
        Assert.Same(root["base"], root["again"]);
    }

    [Fact]
    public void A_million_aliases_are_refused_at_once()
    {
        var text = new StringBuilder("a: &a x\nb: [");
        for (var i = 0; i < 1_000_000; i++) text.Append("*a, ");
        text.Append("*a]\n");
        Quickly(() => Assert.Contains("aliases", Refused(text.ToString()).Message));
    }

    [Fact]
    public void Aliases_of_aliases_are_counted_as_what_they_stand_for()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            text.Append($"a{i}: &a{i} [");
            for (var j = 0; j < 10; j++) text.Append($"*a{i - 1}{(j < 9 ? ", " : "")}");
            text.Append("]\n");
        }
        Quickly(() => Assert.Contains("stand for", Refused(text.ToString()).Message));
    }

    [Theory]
    [InlineData("[", 200_000)]
    [InlineData("{a: ", 200_000)]
    [InlineData("- ", 200_000)]
    [InlineData("? ", 200_000)]
    public void Depth_ends_at_64(string open, int times) =>
        Quickly(() => Assert.Matches("64 levels|as key|well-formed", Refused(string.Concat(Enumerable.Repeat(open, times))).Message));

    [Fact]
    public void A_document_just_within_the_depth_is_read() => Assert.NotNull(Read(new string('[', 63) + new string(']', 63)));

    [Fact]
    public void An_alias_may_not_hide_depth()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i < 80; i++) text.Append($"a{i}: &a{i} [*a{i - 1}]\n");
        Assert.Contains("64 levels", Refused(text.ToString()).Message);
    }

    [Fact]
    public void A_scalar_of_100_MB_is_refused_by_its_size_without_being_copied()
    {
        var bytes = new byte[100 << 20];
        bytes.AsSpan().Fill((byte)'x');
        "a: "u8.CopyTo(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Quickly(() => Assert.Contains("bytes", Assert.Throws<UnreadableException>(() => YamlReader.Read(bytes)).Message));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Nodes_have_a_budget() => Assert.Contains("nodes", Refused("[1, 2, 3, 4]", new YamlBudget { Nodes = 4 }).Message);

    // Seeded, so that a failure can be repeated: cut and altered documents either read or are refused, nothing else.
    [Fact]
    public void Damaged_documents_are_read_or_refused()
    {
        var seed = Encoding.UTF8.GetBytes("maker: &m \"R\\u0061\"\nlist: [a, {b: c}, *m, 'd''e']\nblock: >-\n  folded\n  text\n? key\n: !t value\n%TAG\n...\n");
        var state = 12345u;
        uint Next(uint below) => (state = state * 1664525 + 1013904223) % below;
        int read = 0, refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            var bytes = seed[..(int)Next((uint)seed.Length + 1)];
            for (var i = 0; i < 3 && bytes.Length > 0; i++) bytes[Next((uint)bytes.Length)] = (byte)Next(256);
            try
            {
                YamlReader.Read(bytes);
                read++;
            }
            catch (UnreadableException)
            {
                refused++;
            }
        }
        Assert.True(read > 0 && refused > 0);
    }

    private static void Quickly(Action act)
    {
        var watch = Stopwatch.StartNew();
        act();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }
}
