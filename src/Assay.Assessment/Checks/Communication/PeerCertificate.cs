using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A peer beyond the local network whose certificate was captured: expired, short-keyed or weakly signed refutes; issued by itself refutes nothing where the maker pins it, and contradicts a table that promises a public authority.</summary>
public sealed class PeerCertificate() : Check("peer-certificate", 2, Polarity.Refute, CoverageScope.Capture,
    "certificates of peers in captures: expired, short-keyed, weakly signed, for other names, issued by themselves", "a capture of the first handshake with every peer in TLS 1.2, and how the device checks the certificate", "5.5-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var peers = examined.Of(FindingKind.Certificate).Where(f => f.Location.Frame is not null && f.Has(Traits.Remote)).ToList();
        var unfit = peers.Where(f => f.Has(Traits.Expired) || f.Has(Traits.NotYetValid) || f.Has(Traits.ShortKey) || f.Has(Traits.WeakSignatureHash) || f.Has(Traits.ForeignName)).ToList();
        if (unfit.Count > 0) return Refutes($"{unfit.Count} peer(s) showed a certificate that does not hold, and the connection was captured: {unfit[0].Value}", unfit);
        var alone = peers.Where(f => f.Has(Traits.SelfSigned)).ToList();
        if (alone.Count == 0) return Silence(examined);
        foreach (var (table, row) in examined.Rows(11))
        {
            var says = Papers.Whole(row);
            if (Own.IsMatch(says) || Wording.Affirms(says, Public) is not { } promise) continue;
            return [Contradicts(Units[0], new Contradiction("who issued the peer's certificate", Papers.Says(table, row, Wording.Begin(promise)), Papers.Seen(alone[0])), alone)];
        }
        return [Open(Units[0], $"{alone.Count} peer(s) showed a certificate that they issued themselves; whether the device knows it beforehand cannot be seen", toSettle: null, alone)];
    }

    private static Regex Public => field ??= new(@"\b(public(ly trusted)? (ca|certificate authorit\w+|root|pki)|trusted (ca|root|certificate authorit\w+|public)|certificate authorit(y|ies)|ca[- ](bundle|store|signed|validated)|let'?s encrypt|digicert|mozilla|root store|web ?pki|x\.?509 chain)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Own => field ??= new(@"\b(pin|pinned|pinning|private (ca|pki|root)|own (ca|pki|root|certificate authority)|self-signed|self-issued|embedded (certificate|root)|custom (ca|certificate|server)|user-(supplied|provided|defined|uploaded))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
