using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Firmware.Identification;

namespace Assay.Firmware.Secrets;

/// <summary>
/// Secrets that are known by the form that a program writes them in, not by a key word before an equals sign: credentials inside an address, a directive and its value, shared keys of tunnels,
/// keys of PuTTY and JSON, PINs, keys in hexadecimal, and what was typed behind <c>-u</c> and <c>-p</c>. Variables and placeholders are none.
/// </summary>
internal static partial class WrittenSecrets
{
    /// <summary>Texts that are kept for these alone.</summary>
    public static bool IsOne(string path) => Personal().IsMatch(path);

    public static void Read(TextFile file, Notebook notes)
    {
        if (file.Path.Contains("/doc/", StringComparison.Ordinal) || file.Path.Contains("/man/", StringComparison.Ordinal)) return;
        Addresses(file, notes);
        if (file.Text.StartsWith("PuTTY-User-Key-File-", StringComparison.Ordinal))
        {
            if (file.Text.Contains("\nEncryption: none", StringComparison.Ordinal)) Key(file, 1, "a private key of PuTTY without a pass phrase", notes);
            return;
        }
        if (file.IsScript || file.Name.EndsWith("_history", StringComparison.Ordinal))
        {
            Commands(file, notes);
            return;
        }
        if (Array.FindIndex([.. file.Lines], l => l.StartsWith("-----BEGIN OpenVPN ", StringComparison.Ordinal) && l.Contains("key", StringComparison.OrdinalIgnoreCase)) is >= 0 and var tunnel) Key(file, tunnel + 1, "a static key of OpenVPN", notes);
        if (!ConfigurationSecrets.IsConfiguration(file.Path) && !IsOne(file.Path) || Accounts.IsOne(file.Path) || Others().IsMatch(file.Path)) return;
        if (file.Name is "ipsec.secrets" || file.Path.Contains("/ipsec.d/", StringComparison.Ordinal) && file.Name.EndsWith(".secrets", StringComparison.Ordinal) || file.Path.Contains("/racoon/psk", StringComparison.Ordinal)) Tunnel(file, notes);
        else if (file.Name is ".netrc" or "_netrc" or ".pgpass" or "credentials") Words(file, notes);
        Directives(file, notes);
    }

