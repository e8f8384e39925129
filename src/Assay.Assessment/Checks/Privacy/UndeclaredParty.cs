using Assay.Evidence;
using Assay.Firmware.Applications;

namespace Assay.Assessment.Checks;

/// <summary>Places outside the home that the device spoke with, against the parties that the papers name. A known gatherer of data on use that no paper names refutes.</summary>
/// <remarks>Any other unnamed host may be a part of a named party's service under another name: it is listed, and a person says whose it is.</remarks>
public sealed class UndeclaredParty() : Check("undeclared-party", 1, Polarity.Refute, CoverageScope.Capture,
    "gatherers of data on use that the device speaks with and no paper names", "a capture of the device's first start, set-up and a day of use (mac in device.yaml), and the parties of IXIT 21-PersData and 24-TelData", "6-1-2b", "6-5-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        if (examined.Captures.Count == 0) return Units.Select(u => Open(u, "no capture was handed over"));
        var own = examined.Captures.Where(c => c.IsOfDevice).ToList();
        if (own.Count == 0) return Units.Select(u => Open(u, "in no capture is the device itself known by its address, so a party may be another device's", "mac: in device.yaml"));
        var parties = Parties.Of(examined);
        if (parties.IsEmpty) return Units.Select(u => Open(u, "no table names a receiver of data to compare with", "IXIT 21-PersData and 24-TelData with their parties"));
        var answers = new List<Answer>();
        var unnamed = new SortedSet<string>(StringComparer.Ordinal);
        var named = 0;
        foreach (var host in own.SelectMany(c => c.Conversations.Where(t => t is { IsOutward: true, IsRemote: true, IsAnswered: true } && t.Port is not (53 or 123)).Select(t => (Capture: c, Talk: t)))
            .SelectMany(t => t.Talk.Names.Take(1).Select(n => (Host: n.ToLowerInvariant(), t.Capture, t.Talk))).GroupBy(t => t.Host).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var first = host.First();
            if (parties.Name(host.Key)) named++;
            else if (Tracker.OfHost(host.Key) is not { } tracker) unnamed.Add(host.Key);
            else if (parties.Name(tracker)) named++;
            else answers.AddRange(Units.Select(u => Refutes(u, $"the device speaks with {Shortened.Visible(host.Key)} ({tracker.Kind}, {tracker.Party}), which no paper names", first.Talk.At(first.Capture.Artefact))));
        }
        if (answers.Count > 0) return answers.NotIn(2, 7, 11, 13, 21, 24, 28);
        if (unnamed.Count > 0) return Units.Select(u => Open(u, $"{unnamed.Count} host(s) that no paper names: {Shortened.Visible(string.Join(", ", unnamed.Take(5)))}", $"whose host {Shortened.Visible(unnamed.First())} is, in IXIT 21-PersData or 24-TelData"));
        return named > 0 ? Units.Select(u => Supports(u, $"each of {named} host(s) that the device spoke with belongs to a party that a paper names")) : Units.Select(u => Open(u, "the device spoke with no named place outside in the captures"));
    }
}
