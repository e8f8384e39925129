using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>
/// Cases of suricata-verify for DNP3, Modbus and EtherNet/IP: of each expected event the fields that are read here are compared. Alerts rest on
/// Suricata's own rules and are left out, as are its values of points and its timers.
/// </summary>
public sealed class SuricataCaseTests
{
    private sealed class Messages : IFieldWitness
    {
        public List<(long Frame, string Protocol, List<(string Field, string Value)> Fields)> All { get; } = [];

        public void Saw(long frame, string protocol, string field, string value)
        {
            if (field is "destination" or "transaction" or "command" || All.Count == 0) All.Add((frame, protocol, []));
            All[^1].Fields.Add((field, value));
        }
    }

    private static readonly string[] Indicators =
    [
        "device_restart", "device_trouble", "local_control", "need_time", "class_3_events", "class_2_events", "class_1_events", "all_stations",
        "reserved_1", "reserved_2", "config_corrupt", "already_executing", "event_buffer_overflow", "parameter_error", "object_unknown", "no_func_code_support",
    ];

    /// <summary>A fragment as Suricata writes it.</summary>
    private static Dictionary<string, string>? Dnp3(List<(string Field, string Value)> fields)
    {
        // Suricata writes no record for a confirmation.
        if (!fields.Any(f => f.Field == "function" && f.Value != "0")) return null;
        int Number(string name) => int.Parse(fields.First(f => f.Field == name).Value, CultureInfo.InvariantCulture);
        static string Bit(int value, int bit) => (value & bit) != 0 ? "true" : "false";
        var (control, application, function) = (Number("control"), Number("application"), Number("function"));
        var record = new Dictionary<string, string>
        {
            ["event_type"] = "dnp3",
            ["proto"] = "TCP",
            ["dnp3.src"] = $"{Number("source")}",
            ["dnp3.dst"] = $"{Number("destination")}",
            ["dnp3.type"] = function switch { 129 => "response", 130 => "unsolicited_response", _ => "request" },
            ["dnp3.control.dir"] = Bit(control, 0x80),
            ["dnp3.control.pri"] = Bit(control, 0x40),
            ["dnp3.control.fcb"] = Bit(control, 0x20),
            ["dnp3.control.fcv"] = Bit(control, 0x10),
            ["dnp3.control.function_code"] = $"{control & 15}",
            ["dnp3.application.complete"] = "true",
            ["dnp3.application.control.fir"] = Bit(application, 0x80),
            ["dnp3.application.control.fin"] = Bit(application, 0x40),
            ["dnp3.application.control.con"] = Bit(application, 0x20),
            ["dnp3.application.control.uns"] = Bit(application, 0x10),
            ["dnp3.application.control.sequence"] = $"{application & 15}",
            ["dnp3.application.function_code"] = $"{function}",
        };
        if (fields.Any(f => f.Field == "indications"))
        {
            var bits = Number("indications");
            // The first byte's highest bit first.
            var set = 0;
            for (var i = 0; i < 16; i++)
            {
                if ((bits & 0x8000 >> i) != 0) record[$"dnp3.iin.indicators[{set++}]"] = Indicators[i];
            }
        }
        var index = 0;
        foreach (var (_, value) in fields.Where(f => f.Field == "object"))
        {
            var parts = value.Split(' ').Select(p => long.Parse(p, CultureInfo.InvariantCulture)).ToList();
            var (start, count, range) = (parts[3], parts[4], parts[2] & 15);
            var at = $"dnp3.application.objects[{index++}]";
            record[at + ".group"] = $"{parts[0]}";
            record[at + ".variation"] = $"{parts[1]}";
            record[at + ".qualifier"] = $"{parts[2]}";
            record[at + ".prefix_code"] = $"{parts[2] >> 4}";
            record[at + ".range_code"] = $"{range}";
            record[at + ".start"] = $"{start}";
            record[at + ".stop"] = range < 6 ? $"{start + count - 1}" : "0";
            record[at + ".count"] = $"{count}";
        }
        return record;
    }

    private static Dictionary<string, string> Flow(Flow flow) => new()
    {
        ["event_type"] = "flow",
        ["app_proto"] = flow.Application switch { Application.Dnp3 => "dnp3", Application.Modbus => "modbus", Application.EtherNetIp => "enip", _ => "other" },
        ["src_ip"] = flow.Source.ToString(),
        ["src_port"] = $"{flow.SourcePort}",
        ["dest_ip"] = flow.Destination.ToString(),
        ["dest_port"] = $"{flow.DestinationPort}",
        ["proto"] = flow.ProtocolName.ToUpperInvariant(),
        ["flow.pkts_toserver"] = $"{flow.Packets.Out}",
        ["flow.pkts_toclient"] = $"{flow.Packets.In}",
        ["tcp.syn"] = ((flow.Flags.Out | flow.Flags.In) & TcpFlags.Syn) != 0 ? "true" : "false",
        ["tcp.fin"] = ((flow.Flags.Out | flow.Flags.In) & TcpFlags.Fin) != 0 ? "true" : "false",
        ["tcp.rst"] = ((flow.Flags.Out | flow.Flags.In) & TcpFlags.Reset) != 0 ? "true" : "false",
    };

