using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Exchange.Csaf;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;
using Assay.Software.Vex;
using Assay.Traffic;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Cli;

/// <summary>What <c>assay vulns</c> is told beside the product itself (sockets, captures), and its answers as statements.</summary>
internal static partial class VulnsFacts
{
    private const int MostSockets = 4096, LargestText = 32 << 20;

    public static List<ListeningSocket> Sockets(Arguments arguments, ExaminationOptions options, Terminal terminal)
    {
        var sockets = new List<ListeningSocket>();
        foreach (var file in arguments.Values("--sockets"))
        {
            using var artefact = Artefact.Open(file, file);
            if (artefact.Size > LargestText) throw new BudgetException("file", LargestText);
            var read = Listing(file, Encoding.UTF8.GetString(artefact.Bytes.Whole.Span)).Take(MostSockets).ToList();
            if (read.Count == 0) terminal.Complain($"{file}: expected what ss -tulpn shows, found no socket that listens for others");
            sockets.AddRange(read);
        }
        foreach (var file in arguments.Values("--capture")) sockets.AddRange(Captured(file, arguments.Value("--device"), options));
        return sockets;
    }

    // ss -tulpn: tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("dropbear",pid=1,fd=3)); what listens on the machine's own loop is not reached from outside.
    private static IEnumerable<ListeningSocket> Listing(string file, string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var at = words.Length > 4 && words[0] is "tcp" or "udp" ? 1 : 0;
            if (words.Length < at + 4 || words[at] is not ("LISTEN" or "UNCONN") || words[at + 3].LastIndexOf(':') is not (> 0 and var colon)) continue;
            var (address, port) = (words[at + 3][..colon], words[at + 3][(colon + 1)..]);
            if (address.StartsWith("127.", StringComparison.Ordinal) || address is "[::1]" || !ushort.TryParse(port, System.Globalization.CultureInfo.InvariantCulture, out var listening)) continue;
            var process = Process().Match(line);
            yield return new ListeningSocket(at == 1 ? words[0] : words[at] == "LISTEN" ? "tcp" : "udp", listening, process.Success ? process.Groups[1].Value : null, null, new Location { Artefact = file, Line = number });
        }
    }

    [GeneratedRegex(@"users:\(\(""([^""]{1,64})""", RegexOptions.CultureInvariant)]
    private static partial Regex Process();

    private static IEnumerable<ListeningSocket> Captured(string file, string? device, ExaminationOptions options)
    {
        if (device is null || !System.Net.IPAddress.TryParse(device, out _)) throw new UsageException($"--capture expects --device ADDRESS, the device's address in it, found {(device is null ? "none" : Shortened.Visible(device))}");
        var address = Address.Parse(device);
        using var artefact = Artefact.Open(file, file);
        var seen = new HashSet<(byte, ushort)>();
        foreach (var flow in CaptureExamination.Of(artefact, options).Flows)
        {
            if (flow.Destination != address || flow.DestinationPort is not { } port || flow.Packets.In == 0 || flow.Protocol is not (6 or 17) || seen.Count >= MostSockets) continue;
            // Over TCP a service answers a call; a refusal is no answer.
            if (flow.Protocol == 6 && (flow.Flags.In & (TcpFlags.Syn | TcpFlags.Acknowledge)) != (TcpFlags.Syn | TcpFlags.Acknowledge)) continue;
            if (seen.Add((flow.Protocol, port)))
                yield return new ListeningSocket(flow.ProtocolName, port, null, Flow.NameOf(flow.Application) is "ssdp" ? "upnp" : Flow.NameOf(flow.Application), new Location { Artefact = file, Frame = flow.FirstFrame });
        }
    }

    /// <summary>What to do next, about the one that stands first.</summary>
    public static string Next(Vulnerability v) => v switch
    {
        { Status: VulnerabilityStatus.Affected, Fix: { } fix } => $"next: update {v.Component.Name} to {fix} or later ({v.Id})",
        { Status: VulnerabilityStatus.Affected } => $"next: ask the maker of {v.Component.Name} about {v.Id}; no list names a version that mends it",
        _ => $"next: find out what is not known about {v.Component.Name} and {v.Id}: its version, its maker, or the maker's statement (--vex)",
    };

    /// <summary>The answers that rest on evidence, in one of the three VEX formats.</summary>
    public static byte[] Statements(IReadOnlyList<Vulnerability> answers, IReadOnlyList<string> subject, Arguments arguments, DateTimeOffset asOf, Terminal terminal)
    {
        var author = arguments.Value("--author") ?? throw new UsageException($"--format {terminal.Format} expects --author NAME: who says so");
        var (name, address) = author.EndsWith('>') && author.LastIndexOf('<') is > 0 and var open ? (author[..open].Trim(), author[(open + 1)..^1]) : (author, null);
        var statements = VexAnswers.Of(answers, subject.Count > 0 ? subject[0] : null, asOf);
        if (statements.Count == 0) throw new UsageException("no answer rests on evidence that a statement could be made of, so there is no document; the table shows what is open");
        var left = answers.Count(v => v.IsOpen) - statements.Count(s => s.Status == VexStatus.Affected);
        if (left > 0) terminal.Hint($"{left} open answers are in no statement: a version, a maker or a repair is not known.");
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', statements.Select(s => $"{s.Vulnerability} {s.Status} {s.Justification} {s.Products[0].Id} {string.Join(' ', s.Products[0].Components)} {s.Impact} {s.Action} {s.Notes}").Append(name).Append(EvidenceJson.Time(asOf))))))[..32];
        var document = new VexDocument { Id = address is null ? $"urn:uuid:{digest[..8]}-{digest[8..12]}-8{digest[13..16]}-8{digest[17..20]}-{digest[20..]}" : $"{address.TrimEnd('/')}/vex/{digest[..12]}", Author = name, Time = asOf, Statements = statements };
        if (terminal.Format == "openvex") return OpenVex.Write(document);
        if (terminal.Format == "cyclonedx") return CycloneDxVex.Write(document);
        if (address is null || !Uri.TryCreate(address, UriKind.Absolute, out _)) throw new UsageException($"--format csaf expects an address behind the author, as in 'Example <https://example.com>', found {Shortened.Visible(author)}");
        return VexAdvisory.Of(document, new CsafPublisher(name, address, "other"), $"VEX-{digest[..12]}").Bytes();
    }
}
