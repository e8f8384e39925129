using Assay.Evidence.Reading;

namespace Assay.Evidence.Tests.Reading;

public sealed class DataFileTests
{
    [Fact]
    public void A_table_is_read_by_its_heading_and_a_dash_is_none()
    {
        var row = Assert.Single(DataFile.Parse("x", "# what it is\r\nid\tnames\tnote\tsource\r\n\r\na\tb; c\t-\tRFC 1\r\n").Rows);
        Assert.Equal(("a", null, "RFC 1", 4), (row.Need("id"), row["note"], row["source"], row.Line));
        Assert.Equal(["b", "c"], row.List("names", ';'));
        Assert.Empty(row.List("note", ';'));
    }

    [Theory]
    [InlineData("id\tsource\na\tRFC 1\nb\t-\n", "a source in x", 3)]
    [InlineData("id\tsource\na\tRFC 1\nb\n", "2 cells in x", 3)]
    [InlineData("# words\nid\tsource\n\tRFC 1\n", "a id in x, or -", 3)]
    public void A_row_that_is_short_empty_or_without_a_source_is_refused_with_its_line(string text, string expected, int line)
    {
        var refused = Assert.Throws<UnreadableException>(() => DataFile.Parse("x", text));
        Assert.Equal((expected, line), (refused.Expected, refused.Line));
    }

    [Fact]
    public void What_a_row_lacks_is_said_with_its_line()
    {
        var row = DataFile.Parse("x", "id\tnote\na\t-\n").Rows[0];
        Assert.Equal(2, Assert.Throws<UnreadableException>(() => row.Need("note")).Line);
        Assert.Throws<UnreadableException>(() => row["kind"]);
        Assert.Throws<FileNotFoundException>(() => DataFile.Open(typeof(DataFile), "no-such.tsv"));
    }
}
