using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Firmware.Applications;

namespace Assay.Assessment.Checks;

/// <summary>
/// A party that gathers usage data, seen in an HTTP archive or as a library in the companion app, which neither the tables nor a saved notice name. What was seen on
/// the wire refutes; a library alone contradicts, since it may be switched off.
/// </summary>
public sealed class UnnamedParties() : Check("unnamed-parties", 1, Polarity.Support, CoverageScope.Application,
    "parties that gather usage data and that no paper names as a recipient", "IXIT 21-PersData and 24-TelData with every recipient, and a saved copy of the notice", "6-1-2d", "6-5-2d")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.Behaviour).Where(f => f.Has(Traits.Tracker)).ToList();
        if (seen.Count == 0) return Silence(examined);
        var rows = examined.Rows(2, 11, 21, 24).ToList();
        var recipients = rows.Where(r => r.Table.Number is 21 or 24).ToList();
        var notices = examined.Of(FileKind.Document).Where(f => f.Lines.Any(l => Wording.Names(l, "privacy") || Wording.Names(l, "personal data"))).ToList();
        if (recipients.Count == 0 && notices.Count == 0) return Units.Select(u => Open(u, $"{seen.Count} sign(s) of parties that gather usage data, but neither IXIT 21 or 24 nor a notice was handed over to compare with", toSettle: null, seen));
        var said = string.Join('\n', rows.Select(r => Papers.Whole(r.Row)).Concat(notices.Select(n => string.Join('\n', n.Lines))));
        var missing = seen.Where(f => !WordsFor(f.Subject).Any(w => Wording.Names(said, w))).ToList();
        if (missing.Count == 0) return Units.Select(u => Supports(u, $"all {seen.Count} sign(s) of parties that gather usage data belong to parties that the papers name", seen));
        var onTheWire = missing.Where(f => f.Location.Path is null).ToList();
        if (onTheWire.Count > 0) return Refutes($"{onTheWire.Count} part(ies) were sent requests, and no paper names them: {string.Join(", ", onTheWire.Take(4).Select(f => f.Subject))}", onTheWire).NotIn(2, 11, 21, 24);
        var paper = recipients.Count > 0 ? Papers.Says(recipients[0].Table, recipients[0].Table.Location, $"names no {missing[0].Subject}") : new Statement($"the notice names no {missing[0].Subject}", notices[0].At(1), IsPaper: true);
        return Units.Select(u => Contradicts(u, new Contradiction($"whether {missing[0].Subject} receives data", paper, Papers.Seen(missing[0])), missing)).NotIn(2, 11, 21, 24);
    }

    // A host, or a party whose library is in the app.
    private static IEnumerable<string> WordsFor(string subject) =>
        (Tracker.OfHost(subject) ?? Tracker.All.FirstOrDefault(t => t.Party == subject)) is { } tracker ? [subject, .. tracker.Words, .. tracker.Hosts] : [subject];
}
