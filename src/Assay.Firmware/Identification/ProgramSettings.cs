using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Firmware.Identification;

/// <summary>
/// What the settings of servers and clients say themselves: whom they let in without a question, which versions and ciphers of TLS and SSH they accept,
/// and whether they check what they install. Of servers only those count that start at boot and listen for others; what is commented out is none.
/// </summary>
internal static partial class ProgramSettings
{
    /// <summary>A setting by which a server lets anybody in.</summary>
    /// <param name="Programs">That read it, as they are started.</param>
    /// <param name="File">A part of its path that names the family.</param>
    /// <param name="Unless">The name of a setting in the same file that asks for a password after all.</param>
    private sealed record Door(string[] Programs, string File, string Name, string Value, string? Unless = null, string Section = "");

    private static readonly Door[] Doors =
    [
        new(["mosquitto", "vernemq", "emqx", "nanomq", "rabbitmq-server"], "mosquitto|vernemq|emqx|nanomq|mqtt", "allow_anonymous", "true|yes|on|1"),
        new(["rabbitmq-server"], "rabbitmq", @"loopback_users(?:\.guest)?", "none|false"),
        new(["redis-server", "valkey-server"], "redis|valkey", "protected-mode", "no", "requirepass|user"),
        new(["vsftpd"], "vsftpd", "anonymous_enable", "yes"),
        new(["pure-ftpd"], "pure-ftpd", "NoAnonymous|no_anonymous", "no"),
        new(["proftpd"], "proftpd", ".*", ".*", Section: "Anonymous"),
        new(["smbd", "ksmbd", "ksmbd.mountd", "samba"], "smb|samba", "guest ok|public|guest only", "yes|true|1"),
        new(["nfsd", "rpc.nfsd", "unfsd", "rpc.mountd", "ganesha.nfsd"], "exports", "/.*", @".*(?:no_root_squash|(?:^|\s)\*?\([^)]*\brw\b).*"),
        new(["snmpd", "mini_snmpd", "bsnmpd"], "snmp", "r[ow]community6?|com2sec6?|community", @"(?:.*\s)?(?:public|private)(?:\s.*)?"),
        new(["rsync", "rsyncd"], "rsync", "read only|write only", "no|false", "auth users"),
        new(["dockerd", "containerd"], "docker|daemon\\.json", "hosts?", @"tcp://(?!127\.|localhost).*", "tlsverify"),
        new(["mongod"], "mongo", "authorization|auth|noauth", "disabled|false"),
        new(["influxd"], "influx", "auth-enabled", "false"),
        new(["grafana-server", "grafana"], "grafana", "enabled", "true", Section: "auth.anonymous"),
        new(["Xvnc", "vncserver", "x0vncserver", "tigervnc", "x11vnc", "wayvnc"], "vnc", "SecurityTypes|enable_auth", "none|.*\\bNone\\b.*|false"),
        new(["xrdp"], "xrdp", "security_layer", "none"),
        new(["tinyproxy"], "tinyproxy", "Allow", @"0\.0\.0\.0/0|::/0"),
        new(["dropbear", "sshd"], "sshd_config", "AuthenticationMethods", "none"),
        new(["shellinaboxd", "ttyd", "wetty"], "shellinabox|ttyd|wetty", "credential|login|auth", "none|false|no"),
        new(["mpd"], "mpd", "default_permissions", ".*\\b(?:admin|control)\\b.*", "password"),
        new(["memcached"], "memcached", "-l|listen", @"0\.0\.0\.0|::"),
    ];

    public static void Read(IReadOnlyList<TextFile> files, Notebook notes)
    {
        var started = notes.Started();
        var scripts = files.Where(f => f.IsScript || f.Path.Contains("/systemd/system/", StringComparison.Ordinal)).ToList();
        foreach (var file in files)
        {
            if (file.IsScript || !IsSettings(file)) continue;
            var settings = Settings.Of(file);
            if (settings.Count == 0) continue;
            Checks(file, settings, notes);
            Packages(file, settings, notes);
            if (!ForItselfAlone(settings)) Open(file, settings, started, notes);
            // The library's own settings hold for every program.
            if (file.Name is "openssl.cnf" or "gnutls.conf" || started.Any(s => IsOf(file, s.Program)) || scripts.Any(s => s.Text.Contains(Rooted(file.Path), StringComparison.Ordinal))) Ciphers(file, settings, notes);
        }
    }

