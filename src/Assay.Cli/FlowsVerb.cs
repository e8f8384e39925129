using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Traffic;
using Assay.Traffic.Flows;

namespace Assay.Cli;

/// <summary><c>assay flows CAPTURE…</c>: who talked with whom, when, how much, and in which protocol.</summary>
public static class FlowsVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "flows",
        Summary = "list the flows of captures: who talked with whom, when, how much, in which protocol",
        Usage = "CAPTURE…",
        Example = "./assay flows examples/doorbell-1.0/captures/setup.pcap",
        Formats = ["table", "json", "ndjson"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count == 0) throw new UsageException("flows expects at least one CAPTURE, found none");
        var captures = arguments.Operands.SelectMany(Files).ToList();
        var options = terminal.Examination();
        var coverage = new List<Coverage>();
        var unreadable = false;
        terminal.WriteBytes(stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
            using var json = new Utf8JsonWriter(stream, terminal.Format == "json" ? EvidenceJson.Document : EvidenceJson.Line);
            if (terminal.Format == "table") text.WriteLine(FlowTable.Header);
            if (terminal.Format == "json")
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/flows/1");
                json.WriteStartArray("flows");
            }
            foreach (var capture in captures)
            {
                using var artefact = Artefact.Open(capture);
                try
                {
                    coverage.Add(FlowTable.Read(artefact, options, Write));
                }
                catch (Evidence.Reading.UnreadableException wrong)
                {
                    terminal.Complain($"{capture}: {wrong.Message}");
                    unreadable = true;
                }
            }
            if (terminal.Format == "json")
            {
                json.WriteEndArray();
                json.WriteStartArray("coverage");
                foreach (var one in coverage) EvidenceJson.Write(json, one);
                json.WriteEndArray();
                json.WriteEndObject();
                json.Flush();
                stream.WriteByte((byte)'\n');
            }

            void Write(Flow flow)
            {
                switch (terminal.Format)
                {
                    case "table":
                        FlowTable.Write(text, flow);
                        break;
                    case "json":
                        FlowJson.Write(json, flow);
                        if (json.BytesPending > 1 << 15) json.Flush();
                        break;
                    default:
                        FlowJson.Write(json, flow);
                        json.Flush();
                        stream.WriteByte((byte)'\n');
                        json.Reset();
                        break;
                }
            }
        });
        foreach (var loss in coverage.SelectMany(c => c.Losses)) terminal.Complain(loss.ToString());
        return unreadable || coverage.Any(c => c.Losses.Count > 0) ? Exit.Unreadable : Exit.Done;
    }

    // In a folder, what is recognised as a capture counts; a file that is named must be one.
    private static IEnumerable<string> Files(string operand)
    {
        if (!Directory.Exists(operand)) return [operand];
        return Directory.EnumerateFiles(operand, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Order(StringComparer.Ordinal).Where(file =>
            {
                using var artefact = Artefact.Open(file);
                return CaptureExamination.Recognises(artefact);
            });
    }
}
