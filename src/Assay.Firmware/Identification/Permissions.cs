using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>Files that the wrong people may change or that lend root to everybody.</summary>
internal static class Permissions
{
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
                else if (path.EndsWith("/etc/passwd", StringComparison.Ordinal) || path.EndsWith("/etc/shadow", StringComparison.Ordinal) || path.EndsWith("/etc/inittab", StringComparison.Ordinal) || path.EndsWith("/etc/sudoers", StringComparison.Ordinal))
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
            else notes.Add(FindingKind.Exposure, path, $"runs as root for everybody (mode {Octal(entry.Mode)})", 0.9, notes.At(path), [Traits.SetUid]);
        }
    }

    private static string Octal(int mode) => Convert.ToString(mode, 8);
}
