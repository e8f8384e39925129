using System.Globalization;
using Assay.Assessment.Checks;
using Assay.Assessment.Examining;
using Assay.Evidence;

namespace Assay.Assessment.Drafts;

/// <summary>A row of a detail table that the evidence shows: what a draft proposes, for a person to take over, mend or strike out.</summary>
/// <param name="Table">1 to 29.</param>
/// <param name="Id">The row's own id; the field's name where the table is one set of fields.</param>
/// <param name="Fields">Only those that were seen; the others are asked.</param>
/// <param name="From">The places, in words.</param>
internal sealed record DraftRow(int Table, string Id, IReadOnlyList<(string Field, string Value)> Fields, string From);

/// <summary>Out of findings, components and conversations: rows that the maker would have to write. Pure; ordered by table and place.</summary>
internal static class DraftRows
{
    /// <summary>Rows of one table that are proposed; a maker with more has another list.</summary>
    private const int Most = 200;

    /// <param name="examined">Rows that its declaration has already are not proposed again.</param>
    public static IReadOnlyList<DraftRow> Of(Examined examined)
    {
        var seen = new List<(int Table, string Key, List<(string, string)> Fields, Location Place, IReadOnlyList<string> Words)>();
        // The network's interface first: rows for what goes over it name it.
        var network = examined.Rows(15).FirstOrDefault(r => Papers.IsAbout(r.Row, Networks)).Row?.Id ?? $"{Declarations.TableName.All[14].Name}-1";
        foreach (var capture in examined.Captures) seen.AddRange(OfCapture(capture, network));
        foreach (var finding in examined.Findings) seen.AddRange(OfFinding(finding));
        foreach (var component in examined.Components.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Version, StringComparer.Ordinal))
        {
            if (component.Evidence.Count == 0) continue;
            var name = component.Version is { } version ? $"{component.Name} {version}" : component.Name;
            seen.Add((6, name, [("Description", name)], component.Evidence[0].Location, [component.Name]));
            if (IsNetworkCode(component.Name)) seen.Add((12, name, [("Description", name)], component.Evidence[0].Location, [component.Name]));
            if (Sensors(component.Name) is { } sensor) seen.Add((22, sensor, [("Description", $"{sensor}, since {name} is in the image")], component.Evidence[0].Location, [sensor]));
        }
        foreach (var document in examined.Files.Where(f => f.Kind == FileKind.Document)) seen.AddRange(OfDocument(document, examined.AsOf));
        if (examined.Device.Model != Device.Unknown && examined.Files.FirstOrDefault(f => f.Kind == FileKind.Device) is { } sheet)
        {
            seen.Add((2, "Model Designation", [("Model Designation", examined.Device.Model)], sheet.At(1), []));
        }
        var rows = new List<DraftRow>();
        foreach (var table in seen.GroupBy(s => s.Table).OrderBy(g => g.Key))
        {
            var name = Declarations.TableName.All[table.Key - 1];
            var taken = examined.Declaration.Rows(table.Key).Select(r => r.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var number = 0;
            foreach (var one in table.GroupBy(s => s.Key, StringComparer.Ordinal).Take(Most))
            {
                var first = one.First();
                if (name.IsRecord ? examined.Declaration.Rows(table.Key).Any(r => r[first.Key] is { Length: > 0 }) : examined.Rows(table.Key).Any(r => Papers.IsAbout(r.Row, first.Words))) continue;
                var places = one.Select(s => s.Place).Distinct().ToList();
                var from = places.Count == 1 ? $"{places[0]}" : string.Create(CultureInfo.InvariantCulture, $"{places[0]} and {places.Count - 1} more places");
                string id;
                if (name.IsRecord) id = first.Key;
                else
                {
                    do id = string.Create(CultureInfo.InvariantCulture, $"{name.Name}-{++number}");
                    while (taken.Contains(id));
                }
                rows.Add(new DraftRow(table.Key, id, [.. one.SelectMany(s => s.Fields).DistinctBy(f => f.Item1).Select(f => (f.Item1, Shortened.Visible(f.Item2)))], from));
            }
        }
        return rows;
    }

