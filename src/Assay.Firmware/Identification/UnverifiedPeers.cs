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
            else if (file.Path.Contains("/etc/", StringComparison.Ordinal) || file.Name is ".curlrc" or ".wgetrc") Settings(file, notes);
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

    private static void Settings(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i];
            if (line.Length > 1024 || line.TrimStart() is ['#', ..] or [';', ..] or ['/', '/', ..]) continue;
            if (Switched().Match(line) is not { Success: true } off) continue;
            var peer = file.Lines.Select(l => Peer().Match(l)).FirstOrDefault(m => m.Success);
            if (file.Name is not (".curlrc" or ".wgetrc" or "wgetrc" or "curlrc") && (peer is null || Own().IsMatch(peer.Value))) continue;
            Note(file, i + 1, $"{off.Groups["key"].Value} says that no certificate{(peer is null ? "" : $" of {Host(peer.Value)}")} is looked at", 0.85, notes);
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

    // Mender, Mosquitto's bridge, hawkBit's client, curl and wget: the switch and its value, on a line of its own.
    [GeneratedRegex(@"(?i)^\s*(?:option\s+|set\s+)?[""']?(?<key>SkipVerify|InsecureSkipVerify|insecure_skip_verify|bridge_insecure|tls_insecure|ssl_insecure|skip_tls_verify|tls_skip_verify|insecure)[""']?\s*[=:\s]\s*[""']?(?:true|yes|1|on)[""']?\s*,?\s*$|^\s*(?:option\s+|set\s+)?[""']?(?<key>ssl_verify|verify_ssl|tls_verify|verify_tls|verify_peer|verify_certificate|check_certificate|ssl_verify_peer|verify_server)[""']?\s*[=:\s]\s*[""']?(?:false|no|0|off)[""']?\s*,?\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Switched();
}
