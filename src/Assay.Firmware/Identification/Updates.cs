using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>How a device gets new software, as far as its scripts and configuration show: from where, and whether anything is checked before it is written.</summary>
internal static partial class Updates
{
    public static void Read(IReadOnlyList<FileEntry> entries, IEnumerable<TextFile> files, Notebook notes)
    {
        var all = files.ToList();
        foreach (var file in all)
        {
            if (EmbeddedCommands.Of(file) is { } inner) Script(inner, notes);
            else if (file.IsScript || file.Name.EndsWith(".sh", StringComparison.Ordinal)) Script(file, notes);
            else if (file.Path.Contains("/cron", StringComparison.Ordinal) && file.Path.Contains("/etc/", StringComparison.Ordinal)) Script(file, notes);
            else if (IsOpkg(file.Path)) continue;
            else if (file.Path.Contains("/etc/", StringComparison.Ordinal)) Configuration(file, notes);
        }
        Feeds(all, notes);
        ShortKeys(all, notes);
        foreach (var entry in entries)
        {
            if (entry.Type == FileType.Regular && entry.Path.Text.Contains("/etc/opkg/keys/", StringComparison.Ordinal) && entry.Size > 0)
                notes.Add(FindingKind.Update, "package feed key", "a public key that package lists are checked with", 0.8, notes.At(entry.Path.Text), [Traits.Signed]);
        }
    }

    private static void Script(TextFile file, Notebook notes)
    {
        var commands = ShellScript.Commands(file);
        if (file.Path.Contains("/cron", StringComparison.Ordinal)) commands = [.. commands.Select(Unscheduled)];
        var verified = commands.Where((c, i) => c.Words.Any(w => Verifies().IsMatch(w)) && !IsDisregarded(commands, i)).Any();
        for (var i = 0; i + 1 < commands.Count; i++)
        {
            // What comes without a cipher is run as it comes: no later check can help.
            if (!IsRunAsItComes(file, commands[i], commands[i + 1])) continue;
            notes.Add(FindingKind.Update, file.Name, $"what is fetched without encryption ({Scheme(commands[i])}) is run as it comes", 0.9, notes.At(file.Path, commands[i].Line), [Traits.ClearText, Traits.WithoutVerification]);
            return;
        }
        if (commands.FirstOrDefault(c => Installers.Contains(c.Name) && c.Words.Skip(1).Any(w => w.StartsWith("--", StringComparison.Ordinal) && ProgramSettings.SkipsSignatures(w[2..]))) is { } careless)
        {
            notes.Add(FindingKind.Update, file.Name, $"{careless.Name} is told to look at no signature", careless.Conditional ? 0.75 : 0.9, notes.At(file.Path, careless.Line), [Traits.WithoutVerification]);
            return;
        }
        if (!verified && FromMedium(file, commands) is { } plugged)
        {
            notes.Add(FindingKind.Update, file.Name, "what lies on a medium that is plugged in is run or written as it comes", 0.85, notes.At(file.Path, plugged.Line), [Traits.WithoutVerification]);
            return;
        }
        var write = commands.FirstOrDefault(IsWrite);
        // A maker's own client is known by what it is given, where something is written to flash afterwards.
        var download = commands.FirstOrDefault(IsDownload) ?? (write is null ? null : commands.FirstOrDefault(c => c.Words.Skip(1).Any(w => Remote().IsMatch(w)) && !Speaking.Contains(c.Name)));
        var clear = commands.FirstOrDefault(c => IsDownload(c) && c.Words.Any(w => ClearUrl().IsMatch(w)) || c.Name is "tftp" or "ftpget" && c.Words.Count > 2);
        var speaks = write is not null || commands.Any(c => IsDownload(c) && c.Words.Any(w => UpdateWord().IsMatch(w))) || UpdateWord().IsMatch(file.Name);
        if (download is null || !speaks) return;
        if (clear is null && (write is null || verified)) return;

        var traits = new List<string>();
        var value = "software";
        if (clear is not null)
        {
            traits.Add(Traits.ClearText);
            value += $" is fetched without encryption ({Scheme(clear)})";
        }
        else value += " is fetched";
        if (write is not null && !verified)
        {
            traits.Add(Traits.WithoutVerification);
            value += " and written without a check of its signature";
        }
        else if (verified) value += "; the script holds a check before it is used";
        var at = notes.At(file.Path, (clear ?? download).Line);
        notes.Add(FindingKind.Update, file.Name, value, write is null ? 0.7 : 0.9, at, [.. traits]);
    }

