using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A key that names the device to its peers (SSH host key, server key) and is the same in every device with this image.</summary>
public sealed class SharedKey() : Check("shared-key", 1, Polarity.Refute, CoverageScope.Files,
    "a host or server key that every device with this image shares", "the host keys of two delivered units", "5.4-4-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var keys = examined.Of(FindingKind.Key).Where(f => f.Location.Frame is null && f.Has(Traits.PrivateKey)).ToList();
        // A private key beside a certificate of the device's own is what the device shows to its peers, as a host key is.
        var own = examined.Of(FindingKind.Certificate).Any(c => c.Location.Frame is null && !c.Has(Traits.Authority));
        var host = keys.Where(f => f.Has(Traits.HostKey) || own).ToList();
        if (host.Count > 0) return Refutes($"{host.Count} host or server key(s) are part of the image, so no device has its own", host);
        return keys.Count > 0 ? [Open(Units[0], "the image holds private keys; what they are used for cannot be seen", toSettle: null, keys)] : Silence(examined);
    }
}
