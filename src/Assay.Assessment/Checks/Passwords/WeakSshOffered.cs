using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Algorithms of SSH that documents withdrew, offered by the device's log-in.</summary>
public sealed class WeakSshOffered() : Check("weak-ssh-offered", 1, Polarity.Refute, CoverageScope.Scan,
    "withdrawn algorithms in what the device's SSH offers", "a run of ssh-audit against every SSH port: \"ssh-audit -j ADDRESS > probes/ssh.json\"", "5.1-3-2a", "5.5-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var weak = examined.Of(FindingKind.WeakCrypto).Where(f => f.Has(Traits.WeakSsh)).ToList();
        if (weak.Count > 0) return Refutes($"SSH offers {weak.Count} algorithm(s) or key(s) that were withdrawn", weak);
        var marked = examined.Of(FindingKind.WeakCrypto).Where(f => f.Has(Traits.Ssh)).ToList();
        return marked.Count > 0 ? Units.Select(u => Open(u, $"a tool advises against {marked.Count} algorithm(s) of SSH; no document withdrew them", "the maker's reason for each, or an offer without them", marked)) : Silence(examined);
    }
}