    private static IEnumerable<(int, string, List<(string, string)>, Location, IReadOnlyList<string>)> OfFinding(Finding f)
    {
        var words = Papers.WordsFor(f);
        switch (f.Kind)
        {
            case FindingKind.Credential:
                var where = f.Location.Frame is null ? f.Location.Path ?? "the image" : f.Subject;
                yield return (1, $"login {(f.Location.Frame is null ? f.Subject : where)}",
                [
                    ("Description", f.Location.Frame is null ? $"Login of the account {f.Subject} ({where})" : $"Login with a password, {f.Subject}"),
                    ("Authentication Factor", "Password"),
                    .. f.Location.Frame is null ? [("Default Status", "A password is pre-installed")] : Array.Empty<(string, string)>(),
                    .. f.Has(Traits.Http) ? [("Network Interface Proximity", f.Has(Traits.Remote) ? "Network" : "Local network"), ("Cryptographic Details", "HTTP without encryption")] : Array.Empty<(string, string)>(),
                ], f.Location, [f.Subject]);
                if (f.Location.Frame is null && f.Has(Traits.PasswordHash)) yield return (10, $"password {f.Subject}", [("Description", $"Password of the account {f.Subject}"), ("Type", "critical")], f.Location, [f.Subject]);
                break;
            case FindingKind.Key when f.Has(Traits.PrivateKey):
                yield return (10, $"key {f.Location.Path}", [("Description", $"Private key {f.Subject} ({f.Location.Path})"), ("Type", "critical"), .. f.Has(Traits.Encrypted) ? [("Protection Scheme", "Under a pass phrase")] : Array.Empty<(string, string)>()],
                    f.Location, [f.Subject, f.Location.Path ?? f.Subject]);
                break;
            case FindingKind.Secret:
                yield return (10, $"{f.Subject} {f.Location.Path}", [("Description", $"{f.Subject} in {f.Location.Path ?? f.Location.Artefact}"), ("Type", "critical")], f.Location, [f.Location.Path ?? f.Subject]);
                break;
            case FindingKind.Service:
                yield return (13, $"service {Known(words) ?? f.Subject}",
                [
                    ("Description", $"{f.Subject}: {f.Value}"),
                    .. f.Has(Traits.StartedAtBoot) ? [("Status", "Enabled")] : Array.Empty<(string, string)>(),
                    .. f.Has(Traits.WithoutLogin) ? [("Authentication Mechanism", "None")] : Array.Empty<(string, string)>(),
                ], f.Location, words);
                break;
            case FindingKind.Exposure when f.Has(Traits.Listener) && Port(f.Subject) is var (port, protocol) && port > 0:
                yield return (13, Known(words) is { } known ? $"service {known}" : $"port {port}/{protocol}", [("Description", $"What answers on {protocol.ToUpperInvariant()} port {port}{Called(words)}"), ("Status", "Enabled")], f.Location, words);
                yield return (28, $"port {port}/{protocol}", [("Description", $"{protocol.ToUpperInvariant()} port {port}{Called(words)}"), ("Access", f.Has(Traits.Remote) ? "Network" : "Local network"), ("Status", "Enabled")], f.Location, words);
                break;
            case FindingKind.Debug when f.Has(Traits.SerialConsole):
                yield return (15, $"serial {f.Subject}", [("Description", $"Serial console {f.Subject}"), ("Type", "Physical"), ("Debug Interface", "Yes"), ("Status", "Enabled")], f.Location, ["serial", "uart", f.Subject]);
                break;
            case FindingKind.Update:
                yield return (7, "update",
                [
                    ("Description", $"{f.Value} ({f.Subject})"),
                    .. f.Has(Traits.ClearText) ? [("Cryptographic Details", "None seen: fetched without encryption")] : Array.Empty<(string, string)>(),
                    .. f.Has(Traits.UpdateQuery) ? [("Update Checking", "The device asks by itself"), ("Initiation and Interaction", "Asked for by the device")] : Array.Empty<(string, string)>(),
                ], f.Location, ["UpdMech-1", "update", "image", "updater"]);
                break;
            case FindingKind.Cleartext when f.Has(Traits.PersonalMarker):
                yield return (21, f.Subject, [("Description", f.Value), ("Processing Activities", $"Sent: {f.Subject}")], f.Location, [f.Subject]);
                break;
        }
    }

