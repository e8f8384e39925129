using Assay.Evidence;

namespace Assay.Software.Sbom;

/// <summary>Where a bill of materials departs from its format.</summary>
/// <param name="Path">Of the value, in JSON Path: <c>$.components[3].licenses[0].license.id</c>; for tag-value documents the tag.</param>
public sealed record BillFault(string Path, string Expected, string Found)
{
    public Loss AsLoss(string artefact) => new() { Location = new Location { Artefact = artefact, Path = Path }, Expected = Expected, Found = Found };

    public override string ToString() => $"{Path}: expected {Expected}, found {Found}";
}
