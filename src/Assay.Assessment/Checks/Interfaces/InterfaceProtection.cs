using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Physical and radio interfaces that the product does not need, by their own rows: is a port shielded, is a radio off, is what is needed now and then off between? One answer a row.</summary>
public sealed class InterfaceProtection() : Check("interface-protection", 2, Polarity.Refute, CoverageScope.Declaration,
    "unneeded ports without protection, and unneeded radios that are on", "IXIT 15-Intf with the fields Type, Status and Protection filled for every physical interface", "5.6-3-1a", "5.6-3-1b", "5.6-3-1c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(15).ToList();
        var answers = new List<Answer>();
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var type = Papers.Field(of.Row, "Type") ?? "";
            var said = string.Join("\n\n", Papers.Field(of.Row, "Status"), Papers.Field(of.Row, "Purpose", "Necessity", "Justification"), Papers.Field(of.Row, "Description"));
            var status = InterfaceStatus.Of(of.Row);
            var unneeded = Unneeded.Match(said);
            if (Air.IsMatch(type))
            {
                if (unneeded.Success && status == Switched.On) answers.Add(Refutes("5.6-3-1b", $"{id} is on, and its row says \"{Wording.Begin(unneeded.Value)}\"", of.Row.At("Status")).For(of));
                else if (unneeded.Success && status is Switched.Off or Switched.OffByDefault) answers.Add(Supports("5.6-3-1b", $"{id} is not needed and declared off").For(of));
            }
            else if (Physical.IsMatch(type))
            {
                var protection = Papers.Field(of.Row, "Protection");
                var filled = Fields.Of(protection);
                var idle = unneeded.Success || status == Switched.Off && !Intermittent.IsMatch(said);
                if (idle && filled is Filled.Empty or Filled.Placeholder or Filled.Denied) answers.Add(Refutes("5.6-3-1a", $"{id} is not needed, and its protection {Fields.Shown(protection)}", of.Row.At("Protection")).For(of));
                else if (idle && filled == Filled.Words) answers.Add(Supports("5.6-3-1a", $"{id} is not needed and names a protection").For(of));
            }
            if (Intermittent.Match(said) is { Success: true } now)
            {
                answers.Add(status == Switched.On && AlwaysOn.IsMatch(said)
                    ? Refutes("5.6-3-1c", $"{id} is needed now and then (\"{Wording.Begin(now.Value)}\") and is always on", of.Row.At("Status")).For(of)
                    : status is Switched.Off or Switched.OffByDefault or Switched.Sometimes ? Supports("5.6-3-1c", $"{id} is needed now and then and off between").For(of)
                    : Open("5.6-3-1c", $"{id} is needed now and then; whether it is off between is not said", $"the status of {id} while it is not needed").For(of));
            }
        }
        foreach (var unit in Units.Where(u => answers.All(a => a.Unit != u)))
        {
            answers.Add(Open(unit, rows.Count == 0 ? "IXIT 15-Intf was not handed over" : "no row calls an interface of this kind unneeded, or needed now and then"));
        }
        return answers;
    }

    private static Regex Air => field ??= new(@"\b(air|radio|wireless|wi-?fi|wlan|bluetooth|ble|zigbee|thread|z-wave|nfc|lora\w*|cellular|lte|infrared)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Physical => field ??= new(@"\b(physical|port|connector|pads?|pins?|header|usb|uart|serial|jtag|swd|socket|jack|slot)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unneeded => field ??= new(@"(\bno (purpose|use|function) (in|for|during) (the )?(operation|normal|product|field|use)\w*|\b(never|not) (needed|required|necessary|used) (by the (user|customer|product)|in (the )?(field|operation|normal operation|use)|for (the )?(operation|normal operation|function\w*|use)|after production|by users?)|\bno longer (needed|required|used)|\b(port|interface|connector|header|pads?|radio|socket|it)( (is|are))? unused\b|^[^\w\n]*unused\b|\bunneeded\b|(?<![-\w] )\bunnecessary (port|interface|radio)|\bnever (needed|required|used)\b|\bnot (needed|required|necessary)\s*[.;,)]|\bnot (needed|required|necessary)[ \t]*$)", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant);

    private static Regex Intermittent => field ??= new(@"\b((occasionally|sporadically|intermittently|sometimes|rarely|temporarily) (needed|required|used|necessary)|needed (only )?(occasionally|sporadically|intermittently|now and then|sometimes)|only (needed|required|used) (for|during) (service|maintenance|repair|recovery))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex AlwaysOn => field ??= new(@"\b(always|permanently|continuously|at all times|constantly|24/7)( \w+){0,2} (on|enabled|active|open|available|accessible|powered)\b|\b(enabled|active|on|open) (always|permanently|at all times)\b|\balways[- ]on\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
