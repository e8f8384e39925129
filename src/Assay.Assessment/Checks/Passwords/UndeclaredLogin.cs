using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A log-in that a capture or image shows, and no row of IXIT 1-AuthMech speaks of it.</summary>
public sealed class UndeclaredLogin() : Check("undeclared-login", 1, Polarity.Refute, CoverageScope.Declaration,
    "a log-in over the network that IXIT 1-AuthMech does not list", "IXIT 1-AuthMech with a row for every log-in, and a scan of all TCP and UDP ports", "5.1-1-2a", "5.1-5-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(1).ToList();
        if (rows.Count == 0) return Units.Select(u => Open(u, "IXIT 1-AuthMech was not handed over, so nothing can be missing from it", "IXIT 1-AuthMech"));
        var seen = examined.Findings.Where(f => !f.Has(Traits.Remote) && !f.Has(Traits.WithoutLogin) && (f.Kind == FindingKind.Service && f.Confidence >= 0.7 || f.Kind == FindingKind.Credential && f.Has(Traits.OnTheWire)
            || f.Kind == FindingKind.Cleartext && f.Has(Traits.Login))).ToList();
        var named = WordIndex.Of(rows.Select(r => r.Row));
        var listed = new List<Finding>();
        var missing = new List<Finding>();
        foreach (var finding in seen)
        {
            if (Words.FirstOrDefault(w => finding.Has(w.Trait) && (w.IsLogin || finding.Kind != FindingKind.Service)).Words is not { } words) continue;
            (named.NamesAny(words) ? listed : missing).Add(finding);
        }
        if (missing.Count > 0)
        {
            var passwords = missing.Where(f => f.Kind != FindingKind.Service || f.Has(Traits.Telnet) || f.Has(Traits.Ftp)).ToList();
            IEnumerable<Answer> first = passwords.Count > 0 ? Refutes($"{passwords.Count} observation(s) are of a log-in with a password that IXIT 1-AuthMech does not list", passwords, "5.1-1-2a").NotIn(1) : [Open("5.1-1-2a", "whether the log-in that was seen takes a password cannot be told", toSettle: null, missing)];
            return [.. first, .. Refutes($"{missing.Count} observation(s) are of a log-in that IXIT 1-AuthMech does not list", missing, "5.1-5-2a").NotIn(1)];
        }
        return listed.Count > 0
            ? Units.Select(u => Supports(u, $"every log-in that was recognised ({listed.Count} observation(s)) has a row; ports that nobody tried were not seen", listed))
            : Units.Select(u => Open(u, "no log-in was seen in an image or capture, which is no proof that there is no other"));
    }

    // SSH and the web may be there without a password of their own; Telnet and FTP ask for one.
    private static readonly (string Trait, bool IsLogin, string[] Words)[] Words =
    [
        (Traits.Telnet, true, ["telnet", "telnetd"]),
        (Traits.Ftp, true, ["ftp", "ftpd", "vsftpd"]),
        (Traits.Ssh, true, ["ssh", "sshd", "dropbear", "openssh", "secure shell"]),
        (Traits.Mqtt, false, ["mqtt", "broker"]),
        (Traits.Http, false, ["http", "https", "web", "webui", "web-ui", "browser", "portal", "api", "rest", "ui", "html", "app", "rtsp", "onvif"]),
    ];
}
