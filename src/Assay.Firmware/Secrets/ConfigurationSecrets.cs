using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Firmware.Identification;

namespace Assay.Firmware.Secrets;

/// <summary>A token that carries its own mark, wherever it stands.</summary>
/// <param name="Name">What it is: <c>AWS access key</c>.</param>
/// <param name="Shown">The same with its shortened value.</param>
/// <param name="Line">In a text.</param>
/// <param name="Offset">In a file that is no text.</param>
internal sealed record TokenSeen(string Name, string Shown, int? Line, long? Offset);

/// <summary>Fixed secrets in configuration: a key word, then a value that stands there in clear. Variables, paths, placeholders and comments are none.</summary>
internal static partial class ConfigurationSecrets
{
    /// <summary>Tokens that carry their own mark: the literal to search for, what it is, and how long the whole is.</summary>
    public static readonly (string Literal, string Name)[] Marked =
    [
        ("eyJhbGciOi", "JSON Web Token"), ("eyJ0eXAiOi", "JSON Web Token"), ("AKIA", "AWS access key"), ("AIzaSy", "Google API key"), ("ghp_", "GitHub token"), ("xoxb-", "Slack token"), ("sk_live_", "Stripe key"),
    ];

    public static bool IsConfiguration(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        var extension = dot < 0 ? "" : name[(dot + 1)..];
        return extension is "conf" or "cfg" or "config" or "ini" or "json" or "env" or "yaml" or "yml" or "toml" or "properties" or "xml" or "rc" or "default" or "cnf" or "uci" or "sh"
            || path.Contains("/etc/", StringComparison.Ordinal);
    }

