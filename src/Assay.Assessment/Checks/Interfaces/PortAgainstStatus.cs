using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Whether each interface that can be reached by a port is on or off as its row says. One answer a row of IXIT 15-Intf; a row that no port belongs to gets none.</summary>
public sealed class PortAgainstStatus() : Check("port-against-status", 2, Polarity.Decide, CoverageScope.Scan,
    "interfaces whose port a scan found open though their row says off, and the reverse", ScannedPorts.ToSettle, "5.6-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var scans = ScannedPorts.Of(examined);
        if (scans.Count == 0) return Silence(examined);
        var rows = examined.Rows(13, 15, 28).ToList();
        if (rows.Count == 0) return [Open(Units[0], "no table of interfaces (IXIT 13, 15 or 28) was handed over to compare with", "IXIT 15-Intf with its field Status")];
        var open = scans.SelectMany(s => s.Open).Where(o => !ScannedPorts.IsClient(o)).ToList();
        var answers = new List<Answer>();
        var whole = ScannedPorts.IsWhole(examined, scans);
        // Rows that call a port's service on, asked once for each port.
        var on = open.Distinct().ToDictionary(o => o, o => rows.Where(r => Papers.Field(r.Row, "Status") is { } other && !IsOff(other) && ScannedPorts.IsAbout(r.Row, o)).Select(r => r.Row).Take(2).ToList());
        foreach (var entry in rows)
        {
            if (Papers.Field(entry.Row, "Status") is not { } status) continue;
            var mine = open.Where(o => ScannedPorts.IsAbout(entry.Row, o)).ToList();
            if (IsOff(status))
            {
                // A row of few words may mean another service than the one that was found: only its own port or its own name counts.
                mine = [.. mine.Where(o => ScannedPorts.PortOf(o) is { } at && (Ports(entry.Row).Contains(at.Port) || (ScannedPorts.Service(o) is { } service && Wording.Names(Papers.Whole(entry.Row), service)))
                    && on[o].All(r => r == entry.Row))];
                if (mine.Count > 0)
                {
                    var words = $"{mine[0].Subject} is open, though {Shortened.Visible(entry.Row.Id)} calls it off";
                    if (entry.Table.Number == 15) answers.Add(Refutes(Units[0], entry, words, mine));
                    else answers.AddRange(Refutes(words, mine));
                    answers.Add(Contradicts(Units[0], new Contradiction($"whether {mine[0].Subject} is on", Papers.Says(entry.Table, entry.Row, Wording.Begin(status)), Papers.Seen(mine[0])), mine[0]));
                }
                else if (entry.Table.Number == 15 && Ports(entry.Row).Count > 0)
                {
                    answers.Add(whole ? Holds(Units[0], entry, $"off as its row says; {Scope(scans)}") : Supports(Units[0], entry, $"not found open; {Scope(scans)}"));
                }
            }
            else if (IsOn(status) && entry.Table.Number == 15 && mine.Count == 0 && ScannedPorts.HasAnswered(examined, scans, entry.Row))
            {
                answers.Add(whole ? Holds(Units[0], entry, $"on as its row says: the device answered there; {Scope(scans)}") : Supports(Units[0], entry, $"the device answered there, as its row says; {Scope(scans)}"));
            }
            else if (IsOn(status) && entry.Table.Number == 15 && mine.Count > 0)
            {
                answers.Add(whole ? Holds(Units[0], entry, $"on as its row says; {Scope(scans)}", mine) : Supports(Units[0], entry, $"found open as its row says; {Scope(scans)}", mine));
            }
        }
        return answers.Count > 0 ? answers : [Open(Units[0], $"no row with a status names a port or a service that a scan can find ({Scope(scans)})", "IXIT 15-Intf with a status and a port for every logical interface")];
    }

    private static string Scope(IReadOnlyList<ScannedPorts> scans) => string.Join("; ", scans.Select(s => s.Scope));

    private static IReadOnlySet<int> Ports(IxitRow row)
    {
        var text = Papers.Whole(row);
        return ScannedPorts.PortsIn(text) is { Count: > 0 } named ? named : ScannedPorts.UsualPorts(text);
    }

    // "disabled" alone; what is off in one state and on in another is nothing that a program may judge.
    private static bool IsOff(string status) => Off.IsMatch(status) && !On.IsMatch(Off.Replace(status, ""));

    private static bool IsOn(string status) => On.IsMatch(status) && !Off.IsMatch(status);

    private static Regex Off => field ??= new(@"\b(disabled|deactivated|inactive|closed|(switched|turned) off|off|not (enabled|active|activated|available|used|open|running|started)|never (enabled|active|started|opened))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex On => field ??= new(@"\b(enabled?|active|activated|on|open|running|used|available|unless|until|except|initially|by default|can be|may be|if|when|after|during)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
