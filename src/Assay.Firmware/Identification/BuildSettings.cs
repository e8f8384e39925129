using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Firmware.Identification;

/// <summary>What settings of the build and of the start open: properties of Android's kind, the kernel's command line, rights handed out by sudo, secrets of dial-up.</summary>
internal static partial class BuildSettings
{
    /// <summary>Texts that lie outside the usual folders of settings.</summary>
    public static bool IsOne(string path) => Properties().IsMatch(path) || CommandLines().IsMatch(path);

    public static void Read(IEnumerable<TextFile> files, Notebook notes)
    {
        foreach (var file in files)
        {
            if (Properties().IsMatch(file.Path)) Bridge(file, notes);
            else if (CommandLines().IsMatch(file.Path)) CommandLine(file, notes);
            else if (file.Path.EndsWith("/etc/sudoers", StringComparison.Ordinal) || file.Path.Contains("/etc/sudoers.d/", StringComparison.Ordinal)) Sudo(file, notes);
            else if (file.Path.EndsWith("/etc/ppp/chap-secrets", StringComparison.Ordinal) || file.Path.EndsWith("/etc/ppp/pap-secrets", StringComparison.Ordinal)) DialUp(file, notes);
        }
    }

    // adb asks nobody where the build may be debugged and its own log-in is off; it is on where USB or a port of TCP says so.
    private static void Bridge(TextFile file, Notebook notes)
    {
        var set = new Dictionary<string, (string Value, int Line)>(StringComparer.Ordinal);
        for (var i = 0; i < file.Lines.Count && i < 20_000; i++)
        {
            if (file.Lines[i].Split('=', 2) is [var key, var value] && !key.StartsWith('#')) set[key.Trim()] = (value.Trim(), i + 1);
        }
        string? Of(string key) => set.TryGetValue(key, out var found) ? found.Value : null;
        var on = set.FirstOrDefault(s => s.Key is "persist.sys.usb.config" or "sys.usb.config" or "ro.sys.usb.default.config" && s.Value.Value.Split(',').Contains("adb")
            || s.Key is "service.adb.tcp.port" or "persist.adb.tcp.port" && int.TryParse(s.Value.Value, out var port) && port > 0);
        if (on.Key is null) return;
        var free = Of("ro.adb.secure") == "0" || Of("ro.debuggable") == "1" && Of("ro.adb.secure") is null or "0";
        if (!free) return;
        notes.Add(FindingKind.Debug, "adb", $"{on.Key}={on.Value.Value} turns the debug bridge on, and nobody has to be let in", 0.9, notes.At(file.Path, on.Value.Line), [Traits.DebugTool, Traits.StartedAtBoot, Traits.WithoutLogin]);
    }

    private static void CommandLine(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i];
            if (line.Length > 4096 || line.TrimStart() is ['#', ..]) continue;
            if (Delay().Match(line) is { Success: true } delay && int.Parse(delay.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 0)
                notes.Add(FindingKind.Exposure, "U-Boot", $"the boot loader waits {delay.Groups[1].Value} s for a key that opens its console (bootdelay={delay.Groups[1].Value})", 0.75, notes.At(file.Path, i + 1), [Traits.BootConsole]);
            // A name of a single user's or of a rescue entry is started by hand; what the loader starts by itself is the first or the default.
            if (Shell().Match(line) is { Success: true } shell && line.Contains("console=tty", StringComparison.Ordinal) && !Rescue().IsMatch(string.Join('\n', file.Lines.Skip(Math.Max(0, i - 3)).Take(Math.Min(i, 3)))))
                notes.Add(FindingKind.Debug, file.Name, $"the kernel starts {shell.Groups[1].Value} on its console instead of a log-in", 0.9, notes.At(file.Path, i + 1), [Traits.SerialConsole, Traits.WithoutLogin]);
        }
    }

    private static void Sudo(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            if (Everything().Match(file.Lines[i]) is { Success: true } rule && rule.Groups[1].Value != "root")
                notes.Add(FindingKind.Permission, rule.Groups[1].Value, $"{rule.Groups[1].Value} may run every command as root and is asked for no password", 0.95, notes.At(file.Path, i + 1), [Traits.AllAsRoot]);
        }
    }

    // client server secret addresses
    private static void DialUp(TextFile file, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i].TrimStart();
            if (line.Length == 0 || line[0] == '#') continue;
            var words = Word().Matches(line).Select(m => m.Value.Trim('"')).ToList();
            if (words.Count < 3 || words[2].Length < 3 || words[2][0] is '$' or '@' or '<' or '%' || words[2].Contains("password", StringComparison.OrdinalIgnoreCase)) continue;
            notes.Add(FindingKind.Secret, words[0].Length == 0 || words[0] == "*" ? file.Name : words[0], $"secret of dial-up = {Shortened.Secret(words[2])}", 0.9, notes.At(file.Path, i + 1), [Traits.Password]);
        }
    }

    [GeneratedRegex(@"/(?:build\.prop|default\.prop|prop\.default|local\.prop)$", RegexOptions.CultureInvariant)]
    private static partial Regex Properties();

    [GeneratedRegex(@"/(?:extlinux\.conf|syslinux\.cfg|cmdline\.txt|uEnv\.txt|grub\.cfg|armbianEnv\.txt|boot\.cmd|boot\.scr\.txt|uboot\.env\.txt|u-boot-env\.txt|fw_env\.txt)$", RegexOptions.CultureInvariant)]
    private static partial Regex CommandLines();

    [GeneratedRegex(@"^\s*(?:setenv\s+)?bootdelay[=\s]\s*(\d{1,3})\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Delay();

    [GeneratedRegex(@"(?:^|[\s""=])init=(/(?:usr/)?bin/(?:sh|ash|bash|dash|busybox))(?=$|[\s""])", RegexOptions.CultureInvariant)]
    private static partial Regex Shell();

    [GeneratedRegex(@"(?i)\b(?:label|menuentry)\b.*\b(?:rescue|recovery|single|emergency|failsafe)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Rescue();

    [GeneratedRegex(@"^\s*([%\w.-]+)\s+ALL\s*=\s*(?:\([^)]*\)\s*)?NOPASSWD:\s*ALL\s*(?:#.*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Everything();

    [GeneratedRegex(@"""[^""]*""|\S+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
