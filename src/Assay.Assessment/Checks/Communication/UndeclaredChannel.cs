using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A clear-text or TLS channel in a capture for which the communication table has no row.</summary>
public sealed class UndeclaredChannel() : Check("undeclared-channel", 5, Polarity.Refute, CoverageScope.Capture,
    "a way of communicating in a capture that IXIT 11-ComMech does not list", "a capture in every state of the device, and the missing row", "5.5-5-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(11).Select(r => r.Row).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 11-ComMech was not handed over, so nothing can be missing from it", "IXIT 11-ComMech")];
        var papers = WordIndex.Of(rows);
        var missing = new List<Finding>();
        var listed = 0;
        foreach (var finding in examined.Findings.Where(f => f.Location.Frame is not null && f.Kind is FindingKind.Cleartext or FindingKind.WeakCrypto or FindingKind.Credential))
        {
            var channels = Spoken.Where(c => c.Trait is { } trait && finding.Has(trait) || Wording.Names(finding.Subject, c.Application) || Wording.Names(finding.Value, c.Application)).ToList();
            if (channels.Count == 0) continue;
            if (channels.Any(c => papers.NamesAny(c.Words))) listed++;
            else missing.Add(finding);
        }
        var talks = new List<(string Application, Location Place)>();
        var elsewhere = new List<(string Host, Location Place)>();
        var parties = Parties.Of(examined);
        // Without the device's address nobody can tell its conversations from its neighbours'.
        foreach (var capture in examined.Captures.Where(c => c.IsOfDevice))
        {
            foreach (var talk in capture.Conversations.Where(c => c.IsAnswered && c.Application is not null))
            {
                if (Spoken.FirstOrDefault(s => s.Application == talk.Application).Words is not { } words) continue;

                if (!papers.NamesAny(words) && !papers.NamesAny(talk.Names)) talks.Add((talk.Application!, talk.At(capture.Artefact)));
                // A table that names the host of every such channel leaves none open for another owner's.
                else if (talk is { IsOutward: true, IsRemote: true, Names.Count: > 0 } && !talk.Names.Any(parties.Name) && rows.Where(r => WordIndex.Of([r]).NamesAny(words)).ToList() is { Count: > 0 } kind && kind.All(r => Host.IsMatch(Papers.Whole(r)))) elsewhere.Add((talk.Names[0], talk.At(capture.Artefact)));
                else listed++;
            }
        }
        // Of no protocol that is known: undeclared where every row names the host that it speaks with, and none names this one, its address or its port.
        if (missing.Count == 0 && rows.All(r => Host.IsMatch(Papers.Whole(r))))
        {
            foreach (var capture in examined.Captures.Where(c => c.IsOfDevice))
            {
                elsewhere.AddRange(capture.Conversations.Where(c => c is { IsOutward: true, IsRemote: true, IsAnswered: true, Application: null, Port: { } port } && c.Received > 0
                    && !c.Names.Any(parties.Name) && !papers.NamesAny([c.Peer, port.ToString(System.Globalization.CultureInfo.InvariantCulture)])).Select(c => (c.Names.FirstOrDefault() ?? c.Peer, c.At(capture.Artefact))));
            }
        }
        // Names asked of a stranger, where every row that speaks of names keeps them in the local network.
        if (missing.Count == 0 && rows.Where(r => Wording.Names(Papers.Whole(r), "DNS")).ToList() is { Count: > 0 } resolving && resolving.All(r => LocalNetwork.IsMatch(Papers.Whole(r))))
        {
            foreach (var capture in examined.Captures.Where(c => c.IsOfDevice))
            {
                elsewhere.AddRange(capture.Conversations.Where(c => c is { IsOutward: true, IsRemote: true, IsAnswered: true, Application: "dns" } && !c.Names.Any(parties.Name) && !papers.NamesAny([c.Peer])).Select(c => (c.Names.FirstOrDefault() ?? c.Peer, c.At(capture.Artefact))));
            }
        }
        if (missing.Count == 0 && talks.Count > 0)
        {
            var kinds = talks.Select(t => t.Application).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            return [Refutes(Units[0], $"{talks.Count} conversation(s) of the device are of a kind that IXIT 11-ComMech does not list: {string.Join(", ", kinds)}", [.. talks.Take(10).Select(t => t.Place)]).NotIn(11)];
        }
        if (missing.Count == 0 && elsewhere.Count > 0)
        {
            var hosts = elsewhere.Select(e => e.Host.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            return [Refutes(Units[0], $"every such row of IXIT 11-ComMech names its host, and none names {Shortened.Visible(string.Join(", ", hosts.Take(5)))}, with which the device speaks", [.. elsewhere.Take(10).Select(e => e.Place)]).NotIn(2, 7, 11, 13, 21, 24, 28)];
        }
        if (missing.Count > 0) return Refutes($"{missing.Count} observation(s) are of a channel that IXIT 11-ComMech does not list", missing).NotIn(11);
        return listed > 0 && examined.LookedWhole(CoverageScope.Capture)
            ? [Supports(Units[0], $"every channel that was recognised in the captures ({listed} observation(s)) is listed; what the device did not do there was not seen")]
            : Silence(examined);
    }

    private static Regex LocalNetwork => field ??= new(@"\b(local|home|own|owner's|user's) (area )?(network|lan|router|resolver|gateway)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Host => field ??= new(@"\b[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    // What captures call a protocol, the trait of its observations where they have one, and the words by which papers may mean it. Names, addresses and time are left to the table of interfaces.
    private static readonly (string Application, string? Trait, string[] Words)[] Spoken =
    [
        ("telnet", Traits.Telnet, ["telnet", "telnetd"]),
        ("ftp", Traits.Ftp, ["ftp", "ftpd"]),
        ("ssh", Traits.Ssh, ["ssh", "sshd", "dropbear", "secure shell", "sftp", "scp"]),
        ("http", Traits.Http, ["http", "web", "webui", "web-ui", "browser", "rest", "upnp", "onvif", "soap", "portal"]),
        ("mqtt", Traits.Mqtt, ["mqtt", "broker"]),
        ("rtsp", null, ["rtsp", "video", "stream", "rtp", "onvif"]),
        ("tls", Traits.TlsOutdated, ["tls", "https", "mqtts", "wss", "ssl", "dtls", "ftps", "encrypted", "secure"]),
        ("smtp", null, ["smtp", "mail", "e-mail", "email"]),
        ("pop3", null, ["pop3", "pop", "mail", "e-mail", "email"]),
        ("imap", null, ["imap", "mail", "e-mail", "email"]),
        ("ldap", null, ["ldap", "directory"]),
        ("xmpp", null, ["xmpp", "jabber", "chat", "messenger"]),
        ("sip", null, ["sip", "voip", "telephony", "telephone", "calls", "intercom"]),
        ("snmp", null, ["snmp", "management"]),
        ("syslog", null, ["syslog", "log", "logs", "logging"]),
        ("tftp", null, ["tftp"]),
    ];
}
