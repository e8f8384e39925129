using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A service for debugging, such as adb's or a debugger's remote part, that starts at boot of a delivered device.</summary>
public sealed class DebugServiceStarted() : Check("debug-service-started", 1, Polarity.Absent, CoverageScope.Files,
    "services for debugging that start at boot", "a scan of the ports and of USB of a delivered unit", "5.6-4-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var started = examined.Of(FindingKind.Debug).Where(f => f.Has(Traits.StartedAtBoot)).ToList();
        return started.Count > 0 ? Refutes($"{started.Count} service(s) for debugging start at boot", started) : Silence(examined);
    }
}
