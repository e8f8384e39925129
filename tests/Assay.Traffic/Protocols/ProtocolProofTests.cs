using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>
/// Every proved field of every protocol beside tshark, frame by frame, over every capture of the corpus. What differs stands with its reason in proof-differences.tsv,
/// and a row of it that explains nothing any more fails.
/// </summary>
public sealed class ProtocolProofTests
{
    private const string Corpora = "traffic";

    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Workers = 1 };

    // One list for all, so that one call of tshark for each capture answers everything.
    private static readonly string[] Fields =
    [
        "frame.protocols", "tcp.analysis.flags", "dns.id", "dns.qry.name", "dhcp.id", "dhcp.option.dhcp", "dhcpv6.xid", "dhcpv6.msgtype", "tls.handshake.type",
        "tls.handshake.ciphersuite", "tls.handshake.extensions_server_name", "dtls.handshake.type", "dtls.handshake.message_seq", "quic.version", "quic.dcid",
        "http.request.method", "http.response.code", "http2.type", "http2.streamid", "http2.headers.path", "ssh.protocol", "ssh.kex_algorithms", "telnet.cmd",
        "telnet.subcmd", "ftp.request.command", "ftp.response.code", "smtp.req.command", "smtp.response.code", "pop.request.command", "pop.response.indicator",
        "imap.request_tag", "imap.request.command", "snmp.version", "snmp.community", "ntp.flags.mode", "ntp.flags.vn", "sip.Method", "sip.Status-Code", "sip.Call-ID",
        "rtsp.method", "rtsp.status", "mqtt.msgtype", "mqtt.topic", "coap.code", "coap.mid",
        "syslog.facility", "syslog.level", "tftp.opcode", "tftp.block", "ldap.messageID", "ldap.resultCode",
    ];

    /// <summary>What tshark calls a protocol in its list of a frame's protocols, where several of ours share its fields.</summary>
    private static readonly Dictionary<string, string> Shared = new(StringComparer.Ordinal)
    {
        ["dns"] = "dns",
        ["mdns"] = "mdns",
        ["llmnr"] = "llmnr",
        ["http"] = "http",
        ["ssdp"] = "ssdp",
        ["tls"] = "tls",
        ["quic"] = "quic",
        ["ldap"] = "ldap",
    };

    private static readonly Protocol[] Proved = [.. ProtocolTable.All.Where(p => p.Proof.Length > 0 && p.Proof.All(f => Fields.Contains(f.Theirs)) && !SpokenTests.Protocols.Contains(p.Name))];

    private sealed record Difference(string File, string Protocol, string Field, long Frame, string Ours, string Theirs)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}\t{Protocol}\t{Field}\t{Frame}\t[{Ours}]\t[{Theirs}]");
    }

    private sealed record Explained(string File, string Protocol, string Field, string Frames, string Reason)
    {
        public int Used { get; set; }

        public bool Covers(Difference difference) => Matches(File, difference.File) && Matches(Protocol, difference.Protocol) && Matches(Field, difference.Field)
            && (Frames == "*" || Frames.Split(',').Contains(difference.Frame.ToString(CultureInfo.InvariantCulture)));

        private static bool Matches(string pattern, string text) => pattern == "*" || pattern == text || pattern.EndsWith('*') && text.StartsWith(pattern[..^1], StringComparison.Ordinal);
    }

    private static List<Explained> Reasons() =>
    [
        .. File.ReadLines(Path.Combine(Checkout.Root, "tests", "Assay.Traffic", "Protocols", "proof-differences.tsv")).Where(l => l.Length > 0 && !l.StartsWith('#'))
            .Select(l => l.Split('\t')).Select(c => c.Length == 5 ? new Explained(c[0], c[1], c[2], c[3], c[4])
                : throw new InvalidDataException($"proof-differences.tsv: expected five columns, found {string.Join('|', c)}")),
    ];

    [Fact]
    public void Two_named_fields_of_each_protocol_agree_with_tshark_on_every_frame()
    {
        Tool.Need("tshark", "tshark");
        var differences = new ConcurrentBag<Difference>();
        var agreed = new ConcurrentDictionary<(string Protocol, string Field), long>();
        var files = Corpus.Files(Corpora).Where(f => new FileInfo(f).Length < 4 << 20 && IsCapture(f)).ToList();
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file => Compare(file, differences, agreed));

        var reasons = Reasons();
        var unexplained = new List<Difference>();
        foreach (var difference in differences.OrderBy(d => d.File, StringComparer.Ordinal).ThenBy(d => d.Protocol, StringComparer.Ordinal).ThenBy(d => d.Frame))
        {
            var covering = reasons.FindAll(r => r.Covers(difference));
            foreach (var reason in covering) reason.Used++;
            if (covering.Count == 0) unexplained.Add(difference);
        }
        var tally = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{files.Count} captures; frames that agree:"));
        foreach (var protocol in Proved)
        {
            foreach (var field in protocol.Proof)
            {
                tally.Append(CultureInfo.InvariantCulture, $"\n{protocol.Name} {field.Name} ({field.Theirs}): {agreed.GetValueOrDefault((protocol.Name, field.Name))}, explained {differences.Count(d => d.Protocol == protocol.Name && d.Field == field.Name) - unexplained.Count(d => d.Protocol == protocol.Name && d.Field == field.Name)}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine(tally.ToString());
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} differences without a reason (file, protocol, field, frame, ours, tshark's):\n" + string.Join('\n', unexplained));
        Assert.All(Proved.SelectMany(p => p.Proof.Select(f => (p.Name, Field: f.Name))), f => Assert.True(agreed.GetValueOrDefault(f) > 0, $"no frame of the corpus proves {f}"));
        Assert.All(reasons.Where(r => File.Exists(Path.Combine(Corpus.Root!, Corpora, r.File))), r => Assert.True(r.Used > 0, $"the row {r} explains nothing any more"));
    }

    private static bool IsCapture(string file)
    {
        using var stream = File.OpenRead(file);
        var start = new byte[32];
        var length = stream.ReadAtLeast(start, 32, throwOnEndOfStream: false);
        return CaptureReader.IsStart(start.AsSpan(0, length));
    }

    private static void Compare(string file, ConcurrentBag<Difference> differences, ConcurrentDictionary<(string, string), long> agreed)
    {
        var name = Path.GetRelativePath(Path.Combine(Corpus.Root!, Corpora), file);
        var witness = new FieldList();
        using (var artefact = Artefact.Open(file, name))
        {
            try
            {
                CaptureExamination.Of(artefact, Options, witness);
            }
            catch (Assay.Evidence.Reading.UnreadableException)
            {
                return;
            }
        }
        var ours = witness.All.GroupBy(f => (f.Frame, f.Protocol, f.Field)).ToDictionary(g => g.Key, g => g.Select(f => Plain(f.Value)).Order(StringComparer.Ordinal).ToList());
        var seen = new HashSet<(long, string, string)>();
        foreach (var (frame, values) in Tshark.Table(file, Fields))
        {
            var protocols = values.GetValueOrDefault("frame.protocols")?[0].Split(':') ?? [];
            // A message that an ICMP error quotes is no message.
            if (protocols.Contains("icmp") || protocols.Contains("icmpv6")) continue;
            foreach (var protocol in Proved)
            {
                if (Shared.TryGetValue(protocol.Name, out var theirName) && !protocols.Contains(theirName)) continue;
                // QUIC carries TLS messages, which are proved as QUIC's.
                if (protocol.Name == "tls" && protocols.Contains("quic")) continue;
                foreach (var field in protocol.Proof)
                {
                    var theirs = values.TryGetValue(field.Theirs, out var list) ? list.Select(Plain).Order(StringComparer.Ordinal).ToList() : [];
                    var mine = ours.GetValueOrDefault((frame, protocol.Name, field.Name)) ?? [];
                    if (theirs.Count == 0 && mine.Count == 0) continue;
                    seen.Add((frame, protocol.Name, field.Name));
                    if (mine.SequenceEqual(theirs)) agreed.AddOrUpdate((protocol.Name, field.Name), 1, (_, n) => n + 1);
                    else differences.Add(new Difference(name, protocol.Name, field.Name, frame, Short(mine), Short(theirs)));
                }
            }
        }
        foreach (var ((frame, protocol, field), values) in ours)
        {
            if (seen.Contains((frame, protocol, field)) || !Array.Exists(Proved, p => p.Name == protocol && p.Proof.Any(f => f.Name == field))) continue;
            differences.Add(new Difference(name, protocol, field, frame, Short(values), ""));
        }
    }

    private static string Short(List<string> values) => string.Join(' ', values) is { Length: > 120 } text ? text[..120] + "…" : string.Join(' ', values);

    /// <summary>Numbers in decimal; texts in the characters that both sides write alike.</summary>
    private static string Plain(string value)
    {
        if (value.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)) return number.ToString(CultureInfo.InvariantCulture);
        if (value == "<Root>") return ".";
        return value;
    }
}
