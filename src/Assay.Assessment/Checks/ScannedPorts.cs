using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Probes;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>One port scan of the device: in which state, at which interface, how much of all ports, and what was open.</summary>
internal sealed record ScannedPorts
{
    public required string Artefact { get; init; }
    /// <summary><c>factoryDefault</c>, <c>initialised</c>; null where <c>device.yaml</c> does not say.</summary>
    public string? State { get; init; }
    public string? Interface { get; init; }
    /// <summary>Ports whose state is known, at most 65,535 each.</summary>
    public required long Tcp { get; init; }
    public required long Udp { get; init; }
    public required bool HasLosses { get; init; }
    public required IReadOnlyList<Finding> Open { get; init; }

    public bool IsWholeTcp => Tcp >= 65535 && !HasLosses;
    public bool IsWholeUdp => Udp >= 65535 && !HasLosses;

    /// <summary>For a verdict: <c>65535 tcp and 1000 udp ports, initialised</c>.</summary>
    public string Scope => string.Create(CultureInfo.InvariantCulture, $"{Artefact}: {Tcp} tcp and {Udp} udp ports, {State switch { "factoryDefault" => "factory default", "initialised" => "initialised", _ => "state not said" }}{(Interface is null ? "" : $", at {Interface}")}");

    public static IReadOnlyList<ScannedPorts> Of(Examined examined)
    {
        var files = examined.Of(FileKind.ToolResults).ToDictionary(f => f.Name, StringComparer.Ordinal);
        var open = examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.OpenPort)).ToLookup(f => f.Location.Artefact, StringComparer.Ordinal);
        return [.. examined.Coverage.Where(c => c is { Scope: CoverageScope.Scan, Unit: "ports" }).Select(c => new ScannedPorts
        {
            Artefact = c.Artefact,
            State = files.GetValueOrDefault(c.Artefact)?.State,
            Interface = files.GetValueOrDefault(c.Artefact)?.Interface,
            Tcp = IsLoopback(c) ? 0 : c.Counts.GetValueOrDefault("tcp"),
            Udp = IsLoopback(c) ? 0 : c.Counts.GetValueOrDefault("udp"),
            HasLosses = c.Losses.Count > 0,
            Open = IsLoopback(c) ? [] : [.. open[c.Artefact]],
        })];
    }

    /// <summary>A scan of the scanning machine itself: what answers there nobody else may reach.</summary>
    private static bool IsLoopback(Coverage scan) => scan.Counts.GetValueOrDefault(NmapXml.Loopback) > 0;

    /// <summary>Scans that saw no interface of the device.</summary>
    public static IReadOnlySet<string> OfLoopback(Examined examined) => examined.Coverage.Where(c => c.Scope == CoverageScope.Scan && IsLoopback(c)).Select(c => c.Artefact).ToHashSet(StringComparer.Ordinal);

    /// <summary>In this state every port of TCP and of UDP is known, by one scan or by one for each.</summary>
    public static bool IsWhole(IReadOnlyList<ScannedPorts> scans, string state) =>
        scans.Any(s => s.State == state && s.IsWholeTcp) && scans.Any(s => s.State == state && s.IsWholeUdp);

    /// <summary>
    /// In both states that the methodology knows, at every network interface that IXIT 15-Intf lists. A scan has seen one interface: where the table lists none,
    /// or several and nobody says at which the scan was taken, it is a part.
    /// </summary>
    public static bool IsWhole(Examined examined, IReadOnlyList<ScannedPorts> scans)
    {
        var interfaces = Networks(examined);
        return interfaces.Count > 0 && interfaces.All(i => scans.Where(s => s.IsAt(i, interfaces.Count == 1)).ToList() is var mine && IsWhole(mine, "factoryDefault") && IsWhole(mine, "initialised"));
    }

    // Interfaces that carry IP, by their rows; what is off cannot be scanned.
    private static List<IxitRow> Networks(Examined examined) =>
        [.. examined.Rows(15).Select(r => r.Row).Where(r => InterfaceStatus.Of(r) != Switched.Off && $"{r.Id.Replace('-', ' ')}\n{Papers.Field(r, "Type")}\n{Papers.Field(r, "Description")}" is var says
            && (Papers.Field(r, "Type") is { Length: > 0 } type ? Network.IsMatch(type) : Network.IsMatch(says)) && !OtherRadio.IsMatch(says))];

    /// <summary>The device answered a scan at this network interface: it is on.</summary>
    public static bool HasAnswered(Examined examined, IReadOnlyList<ScannedPorts> scans, IxitRow row) =>
        Networks(examined) is var all && all.Contains(row) && scans.Any(s => s.Tcp + s.Udp > 0 && s.IsAt(row, all.Count == 1));

    private bool IsAt(IxitRow row, bool isOnly) => Interface is null ? isOnly : string.Equals(Interface, row.Id, StringComparison.OrdinalIgnoreCase) || Wording.Names(Papers.Whole(row), Interface);

    /// <summary>What no scan looked at, in sentences for a certificate.</summary>
    public static IEnumerable<string> NotScanned(Examined examined)
    {
        var scans = Of(examined).Where(s => s.Tcp + s.Udp > 0).ToList();
        if (scans.Count == 0) yield return "Open ports: no port scan is part of this assessment.";
        foreach (var (state, words) in new[] { ("factoryDefault", "in factory default"), ("initialised", "initialised") })
        {
            if (scans.Count > 0 && !IsWhole(scans, state)) yield return $"Open ports of the device {words}: not every port of TCP and UDP was scanned in this state.";
        }
        var unseen = Networks(examined) is { Count: > 1 } several && scans.Count > 0 ? several.Where(i => !scans.Any(s => s.IsAt(i, isOnly: false))).Select(i => Shortened.Visible(i.Id)).ToList() : [];
        if (unseen.Count > 0) yield return $"Open ports at {string.Join(", ", unseen.Take(5))}: of no scan device.yaml says that it was taken there (interface:).";
        foreach (var scan in scans.Where(s => s.State is null)) yield return $"In which state the device was during the scan {Shortened.Visible(scan.Artefact)}: device.yaml does not say.";
    }

    public const string ToSettle = "a scan of all ports, as \"nmap -sS -sU -p- -sV -oX probes/initialised.xml ADDRESS\", once in factory default and once initialised, with state: in device.yaml";

    /// <summary><c>80</c> of <c>192.0.2.7:80/tcp</c>; null for a subject without a port.</summary>
    public static (int Port, string Protocol)? PortOf(Finding finding) =>
        Subject.Match(finding.Subject) is { Success: true } match && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (port, match.Groups[2].Value) : null;

    /// <summary>What nmap calls the service, by what it answered: <c>https</c>, <c>telnet</c>; null where it only knows the port's number.</summary>
    public static string? Service(Finding open)
    {
        if (!open.Value.StartsWith("open: ", StringComparison.Ordinal) || open.Value.Contains(" by its usual port", StringComparison.Ordinal)) return null;
        var name = open.Value[6..].Split(',')[0].Trim();
        if (name == "TLS") name = open.Value[6..].Split(',') is [_, var inner, ..] && inner.Trim() == "http" ? "https" : "TLS";
        return name is "unknown" or "tcpwrapped" ? null : name;
    }

    /// <summary>A client's own socket, no service: DHCP.</summary>
    public static bool IsClient(Finding finding) => PortOf(finding) is (68 or 546, "udp");

    /// <summary>Whether a row speaks of the service at this port. A row that names ports is taken by its numbers, every other by its words.</summary>
    public static bool IsAbout(IxitRow row, Finding open)
    {
        if (PortOf(open) is not { } at) return Papers.IsAbout(row, Words(open));
        var named = PortsOf(row);
        return named.Count > 0 ? named.Contains(at.Port) : Papers.IsAbout(row, Words(open));
    }

    private static readonly ConditionalWeakTable<IxitRow, IReadOnlySet<int>> NamedByRow = new();

    /// <summary>Ports that a row names as such.</summary>
    public static IReadOnlySet<int> PortsOf(IxitRow row) => NamedByRow.GetValue(row, static r => PortsIn(Papers.Whole(r)));

    /// <summary>Ports that a text names as such: <c>port 80</c>, <c>ports 80 and 443</c>, <c>tcp/22</c>, <c>5353/udp</c>.</summary>
    public static IReadOnlySet<int> PortsIn(string text)
    {
        var ports = new HashSet<int>();
        foreach (Match match in Named.Matches(text))
        {
            foreach (Match number in Number.Matches(match.Value))
            {
                if (int.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536) ports.Add(port);
            }
        }
        return ports;
    }

    /// <summary>How papers may call what was found; generous, since a word too many costs a miss and a word too few a false refutation.</summary>
    public static IReadOnlyList<string> Words(Finding open)
    {
        var words = new SortedSet<string>(Papers.WordsFor(open), StringComparer.OrdinalIgnoreCase);
        var port = PortOf(open)?.Port ?? 0;
        foreach (var (ports, trait, names, more) in Known)
        {
            var value = open.Value;
            if (ports.Contains(port) || (trait is not null && open.Has(trait)) || names.Any(n => Wording.Names(value, n)))
            {
                words.UnionWith(names);
                words.UnionWith(more);
            }
        }
        return [.. words];
    }

    private static readonly (int[] Ports, string? Trait, string[] Names, string[] More)[] Known =
    [
        ([80, 443, 8080, 8443, 8000, 8008, 8888], Traits.Http, ["http", "https", "http-proxy", "https-alt", "http-alt"], ["web", "webserver", "web-server", "webui", "web-ui", "browser", "website", "webpage", "portal", "REST", "API", "GUI", "UI", "user interface", "configuration page", "admin page", "management interface", "local interface", "dashboard", "TLS"]),
        ([22], Traits.Ssh, ["ssh"], ["sshd", "dropbear", "secure shell", "shell", "CLI", "console", "terminal", "command line", "remote login", "sftp", "scp"]),
        ([23], Traits.Telnet, ["telnet"], ["telnetd", "shell", "console", "terminal", "CLI", "command line"]),
        ([20, 21, 990], Traits.Ftp, ["ftp", "ftps"], ["ftpd", "file transfer"]),
        ([53], null, ["dns", "domain"], ["name resolution", "name service", "resolver"]),
        ([67, 547], null, ["dhcp", "dhcps", "dhcpv6"], ["address assignment", "SoftAP", "access point"]),
        ([69], null, ["tftp"], []),
        ([123], null, ["ntp"], ["time synchronisation", "time synchronization", "time", "clock"]),
        ([137, 138, 139, 445], null, ["smb", "netbios", "microsoft-ds", "netbios-ssn", "netbios-ns"], ["samba", "cifs", "file sharing"]),
        ([161, 162], null, ["snmp"], []),
        ([554, 8554], null, ["rtsp"], ["video", "stream", "streaming", "camera", "onvif"]),
        ([1883, 8883], Traits.Mqtt, ["mqtt", "secure-mqtt"], ["mqtts", "broker"]),
        ([1900], null, ["ssdp", "upnp"], ["discovery"]),
        ([3702], null, ["ws-discovery"], ["onvif", "discovery"]),
        ([5353], null, ["mdns", "zeroconf"], ["bonjour", "dns-sd", "discovery", "avahi"]),
        ([5355], null, ["llmnr"], ["name resolution"]),
        ([5540], null, ["matter"], []),
        ([5683, 5684], null, ["coap", "coaps"], []),
        ([5000], null, ["rtp", "airtunes"], ["airplay", "upnp"]),
        ([6668], null, ["tuya"], ["local control"]),
        ([502], null, ["modbus"], []),
        ([47808], null, ["bacnet"], []),
    ];

    /// <summary>Usual ports of services that a text names by name, for rows that say that something is off.</summary>
    public static IReadOnlySet<int> UsualPorts(string text)
    {
        var ports = new HashSet<int>();
        foreach (var (usual, _, names, _) in Known)
        {
            if (usual.Length <= 3 && names.Any(n => Wording.Names(text, n))) ports.UnionWith(usual);
        }
        return ports;
    }

    private static Regex Network => field ??= new(@"\b(network|ethernet|wi-?fi|wlan|lan|wan|cellular|lte|5g|ip|thread)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Radios and wires on which no port can be scanned.
    private static Regex OtherRadio => field ??= new(@"\b(bluetooth|ble|zigbee|z-?wave|nfc|rfid|lora\w*|\d{3} ?mhz|infrared|enocean|m-?bus|can bus|rs-?(232|485)|uart|usb)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Subject => field ??= new(@":(\d{1,5})/(tcp|udp)$", RegexOptions.CultureInvariant);

    private static Regex Named => field ??= new(@"\bports?\b[\s:=#(]{0,8}(?:tcp|udp)?[\s:/]{0,8}\d{1,5}(?:\s{0,4}(?:,|/|and|or|&|;)\s{0,4}(?:tcp|udp)?[\s:/]{0,8}\d{1,5})*|\b(?:tcp|udp)\s{0,4}[/: ]\s{0,4}(?:port\s{0,4})?\d{1,5}(?:\s{0,4}(?:,|and|or|&)\s{0,4}\d{1,5})*|\b\d{1,5}\s{0,4}/\s{0,4}(?:tcp|udp)\b|\b\d{1,5}\s{1,4}\(?(?:tcp|udp)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Number => field ??= new(@"\d{1,5}", RegexOptions.CultureInvariant);
}
