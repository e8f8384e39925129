using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A log-in with a password from the list of known defaults, seen in a capture.</summary>
public sealed class KnownDefaultOnTheWire() : Check("known-default-on-the-wire", 1, Polarity.Refute, CoverageScope.Capture,
    "a log-in with a widely known user name and password in a capture", "a log-in with the password as delivered, on two units", "5.1-1-2c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is not null && (f.Default == true || f.Has(Traits.KnownDefault))).ToList();
        return seen.Count > 0 ? Refutes($"{seen.Count} log-in(s) with a widely known password were captured", seen) : Silence(examined);
    }
}
