using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;
using Assay.Traffic.Mud;

namespace Assay.Cli;

/// <summary><c>assay mud check FILE CAPTURE…</c>: whether a device kept to its MUD file: by which entry, or how it missed the nearest one, and which entries nothing used (docs/mud.md).</summary>
public static class MudCheckAct
{
    public static readonly IReadOnlyList<Option> Options =
    [
        new("--member", "CLASS=ADDRESS", "check: an address of my-controller, of a controller's class, of maker:AUTHORITY or of model:URL", Repeats: true),
    ];

    public static int Run(Arguments arguments, Terminal terminal, string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MudFile.LongestFile and var length })
        {
            throw new UnreadableException(FormattableString.Invariant($"a MUD file of at most {MudFile.LongestFile} bytes"), FormattableString.Invariant($"{length} bytes"), 0);
        }
        var bytes = File.ReadAllBytes(path);
        var file = MudFile.Read(bytes);
        var opened = new List<Artefact>();
        try
        {
            foreach (var capture in arguments.Operands.Skip(2)) opened.Add(Artefact.Open(capture));
            var traffic = new DeviceTraffic(MudLearnAct.Device(arguments, file, opened));
            var lost = MudLearnAct.Add(traffic, opened, terminal);
            if (traffic.Frames == 0) throw new UnreadableException($"frames of {traffic.Device} in the captures", "none", 0);
            var comparison = new MudCheck(file, Members(arguments, traffic)).Compare(traffic.Talks());
            if (terminal.Format == "json") terminal.WriteJson(json => Document(json, path, Convert.ToHexStringLower(SHA256.HashData(bytes)), file, traffic, comparison));
            else terminal.Write(writer => Show(writer, path, file, traffic, comparison, terminal.Width));
            return lost ? Exit.Unreadable : comparison.Deviations > 0 ? Exit.No : Exit.Done;
        }
        finally
        {
            foreach (var one in opened) one.Dispose();
        }
    }

    private static Dictionary<string, IReadOnlyList<Address>> Members(Arguments arguments, DeviceTraffic traffic)
    {
        var members = traffic.Members.ToDictionary(m => m.Key, m => m.Value.ToList(), StringComparer.Ordinal);
        foreach (var text in arguments.Values("--member"))
        {
            var equals = text.LastIndexOf('=');
            if (equals <= 0 || !System.Net.IPAddress.TryParse(text.AsSpan(equals + 1), out var address) || text.Contains('%', StringComparison.Ordinal))
            {
                throw new UsageException($"--member expects CLASS=ADDRESS such as my-controller=192.168.77.2, found {Shortened.Visible(text)}");
            }
            var name = text[..equals];
            if (name.StartsWith("maker:", StringComparison.Ordinal)) name = "maker " + name[6..].ToLowerInvariant();
            else if (name.StartsWith("model:", StringComparison.Ordinal)) name = "model " + name[6..];
            if (!members.TryGetValue(name, out var list)) members[name] = list = [];
            list.Add(Address.Parse(address.ToString()));
        }
        return members.ToDictionary(m => m.Key, m => (IReadOnlyList<Address>)m.Value, StringComparer.Ordinal);
    }

    // ---- for a person

    private sealed record Row(MudJudgement First, int Talks, long Out, long In);

    /// <summary>Talks that differ in nothing but the port drawn for them are one row.</summary>
    private static List<Row> Rows(IEnumerable<MudJudgement> judgements) =>
    [
        .. judgements.GroupBy(j => (j.Talk.Peer, j.Talk.Protocol, Service: j.Talk.ByDevice ? j.Talk.PeerPort : j.Talk.DevicePort, j.Talk.ByDevice, j.Talk.Icmp, j.Entry?.Name, j.Verdict))
            .Select(g => new Row(g.First(), g.Count(), g.Sum(j => j.Talk.Packets.Out), g.Sum(j => j.Talk.Packets.In))),
    ];

    private static void Show(TextWriter writer, string path, MudFile file, DeviceTraffic traffic, MudComparison comparison, int width)
    {
        writer.WriteLine($"{traffic.Device} against {Shortened.Visible(path)} ({file.Url}{(file.IsObserved ? ", observed, no maker's" : "")})");
        writer.WriteLine();
        var deviations = Rows(comparison.Judgements.Where(j => j.Verdict == MudVerdict.Deviation));
        if (deviations.Count > 0)
        {
            TextTable.Write(writer, ["deviation", "opened by", "frame", "packets", "nearest entry: how it differs"],
                [.. deviations.Select(r => new[] { What(r.First.Talk), Opener(r.First.Talk), Frame(r.First.Talk), Packets(r), $"{r.First.Entry?.Name ?? "-"}: {r.First.Differs}" })], width);
            writer.WriteLine();
        }
        var allowed = Rows(comparison.Judgements.Where(j => j.Verdict == MudVerdict.Allowed));
        if (allowed.Count > 0)
        {
            TextTable.Write(writer, ["allowed", "opened by", "frame", "packets", "by entry"], [.. allowed.Select(r => new[] { What(r.First.Talk), Opener(r.First.Talk), Frame(r.First.Talk), Packets(r), r.First.Entry!.Name })], width);
            writer.WriteLine();
        }
        if (comparison.Unused.Count > 0) writer.WriteLine($"never used: {Shortened.Visible(string.Join(", ", comparison.Unused.Select(p => $"{p.Name} ({(p.FromDevice ? "to" : "from")} {MudCheck.Name(p.Peer)})")))}");
        writer.WriteLine(FormattableString.Invariant($"{allowed.Sum(r => r.Talks)} talks allowed, {comparison.Deviations} deviate, {comparison.Judgements.Count(j => j.Verdict == MudVerdict.OfTheLink)} of the link itself; {comparison.Unused.Count} of {file.Permissions.Count} entries never used. What was not captured was not checked."));
    }

    private static string What(Talk talk)
    {
        var peer = talk.Names.Count > 0 ? $"{talk.Names[0]} ({talk.Peer})" : talk.Peer.ToString();
        if (talk.Icmp is { } icmp) return string.Create(CultureInfo.InvariantCulture, $"{Flow.NameOf(talk.Protocol)} type {icmp.Type}, {peer}");
        if (talk.Protocol is not (Packet.Tcp or Packet.Udp)) return $"{Flow.NameOf(talk.Protocol)}, {peer}";
        return string.Create(CultureInfo.InvariantCulture, $"{Flow.NameOf(talk.Protocol)} {(talk.ByDevice ? talk.PeerPort : talk.DevicePort)}, {peer}");
    }

    private static string Opener(Talk talk) => talk.ByDevice ? "device" : "peer";
    private static string Frame(Talk talk) => talk.FirstFrame.ToString(CultureInfo.InvariantCulture);
    private static string Packets(Row row) => string.Create(CultureInfo.InvariantCulture, $"{row.Out}/{row.In}");

    // ---- for a program

    private static void Document(Utf8JsonWriter json, string path, string sha256, MudFile file, DeviceTraffic traffic, MudComparison comparison)
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/mud-check/1");
        json.WriteString("file", path);
        json.WriteString("sha256", sha256);
        json.WriteString("url", file.Url);
        json.WriteBoolean("observed", file.IsObserved);
        json.WriteString("device", traffic.Device.ToString());
        json.WriteNumber("deviations", comparison.Deviations);
        json.WriteStartArray("talks");
        foreach (var (talk, verdict, entry, differs) in comparison.Judgements)
        {
            json.WriteStartObject();
            json.WriteString("verdict", EvidenceJson.Name(verdict));
            json.WriteString("peer", talk.Peer.ToString());
            if (talk.Names.Count > 0) EvidenceJson.Texts(json, "names", talk.Names);
            json.WriteString("protocol", Flow.NameOf(talk.Protocol));
            if (talk.Protocol is Packet.Tcp or Packet.Udp)
            {
                json.WriteNumber("peerPort", talk.PeerPort);
                json.WriteNumber("devicePort", talk.DevicePort);
            }
            if (talk.Icmp is { } icmp)
            {
                json.WriteNumber("icmpType", icmp.Type);
                json.WriteNumber("icmpCode", icmp.Code);
            }
            json.WriteString("openedBy", Opener(talk));
            json.WriteStartArray("packets");
            json.WriteNumberValue(talk.Packets.Out);
            json.WriteNumberValue(talk.Packets.In);
            json.WriteEndArray();
            json.WriteStartObject("location");
            json.WriteString("artefact", talk.Artefact);
            json.WriteNumber("frame", talk.FirstFrame);
            json.WriteEndObject();
            if (entry is not null) json.WriteString(verdict == MudVerdict.Allowed ? "entry" : "nearest", entry.Name);
            if (differs is not null) json.WriteString("differs", differs);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unused");
        foreach (var entry in comparison.Unused)
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Name);
            json.WriteString("direction", entry.FromDevice ? "fromDevice" : "toDevice");
            json.WriteString("peer", MudCheck.Name(entry.Peer));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
