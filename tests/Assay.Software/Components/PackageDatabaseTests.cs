using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Tests;

namespace Assay.Software.Tests.Components;

public class PackageDatabaseTests(ITestOutputHelper output)
{
    private static List<Component> Read(string kind, string text, List<Loss>? losses = null, string? distribution = null) =>
        PackageDatabase.Read(kind, distribution, text, new Location { Artefact = "test", Path = "/list" }, losses ?? []);

    [Theory]
    [InlineData("dpkg", "Package: libexpat1\nStatus: install ok installed\nSource: expat (2.5.0-1)\nVersion: 2.5.0-1+deb12u1\n", "expat", "2.5.0-1", "1+deb12u1")]
    [InlineData("dpkg", "Package: busybox\nStatus: install ok installed\nVersion: 1:1.35.0-4+b3\n", null, null, "4+b3")]
    [InlineData("opkg", "Package: libcurl4\nVersion: 8.1.2-3\nStatus: install ok installed\nSource: package/network/utils/curl\n", "curl", null, "3")]
    [InlineData("opkg", "Package: libcurl4\nVersion: 8.1.2-3\nStatus: install ok installed\nSource: feeds/x\nSourceName: curl\n", "curl", null, "3")]
    [InlineData("opkg", "Package: kernel\nVersion: 4.9.190-1-605c75d2\nStatus: install ok installed\n", "linux", null, null)]
    [InlineData("apk", "P:libcrypto3\nV:3.1.4-r3\no:openssl\n", "openssl", null, "r3")]
    [InlineData("dpkg", "Package: base\nStatus: install ok installed\nVersion: 12.4\n", null, null, null)]
    public void A_package_tells_what_it_was_built_from_and_its_distribution_s_patch_level(string kind, string text, string? source, string? version, string? level)
    {
        var package = Assert.Single(Read(kind, text, distribution: "tested"));
        Assert.Equal((source, version, level, "tested"), (package.Source?.Name, package.Source?.Version, package.PatchLevel, package.Distribution));
    }

    [Fact]
    public void A_Python_distribution_is_read_up_to_its_description()
    {
        var package = Assert.Single(Read("python", "Metadata-Version: 2.1\nName: Flask_Login.Ext\nVersion: 0.6.3\nLicense-Expression: MIT\n\nName: other\nVersion: 9\n"));
        Assert.Equal(("Flask_Login.Ext", "0.6.3", "pkg:pypi/flask-login-ext@0.6.3", "MIT"), (package.Name, package.Version, package.Purl, package.Licence));
    }

    [Theory]
    [InlineData("{\"name\":\"ws\",\"version\":\"8.17.1\",\"license\":\"MIT\"}", "pkg:npm/ws@8.17.1")]
    [InlineData("\ufeff{\"name\":\"@types/node\",\"version\":\"20.1.0-beta.1\"}", "pkg:npm/%40types/node@20.1.0-beta.1")]
    public void A_Node_module_is_named_by_its_manifest(string text, string purl) => Assert.Equal(purl, Assert.Single(Read("node", text)).Purl);

    [Theory]
    [InlineData("node", "{\"name\":\"ws\"}")]
    [InlineData("node", "{\"name\":\"../x\",\"version\":\"1.0.0\"}")]
    [InlineData("node", "{\"name\":\"@a\",\"version\":\"1.0.0\"}")]
    [InlineData("node", "{\"name\":7,\"version\":[]}")]
    [InlineData("node", "[]")]
    [InlineData("node", "{\"name\":")]
    [InlineData("python", "Name: x y\nVersion: 1\n")]
    [InlineData("python", "Name: x\n")]
    [InlineData("python", "\nName: x\nVersion: 1\n")]
    [InlineData("python", "")]
    public void What_names_no_package_is_a_loss_and_no_component(string kind, string text)
    {
        var losses = new List<Loss>();
        Assert.Empty(Read(kind, text, losses));
        Assert.Single(losses);
    }

    [Fact]
    public void Deeply_nested_JSON_is_a_loss()
    {
        var losses = new List<Loss>();
        Assert.Empty(Read("node", new string('[', 100_000), losses));
        Assert.Single(losses);
    }

    [Theory]
    [InlineData("/usr/lib/node_modules/ws/package.json", "node")]
    [InlineData("/usr/lib/node_modules/@types/node/package.json", "node")]
    [InlineData("/usr/lib/node_modules/ws/test/package.json", null)]
    [InlineData("/usr/lib/node_modules/@types/package.json", null)]
    [InlineData("/package.json", null)]
    [InlineData("/usr/lib/python3/dist-packages/x-1.dist-info/METADATA", "python")]
    [InlineData("/usr/lib/python3/dist-packages/x.egg-info/PKG-INFO", "python")]
    [InlineData("/usr/lib/python3/dist-packages/x.egg-info/SOURCES.txt", null)]
    public void Lists_are_known_by_where_they_lie(string path, string? kind) => Assert.Equal(kind, PackageDatabase.KindOf(path));

    [Fact]
    public void Installed_Python_distributions_are_those_that_Python_lists()
    {
        Tool.Need("python3", "python3");
        var listing = Tool.Run("python3", ["-I", "-c", "import importlib.metadata as m, json; print(json.dumps([[d.metadata['Name'], d.version, str(d._path)] for d in m.distributions()]))"]);
        Assert.True(listing.Exit == 0, listing.Error);
        using var listed = JsonDocument.Parse(listing.Output);
        var compared = 0;
        foreach (var row in listed.RootElement.EnumerateArray())
        {
            if (row[0].GetString() is not { } name) continue;
            var place = row[2].GetString()!;
            var file = File.Exists(place) ? place : new[] { "METADATA", "PKG-INFO" }.Select(n => Path.Combine(place, n)).First(File.Exists);
            Assert.Equal("python", PackageDatabase.KindOf(file));
            var package = Assert.Single(Read("python", File.ReadAllText(file)));
            Assert.Equal((name, row[1].GetString()), (package.Name, package.Version));
            compared++;
        }
        output.WriteLine($"{compared} distributions as Python lists them");
        if (compared == 0) Assert.Skip("no Python distribution is installed");
    }
}
