using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A service that an outside tool found asking for a password over a connection without encryption: Telnet, FTP, HTTP Basic.</summary>
public sealed class LoginOfferedInClear() : Check("login-offered-in-clear", 1, Polarity.Refute, CoverageScope.Scan,
    "services that ask for a password without encryption", "a scan with the version of every service, as \"nmap -sV --script http-auth -p- -oX\"", "5.1-3-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var clear = examined.Of(FindingKind.Service).Where(f => f.Has(Traits.PasswordLogin) && f.Has(Traits.ClearText)).ToList();
        return clear.Count > 0 ? Refutes($"{clear.Count} service(s) ask for a password without encryption", clear) : Silence(examined);
    }
}