    private sealed record Filter(int Count, List<(string Key, string Value)> Match);

    private static IEnumerable<Filter> Filters(string file)
    {
        var root = (YamlMap)YamlReader.Read(File.ReadAllBytes(file))!;
        foreach (var check in ((YamlList)root["checks"]!).Items.Cast<YamlMap>())
        {
            if (check["filter"] is not YamlMap filter || filter["match"] is not YamlMap match) continue;
            yield return new Filter(int.Parse(filter["count"]!.Text!, CultureInfo.InvariantCulture), [.. match.Entries.Select(e => (e.Key, e.Value.Text!))]);
        }
    }

    [Fact]
    public void Expected_events_of_dnp3_and_flows_are_met_field_by_field()
    {
        int met = 0, cases = 0, left = 0;
        var compared = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var missed = new List<string>();
        foreach (var test in Corpus.Files("traffic/suricata-verify", "test.yaml").Where(f => Path.GetFileName(Path.GetDirectoryName(f))!.StartsWith("dnp3__", StringComparison.Ordinal)))
        {
            var folder = Path.GetDirectoryName(test)!;
            if (Directory.GetFiles(folder, "*.pcap") is not [var capture]) continue;
            var witness = new Messages();
            using var artefact = Artefact.Open(capture, Path.GetFileName(capture));
            var examination = CaptureExamination.Of(artefact, Capture.Options, witness);
            var events = witness.All.Where(m => m.Protocol == "dnp3").Select(m => Dnp3(m.Fields)).OfType<Dictionary<string, string>>().Concat(examination.Flows.Select(Flow)).ToList();
            var keys = events.SelectMany(e => e.Keys).ToHashSet();
            cases++;
            foreach (var filter in Filters(test))
            {
                var kind = filter.Match.First(m => m.Key == "event_type").Value;
                if (kind is not ("dnp3" or "flow"))
                {
                    left++;
                    continue;
                }
                // A flow's addresses are those of the connection in Suricata's records of messages too.
                var match = filter.Match.Where(m => kind == "flow" ? Flow(examination.Flows[0]).ContainsKey(m.Key) : m.Key.StartsWith("dnp3.", StringComparison.Ordinal)
                    && !m.Key.Contains(".points[", StringComparison.Ordinal)).ToList();
                foreach (var (key, _) in match) compared[key.Split('[')[0]] = compared.GetValueOrDefault(key.Split('[')[0]) + 1;
                var found = events.Count(e => e["event_type"] == kind && match.All(m => e.TryGetValue(m.Key, out var value) && value == m.Value));
                if (found >= filter.Count && (kind == "flow" || match.Count > 1 || found == filter.Count)) met++;
                else missed.Add($"{Path.GetFileName(folder)}: expected {filter.Count} of {string.Join(", ", match.Select(m => $"{m.Key}={m.Value}"))}, found {found}");
            }
        }
        // One is missed: a capture that begins in the middle with the outstation's message, where the flow begins at whoever is seen first.
        TestContext.Current.TestOutputHelper!.WriteLine($"{cases} cases: {met} filters met, {missed.Count} missed, {left} of alerts left out; {compared.Values.Sum()} fields compared");
        foreach (var line in missed) TestContext.Current.TestOutputHelper.WriteLine(line[..Math.Min(line.Length, 1500)]);
        Assert.True(missed.Count <= 1 && met >= 78, $"{met} met:\n{string.Join('\n', missed)}");
    }

    [Fact]
    public void Expected_counts_of_modbus_and_ethernet_ip_are_met()
    {
        // Suricata has one record for each request of Modbus; a rule of the EtherNet/IP case counts the command 99 (ListIdentity) in both directions.
        var requests = Read("modbus", m => m.DestinationPort == 502).Where(m => m.Protocol == "modbus").ToList();
        Assert.Equal(2, requests.Count(m => m.Fields.Contains(("function", "1"))));
        Assert.True(requests.Count >= 10, $"expected a transaction of number 10, found {requests.Count} requests");
        Assert.Equal(2, Read("enip-alert", _ => true).Count(m => m.Protocol == "enip" && m.Fields.Contains(("command", "99"))));
    }

    private static List<(long Frame, string Protocol, List<(string Field, string Value)> Fields)> Read(string test, Func<Packet, bool> keeps)
    {
        var file = Assert.Single(Corpus.Files($"traffic/suricata-verify/{test}", "*.pcap"));
        var witness = new Messages();
        using var artefact = Artefact.Open(file, "capture");
        CaptureExamination.Of(artefact, Capture.Options, witness);
        var frames = new HashSet<long>();
        var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        while (reader.Next(out var frame))
        {
            if (packet.Decode(frame) == Depth.Transport && keeps(packet)) frames.Add(frame.Number);
        }
        return [.. witness.All.Where(m => frames.Contains(m.Frame))];
    }
}
