using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Cryptography;

namespace Assay.Assessment.Probes;

/// <summary>Results of scripts of nmap (NSE) that say something of log-ins, encryption and open doors. A script that is not named here is not read.</summary>
internal static class NmapScripts
{
    /// <param name="Subject">Address, port and protocol: <c>192.0.2.7:443/tcp</c>.</param>
    internal sealed record Place(string Subject, string Address, string Service, bool IsTls)
    {
        internal string Where => Hosts.IsLocal(Address) ? Traits.Local : Traits.Remote;
    }

    internal static void Read(XmlAt script, Place place, ProbeNotes notes)
    {
        var id = script["id"] ?? "";
        var output = script["output"] ?? "";
        switch (id)
        {
            case "ssh-auth-methods":
                var methods = script.Below("elem").Select(e => e.Text.Trim()).ToList();
                if (methods.Any(m => m is "password" or "keyboard-interactive")) notes.Add(FindingKind.Service, place.Subject, $"SSH takes {string.Join(", ", methods)}", script.Line, traits: [Traits.PasswordLogin, Traits.Ssh]);
                if (output.Contains("none_auth", StringComparison.Ordinal)) notes.Add(FindingKind.Service, place.Subject, "SSH lets anybody in", script.Line, traits: [Traits.WithoutLogin, Traits.Ssh]);
                break;
            case "ssh2-enum-algos":
                WeakAlgorithms.NoteSsh(notes, place.Subject, script.All("table").Where(t => t["key"] is "kex_algorithms" or "server_host_key_algorithms" or "encryption_algorithms" or "mac_algorithms")
                    .SelectMany(t => t.All("elem").Select(e => (e.Text.Trim(), e.Line))).Distinct(), place.Address);
                break;
            case "sshv1" when output.Contains("supports SSHv1", StringComparison.OrdinalIgnoreCase):
                notes.Add(FindingKind.WeakCrypto, place.Subject, "SSH version 1 is spoken", script.Line, traits: [Traits.WeakSsh, Traits.Ssh, place.Where]);
                break;
            case "http-auth":
                var schemes = AuthScheme.Matches(output).Select(m => m.Value).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
                if (schemes.Count > 0) notes.Add(FindingKind.Service, place.Subject, $"HTTP asks for a log-in ({string.Join(", ", schemes)}){(place.IsTls ? "" : " without encryption")}", script.Line,
                    traits: place.IsTls || !schemes.Contains("Basic", StringComparer.OrdinalIgnoreCase) ? [Traits.PasswordLogin, Traits.Http] : [Traits.PasswordLogin, Traits.Http, Traits.ClearText]);
                break;
            case "ftp-anon" when output.Contains("Anonymous FTP login allowed", StringComparison.Ordinal):
                notes.Add(FindingKind.Service, place.Subject, "FTP lets anybody in as anonymous", script.Line, traits: [Traits.WithoutLogin, Traits.Ftp]);
                break;
            case "mqtt-subscribe" when output.Contains("Topics and their most recent payloads", StringComparison.Ordinal):
                notes.Add(FindingKind.Service, place.Subject, "MQTT gives its topics to anybody", script.Line, traits: [Traits.WithoutLogin, Traits.Mqtt]);
                break;
            case "vnc-info" or "realvnc-auth-bypass" when output.Contains("None (1)", StringComparison.Ordinal) || output.Contains("Server does not require authentication", StringComparison.Ordinal):
                notes.Add(FindingKind.Service, place.Subject, "VNC lets anybody in", script.Line, traits: Traits.WithoutLogin);
                break;
            case "http-config-backup" or "http-passwd" when output.Trim().Length > 0 && !output.Contains("ERROR", StringComparison.Ordinal):
                notes.Add(FindingKind.Exposure, place.Subject, "HTTP gives configuration files to anybody", script.Line, 0.9, traits: [Traits.ConfigurationRead, Traits.WithoutLogin, Traits.Http]);
                break;
            case var _ when id is "http-default-accounts" || id.EndsWith("-brute", StringComparison.Ordinal):
                Accounts(script, place, notes, id);
                break;
            case "ssl-cert":
                Certificate(script, place, notes);
                break;
            case "ssl-enum-ciphers":
                Ciphers(script, place, notes);
                break;
            case "sslv2" when output.Contains("SSLv2 supported", StringComparison.Ordinal):
                notes.Add(FindingKind.WeakCrypto, place.Subject, "offers SSLv2", script.Line, traits: [Traits.TlsOutdated, place.Where]);
                break;
            default:
                Vulnerabilities(script, place, notes, id);
                break;
        }
    }

