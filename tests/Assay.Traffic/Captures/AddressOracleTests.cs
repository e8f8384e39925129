using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests.Captures;

/// <summary>Who sent what to whom, frame by frame, held against tshark over every capture of the corpus; differences stand in a table with their reasons.</summary>
public sealed class AddressOracleTests
{
    private static readonly string[] Fields =
        ["frame.number", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"];

    /// <summary>The innermost IP packet of a frame, outside of ICMP messages; ports where it has them.</summary>
    private sealed record Ends(string Source, string Destination, string SourcePort, string DestinationPort)
    {
        public static readonly Ends None = new("-", "-", "-", "-");
    }

    private static List<Ends> Ours(string file)
    {
        using var artefact = Artefact.Open(file);
        using var reader = CaptureReader.Open(artefact);
        var fragments = new Fragments();
        var packet = default(Packet);
        var all = new List<Ends>();
        while (reader.Next(out var frame))
        {
            var depth = packet.Decode(frame);
            // Later fragments tshark shows without ports, and where a datagram is complete, with them: so fragments are compared by addresses alone.
            var fragment = depth >= Depth.Network && packet.IsFragment;
            for (var tunnels = 0; depth >= Depth.Network && !packet.IsFragment && tunnels < 8 && packet.Enter(frame, ref depth); tunnels++) fragment |= packet.IsFragment;
            all.Add(depth < Depth.Network ? Ends.None
                : depth == Depth.Transport && !fragment
                    ? new Ends(packet.Source.ToString(), packet.Destination.ToString(), Text(packet.SourcePort), Text(packet.DestinationPort))
                    : new Ends(packet.Source.ToString(), packet.Destination.ToString(), fragment ? "*" : "-", fragment ? "*" : "-"));
        }
        return all;
    }

    private static string Text(ushort port) => port.ToString(CultureInfo.InvariantCulture);

    private static List<Ends> Theirs(string file)
    {
        var rows = Tshark.FieldsOf(file, Fields);
        return [.. rows.Select(Of)];

        static Ends Of(string[][] row)
        {
            var protocols = row[1].Length == 0 ? [] : row[1][0].Split(':');
            int v4 = 0, v6 = 0, ports = 0, tcp = 0, udp = 0;
            Ends ends = Ends.None;
            foreach (var protocol in protocols)
            {
                switch (protocol)
                {
                    // What an error message quotes was not sent by its sender.
                    case "icmp" or "icmpv6":
                        return ends;
                    case "ip" when v4 < row[2].Length && v4 < row[3].Length:
                        ends = new Ends(Address.Parse(row[2][v4]).ToString(), Address.Parse(row[3][v4++]).ToString(), "-", "-");
                        break;
                    case "ipv6" when v6 < row[4].Length && v6 < row[5].Length:
                        ends = new Ends(Address.Parse(row[4][v6]).ToString(), Address.Parse(row[5][v6++]).ToString(), "-", "-");
                        break;
                    case "tcp" when tcp < row[6].Length && tcp < row[7].Length:
                        ends = ends with { SourcePort = row[6][tcp], DestinationPort = row[7][tcp++] };
                        ports++;
                        break;
                    case "udp" when udp < row[8].Length && udp < row[9].Length:
                        ends = ends with { SourcePort = row[8][udp], DestinationPort = row[9][udp++] };
                        ports++;
                        break;
                }
            }
            return ends;
        }
    }

    private static bool Same(Ends ours, Ends theirs) =>
        ours.SourcePort == "*" ? (ours.Source, ours.Destination) == (theirs.Source, theirs.Destination) : ours == theirs;

    [Theory]
    [InlineData("traffic/iot-sentinel", 4)]
    [InlineData("traffic/ndpi", 1)]
    [InlineData("traffic/suricata-verify", 1)]
    [InlineData("traffic/tcpdump-robustness", 1)]
    [InlineData("traffic/ics", 1)]
    [InlineData("traffic/ja4", 1)]
    [InlineData("traffic/attacks", 1)]
    [InlineData("traffic/tool-samples", 1)]
    public void Frames_go_between_the_ends_that_tshark_names(string folder, int every)
    {
        Tool.Need("tshark", "tshark");
        var known = Differences.Load();
        int captures = 0;
        long frames = 0, different = 0, explained = 0;
        var open = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Corpus.Files(folder).Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng" or ".cap").Where((_, i) => i % every == 0))
        {
            List<Ends> ours, theirs;
            try
            {
                ours = Ours(file);
            }
            catch (UnreadableException)
            {
                continue;
            }
            theirs = Theirs(file);
            captures++;
            var name = Path.GetRelativePath(Corpus.Root!, file);
            // Damage may end tshark's reading a frame earlier or later; CaptureReaderTests and HostileCaptureTests count frames.
            var both = Math.Min(ours.Count, theirs.Count);
            frames += both;
            var bad = Enumerable.Range(0, both).Where(i => !Same(ours[i], theirs[i])).ToList();
            different += bad.Count;
            if (bad.Count == 0) continue;
            if (known.Any(k => k.Covers(name, bad.Count)))
            {
                explained += bad.Count;
                used.Add(name);
                continue;
            }
            open.Add($"{name}\t{bad.Count}\tframe {bad[0] + 1}: ours {ours[bad[0]]}, tshark {theirs[bad[0]]}");
        }
        TestContext.Current.SendDiagnosticMessage("{0}: {1} captures, {2} frames, {3} differ, {4} of them explained", folder, captures, frames, different, explained);
        Assert.True(captures > 0 && frames > 0, $"expected captures in {folder}, found {captures} with {frames} frames");
        Assert.True(open.Count == 0, string.Join("\n", open));
        // A reason that explains nothing any more goes.
        Assert.Equal([], known.Where(k => k.Path.StartsWith(folder + "/", StringComparison.Ordinal) && !used.Contains(k.Path)).Select(k => k.Path));
    }
}

/// <summary>Where we and tshark differ, and why: one row for a capture of the corpus.</summary>
/// <param name="Path">Below the corpus.</param>
/// <param name="Most">Frames that may differ, at most.</param>
internal sealed record Differences(string Path, int Most, string Reason)
{
    public bool Covers(string path, int count) => path == Path && count <= Most;

    public static IReadOnlyList<Differences> Load()
    {
        var file = System.IO.Path.Combine(Checkout.Root, "tests", "Assay.Traffic", "Captures", "address-differences.tsv");
        return [.. File.ReadLines(file).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t')).Select(c => new Differences(c[0], int.Parse(c[1], CultureInfo.InvariantCulture), c[2]))];
    }
}
