using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A component in a bill of materials without a version cannot be compared with any advisory.</summary>
public sealed class ComponentVersions() : Check("component-versions", 1, Polarity.Refute, CoverageScope.Materials,
    "components of the bill of materials without a version", "a bill of materials with a version for every component", "5.2-3-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        if (!examined.Looked(CoverageScope.Materials)) return Silence(examined);
        var bare = examined.Materials.Where(m => Wording.IsEmpty(m.Version) && Wording.IsEmpty(m.Package)).ToList();
        if (bare.Count == 0) return [Supports(Units[0], $"all {examined.Materials.Count} component(s) of the bill of materials have a version")];
        var place = bare[0].Evidence.Count > 0 ? bare[0].Evidence[0].Location : new Location { Artefact = examined.Of(FileKind.BillOfMaterials).Select(f => f.Name).FirstOrDefault() ?? "bill of materials" };
        return [Refutes(Units[0], $"{bare.Count} component(s) have no version, {Wording.Begin(bare[0].Name)} for instance: no advisory can be compared with them", place)];
    }
}
