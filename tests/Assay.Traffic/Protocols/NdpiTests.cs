using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>Our applications and fingerprints beside what nDPI prints for its own captures.</summary>
public sealed partial class NdpiTests
{
    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Workers = 1 };

    /// <summary>Their name of the outer protocol, and ours; a name of theirs that covers several of ours lists all.</summary>
    private static readonly Dictionary<string, string[]> Names = new(StringComparer.Ordinal)
    {
        ["DNS"] = ["dns"],
        ["MDNS"] = ["mdns"],
        ["LLMNR"] = ["llmnr"],
        ["DHCP"] = ["dhcp"],
        ["DHCPV6"] = ["dhcpv6"],
        ["NTP"] = ["ntp"],
        ["SSDP"] = ["ssdp"],
        ["TLS"] = ["tls"],
        ["DTLS"] = ["dtls"],
        ["QUIC"] = ["quic"],
        ["HTTP"] = ["http", "http2"],
        ["HTTP2"] = ["http2"],
        ["HTTP_Connect"] = ["http", "tls"],
        ["HTTP_Proxy"] = ["http"],
        ["SSH"] = ["ssh"],
        ["Telnet"] = ["telnet"],
        ["FTP_CONTROL"] = ["ftp"],
        ["SMTP"] = ["smtp"],
        ["POP3"] = ["pop3"],
        ["IMAP"] = ["imap"],
        ["IMAPS"] = ["tls"],
        ["SMTPS"] = ["tls"],
        ["POPS"] = ["tls"],
        ["SNMP"] = ["snmp"],
        ["SIP"] = ["sip"],
        ["RTSP"] = ["rtsp"],
        ["MQTT"] = ["mqtt"],
        ["COAP"] = ["coap"],
        ["WSD"] = ["wsdiscovery"],
    };

    [GeneratedRegex(@"^\s+\d+\s+(?<p>TCP|UDP) \[?(?<a>[0-9a-fA-F.:]+?)\]?:(?<ap>\d+) <?-> \[?(?<b>[0-9a-fA-F.:]+?)\]?:(?<bp>\d+) .*?\[proto: (?:[A-Za-z0-9_]+:)?[0-9.]+/(?<name>[^\]]+)\].*?\[Confidence: (?<how>[^\]]+)\]",
        RegexOptions.CultureInvariant)]
    private static partial Regex FlowLine();

    [GeneratedRegex(@"\[JA4: (?<ja4>[a-z0-9_]+)\]", RegexOptions.CultureInvariant)]
    private static partial Regex Ja4Field();

    private static string Key(string protocol, string a, string aPort, string b, string bPort)
    {
        var (first, second) = ($"{a} {aPort}", $"{b} {bPort}");
        return string.CompareOrdinal(first, second) < 0 ? $"{protocol} {first} {second}" : $"{protocol} {second} {first}";
    }

    [Fact]
    public void Nine_of_ten_flows_that_ndpi_decides_by_content_have_the_same_application_here()
    {
        var agreed = new SortedDictionary<string, (int Agreed, int All)>(StringComparer.Ordinal);
        var misses = new List<string>();
        int fingerprints = 0, compared = 0, unreached = 0;
        foreach (var file in Corpus.Files("traffic/ndpi/pcap"))
        {
            var result = Path.Combine(Corpus.Root!, "traffic", "ndpi", "result", Path.GetFileName(file) + ".out");
            if (!File.Exists(result)) continue;
            var ours = Flows(file);
            foreach (var line in File.ReadLines(result))
            {
                if (FlowLine().Match(line) is not { Success: true } match) continue;
                // What is only guessed from a port, or from a name's address, is nobody's proof.
                if (match.Groups["how"].Value != "DPI" || !Names.TryGetValue(match.Groups["name"].Value.Split('.')[0], out var names)) continue;
                var key = Key(match.Groups["p"].Value.ToLowerInvariant(), Address.Parse(match.Groups["a"].Value).ToString(), match.Groups["ap"].Value,
                    Address.Parse(match.Groups["b"].Value).ToString(), match.Groups["bp"].Value);
                var mine = ours.GetValueOrDefault(key) ?? [];
                // Flows inside tunnels that the decoder of packets does not open are judged by the tests of captures.
                if (mine.Count == 0)
                {
                    unreached++;
                    continue;
                }
                var same = mine.Exists(f => names.Contains(Flow.NameOf(f.Application)));
                var (yes, all) = agreed.GetValueOrDefault(names[0]);
                agreed[names[0]] = (yes + (same ? 1 : 0), all + 1);
                if (!same) misses.Add($"{Path.GetFileName(file)}: {key}: {match.Groups["name"].Value}, here {string.Join(' ', mine.Select(f => Flow.NameOf(f.Application) ?? "unknown"))}");
                if (Ja4Field().Match(line) is not { Success: true } ja4 || !same || !mine.Exists(f => f.Tls?.Ja4 is not null)) continue;
                compared++;
                // Of the head nDPI writes "d" also without a server's name, and the first two letters of the protocol in place of first and last: the digests are compared.
                if (mine.Exists(f => f.Tls?.Ja4?[10..] == ja4.Groups["ja4"].Value[10..])) fingerprints++;
                else misses.Add($"{Path.GetFileName(file)}: {key}: JA4 {ja4.Groups["ja4"].Value}, here {string.Join(' ', mine.Select(f => f.Tls?.Ja4))}");
            }
        }
        var (total, equal) = (agreed.Values.Sum(v => v.All), agreed.Values.Sum(v => v.Agreed));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{equal} of {total} flows agree ({100.0 * equal / Math.Max(1, total):0.0} %), JA4 {fingerprints} of {compared}, {unreached} flows not reached: ")
            + string.Join(", ", agreed.Select(a => $"{a.Key} {a.Value.Agreed}/{a.Value.All}")) + "\n" + string.Join('\n', misses));
        Assert.True(total > 100, $"expected more than 100 flows of the listed protocols, found {total}");
        Assert.True(equal >= 0.9 * total, $"{equal} of {total}\n" + string.Join('\n', misses));
        Assert.True(fingerprints >= 0.9 * compared, $"{fingerprints} of {compared}\n" + string.Join('\n', misses));
    }

    private static Dictionary<string, List<Flow>> Flows(string file)
    {
        using var artefact = Artefact.Open(file, Path.GetFileName(file));
        var flows = new Dictionary<string, List<Flow>>(StringComparer.Ordinal);
        foreach (var flow in CaptureExamination.Of(artefact, Options).Flows)
        {
            var key = Key(flow.ProtocolName, flow.Source.ToString(), (flow.SourcePort ?? 0).ToString(CultureInfo.InvariantCulture), flow.Destination.ToString(),
                (flow.DestinationPort ?? 0).ToString(CultureInfo.InvariantCulture));
            if (!flows.TryGetValue(key, out var list)) flows.Add(key, list = []);
            list.Add(flow);
        }
        return flows;
    }
}
