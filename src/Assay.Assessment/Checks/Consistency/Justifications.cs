using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every "no" and "not applicable" of the conformance statement carries a reason.</summary>
public sealed class Justifications() : Check("justifications", 2, Polarity.Decide, CoverageScope.Declaration,
    "a reason for every \"no\" and \"not applicable\" of the conformance statement", "the whole conformance statement, signed, with a reason for every \"no\" and \"not applicable\"", "4-1-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var claims = examined.Declaration.Claims;
        if (claims.Count == 0) return [Open(Units[0], "no conformance statement was handed over")];
        var bare = claims.Where(c => c.Support != Support.Yes && (Wording.IsEmpty(c.Justification) || Placeholder.Is(c.Justification) || Bare.IsMatch(c.Justification!))).ToList();
        if (bare.Count > 0) return bare.Select(c => Refutes(Units[0], $"{Shortened.Visible(c.Provision)} is declared {(c.Support == Support.No ? "\"no\"" : "\"not applicable\"")} without a reason", c.Location));
        var missing = examined.Provisions.Where(p => claims.All(c => c.Provision != p)).ToList();
        if (missing.Count > 0) return [Open(Units[0], $"the conformance statement says nothing on {missing.Count} provision(s), {missing[0]} for instance")];
        var reasons = $"all {claims.Count} lines were read, and every \"no\" and \"not applicable\" carries a reason";
        var files = claims.Select(c => c.Location.Artefact).ToHashSet(StringComparer.Ordinal);
        var unread = examined.Declaration.Unread.Count(u => files.Contains(u.Location.Artefact));
        if (unread > 0) return [Supports(Units[0], $"{reasons}; {unread} part(s) of the statement could not be read")];
        return claims.All(c => c.SignedBy is not null) ? [Holds(Units[0], reasons, claims[0].Location)] : [Supports(Units[0], reasons + "; the statement is not signed")];
    }

    // The word of the line itself, said again.
    private static Regex Bare => field ??= new(@"^\W*(no|none|n/?a|n\.a\.|not (applicable|supported|implemented|fulfilled|met))\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
