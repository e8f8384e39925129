using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A credential that leaves for a peer beyond the local network without encryption.</summary>
public sealed class SecretInClearToRemote() : Check("secret-in-clear-to-remote", 1, Polarity.Refute, CoverageScope.Capture,
    "a credential sent in clear text to a peer beyond the local network", "a capture of every connection to the maker's services, from start-up on", "5.5-6-2a", "5.5-7-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.Credential).Concat(examined.Of(FindingKind.Cleartext).Where(f => f.Has(Traits.Login)))
            .Where(f => f.Location.Frame is not null && f.Has(Traits.Remote) && !f.Has(Traits.Digest)).Order(Comparer<Finding>.Create(Finding.Compare)).ToList();
        return seen.Count > 0 ? Refutes($"{seen.Count} credential(s) left the local network in clear text", seen) : Silence(examined);
    }
}
