using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A console on a serial line, or of the boot loader, that the image opens, against an interface table that knows no debug interface or serial port.</summary>
public sealed class UndeclaredConsole() : Check("undeclared-console", 3, Polarity.Support, CoverageScope.Files,
    "consoles of the image that no row of IXIT 15-Intf lists as an interface for debugging, or that its rows declare off", "pictures of the opened device with its connectors, and a row for every serial line", "5.6-4-2a", "5.6-4-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var consoles = examined.Findings.Where(f => f.Has(Traits.SerialConsole) || f.Has(Traits.BootConsole)).ToList();
        var rows = examined.Rows(15).ToList();
        if (consoles.Count == 0) return Silence(examined);
        if (rows.Count == 0) return Units.Select(u => Open(u, $"{consoles.Count} console(s) are in the image, and IXIT 15-Intf was not handed over", "IXIT 15-Intf with every port for debugging", consoles));
        var lines = rows.Where(r => DebugInterfaces.IsDebug(r.Row) || Serial.IsMatch($"{r.Row.Id.Replace('-', ' ')}\n{Papers.Field(r.Row, "Description")}\n{Papers.Field(r.Row, "Type")}")).ToList();
        if (lines.FirstOrDefault() is { Row: not null } listed) return [State(lines, consoles), Supports(Units[1], $"{Shortened.Visible(listed.Row.Id)} lists an interface for the {consoles.Count} console(s) of the image", consoles)];
        var table = rows[0].Table;
        return [Open(Units[0], "no row of IXIT 15-Intf tells of the console that the image opens"), Contradicts(Units[1], new Contradiction("whether the device has an interface for debugging", Papers.Says(table, table.Location, "lists none, and no serial line"), Papers.Seen(consoles[0])), consoles).NotIn(15)];
    }

    // Every line that could carry it is declared off, and the image starts a log-in or a shell on one.
    private Answer State(List<(IxitTable Table, IxitRow Row)> lines, IReadOnlyList<Finding> consoles)
    {
        // A loader that waits for a key counts where the row itself says that it takes none.
        var open = consoles.Where(c => c.Has(Traits.SerialConsole) || lines.Any(l => Loader.IsMatch(Papers.Field(l.Row, "Status") ?? ""))).ToList();
        return open.Count > 0 && lines.All(l => InterfaceStatus.Of(l.Row) == Switched.Off)
            ? Contradicts(Units[0], new Contradiction($"whether {Shortened.Visible(lines[0].Row.Id)} is off", Papers.Says(lines[0].Table, lines[0].Row, Wording.Begin(Papers.Field(lines[0].Row, "Status")!)), Papers.Seen(open[0])), open)
            : Open(Units[0], "whether a console answers on a delivered unit can only be tried on it", toSettle: null, consoles);
    }

    private static Regex Loader => field ??= new(@"\b(boot ?loader|u-?boot)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Serial => field ??= new(@"\b(uart|serial|console|rs-?232|rs-?485|ttl|jtag|swd|debug\w*|usb|header|test (pads?|points?))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
