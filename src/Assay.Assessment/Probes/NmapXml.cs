using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Probes;

/// <summary>
/// The XML output of nmap (<c>-oX</c>, nmap.dtd 1.04 and 1.05). What was scanned stands in <c>scaninfo</c>, what answered in <c>port</c> and
/// <c>extraports</c>. A port counts as examined where its state is known; <c>open|filtered</c> is not, and a host that never answered was not examined.
/// </summary>
internal static class NmapXml
{
    /// <summary>All ports of TCP and of UDP.</summary>
    internal const long AllPorts = 2 * 65535;

    /// <summary>Stands among the counts of a scan of the scanning machine itself (<c>127.0.0.1</c>).</summary>
    internal const string Loopback = "loopback";

    internal static bool Recognises(ProbeText text) =>
        text.First.StartsWith('<') && text.Lines.Take(40).Any(l => l.Contains("<nmaprun", StringComparison.Ordinal));

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        notes.Unit = "ports";
        notes.Total = AllPorts;
        var root = XmlAt.Read(text.Bytes);
        if (root is not { Name: "nmaprun" }) throw new UnreadableException("nmaprun", root?.Name ?? "no element", 0, root?.Line ?? 1);
        notes.From = Time(root["start"]);
        var finished = root.First("runstats")?.First("finished");
        notes.To = Time(finished?["time"]);
        var scans = root.All("scaninfo").Select(s => new Scan(s["type"] ?? "", s["protocol"] ?? "", Ranges(s["services"] ?? ""), s.Line)).ToList();
        var host = Device(root, notes, options);
        notes.Run("nmap", root["version"], root["args"], host is null ? null : Address(host), root.Line,
            string.Join(", ", scans.Select(s => $"{s.Type} scan of {s.Ports} {s.Protocol} ports")));
        if (root.Broken is { } broken) notes.Lose(broken.AsLoss(text.Name));
        if (root.Broken is null && finished is null) notes.Lose(root.Line, "a run that ended", "no end: it was interrupted");
        if (finished?["exit"] is { } exit && exit != "success") notes.Lose(finished.Line, "a run that ended with success", $"{exit} {finished["errormsg"]}");
        if (host is null) return;
        // What answers a machine's own processes nobody else may reach: it is told, and counts as no port of the device.
        if (System.Net.IPAddress.TryParse(Address(host), out var at) && System.Net.IPAddress.IsLoopback(at)) notes.Count(Loopback, 1);
        Ports(host, scans, notes);
        foreach (var script in host.First("hostscript")?.All("script") ?? []) NmapScripts.Read(script, new NmapScripts.Place(Address(host), Address(host), "", false), notes);
    }

    private sealed record Scan(string Type, string Protocol, long Ports, int Line);

    // Which host is the device: by its hardware address, by its address, or since it is the only one that is up.
    private static XmlAt? Device(XmlAt root, ProbeNotes notes, ProbeOptions options)
    {
        var hosts = root.All("host").ToList();
        var up = hosts.Where(h => h.First("status")?["state"] != "down").ToList();
        if (up.Count == 0)
        {
            notes.Lose(root.Line, "a host that is up", hosts.Count == 0 ? "no host" : $"{hosts.Count} host(s), none up");
            return null;
        }
        if (options.Mac is { } mac)
        {
            if (up.FirstOrDefault(h => h.All("address").Any(a => string.Equals(a["addr"], mac, StringComparison.OrdinalIgnoreCase))) is { } byMac) return byMac;
        }
        var named = up.Where(h => h.All("address").Any(a => options.Addresses.Contains(a["addr"] ?? "", StringComparer.OrdinalIgnoreCase))
            || h.Below("hostname").Any(n => options.Addresses.Contains(n["name"] ?? "", StringComparer.OrdinalIgnoreCase))).ToList();
        if (named.Count == 1) return named[0];
        if (up.Count == 1)
        {
            var other = up[0].All("address").FirstOrDefault(a => a["addrtype"] == "mac")?["addr"];
            if (options.Mac is null || other is null) return up[0];
            notes.Lose(up[0].Line, $"the device {options.Mac}", $"a scan of {other.ToLowerInvariant()}");
            return null;
        }
        notes.Lose(up[0].Line, "the one host that is the device (\"mac\" or \"addresses\" of device.yaml name it)", $"{up.Count} hosts");
        return null;
    }

    private static string Address(XmlAt host) =>
        host.All("address").FirstOrDefault(a => a["addrtype"] is "ipv4" or "ipv6")?["addr"] ?? host.All("address").FirstOrDefault()?["addr"] ?? "unknown";

    private static void Ports(XmlAt host, IReadOnlyList<Scan> scans, ProbeNotes notes)
    {
        var address = Address(host);
        var ports = host.First("ports");
        var states = new Dictionary<(string Protocol, string State), long>();
        void Tally(string protocol, string state, long by) => states[(protocol, state)] = states.GetValueOrDefault((protocol, state)) + by;
        foreach (var extra in ports?.All("extraports") ?? [])
        {
            var state = extra["state"] ?? "";
            var reasons = extra.All("extrareasons").Where(r => r["proto"] is not null).ToList();
            if (reasons.Count > 0) foreach (var reason in reasons) Tally(reason["proto"]!, state, Number(reason["count"]));
            else if (scans.Select(s => s.Protocol).Distinct().Count() == 1) Tally(scans[0].Protocol, state, Number(extra["count"]));
            // Older output does not say of which protocol: only UDP has ports of which nobody knows.
            else Tally(state == "open|filtered" ? "udp" : "tcp", state, Number(extra["count"]));
        }
        foreach (var port in ports?.All("port") ?? [])
        {
            var state = port.First("state")?["state"] ?? "";
            Tally(port["protocol"] ?? "", state, 1);
            if (state == "open") Open(port, address, notes);
        }
        // Where a group of ports does not say of which protocol it is, the sum alone can be held against what the run claims.
        var isMixed = ports?.All("extraports").Any(e => !e.All("extrareasons").Any(r => r["proto"] is not null)) == true && scans.Select(s => s.Protocol).Distinct().Count() > 1;
        long Told(string protocol) => states.Where(s => isMixed || s.Key.Protocol == protocol).Sum(s => s.Value);
        var answered = states.Any(s => s.Key.State is "open" or "closed" or "unfiltered" && s.Value > 0);
        long examined = 0;
        foreach (var protocol in new[] { "tcp", "udp" })
        {
            var tried = Math.Min(65535, scans.Where(s => s.Protocol == protocol).Sum(s => s.Ports));
            if (tried == 0) continue;
            var unknown = states.Where(s => s.Key.Protocol == protocol && s.Key.State is "open|filtered" or "closed|filtered" or "unfiltered").Sum(s => s.Value);
            // A run may claim more than it tells of.
            var known = Math.Clamp(Math.Min(tried, Told(protocol)) - unknown, 0, tried);
            notes.Count($"{protocol}Scanned", tried);
            if (unknown > 0) notes.Count($"{protocol}Unknown", unknown);
            var filtered = states.GetValueOrDefault((protocol, "filtered"));
            if (filtered > 0) notes.Count($"{protocol}Filtered", filtered);
            if (states.GetValueOrDefault((protocol, "open")) is > 0 and var open) notes.Count($"{protocol}Open", open);
            if (!answered || host["timedout"] == "true" || !host.IsClosed) continue;
            notes.Count(protocol, known);
            examined += known;
        }
        notes.Examined = examined;
        if (scans.Count == 0) notes.Lose(host.Line, "scaninfo with the ports that were scanned", "none: how much was scanned is not known");
        else if (host["timedout"] == "true") notes.Lose(host.Line, "a host that was scanned to its end", "the time for it ended before");
        else if (!host.IsClosed) notes.Lose(host.Line, "a host that was scanned to its end", "the run broke off");
        else if (!answered) notes.Lose(host.Line, "an answer from at least one port", "none: nobody knows whether the device was there");
    }

    private static void Open(XmlAt port, string address, ProbeNotes notes)
    {
        var protocol = port["protocol"] ?? "tcp";
        var subject = $"{(address.Contains(':') ? $"[{address}]" : address)}:{port["portid"]}/{protocol}";
        var service = port.First("service");
        var name = service?["name"] ?? "unknown";
        var isProbed = service?["method"] == "probed";
        var isTls = service?["tunnel"] == "ssl";
        var traits = new List<string> { Traits.OpenPort, Hosts.IsLocal(address) ? Traits.Local : Traits.Remote };
        // A name out of the list of usual ports is a guess; what the service answered is not.
        if (isProbed || port.First("state")?["reason"] is null)
        {
            if (name == "ssh") traits.Add(Traits.Ssh);
            if (name is "telnet" or "telnets") traits.Add(Traits.Telnet);
            if (name is "ftp" or "ftps") traits.Add(Traits.Ftp);
            if (name.StartsWith("http", StringComparison.Ordinal)) traits.Add(Traits.Http);
            if (name.Contains("mqtt", StringComparison.Ordinal)) traits.Add(Traits.Mqtt);
        }
        var words = string.Join(' ', new[] { service?["product"], service?["version"] }.Where(w => w is { Length: > 0 }));
        notes.Add(FindingKind.Exposure, subject, $"open: {(isTls ? "TLS, " : "")}{name}{(isProbed ? "" : " by its usual port")}{(words.Length > 0 ? $", {words}" : "")}", port.Line, traits: traits);
        // "3.X - 4.X" is nmap's own guess and nothing that the service said.
        if (isProbed && service!["version"] is { Length: > 0 } version && version.Any(char.IsAsciiDigit) && !version.Contains(" - ", StringComparison.Ordinal) && service["product"] is { } product)
        {
            notes.Add(FindingKind.Disclosure, subject, $"{product} {version}", service.Line, 0.9, "told to anybody who asks", traits: Traits.VersionDisclosed);
        }
        var anonymous = port.All("script").Any(s => s["id"] == "ftp-anon" && Says(s, "Anonymous FTP login allowed"));
        if (isProbed && name is "telnet" or "ftp" && !isTls && !anonymous)
        {
            notes.Add(FindingKind.Service, subject, $"{name} takes passwords in clear text", port.Line, 0.9, traits: [Traits.PasswordLogin, Traits.ClearText, name == "ftp" ? Traits.Ftp : Traits.Telnet]);
        }
        foreach (var script in port.All("script")) NmapScripts.Read(script, new NmapScripts.Place(subject, address, name, isTls), notes);
    }

    private static bool Says(XmlAt script, string words) => script["output"]?.Contains(words, StringComparison.Ordinal) == true;

    internal static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static DateTimeOffset? Time(string? seconds) => Number(seconds) is > 0 and < 253402300800 and var number ? DateTimeOffset.FromUnixTimeSeconds(number) : null;

    /// <summary>How many ports a list such as <c>1-100,8080</c> names; what is no list of ports counts nothing.</summary>
    internal static long Ranges(string services)
    {
        long ports = 0;
        foreach (var part in services.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first) continue;
            // Port 0 is asked by "-p 0-" and is no port of a service.
            ports += last - Math.Max(first, (ushort)1) + 1;
        }
        return Math.Min(ports, 65535);
    }
}
