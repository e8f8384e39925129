using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Firmware.Applications;

namespace Assay.Assessment.Checks;

/// <summary>What leaves a device as delivered, before anybody could consent: marks of personal data, or a party whose data rests on consent.</summary>
public sealed class TrafficBeforeConsent() : Check("traffic-before-consent", 2, Polarity.Refute, CoverageScope.Capture,
    "personal data, and gatherers of data that need consent, in captures of the device as delivered", "a capture of the device as delivered, before set-up (state: factoryDefault and mac in device.yaml)", "6-2-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var before = examined.Captures.Where(c => c.State == "factoryDefault").ToList();
        if (before.Count == 0) return [Open(Units[0], "no capture is marked as made before set-up")];
        var own = before.Where(c => c.IsOfDevice).ToList();
        if (own.Count == 0) return [Open(Units[0], "in no capture before set-up is the device itself known by its address", "mac: in device.yaml")];
        var names = own.Select(c => c.Artefact).ToHashSet(StringComparer.Ordinal);
        var answers = new List<Answer>();
        var marks = examined.Findings.Where(f => f.Has(Traits.PersonalMarker) && f.Location.Frame is not null && names.Contains(f.Location.Artefact)).ToList();
        if (marks.Count > 0) answers.AddRange(Refutes($"{marks.Count} mark(s) of personal data leave the device before set-up", marks));
        var consented = examined.Rows(21).Where(r => Fields.Of(r.Row, "Obtaining Consent", "Obtain") == Filled.Words).ToList();
        foreach (var (capture, talk) in own.SelectMany(c => c.Conversations.Where(t => t is { IsOutward: true, IsRemote: true, IsAnswered: true }).Select(t => (c, t))).DistinctBy(t => (t.c.Artefact, t.t.Names.FirstOrDefault())))
        {
            if (talk.Names.Count == 0 || Tracker.OfHost(talk.Names[0]) is not { } tracker) continue;
            // The party is named for data that rests on consent; one that no row names is the matter of another check.
            var row = consented.FirstOrDefault(r => tracker.Words.Append(talk.Names[0]).Any(w => Wording.Names(Papers.Whole(r.Row), w)));
            if (row.Row is null) continue;
            answers.Add(Refutes(Units[0], $"the device speaks with {Shortened.Visible(talk.Names[0])} ({tracker.Party}) before set-up, and {Shortened.Visible(row.Row.Id)} rests on consent", talk.At(capture.Artefact), row.Row.At("Obtaining Consent")).For(row));
        }
        // The host's own name says what it gathers, and a row says that this rests on consent.
        foreach (var (capture, talk) in own.SelectMany(c => c.Conversations.Where(t => t is { IsOutward: true, IsRemote: true, IsAnswered: true }).Select(t => (c, t))).DistinctBy(t => (t.c.Artefact, t.t.Names.FirstOrDefault())))
        {
            if (talk.Names.FirstOrDefault(n => n.Split('.').Any(Gathering.Contains)) is not { } host || examined.Rows(24).FirstOrDefault(r => OnConsent.IsMatch(Papers.Whole(r.Row))) is not { Row: not null } row) continue;
            answers.Add(Refutes(Units[0], $"the device speaks with {Shortened.Visible(host)} before set-up, and {Shortened.Visible(row.Row.Id)} rests on consent", talk.At(capture.Artefact)));
        }
        if (answers.Count > 0) return answers;
        var quiet = own.All(c => !c.Conversations.Any(t => t is { IsOutward: true, IsRemote: true, IsAnswered: true }));
        return examined.LookedWhole(CoverageScope.Capture) && quiet && own.Max(c => c.Length) >= TimeSpan.FromMinutes(10)
            ? [Supports(Units[0], $"the device spoke with nobody outside before set-up, in {own.Max(c => c.Length).TotalMinutes.ToString("0", System.Globalization.CultureInfo.InvariantCulture)} minutes")]
            : [Open(Units[0], "the captures before set-up show no personal data in the clear; what encrypted connections carry cannot be seen")];
    }

    // Labels of host names.
    private static readonly HashSet<string> Gathering = new(StringComparer.OrdinalIgnoreCase) { "telemetry", "metrics", "analytics", "stats", "statistics", "diagnostics", "crash", "crashes", "tracking", "usage" };

    private static Regex OnConsent => field ??= new(@"\b(only|solely) (with|after|on|upon|if|where|when)\b[^.;]{0,40}\b(consent|agree\w*|opt(s|ed|ing)?[- ]in)\b|\bopt[- ]in\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
