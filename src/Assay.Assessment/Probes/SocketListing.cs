using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Probes;

/// <summary>
/// What <c>ss</c> shows on the device itself (<c>ss -tuln</c>, <c>ss -lnp</c>): which sockets listen, on which address. A view from inside: whether a port can be
/// reached from outside only a scan tells.
/// </summary>
internal static class SocketListing
{
    internal static bool Recognises(ProbeText text) => Header.IsMatch(text.First);

    internal static void Read(ProbeText text, ProbeNotes notes, ProbeOptions options)
    {
        notes.Unit = "sockets";
        var head = 1 + text.Lines.TakeWhile(l => string.IsNullOrWhiteSpace(l)).Count();
        var hasProtocol = text.First.StartsWith("Netid", StringComparison.Ordinal);
        notes.Run("ss", null, null, null, head, "taken on the device itself");
        for (var i = head; i < text.Lines.Count; i++)
        {
            var line = text.Lines[i];
            if (string.IsNullOrWhiteSpace(line)) continue;
            notes.Total++;
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var at = hasProtocol ? 1 : 0;
            if (words.Length < at + 4 || words[at + 3].LastIndexOf(':') is not (> 0 and var colon))
            {
                notes.Lose(i + 1, "state, two numbers, local and peer address", Shortened.Visible(line.Trim()));
                continue;
            }
            notes.Examined++;
            var protocol = hasProtocol ? words[0] : "tcp";
            if (words[at] is not ("LISTEN" or "UNCONN") || protocol is not ("tcp" or "udp")) continue;
            var (address, port) = (words[at + 3][..colon], words[at + 3][(colon + 1)..]);
            if (address.StartsWith("127.", StringComparison.Ordinal) || address is "[::1]") continue;
            var process = Process.Match(line);
            notes.Add(FindingKind.Service, $"{address}:{port}/{protocol}", $"listens{(process.Success ? $", {process.Groups[1].Value}" : "")}", i + 1, 0.8, "seen on the device itself");
        }
    }

    private static Regex Header => field ??= new(@"^(Netid\s+)?State\s+Recv-Q\s+Send-Q\s+Local Address", RegexOptions.CultureInvariant);

    private static Regex Process => field ??= new(@"users:\(\(""([^""]{1,64})""", RegexOptions.CultureInvariant);
}
