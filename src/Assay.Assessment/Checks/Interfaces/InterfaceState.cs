using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A service that its row binds to the time of set-up, heard in a capture of the device after set-up. One answer a row.</summary>
public sealed class InterfaceState() : Check("interface-state", 1, Polarity.Refute, CoverageScope.Capture,
    "services that a table binds to set-up and that answer after it", "a capture of the device after set-up, with state: initialised in device.yaml, while a scanner asks every port", "5.6-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(13, 15, 28).Where(r => InterfaceStatus.IsForSetupOnly(Papers.Field(r.Row, "Status"))).ToList();
        var others = examined.Rows(13, 15, 28).Where(r => !InterfaceStatus.IsForSetupOnly(Papers.Field(r.Row, "Status"))).ToList();
        var later = examined.Captures.Where(c => c.State == "initialised").Select(c => c.Artefact).ToHashSet(StringComparer.Ordinal);
        if (rows.Count == 0) return [Open(Units[0], "no row binds an interface to the time of set-up")];
        if (later.Count == 0) return [Open(Units[0], $"{Shortened.Visible(rows[0].Row.Id)} is declared for set-up only, and no capture is marked as made after it")];
        var answers = new List<Answer>();
        foreach (var service in examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.Listener) && later.Contains(f.Location.Artefact)))
        {
            var words = Papers.WordsFor(service);
            var of = rows.FirstOrDefault(r => Papers.IsAbout(r.Row, words));
            // One port may serve a set-up page and something else: then another row explains it.
            if (of.Row is null || others.Any(r => Papers.IsAbout(r.Row, words) && InterfaceStatus.Of(r.Row) is not (Switched.Off or Switched.OffByDefault))) continue;
            answers.AddRange(Refutes($"{service.Subject} answers after set-up, though {Shortened.Visible(of.Row.Id)} binds it to set-up", [service]).Select(a => a.For(of)));
            answers.Add(Contradicts(Units[0], new Contradiction($"when {service.Subject} is on", Papers.Says(of.Table, of.Row, Wording.Begin(Papers.Field(of.Row, "Status")!)), Papers.Seen(service)), service).For(of));
        }
        return answers.Count > 0 ? answers : Silence(examined);
    }
}