    private static IEnumerable<(int, string, List<(string, string)>, Location, IReadOnlyList<string>)> OfCapture(CaptureFacts capture, string network)
    {
        if (capture.Conversations.Count > 0)
        {
            yield return (15, "network", [("Description", "Network interface"), ("Type", "Network"), ("Status", "Enabled")], capture.Conversations[0].At(capture.Artefact), Networks);
        }
        foreach (var one in capture.Conversations)
        {
            if (!one.IsAnswered && one.IsOutward && one.Protocol == "tcp") continue;
            if (one.Protocol is not ("tcp" or "udp")) continue;
            var application = one.Application ?? (one.Port is { } number ? string.Create(CultureInfo.InvariantCulture, $"{one.Protocol} port {number}") : one.Protocol);
            var host = one.Names.Count > 0 ? one.Names[0] : one.Peer;
            var port = one.Port is { } p ? string.Create(CultureInfo.InvariantCulture, $", {one.Protocol} port {p}") : "";
            var crypto = one.Application switch { "tls" or "https" or "quic" or "ssh" or "dtls" => one.Application.ToUpperInvariant(), "http" or "telnet" or "ftp" or "mqtt" or "dns" or "mdns" or "ssdp" or "dhcp" or "ntp" or "coap" => "None", _ => null };
            List<(string, string)> Fields(string description) =>
                [("Description", description), ("Interface", network), .. crypto is null ? Array.Empty<(string, string)>() : [("Cryptographic Details", crypto)], .. crypto == "None" ? [("Security Guarantees", "None")] : Array.Empty<(string, string)>()];
            if (one.IsRemote && one.IsOutward)
            {
                yield return (11, $"to {application} {host} {one.Port}", Fields($"{application.ToUpperInvariant()} from the device to {host}{port}"), one.At(capture.Artefact), [host]);
                if (Told.Any(w => host.Contains(w, StringComparison.OrdinalIgnoreCase))) yield return (24, host, [("Description", $"What is sent to {host}"), ("Purpose", "")], one.At(capture.Artefact), [host]);
            }
            else if (!one.IsOutward) yield return (11, $"from {application} {one.Port}", Fields($"{application.ToUpperInvariant()} from a station of the network to the device{port}"), one.At(capture.Artefact), [application, .. one.Port is { } own ? [own.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>()]);
            else yield return (11, $"local {application}", Fields($"{application.ToUpperInvariant()} in the local network{port}"), one.At(capture.Artefact), [application]);
        }
    }

    private static readonly string[] Networks = ["network", "Wi-Fi", "WiFi", "Ethernet", "WLAN", "LAN", "wireless"];

    private static readonly string[] Told = ["telemetry", "metrics", "analytics", "stats.", "crash", "tracking", "beacon", "events.", "log."];

    // Published promises that the tables ask for, with their line; what they promise is not judged here.
    private static IEnumerable<(int, string, List<(string, string)>, Location, IReadOnlyList<string>)> OfDocument(DossierFile document, DateTimeOffset asOf)
    {
        bool policy = false, support = false;
        for (var i = 0; i < document.Lines.Count && i < 2000; i++)
        {
            var line = document.Lines[i];
            if (line.Length is 0 or > 2000) continue;
            if (!support && (Wording.Names(line, "support") || Wording.Names(line, "supported") || Wording.Names(line, "updates")) && Declarations.TimeWords.Dates(line).FirstOrDefault(d => !d.IsAmbiguous && !d.IsFigures && d.Date > DateOnly.FromDateTime(asOf.UtcDateTime)) is { Text: { } text })
            {
                support = true;
                yield return (2, "Support Period", [("Support Period", Wording.Begin(line))], document.At(i + 1), [text]);
                yield return (2, "Publication of Support Period", [("Publication of Support Period", document.Name)], document.At(i + 1), []);
            }
            if (!policy && (line.StartsWith("Contact:", StringComparison.OrdinalIgnoreCase) || (line.Contains("vulnerabilit", StringComparison.OrdinalIgnoreCase) && (line.Contains("report", StringComparison.OrdinalIgnoreCase) || line.Contains("disclos", StringComparison.OrdinalIgnoreCase)))))
            {
                policy = true;
                yield return (2, "Publication of Vulnerability Disclosure Policy", [("Publication of Vulnerability Disclosure Policy", document.Name)], document.At(i + 1), []);
            }
        }
    }

    private static (int Port, string Protocol) Port(string subject)
    {
        var slash = subject.LastIndexOf('/');
        var colon = subject.LastIndexOf(':');
        return slash > colon && colon >= 0 && int.TryParse(subject.AsSpan(colon + 1, slash - colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && subject[(slash + 1)..] is "tcp" or "udp"
            ? (port, subject[(slash + 1)..]) : (0, "");
    }

    // The same service, found in the image and heard on its port, is one row.
    private static string? Known(IReadOnlyList<string> words) => new[] { "telnet", "ssh", "ftp", "https", "http", "mqtt", "rtsp", "snmp", "mdns", "tftp" }.FirstOrDefault(words.Contains);

    private static string Called(IReadOnlyList<string> words) => words.FirstOrDefault(w => !w.All(char.IsDigit)) is { } word ? $" ({word})" : "";

    private static bool IsNetworkCode(string name) => new[] { "openssl", "mbedtls", "wolfssl", "gnutls", "boringssl", "libressl", "dropbear", "openssh", "hostapd", "wpa_supplicant", "wpa-supplicant", "mosquitto", "curl", "libcurl", "wget", "lwip", "nghttp2" }
        .Contains(name.ToLowerInvariant(), StringComparer.Ordinal);

    private static string? Sensors(string component) => component.ToLowerInvariant() switch
    {
        "uvcvideo" or "v4l2" or "rtsp-simple-server" or "libcamera" => "camera",
        "alsa-lib" or "pulseaudio" => "microphone",
        "gpsd" => "GPS",
        "libfprint" => "fingerprint",
        _ => null,
    };
}
