using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Software.Vex;

/// <summary>Our own answers as statements: only those that rest on evidence, each with what it rests on. A candidate, an unknown repair and what somebody else said are left out.</summary>
public static class VexAnswers
{
    /// <param name="product">What the product is called, or null: then each statement is about the component itself.</param>
    public static IReadOnlyList<VexStatement> Of(IEnumerable<Vulnerability> vulnerabilities, string? product, DateTimeOffset time) =>
        [.. vulnerabilities.Where(Rests).DistinctBy(v => (v.Id, IdOf(v.Component))).Select(v => new VexStatement
        {
            Vulnerability = v.Id,
            Aliases = v.Aliases,
            Products = [product is null ? new VexProduct(IdOf(v.Component), []) : new VexProduct(product, [IdOf(v.Component)])],
            Status = v.Status switch { VulnerabilityStatus.Affected => VexStatus.Affected, VulnerabilityStatus.Fixed => VexStatus.Fixed, _ => VexStatus.NotAffected },
            Justification = v.Status != VulnerabilityStatus.NotAffected ? null : v.Ground == Ground.Platform ? VexJustification.VulnerableCodeNotInExecutePath : VexJustification.VulnerableCodeNotPresent,
            Impact = v.Status == VulnerabilityStatus.NotAffected ? v.Reason : null,
            Action = v.Status == VulnerabilityStatus.Affected ? v.Fix is { } fix ? $"Update {v.Component.Name} to {fix} or later." : $"No list names a version of {v.Component.Name} that mends it; limit who can reach it." : null,
            Notes = v.Status == VulnerabilityStatus.NotAffected ? null : v.Reason,
            Time = time,
        })];

    /// <summary>A purl, a CPE name, or a generic purl made of name and version.</summary>
    public static string IdOf(Component component) => component.Purl ?? component.Cpe.FirstOrDefault() ?? Components.Purl.Of("generic", null, component.Name, component.Version);

    // Outside of a range may be before the flaw came in: that is no repair, so ranges say "affected" only.
    private static bool Rests(Vulnerability v) => v.Status switch
    {
        VulnerabilityStatus.Affected => v.Ground is Ground.Range or Ground.Tracker && !v.RepairUnknown,
        VulnerabilityStatus.Fixed => v.Ground is Ground.Changelog or Ground.Recipe or Ground.Tracker,
        VulnerabilityStatus.NotAffected => v.Ground is Ground.PartAbsent or Ground.Platform or Ground.Tracker or Ground.Recipe,
        _ => false,
    };
}
