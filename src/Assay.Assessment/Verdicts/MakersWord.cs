using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Verdicts;

/// <summary>What the maker says on a provision, all papers taken together.</summary>
internal sealed record MakersWord
{
    /// <summary>The line that speaks: the first signed one, else the first.</summary>
    public Claim? First { get; private init; }
    public Support? Support => First?.Support;
    /// <summary>The signed line that says the same, or null.</summary>
    public Claim? Signed { get; private init; }
    /// <summary>Two lines say different things.</summary>
    public bool Disagrees { get; private init; }
    /// <summary>Why a "not applicable" does not count, or null.</summary>
    public string? NotAccepted { get; private init; }
    public string? Shown => Support switch { Declarations.Support.Yes => "yes", Declarations.Support.No => "no", Declarations.Support.NotApplicable => "n/a", _ => null };

    public static MakersWord Of(UnitFacts facts)
    {
        var first = facts.Claims.FirstOrDefault(c => c.SignedBy is not null) ?? facts.Claims.FirstOrDefault();
        return new MakersWord
        {
            First = first,
            Signed = first?.SignedBy is null ? null : first,
            Disagrees = facts.Claims.Any(c => c.Support != first!.Support),
            NotAccepted = first?.Support == Declarations.Support.NotApplicable ? WhyNot(facts.Provision, first) : null,
        };
    }

    private static string? WhyNot(Provision provision, Claim claim) =>
        provision.Condition is null ? $"{provision.Id} holds without condition"
        : string.IsNullOrWhiteSpace(claim.Justification) || Placeholder.Is(claim.Justification) ? "no reason is given"
        : Placeholder.IsCircular(claim.Justification) ? $"that something never happened does not show that it is not needed (\"{claim.Justification}\")"
        : null;
}
