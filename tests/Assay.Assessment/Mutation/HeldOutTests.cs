using Assay.Assessment.Verdicts;
using Assay.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>
/// The same question as <see cref="MutationTests"/>, asked with tellings and faults that were written before their author had seen a check.
/// Checks may be mended on the first set after its first run; nothing is ever mended on the second, whose first run is the held-out figure.
/// </summary>
/// <remarks>
/// First run of the first set, before any check was mended on it: 66 of 154 faults found (papers 47 of 131, image 9 of 13, captures 10 of 10);
/// 15 of 4,520 honest units refuted or disputed.
/// </remarks>
public class HeldOutTests(ITestOutputHelper output)
{
    [Fact]
    public void The_first_set_of_faults_is_found() => Found("first", HeldOutEvidence.First);

    [Fact]
    public void Honest_tellings_of_the_first_set_are_not_refuted() => Honest("first");

    [Fact]
    public void The_second_set_of_faults_is_found() => Found("second", HeldOutEvidence.Second);

    [Fact]
    public void Honest_tellings_of_the_second_set_are_not_refuted() => Honest("second");

    private void Found(string set, IReadOnlyList<HeldOutFault> evidence)
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        HeldOutFault[] faults = [.. HeldOutTelling.Faults(set), .. evidence];
        var missed = new List<string>();
        foreach (var fault in faults)
        {
            var units = fault.Dossier().Assessed().Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit);
            if (!fault.Units.Any(u => units[u].Outcome == Outcome.Disputed || (!fault.Contradiction && units[u].Outcome == Outcome.Fail)))
            {
                missed.Add($"{fault.Where}: {fault.Name}: {string.Join("; ", fault.Units.Select(u => $"{u} {units[u].Outcome}: {units[u].Reason}"))}");
            }
        }
        foreach (var miss in missed) output.WriteLine(miss);
        foreach (var kind in faults.GroupBy(f => f.Where)) output.WriteLine($"{set}, {kind.Key}: {kind.Count() - missed.Count(m => m.StartsWith(kind.Key, StringComparison.Ordinal))} of {kind.Count()} found");
        output.WriteLine($"{set}: {faults.Length - missed.Count} of {faults.Length} planted faults found");
        Assert.True(missed.Count * 20 <= faults.Length, $"{missed.Count} of {faults.Length} not found:\n{string.Join('\n', missed)}");
    }

    private void Honest(string set)
    {
        var refuted = new List<string>();
        var units = 0;
        foreach (var telling in HeldOutTelling.All(set))
        {
            foreach (var unit in telling.Dossier().Assessed().Verdicts.SelectMany(v => v.Units))
            {
                units++;
                if (unit.Outcome is Outcome.Fail or Outcome.Disputed) refuted.Add($"{telling.Name}: {unit.Unit} {unit.Outcome}: {unit.Reason}");
            }
        }
        foreach (var one in refuted) output.WriteLine(one);
        output.WriteLine($"{set}: {refuted.Count} of {units} honest units refuted or disputed");
        Assert.True(refuted.Count * 100 < units, string.Join('\n', refuted));
    }
}
