using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Tests;

/// <summary>Findings without occurrences and flows are the same findings; what comes a million times, and connections that never end, take bounded memory.</summary>
public sealed class FindingsAloneTests
{
    private static string Text(CaptureExamination examination)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Line))
        {
            json.WriteStartArray();
            foreach (var finding in examination.Findings) EvidenceJson.Write(json, finding);
            EvidenceJson.Write(json, examination.Coverage);
            json.WriteEndArray();
        }
        var stations = examination.Stations.Select(s => $"{s.Mac} {string.Join(' ', s.Addresses)} {string.Join(' ', s.Names)} {string.Join(' ', s.Roles)} {s.Frames}");
        return Encoding.UTF8.GetString(stream.ToArray()) + string.Join('\n', stations) + string.Join('\n', examination.Attacks);
    }

    [Fact]
    public void Findings_alone_are_those_of_the_whole_examination_on_every_capture()
    {
        var captures = 0;
        long findings = 0;
        foreach (var file in Corpus.Files("traffic").Where(f => new FileInfo(f).Length is > 0 and < 512 << 10))
        {
            using var artefact = Artefact.Open(file, "capture");
            if (!CaptureExamination.Recognises(artefact)) continue;
            CaptureExamination whole;
            try
            {
                whole = CaptureExamination.Of(artefact, Capture.Options);
            }
            catch (UnreadableException)
            {
                continue;
            }
            var alone = CaptureExamination.OfFindings(artefact, Capture.Options);
            Assert.True(Text(whole) == Text(alone), file);
            Assert.Empty(alone.Flows);
            Assert.Empty(alone.Observations);
            captures++;
            findings += whole.Findings.Count;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{captures} captures, {findings} findings");
        Assert.True(captures > 0 && findings > 0);
    }

    private static Capture LogIns(int times)
    {
        var capture = new Capture();
        var talk = capture.Connect(Capture.Phone, Capture.Device, 80);
        for (var i = 0; i < times; i++)
        {
            talk.Client("GET /a HTTP/1.1\r\nHost: cam\r\nAuthorization: Basic YWRtaW46MTIzNA==\r\n\r\n");
            talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
        return capture;
    }

    [Fact]
    public void A_log_in_that_comes_more_than_a_thousand_times_is_listed_so_often_and_counted()
    {
        var few = LogIns(20).Examine().Findings.Where(f => f.Kind == FindingKind.Credential).ToList();
        Assert.Equal(20, few.Count);
        Assert.All(few, f => Assert.Null(f.Note));

        var capture = LogIns(1500);
        var many = capture.Examine().Findings.Where(f => f.Kind == FindingKind.Credential).ToList();
        Assert.Equal(Notes.MostPlaces, many.Count);
        Assert.Equal(many.Count, many.Select(f => f.Location.Frame).Distinct().Count());
        Assert.Equal($"1500 times, last in frame {capture.Count - 1}", many[0].Note);
        Assert.All(many.Skip(1), f => Assert.Null(f.Note));
    }

    [Fact]
    public void More_of_the_same_allocates_nothing_in_an_examination()
    {
        static long Allocated(string what, int packets)
        {
            var capture = new Capture();
            var stream = capture.Connect(Capture.Device, Capture.Cloud, 8883);
            for (var i = 0; i < packets; i++)
            {
                if (what == "unknown") capture.Udp(Capture.Device, 4000 + i % 16, Capture.Cloud, 4000, new byte[100]);
                else if (what == "time") capture.Udp(Capture.Device, 123, Capture.Cloud, 123, [0x23, .. new byte[47]]);
                else stream.Server(new byte[200]);
                // Ten a second are no flood, which would be an attack with its own account.
                capture.Clock += 99;
            }
            using var artefact = Artefact.Of("x", capture.Pcap());
            CaptureExamination.OfFindings(artefact, Capture.Options);
            var before = GC.GetAllocatedBytesForCurrentThread();
            CaptureExamination.OfFindings(artefact, Capture.Options);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        foreach (var what in new[] { "unknown", "time", "stream" })
        {
            var more = Allocated(what, 10_000) - Allocated(what, 1000);
            // The smallest object takes 24 bytes; what the runtime allocates now and then is far from that.
            Assert.True(Math.Abs(more) < 2 * 9000, $"{what}: {more} bytes for 9,000 packets more");
        }
    }

    private static (IReadOnlyList<Finding> Findings, Coverage Coverage) HalfRequests(int connections, HalfRead bound)
    {
        var capture = new Capture();
        for (var i = 0; i < connections; i++) capture.Connect(Capture.Device, Capture.Cloud, 80, 20_000 + i).Client($"GET /half{i} HTTP/1.1\r\nHost: told.example\r\nX-Fill: {new string('x', 700)}");
        capture.Connect(Capture.Phone, Capture.Cloud, 80).Client("GET /whole HTTP/1.1\r\nHost: told.example\r\n\r\n");
        using var artefact = Artefact.Of("x", capture.Pcap());
        var walk = new CaptureWalk(artefact, Capture.Options, true, _ => { }, onlyFindings: true);
        walk.Notes.HalfRead = bound;
        var coverage = walk.Run();
        return (walk.Notes.Findings(), coverage);
    }

    [Fact]
    public void Connections_that_never_say_a_whole_thing_share_one_bound_and_what_is_beyond_it_is_said()
    {
        var within = HalfRequests(50, new HalfRead());
        Assert.Empty(within.Coverage.Losses);
        Assert.Contains(within.Findings, f => f.Kind == FindingKind.Cleartext);

        var beyond = HalfRequests(50, new HalfRead(20_000));
        var loss = Assert.Single(beyond.Coverage.Losses);
        Assert.Contains("half read", loss.Expected, StringComparison.Ordinal);
        Assert.Matches("^[0-9]+ more that were not read$", loss.Found);

        var bound = new HalfRead(1000);
        Assert.True(bound.Take(700));
        Assert.False(bound.Take(700));
        bound.GiveBack(700);
        Assert.True(bound.Take(700));
        Assert.Equal(1, bound.Refused);
    }
}
