using System.Collections.Concurrent;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Traffic.Tests;

/// <summary>Real captures of real devices, read by us and by tshark: what tshark names, we name, at the same frames.</summary>
public sealed class CorpusCaptureTests
{
    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Workers = 1 };
    private static readonly Lazy<IReadOnlyList<Read>> All = new(ReadAll);

    private sealed record Read(string File, CaptureExamination Examination, Tshark.Row[] Rows);

    private static IReadOnlyList<Read> Captures()
    {
        Tool.Need("tshark", "tshark");
        Corpus.Folder("traffic/iot-sentinel");
        return All.Value;
    }

    private static List<Read> ReadAll()
    {
        var read = new ConcurrentBag<Read>();
        var files = Corpus.Files("traffic/iot-sentinel", "*.pcap");
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file =>
        {
            using var artefact = Artefact.Open(file, Path.GetRelativePath(Corpus.Root!, file));
            read.Add(new Read(file, CaptureExamination.Of(artefact, Options), Tshark.Read(file)));
        });
        return [.. read.OrderBy(r => r.File, StringComparer.Ordinal)];
    }

    /// <summary>Compares two lists per capture; names the captures where they differ and what is on one side only.</summary>
    private static void Same<T>(Func<Read, IEnumerable<T>> ours, Func<Read, IEnumerable<T>> theirs, int atLeast)
    {
        var differences = new List<string>();
        var total = 0;
        foreach (var read in Captures())
        {
            var (mine, other) = (ours(read).ToList(), theirs(read).ToList());
            total += other.Count;
            if (mine.SequenceEqual(other)) continue;
            differences.Add($"{Path.GetRelativePath(Corpus.Root!, read.File)}: only ours [{string.Join(" ", mine.Except(other))}], only tshark [{string.Join(" ", other.Except(mine))}], {mine.Count} against {other.Count}");
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.True(total >= atLeast, $"expected at least {atLeast} in the corpus as a positive control, found {total}");
    }

    [Fact]
    public void Every_frame_is_counted() => Same<long>(r => [r.Examination.Coverage.Total], r => [r.Rows.LongLength], atLeast: 1);

    [Fact]
    public void Every_capture_is_read_whole_and_knows_its_window()
    {
        Assert.All(Captures(), r =>
        {
            Assert.Equal(CoverageScope.Capture, r.Examination.Coverage.Scope);
            Assert.Equal(r.Examination.Coverage.Total, r.Examination.Coverage.Examined);
            Assert.Empty(r.Examination.Coverage.Losses);
            Assert.True(r.Examination.Coverage.From < r.Examination.Coverage.To);
            Assert.Equal(r.Examination.Flows.Count, r.Examination.Coverage.Counts["flows"]);
            Assert.Equal(r.Examination.Coverage.Counts["packets"], r.Examination.Flows.Sum(f => f.Packets.Out + f.Packets.In));
        });
    }

    [Fact]
    public void Clear_text_credentials_are_found_at_the_frames_that_tshark_names() => Same(
        r => Seen(r, "http", Traffic.Seen.BasicCredential).Select(o => o.Frame),
        r => r.Rows.Where(w => w["http.authbasic"].Length > 0).Select(w => w.Frame),
        atLeast: 1);

    [Fact]
    public void Tls_hellos_that_offer_1_0_at_most_are_found_at_the_frames_that_tshark_names() => Same(
        r => Seen(r, "tls", Traffic.Seen.OutdatedVersion).Where(o => o.Value == "offers TLS 1.0 at most").Select(o => o.Frame),
        r => r.Rows.Where(w => w["tls.handshake.type"].Contains("1") && w["tls.handshake.version"].Contains("0x0301")
            && w["tls.handshake.extensions.supported_version"].Length == 0).Select(w => w.Frame),
        atLeast: 1);

    [Fact]
    public void Every_tls_hello_of_a_client_is_seen_with_the_name_that_it_asks_for() => Same(
        r => Seen(r, "tls", Traffic.Seen.ClientHello).Select(o => o.Frame),
        r => r.Rows.Where(w => w["tls.handshake.type"].Contains("1")).Select(w => w.Frame),
        atLeast: 1);

    [Fact]
    public void Every_hello_of_a_server_is_seen() => Same(
        // tshark does not look into what it takes for a retransmission, also where the first transmission was none of this connection.
        r => Seen(r, "tls", Traffic.Seen.ServerHello).Select(o => o.Frame).Distinct().Where(f => r.Rows[f - 1]["tcp.analysis.flags"].Length == 0),
        r => r.Rows.Where(w => w["tls.handshake.type"].Contains("2")).Select(w => w.Frame),
        atLeast: 1);

    [Fact]
    public void Every_name_asked_of_dns_is_seen() => Same(
        r => r.Examination.Observations.Where(o => o.Protocol is "dns" or "mdns" or "llmnr" && o.What == Traffic.Seen.Query).Select(o =>
            $"{o.Frame}:{o.Subject}"),
        r => r.Rows.Where(w => w["dns.flags.response"] is ["0"] && !w["udp.dstport"].Contains("137")).SelectMany(w =>
            w["dns.qry.name"].Select(n => $"{w.Frame}:{n}")),
        atLeast: 1);

    [Fact]
    public void Every_http_request_is_seen() => Same(
        r => Seen(r, "http", Traffic.Seen.Request).Select(o => o.Frame),
        r => r.Rows.Where(w => w["udp.dstport"].Length == 0).SelectMany(w => w["http.request.method"].Select(_ => w.Frame)),
        atLeast: 1);

    private static IEnumerable<Observation> Seen(Read read, string protocol, string what) =>
        read.Examination.Observations.Where(o => o.Protocol == protocol && o.What == what);
}