    // minute, hour, day, month, day of the week; the system's own table names an account behind them.
    private static ShellCommand Unscheduled(ShellCommand command)
    {
        var times = command.Words.TakeWhile(w => ScheduleTime().IsMatch(w)).Count();
        if (times != 5 || command.Words.Count < 7) return command.Words[0].StartsWith('@') && command.Words.Count > 1 ? command with { Words = [.. command.Words.Skip(1)] } : command;
        return command with { Words = [.. command.Words.Skip(command.Words[5] is "root" or "nobody" or "admin" ? 6 : 5)] };
    }

    [GeneratedRegex(@"^(?:\*|\d{1,2})[\d*,/-]{0,40}$", RegexOptions.CultureInvariant)]
    private static partial Regex ScheduleTime();

    // "verify … || true": the script goes on whatever the check says.
    private static bool IsDisregarded(List<ShellCommand> commands, int at) =>
        at + 1 < commands.Count && commands[at + 1] is { Conditional: true } next && next.Line == commands[at].Line && (next.Name is "true" or ":") && next.Words.Count == 1;

    private static readonly HashSet<string> Installers = new(StringComparer.Ordinal) { "apk", "apt", "apt-get", "dpkg", "rpm", "dnf", "yum", "zypper", "opkg", "pacman", "ostree", "rpm-ostree", "swupdate", "rauc", "mender", "mender-update", "sysupgrade", "fwupdmgr", "snap" };

    // A script that the system calls when a medium appears, or that mounts one itself: what it starts or flashes from there comes from whoever plugs it in.
    private static ShellCommand? FromMedium(TextFile file, List<ShellCommand> commands)
    {
        var places = commands.Where(c => c.Name is "mount" && c.Words.Count > 2 && !c.Words.Contains("-t") && c.Words.Skip(1).Any(w => Removable().IsMatch(w))).Select(c => c.Words[^1]).ToList();
        if (Plugged().IsMatch(file.Path)) places.AddRange(["/mnt", "/media", "/run/media", "/tmp/mnt", "/tmp/usb", "/mnt/usb"]);
        bool There(string word) => places.Any(p => p.Length > 3 && word.StartsWith(p + "/", StringComparison.Ordinal)) || places.Count > 0 && word.StartsWith("of=", StringComparison.Ordinal) is false && word.StartsWith("if=", StringComparison.Ordinal) && There(word[3..]);
        return places.Count == 0 ? null : commands.FirstOrDefault(c => There(c.Words[0]) || (BootServices.IsShell(c.Words[0]) || c.Name is "." or "source") && c.Words.Skip(1).Any(There) || IsWrite(c) && c.Words.Skip(1).Any(There));
    }

    [GeneratedRegex(@"^/dev/(?:sd[a-z]|mmcblk[1-9]|usb)|DEVNAME|DEVICE|DEVPATH|MDEV\b", RegexOptions.CultureInvariant)]
    private static partial Regex Removable();

