using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A service that its table row calls off, and that the image starts or that answers in a capture. One answer a row.</summary>
/// <remarks>What is off "by default" may have been turned on when the capture was made, unless the capture shows the device as delivered.</remarks>
public sealed class ServiceDeclaredOff() : Check("service-declared-off", 3, Polarity.Refute, CoverageScope.Files,
    "a service that a table calls disabled, and that the image starts or a capture hears", "a scan of the device as delivered", "5.6-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var services = examined.Findings.Where(f => (f.Kind == FindingKind.Service && f.Has(Traits.StartedAtBoot)) || (f.Kind == FindingKind.Exposure && f.Has(Traits.Listener))).ToList();
        var delivered = examined.Captures.Where(c => c.State == "factoryDefault").Select(c => c.Artefact).ToHashSet(StringComparer.Ordinal);
        var rows = examined.Rows(13, 15, 28).Select(r => (r.Table, r.Row, Is: InterfaceStatus.Of(r.Row))).ToList();
        var declaredOff = WordIndex.Of(rows.Where(r => r.Is is Switched.Off or Switched.OffByDefault).Select(r => r.Row));
        var answers = new List<Answer>();
        foreach (var service in services)
        {
            var words = Papers.WordsFor(service);
            if (!declaredOff.NamesAny(words)) continue;
            // A row that calls it on explains it; several rows may speak of one port.
            var about = rows.Where(r => Papers.IsAbout(r.Row, words)).ToList();
            if (about.Any(r => r.Is is Switched.On)) continue;
            if (about.FirstOrDefault(r => r.Is is Switched.Off or Switched.OffByDefault) is not { Row: not null } off) continue;
            var status = Wording.Begin(Papers.Field(off.Row, "Status")!);
            var sure = off.Is == Switched.Off || service.Location.Frame is null || delivered.Contains(service.Location.Artefact);
            if (sure) answers.AddRange(Refutes($"{service.Subject} is there ({service.Value}), though {Shortened.Visible(off.Row.Id)} calls it off", [service]).Select(a => a.For((off.Table, off.Row))));
            answers.Add(Contradicts(Units[0], new Contradiction($"whether {service.Subject} is on", Papers.Says(off.Table, off.Row, status), Papers.Seen(service)), service).For((off.Table, off.Row)));
        }
        if (answers.Count == 0) answers.AddRange(Unreachable(examined));
        return answers.Count > 0 ? answers : Silence(examined);
    }

    // Every interface to a network is called off, and the device speaks over one.
    private IEnumerable<Answer> Unreachable(Examined examined)
    {
        var networks = examined.Rows(15).Where(r => Wording.Names(Papers.Field(r.Row, "Type") ?? "", "network")).ToList();
        if (networks.Count == 0 || networks.Any(r => InterfaceStatus.Of(r.Row) != Switched.Off)) yield break;
        if (examined.Captures.FirstOrDefault(c => c.IsOfDevice && c.Conversations.Any(t => t is { IsOutward: true, IsAnswered: true })) is not { } capture) yield break;
        var talk = capture.Conversations.First(t => t is { IsOutward: true, IsAnswered: true });
        foreach (var row in networks) yield return Refutes(Units[0], row, $"the device speaks over a network in {capture.Artefact}, and every network interface of IXIT 15-Intf is called off") with { Locations = [row.Row.At("Status"), talk.At(capture.Artefact)] };
    }
}
