using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// A log-in with a password that an outside tool met and that no row of IXIT 1-AuthMech speaks of. Passes only where every port was scanned in both
/// states at every network interface of IXIT 15-Intf, and each open port is either a known service with a row or one that knows no log-in.
/// </summary>
public sealed class LoginOutsideTable() : Check("login-outside-table", 2, Polarity.Decide, CoverageScope.Scan,
    "password log-ins that a tool met and IXIT 1-AuthMech does not list", ScannedPorts.ToSettle + "; nmap with \"--script ssh-auth-methods,http-auth\"", "5.1-1-2a", "5.1-5-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var loopback = ScannedPorts.OfLoopback(examined);
        var logins = examined.Of(FindingKind.Service).Concat(examined.Of(FindingKind.Credential)).Where(f => f.Has(Traits.PasswordLogin) && !loopback.Contains(f.Location.Artefact)).Order(Comparer<Finding>.Create(Finding.Compare)).ToList();
        var rows = examined.Rows(1).ToList();
        var scans = ScannedPorts.Of(examined);
        if (logins.Count == 0 && scans.Count == 0) return Silence(examined);
        if (rows.Count == 0)
        {
            return logins.Count == 0 ? Units.Select(u => Open(u, "no password log-in was met, and IXIT 1-AuthMech was not handed over"))
                : Units.Select(u => Open(u, $"{logins.Count} password log-in(s) were met, but IXIT 1-AuthMech was not handed over", "IXIT 1-AuthMech", logins));
        }
        var missing = logins.Where(l => !rows.Any(r => ScannedPorts.IsAbout(r.Row, l))).ToList();
        // "Password of the administrator" names no service: it may be any of them, Telnet and FTP apart, which a maker would name.
        if (missing.Count > 0 && rows.FirstOrDefault(r => !NamesService(Papers.Whole(r.Row))).Row is { } general && !missing.Any(l => l.Has(Traits.Telnet) || l.Has(Traits.Ftp)))
        {
            return Units.Select(u => Open(u, $"{missing.Count} password log-in(s) of which {Shortened.Visible(general.Id)} may speak, which names no service", "IXIT 1-AuthMech with the service of every row", missing));
        }
        if (missing.Count > 0) return Refutes($"{missing.Count} password log-in(s) that IXIT 1-AuthMech does not list", missing).NotIn(1);
        var whole = ScannedPorts.IsWhole(examined, scans);
        var unclear = scans.SelectMany(s => s.Open).Where(o => !IsWithoutLogin(o) && !rows.Any(r => ScannedPorts.IsAbout(r.Row, o))).ToList();
        var scope = string.Join("; ", scans.Select(s => s.Scope));
        return Units.Select(unit =>
            unclear.Count > 0 ? Open(unit, $"{unclear.Count} open port(s) of which nobody knows whether they ask for a password", "what answers there, and IXIT 1-AuthMech with a row for it where it asks for a password", unclear)
            // The second unit asks for radio interfaces too, which no port scan sees.
            : whole && unit == "5.1-1-2a" ? Holds(unit, $"all {logins.Count} password log-in(s) are listed; by network only ({scope})", logins.Count > 0 ? [.. logins.Select(l => l.Location)] : [.. scans.Select(s => new Location { Artefact = s.Artefact })])
            : logins.Count > 0 ? Supports(unit, $"all {logins.Count} password log-in(s) that were met are listed; {(scope.Length > 0 ? scope : "no port scan")}", logins)
            : Open(unit, $"no password log-in was met; {scope}"));
    }

    private static bool IsWithoutLogin(Finding open) => ScannedPorts.PortOf(open) is (53, _) or (67 or 68 or 123 or 546 or 547 or 1900 or 3702 or 5353 or 5355, "udp");

    private static bool NamesService(string text) => ScannedPorts.PortsIn(text).Count > 0 || Services.Any(s => Wording.Names(text, s));

    private static readonly string[] Services =
    [
        "ssh", "secure shell", "shell", "console", "terminal", "CLI", "telnet", "ftp", "sftp", "http", "https", "web", "browser", "portal", "API", "REST", "UI", "GUI", "user interface", "page", "SNMP", "MQTT", "RTSP", "ONVIF", "SMB",
        "Bluetooth", "BLE", "Wi-Fi", "WiFi", "WLAN", "WPA", "WPA2", "WPA3", "Zigbee", "NFC", "TLS", "app", "cloud", "UART", "serial",
    ];
}