    [GeneratedRegex(@"/etc/(?:hotplug(?:2)?\.d|hotplug|mdev|udev|usbmount|automount)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Plugged();

    // wget -O - http://… | sh
    private static bool IsRunAsItComes(TextFile file, ShellCommand one, ShellCommand next) =>
        one.Line == next.Line && IsDownload(one) && one.Words.Any(w => ClearUrl().IsMatch(w)) && BootServices.IsShell(next.Words[0]) && next.Words.Skip(1).All(w => w is "-" or "-s" or "-e" or "-x")
        && file.Lines[one.Line - 1].LastIndexOf('|') is > 0 and var pipe && file.Lines[one.Line - 1][pipe..].Contains(next.Words[0], StringComparison.Ordinal);

    private static bool IsDownload(ShellCommand command) =>
        command.Name is "wget" or "curl" or "uclient-fetch" or "ftpget" or "tftp" or "fetch" or "aria2c" && command.Words.Count > 1 && command.Words.Any(w => w.Contains("://", StringComparison.Ordinal) || w.Contains('$') || command.Name is "tftp" or "ftpget");

    private static bool IsWrite(ShellCommand command) => command.Name switch
    {
        "mtd" or "mtd_write" => command.Words.Any(w => w is "write" or "-r" or "-f") || command.Name == "mtd_write",
        "flashcp" or "nandwrite" or "flash_image" or "fwupgrade" or "fwupdate" or "sysupgrade" or "firmwareupgrade" or "flashw" or "mtd_debug" => true,
        "dd" => command.Words.Any(w => w.StartsWith("of=/dev/mtd", StringComparison.Ordinal) || w.StartsWith("of=/dev/mmcblk", StringComparison.Ordinal)),
        "cat" or "cp" => command.Words.Any(w => w.Contains("/dev/mtd", StringComparison.Ordinal)),
        _ => false,
    };

    private static string Scheme(ShellCommand command) =>
        command.Name switch { "tftp" => "tftp", "ftpget" => "ftp", _ => command.Words.Select(w => ClearUrl().Match(w)).First(m => m.Success).Groups["scheme"].Value };

    /// <summary>Settings such as <c>update_url = http://…</c>.</summary>
    private static void Configuration(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i];
            if (line.Length > 4096 || line.TrimStart() is ['#', ..] or [';', ..] or ['/', '/', ..]) continue;
            var match = Setting().Match(line);
            if (match.Success && !Local().IsMatch(match.Groups["url"].Value)) notes.Add(FindingKind.Update, match.Groups["key"].Value, $"{match.Groups["key"].Value} names an address without encryption ({match.Groups["scheme"].Value})", 0.75, notes.At(file.Path, i + 1), [Traits.ClearText]);
            var key = PublicKey().Match(line);
            if (key.Success) notes.Add(FindingKind.Update, key.Groups["key"].Value, $"{key.Groups["key"].Value} names a key that updates are checked with", 0.7, notes.At(file.Path, i + 1), [Traits.Signed]);
        }
    }

    /// <summary>Public keys that a script or a setting names as the ones that updates are checked with, and that are too short for any current catalogue.</summary>
    private static void ShortKeys(List<TextFile> files, Notebook notes)
    {
        var brief = files.Where(f => f.Text.Contains("-----BEGIN PUBLIC KEY-----", StringComparison.Ordinal) || f.Text.Contains("-----BEGIN RSA PUBLIC KEY-----", StringComparison.Ordinal)).Select(f => (File: f, Bits: RsaBits(f.Text))).Where(f => f.Bits is > 0 and < 2048).ToList();
        foreach (var (key, bits) in brief)
        {
            var root = key.Path.IndexOf("/etc/", StringComparison.Ordinal) is > 0 and var cut ? key.Path[cut..] : key.Path;
            if (files.FirstOrDefault(f => f != key && (f.IsScript || f.Path.Contains("/etc/", StringComparison.Ordinal)) && f.Lines.Any(l => l.Contains(root, StringComparison.Ordinal) && Checks().IsMatch(l) && l.TrimStart() is not ['#', ..])) is not { } user) continue;
            notes.Add(FindingKind.Update, key.Name, $"updates are checked with RSA {bits} bits ({user.Name} names the key)", 0.9, notes.At(key.Path), [Traits.ShortKey, Traits.Signed]);
        }
    }

