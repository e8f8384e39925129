using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A saved copy of the notice on telemetry: does it say what is gathered, for what, and who receives it?</summary>
public sealed class TelemetryNotice() : Check("telemetry-notice", 1, Polarity.Refute, CoverageScope.Document,
    "kinds of telemetry, purposes and recipients in the saved notice", "a copy of the notice on telemetry, saved with its address and date", "6-5-2c", "6-5-2d")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var pages = Notice.Of(examined, "Documentation of Telemetry");
        if (pages.Count == 0)
        {
            foreach (var unit in Units) yield return Open(unit, "no saved copy of the notice that IXIT 2-UserInfo names was handed over");
            yield break;
        }
        var text = string.Join("\n\n", pages.Select(p => p.Text));
        var own = examined.Rows(24).SelectMany(r => Notice.KindsIn(Notice.Subject(r.Row)).Select(k => (Of: r, Kind: k))).ToList();
        var kinds = Notice.KindsIn(text);
        var left = own.Where(o => kinds.All(k => k.Name != o.Kind.Name)).Select(o => o.Kind.Name).Distinct().ToList();
        yield return kinds.Count == 0 ? Refutes("6-5-2c", "the saved notice names nothing that is gathered", pages[0].File.At(1))
            : left.Count > 0 ? Open("6-5-2c", $"the saved notice does not speak of {string.Join(", ", left)} in words that a program can read", "a person's look at the notice beside IXIT 24-TelData")
            : Supports("6-5-2c", $"the saved notice names {string.Join(", ", kinds.Take(4).Select(k => k.Name))}") with { Locations = [pages[0].File.At(1)] };
        var missing = new List<string>();
        if (!Notice.Purpose(text)) missing.Add("for what telemetry is used");
        if (!Notice.Recipients(text)) missing.Add("who receives it");
        yield return missing.Count > 0 ? Refutes("6-5-2d", $"the saved notice does not say {string.Join(" or ", missing)}", pages[0].File.At(1)) : Supports("6-5-2d", "the saved notice speaks of purposes and recipients") with { Locations = [pages[0].File.At(1)] };
    }
}
