using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Firmware.Identification;

/// <summary>Scripts and settings that call a peer over TLS and say themselves that nobody looks at its certificate. Comments, help texts and calls of the device itself are none.</summary>
internal static partial class UnverifiedPeers
{
    public static bool MayBe(ReadOnlySpan<byte> content) => content.IndexOf("verify"u8) >= 0 || content.IndexOf("CERT_NONE"u8) >= 0 || content.IndexOf("rejectUnauthorized"u8) >= 0 || content.IndexOf("VERIFYPEER"u8) >= 0;

    public static void Read(IEnumerable<TextFile> files, Notebook notes)
    {
        foreach (var file in files)
        {
            var dot = file.Name.LastIndexOf('.');
            if (file.Path.Contains("/doc/", StringComparison.Ordinal) || file.Path.Contains("/test", StringComparison.Ordinal) || dot > 0 && file.Name[dot..] is ".md" or ".rst" or ".example" or ".sample") continue;
            var code = dot > 0 && file.Name[dot..] is ".py" or ".lua" or ".php" or ".js" or ".pl" or ".rb" || file.Text.StartsWith("#!", StringComparison.Ordinal) && Interpreter().IsMatch(file.Lines[0]);
            if (code) Code(file, notes);
            else if (file.IsScript) Shell(file, notes);
            else if (file.Path.Contains("/etc/", StringComparison.Ordinal) || file.Name is ".curlrc" or ".wgetrc") Client(file, notes);
            if (EmbeddedCommands.Of(file) is { } inner) Shell(inner, notes);
        }
    }

    private static void Shell(TextFile file, Notebook notes)
    {
        foreach (var command in ShellScript.Commands(file))
        {
            var off = command.Name switch
            {
                "curl" => command.Words.Skip(1).Any(w => w is "--insecure" or "-k" || w.Length is > 2 and < 8 && w[0] == '-' && w[1] != '-' && w.Skip(1).All(char.IsAsciiLetter) && w.Contains('k')),
                "wget" or "uclient-fetch" => command.Words.Contains("--no-check-certificate"),
                "mosquitto_pub" or "mosquitto_sub" => command.Words.Contains("--insecure"),
                _ => false,
            };
            if (!off) continue;
            // Whom it calls has to stand there: a variable may be a test or the device itself.
            var peer = command.Name.StartsWith("mosquitto", StringComparison.Ordinal) ? command.Words.SkipWhile(w => w is not ("-h" or "--host")).Skip(1).FirstOrDefault() : command.Words.FirstOrDefault(w => w.StartsWith("https://", StringComparison.Ordinal));
            if (peer is null || Own().IsMatch(peer)) continue;
            Note(file, command.Line, $"{command.Name} calls {Host(peer)} and looks at no certificate", command.Conditional ? 0.8 : 0.9, notes);
        }
    }

