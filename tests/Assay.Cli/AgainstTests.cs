using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.CommandLine;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary><c>assess --against</c> as a person runs it.</summary>
[Collection(nameof(AgainstTests))]
[CollectionDefinition(nameof(AgainstTests), DisableParallelization = true)]
public class AgainstTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Other_catalogues_stand_in_the_answer_and_a_repetition_finds_them_again()
    {
        using var scratch = new Scratch();
        var dossier = Dossier(scratch);
        var target = scratch.File("out");
        Spoken.Run(AssessVerb.Verb, scratch.File("answer"), Now, dossier, "--against", "fi-label,UK-PSTI-2023", "-o", target, "--as-of", "2026-11-01", "--quiet");
        using var assessment = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(target, "assessment.json")));
        Assert.Equal(["fi-label", "uk-psti-2023"], assessment.RootElement.GetProperty("others").EnumerateArray().Select(o => o.GetProperty("catalogue").GetString()!));
        Assert.True(File.Exists(Path.Combine(target, "en18031-record.json")));
        var (exit, text, _) = Spoken.Run(AssessVerb.Verb, scratch.File("answer"), Now, dossier, "--reperform", Path.Combine(target, "assessment.json"), "--quiet", "-o", scratch.File("x"));
        Assert.Contains("the same", text, StringComparison.Ordinal);
        Assert.Equal(Exit.Done, exit);
    }

    [Fact]
    public void Without_the_option_nothing_is_said_of_other_catalogues_and_no_record_is_written_without_records()
    {
        using var scratch = new Scratch();
        var dossier = Dossier(scratch, record: false);
        var target = scratch.File("out");
        Spoken.Run(AssessVerb.Verb, scratch.File("answer"), Now, dossier, "-o", target, "--as-of", "2026-11-01", "--quiet");
        using var assessment = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(target, "assessment.json")));
        Assert.False(assessment.RootElement.TryGetProperty("others", out _));
        Assert.False(assessment.RootElement.TryGetProperty("trees", out _));
        Assert.False(File.Exists(Path.Combine(target, "en18031-record.json")));
    }

    [Fact]
    public void A_catalog_in_oscal_comes_in_as_a_file_and_an_unknown_name_is_refused_with_the_known_ones()
    {
        using var scratch = new Scratch();
        var dossier = Dossier(scratch);
        var file = scratch.File("own_catalog.json");
        File.WriteAllText(file, """{"catalog":{"uuid":"7e0c0b6c-3f5c-4c3f-8d63-0a1f1c1f4a11","metadata":{"title":"Own list","last-modified":"2026-01-01T00:00:00Z","version":"1","oscal-version":"1.1.2"},"controls":[{"id":"a-1","title":"Everything"}]}}""");
        var target = scratch.File("out");
        Spoken.Run(AssessVerb.Verb, scratch.File("answer"), Now, dossier, "--against", file, "-o", target, "--as-of", "2026-11-01", "--quiet");
        using var assessment = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(target, "assessment.json")));
        var other = Assert.Single(assessment.RootElement.GetProperty("others").EnumerateArray().ToList());
        Assert.Equal(JsonValueKind.Null, other.GetProperty("requirements")[0].GetProperty("outcome").ValueKind);
        var wrong = Assert.Throws<UsageException>(() => Spoken.Run(AssessVerb.Verb, scratch.File("answer"), Now, dossier, "--against", "cra", "-o", scratch.File("y")));
        Assert.Contains("cra-annex-1", wrong.Message, StringComparison.Ordinal);
    }

    private static string Dossier(Scratch scratch, bool record = true)
    {
        var folder = scratch.File("bell");
        Directory.CreateDirectory(Path.Combine(folder, "declaration"));
        File.WriteAllText(Path.Combine(folder, "device.yaml"), "maker: Acme\nmodel: Bell 3\nversions: ['1.0']\n");
        File.WriteAllText(Path.Combine(folder, "declaration", "ics.yaml"), "ics:\n  5.1-1: yes\n  5.2-1: no\n");
        if (record) File.WriteAllText(Path.Combine(folder, "declaration", "en18031.yaml"), "en18031:\n  - { requirement: ACM-1, asset: key, path: { DN-1: yes }, reason: shown to all }\n", new UTF8Encoding(false));
        return folder;
    }
}
