using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>Files that the wrong people may change or that lend root to everybody.</summary>
internal static partial class Permissions
{
    // Each starts other programs, or copies and edits any file, for whoever calls it.
    private static readonly HashSet<string> Interpreters = new(StringComparer.Ordinal)
    {
        "python", "perl", "lua", "luajit", "php", "php-cli", "ruby", "node", "tclsh", "expect", "awk", "gawk", "mawk", "find", "env", "xargs", "vi", "vim", "nano", "less", "more", "gdb", "strace", "cp", "mv", "dd", "tar", "tee", "chmod", "chown", "nmap", "tcpdump", "socat", "nc",
    };

    private const int SetUid = 0x800, OthersWrite = 2, Execute = 0x49;

    public static bool IsSetUidRoot(FileEntry entry) => entry.Type == FileType.Regular && entry.Mode > 0 && (entry.Mode & SetUid) != 0 && (entry.Mode & Execute) != 0 && entry.Owner == 0;

    /// <param name="shells">Paths whose content is a shell or a copy of one.</param>
    /// <param name="copies">Of them, those that repeat byte for byte what lies in a program folder, and are no links to it.</param>
    public static void Read(IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, TextFile> texts, IReadOnlySet<string> shells, IReadOnlySet<string> copies, Notebook notes)
    {
        var boot = BootServices.AllBootScripts(entries, texts);
        foreach (var entry in entries)
        {
            if (entry.Mode < 0 || entry.Type != FileType.Regular) continue;
            var path = entry.Path.Text;
            if ((entry.Mode & OthersWrite) != 0)
            {
                var isBoot = boot.Contains(path) || path.Contains("/etc/init.d/", StringComparison.Ordinal);
                if (isBoot) notes.Add(FindingKind.Permission, path, $"a start script that every user may change (mode {Octal(entry.Mode)})", 0.95, notes.At(path), [Traits.WorldWritable, Traits.BootScript]);
                else if ((entry.Mode & Execute) != 0) notes.Add(FindingKind.Permission, path, $"a program that every user may change (mode {Octal(entry.Mode)})", 0.9, notes.At(path), [Traits.WorldWritable]);
                else if (RestsOn().IsMatch(path))
                    notes.Add(FindingKind.Permission, path, $"every user may change it (mode {Octal(entry.Mode)})", 0.95, notes.At(path), [Traits.WorldWritable]);
            }
            if (!IsSetUidRoot(entry))
            {
                // A second copy of the shell outside the program folders serves nobody but who put it there; with setuid it would be root for everybody.
                if (copies.Contains(path) && (entry.Mode & Execute) != 0 && !path.Contains("bin/", StringComparison.Ordinal))
                    notes.Add(FindingKind.Permission, path, $"a copy of the shell under another name (mode {Octal(entry.Mode)})", 0.6, notes.At(path), []);
                continue;
            }
            // BusyBox itself is often setuid by design and drops the right for all applets but a few; a copy elsewhere is a door.
            if (shells.Contains(path) && !path.EndsWith("bin/busybox", StringComparison.Ordinal))
                notes.Add(FindingKind.Permission, path, $"a shell that runs as root for everybody (mode {Octal(entry.Mode)})", 0.95, notes.At(path), [Traits.SetUid]);
            else if (Interpreters.Contains(path[(path.LastIndexOf('/') + 1)..].TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.')))
                notes.Add(FindingKind.Permission, path, $"runs as root for everybody, and runs or writes whatever it is told (mode {Octal(entry.Mode)})", 0.95, notes.At(path), [Traits.SetUid, Traits.AllAsRoot]);
            else notes.Add(FindingKind.Exposure, path, $"runs as root for everybody (mode {Octal(entry.Mode)})", 0.9, notes.At(path), [Traits.SetUid]);
        }
    }

    // Who may change one of these becomes root with it: accounts, what is run by the clock, at boot or when something is plugged in, and libraries that every program loads.
    [GeneratedRegex(@"/etc/(?:passwd|shadow|group|gshadow|inittab|sudoers|profile|ld\.so\.(?:preload|conf)|crontab|inetd\.conf|rc\.local|fstab|sudoers\.d/[^/]+|cron[\w.]*/[^/]+|crontabs/[^/]+|profile\.d/[^/]+|xinetd\.d/[^/]+|udev/rules\.d/[^/]+|pam\.d/[^/]+)$|/systemd/system/[^/]+\.(?:service|timer|socket)$|/lib\w*/(?:[^/]+/)?[^/]+\.so(?:\.[\d.]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex RestsOn();

    private static string Octal(int mode) => Convert.ToString(mode, 8);
}
