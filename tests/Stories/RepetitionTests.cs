using System.Security.Cryptography;
using System.Text.Json;

namespace Assay.Tests;

/// <summary>A stranger repeats an assessment to the byte, or is told the first thing that differs; a new version shows what changed and why.</summary>
public class RepetitionTests
{
    [Fact]
    public void The_same_evidence_is_repeated_to_the_byte_from_a_copy_elsewhere()
    {
        using var scratch = new Scratch();
        Assert.Equal(0, Assay(scratch, "assess", Copy(scratch, "1.0", "one"), "--as-of", "2026-11-01", "-o", scratch.File("out")).Exit);
        var again = Assay(scratch, "assess", Copy(scratch, "1.0", "two/deeper"), "--reperform", scratch.File("out/statement.cose"));
        Assert.True(again.Exit == 0, again.Output + again.Error);
        Assert.Contains("every byte", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_a_missing_and_a_foreign_file_are_named()
    {
        using var scratch = new Scratch();
        var dossier = Copy(scratch, "1.0", "one");
        Assert.Equal(0, Assay(scratch, "assess", dossier, "--as-of", "2026-11-01", "-o", scratch.File("out")).Exit);
        File.AppendAllText(Path.Combine(dossier, "documents", "support.md"), "\n");
        File.Delete(Path.Combine(dossier, "mud", "edb-100.json"));
        File.WriteAllText(Path.Combine(dossier, "documents", "letter.txt"), "Dear lab\n");
        var again = Assay(scratch, "assess", dossier, "--reperform", scratch.File("out/assessment.json"));
        Assert.Equal(1, again.Exit);
        Assert.Contains("documents/support.md has other bytes", again.Output, StringComparison.Ordinal);
        Assert.Contains("mud/edb-100.json", again.Output, StringComparison.Ordinal);
        Assert.Contains("documents/letter.txt is in the dossier", again.Output, StringComparison.Ordinal);
        Assert.Equal(3, Assay(scratch, "assess", dossier, "--reperform", Path.Combine(dossier, "documents", "letter.txt")).Exit);
    }

    [Fact]
    public void A_new_version_answers_again_only_what_rests_on_changed_evidence_and_says_so()
    {
        using var scratch = new Scratch();
        var dossier = Copy(scratch, "1.0", "one");
        Assert.Equal(0, Assay(scratch, "assess", dossier, "--as-of", "2026-11-01", "-o", scratch.File("first")).Exit);
        Assert.Equal(0, Assay(scratch, "assess", dossier, "--as-of", "2026-11-01", "-o", scratch.File("same"), "--since", scratch.File("first/statement.cose")).Exit);
        var same = Difference(scratch.File("same"));
        Assert.Equal(0, same.GetProperty("answeredAgain").GetInt32());
        Assert.Equal(File.ReadAllBytes(scratch.File("first/assessment.json")), File.ReadAllBytes(scratch.File("same/assessment.json")));

        // The repaired image in the old dossier: its papers are the same.
        File.Delete(Path.Combine(dossier, "firmware", "doorbell-1.0.bin"));
        File.Copy(Path.Combine(Checkout.Root, "examples", "doorbell-1.1", "firmware", "doorbell-1.1.bin"), Path.Combine(dossier, "firmware", "doorbell-1.1.bin"));
        var told = Assay(scratch, "assess", dossier, "--as-of", "2026-11-01", "-o", scratch.File("next"), "--since", scratch.File("first/assessment.json"));
        Assert.Equal(0, told.Exit);
        Assert.Contains("carried over", told.Output, StringComparison.Ordinal);
        var next = Difference(scratch.File("next"));
        Assert.InRange(next.GetProperty("carriedOver").GetInt32(), 50, 225);
        Assert.Contains(next.GetProperty("units").EnumerateArray(), u => u.GetProperty("unit").GetString() == "5.4-3-2a" || u.GetProperty("because").EnumerateArray().Any(b => b.GetString()!.StartsWith("findings:", StringComparison.Ordinal)));
        Assert.Equal(0, Assay(scratch, "assess", dossier, "--as-of", "2026-11-01", "-o", scratch.File("whole")).Exit);
        Assert.Equal(File.ReadAllBytes(scratch.File("whole/assessment.json")), File.ReadAllBytes(scratch.File("next/assessment.json")));

        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        var judged = Npm.Run(folder, SchemasTests.Script, Path.Combine(Checkout.Root, "docs", "schemas"), "difference/1", scratch.File("next/difference.json"));
        Assert.True(judged.Exit == 0, judged.Text + judged.Error);
    }

    [Fact]
    public void Several_dossiers_are_assessed_at_once_and_one_that_is_missing_does_not_keep_the_others()
    {
        using var scratch = new Scratch();
        var told = Assay(scratch, "assess", Copy(scratch, "1.0", "a"), scratch.File("nowhere"), Copy(scratch, "1.1", "b"), "--as-of", "2026-11-01", "-o", scratch.File("out"), "--format", "json", "--cache", scratch.File("cache"));
        Assert.Equal(3, told.Exit);
        File.WriteAllText(scratch.File("answer"), told.Output);
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        var judged = Npm.Run(folder, SchemasTests.Script, Path.Combine(Checkout.Root, "docs", "schemas"), "assessments/1", scratch.File("answer"));
        Assert.True(judged.Exit == 0, judged.Text + judged.Error);
        Assert.Equal(0, Assay(scratch, "assess", scratch.File("a"), "--as-of", "2026-11-01", "-o", scratch.File("alone")).Exit);
        Assert.Equal(File.ReadAllBytes(scratch.File("alone/assessment.json")), File.ReadAllBytes(scratch.File("out/a-assessment/assessment.json")));
    }

    [Fact(Explicit = true)]
    public void Two_checkouts_in_two_places_publish_the_same_bytes()
    {
        if (!Tool.Has("clang") && !Tool.Has("gcc")) Assert.Skip("a C compiler is missing (apt-get install clang zlib1g-dev)");
        using var scratch = new Scratch();
        var sums = new List<string>();
        foreach (var place in (string[])["one", "two/deeper/down"])
        {
            var clone = Tool.Run("git", ["clone", "-q", Checkout.Root, scratch.File(place)], seconds: 120);
            Assert.True(clone.Exit == 0, clone.Text + clone.Error);
            var published = Tool.Run(Path.Combine(scratch.File(place), "publish"), [scratch.File("out-" + place[..3])], scratch.File(place), seconds: 1200);
            Assert.True(published.Exit == 0, published.Text + published.Error);
            sums.Add(string.Join('\n', Directory.EnumerateFiles(scratch.File("out-" + place[..3])).Order(StringComparer.Ordinal)
                .Select(f => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))} {Path.GetFileName(f)}")));
        }
        Assert.Contains("assay-guard", sums[0], StringComparison.Ordinal);
        Assert.Equal(sums[0], sums[1]);
    }

    private static JsonElement Difference(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "difference.json")));
        return document.RootElement.Clone();
    }

    private static string Copy(Scratch scratch, string version, string place)
    {
        var from = Path.Combine(Checkout.Root, "examples", $"doorbell-{version}");
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(scratch.File(place), Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return scratch.File(place);
    }

    private static Command.Result Assay(Scratch scratch, params string[] arguments) => Command.RunIn(scratch.Folder, scratch.File("keys"), arguments);
}
