using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>An update script in the image that fetches and installs without checking; against a table that promises a check, both are shown.</summary>
public sealed class UpdateWithoutVerification() : Check("update-without-verification", 1, Polarity.Refute, CoverageScope.Files,
    "an update step in the image that installs what it fetched without checking it", "the device's answer to a package with one changed byte", "5.3-2-2b", "5.3-9-1b", "5.3-10-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var bare = examined.Of(FindingKind.Update).Where(f => f.Has(Traits.WithoutVerification)).ToList();
        if (bare.Count == 0) return Silence(examined);
        var answers = Refutes($"{bare.Count} update step(s) install without verification", bare).ToList();
        foreach (var (table, row) in examined.Rows(7))
        {
            var says = $"{Papers.Field(row, "Security Guarantees")} {Papers.Field(row, "Cryptographic Details")}";
            if (!Wording.Names(says, "signature") && !Wording.Names(says, "signed") && !Wording.Names(says, "authenticity") && !Wording.Names(says, "integrity")) continue;
            var contradiction = new Verdicts.Contradiction("whether updates are verified before they are installed", Papers.Says(table, row, Wording.Begin(says)), Papers.Seen(bare[0]));
            answers.AddRange(Units.Select(u => Contradicts(u, contradiction, bare)));
            break;
        }
        return answers;
    }
}
