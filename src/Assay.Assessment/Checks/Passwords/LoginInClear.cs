using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A person's user name and password in a capture without encryption: HTTP Basic, Telnet, FTP.</summary>
public sealed class LoginInClear() : Check("login-in-clear", 1, Polarity.Refute, CoverageScope.Capture,
    "a user's log-in that crosses the network without encryption", "a capture of a log-in by every mechanism of IXIT 1-AuthMech", "5.1-3-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        // A digest of MD5 can be tried offline; a maker who declares it says so in a row, and that row has its own check.
        var declaresDigest = examined.Rows(1).Any(r => Wording.Names(Papers.Whole(r.Row), "digest"));
        var seen = examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is not null && !f.Has(Traits.Remote) && (!f.Has(Traits.Digest) || f.Has(Traits.WeakHash) && !declaresDigest))
            .Concat(examined.Of(FindingKind.Cleartext).Where(f => f.Has(Traits.Login) && !f.Has(Traits.Remote)))
            .Order(Comparer<Finding>.Create(Finding.Compare)).ToList();
        return seen.Count > 0 ? Refutes($"{seen.Count} log-in(s) crossed the network in clear text", seen) : Silence(examined);
    }
}
