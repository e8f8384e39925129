using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Input that is taken for what it is not, with the request and the answer that show it. What a tool only suspects stays open.</summary>
public sealed class ConfirmedInjection() : Check("confirmed-injection", 1, Polarity.Refute, CoverageScope.Scan,
    "injections that a tool confirmed with request and answer", "a run of ZAP against the device's pages with its JSON report, and a person's word on each high alert", "5.13-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.Behaviour).Where(f => f.Has(Traits.Injection) && !f.Has(Traits.Suppressed)).ToList();
        var sure = seen.Where(f => f.Has(Traits.Confirmed)).ToList();
        if (sure.Count > 0) return Refutes($"{sure.Count} confirmed injection(s)", sure);
        return seen.Count > 0 ? [Open(Units[0], $"{seen.Count} suspected injection(s), none confirmed", "a request and an answer that show each, or the reason why it is none", seen)] : Silence(examined);
    }
}
