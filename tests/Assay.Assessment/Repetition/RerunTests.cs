using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Documents;
using Assay.Assessment.Repetition;
using Assay.Assessment.Tests.Checks;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Assessment.Tests.Repetition;

/// <summary>After an earlier assessment only units whose inputs changed are answered again, and the result has the same bytes as if all were.</summary>
public class RerunTests
{
    public static TheoryData<string> Ids => [.. Register.All.Select(c => c.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_is_carried_over_gives_the_same_bytes_as_what_is_answered_again(string id)
    {
        var (fails, not, open) = PlantedDossiers.ByCheck[id];
        foreach (var (before, after) in new[] { (fails, not), (not, open), (open, fails) })
        {
            foreach (var signed in new[] { false, true })
            {
                var then = Earlier(Evaluation.Of(before.Examined(signed), Catalogue.Default));
                var now = after.Examined(signed);
                Assert.Equal(AssessmentJson.Bytes(Evaluation.Of(now, Catalogue.Default)), AssessmentJson.Bytes(Evaluation.Of(now, Catalogue.Default, then)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Nothing_changed_nothing_is_answered_again(string id)
    {
        var examined = PlantedDossiers.ByCheck[id].Fails.Examined();
        var then = Evaluation.Of(examined, Catalogue.Default);
        Assert.NotEmpty(then.Again);
        var now = Evaluation.Of(examined, Catalogue.Default, Earlier(then));
        Assert.Empty(now.Again);
        Assert.Equal(AssessmentJson.Bytes(then), AssessmentJson.Bytes(now));
    }

    [Fact]
    public void One_account_less_in_the_image_answers_its_own_units_again_and_few_others()
    {
        var image = Plant.Image().Saw(FindingKind.Credential, "root", Traits.EmptyPassword, Traits.Root);
        var then = Evaluation.Of(image.Examined(), Catalogue.Default);
        var now = Evaluation.Of(Plant.Image().Examined(), Catalogue.Default, Earlier(then));
        Assert.Contains("5.1-1-2c", now.Again);
        Assert.DoesNotContain("5.3-13-1a", now.Again);
        Assert.InRange(now.Again.Count, 1, Catalogue.Default.Units.Count / 2);
        Assert.Contains(new Difference(Earlier(then), now).Units, u => u is { Unit: "5.1-1-2c" } && u.Because.Contains("findings:credential"));
    }

    [Fact]
    public void Another_build_or_another_edition_answers_everything_again()
    {
        var examined = Plant.Image().Examined();
        var then = Earlier(Evaluation.Of(examined, Catalogue.Default));
        Assert.Equal(Catalogue.Default.Units.Count, Evaluation.Of(examined, Catalogue.Default, then with { ToolDigest = new string('0', 32) }).Again.Count);
        Assert.NotEmpty(Evaluation.Of(examined, Catalogue.Load("en303645-3.1.3"), then).Again);
    }

    [Fact]
    public void A_real_dossier_and_its_next_version_differ_only_in_what_is_told()
    {
        AssessmentResult one, two, full;
        using (var dossier = Dossier.Open(Path.Combine(Checkout.Root, "examples", "doorbell-1.0"))) one = Evaluation.Of(dossier, Catalogue.Default, Options);
        using (var dossier = Dossier.Open(Path.Combine(Checkout.Root, "examples", "doorbell-1.1")))
        {
            var examined = Examination.Of(dossier, Options);
            full = Evaluation.Of(examined, Catalogue.Default);
            two = Evaluation.Of(examined, Catalogue.Default, Earlier(one));
        }
        Assert.Equal(AssessmentJson.Bytes(full), AssessmentJson.Bytes(two));
        var difference = new Difference(Earlier(one), two);
        Assert.Contains("firmware/doorbell-1.0.bin", difference.Gone);
        Assert.NotEmpty(difference.Units);
        Assert.All(difference.Units, u => Assert.NotEmpty(u.Because));
    }

    [Fact]
    public void A_changed_byte_in_an_earlier_assessment_is_a_message_or_another_earlier_assessment()
    {
        var whole = AssessmentJson.Bytes(Evaluation.Of(Plant.Image().Examined(), Catalogue.Default));
        Assert.NotNull(EarlierAssessment.Read(whole));
        uint seed = 7;
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var changed = whole.ToArray();
            for (var n = 0; n < 3; n++) changed[(int)(Next() % (uint)changed.Length)] = (byte)Next();
            try
            {
                EarlierAssessment.Read(changed);
            }
            catch (UnreadableException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 100, 2000);
        Assert.Throws<UnreadableException>(() => EarlierAssessment.Read("{}"u8.ToArray()));
        Assert.Throws<UnreadableException>(() => EarlierAssessment.Read(Encoding.UTF8.GetBytes("[" + new string('[', 5000))));

        uint Next() => seed = (seed * 1664525) + 1013904223 >> 3;
    }

    private static readonly ExaminationOptions Options = new() { AsOf = Plant.AsOf };

    private static EarlierAssessment Earlier(AssessmentResult result) => EarlierAssessment.Read(AssessmentJson.Bytes(result));
}