    private static void Code(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i];
            if (line.Length > 4096 || line.TrimStart() is ['#', ..] or ['/', '/', ..] or ['-', '-', ..] or ['*', ..]) continue;
            // The call and the switch stand on one line, with the peer; a function that leaves it to its caller does not.
            if (Unlooked().IsMatch(line) && Peer().Match(line) is { Success: true } peer && !Own().IsMatch(peer.Value)) Note(file, i + 1, $"a call of {Host(peer.Value)} looks at no certificate", 0.85, notes);
        }
    }

    private static void Client(TextFile file, Notebook notes)
    {
        var settings = Settings.Of(file);
        // A line as curl and wget take it holds a switch alone.
        var own = file.Name is ".curlrc" or ".wgetrc" or "wgetrc" or "curlrc";
        if (own && Array.FindIndex([.. file.Lines], l => l.Trim() is "insecure" or "--insecure" or "-k") is >= 0 and var bare) Note(file, bare + 1, "insecure says that no certificate is looked at", 0.85, notes);
        var peer = settings.FirstOrDefault(s => Peer().IsMatch(s.Value)) ?? settings.FirstOrDefault(s => Host().IsMatch(s.Name) && HostName().IsMatch(s.Value));
        if (!own && (peer is null || Own().IsMatch(peer.Value))) return;
        foreach (var setting in settings)
        {
            if (setting.IsOn && Skips().IsMatch(setting.Name) || setting.IsOff && Looks().IsMatch(setting.Name)) Note(file, setting.Line, $"{setting.Name} says that no certificate{(peer is null ? "" : $" of {Host(peer.Value)}")} is looked at", 0.85, notes);
            else if (peer is not null && setting.IsOff && Encrypts().IsMatch(setting.Name))
                notes.Add(FindingKind.WeakCrypto, file.Name, $"{setting.Name} says that {Host(peer.Value)} is called without encryption", 0.8, notes.At(file.Path, setting.Line), [Traits.UnverifiedPeer, Traits.ClearText]);
        }
    }

    private static void Note(TextFile file, int line, string value, double confidence, Notebook notes) => notes.Add(FindingKind.WeakCrypto, file.Name, value, confidence, notes.At(file.Path, line), [Traits.UnverifiedPeer]);

    private static string Host(string peer)
    {
        var start = peer.IndexOf("://", StringComparison.Ordinal);
        var host = start < 0 ? peer : peer[(start + 3)..];
        var end = host.IndexOfAny(['/', '"', '\'', '?', ' ']);
        return end < 0 ? host : host[..end];
    }

    [GeneratedRegex(@"python|lua|perl|php|node|ruby", RegexOptions.CultureInvariant)]
    private static partial Regex Interpreter();

    [GeneratedRegex(@"(?i)\b(?:verify|ssl_verify|verify_ssl|rejectUnauthorized|verify_peer|strictSSL)\s*[=:]\s*(?:False|false|0|""none"")\b|verify_mode\s*=\s*(?:ssl\.)?CERT_NONE|SSL_VERIFYPEER['""]?\s*(?:=>|,)\s*(?:0|false)\b|verify\s*=\s*""none""", RegexOptions.CultureInvariant)]
    private static partial Regex Unlooked();

    [GeneratedRegex(@"(?:https|mqtts|wss)://[^\s""'<>)]+", RegexOptions.CultureInvariant)]
    private static partial Regex Peer();

    [GeneratedRegex(@"^(?:\w+://)?(?:127\.|localhost|\[::1\]|0\.0\.0\.0)", RegexOptions.CultureInvariant)]
    private static partial Regex Own();

    [GeneratedRegex(@"(?i)^(?:\w+[._-])?(?:server|host(?:name)?|broker|endpoint|address|remote|url|peer|gateway)$", RegexOptions.CultureInvariant)]
    private static partial Regex Host();

    [GeneratedRegex(@"^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?(?:/\S*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    // Mender, Mosquitto's bridge, hawkBit's client, curl, stunnel: whatever the program, the switch says what it does.
    [GeneratedRegex(@"(?i)^(?:\w+[._-])?(?:SkipVerify|InsecureSkipVerify|insecure(?:[._-]?skip[._-]?verify)?|(?:bridge|tls|ssl)[._-]insecure|(?:skip|no|disable)[._-]?(?:tls|ssl|cert(?:ificate)?)[._-]?(?:verify|verification|check)|(?:tls|ssl)[._-]skip[._-]verify|no[._-]check[._-]certificate|accept[._-]?(?:any|all|invalid|self[._-]?signed)[._-]?certs?(?:ificates?)?|trust[._-]?all(?:[._-]?certs?(?:ificates?)?)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Skips();

    [GeneratedRegex(@"(?i)^(?:\w+[._-])?(?:(?:ssl|tls|cert(?:ificate)?|peer|server|host(?:name)?|ca)[._-]?(?:verify|verification|check|validation)(?:[._-]?(?:peer|host|server|cert(?:ificate)?))?|(?:verify|check|validate)[._-]?(?:ssl|tls|peer|cert(?:ificate)?|server|chain|host(?:name)?|ca)|strict[._-]?ssl|verifyPeer|verifyChain)$", RegexOptions.CultureInvariant)]
    private static partial Regex Looks();

    [GeneratedRegex(@"(?i)^(?:\w+[._-])?(?:(?:use|enable|with)[._-]?)?(?:ssl|tls|https|starttls|encryption)(?:[._-]?(?:enabled?|on|required))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Encrypts();
}
