using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Telnet or FTP starts at boot: whoever logs in there does it in clear text.</summary>
public sealed class ClearTextLoginService() : Check("clear-text-login-service", 1, Polarity.Refute, CoverageScope.Files,
    "Telnet or FTP started at boot, whose log-ins have no encryption", "a capture of a log-in to that service, or its removal", "5.1-3-2a", "5.5-5-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var services = examined.Of(FindingKind.Service).Where(f => f.Has(Traits.StartedAtBoot) && (f.Has(Traits.Telnet) || f.Has(Traits.Ftp))).ToList();
        if (services.Count == 0) return Silence(examined);
        // What a service without encryption does to access control depends on what it lets change: that unit stays with a person.
        return Refutes($"{services.Count} service(s) for log-ins in clear text start at boot", services, "5.1-3-2a")
            .Append(Open("5.5-5-2a", "a clear-text log-in service starts at boot; what it lets change was not seen", "what a log-in there may change", services));
    }
}
