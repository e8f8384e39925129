using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A network service that lets anybody in: a shell without a log-in behind Telnet, for instance.</summary>
public sealed class ServiceWithoutLogin() : Check("service-without-login", 1, Polarity.Refute, CoverageScope.Files,
    "a network service that starts without asking who is there", "requests without credentials to every service of the device", "5.5-4-2a", "5.5-5-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var open = examined.Of(FindingKind.Service).Where(f => f.Has(Traits.WithoutLogin)).ToList();
        return open.Count > 0 ? Refutes($"{open.Count} service(s) let anybody in", open) : Silence(examined);
    }
}
