using System.Globalization;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Traffic.Mud;

namespace Assay.Assessment.Checks;

/// <summary>The MUD file lets others reach a service of the device that no interface or service table lists. Two papers of one maker.</summary>
public sealed class MudAgainstServices() : Check("mud-against-services", 1, Polarity.Support, CoverageScope.Declaration,
    "services that the MUD file lets others reach and that no table lists", "one corrected paper: the table with the missing row, or the MUD file without the rule", "5.6-1-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var files = examined.Of(FileKind.Mud).Select(f => (File: f, Mud: MudAgainstTraffic.Read(f))).Where(f => f.Mud is not null).ToList();
        if (files.Count == 0) return [Open(Units[0], "no MUD file was handed over, or none could be read", "the device's MUD file (RFC 8520)")];
        var rows = examined.Rows(13, 15, 28).ToList();
        if (rows.Count == 0) return [Open(Units[0], "no interface or service table (IXIT 13, 15 or 28) was handed over", "IXIT 13-SoftServ and 15-Intf")];
        var named = WordIndex.Of(rows.Select(r => r.Row));
        var answers = new List<Answer>();
        var listed = 0;
        foreach (var (file, mud) in files)
        {
            foreach (var port in mud!.Permissions.Where(IsService).Select(p => p.DevicePorts[0].First).Distinct().Order())
            {
                if (named.NamesAny(Papers.WordsFor(port)))
                {
                    listed++;
                    continue;
                }
                var number = port.ToString(CultureInfo.InvariantCulture);
                answers.Add(Contradicts(Units[0], new Contradiction($"whether the device serves port {number}",
                    new Statement($"MUD file {file.Name}: others may reach port {number}", file.At(1), IsPaper: true), Papers.Says(rows[0].Table, rows[0].Table.Location, $"no row names port {number}"))));
            }
        }
        if (answers.Count > 0) return answers.NotIn(13, 15, 28);
        return listed > 0 ? [Supports(Units[0], $"each of the {listed} service(s) that the MUD file lets others reach has a row")] : [Open(Units[0], "the MUD file lets nobody reach a single port of the device")];
    }

    // One port of the device that others may call; ports of answers (DHCP, names, time, discovery) are no services.
    private static bool IsService(Permission entry) => entry is { FromDevice: false, Accept: true, PeerPorts.Count: 0, DevicePorts: [var only], InitiatedBy: not InitiatedBy.Device, Protocol: 6 or 17 }
        && only.First == only.Last && only.First is not (53 or 67 or 68 or 123 or 546 or 1900 or 5353) and < 32768;
}
