using System.Collections.Concurrent;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>
/// Protocols of plants and mobile networks, field by field and frame by frame beside tshark, over every capture of the shared corpora. What differs
/// stands in differences.tsv with its reason, or fails.
/// </summary>
public sealed class PlantFieldTests
{
    private sealed class Witness : IFieldWitness
    {
        public Dictionary<string, SortedDictionary<long, List<string>>> Fields { get; } = [];

        public void Saw(long frame, string protocol, string field, string value)
        {
            var name = $"{protocol}.{field}";
            if (!Fields.TryGetValue(name, out var rows)) Fields.Add(name, rows = []);
            if (!rows.TryGetValue(frame, out var values)) rows.Add(frame, values = []);
            values.Add(value);
        }
    }

    private sealed record Reason(string Capture, string Field, string Frames, string Why)
    {
        public bool Covers(string capture, string field, long frame) => (Capture == capture || Capture.EndsWith("/*", StringComparison.Ordinal) && capture.StartsWith(Capture[..^1], StringComparison.Ordinal)) && (Field == field || Field.EndsWith(".*", StringComparison.Ordinal)
            && field.StartsWith(Field[..^1], StringComparison.Ordinal)) && (Frames == "*" || Frames.Split(',').Any(f => Within(f, frame)));

        private static bool Within(string frames, long frame)
        {
            var ends = frames.Split('-');
            return frame >= long.Parse(ends[0], System.Globalization.CultureInfo.InvariantCulture) && frame <= long.Parse(ends[^1], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static readonly string Known = Path.Combine(Checkout.Root, "tests", "Assay.Traffic", "Protocols", "Industrial", "differences.tsv");

    [Theory]
    [InlineData("traffic/ics", 11_000)]
    [InlineData("traffic/ndpi", 900)]
    [InlineData("traffic/suricata-verify", 400)]
    [InlineData("traffic/tcpdump-robustness", 0)]
    public void Two_fields_agree_with_tshark_on_every_frame(string folder, int atLeast)
    {
        var reasons = File.ReadLines(Known).Skip(1).Select(l => l.Split('\t')).Select(c => new Reason(c[0], c[1], c[2], c[3])).ToList();
        var agreed = new ConcurrentDictionary<string, long>();
        var explained = new ConcurrentDictionary<string, long>();
        var different = new ConcurrentBag<string>();
        Parallel.ForEach(Corpus.Files(folder).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng" or ".cap"), new ParallelOptions { MaxDegreeOfParallelism = 2 }, file =>
        {
            var capture = Path.GetRelativePath(Corpus.Root!, file)["traffic/".Length..];
            var witness = new Witness();
            using var artefact = Artefact.Open(file, capture);
            CaptureExamination examination;
            try
            {
                examination = CaptureExamination.Of(artefact, Capture.Options, witness);
            }
            catch (UnreadableException)
            {
                return;
            }
            var theirs = PlantTshark.Read(file, examination.Flows.Where(f => f.Application == Traffic.Flows.Application.OpcUa && f.DestinationPort != 4840).Select(f => f.DestinationPort!.Value));
            foreach (var field in PlantTshark.Protocols.SelectMany(p => p.Proof.Select(f => $"{p.Name}.{f.Name}")))
            {
                // User data of GTP is a tunnel: where it was entered, what is inside is the flow.
                var entered = field.StartsWith("gtp.", StringComparison.Ordinal) ? theirs.GetValueOrDefault("gtp.type") : null;
                var (mine, other) = (witness.Fields.GetValueOrDefault(field) ?? [], theirs.GetValueOrDefault(field) ?? []);
                foreach (var frame in mine.Keys.Union(other.Keys))
                {
                    var (a, b) = (mine.GetValueOrDefault(frame) ?? [], other.GetValueOrDefault(frame) ?? []);
                    if (a.Count == 0 && entered?.GetValueOrDefault(frame)?.Contains("255") == true) explained.AddOrUpdate($"{field}: user data, whose tunnel was entered", 1, (_, n) => n + 1);
                    else if (a.SequenceEqual(b)) agreed.AddOrUpdate(field, 1, (_, n) => n + 1);
                    else if (reasons.FirstOrDefault(r => r.Covers(capture, field, frame)) is { } reason) explained.AddOrUpdate($"{field}: {reason.Why}", 1, (_, n) => n + 1);
                    else different.Add($"{capture} {field} frame {frame}: ours [{string.Join(' ', a)}], tshark [{string.Join(' ', b)}]");
                }
            }
        });
        foreach (var (field, count) in agreed.OrderBy(a => a.Key, StringComparer.Ordinal)) TestContext.Current.TestOutputHelper!.WriteLine($"{folder} {field}: {count} frames agree");
        foreach (var (why, count) in explained.OrderBy(a => a.Key, StringComparer.Ordinal)) TestContext.Current.TestOutputHelper!.WriteLine($"{folder} {why}: {count} frames");
        Assert.True(different.IsEmpty, $"{different.Count} frames differ:\n{string.Join('\n', different.Order(StringComparer.Ordinal).Take(400))}");
        Assert.True(agreed.Values.Sum() >= atLeast, $"expected at least {atLeast} frames as a positive control, found {agreed.Values.Sum()}");
    }
}
