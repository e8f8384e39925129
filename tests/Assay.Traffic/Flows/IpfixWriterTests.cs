using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Tests.Flows;

/// <summary>An IPFIX file holds what the flows hold: read back by tshark, and by nfdump through its collector.</summary>
public sealed class IpfixWriterTests
{
    private static (byte[] File, List<Flow> Flows) Write(IEnumerable<string> captures)
    {
        using var stream = new MemoryStream();
        var writer = new IpfixWriter(stream);
        var flows = new List<Flow>();
        foreach (var capture in captures)
        {
            using var artefact = Artefact.Open(capture);
            FlowTable.Read(artefact, Capture.Options, flow =>
            {
                flows.Add(flow);
                writer.Write(flow);
            });
        }
        writer.Finish();
        return (stream.ToArray(), flows);
    }

    private static IEnumerable<string> Captures() => Corpus.Files("traffic/iot-sentinel", "*.pcap").Where((_, i) => i % 20 == 0)
        .Concat(Corpus.Files("traffic/ndpi", "*6*.pcap"));

    [Fact]
    public void Tshark_reads_every_record_back()
    {
        Tool.Need("tshark", "tshark");
        using var scratch = new Scratch();
        var (bytes, flows) = Write(Captures());
        File.WriteAllBytes(scratch.File("a.ipfix"), bytes);
        var text = Tool.Run("tshark", ["-n", "-r", scratch.File("a.ipfix"), "-V"]).Text;
        Assert.True(flows.Count > 100, $"{flows.Count} flows");
        Assert.Contains(flows, f => !f.Source.IsV4);
        var lines = text.Split('\n').Select(l => l.Trim()).ToList();
        Assert.Equal(flows.Count, lines.Count(l => l.StartsWith("Flow ", StringComparison.Ordinal) && char.IsDigit(l[5])));
        Assert.DoesNotContain("Malformed", text);
        Assert.Equal((flows.Sum(f => f.Packets.Out + f.Packets.In), flows.Sum(f => f.Bytes.Out + f.Bytes.In)), (Sum("Packets: "), Sum("Octets: ")));
        Assert.Equal(flows.Select(f => f.Source.ToString()).Order(), Values("SrcAddr: ").Order());
        Assert.Equal(flows.Count(f => f.Application == Application.Dns), Values("ApplicationName: ").Count(v => v == "dns"));

        IEnumerable<string> Values(string field) => lines.Where(l => l.StartsWith(field, StringComparison.Ordinal)).Select(l => l[field.Length..].Split(' ')[0]);
        long Sum(string field) => Values(field).Concat(Values("Reverse " + field)).Sum(v => long.Parse(v, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Nfdump_counts_the_same_packets_and_bytes()
    {
        Tool.Need("nfcapd", "nfdump");
        Tool.Need("nfdump", "nfdump");
        using var scratch = new Scratch();
        var (bytes, flows) = Write(Captures());
        // A free port, asked of the system.
        using (var probe = new UdpClient(0, AddressFamily.InterNetwork)) Port = ((System.Net.IPEndPoint)probe.Client.LocalEndPoint!).Port;
        var start = new System.Diagnostics.ProcessStartInfo("nfcapd", ["-w", scratch.Folder, "-b", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-t", "3600", "-B", "8000000"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var collector = System.Diagnostics.Process.Start(start)!;
        try
        {
            Thread.Sleep(1500);
            using var sender = new UdpClient("127.0.0.1", Port);
            for (var at = 0; at < bytes.Length;)
            {
                int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 2));
                sender.Send(bytes.AsSpan(at, length));
                at += length;
                Thread.Sleep(2);
            }
            Thread.Sleep(1500);
            Tool.Run("kill", ["-TERM", collector.Id.ToString(CultureInfo.InvariantCulture)]);
            Assert.True(collector.WaitForExit(20_000));
        }
        finally
        {
            if (!collector.HasExited) collector.Kill();
        }
        var summary = Tool.Run("nfdump", ["-R", scratch.Folder, "-o", "csv", "-q"]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var rows = summary.Select(l => l.Split(',')).Where(c => c.Length > 14 && char.IsDigit(c[0][0])).ToList();
        // Columns of nfdump's csv: … 11 and 12 packets and bytes in, 13 and 14 out.
        Assert.Equal(flows.Count, rows.Count);
        Assert.Equal((flows.Sum(f => f.Packets.Out), flows.Sum(f => f.Bytes.Out), flows.Sum(f => f.Packets.In), flows.Sum(f => f.Bytes.In)), (Sum(11), Sum(12), Sum(13), Sum(14)));

        long Sum(int column) => rows.Sum(r => long.Parse(r[column], CultureInfo.InvariantCulture));
    }

    private int Port { get; set; }

    [Fact]
    public void A_file_without_a_flow_holds_the_templates()
    {
        using var stream = new MemoryStream();
        new IpfixWriter(stream).Finish();
        var bytes = stream.ToArray();
        Assert.Equal((10, bytes.Length), (BinaryPrimitives.ReadUInt16BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2))));
    }
}