    private static int? RsaBits(string pem)
    {
        try
        {
            using var key = System.Security.Cryptography.RSA.Create();
            key.ImportFromPem(pem);
            return key.KeySize;
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"-verify\b|-pubin\b|\bverify|public-key-file|public_key|ArtifactVerifyKey|usign|signify|minisign", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Checks();

    private static bool IsOpkg(string path) => path.EndsWith("/etc/opkg.conf", StringComparison.Ordinal) || path.Contains("/etc/opkg/", StringComparison.Ordinal) && path.EndsWith(".conf", StringComparison.Ordinal);

    private static void Feeds(List<TextFile> files, Notebook notes)
    {
        var opkg = files.Where(f => IsOpkg(f.Path)).ToList();
        var signed = opkg.Any(f => f.Lines.Any(l => SignatureOption().IsMatch(l)));
        foreach (var file in opkg)
        {
            for (var i = 0; i < file.Lines.Count; i++)
            {
                var line = file.Lines[i];
                if (SignatureOption().IsMatch(line)) notes.Add(FindingKind.Update, "opkg", "lists of packages are checked against a signature", 0.9, notes.At(file.Path, i + 1), [Traits.Signed]);
                var feed = Feed().Match(line);
                if (!feed.Success) continue;
                List<string> traits = [];
                if (feed.Groups["scheme"].Value != "https") traits.Add(Traits.ClearText);
                traits.Add(signed ? Traits.Signed : Traits.WithoutVerification);
                if (signed && traits.Count == 1) continue;
                notes.Add(FindingKind.Update, feed.Groups["name"].Value, $"packages come over {feed.Groups["scheme"].Value}, {(signed ? "their lists are signed" : "nothing checks their lists")}", 0.9, notes.At(file.Path, i + 1), [.. traits]);
            }
        }
    }

    [GeneratedRegex(@"(?i)\b(usign|signify|minisign|gpgv?2?|ucert|openssl|sha256sum|sha512sum|verify\w*|\w*_verify|signature|fwtool|rauc|swupdate)\b")]
    private static partial Regex Verifies();

    [GeneratedRegex(@"(?i)firmware|sysupgrade|upgrade|update|\bfw\b|\bfw[_.-]|[_.-]fw\b|\.img\b|\.trx\b|rootfs|kernel")]
    private static partial Regex UpdateWord();

    [GeneratedRegex(@"^['""]?(?<scheme>http|ftp|tftp)://(?!127\.|localhost)[A-Za-z0-9$\[]")]
    private static partial Regex ClearUrl();

    [GeneratedRegex(@"(?i)(?<![A-Za-z0-9_.\-])(?<key>[A-Za-z0-9_.\-]{0,80}(?:update|upgrade|firmware|fota|\bota|ota_|fw)[A-Za-z0-9_.\-]{0,80})['""]?\s{0,8}[=:\s]\s{0,8}['""]?(?<url>(?<scheme>http|ftp|tftp)://[A-Za-z0-9$\[][^\s'""]*)")]
    private static partial Regex Setting();

    private static readonly HashSet<string> Speaking = new(StringComparer.Ordinal) { "echo", "printf", "logger", "uci", "sed", "grep", "case", "test", "[", "export", "set", "ubus" };

    [GeneratedRegex(@"^(?:https?|ftp)://(?!127\.|localhost)[A-Za-z0-9$\[]")]
    private static partial Regex Remote();

    [GeneratedRegex(@"^\w+://(?:127\.|localhost)")]
    private static partial Regex Local();

    [GeneratedRegex(@"(?i)(?<key>ArtifactVerifyKey|public-key-file|swupdate[\w-]{0,40}public[\w-]{0,40}|update_public_key|firmware_public_key)['""]?\s*[=:]\s*\S")]
    private static partial Regex PublicKey();

    [GeneratedRegex(@"^\s*option\s+check_signature(?!\s+0)")]
    private static partial Regex SignatureOption();

    [GeneratedRegex(@"^\s*src(?:/gz)?\s+(?<name>\S+)\s+(?<scheme>https?|ftp)://")]
    private static partial Regex Feed();
}