    // scheme://user:password@host
    private static void Addresses(TextFile file, Notebook notes)
    {
        if (!file.Text.Contains("://", StringComparison.Ordinal)) return;
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i];
            if (line.Length > 8192 || line.TrimStart() is ['#', ..] or [';', ..] or ['/', '/', ..] || !line.Contains("://", StringComparison.Ordinal)) continue;
            foreach (Match match in Credentials().Matches(line)) Note(file, i + 1, match.Groups["scheme"].Value, $"credentials in an address ({match.Groups["scheme"].Value})", match.Groups["password"].Value, notes);
        }
    }

    // Name and value by their places: "remote_password x", "authpass=x", "ap_pin=12345670", "AppKey": "00112233…".
    private static void Directives(TextFile file, Notebook notes)
    {
        var settings = Settings.Of(file);
        foreach (var setting in settings)
        {
            var bare = setting.Name[(setting.Name.LastIndexOfAny(['.', ':', '/', ' ']) + 1)..];
            if (setting.Value.Contains(' ')) continue;
            if (Pass().IsMatch(bare) && setting.Value.Length is >= 4 and < 128 && !NoSecret(bare, setting.Value)) Note(file, setting.Line, bare, bare, setting.Value, notes);
            else if (Pin().IsMatch(bare) && Digits().IsMatch(setting.Value) || file.Path.Contains("bluetooth", StringComparison.Ordinal) && file.Name.StartsWith("pin", StringComparison.Ordinal) && Digits().IsMatch(setting.Value)) Note(file, setting.Line, bare, "a PIN", setting.Value, notes);
            else if (KeyName().IsMatch(bare) && RawKey().IsMatch(setting.Value) && setting.Value.Where(char.IsAsciiHexDigit).Distinct().Count() > 4) Note(file, setting.Line, bare, $"{bare}, a key of fixed length", setting.Value, notes);
            // RFC 7517 and 7518: a key with its private part.
            else if (bare is "d" or "k" && setting.Value.Length >= 20 && settings.Any(s => s.Section == setting.Section && s.Name == "kty" && (bare == "d" ? s.Value is "EC" or "RSA" or "OKP" : s.Value == "oct"))) Key(file, setting.Line, "a private key in JSON (JWK)", notes);
        }
    }

    // : PSK "x", "a b : EAP "x"; racoon: address key.
    private static void Tunnel(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            if (file.Lines[i].TrimStart() is ['#', ..] || file.Lines[i].Length > 4096) continue;
            var value = Shared().Match(file.Lines[i]) is { Success: true } shared ? shared.Groups["value"].Value : file.Path.Contains("racoon", StringComparison.Ordinal) && file.Lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, var key] ? key : null;
            if (value is not null && !NoSecret("psk", value)) Note(file, i + 1, file.Name, "the shared key of a tunnel", value, notes);
        }
    }

    private static void Words(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            if (file.Lines[i].TrimStart() is ['#', ..] || file.Lines[i].Length > 4096) continue;
            if (LoggedIn().Match(file.Lines[i]) is { Success: true } login && !NoSecret("password", login.Groups["value"].Value)) Note(file, i + 1, file.Name, "a log-in of somebody's", login.Groups["value"].Value, notes);
        }
    }

    // curl -u user:password, sshpass -p x, mosquitto_pub -P x, mysql -px, wget --password=x
    private static void Commands(TextFile file, Notebook notes)
    {
        foreach (var command in ShellScript.Commands(file))
        {
            var words = command.Words;
            for (var i = 1; i < words.Count; i++)
            {
                var next = i + 1 < words.Count ? words[i + 1] : "";
                var value = (command.Name, words[i]) switch
                {
                    ("curl", "-u" or "--user" or "--proxy-user") when next.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon => next[(colon + 1)..],
                    ("sshpass", "-p") or ("mosquitto_pub" or "mosquitto_sub", "-P" or "--pw") or ("ftpput" or "ftpget", "-p") or ("ipmitool", "-P") or ("snmpset" or "snmpget", "-A" or "-X") => next,
                    ("sshpass" or "mysql" or "mysqldump", ['-', 'p', _, ..] joined) => joined[2..],
                    ("wget", var option) when option.StartsWith("--password=", StringComparison.Ordinal) || option.StartsWith("--http-password=", StringComparison.Ordinal) || option.StartsWith("--ftp-password=", StringComparison.Ordinal) => option[(option.IndexOf('=') + 1)..],
                    _ => null,
                };
                if (value is { Length: >= 3 } && !NoSecret("password", value)) Note(file, command.Line, command.Name, $"a password behind {command.Name}", value, notes);
            }
        }
    }

    private static bool NoSecret(string name, string value) => value.Length < 3 || value[0] is '$' or '%' or '<' or '{' or '@' or '/' or '*' or '(' or '[' or '`' or '&' or '?' or '-' || value.Contains("${", StringComparison.Ordinal) || value.Contains("{{", StringComparison.Ordinal)
        || value.Equals(name, StringComparison.OrdinalIgnoreCase) || NoValue().IsMatch(value) || value.All(c => c == value[0]);

    private static void Note(TextFile file, int line, string subject, string what, string value, Notebook notes)
    {
        // What a key word already told is told once.
        if (notes.HasAt(FindingKind.Secret, file.Path, line)) return;
        notes.Add(FindingKind.Secret, subject, $"{what} = {Shortened.Secret(value)}", 0.85, notes.At(file.Path, line), [Traits.Password], isDefault: KnownPasswords.Contains(value) ? true : null);
    }

    private static void Key(TextFile file, int line, string what, Notebook notes) => notes.Add(FindingKind.Key, file.Name, what, 0.9, notes.At(file.Path, line), [Traits.PrivateKey]);

    [GeneratedRegex(@"/(?:\.netrc|_netrc|\.pgpass|\.git-credentials|\.(?:(?:ba|a|z)?sh|mysql)_history|\.my\.cnf)$|/\.aws/credentials$|\.(?:ovpn|ppk|jwk)$", RegexOptions.CultureInvariant)]
    private static partial Regex Personal();

    // Where words such as "password" name rules and not values.
    [GeneratedRegex(@"/pam\.d/|/(?:nsswitch\.conf|services|protocols|login\.defs|openssl\.cnf|sshd_config|ssh_config)$|/security/|\.(?:ppk)$", RegexOptions.CultureInvariant)]
    private static partial Regex Others();

    [GeneratedRegex(@"(?<scheme>https?|ftps?|sftp|ssh|mqtts?|wss?|amqps?|rtsps?|rtmps?|redis|rediss|mysql|postgres(?:ql)?|mongodb|smtps?|imaps?|ldaps?|socks5?)://(?<user>[^\s:/@""'<>$%{}*]{1,128}):(?<password>[^\s:/@""'<>$%{}*]{3,256})@[A-Za-z0-9\[]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Credentials();

    [GeneratedRegex(@"^(?:\w*[._-])?(?i:pass(?:wd|word|phrase)?|pwd|secret|psk|passcode)$|^(?:[a-z]\w*|[A-Z][a-z]+)(?:Pass|Passwd|Password|Pwd|Secret)$", RegexOptions.CultureInvariant)]
    private static partial Regex Pass();

    [GeneratedRegex(@"(?i)^(?:(?:ap|wps|device|bt|ble|pair(?:ing)?|set-?up|admin|user|unlock|master|default|sim|homekit|zwave)[._-]?)?(?:pin|pin[._-]?code|passkey|setup[._-]?code)$", RegexOptions.CultureInvariant)]
    private static partial Regex Pin();

    [GeneratedRegex(@"^\d{3}-?\d{1,2}-?\d{1,3}$|^\d{4,10}$", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex(@"^(?!(?i:pub|public|host|sort|primary|foreign|index|map|hot))(?:\w*[._-])?(?i:(?:app|nwk|net|network|s?nwksint|fnwksint|link|aes|des|enc|crypt|encryption|decryption|root|master|device|fleet|shared|session|mesh|tc|trust[._-]?center|zigbee|thread|api|hmac|signing|license)[._-]?s?)?(?i:key)\d?$", RegexOptions.CultureInvariant)]
    private static partial Regex KeyName();

    [GeneratedRegex(@"^(?:0x)?(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})$|^(?:(?:0x)?[0-9A-Fa-f]{2}[:, -]){15,31}(?:0x)?[0-9A-Fa-f]{2}$|^[A-Za-z0-9+/]{22}==$|^[A-Za-z0-9+/]{43}=$", RegexOptions.CultureInvariant)]
    private static partial Regex RawKey();

    [GeneratedRegex(@":\s*(?:PSK|EAP|XAUTH|NTLM|PIN|PKCS12\s+\S+)\s+(?:""(?<value>[^""]+)""|(?<value>0[xs]\S+))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shared();

    [GeneratedRegex(@"\bpassword\s+(?<value>\S+)|^[^:\s]+:\d+:[^:]+:[^:]+:(?<value>\S+)$|^\s*aws_secret_access_key\s*=\s*(?<value>\S+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LoggedIn();

    [GeneratedRegex(@"(?i)^(?:true|false|yes|no|on|off|none|null|required|optional|auto|default|prompt|ask|input|text|string|hidden|plain|files?|compat|system(?:d)?|db|md5|sha\d*|crypt|unix|your.*|my.*|example.*|change.?me|.*placeholder.*|todo|tbd|x+|\*+|[\w./-]+\.(?:pem|key|crt|der|conf|txt|json|so|db|psk|passwd)|/\S*)$", RegexOptions.CultureInvariant)]
    private static partial Regex NoValue();
}
