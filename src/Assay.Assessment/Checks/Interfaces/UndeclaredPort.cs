using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// A port that a scan found open and that no interface or service row names. Passes only where every port of TCP and UDP was scanned in both states at every network interface of IXIT 15-Intf;
/// where the papers name no service at all nobody can tell what they would call it, and the unit stays open.
/// </summary>
public sealed class UndeclaredPort() : Check("undeclared-port", 3, Polarity.Decide, CoverageScope.Scan,
    "open ports of a scan that no row of the interface and service tables names", ScannedPorts.ToSettle, "5.6-1-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var scans = ScannedPorts.Of(examined);
        if (scans.Count == 0) return Silence(examined);
        var open = scans.SelectMany(s => s.Open).Where(o => !ScannedPorts.IsClient(o)).ToList();
        var rows = examined.Rows(13, 15, 28).Select(r => r.Row).ToList();
        var others = examined.Rows(1, 7, 11).Select(r => r.Row).ToList();
        if (rows.Count == 0) return [Open(Units[0], $"{open.Count} open port(s), but no table of interfaces (IXIT 13, 15 or 28) was handed over to compare with", "IXIT 13-SoftServ and 15-Intf", open)];
        var missing = open.Where(o => !rows.Any(r => ScannedPorts.IsAbout(r, o))).ToList();
        var elsewhere = missing.Where(o => others.Any(r => ScannedPorts.IsAbout(r, o))).ToList();
        missing = [.. missing.Except(elsewhere)];
        var namesServices = examined.Rows(13, 28).Any() || rows.Any(r => ScannedPorts.PortsIn(Papers.Whole(r)).Count > 0 || ScannedPorts.UsualPorts(Papers.Whole(r)).Count > 0);
        if (missing.Count > 0 && !namesServices) return [Open(Units[0], $"{missing.Count} open port(s), and the tables name no service at all", "IXIT 13-SoftServ, or logical interfaces in IXIT 15-Intf", missing)];
        // A service of which only the number is known may be the one that a row without a number means.
        var nameless = rows.Where(r => ScannedPorts.PortsIn(Papers.Whole(r)).Count == 0 && IsOfSoftware(r) && !Silent.IsMatch(Papers.Whole(r)) && !open.Any(o => ScannedPorts.IsAbout(r, o))).ToList();
        var unknown = nameless.Count > 0 ? missing.Where(o => ScannedPorts.Service(o) is null).ToList() : [];
        if (missing.Count > 0 && unknown.Count == missing.Count) return [Open(Units[0], $"{missing.Count} open port(s) that no table names; {Shortened.Visible(nameless[0].Id)} may mean it", "the port number in every row of IXIT 13 and 15, or what answers there (nmap -sV)", missing)];
        missing = [.. missing.Except(unknown)];
        if (missing.Count > 0) return Refutes($"{missing.Count} open port(s) that no table lists", missing).NotIn(1, 7, 11, 13, 15, 28);
        if (elsewhere.Count > 0) return [Open(Units[0], $"{elsewhere.Count} open port(s) that only IXIT 1, 7 or 11 speaks of", "a row of IXIT 15-Intf for each", elsewhere)];
        var scope = string.Join("; ", scans.Select(s => s.Scope));
        if (!ScannedPorts.IsWhole(examined, scans)) return open.Count > 0 ? [Supports(Units[0], $"all {open.Count} open port(s) are listed, in a part of the ports, states and interfaces ({scope})", open)] : [Open(Units[0], $"no open port was found, in a part of the ports, states and interfaces ({scope})")];
        return [open.Count > 0 ? Holds(Units[0], $"all {open.Count} open port(s) are listed; IP only ({scope})", [.. open.Select(o => o.Location)]) : Holds(Units[0], $"no port is open; IP only ({scope})", [.. scans.Select(s => new Location { Artefact = s.Artefact })])];
    }

    // It says itself that it only calls others, or listens nowhere.
    private static Regex Silent => field ??= new(@"\b((outgoing|outbound) only|only (outgoing|outbound)|listens (on|at) no port|(does not|never) listens?\b|listens nowhere|no (listening|open) ports?|opens no port|without (a|any) (listening |open )?port|not reachable (from|over|by) (the )?network|client only)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A row on a socket or a radio names no service that a port could be.
    private static bool IsOfSoftware(IxitRow row) => Papers.Field(row, "Type") is not { } type || !(Wording.Names(type, "physical") || Wording.Names(type, "network"));
}
