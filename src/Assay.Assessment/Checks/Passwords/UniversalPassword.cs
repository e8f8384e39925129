using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>An account in the image with no password, or with a password from the list of known defaults: the same on every device that runs it.</summary>
public sealed class UniversalPassword() : Check("universal-password", 1, Polarity.Refute, CoverageScope.Files,
    "an account in the image whose password is empty or widely known", "the passwords of two delivered units, and the step of production that sets them", "5.1-1-2c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var accounts = examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is null).ToList();
        var universal = accounts.Where(f => f.Has(Traits.EmptyPassword) || f.Default == true || f.Has(Traits.KnownDefault))
            .Concat(examined.Of(FindingKind.Secret).Where(f => f.Has(Traits.Password) && f.Default == true)).ToList();
        if (universal.Count > 0) return Refutes($"the image holds {universal.Count} log-in(s) with an empty or widely known password, the same on every device", universal);
        var hashed = accounts.Where(f => f.Has(Traits.PasswordHash)).ToList();
        if (hashed.Count > 0)
        {
            return [Open(Units[0], "the image holds password hashes; whether each device gets its own before it is sold cannot be seen from it",
                "the same account on two delivered units: the hashes differ, or the first start replaces them", hashed)];
        }
        return Silence(examined);
    }
}
