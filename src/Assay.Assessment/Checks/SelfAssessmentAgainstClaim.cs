using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The maker's own test record and the conformance statement answer one provision differently.</summary>
public sealed class SelfAssessmentAgainstClaim() : Check("self-assessment-against-claim", 1, Polarity.Support, CoverageScope.Declaration,
    "the same answer in the maker's own test records and in the conformance statement", "one corrected and signed answer of the supplier", "5.4-1-1c", "5.6-2-1a", "5.7-1-1b", "5.3-13-1a", "5.1-1-1a", "5.2-1-1a", "5.5-1-1b", "5.6-1-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        foreach (var unit in Units)
        {
            var provision = unit[..unit.LastIndexOf('-')];
            var claim = examined.Declaration.Claims.FirstOrDefault(c => c.Provision == provision);
            var own = examined.Declaration.SelfAssessments.Where(s => s.Provision == provision).ToList();
            if (claim is null || own.Count == 0)
            {
                yield return Open(unit, claim is null ? $"the conformance statement says nothing on {provision}" : $"no own test record on {provision} was handed over");
                continue;
            }
            foreach (var record in own)
            {
                Support? said = record.Verdict.StartsWith("PASS", StringComparison.Ordinal) ? Support.Yes : record.Verdict.StartsWith("FAIL", StringComparison.Ordinal) ? Support.No : record.Verdict.StartsWith("N/A", StringComparison.Ordinal) ? Support.NotApplicable : null;
                if (said is null || said == claim.Support) continue;
                yield return Contradicts(unit, new Contradiction($"whether {provision} is met",
                    new Statement($"conformance statement: {(claim.Support == Support.Yes ? "yes" : claim.Support == Support.No ? "no" : "not applicable")}", claim.Location, IsPaper: true),
                    new Statement($"own test record: {Wording.Begin(record.Verdict)}", record.Location, IsPaper: true)));
            }
        }
    }
}
