using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A clear-text or TLS channel in a capture for which the communication table has no row.</summary>
public sealed class UndeclaredChannel() : Check("undeclared-channel", 1, Polarity.Refute, CoverageScope.Capture,
    "a way of communicating in a capture that IXIT 11-ComMech does not list", "a capture in every state of the device, and the missing row", "5.5-5-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(11).Select(r => Papers.Whole(r.Row)).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 11-ComMech was not handed over, so nothing can be missing from it", "IXIT 11-ComMech")];
        var missing = new List<Finding>();
        var listed = 0;
        foreach (var finding in examined.Findings.Where(f => f.Location.Frame is not null && f.Kind is FindingKind.Cleartext or FindingKind.WeakCrypto or FindingKind.Credential))
        {
            var words = Channels.Where(c => finding.Has(c.Trait) || Wording.Names(finding.Subject, c.Word) || Wording.Names(finding.Value, c.Word)).Select(c => c.Word).ToList();
            if (words.Count == 0) continue;
            if (rows.Any(r => words.Any(w => Wording.Names(r, w)))) listed++;
            else missing.Add(finding);
        }
        if (missing.Count > 0) return Refutes($"{missing.Count} observation(s) are of a channel that IXIT 11-ComMech does not list", missing);
        return listed > 0 && examined.LookedWhole(CoverageScope.Capture)
            ? [Supports(Units[0], $"every channel that was recognised in the captures ({listed} observation(s)) is listed; what the device did not do there was not seen")]
            : Silence(examined);
    }

    private static readonly (string Word, string Trait)[] Channels =
        [("telnet", Traits.Telnet), ("ftp", Traits.Ftp), ("ssh", Traits.Ssh), ("http", Traits.Http), ("mqtt", "mqtt"), ("tls", Traits.TlsOutdated), ("coap", "coap"), ("rtsp", "rtsp")];
}
