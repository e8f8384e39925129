using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The conformance statement calls something not there, and a detail table describes it; or says yes, and the table says that there is nothing.</summary>
public sealed class ClaimAgainstTable() : Check("claim-against-table", 3, Polarity.Support, CoverageScope.Declaration,
    "the same word in the conformance statement and in the detail tables", "a corrected and signed conformance statement", [.. Pairs.Select(p => p.Unit)])
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        foreach (var (provision, number, unit) in Pairs)
        {
            var claims = examined.Declaration.Claims.Where(c => c.Provision == provision).ToList();
            var table = examined.Declaration.Table(number);
            if (claims.Count == 0 || table is null)
            {
                yield return Open(unit, claims.Count == 0 ? $"the conformance statement says nothing on {provision}" : $"detail table {number} was not handed over", claims.Count == 0 ? "the conformance statement" : $"detail table {number}");
                continue;
            }
            foreach (var claim in claims)
            {
                var one = new Statement($"conformance statement, {provision}: {(claim.Support == Support.Yes ? "yes" : claim.Support == Support.No ? "no" : "not applicable")}", claim.Location, IsPaper: true);
                if (claim.Support == Support.NotApplicable && table.Rows.Count > 0 && !IsNothing(table.Rows) && IsAbout(provision, examined))
                {
                    yield return Contradicts(unit, new Contradiction($"whether {provision} applies", one, Papers.Says(table, table.Rows[0], "is there")));
                }
                // "No" with the reason that it is not done, against rows that say how it is done.
                else if (claim.Support == Support.No && provision is "5.7-1" && table.Rows.Count > 0 && Wording.IsDenied(claim.Justification ?? "") && table.Rows.All(r => Papers.Field(r, "Detection") is { } detects && Fields.Of(detects) == Filled.Words && !Wording.IsNo(detects)))
                {
                    yield return Contradicts(unit, new Contradiction($"whether {provision} is fulfilled", one, Papers.Says(table, table.Rows[0], "says how it is done")));
                }
                else if (claim.Support == Support.Yes && (table.Rows.Count == 0 || IsNothing(table.Rows) && !IsKeptByNone(provision)))
                {
                    yield return Contradicts(unit, new Contradiction($"whether there is anything behind {provision}", one, Papers.Says(table, table.Location, "has no row that describes it"))).NotIn(number);
                }
            }
        }
    }

    // Rows show that there is something; where the provision depends on another fact too, they alone say nothing against "not applicable".
    private static bool IsAbout(string provision, Examined examined) => provision switch
    {
        "5.1-5" or "5.3-2" => false,
        "5.3-10" => DeclaredFacts.Of(examined.Declaration, "networkUpdates").Truth == Catalogues.Truth.True,
        _ => true,
    };

    // A product without sensors has told of all that it has, as soon as a row says that there are none.
    private static bool IsKeptByNone(string provision) => provision is "5.8-3";

    private static bool IsNothing(IReadOnlyList<IxitRow> rows) => rows.All(r => r.Fields.Count == 0 || r.Fields.Values.All(v => Wording.IsEmpty(v) || Wording.IsNo(v) || v.StartsWith("Not applicable", StringComparison.OrdinalIgnoreCase)));

    // One unit that reads the table stands for its provision: a disputed unit makes the provision disputed.
    private static readonly (string Provision, int Table, string Unit)[] Pairs =
    [
        ("5.1-3", 1, "5.1-3-1a"), ("5.1-5", 1, "5.1-5-1a"), ("5.2-2", 3, "5.2-2-1a"), ("5.2-3", 5, "5.2-3-1a"), ("5.3-1", 6, "5.3-1-1a"), ("5.3-2", 7, "5.3-2-1a"), ("5.3-8", 8, "5.3-8-1a"),
        ("5.3-10", 7, "5.3-10-1b"), ("5.4-1", 10, "5.4-1-1c"), ("5.5-1", 11, "5.5-1-1b"), ("5.5-2", 12, "5.5-2-1a"), ("5.5-8", 14, "5.5-8-1a"), ("5.6-6", 16, "5.6-6-1a"),
        ("5.6-7", 17, "5.6-7-1a"), ("5.6-8", 18, "5.6-8-1a"), ("5.6-9", 19, "5.6-9-1a"), ("5.7-1", 20, "5.7-1-1b"), ("5.8-3", 22, "5.8-3-1a"), ("5.9-1", 23, "5.9-1-1b"), ("5.10-1", 24, "5.10-1-1a"),
        ("5.11-1", 25, "5.11-1-1b"), ("5.13-1", 29, "5.13-1-1b"), ("6-5", 24, "6-5-1a"),
    ];
}
