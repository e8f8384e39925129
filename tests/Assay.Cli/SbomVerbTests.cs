using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary><c>assay sbom</c> as a person runs it.</summary>
[Collection(nameof(AgainstTests))]
public class SbomVerbTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static string Image => Path.Combine(Checkout.Root, "examples", "doorbell-1.0", "firmware", "doorbell-1.0.bin");
    private static string List => Directory.GetFiles(Path.Combine(Checkout.Root, "examples", "doorbell-1.0", "sbom"), "*.json")[0];

    [Theory]
    [InlineData("CycloneDX 1.6")]
    [InlineData("CycloneDX 1.4", "--spec", "1.4")]
    [InlineData("CycloneDX 1.5", "--spec", "1.5")]
    [InlineData("CycloneDX 1.7", "--format", "cyclonedx", "--spec", "1.7")]
    [InlineData("SPDX-2.3", "--format", "spdx")]
    public void An_image_is_written_in_each_format_and_the_list_agrees_with_the_image(string title, params string[] words)
    {
        using var scratch = new Scratch();
        var list = scratch.File("list.json");
        Assert.Equal(Exit.Done, Spoken.Run(SbomVerb.Verb, scratch.File("told"), Now, [Image, "-o", list, .. words]).Exit);
        var read = BillOfMaterials.Read("list", File.ReadAllBytes(list));
        Assert.Equal(title, read.Format);
        Assert.Empty(read.Faults);
        var (exit, text, _) = Spoken.Run(SbomVerb.Verb, scratch.File("answer"), Now, Image, "--against", list);
        Assert.Contains("6 the same, 0 missing", text, StringComparison.Ordinal);
        Assert.Matches("[0-9]+ of [0-9]+ executable bytes \\([0-9.]+ %\\) belong to a named component; [0-9]+ \\([0-9.]+ %\\) to one that list.json lists", text);
        Assert.Equal(Exit.Done, exit);
    }

    [Fact]
    public void A_line_left_out_a_line_too_many_and_another_version_are_named_and_the_answer_is_no()
    {
        using var scratch = new Scratch();
        var root = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllBytes(List))!;
        var lines = root["components"]!.AsArray();
        var (gone, changed) = (lines[0]!["name"]!.ToString(), lines[1]!);
        lines.RemoveAt(0);
        foreach (var member in new[] { "purl", "cpe", "properties" }) changed.AsObject().Remove(member);
        changed["version"] = "77.7";
        lines.Add(System.Text.Json.Nodes.JsonNode.Parse("""{"type":"library","name":"never-there","version":"1"}"""));
        root.AsObject().Remove("dependencies");
        File.WriteAllText(scratch.File("list.json"), root.ToJsonString());
        var (exit, text, _) = Spoken.Run(SbomVerb.Verb, scratch.File("answer"), Now, Image, "--against", scratch.File("list.json"), "--format", "json");
        Assert.Equal(Exit.No, exit);
        using var answer = JsonDocument.Parse(text);
        string[] Names(string member) => [.. answer.RootElement.GetProperty(member).EnumerateArray().Select(e => e.GetProperty("name").GetString()!)];
        Assert.StartsWith(gone, Assert.Single(Names("missing")), StringComparison.Ordinal);
        Assert.Equal(["never-there"], Names("extra"));
        Assert.Equal("77.7", Assert.Single(answer.RootElement.GetProperty("otherVersion").EnumerateArray()).GetProperty("listed").GetProperty("version").GetString());
    }

    [Fact]
    public void A_document_of_the_same_version_is_written_again_with_all_that_it_has()
    {
        using var scratch = new Scratch();
        var text = """{"bomFormat":"CycloneDX","specVersion":"1.5","version":7,"components":[{"type":"library","name":"a","modelCard":{"modelParameters":{"task":"x"}}}],"annotations":[]}""";
        File.WriteAllText(scratch.File("in.json"), text);
        var (exit, again, _) = Spoken.Run(SbomVerb.Verb, scratch.File("answer"), Now, scratch.File("in.json"));
        Assert.Equal(Exit.Done, exit);
        using var before = JsonDocument.Parse(text);
        using var after = JsonDocument.Parse(again);
        Assert.True(JsonElement.DeepEquals(before.RootElement, after.RootElement));
    }

    [Theory]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library"}]}""", "$.components[0]", "name")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","bom-ref":"x"},{"type":"library","name":"b","bom-ref":"x"}]}""", "$.components[1].bom-ref", "no other part")]
    [InlineData("""{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":7}""", "$.name", "a number")]
    public void A_document_that_breaks_its_format_is_refused_with_the_path_and_nothing_is_written(string text, string path, string reason)
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("in.json"), text);
        var (exit, _, error) = Spoken.Run(SbomVerb.Verb, scratch.File("answer"), Now, scratch.File("in.json"), "--format", "spdx");
        Assert.Equal(Exit.Unreadable, exit);
        Assert.Contains(path, error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch.File("answer")));
    }

    [Fact]
    public void A_version_that_nobody_knows_and_options_that_do_not_fit_are_refused()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("in.json"), """{"bomFormat":"CycloneDX","specVersion":"1.8"}""");
        Assert.Contains("1.8", Assert.Throws<UnreadableException>(() => Spoken.Run(SbomVerb.Verb, scratch.File("a"), Now, scratch.File("in.json"))).Message, StringComparison.Ordinal);
        Assert.Contains("2.2", Assert.Throws<UsageException>(() => Spoken.Run(SbomVerb.Verb, scratch.File("a"), Now, Image, "--format", "spdx", "--spec", "2.2")).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Spoken.Run(SbomVerb.Verb, scratch.File("a"), Now, Image, "--format", "table"));
        Assert.Throws<UsageException>(() => Spoken.Run(SbomVerb.Verb, scratch.File("a"), Now, Image, "--format", "spdx", "--against", List));
    }
}