    private static bool IsSettings(TextFile file) => file.Path.Contains("/etc/", StringComparison.Ordinal) && !file.Path.Contains("/doc/", StringComparison.Ordinal) && !Sample().IsMatch(file.Name);

    // /etc/nginx/sites/a.conf is nginx's, /etc/ssh/sshd_config is of sshd.
    private static bool IsOf(TextFile file, string program)
    {
        var stem = program.Split('-')[0];
        if (stem.Length > 3 && stem.EndsWith('d')) stem = stem[..^1];
        return stem.Length > 2 && Rooted(file.Path)[5..].Split('/').Any(p => p.StartsWith(stem, StringComparison.OrdinalIgnoreCase));
    }

    private static string Rooted(string path) => path[Math.Max(0, path.IndexOf("/etc/", StringComparison.Ordinal))..];

    private static void Open(TextFile file, IReadOnlyList<Setting> settings, IReadOnlyList<Assay.Software.Matching.Parts.StartedProgram> started, Notebook notes)
    {
        foreach (var door in Doors)
        {
            if (started.FirstOrDefault(s => door.Programs.Contains(s.Program, StringComparer.Ordinal)) is not { } program || !Whole(door.File, Rooted(file.Path), part: true)) continue;
            var open = settings.FirstOrDefault(s => Whole(door.Name, s.Name) && Whole(door.Value, s.Value) && s.Section.Contains(door.Section, StringComparison.OrdinalIgnoreCase));
            if (open is null || door.Unless is { } unless && settings.Any(s => Whole(unless, s.Name) && s.Value.Length > 0 && !s.IsOff)) continue;
            notes.Add(FindingKind.Service, program.Service ?? program.Program, $"{program.Program} starts at boot and lets anybody in ({open.Name} {Shortened.Visible(open.Value)})", 0.9, notes.At(file.Path, open.Line), [Traits.StartedAtBoot, Traits.WithoutLogin]);
        }
    }

    // Every address that it names to listen at is the device's own.
    private static bool ForItselfAlone(IReadOnlyList<Setting> settings)
    {
        var bound = settings.Where(s => Bound().IsMatch(s.Name) && Address().IsMatch(s.Value)).ToList();
        return bound.Count > 0 && bound.All(s => Loopback().IsMatch(s.Value));
    }

    private static void Ciphers(TextFile file, IReadOnlyList<Setting> settings, Notebook notes)
    {
        foreach (var setting in settings)
        {
            if (VersionName().IsMatch(setting.Name) && OldVersion(setting) is { } old)
                notes.Add(FindingKind.WeakCrypto, file.Name, $"{setting.Name} lets {old} in", 0.85, notes.At(file.Path, setting.Line), [Traits.TlsOutdated, Traits.StartedAtBoot]);
            else if (setting.IsOn && Switch().Match(setting.Name) is { Success: true } one)
                notes.Add(FindingKind.WeakCrypto, file.Name, $"{setting.Name} lets {one.Groups["old"].Value} in", 0.85, notes.At(file.Path, setting.Line), [Traits.TlsOutdated, Traits.StartedAtBoot]);
            else if (CipherName().IsMatch(setting.Name) && Words(setting.Value).FirstOrDefault(w => WeakCipher().IsMatch(w)) is { } weak)
                notes.Add(FindingKind.WeakCrypto, file.Name, $"{setting.Name} lets {Shortened.Visible(weak)} in", 0.85, notes.At(file.Path, setting.Line), [file.Path.Contains("ssh", StringComparison.Ordinal) ? Traits.WeakSsh : Traits.WeakSuite, Traits.StartedAtBoot]);
            else if (SecurityLevel().IsMatch(setting.Value) && setting.Name is "CipherString")
                notes.Add(FindingKind.WeakCrypto, file.Name, $"{setting.Name} asks for no level of security", 0.85, notes.At(file.Path, setting.Line), [Traits.WeakSuite, Traits.StartedAtBoot]);
            else if (Radio(setting) is { } radio)
                notes.Add(FindingKind.WeakCrypto, file.Name, $"{setting.Name} protects the radio with {radio}", 0.85, notes.At(file.Path, setting.Line), [Traits.WeakSuite, Traits.StartedAtBoot]);
        }
    }

