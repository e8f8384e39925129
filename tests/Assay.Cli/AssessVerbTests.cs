using System.Text;
using Assay.Assessment;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Drafts;
using Assay.Cli;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary>The parts of the verb assess that need no terminal.</summary>
public class AssessVerbTests
{
    [Fact]
    public void A_draft_is_a_dossier_that_claims_nothing_and_lacks_only_its_names()
    {
        using var scratch = new Scratch();
        var options = new ExaminationOptions { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero) };
        foreach (var (name, bytes) in DossierDraft.Of(Dossier.Of([], maker: "Acme \"A\"", model: "Bell"), Catalogue.Default, options).Files(DraftLayout.Yaml))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(scratch.File(name))!);
            File.WriteAllBytes(scratch.File(name), bytes);
        }
        using var dossier = Dossier.Open(scratch.Folder);
        Assert.Equal(("Acme \"A\"", "Bell"), (dossier.Device.Maker, dossier.Device.Model));
        Assert.Empty(dossier.Losses);
        var result = Evaluation.Of(dossier, Catalogue.Default, options);
        Assert.Empty(result.Unread);
        Assert.DoesNotContain(result.Verdicts, v => v.Outcome is Assay.Assessment.Verdicts.Outcome.Pass);

        // With the marks taken away it is a conformance statement that is read whole.
        var filled = Encoding.UTF8.GetString(DossierDraft.Of(Dossier.Of([]), Catalogue.Default, options).Files(DraftLayout.Yaml)[1].Bytes).Split('\n').Select(l => l.StartsWith("  # ", StringComparison.Ordinal) && l.Contains("{ support:", StringComparison.Ordinal) ? "  " + l[4..] : l);
        var declaration = Declaration.Read([Artefact.Of("declaration/ics.yaml", Encoding.UTF8.GetBytes(string.Join('\n', filled)))], DateTimeOffset.UnixEpoch);
        Assert.Equal(Catalogue.Default.Provisions.Count, declaration.Claims.Count);
        Assert.Empty(declaration.Unread);
    }

    [Theory]
    [InlineData("fail", Exit.No)]
    [InlineData("disputed", Exit.Done)]
    [InlineData(null, Exit.Done)]
    public void Only_an_outcome_that_was_asked_for_changes_the_exit(string? word, int exit)
    {
        var ics = "ics:\n  5.4-3: no\n"u8.ToArray();
        using var dossier = Dossier.Of([Artefact.Of("declaration/ics.yaml", ics)]);
        var result = Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal(exit, AssessVerb.Status(result, word));
    }
}
