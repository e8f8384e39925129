using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every recommendation that the conformance statement calls not met or not applicable carries a reason (TS 103 701, 4-1-1a). Mandatory provisions are no business of it.</summary>
public sealed class Justifications() : Check("justifications", 3, Polarity.Decide, CoverageScope.Declaration,
    "a reason for every recommendation that the conformance statement calls not met or not applicable", "the whole conformance statement, signed, with a reason for every recommendation that is not met or not applicable", "4-1-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var claims = examined.Declaration.Claims;
        if (claims.Count == 0) return [Open(Units[0], "no conformance statement was handed over")];
        var asked = claims.Where(c => IsRecommended(c.Provision)).ToList();
        var bare = asked.Where(c => c.Support != Support.Yes && (Wording.IsEmpty(c.Justification) || Placeholder.Is(c.Justification) || Bare.IsMatch(c.Justification!))).ToList();
        if (bare.Count > 0) return bare.Select(c => Refutes(Units[0], $"{Shortened.Visible(c.Provision)} is declared {(c.Support == Support.No ? "\"no\"" : "\"not applicable\"")} without a reason", c.Location));
        var missing = examined.Provisions.Where(p => IsRecommended(p) && claims.All(c => c.Provision != p)).ToList();
        if (missing.Count > 0) return [Open(Units[0], $"the conformance statement says nothing on {missing.Count} recommendation(s), {missing[0]} for instance")];
        var reasons = $"all {claims.Count} lines were read, and every recommendation that is not met or not applicable carries a reason";
        var files = claims.Select(c => c.Location.Artefact).ToHashSet(StringComparer.Ordinal);
        var unread = examined.Declaration.Unread.Count(u => files.Contains(u.Location.Artefact));
        if (unread > 0) return [Supports(Units[0], $"{reasons}; {unread} part(s) of the statement could not be read")];
        return claims.All(c => c.SignedBy is not null) ? [Holds(Units[0], reasons, claims[0].Location)] : [Supports(Units[0], reasons + "; the statement is not signed")];
    }

    // In every edition that knows it: where one makes it mandatory, nobody is asked for a reason here.
    private static bool IsRecommended(string id) => Catalogue.Editions.Select(c => c.Provision(id)).OfType<Provision>().ToList() is { Count: > 0 } known && known.All(p => !p.IsMandatory);

    // The word of the line itself, said again.
    private static Regex Bare => field ??= new(@"^\W*(no|none|n/?a|n\.a\.|not (applicable|supported|implemented|fulfilled|met))\W*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
