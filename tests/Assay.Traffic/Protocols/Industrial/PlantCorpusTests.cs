using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>Captures of plants by others: what their names say was done is seen, and what only reads gives no order; nDPI names the same applications.</summary>
public sealed partial class PlantCorpusTests
{
    private static CaptureExamination Examine(string file)
    {
        using var artefact = Artefact.Open(file, Path.GetFileName(file));
        return CaptureExamination.Of(artefact, Capture.Options);
    }

    private static IEnumerable<string> Captures(string folder) => Corpus.Files(folder).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng" or ".cap");

    /// <summary>Parts of file names of the collection that say what was done. Freezes, uploads and requests about alarms change nothing.</summary>
    [GeneratedRegex(@"write|operate|restart|stop|_start|startRequest|delete|download_|reset|kill|resume|takeControl|Change(Date|Time)Attempt|assign_class|unsol\w*_and_response", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Does();

    [GeneratedRegex(@"(^|[_-])read(_|-|Req|Var|Diag|\.|$)|get_?[A-Z]|ViewDeviceStatus|setupCommunication|RequestLink|get_name|get_variable", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reads();

    [Fact]
    public void What_the_name_of_a_capture_says_was_ordered_is_seen_and_what_only_reads_is_none()
    {
        int does = 0, reads = 0;
        var wrong = new List<string>();
        foreach (var file in Captures("traffic/ics"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var isOrder = Does().IsMatch(name);
            var isReading = !isOrder && Reads().IsMatch(name);
            // Its name notwithstanding this one holds a question for the state of the link, and nothing else.
            if (!isOrder && !isReading || name == "DNP3-WriteRequest") continue;
            var control = Examine(file).Control();
            if (isOrder) does++;
            else reads++;
            if (isOrder == (control.Count > 0)) continue;
            wrong.Add($"{name}: expected {(isOrder ? "an order" : "none")}, found {control.Count}: {string.Join("; ", control.Take(4))}");
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{does} captures of orders, {reads} of reading, {wrong.Count} wrong");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(does >= 10 && reads >= 5, $"{does} and {reads} captures are too few for a positive control");
    }

    /// <summary>nDPI's names for what is read here.</summary>
    private static readonly Dictionary<string, Application> Theirs = new(StringComparer.Ordinal)
    {
        ["Modbus"] = Application.Modbus,
        ["DNP3"] = Application.Dnp3,
        ["IEC60870"] = Application.Iec104,
        ["S7Comm"] = Application.S7,
        ["S7CommPlus"] = Application.S7Plus,
        ["EthernetIP"] = Application.EtherNetIp,
        ["BACnet"] = Application.Bacnet,
        ["OPC-UA"] = Application.OpcUa,
        ["GTP_C"] = Application.Gtp,
        ["GTP_PRIME"] = Application.Gtp,
        ["GTP_U"] = Application.Gtp,
        ["KNXnet_IP"] = Application.Knx,
        ["HART-IP"] = Application.HartIp,
    };

    [GeneratedRegex(@"^\t\d+\t(?:TCP|UDP) (\S+?):(\d+) (?:<->|->) (\S+?):(\d+) .*?\[proto: [\d.]+/([^\]]+)\]", RegexOptions.CultureInvariant)]
    private static partial Regex FlowLine();

    [Fact]
    public void Flows_have_the_application_that_ndpi_names()
    {
        int agreed = 0, compared = 0, invented = 0, others = 0;
        var different = new List<string>();
        foreach (var file in Captures("traffic/ndpi/pcap"))
        {
            var result = Path.Combine(Path.GetDirectoryName(file)!, "..", "result", Path.GetFileName(file) + ".out");
            if (!File.Exists(result)) continue;
            var lines = File.ReadLines(result).Select(l => FlowLine().Match(l)).Where(m => m.Success).ToList();
            if (lines.Count == 0) continue;
            Dictionary<(string, ushort, string, ushort), Application> ours = [];
            try
            {
                foreach (var flow in Examine(file).Flows.Where(f => f.SourcePort is not null))
                {
                    var (from, to) = ((flow.Source.ToString(), flow.SourcePort!.Value), (flow.Destination.ToString(), flow.DestinationPort!.Value));
                    foreach (var (a, b) in new[] { (from, to), (to, from) })
                    {
                        if (flow.Application != Application.Unknown || !ours.ContainsKey((a.Item1, a.Item2, b.Item1, b.Item2))) ours[(a.Item1, a.Item2, b.Item1, b.Item2)] = flow.Application;
                    }
                }
            }
            catch (Assay.Evidence.Reading.UnreadableException)
            {
                continue;
            }
            foreach (var line in lines)
            {
                var key = (Plain(line.Groups[1].Value), ushort.Parse(line.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture), Plain(line.Groups[3].Value),
                    ushort.Parse(line.Groups[4].Value, System.Globalization.CultureInfo.InvariantCulture));
                if (!ours.TryGetValue(key, out var mine)) continue;
                var named = line.Groups[5].Value.Split('.').Where(Theirs.ContainsKey).Select(n => Theirs[n]).ToList();
                if (named.Count == 0)
                {
                    others++;
                    if (!Theirs.ContainsValue(mine)) continue;
                    // A name for something that nDPI names otherwise; where it names nothing, tshark has judged field by field.
                    if (line.Groups[5].Value == "Unknown") continue;
                    invented++;
                    different.Add($"{Path.GetFileName(file)} {line.Value.Trim()}: ours {mine}");
                    continue;
                }
                compared++;
                if (named.Contains(mine)) agreed++;
                else different.Add($"{Path.GetFileName(file)} {line.Value.Trim()}: ours {mine}");
            }
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{agreed} of {compared} flows agree, {invented} of {others} other flows are named so by us alone");
        Assert.True(compared >= 20, $"{compared} flows are too few for a positive control");
        Assert.True(agreed >= 0.9 * compared && invented == 0, $"{agreed} of {compared}, {invented} invented:\n{string.Join('\n', different)}");
        foreach (var line in different) TestContext.Current.TestOutputHelper!.WriteLine(line);
    }

    [Fact]
    public void No_device_of_a_home_speaks_a_protocol_of_a_plant()
    {
        var flows = 0;
        var wrong = new List<string>();
        foreach (var file in Captures("traffic/iot-sentinel").Where((_, i) => i % 4 == 0))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            FlowTable.Read(artefact, Capture.Options, flow =>
            {
                flows++;
                if (Theirs.ContainsValue(flow.Application)) wrong.Add($"{file}: {flow.Application} in frame {flow.FirstFrame}");
            });
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(flows > 1000, $"{flows} flows are too few to tell");
    }

    [Fact]
    public void Flow_records_name_what_iso_transport_carries()
    {
        var seen = new HashSet<Application>();
        foreach (var file in Captures("traffic/ics/s7").Concat(Captures("traffic/ics/IEC61850")))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            FlowTable.Read(artefact, Capture.Options, flow => seen.Add(flow.Application));
        }
        Assert.Superset(new HashSet<Application> { Application.S7, Application.S7Plus, Application.Mms }, seen);
    }

    private static string Plain(string address) => System.Net.IPAddress.TryParse(address.Trim('[', ']'), out var parsed) ? parsed.ToString() : address;
}
