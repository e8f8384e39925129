using Assay.Evidence.Reading;
using Assay.Labels.Log;

namespace Assay.Labels.Tests;

/// <summary>The layout: one name for one tile, and the published example of a tree of 70,000 entries.</summary>
public class TilesTests
{
    [Fact]
    public void A_number_of_seven_digits_has_the_path_of_the_specification()
    {
        Assert.Equal("tile/0/x001/x234/067", Tiles.Hashes(0, 1_234_067, 256));
        Assert.Equal("tile/entries/000.p/3", Tiles.Entries(0, 3));
        Assert.Equal("tile/2/x001/000.p/255", Tiles.Hashes(2, 1000, 255));
    }

    [Fact]
    public void A_tree_of_70_000_entries_has_the_tiles_that_the_specification_counts()
    {
        var tiles = Tiles.Of(70_000).Select(p => Tiles.Parse(p)!.Value).ToList();
        Assert.Equal(273, tiles.Count(t => t is { Level: 0, Width: 256 }));
        Assert.Equal(273, tiles.Count(t => t is { Level: -1, Width: 256 }));
        Assert.Equal(112, tiles.Single(t => t is { Level: 0, Width: < 256 }).Width);
        Assert.Equal([256, 17], tiles.Where(t => t.Level == 1).Select(t => t.Width));
        Assert.Equal([1], tiles.Where(t => t.Level == 2).Select(t => t.Width));
        Assert.Equal(["tile/0/000", "tile/1/000.p/1"], Tiles.Of(256).Where(p => !p.Contains("entries", StringComparison.Ordinal)));
        Assert.Empty(Tiles.Of(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(1_234_067)]
    [InlineData(1_000_000_000)]
    public void What_we_name_we_recognise(long index)
    {
        foreach (var width in new[] { 1, 17, 255, 256 })
        {
            Assert.Equal((3, index, width), Tiles.Parse(Tiles.Hashes(3, index, width)));
            Assert.Equal((-1, index, width), Tiles.Parse(Tiles.Entries(index, width)));
        }
    }

    [Theory]
    [InlineData("tile/0/1")]
    [InlineData("tile/00/001")]
    [InlineData("tile/64/001")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/001.p/0")]
    [InlineData("tile/0/001.p/256")]
    [InlineData("tile/0/001.p/03")]
    [InlineData("tile/0/001.p")]
    [InlineData("tile/0/../checkpoint")]
    [InlineData("tile/data/001")]
    [InlineData("tile/-1/001")]
    [InlineData("/tile/0/001")]
    [InlineData("tile/0/001/")]
    [InlineData("checkpoint")]
    public void No_second_name_and_no_way_out_of_the_folder_is_recognised(string path) => Assert.Null(Tiles.Parse(path));

    [Fact]
    public void A_bundle_ends_with_its_last_entry()
    {
        byte[] bundle = [0, 1, 7, 0, 0, 0, 2, 8, 9];
        Assert.Equal([1, 0, 2], Tiles.ReadEntries(bundle, 3).Select(e => e.Length));
        Assert.Throws<UnreadableException>(() => Tiles.ReadEntries(bundle, 2));
        Assert.Throws<UnreadableException>(() => Tiles.ReadEntries(bundle, 4));
        Assert.Throws<UnreadableException>(() => Tiles.ReadEntries(bundle.AsMemory(0, 8), 3));
        Assert.Throws<UnreadableException>(() => Tiles.ReadEntries(new byte[] { 0 }, 1));
    }
}
