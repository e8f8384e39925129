using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>
/// What the cases of suricata-verify expect of the log, beside what we read: filters whose fields we all have must match as often, filters of which we have some at least as
/// often. What differs stands with its reason in suricata-differences.tsv, and a row of it that explains nothing any more fails.
/// </summary>
public sealed class SuricataTests
{
    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Workers = 1 };

    /// <summary>The field that begins a message of a protocol in what readers report; what follows belongs to it.</summary>
    private static readonly Dictionary<string, string[]> Begins = new(StringComparer.Ordinal)
    {
        ["dns"] = ["transaction"],
        ["dhcp"] = ["transaction"],
        ["mqtt"] = ["type"],
        ["ntp"] = ["mode"],
        ["snmp"] = ["version", "level"],
        ["ssh"] = ["banner"],
        ["http"] = ["method", "status"],
        ["sip"] = ["method", "status"],
        ["ftp"] = ["command"],
        ["smtp"] = ["command"],
        ["quic"] = ["ja4"],
        ["rtsp"] = ["method", "status"],
    };

    private static readonly string[] MqttTypes = ["", "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "suback", "unsubscribe", "unsuback", "pingreq", "pingresp", "disconnect", "auth"];

    [Fact]
    public void Cases_of_the_listed_protocols_find_what_they_expect()
    {
        var reasons = File.ReadLines(Path.Combine(Checkout.Root, "tests", "Assay.Traffic", "Protocols", "suricata-differences.tsv")).Where(l => l.Length > 0 && !l.StartsWith('#'))
            .Select(l => l.Split('\t')).ToDictionary(c => (c[0], c[1]), c => c.Length == 3 ? c[2] : throw new InvalidDataException($"suricata-differences.tsv: expected three columns, found {string.Join('|', c)}"));
        var used = new HashSet<(string, string)>();
        int exact = 0, partial = 0, explained = 0, unmapped = 0, cases = 0;
        var misses = new List<string>();
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var test in Corpus.Files("traffic/suricata-verify", "test.yaml"))
        {
            var folder = Path.GetDirectoryName(test)!;
            var captures = Directory.EnumerateFiles(folder).Where(IsCapture).Order(StringComparer.Ordinal).ToList();
            if (captures.Count != 1 || Read(test) is not YamlMap { } map || map["checks"] is not YamlList checks) continue;
            List<Dictionary<string, string>>? events = null;
            var counted = false;
            for (var i = 0; i < checks.Items.Count; i++)
            {
                if (checks.Items[i] is not YamlMap { } item || item["filter"] is not YamlMap { } filter || filter["match"] is not YamlMap { } match) continue;
                if (filter["requires"] is YamlMap { } requires && (requires["lt-version"] is not null || requires["features"] is not null)) continue;
                if (!int.TryParse(filter["count"]?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) continue;
                var kind = match["event_type"]?.Text;
                if (kind is null || !Known(kind)) continue;
                var wanted = new List<(string Key, string Value)>();
                // A request and its answer are two messages here.
                var whole = match.Entries.All(e => e.Key != "http.status") || match.Entries.All(e => e.Key != "http.http_method");
                foreach (var entry in match.Entries)
                {
                    if (entry.Key == "event_type") continue;
                    if (!(entry.Key == "http.status" && !whole) && entry.Value.Text is { } text && Ours(kind, entry.Key, text) is { } ours) wanted.Add(ours);
                    else whole = false;
                }
                if (wanted.Count == 0)
                {
                    unmapped++;
                    continue;
                }
                events ??= Events(captures[0]);
                counted = true;
                var found = events.Count(e => e["event"] == kind && wanted.TrueForAll(w => e.TryGetValue(w.Key, out var value) && Same(w.Key, w.Value, value)));
                var name = Path.GetFileName(folder);
                if (whole ? found == count : found >= count)
                {
                    if (whole) exact++;
                    else partial++;
                    tally[kind] = tally.GetValueOrDefault(kind) + 1;
                }
                else if (reasons.ContainsKey((name, i.ToString(CultureInfo.InvariantCulture))))
                {
                    explained++;
                    used.Add((name, i.ToString(CultureInfo.InvariantCulture)));
                }
                else misses.Add($"{name}\t{i}\texpected {count}{(whole ? "" : " or more")} of {kind} {string.Join(' ', wanted.Select(w => w.Key + "=" + w.Value))}, found {found}");
            }
            if (counted) cases++;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} cases: {exact} filters exact, {partial} in the fields that we have, {explained} explained, {misses.Count} missed, {unmapped} without a field of ours; "
            + string.Join(", ", tally.Select(t => $"{t.Key} {t.Value}")));
        Assert.True(misses.Count == 0, string.Join('\n', misses));
        Assert.True(exact > 20 && partial > 20, $"expected filters as a positive control, found {exact} and {partial}");
        Assert.All(reasons.Where(r => Directory.Exists(Path.Combine(Corpus.Root!, "traffic", "suricata-verify", r.Key.Item1))), r => Assert.True(used.Contains(r.Key), $"the row {r.Key} explains nothing any more"));
    }

    private static bool Known(string kind) => Begins.ContainsKey(kind) || kind is "tls" or "flow";

    private static bool IsCapture(string file)
    {
        using var stream = File.OpenRead(file);
        var start = new byte[32];
        return CaptureReader.IsStart(start.AsSpan(0, stream.ReadAtLeast(start, 32, throwOnEndOfStream: false)));
    }

    private static YamlNode? Read(string file)
    {
        try
        {
            return YamlReader.Read(File.ReadAllBytes(file));
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    /// <summary>Their name and value of a field in ours; null for a field that we do not read.</summary>
    private static (string Key, string Value)? Ours(string kind, string key, string value) => key switch
    {
        "src_port" => ("sourcePort", value),
        "dest_port" => ("destinationPort", value),
        "src_ip" => ("source", Address.Parse(value).ToString()),
        "dest_ip" => ("destination", Address.Parse(value).ToString()),
        "pcap_cnt" when kind is "dns" or "dhcp" => ("frame", value),
        "proto" when kind is "flow" or "tls" => ("transport", value.ToLowerInvariant()),
        "app_proto" when kind == "flow" && ProtocolTable.All.Any(p => p.Name == value && p.Group is not (ProtocolGroup.Industry or ProtocolGroup.Mobile)) => ("application", value),
        "dns.id" => ("transaction", value),
        "dns.queries[0].rrname" or "dns.rrname" => ("name", value),
        "dns.queries[0].rrtype" or "dns.rrtype" => ("kind", value),
        "dns.type" => ("answers", value is "answer" or "response" ? "1" : "0"),
        "dns.rcode" => ("code", value switch { "NOERROR" => "0", "FORMERR" => "1", "SERVFAIL" => "2", "NXDOMAIN" => "3", "NOTIMP" => "4", "REFUSED" => "5", _ => value }),
        "dhcp.id" => ("transaction", value),
        "dhcp.dhcp_type" => ("type", value switch { "discover" => "1", "offer" => "2", "request" => "3", "decline" => "4", "ack" => "5", "nak" => "6", "release" => "7", "inform" => "8", _ => value }),
        "tls.sni" => ("name", value),
        "tls.version" => ("version", value switch { "TLSv1" => "TLS 1.0", "SSLv3" => "SSL 3.0", "SSLv2" => "SSL 2.0", _ => value }),
        "tls.ja4" or "quic.ja4" => ("ja4", value),
        "ssh.client.proto_version" => ("client", "SSH-" + value),
        "ssh.server.proto_version" => ("server", "SSH-" + value),
        "ssh.client.software_version" => ("clientSoftware", value),
        "ssh.server.software_version" => ("serverSoftware", value),
        "ntp.mode" => ("mode", value),
        "ntp.version" => ("version", value),
        "ntp.stratum" => ("stratum", value),
        "snmp.version" => ("version", value),
        "snmp.community" => ("community", value),
        "snmp.usm" => ("user", value),
        "sip.method" => ("method", value),
        "sip.code" => ("status", value),
        "http.http_method" => ("method", value),
        "http.status" => ("status", value),
        "ftp.command" => ("command", value),
        _ => key.Split('.') is ["mqtt", var type, .. var rest] && Array.IndexOf(MqttTypes, type) > 0 ? Mqtt(type, string.Join('.', rest), value) : ((string, string)?)null,
    };

    private static (string Key, string Value)? Mqtt(string type, string field, string value)
    {
        var ours = field switch
        {
            "client_id" => "client",
            "protocol_version" => "level",
            "username" => "user",
            "topic" or "topics[0].topic" or "topics[0]" => "topic",
            "return_code" when type == "connack" => "answer",
            "will.topic" => "will",
            "qos" or "dup" or "retain" => field,
            _ => null,
        };
        return ours is null ? null : (type + "." + ours, value);
    }

    private static bool Same(string key, string wanted, string found) => key switch
    {
        "name" => wanted.Equals(found, StringComparison.OrdinalIgnoreCase),
        // What a version's draft is called is the other tool's own.
        "version" when wanted.StartsWith("TLS 1.3 draft", StringComparison.Ordinal) => found == "TLS 1.3" || found.StartsWith("version 0x7f", StringComparison.Ordinal),
        _ => wanted == found || wanted == "true" && found == "1" || wanted == "false" && found == "0",
    };

    private static List<Dictionary<string, string>> Events(string file)
    {
        var witness = new FieldList();
        using var artefact = Artefact.Open(file, Path.GetFileName(file));
        var examination = CaptureExamination.Of(artefact, Options, witness);
        var events = new List<Dictionary<string, string>>();
        Dictionary<string, string>? current = null;
        foreach (var (at, protocol, field, value) in witness.Places)
        {
            if (!Begins.TryGetValue(protocol, out var begins)) continue;
            if (begins.Contains(field))
            {
                events.Add(current = new(StringComparer.Ordinal) { ["event"] = protocol, ["frame"] = at.Frame.ToString(CultureInfo.InvariantCulture) });
                (current["source"], current["destination"]) = (at.Source.ToString(), at.Destination.ToString());
                (current["sourcePort"], current["destinationPort"]) = (at.SourcePort.ToString(CultureInfo.InvariantCulture), at.DestinationPort.ToString(CultureInfo.InvariantCulture));
                if (protocol == "mqtt") current["mqtt"] = MqttTypes[int.Parse(value, CultureInfo.InvariantCulture)];
            }
            if (current is null || current["event"] != protocol) continue;
            if (protocol == "mqtt")
            {
                var type = current["mqtt"] + ".";
                if (field == "flags")
                {
                    var flags = int.Parse(value, CultureInfo.InvariantCulture);
                    (current[type + "qos"], current[type + "dup"], current[type + "retain"]) = ((flags >> 1 & 3).ToString(CultureInfo.InvariantCulture), (flags >> 3).ToString(CultureInfo.InvariantCulture), (flags & 1).ToString(CultureInfo.InvariantCulture));
                }
                else current.TryAdd(type + field, value);
            }
            else if (protocol == "snmp" && field == "level") (current["version"], current["level"]) = ("3", value);
            else if (protocol == "snmp" && field == "version") current["version"] = value == "0" ? "1" : "2";
            else current.TryAdd(field, value);
        }
        Ssh(witness, examination, events);
        foreach (var flow in examination.Flows)
        {
            var places = Places(flow);
            places["event"] = "flow";
            if (Flow.NameOf(flow.Application) is { } application) places["application"] = application;
            events.Add(places);
            if (flow.Tls is not { } tls || flow.Application != Application.Tls) continue;
            var one = Places(flow);
            one["event"] = "tls";
            if (tls.ServerName is not null) one["name"] = tls.ServerName;
            if (tls.Ja4 is not null) one["ja4"] = tls.Ja4;
            if ((tls.Chosen ?? tls.Offered) is { } version) one["version"] = TlsVersions.Name(version);
            events.Add(one);
        }
        return events;
    }

    private static Dictionary<string, string> Places(Flow flow) => new(StringComparer.Ordinal)
    {
        ["source"] = flow.Source.ToString(),
        ["destination"] = flow.Destination.ToString(),
        ["sourcePort"] = (flow.SourcePort ?? 0).ToString(CultureInfo.InvariantCulture),
        ["destinationPort"] = (flow.DestinationPort ?? 0).ToString(CultureInfo.InvariantCulture),
        ["transport"] = flow.ProtocolName,
    };

    /// <summary>Both banners of a connection make one event.</summary>
    private static void Ssh(FieldList witness, CaptureExamination examination, List<Dictionary<string, string>> events)
    {
        if (!witness.Places.Exists(f => f.Protocol == "ssh")) return;
        events.RemoveAll(e => e["event"] == "ssh");
        foreach (var flow in examination.Flows.Where(f => f.Application == Application.Ssh))
        {
            var one = Places(flow);
            one["event"] = "ssh";
            foreach (var banner in examination.Observations.Where(o => o.Protocol == "ssh" && o.What == Seen.Banner))
            {
                var client = banner.Source == flow.Source && banner.SourcePort == flow.SourcePort;
                if (!client && (banner.Source != flow.Destination || banner.SourcePort != flow.DestinationPort)) continue;
                var parts = banner.Value.Split('-', 3);
                one[client ? "client" : "server"] = $"SSH-{parts[1]}";
                one[client ? "clientSoftware" : "serverSoftware"] = parts[^1].Split(' ')[0];
            }
            events.Add(one);
        }
    }
}