    public static void Read(TextFile file, Notebook notes)
    {
        // OpenSSL's own sample shows how a secret is written; it is on every system and is nobody's.
        if (!IsConfiguration(file.Path) || Accounts.IsOne(file.Path) || file.Name == "openssl.cnf") return;
        var wireless = file.Text.Contains("wifi-iface", StringComparison.Ordinal) || file.Text.Contains("ssid", StringComparison.OrdinalIgnoreCase);
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i];
            if (line.Length is < 6 or > 64 << 10) continue;
            var start = line.AsSpan().TrimStart();
            if (start.Length == 0 || start[0] is '#' or ';' || start.StartsWith("//") || start.StartsWith("<!--")) continue;
            if (!Likely().IsMatch(line)) continue;
            foreach (Match match in (file.IsScript ? Assignment() : Pair()).Matches(line.Length > 16384 ? line[..16384] : line))
            {
                var (key, value) = (match.Groups["key"].Value, match.Groups["value"].Value);
                if (match.Groups["json"].Success && !match.Groups["quote"].Success) continue;
                var bare = key[(key.LastIndexOfAny(['.', ' ']) + 1)..];
                var isKey = bare is "key" or "psk" or "wpa_passphrase" or "wpa_psk" or "sae_password" || bare.StartsWith("wep_key", StringComparison.OrdinalIgnoreCase);
                if (bare is "key" && !wireless) continue;
                if (IsNoSecret(bare, value, match.Groups["quote"].Success)) continue;
                var trait = isKey && wireless ? Traits.WirelessKey : TokenWord().IsMatch(bare) ? Traits.Token : Traits.Password;
                notes.Add(FindingKind.Secret, bare, $"{bare} = {Shortened.Secret(value)}", match.Groups["quote"].Success || wireless ? 0.9 : 0.75, notes.At(file.Path, i + 1), [trait],
                    isDefault: trait != Traits.Token && KnownPasswords.Contains(value) ? true : null);
            }
            if (file.Path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
            {
                foreach (Match match in Element().Matches(line))
                {
                    if (IsNoSecret(match.Groups["key"].Value, match.Groups["value"].Value, true)) continue;
                    notes.Add(FindingKind.Secret, match.Groups["key"].Value, $"{match.Groups["key"].Value} = {Shortened.Secret(match.Groups["value"].Value)}", 0.8, notes.At(file.Path, i + 1), [Traits.Password]);
                }
            }
        }
    }

    /// <summary>A token with its own mark at <paramref name="offset"/> of any file, else null.</summary>
    public static TokenSeen? Marking(ReadOnlySpan<byte> content, int offset, bool inProgram)
    {
        if (offset > 0 && (char.IsAsciiLetterOrDigit((char)content[offset - 1]) || content[offset - 1] is (byte)'_')) return null;
        var window = System.Text.Encoding.Latin1.GetString(content.Slice(offset, Math.Min(2048, content.Length - offset)));
        var match = Token().Match(window);
        if (!match.Success || match.Value.Contains("EXAMPLE", StringComparison.Ordinal)) return null;
        var name = Marked.First(m => match.Value.StartsWith(m.Literal, StringComparison.Ordinal)).Name;
        return new TokenSeen(name, $"{name} {Shortened.Secret(match.Value)}", inProgram ? null : content[..offset].Count((byte)'\n') + 1, inProgram ? offset : null);
    }

    private static bool IsNoSecret(string key, string value, bool quoted)
    {
        if (value.Length < 3 || value.Length > 4096) return true;
        if (value[0] is '$' or '%' or '<' or '{' or '@' or '/' or '~' or '*' or '(' or '[' or '`' or '&' or '!' or '?') return true;
        if (value.StartsWith("./", StringComparison.Ordinal) || value.Contains("://", StringComparison.Ordinal) && !value.Contains('@')) return true;
        if (value.Contains("$(", StringComparison.Ordinal) || value.Contains("${", StringComparison.Ordinal) || value.Contains("{{", StringComparison.Ordinal)) return true;
        if (value.All(c => c == value[0]) && value[0] is 'x' or 'X' or '*' or '.' or '-' or '_') return true;
        if (NoValue().IsMatch(value)) return true;
        // A word with spaces and no quotes is a sentence; key = key is a name.
        if (!quoted && value.Contains(' ')) return true;
        return value.Equals(key, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("(?i)pass|psk|secret|token|key|pwd")]
    private static partial Regex Likely();

    private const string Word = @"(?:[A-Za-z0-9_.\-]*(?:password|passwd|passphrase|pass_phrase|psk|secret|token|api[_-]?key|apikey|access[_-]?key|auth[_-]?key|encryption[_-]?key|shared[_-]?key|preshared[_-]?key|private[_-]?key|pwd)|pass|wpa_passphrase|wpa_psk|wep_key\d?|key)";

    // UCI "option key 'v'", JSON "key": "v", INI and others key = v, YAML key: v.
    [GeneratedRegex(@"(?i)(?:^|[\s{,;""'])(?:option\s+'?(?<key>" + Word + @")'?\s+(?:(?<quote>['""])(?<value>[^'""]*)['""]|(?<value>\S+))|(?<json>""(?<key>" + Word + @")""\s*:\s*)(?:(?<quote>"")(?<value>[^""\\]*(?:\\.[^""\\]*)*)""|(?<value>[^\s,}]+))|(?<key>" + Word + @")\s*[=:]\s*(?:(?<quote>['""])(?<value>[^'""]*)['""]|(?<value>[^\s#;,}'""]+(?:\s+[^\s#;,}'""=]+)*)))", RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();

    [GeneratedRegex(@"(?i)(?:^|[\s;])(?:export\s+|local\s+|readonly\s+)?(?<key>[A-Za-z0-9_]*(?:password|passwd|passphrase|psk|secret|token|api_?key|pwd))=(?:(?<quote>['""])(?<value>[^'""$`]{4,})['""]|(?<value>[^\s'""$`;&|)]{4,}))(?=[\s;&|)]|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"(?i)<(?<key>[A-Za-z0-9_.\-]*(?:password|passwd|passphrase|psk|secret|token|apikey))>(?<value>[^<]+)</", RegexOptions.ExplicitCapture)]
    private static partial Regex Element();

    [GeneratedRegex("(?i)token|api[_-]?key|access[_-]?key|secret")]
    private static partial Regex TokenWord();

    [GeneratedRegex(@"(?i)^(?:true|false|yes|no|on|off|none|null|nil|undefined|enabled?|disabled?|required|optional|auto|default|prompt|ask|input|text|string|hidden|plain|files?|compat|system|sufficient|md5|sha\d*|crypt|unix|your.*|my.*|example.*|change.?me|.*placeholder.*|todo|tbd|password|passwd|secret|token|key|\d{1,2}|0x[0-9a-f]{1,4}|[\w./-]+\.(?:pem|key|crt|der|conf|txt|json|so|db|p12|pfx))$")]
    private static partial Regex NoValue();

    [GeneratedRegex(@"^(?:eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}|AKIA[0-9A-Z]{16}(?![0-9A-Za-z])|AIzaSy[\w-]{33}(?![\w-])|ghp_[0-9A-Za-z]{36}|xoxb-[0-9A-Za-z-]{20,}|sk_live_[0-9A-Za-z]{24,})")]
    private static partial Regex Token();
}