    private static string? OldVersion(Setting setting)
    {
        // "all -SSLv3 -TLSv1": what is taken away is none; a list of old versions that are off has none to offer.
        var words = Words(setting.Value).ToList();
        if (words.FirstOrDefault(w => OldTls().IsMatch(w)) is { } old) return Shortened.Visible(old);
        return words.Contains("all", StringComparer.OrdinalIgnoreCase) && !setting.Value.Contains("-TLSv1", StringComparison.OrdinalIgnoreCase) ? "all versions" : null;
    }

    // hostapd, OpenWrt.
    private static string? Radio(Setting setting) => setting.Name.ToLowerInvariant() switch
    {
        "wpa" when setting.Value == "1" => "WPA of 2003",
        "wpa_pairwise" or "rsn_pairwise" or "pairwise" when setting.Value.Contains("TKIP", StringComparison.Ordinal) && !setting.Value.Contains("CCMP", StringComparison.Ordinal) => "TKIP",
        "encryption" when setting.Value.StartsWith("wep", StringComparison.Ordinal) || setting.Value is "psk" or "tkip" => setting.Value,
        "wep_key0" or "wep_default_key" => "WEP",
        _ => null,
    };

    /// <summary>A switch by which an updater or a list of packages is told not to look at signatures, whatever program it is of.</summary>
    private static void Checks(TextFile file, IReadOnlyList<Setting> settings, Notebook notes)
    {
        foreach (var setting in settings)
        {
            if (!(setting.IsOn && Unchecked().IsMatch(setting.Name) || setting.IsOff && Checked().IsMatch(setting.Name))) continue;
            // A source that is switched off brings nothing.
            if (settings.Any(s => s.Section == setting.Section && s.Name is "enabled" && s.IsOff)) continue;
            notes.Add(FindingKind.Update, file.Name, $"{setting.Name} {Shortened.Visible(setting.Value)}: what is installed is checked by no signature", 0.85, notes.At(file.Path, setting.Line), [Traits.WithoutVerification]);
        }
    }

    // apt: "deb [trusted=yes] http://…", in deb822 "Trusted: yes"; pacman: "SigLevel = Never"; apk: "--allow-untrusted" stands in scripts.
    private static void Packages(TextFile file, IReadOnlyList<Setting> settings, Notebook notes)
    {
        foreach (var setting in settings)
        {
            var bare = setting.Name is "deb" or "deb-src" && TrustedSource().IsMatch(setting.Value)
                || file.Path.Contains("/apt/", StringComparison.Ordinal) && setting.Name.Equals("Trusted", StringComparison.OrdinalIgnoreCase) && setting.IsOn
                || file.Name == "pacman.conf" && setting.Name == "SigLevel" && setting.Value.StartsWith("Never", StringComparison.Ordinal);
            if (bare) notes.Add(FindingKind.Update, file.Name, $"{setting.Name} {Shortened.Visible(setting.Value)}: packages are installed as they come", 0.9, notes.At(file.Path, setting.Line), [Traits.WithoutVerification]);
        }
    }

    /// <summary>The name of a setting, or of an option of a command, by which something is told not to look at signatures.</summary>
    public static bool SkipsSignatures(string name) => Unchecked().IsMatch(name);

    private static IEnumerable<string> Words(string value) => value.Split([' ', '\t', ',', ':', ';', '+', '|', '"', '\'', '[', ']', '=', '>'], StringSplitOptions.RemoveEmptyEntries).Where(w => w[0] is not ('!' or '-'));

