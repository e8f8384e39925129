using Assay.Evidence;
using Assay.Evidence.Cryptography;

namespace Assay.Assessment.Checks;

/// <summary>The same stored password, salt included, in two images or units of the dossier: no device has its own.</summary>
public sealed class SamePasswordHash() : Check("same-password-hash", 1, Polarity.Refute, CoverageScope.Files,
    "one stored password in two images or units", "the stored passwords of two delivered units", "5.1-1-2c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var stored = examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is null && KeyId.OfStored(f) is not null).GroupBy(f => (f.Subject.Split(' ')[0], KeyId.OfStored(f)!)).ToList();
        var shared = stored.Where(g => g.Select(f => f.Location.Artefact).Distinct(StringComparer.Ordinal).Count() > 1).SelectMany(g => g).ToList();
        if (shared.Count > 0) return Refutes($"the same stored password is in {shared.Select(f => f.Location.Artefact).Distinct(StringComparer.Ordinal).Count()} images or units", shared);
        return stored.Count > 0 ? [Open(Units[0], "one image holds stored passwords; whether another unit holds the same cannot be seen from it", toSettle: null, [.. stored.SelectMany(g => g)])] : Silence(examined);
    }
}
