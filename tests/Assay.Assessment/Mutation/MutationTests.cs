using Assay.Assessment.Verdicts;
using Assay.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>
/// One fault at a time in honest dossiers (images, captures, tables): nearly all of them have to be refuted, and nearly nothing that is honest may be.
/// A fault counts as found when one of the units that ask for it gets the outcome that semantics.md gives it.
/// </summary>
public class MutationTests(ITestOutputHelper output)
{
    private const int Variants = 60;

    [Fact]
    public void At_least_95_percent_of_planted_faults_are_found()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        var missed = new List<string>();
        var tried = 0;
        foreach (var fault in Faults.All)
        {
            // The example's own words, and two other tellings of the same for papers.
            foreach (var variant in fault.Where is "table" or "document" ? (int[])[0, 7, 23] : [0])
            {
                var honest = HonestDossier.Of(variant);
                var units = fault.Plant(honest).Assessed().Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit);
                tried++;
                if (!fault.Units.Any(u => units[u].Outcome == fault.Outcome)) missed.Add($"{fault} (telling {variant}): {string.Join("; ", fault.Units.Select(u => $"{u} {units[u].Outcome}: {units[u].Reason}"))}");
            }
        }
        foreach (var miss in missed) output.WriteLine(miss);
        output.WriteLine($"{tried - missed.Count} of {tried} planted faults found, {Faults.All.Count} kinds");
        Assert.True(Faults.All.Count >= 80, $"{Faults.All.Count} kinds of faults");
        Assert.True(missed.Count * 20 <= tried, $"{missed.Count} of {tried} not found:\n{string.Join('\n', missed)}");
    }

    [Fact]
    public void Fewer_than_1_percent_of_honest_units_are_refuted()
    {
        var refuted = new List<string>();
        var units = 0;
        for (var variant = 0; variant < Variants; variant++)
        {
            foreach (var unit in HonestDossier.Of(variant).Assessed().Verdicts.SelectMany(v => v.Units))
            {
                units++;
                if (unit.Outcome is Outcome.Fail or Outcome.Disputed) refuted.Add($"telling {variant}: {unit.Unit} {unit.Outcome}: {unit.Reason}");
            }
        }
        foreach (var one in refuted.Take(40)) output.WriteLine(one);
        output.WriteLine($"{refuted.Count} of {units} honest units refuted or disputed, in {Variants} tellings");
        Assert.True(refuted.Count * 100 < units, string.Join('\n', refuted.Take(40)));
    }

    [Fact]
    public void A_fault_changes_what_it_is_about_and_leaves_most_of_the_rest()
    {
        var honest = HonestDossier.Of(0).Assessed().Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit, u => u.Outcome);
        foreach (var fault in Faults.All.Where(f => f.Where == "table"))
        {
            var after = fault.Plant(HonestDossier.Of(0)).Assessed().Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit, u => u.Outcome);
            Assert.True(after.Count(u => u.Value != honest[u.Key]) < 40, $"{fault} changed {after.Count(u => u.Value != honest[u.Key])} units");
        }
    }
}