    private static bool Whole(string pattern, string text, bool part = false) => Regex.IsMatch(text, part ? pattern : $"^(?:{pattern})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    [GeneratedRegex(@"(?i)\.(?:md|rst|sample|example|dist|default|orig|bak|tmpl|template|in)$", RegexOptions.CultureInvariant)]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?i)^(?:listener|listen\w*|bind\w*|bind[-_]?address|server\.bind|ListenAddress|host|address|agentAddress|interfaces?|listen_addresses)$", RegexOptions.CultureInvariant)]
    private static partial Regex Bound();

    [GeneratedRegex(@"\d+\.\d+\.\d+\.\d+|\[?::\d?|localhost|(?:^|\s)\*(?:$|[\s:])|^\d{2,5}$|\blo\b", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"127\.\d+\.\d+\.\d+|localhost|\[?::1\]?|^lo$", RegexOptions.CultureInvariant)]
    private static partial Regex Loopback();

    [GeneratedRegex(@"(?i)^(?:[\w.]+[._-])?(?:(?:ssl|tls)[\w.-]*(?:protocols?|versions?|min\w*)(?:[_-]?(?:min|version))?|ssl-?protocols?|min_?protocol|sslversion(?:min)?|ssl-min-ver|tls-version-min)$", RegexOptions.CultureInvariant)]
    private static partial Regex VersionName();

    [GeneratedRegex(@"(?i)^(?:SSL|SSLv[23](?:\.0)?|TLSv?1(?:[._][01])?|TLSv?_?1_[01]|1\.[01])$", RegexOptions.CultureInvariant)]
    private static partial Regex OldTls();

    [GeneratedRegex(@"(?i)^(?:ssl[._-]?)?(?:use|enable|ssl|allow|force)[._-](?<old>sslv[23]|tlsv1(?:[._]?[01])?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Switch();

    [GeneratedRegex(@"(?i)^(?:[\w.]+[._-])?(?:ssl[._-]?)?(?:ciphers?(?:[._-]?(?:suites?|list|string))?|ssl_?ciphersuite|cipherstring|data-ciphers|macs|kexalgorithms|hostkeyalgorithms|priorities)$", RegexOptions.CultureInvariant)]
    private static partial Regex CipherName();

    [GeneratedRegex(@"(?i)^(?:(?:\w+-)*(?:RC4|RC2|DES|3DES|NULL|EXPORT\d*|EXP|MD5|IDEA|SEED|anon)(?:-\w+)*|DES-CBC3-SHA|[ae]NULL|LOW|ADH|AECDH|BF-CBC|arcfour\d*|3des-cbc|blowfish-cbc|cast128-cbc|hmac-md5\S*|diffie-hellman-group1-sha1|ssh-dss|none)$", RegexOptions.CultureInvariant)]
    private static partial Regex WeakCipher();

    [GeneratedRegex(@"SECLEVEL=0\b", RegexOptions.CultureInvariant)]
    private static partial Regex SecurityLevel();

    [GeneratedRegex(@"(?i)(?:^|[:._-])(?:no|skip|disable|ignore|bypass|allow[-_]?(?:un|in))[-_:]?(?:signed|secure|trusted|authenticated|verified|signature|verification|verify|sig|gpg|hash)[-_]?(?:check(?:s|ing)?|verification|verify|packages?|images?|updates?|repositories|bundles?|firmware)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Unchecked();

    [GeneratedRegex(@"(?i)^(?:(?:repo_|local|pkg_)?gpg[-_]?(?:check|verify)|(?:check|verify|require|enforce)[-_]?(?:signatures?|sig|signed|bundle|firmware|image|update|package)(?:[-_]?\w+)?|(?:signature|sig|sign|image|bundle|firmware|update)[-_]?(?:check(?:ing)?|verify|verification|required|validation)|OnlyTrusted|signed_only|require_signature)$", RegexOptions.CultureInvariant)]
    private static partial Regex Checked();

    [GeneratedRegex(@"(?i)\[[^\]]*\b(?:trusted|allow-insecure)=yes\b[^\]]*\]", RegexOptions.CultureInvariant)]
    private static partial Regex TrustedSource();
}
