using Assay.Evidence;
using Assay.Software.Components;
using Assay.Software.Sbom;

namespace Assay.Software.Tests.Sbom;

public class BillComparisonTests
{
    private static Component Part(string name, string? version, string? package = null, string? purl = null, params string[] cpe) => new()
    {
        Name = name,
        Version = version,
        Package = package,
        Purl = purl,
        Cpe = cpe,
        Evidence = [new ComponentEvidence("string", new Location { Artefact = "image", Path = "/bin/" + name }, 0.9)],
    };

    private static BillComparison Compare(Component[] listed, Component[] found) => BillComparison.Of(
        BillOfMaterials.Read("list", CycloneDx.Write(BillDraft.Of(new BillSubject("image", null, new string('a', 64)), listed, [], DateTimeOffset.UnixEpoch, "0"))), found);

    [Fact]
    public void What_is_missing_what_is_extra_and_what_has_another_version_are_told_apart()
    {
        var comparison = Compare(
            [Part("zlib", "1.2.11"), Part("curl", "8.5.0"), Part("sqlite", "3.45.0"), Part("nobody-knows-this", "1")],
            [Part("zlib", "1.3.1"), Part("curl", "8.5.0"), Part("dropbear", "2022.83"), Part("sqlite", null)]);
        Assert.Equal("dropbear", Assert.Single(comparison.Missing).Name);
        Assert.Equal("nobody-knows-this", Assert.Single(comparison.Extra).Name);
        var other = Assert.Single(comparison.OtherVersion);
        Assert.Equal(("1.2.11", "1.3.1"), (other.Listed.Version, other.Found.Version));
        Assert.Equal("sqlite", Assert.Single(comparison.VersionUnknown).Found.Name);
        Assert.Equal("curl", Assert.Single(comparison.Same).Found.Name);
        Assert.False(comparison.IsEqual);
    }

    [Fact]
    public void A_list_made_from_the_same_parts_is_equal_in_every_order()
    {
        Component[] parts = [Part("zlib1g", "1.2.13", "1:1.2.13.dfsg-1", "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1"), Part("busybox", "1.36.1"), Part("openssl", "1.1.1w"), Part("openssl", "3.0.11")];
        var comparison = Compare(parts, [.. parts.Reverse()]);
        Assert.True(comparison.IsEqual);
        Assert.Equal(4, comparison.Same.Count);
    }

    [Fact]
    public void A_part_is_known_by_its_CPE_name_where_the_names_differ_and_a_package_of_another_language_is_another_part()
    {
        var same = Compare([Part("the web server", "1.4.59", null, null, "cpe:2.3:a:lighttpd:lighttpd:1.4.59:*:*:*:*:*:*:*")], [Part("lighttpd", "1.4.59", null, null, "cpe:2.3:a:lighttpd:lighttpd:1.4.59:*:*:*:*:*:*:*")]);
        Assert.True(same.IsEqual);
        var unlike = Compare([Part("curl", "1.0.0", null, "pkg:npm/curl@1.0.0")], [Part("curl", "8.5.0", null, "pkg:generic/curl@8.5.0")]);
        Assert.Equal((1, 1, 0), (unlike.Missing.Count, unlike.Extra.Count, unlike.OtherVersion.Count));
    }

    [Theory]
    [InlineData("1.35.0", null, "1.35.0", "1:1.35.0-4", true)]
    [InlineData("1:1.35.0-4", null, "1.35.0", null, true)]
    [InlineData("1.35.0", "1:1.35.0-3", "1.35.0", "1:1.35.0-4", false)]
    [InlineData("v1.35.0", null, "1.35.0", null, true)]
    [InlineData("1.35.1", null, "1.35.0", "1:1.35.0-4", false)]
    [InlineData("1.35.0-4", null, "1.35.1", null, false)]
    public void A_patch_level_counts_where_both_tell_one(string listed, string? listedPackage, string found, string? foundPackage, bool same)
    {
        var comparison = Compare([Part("busybox", listed, listedPackage)], [Part("busybox", found, foundPackage)]);
        Assert.Equal((same ? 1 : 0, same ? 0 : 1), (comparison.Same.Count, comparison.OtherVersion.Count));
    }
}
