using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>A set of planted faults, or of harmless things that look like them, against the checks as they are.</summary>
internal static class HeldOutRun
{
    private static readonly Lazy<Dictionary<string, Outcome>> Honest = new(() => HonestDossier.Of(0).Assessed().Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit, u => u.Outcome));

    /// <summary>The faults that no unit tells of which asks for it, each with what these units say.</summary>
    public static IReadOnlyList<string> Missed(string set, IReadOnlyList<HeldOutFault> faults, ITestOutputHelper output)
    {
        var missed = new List<(string Kind, string Text)>();
        foreach (var fault in faults)
        {
            var wanted = fault.Contradiction ? Outcome.Disputed : Outcome.Fail;
            try
            {
                var units = fault.Dossier().Assessed().Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit);
                if (fault.Units.FirstOrDefault(u => units[u].Outcome == wanted && Honest.Value[u] != wanted) is { } by) output.WriteLine($"+ {fault.Where}: {fault.Name}: {by} {units[by].Reason}");
                else missed.Add((fault.Where, $"{fault.Where}: {fault.Name}: {string.Join("; ", fault.Units.Select(u => $"{u} {units[u].Outcome}: {units[u].Reason}"))}"));
            }
            // What is not read makes the assertion of the honest dossier fail: a miss; a tool that is not there is none.
            catch (Xunit.Sdk.XunitException error) when (!error.Message.StartsWith("$Xunit", StringComparison.Ordinal))
            {
                missed.Add((fault.Where, $"{fault.Where}: {fault.Name}: not read: {error.Message}"));
            }
        }
        foreach (var miss in missed) output.WriteLine("- " + miss.Text);
        foreach (var kind in faults.GroupBy(f => f.Where)) output.WriteLine($"{set}, {kind.Key}: {kind.Count() - missed.Count(m => m.Kind == kind.Key)} of {kind.Count()} found");
        output.WriteLine($"{set}: {faults.Count - missed.Count} of {faults.Count} planted faults found");
        return [.. missed.Select(m => m.Text)];
    }

    /// <summary>The units that harmless variations get refuted or disputed.</summary>
    public static IReadOnlyList<string> Refuted(string set, IReadOnlyList<(string Name, Func<HonestDossier> Dossier)> variations, ITestOutputHelper output)
    {
        var (refuted, units) = (new List<string>(), 0);
        foreach (var (name, dossier) in variations)
        {
            foreach (var unit in dossier().Assessed().Verdicts.SelectMany(v => v.Units))
            {
                units++;
                if (unit.Outcome is Outcome.Fail or Outcome.Disputed && Honest.Value[unit.Unit] is not (Outcome.Fail or Outcome.Disputed)) refuted.Add($"{name}: {unit.Unit} {unit.Outcome}: {unit.Reason}");
            }
        }
        foreach (var one in refuted) output.WriteLine(one);
        output.WriteLine($"{set}: {refuted.Count} of {units} honest units refuted or disputed, in {variations.Count} variations");
        return refuted;
    }
}
