using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A console on a serial line, or of the boot loader, that the image opens, against an interface table that knows no debug interface or serial port.</summary>
public sealed partial class UndeclaredConsole() : Check("undeclared-console", 1, Polarity.Support, CoverageScope.Files,
    "consoles of the image that no row of IXIT 15-Intf lists as an interface for debugging", "pictures of the opened device with its connectors, and a row for every serial line", "5.6-4-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var consoles = examined.Findings.Where(f => f.Has(Traits.SerialConsole) || f.Has(Traits.BootConsole)).ToList();
        var rows = examined.Rows(15).ToList();
        if (consoles.Count == 0) return Silence(examined);
        if (rows.Count == 0) return [Open(Units[0], $"{consoles.Count} console(s) are in the image, and IXIT 15-Intf was not handed over", "IXIT 15-Intf with every port for debugging", consoles)];
        var listed = rows.FirstOrDefault(r => DebugInterfaces.IsDebug(r.Row) || Serial().IsMatch($"{r.Row.Id.Replace('-', ' ')}\n{Papers.Field(r.Row, "Description")}\n{Papers.Field(r.Row, "Type")}"));
        if (listed.Row is not null) return [Supports(Units[0], $"{Shortened.Visible(listed.Row.Id)} lists an interface for the {consoles.Count} console(s) of the image", consoles)];
        var table = rows[0].Table;
        return [Contradicts(Units[0], new Contradiction("whether the device has an interface for debugging", Papers.Says(table, table.Location, "lists none, and no serial line"), Papers.Seen(consoles[0])), consoles)];
    }

    [GeneratedRegex(@"\b(uart|serial|console|rs-?232|rs-?485|ttl|jtag|swd|debug\w*|usb|header|test (pads?|points?))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Serial();
}