    private static void Ciphers(XmlAt script, Place place, ProbeNotes notes)
    {
        foreach (var version in script.All("table"))
        {
            var name = version["key"] ?? "";
            var suites = version.Below("elem").Where(e => e["key"] == "name").ToList();
            if (suites.Count == 0) continue;
            if (WeakAlgorithms.IsOutdatedTls(name)) notes.Add(FindingKind.WeakCrypto, place.Subject, $"offers {name}", version.Line, traits: [Traits.TlsOutdated, place.Where]);
            var weak = suites.Where(s => WeakAlgorithms.IsWeakSuite(s.Text)).ToList();
            if (weak.Count > 0) notes.Add(FindingKind.WeakCrypto, place.Subject, $"offers {string.Join(", ", weak.Take(8).Select(w => w.Text.Trim()))} in {name}", weak[0].Line, traits: [Traits.WeakSuite, place.Where]);
        }
    }

    private static void Certificate(XmlAt script, Place place, ProbeNotes notes)
    {
        var pem = script.Below("elem").FirstOrDefault(e => e["key"] == "pem")?.Text ?? script.Below("elem").FirstOrDefault(e => e.Text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))?.Text;
        if (pem is not null) Certificates.Note(pem, place.Subject, script.Line, place.Where, notes);
    }

    // "admin:admin - Valid credentials"; of SNMP "public - Valid credentials".
    private static void Accounts(XmlAt script, Place place, ProbeNotes notes, string id)
    {
        foreach (Match match in Valid.Matches(script["output"] ?? ""))
        {
            var (user, password) = (match.Groups[1].Value.Trim(), match.Groups[2].Value.Trim());
            if (id == "snmp-brute") (user, password) = ("SNMP community", user);
            var known = id == "http-default-accounts" || KnownPasswords.Contains(password, user) || password is "<empty>" or "<blank>";
            notes.Add(FindingKind.Credential, place.Subject, $"log-in accepted: {Shortened.Credential(user, password)}", script.Line, note: $"tried by {id}", isDefault: known,
                traits: known ? [Traits.KnownDefault, Traits.Password, Traits.PasswordLogin] : [Traits.Password, Traits.PasswordLogin]);
        }
    }

    // What the library "vulns" of nmap writes: a state in capitals, and a title.
    private static void Vulnerabilities(XmlAt script, Place place, ProbeNotes notes, string id)
    {
        foreach (var table in script.All("table"))
        {
            var state = table.All("elem").FirstOrDefault(e => e["key"] == "state")?.Text.Trim();
            if (state is not ("VULNERABLE" or "VULNERABLE (Exploitable)")) continue;
            var title = table.All("elem").FirstOrDefault(e => e["key"] == "title")?.Text.Trim() ?? id;
            var isTls = id.StartsWith("ssl-", StringComparison.Ordinal) || id is "tls-ticketbleed" or "rsa-vuln-roca";
            var isInjection = Weaknesses.IsInjection(title) || Weaknesses.IsInjection(id);
            notes.Add(isTls ? FindingKind.WeakCrypto : FindingKind.Behaviour, place.Subject, $"{id}: {title}", table.Line, note: $"state {state}",
                traits: isTls ? [Traits.Attackable, place.Where] : isInjection ? [Traits.Injection, Traits.Confirmed] : []);
        }
    }

    private static Regex AuthScheme => field ??= new(@"\b(Basic|Digest|NTLM|Negotiate)\b", RegexOptions.CultureInvariant);

    private static Regex Valid => field ??= new(@"^[ \t]*([^\s:]+)(?::(\S*))? - Valid credentials", RegexOptions.Multiline | RegexOptions.CultureInvariant);
}
