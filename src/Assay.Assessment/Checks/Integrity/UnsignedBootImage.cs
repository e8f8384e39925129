using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// What the image itself shows of verified boot against what IXIT 20-SecBoot says. A signature that is there supports: whether the device checks it cannot be
/// seen. One that is missing disputes: it may lie in another partition.
/// </summary>
public sealed class UnsignedBootImage() : Check("unsigned-boot-image", 2, Polarity.Support, CoverageScope.Image,
    "signatures and hash trees in what a boot loader starts, against IXIT 20-SecBoot", "the fuse summary of a delivered unit, and where the signature of the kernel lies", "5.7-1-1b", "5.7-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var signed = examined.Findings.Where(f => f.Has(Traits.VerifiableBoot)).ToList();
        var bare = examined.Findings.Where(f => f.Has(Traits.UnsignedBoot)).ToList();
        var rows = examined.Rows(20).ToList();
        if (signed.Count + bare.Count == 0) return Silence(examined);
        if (rows.Count == 0) return Units.Select(u => Open(u, "IXIT 20-SecBoot was not handed over", "IXIT 20-SecBoot, and the fuse summary of a delivered unit", [.. signed, .. bare]));
        if (signed.Count > 0 && bare.Count > 0) return Units.Select(u => Open(u, $"the image holds {Wording.Begin(signed[0].Value)}, and {Wording.Begin(bare[0].Value)}; which of them the device starts cannot be seen", toSettle: null, [.. signed, .. bare]));
        if (signed.Count > 0) return Units.Select(u => Supports(u, $"the image holds {Wording.Begin(signed[0].Value)}; whether the device checks it cannot be seen", signed));
        foreach (var of in rows)
        {
            if (Fields.Affirms(string.Join("\n\n", of.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)), Verifies) is not { } claim) continue;
            return Units.Select(u => Contradicts(u, of, new Contradiction("whether what boots is signed", Papers.Says(of.Table, of.Row, Wording.Begin(claim)), Papers.Seen(bare[0])), bare));
        }
        return Units.Select(u => Open(u, $"the image holds {Wording.Begin(bare[0].Value)}, and no row of IXIT 20-SecBoot says that its signature is checked", toSettle: null, bare));
    }

    private static Regex Verifies => field ??= new(@"\b(sign(ed|atures?)|verif(y|ies|ied|ication)|authentic\w*|verified boot|secure boot|chain of trust)\b[^.]{0,120}\b(kernel|boot\w*|image|firmware|u-boot|fit|bootloader|software)\b|\b(kernel|boot\w*|image|firmware|u-boot|fit|bootloader|software)\b[^.]{0,120}\b(sign(ed|atures?)|verif(y|ies|ied|ication)|authentic\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
