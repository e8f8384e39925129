using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>JA4 beside the three reference tools, on their own captures: every hello of a client has the very same fingerprint.</summary>
public sealed class Ja4Tests
{
    private const string Folder = "traffic/ja4";

    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Workers = 1 };

    private sealed record Read(CaptureExamination Examination, FieldList Fields);

    private static Read Examine(string file)
    {
        var fields = new FieldList();
        using var artefact = Artefact.Open(file, Path.GetFileName(file));
        return new Read(CaptureExamination.Of(artefact, Options, fields), fields);
    }

    private static string? Expected(string file, string tool, string suffix) =>
        Path.Combine(Corpus.Root!, Folder, "expected-" + tool, Path.GetFileName(file) + suffix) is var path && File.Exists(path) ? path : null;

    private static string End(string address, string port) => $"{Address.Parse(address)} {port}";

    // By our flows: the fingerprint of the first hello of each connection.
    private static Dictionary<string, List<string>> Ours(Read read)
    {
        var ours = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var flow in read.Examination.Flows)
        {
            if (flow.Tls?.Ja4 is not { } ja4) continue;
            var key = string.Create(CultureInfo.InvariantCulture, $"{flow.Source} {flow.SourcePort} {flow.Destination} {flow.DestinationPort}");
            if (!ours.TryGetValue(key, out var list)) ours.Add(key, list = []);
            list.Add(ja4);
        }
        return ours;
    }

    [Fact]
    public void Every_connection_has_the_fingerprint_that_the_python_tool_prints()
    {
        var differences = new List<string>();
        int equal = 0, negative = 0;
        foreach (var file in Corpus.Files(Folder + "/pcap"))
        {
            if (Expected(file, "python", ".json") is not { } expected) continue;
            using var document = JsonDocument.Parse(File.ReadAllBytes(expected));
            var read = Examine(file);
            var ours = Ours(read);
            var theirs = new Dictionary<string, List<string>>(StringComparer.Ordinal);
            foreach (var stream in document.RootElement.EnumerateArray())
            {
                var values = stream.EnumerateObject().Where(p => p.Name.StartsWith("JA4.", StringComparison.Ordinal)).OrderBy(p => p.Name, StringComparer.Ordinal)
                    .Select(p => p.Value.GetString()!).ToList();
                if (values.Count == 0) continue;
                var key = End(stream.GetProperty("src").GetString()!, stream.GetProperty("srcport").GetString()!) + " "
                    + End(stream.GetProperty("dst").GetString()!, stream.GetProperty("dstport").GetString()!);
                if (!theirs.TryGetValue(key, out var list)) theirs.Add(key, list = []);
                list.AddRange(values);
            }
            // Second hellos of a connection too.
            var each = read.Fields.All.Where(f => f.Field == "ja4").Select(f => f.Value).ToHashSet(StringComparer.Ordinal);
            differences.AddRange(theirs.Values.SelectMany(v => v).Where(v => !each.Contains(v)).Select(v => $"{Path.GetFileName(file)}: only there {v}"));
            // The python tool does not look behind the request of a proxy's client; the other one does.
            if (document.RootElement.GetArrayLength() > 0 && theirs.Count == 0 && !File.ReadAllText(Expected(file, "rust", ".snap")!).Contains("ja4: ", StringComparison.Ordinal))
            {
                negative++;
                if (ours.Count > 0) differences.Add($"{Path.GetFileName(file)}: expected no fingerprint, found {string.Join(' ', ours.Values.SelectMany(v => v))}");
            }
            foreach (var (key, values) in theirs)
            {
                if (!ours.TryGetValue(key, out var mine)) differences.Add($"{Path.GetFileName(file)} {key}: none here, {string.Join(' ', values)} there");
                else if (!mine.TrueForAll(values.Contains)) differences.Add($"{Path.GetFileName(file)} {key}: {string.Join(' ', mine)} here, {string.Join(' ', values)} there");
                else equal++;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"python: {equal} connections equal, {differences.Count} differ, {negative} captures without any");
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(equal > 0 && negative > 0, $"expected fingerprints and captures without any, found {equal} and {negative}");
    }

    [Fact]
    public void Every_connection_has_the_fingerprint_that_the_rust_tool_prints()
    {
        var differences = new List<string>();
        int equal = 0, negative = 0;
        foreach (var file in Corpus.Files(Folder + "/pcap"))
        {
            if (Expected(file, "rust", ".snap") is not { } expected) continue;
            var ours = Ours(Examine(file));
            var theirs = new List<(string Key, string Ja4)>();
            string source = "", destination = "", sourcePort = "", destinationPort = "";
            foreach (var line in File.ReadLines(expected).Select(l => l.TrimStart(' ', '-')))
            {
                var colon = line.IndexOf(": ", StringComparison.Ordinal);
                if (colon < 0) continue;
                var value = line[(colon + 2)..].Trim('"', '\'');
                switch (line[..colon])
                {
                    case "src": source = value; break;
                    case "dst": destination = value; break;
                    case "src_port": sourcePort = value; break;
                    case "dst_port": destinationPort = value; break;
                    case "ja4": theirs.Add((End(source, sourcePort) + " " + End(destination, destinationPort), value)); break;
                }
            }
            if (theirs.Count == 0)
            {
                negative++;
                if (ours.Count > 0) differences.Add($"{Path.GetFileName(file)}: expected no fingerprint, found {string.Join(' ', ours.Values.SelectMany(v => v))}");
            }
            foreach (var (key, ja4) in theirs)
            {
                if (!ours.TryGetValue(key, out var mine)) differences.Add($"{Path.GetFileName(file)} {key}: none here, {ja4} there");
                else if (!mine.Contains(ja4)) differences.Add($"{Path.GetFileName(file)} {key}: {string.Join(' ', mine)} here, {ja4} there");
                else equal++;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"rust: {equal} connections equal, {differences.Count} differ, {negative} captures without any");
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(equal > 0 && negative > 0, $"expected fingerprints and captures without any, found {equal} and {negative}");
    }
}
