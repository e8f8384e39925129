using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A serial console that opens a shell without a log-in.</summary>
public sealed class ConsoleWithoutLogin() : Check("console-without-login", 1, Polarity.Refute, CoverageScope.Files,
    "a serial console that starts a shell without a log-in", "what the serial port of a delivered unit answers", "5.6-4-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var open = examined.Findings.Where(f => f.Has(Traits.SerialConsole) && f.Has(Traits.WithoutLogin)).ToList();
        return open.Count > 0 ? Refutes($"{open.Count} serial console(s) open without a log-in", open) : Silence(examined);
    }
}
