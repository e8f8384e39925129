using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary>The bill of materials that <c>assess</c> writes beside the report, held against what <c>assay sbom</c> writes of the same image.</summary>
[Collection(nameof(AgainstTests))]
public class AssessBillTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static string Doorbell(string version) => Path.Combine(Checkout.Root, "examples", $"doorbell-{version}", "firmware", $"doorbell-{version}.bin");

    private static JsonElement Sbom(Scratch scratch, string image)
    {
        var (exit, text, _) = Spoken.Run(SbomVerb.Verb, scratch.File("bill.json"), Now, image);
        Assert.Equal(Exit.Done, exit);
        return JsonDocument.Parse(text).RootElement;
    }

    private static JsonElement Assessed(Scratch scratch, params string[] images)
    {
        var dossier = Directory.CreateDirectory(scratch.File("dossier")).FullName;
        File.WriteAllText(Path.Combine(dossier, "device.yaml"), "maker: Example\nmodel: Bell\n");
        foreach (var image in images) File.Copy(image, Path.Combine(dossier, Path.GetFileName(image)));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(scratch.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        var target = scratch.File("out");
        var (exit, _, error) = Spoken.Run(AssessVerb.Verb, "", Now, dossier, "-o", target, "--key", scratch.File("key.pem"), "--as-of", "2026-11-01", "--format", "json", "--quiet");
        Assert.True(exit is Exit.Done, error);
        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(target, "sbom.cdx.json"))).RootElement;
    }

    private static Dictionary<string, string> Measures(JsonElement bill) =>
        bill.GetProperty("metadata").GetProperty("properties").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!, p => p.GetProperty("value").GetString()!, StringComparer.Ordinal);

    [Fact]
    public void It_says_of_the_parts_what_needs_what_and_how_much_they_are_as_sbom_does()
    {
        foreach (var image in Corpus.Files("firmware/ready", "*.squashfs-*"))
        {
            using var scratch = new Scratch();
            var (alone, assessed) = (Sbom(scratch, image), Assessed(scratch, image));
            Assert.Equal(Measures(alone), Measures(assessed));
            Assert.NotEqual("0", Measures(alone)["assay:namedExecutableBytes"]);
            foreach (var member in new[] { "components", "dependencies", "compositions" })
            {
                Assert.Equal(alone.GetProperty(member).GetRawText(), assessed.GetProperty(member).GetRawText());
                Assert.True(alone.GetProperty(member).GetArrayLength() > 0, member);
            }
        }
    }

    [Fact]
    public void Two_images_with_files_of_the_same_names_are_measured_together_and_not_taken_for_each_other()
    {
        using var scratch = new Scratch();
        string[] images = [Corpus.Files("firmware/ready", "*.squashfs-*")[0], Doorbell("1.0"), Doorbell("1.1")];
        var each = images.Select(i => Measures(Sbom(scratch, i))).ToList();
        var together = Measures(Assessed(scratch, images));
        foreach (var (name, value) in together) Assert.Equal(each.Sum(m => long.Parse(m[name], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture), value);
        Assert.Equal(each[0].Keys, together.Keys);
    }
}
