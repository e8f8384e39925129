using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// Settings that a request without a log-in changed or read. It counts against the device only where it was initialised: before the first set-up nobody
/// could have logged in yet.
/// </summary>
public sealed class ConfigurationWithoutLogin() : Check("configuration-without-login", 2, Polarity.Refute, CoverageScope.Scan,
    "requests that change or read settings without a log-in", "an HTTP archive of the initialised device with and without a log-in, exported with its log-in headers (state: initialised in device.yaml)", "5.5-4-2a", "5.5-5-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var states = examined.Of(FileKind.ToolResults).ToDictionary(f => f.Name, f => f.State, StringComparer.Ordinal);
        var seen = examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.ConfigurationChange) || f.Has(Traits.ConfigurationRead)).ToList();
        var sure = seen.Where(f => f.Has(Traits.WithoutLogin) && states.GetValueOrDefault(f.Location.Artefact) == "initialised").ToList();
        if (sure.Count > 0)
        {
            // The second unit asks who may change settings, not who may read them.
            var changed = sure.Where(f => f.Has(Traits.ConfigurationChange)).ToList();
            return Refutes($"{sure.Count} request(s) changed or read settings of the initialised device without a log-in", sure, Units[0])
                .Concat(changed.Count > 0 ? Refutes($"{changed.Count} request(s) changed settings of the initialised device without a log-in", changed, Units[1]) : [Open(Units[1], "settings were read without a log-in; no change was seen", toSettle: null, sure)]);
        }
        if (seen.Count == 0) return Silence(examined);
        var stripped = seen.Where(f => !f.Has(Traits.WithoutLogin)).ToList();
        return Units.Select(u => Open(u, stripped.Count == seen.Count
            ? $"{seen.Count} request(s) to settings carry no log-in, which may have been taken out on export"
            : $"{seen.Count} request(s) to settings carry no log-in, and the device's state is not said to be initialised", toSettle: null, seen));
    }
}
