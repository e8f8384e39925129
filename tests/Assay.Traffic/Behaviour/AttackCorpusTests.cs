using System.Collections.Concurrent;
using System.Globalization;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Behaviour;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests.Behaviour;

/// <summary>Labelled attacks and ordinary set-ups of others: the first are seen and explained with frames that tshark confirms, the second are silent.</summary>
public sealed class AttackCorpusTests(ITestOutputHelper output)
{
    private sealed record Watched(string File, long Frames, IReadOnlyList<Attack> Attacks, IReadOnlyDictionary<string, long> Peaks);

    private static readonly Lazy<IReadOnlyList<Watched>> Ordinary = new(() => Watch(Corpus.Files("traffic/iot-sentinel", "*.pcap")));
    private static readonly Lazy<IReadOnlyList<Watched>> Labelled = new(() => Watch([.. Corpus.Files("traffic/attacks").Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng")]));

    private static List<Watched> Watch(IReadOnlyList<string> files, bool mayBeNone = false)
    {
        var all = new ConcurrentBag<Watched>();
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file =>
        {
            using var artefact = Artefact.Open(file);
            if (mayBeNone && !CaptureExamination.Recognises(artefact)) return;
            var watch = new AttackWatch();
            var reader = CaptureReader.Open(artefact);
            var packet = default(Packet);
            var frames = 0L;
            while (reader.Next(out var frame))
            {
                watch.Take(frame, packet, packet.Decode(frame));
                frames++;
            }
            all.Add(new Watched(file, frames, watch.Attacks(), watch.Peaks));
        });
        return [.. all.OrderBy(w => w.File, StringComparer.Ordinal)];
    }

    /// <summary>What a file's or folder's name says that it holds; the rules are the only link between labels and expectations.</summary>
    private static IReadOnlyList<AttackKind> Expected(string file)
    {
        var name = Path.GetFileName(file).ToLowerInvariant();
        var expected = new List<AttackKind>();
        if (name.Contains("synflood", StringComparison.Ordinal)) expected.Add(AttackKind.Flood);
        // StopDDoS names amplification (reflected answers at the victim) "amp".
        if (name.StartsWith("amp.", StringComparison.Ordinal)) expected.Add(AttackKind.Reflection);
        if (name.Contains("icmp-portscan", StringComparison.Ordinal)) expected.Add(AttackKind.PingSweep);
        if (name.Contains("bruteforce", StringComparison.Ordinal) || name.Contains("brute-force", StringComparison.Ordinal)) expected.Add(AttackKind.BruteForce);
        return expected;
    }

    [Fact]
    public void Every_capture_whose_name_says_flood_reflection_scan_or_brute_force_is_seen()
    {
        var checkedFiles = 0;
        foreach (var watched in Labelled.Value)
        {
            foreach (var kind in Expected(watched.File))
            {
                checkedFiles++;
                var seen = watched.Attacks.FirstOrDefault(a => a.Kind == kind);
                Assert.True(seen is not null, $"{watched.File}: expected {kind}, found [{string.Join(", ", watched.Attacks.Select(a => a.Kind))}]");
                output.WriteLine($"{Path.GetFileName(watched.File)}: {Attack.NameOf(kind)} by {seen.From} seen at frame {seen.Crossed} of {watched.Frames}: {seen.Threshold}");
            }
        }
        Assert.True(checkedFiles > 0, "no name in traffic/attacks says what it holds");
    }

    [Fact]
    public void A_folder_of_scans_against_one_device_holds_at_least_one_that_is_seen()
    {
        // MUDscope's label is its campaign (scans and floods against a plug), not the single file: captures are cut every five minutes.
        foreach (var folder in Labelled.Value.GroupBy(w => Path.GetDirectoryName(w.File)!).Where(g => g.Key.Contains("mudscope", StringComparison.Ordinal)))
        {
            foreach (var watched in folder) output.WriteLine($"{Path.GetFileName(watched.File)}: {string.Join("; ", watched.Attacks.Select(a => $"{a.Kind} by {a.From}, {a.Threshold}, frame {a.Crossed}"))}");
            Assert.Contains(folder, w => w.Attacks.Any(a => a.Kind is AttackKind.VerticalScan or AttackKind.HorizontalScan));
        }
    }

    [Fact]
    public void What_else_is_seen_in_the_labelled_captures_is_listed()
    {
        foreach (var watched in Labelled.Value)
        {
            foreach (var attack in watched.Attacks) output.WriteLine($"{Path.GetFileName(watched.File)}: {attack.Rule} by {attack.From}: {attack.Threshold}; crossed at {attack.Crossed} of {watched.Frames}; frames {string.Join(",", attack.Frames)}; {string.Join(", ", attack.Targets)}");
        }
        Assert.All(Labelled.Value.SelectMany(w => w.Attacks), a =>
        {
            Assert.Contains(a.Crossed, a.Frames);
            Assert.InRange(a.Frames.Count, 1, 10);
            Assert.Equal(a.Frames.Order().Distinct(), a.Frames);
            Assert.NotEmpty(a.Targets);
        });
    }

    [Fact]
    public void No_ordinary_set_up_is_called_an_attack()
    {
        var wrong = Ordinary.Value.Where(w => w.Attacks.Count > 0).Select(w => $"{w.File}: {string.Join("; ", w.Attacks.Select(a => a.Rule + " " + a.Threshold))}").ToList();
        output.WriteLine($"{Ordinary.Value.Count} set-ups, {Ordinary.Value.Sum(w => w.Frames)} frames, {wrong.Count} with an attack");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.NotEmpty(Labelled.Value.SelectMany(w => w.Attacks));
    }

    [Fact]
    public void Of_captures_made_to_show_protocols_only_those_that_are_named_after_an_attack_are_called_one()
    {
        string[] words = ["scan", "flood", "ddos", "brute", "amp", "malware", "mining", "emotet", "trickbot", "attack"];
        var all = Watch([.. new[] { "ndpi", "suricata-verify", "ics", "ja4" }.SelectMany(f => Corpus.Files("traffic/" + f)).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng" or ".cap")], mayBeNone: true);
        var called = all.Where(w => w.Attacks.Count > 0).ToList();
        foreach (var one in called) output.WriteLine($"{Path.GetRelativePath(Corpus.Root!, one.File)}: {string.Join("; ", one.Attacks.Select(a => a.Rule))}");
        output.WriteLine($"{all.Count} captures, {all.Sum(w => w.Frames)} frames, {called.Count} with an attack");
        Assert.NotEmpty(called);
        Assert.All(called, w => Assert.Contains(words, word => Path.GetRelativePath(Corpus.Root!, w.File).Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void Every_threshold_is_at_least_twice_what_any_ordinary_set_up_shows()
    {
        foreach (var threshold in AttackThreshold.All)
        {
            var most = Ordinary.Value.MaxBy(w => w.Peaks[threshold.Rule])!;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{threshold.Rule}\t{most.Peaks[threshold.Rule]}\tthreshold {threshold.Count}\t{Path.GetRelativePath(Corpus.Root!, most.File)}"));
        }
        Assert.All(AttackThreshold.All, t => Assert.InRange(Ordinary.Value.Max(w => w.Peaks[t.Rule]) * 2, 0, t.Count));
        Assert.All(AttackThreshold.All, t => Assert.InRange(t.Ordinary * 2, 0, t.Count));
        Assert.Contains(Ordinary.Value, w => w.Peaks.Values.Any(p => p > 0));
    }

    [Fact]
    public void Tshark_finds_source_and_target_in_every_frame_that_is_cited()
    {
        Tool.Need("tshark", "tshark");
        var cited = 0;
        foreach (var watched in Labelled.Value.Where(w => w.Attacks.Count > 0))
        {
            var frames = watched.Attacks.SelectMany(a => a.Frames).Distinct().Order().ToList();
            var rows = Tool.Run("tshark", ["-r", watched.File, "-Y", string.Join(" || ", frames.Select(f => $"frame.number=={f}")), "-T", "fields", "-E", "occurrence=f", "-E", "separator=/t",
                "-e", "frame.number", "-e", "eth.src", "-e", "ip.src", "-e", "ip.dst", "-e", "tcp.dstport", "-e", "udp.dstport", "-e", "arp.src.proto_ipv4", "-e", "arp.dst.proto_ipv4"]).Text
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).ToDictionary(c => long.Parse(c[0], CultureInfo.InvariantCulture));
            foreach (var attack in watched.Attacks)
            {
                foreach (var number in attack.Frames)
                {
                    var row = rows[number];
                    var (source, target) = (row[2].Length > 0 ? row[2] : row[6], row[3].Length > 0 ? row[3] : row[7]);
                    Assert.Equal(attack.Mac.ToString(), row[1]);
                    if (attack.Source is { } from) Assert.Equal(from.ToString(), source);
                    if (attack.Kind == AttackKind.VerticalScan) Assert.StartsWith(target + ":", attack.Targets[0], StringComparison.Ordinal);
                    // A list of targets is cut at eight; where it is not, it names every one.
                    else if (!attack.Targets[^1].StartsWith("and ", StringComparison.Ordinal)) Assert.Contains(attack.Targets, t => t == target || t == $"{target}:{row[4]}" || t == $"{target}:{row[5]}");
                    cited++;
                }
            }
        }
        Assert.True(cited > 20, $"expected many cited frames, found {cited}");
        output.WriteLine($"{cited} cited frames, each confirmed");
    }
}
