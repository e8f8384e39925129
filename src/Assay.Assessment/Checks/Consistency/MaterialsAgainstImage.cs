using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Components that are in the image and in no bill of materials: what nobody lists nobody watches.</summary>
public sealed class MaterialsAgainstImage() : Check("materials-against-image", 3, Polarity.Support, CoverageScope.Materials,
    "components of the image that the bill of materials does not list, or lists in another version", "a bill of materials made from the image", "5.2-3-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        if (!examined.Looked(CoverageScope.Materials)) return Silence(examined);
        if (examined.Components.Count == 0) return [Open(Units[0], "no component was found in an image, so nothing can be compared", "the image that the bill of materials is for")];
        var listed = examined.Materials.ToLookup(m => Plain(m.Name), StringComparer.Ordinal);
        var found = examined.Components.Where(c => c.Evidence.Count > 0).ToList();
        // A guess, at a product or at its version, speaks against no list.
        var missing = found.Where(c => !c.IsGuess && !listed.Contains(Plain(c.Name))).ToList();
        var other = found.Where(c => c.Version is not null && c.Evidence.Any(e => e.Confidence >= 0.8) && listed[Plain(c.Name)].ToList() is { Count: > 0 } lines
            && lines.All(l => l.Version is not null && !VersionsOnTheWire.IsSame(l.Version, c.Version))).ToList();
        if (missing.Count == 0 && other.Count == 0) return [Supports(Units[0], $"all {found.Count} component(s) that were found in the image are listed, in no other version")];
        var paper = examined.Of(FileKind.BillOfMaterials).FirstOrDefault();
        var place = paper?.At(1) ?? examined.Materials.SelectMany(m => m.Evidence).Select(e => e.Location).FirstOrDefault() ?? new Location { Artefact = "bill of materials" };
        var answers = new List<Answer>();
        if (missing.Count > 0)
        {
            answers.Add(Contradicts(Units[0], new Contradiction("which components the product has",
                new Statement($"bill of materials: {examined.Materials.Count} component(s), none called {Wording.Begin(missing[0].Name)}{(missing.Count > 1 ? $" (and {missing.Count - 1} more are missing)" : "")}", place, IsPaper: true),
                new Statement($"image: {missing[0].Name} {missing[0].Version}".TrimEnd(), missing[0].Evidence[0].Location, IsPaper: false))));
        }
        foreach (var component in other.Take(20))
        {
            var line = listed[Plain(component.Name)].First();
            answers.Add(Contradicts(Units[0], new Contradiction($"which version of {Wording.Begin(component.Name)} the product has",
                new Statement($"bill of materials: {Wording.Begin(line.Name)} {Wording.Begin(line.Version!)}", line.Evidence.Count > 0 ? line.Evidence[0].Location : place, IsPaper: true),
                new Statement($"image: {component.Name} {component.Version}", component.Evidence[0].Location, IsPaper: false))));
        }
        return answers;
    }

    // Distributions add their own endings to names of one and the same product.
    internal static string Plain(string name)
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
