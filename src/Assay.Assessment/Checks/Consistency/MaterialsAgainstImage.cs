using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Components that are in the image and in no bill of materials: what nobody lists nobody watches.</summary>
public sealed class MaterialsAgainstImage() : Check("materials-against-image", 1, Polarity.Support, CoverageScope.Materials,
    "components of the image that the bill of materials does not list", "a bill of materials made from the image", "5.2-3-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        if (!examined.Looked(CoverageScope.Materials)) return Silence(examined);
        if (examined.Components.Count == 0) return [Open(Units[0], "no component was found in an image, so nothing can be compared", "the image that the bill of materials is for")];
        var listed = examined.Materials.Select(m => Plain(m.Name)).ToHashSet(StringComparer.Ordinal);
        var missing = examined.Components.Where(c => c.Evidence.Count > 0 && !listed.Contains(Plain(c.Name))).ToList();
        if (missing.Count == 0) return [Supports(Units[0], $"all {examined.Components.Count} component(s) that were found in the image are listed")];
        var paper = examined.Of(FileKind.BillOfMaterials).FirstOrDefault();
        var place = paper?.At(1) ?? examined.Materials.SelectMany(m => m.Evidence).Select(e => e.Location).FirstOrDefault() ?? new Location { Artefact = "bill of materials" };
        return [Contradicts(Units[0], new Contradiction("which components the product has",
            new Statement($"bill of materials: {examined.Materials.Count} component(s), none called {Wording.Begin(missing[0].Name)}{(missing.Count > 1 ? $" (and {missing.Count - 1} more are missing)" : "")}", place, IsPaper: true),
            new Statement($"image: {missing[0].Name} {missing[0].Version}".TrimEnd(), missing[0].Evidence[0].Location, IsPaper: false)))];
    }

    // Distributions add their own endings to names of one and the same product.
    private static string Plain(string name)
    {
        var plain = name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant().Replace('_', '-');
        return plain switch
        {
            "linux-kernel" or "linux kernel" or "kernel" => "linux",
            "u-boot" or "uboot" or "das u-boot" => "u-boot",
            _ => plain,
        };
    }
}
