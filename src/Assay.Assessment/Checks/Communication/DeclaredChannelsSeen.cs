using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Each row of IXIT 11-ComMech beside the captures: the channel was seen as declared, it was seen in clear where the row promises TLS, or it was not seen.</summary>
public sealed class DeclaredChannelsSeen() : RowCheck("declared-channels-seen", 1, Polarity.Support, 11,
    "every declared way of communicating in the captures, with the declared protocol", "a capture in which every row of IXIT 11-ComMech is used once, with the names from DNS", "5.5-1-2a")
{
    private sealed record Heard(int At, CaptureFacts Capture, Conversation Talk);

    // Every row asks the same captures for its hosts.
    private static readonly ConditionalWeakTable<IReadOnlyList<CaptureFacts>, ILookup<string, Heard>> ByName = new();

    private static IEnumerable<Heard> Answered(IReadOnlyList<CaptureFacts> captures) => captures.SelectMany(c => c.Conversations.Where(v => v.IsAnswered).Select(v => (c, v))).Select((t, at) => new Heard(at, t.c, t.v));

    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        if (examined.Captures.Count == 0)
        {
            yield return Open(Units[0], $"{Name(row)}: no capture was handed over");
            yield break;
        }
        var whole = Papers.Whole(row);
        var hosts = Host.Matches(whole).Select(m => m.Groups["host"].Value.ToLowerInvariant().TrimEnd('.')).Where(h => h.Length > 3).Distinct(StringComparer.Ordinal).ToList();
        var ports = Port.Matches(whole).Select(m => ushort.TryParse(m.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture, out var p) ? p : (ushort)0).Where(p => p > 0).Distinct().ToList();
        var promise = Wording.Affirms($"{Papers.Field(row, "Cryptographic Details")}\n\n{Papers.Field(row, "Security Guarantees")}", Tls);
        var byName = ByName.GetValue(examined.Captures, static captures => Answered(captures).SelectMany(h => h.Talk.Names.Select(n => (Name: n.TrimEnd('.'), Heard: h))).ToLookup(h => h.Name, h => h.Heard, StringComparer.OrdinalIgnoreCase));
        var own = hosts.SelectMany(h => byName[h]).DistinctBy(t => t.At).OrderBy(t => t.At).ToList();
        var clear = own.FirstOrDefault(c => c.Talk.Application is "http" or "mqtt" or "ftp" or "telnet" && (ports.Count == 0 || c.Talk.Port is { } p && ports.Contains(p)));
        if (promise is not null && clear is not null && !Redirects.IsMatch(whole))
        {
            yield return Contradicts(Units[0], new Contradiction("whether the channel is encrypted", Papers.Says(table, row, Wording.Begin(promise)),
                new Statement($"{clear.Talk.Application} in clear to {Shortened.Visible(clear.Talk.Names[0])}", clear.Talk.At(clear.Capture.Artefact), IsPaper: false)));
            yield break;
        }
        var tls = own.FirstOrDefault(c => c.Talk.Application == "tls");
        if (tls is null && hosts.Count == 0 && promise is not null) tls = Answered(examined.Captures).FirstOrDefault(c => c.Talk.Application == "tls" && (ports.Count == 0 ? c.Talk.IsOutward && c.Talk.IsRemote : c.Talk.Port is { } p && ports.Contains(p)));
        if (promise is not null && tls is not null)
        {
            yield return Supports(Units[0], $"{Name(row)}: TLS to {Shortened.Visible(tls.Talk.Names.Count > 0 ? tls.Talk.Names[0] : tls.Talk.Peer)} was captured") with { Locations = [tls.Talk.At(tls.Capture.Artefact)] };
            yield break;
        }
        yield return Open(Units[0], $"{Name(row)}: not recognised in the captures", $"a capture in which {Name(row)} is used");
    }

    private static Regex Host => field ??= new(@"(?:https?|wss?|mqtts?|coaps?|ftps?)://(?<host>[A-Za-z0-9.-]+\.[A-Za-z]{2,24})|\b(?<host>(?:[a-z0-9-]+\.){1,5}(?:com|org|net|io|eu|cloud|example|de|fi|fr|uk|cn|jp|us|dev|app|tech|info))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Port => field ??= new(@"\b(?:port|tcp|udp)[ /:]{1,3}(?:port )?(?<port>\d{1,5})\b|:(?<port>\d{2,5})\b(?!:)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Tls => field ??= new(@"\b(tls|https|mqtts|wss|dtls|ssl)\b|\b(tls|ssl)v?\d", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Where clear text is part of the declared channel, seeing it contradicts nothing.
    private static Regex Redirects => field ??= new(@"\b(redirect\w*|unencrypted|clear[- ]?text|plain[- ]?text|plain http|http/1|port 80|http or https|optional\w*|http://|mqtt://|either|fallback)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
