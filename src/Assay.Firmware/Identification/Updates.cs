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
            if (file.IsScript || file.Name.EndsWith(".sh", StringComparison.Ordinal)) Script(file, notes);
            else if (file.Path.Contains("/cron", StringComparison.Ordinal) && file.Path.Contains("/etc/", StringComparison.Ordinal)) Script(file, notes);
            else if (IsOpkg(file.Path)) continue;
            else if (file.Path.Contains("/etc/", StringComparison.Ordinal)) Configuration(file, notes);
        }
        Feeds(all, notes);
        foreach (var entry in entries)
        {
            if (entry.Type == FileType.Regular && entry.Path.Text.Contains("/etc/opkg/keys/", StringComparison.Ordinal) && entry.Size > 0)
                notes.Add(FindingKind.Update, "package feed key", "a public key that package lists are checked with", 0.8, notes.At(entry.Path.Text), [Traits.Signed]);
        }
    }

    private static void Script(TextFile file, Notebook notes)
    {
        var commands = ShellScript.Commands(file);
        var verified = commands.Any(c => c.Words.Any(w => Verifies().IsMatch(w)));
        var download = commands.FirstOrDefault(c => IsDownload(c));
        var write = commands.FirstOrDefault(IsWrite);
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

    [GeneratedRegex(@"^\w+://(?:127\.|localhost)")]
    private static partial Regex Local();

    [GeneratedRegex(@"(?i)(?<key>ArtifactVerifyKey|public-key-file|swupdate[\w-]{0,40}public[\w-]{0,40}|update_public_key|firmware_public_key)['""]?\s*[=:]\s*\S")]
    private static partial Regex PublicKey();

    [GeneratedRegex(@"^\s*option\s+check_signature(?!\s+0)")]
    private static partial Regex SignatureOption();

    [GeneratedRegex(@"^\s*src(?:/gz)?\s+(?<name>\S+)\s+(?<scheme>https?|ftp)://")]
    private static partial Regex Feed();
}
