using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A certificate of the device itself that is expired at the assessment's date, short-keyed, or signed over a weak hash.</summary>
public sealed class UnfitCertificate() : Check("unfit-certificate", 2, Polarity.Refute, CoverageScope.Files,
    "a certificate of the device that is expired, not yet valid, short-keyed or weakly signed", "the certificates that the device sends and accepts, captured", "5.5-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        // An old root in a bundle of authorities is no fault of the channel, and a peer's certificate is not the device's.
        var unfit = examined.Of(FindingKind.Certificate)
            .Where(f => !f.Has(Traits.Authority) && !f.Has(Traits.Remote) && (f.Has(Traits.Expired) || f.Has(Traits.NotYetValid) || f.Has(Traits.ShortKey) || f.Has(Traits.WeakSignatureHash))).ToList();
        return unfit.Count > 0 ? Refutes($"{unfit.Count} certificate(s) do not hold: expired, short-keyed or weakly signed", unfit) : Silence(examined);
    }
}
