using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Passwords stored by a scheme that is quickly searched.</summary>
public sealed class WeakPasswordHash() : Check("weak-password-hash", 1, Polarity.Refute, CoverageScope.Files,
    "a password stored by DES, MD5 or another quickly searched scheme", "the scheme that delivered units store passwords with", "5.4-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var weak = examined.Of(FindingKind.Credential).Where(f => f.Has(Traits.WeakHash)).ToList();
        return weak.Count > 0 ? Refutes($"{weak.Count} password(s) are stored by a weak scheme", weak) : Silence(examined);
    }
}
