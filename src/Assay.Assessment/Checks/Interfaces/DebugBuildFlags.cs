using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Switches of the build configuration that leave debugging open, against rows that call the debug interface off. A switch is no device: it disputes, and refutes nothing.</summary>
public sealed class DebugBuildFlags() : Check("debug-build-flags", 1, Polarity.Support, CoverageScope.Declaration,
    "build switches that leave JTAG, kernel debuggers or serial commands open, against a debug interface that is declared off", "what the debug port of a delivered unit answers", "5.6-4-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var flags = examined.Of(FileKind.BuildConfiguration).SelectMany(f => f.Lines.Select((l, i) => (File: f, Line: i + 1, Text: l.Trim()))).Where(l => Opens.IsMatch(l.Text)).DistinctBy(l => l.Text).ToList();
        if (!examined.Of(FileKind.BuildConfiguration).Any()) return [Open(Units[0], "no build configuration was handed over")];
        var rows = examined.Rows(15, 28).Where(r => Papers.Field(r.Row, "Debug Interface", "Debug") is { } d && (Wording.IsYes(d) || Words.IsMatch(d))).ToList();
        if (flags.Count == 0) return [Open(Units[0], "no switch of the build configuration that is known leaves debugging open; what the device does only the device shows")];
        var closed = rows.FirstOrDefault(r => InterfaceStatus.Of(r.Row) is Switched.Off or Switched.OffByDefault);
        if (closed.Row is null) return [Open(Units[0], $"{flags[0].Text} ({flags[0].File.At(flags[0].Line)}) leaves debugging open; no row calls a debug interface off")];
        return [.. flags.Select(f => Contradicts(Units[0], (closed.Table, closed.Row), new Contradiction("whether debugging is open",
            new Statement($"{f.File.Name}: {Wording.Begin(f.Text)}", f.File.At(f.Line), IsPaper: true), Papers.Says(closed.Table, closed.Row, Wording.Begin(Papers.Field(closed.Row, "Status") ?? "")))))];
    }

    // ESP-IDF, Zephyr, Linux, U-Boot: what each opens its own documentation says.
    private static Regex Opens => field ??= new(@"^CONFIG_(SECURE_BOOT_ALLOW_JTAG|SECURE_FLASH_ENCRYPTION_MODE_DEVELOPMENT|ESP_SYSTEM_GDBSTUB_RUNTIME|ESP_SYSTEM_PANIC_GDBSTUB|ESP_GDBSTUB_ENABLED|KGDB|KGDB_SERIAL_CONSOLE|KGDB_KDB|DEVMEM|DEVKMEM|GDBSTUB|GDBSTUB_SERIAL_BACKEND|USB_CONFIGFS_F_FS_ADB|SHELL_BACKEND_SERIAL|DEBUG_COREDUMP_BACKEND_LOGGING|CMD_MEMORY_WRITE)=y$", RegexOptions.CultureInvariant);

    private static Regex Words => field ??= new(@"\b(jtag|swd|uart|serial|debug)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
