using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A script or setting in the image calls a peer over TLS and says itself that nobody looks at the certificate: whoever stands between may be the peer.</summary>
public sealed class UnverifiedPeer() : Check("unverified-peer", 2, Polarity.Refute, CoverageScope.Files,
    "clients in the image whose own settings look at no certificate of the peer they call, or encrypt nothing", "what the device does when a stranger's certificate is shown to it", "5.5-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var clients = examined.Of(FindingKind.WeakCrypto).Where(f => f.Has(Traits.UnverifiedPeer)).ToList();
        return clients.Count > 0 ? Refutes($"{clients.Count} client(s) of the image look at no certificate or encrypt nothing: {clients[0].Value}", clients) : Silence(examined);
    }
}
