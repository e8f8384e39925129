using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>
/// What is broken or withdrawn, whatever a tool calls it: a maker is refuted by a published document and never by a tool's taste. TLS: RFC 6176, 7568,
/// 8996 (versions), 7465 (RC4), 5469 (DES), 9325 (NULL, export, no authentication, 3DES). SSH: RFC 8758 (RC4), 9142 (key exchange), 8332 (DSA is gone).
/// </summary>
internal static class WeakAlgorithms
{
    /// <summary>Versions of TLS and SSL that no peer may use.</summary>
    internal static bool IsOutdatedTls(string version) => OldTls.IsMatch(version);

    /// <summary>Names of IANA (<c>TLS_RSA_WITH_RC4_128_SHA</c>) and of OpenSSL (<c>DES-CBC3-SHA</c>).</summary>
    internal static bool IsWeakSuite(string name) => WeakSuite.IsMatch(name);

    internal static bool IsWeakSsh(string algorithm) => Ssh.Contains(algorithm) || algorithm.StartsWith("arcfour", StringComparison.Ordinal) || algorithm.StartsWith("hmac-md5", StringComparison.Ordinal);

    private static readonly HashSet<string> Ssh = new(StringComparer.Ordinal)
    {
        "none", "des-cbc", "des-cbc@ssh.com", "3des-cbc", "blowfish-cbc", "cast128-cbc", "rc4", "idea-cbc",
        "diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1", "rsa1024-sha1",
        "ssh-dss", "ssh-dss-cert-v00@openssh.com", "ssh-dss-cert-v01@openssh.com", "ssh-rsa1",
        "hmac-sha1-96", "hmac-sha1-96-etm@openssh.com", "hmac-ripemd",
    };

    /// <summary>Traits and words for SSH algorithms of one service: one finding for all that are weak.</summary>
    internal static void NoteSsh(ProbeNotes notes, string subject, IEnumerable<(string Algorithm, int Line)> offered, string host)
    {
        var weak = offered.Where(o => IsWeakSsh(o.Algorithm)).ToList();
        foreach (var (algorithm, line) in weak)
        {
            notes.Add(FindingKind.WeakCrypto, subject, $"SSH offers {algorithm}", line, traits: [Traits.WeakSsh, Traits.Ssh, Hosts.IsLocal(host) ? Traits.Local : Traits.Remote]);
        }
    }

    private static Regex OldTls => field ??= new(@"^(SSL ?v?[23](\.0)?|TLS ?v?1(\.[01])?|TLSv1_1|TLS1_1|TLS1)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex WeakSuite => field ??= new(@"(^|[_-])(NULL|EXPORT\d*|EXP\d*|anon|ADH|AECDH|RC4|RC2|DES|3DES|DES40|IDEA|MD5|CBC3)([_-]|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
