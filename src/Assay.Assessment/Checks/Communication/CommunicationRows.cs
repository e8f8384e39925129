using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every interface that a way of communicating names has a row, and every interface row has a way of communicating.</summary>
public sealed class CommunicationRows() : Check("communication-rows", 2, Polarity.Support, CoverageScope.Declaration,
    "matching rows in IXIT 11-ComMech and in the table of network interfaces", "IXIT 11-ComMech with a row for every interface of table 28, and no other", "5.5-1-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(11).ToList();
        var tables = examined.Declaration.Tables.Where(t => t.Number == 28).ToList();
        if (rows.Count == 0 || tables.Count == 0) return [Open(Units[0], $"IXIT {(rows.Count == 0 ? "11-ComMech" : "28")} was not handed over")];
        var answers = new List<Answer>();
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (table, row) in rows)
        {
            var (known, unknown) = Papers.References(Papers.Whole(row), tables, "LogIntf", "ExtAPI");
            named.UnionWith(known.Select(k => k.Id));
            if (unknown.Count > 0)
            {
                answers.Add(Contradicts(Units[0], new Contradiction($"whether there is an interface {unknown[0]}", Papers.Says(table, row, $"names {unknown[0]}"),
                    Papers.Says(tables[0], tables[0].Location, $"has no row {unknown[0]}"))));
            }
        }
        if (answers.Count > 0) return answers.NotIn(28);
        var interfaces = tables.SelectMany(t => t.Rows).ToList();
        var without = interfaces.Where(r => !named.Contains(r.Id)).Select(r => Shortened.Visible(r.Id)).ToList();
        return without.Count > 0
            ? [Open(Units[0], $"{without.Count} of {interfaces.Count} interface(s) have no row in IXIT 11-ComMech: {string.Join(", ", without.Take(5))}", $"a row of IXIT 11-ComMech for {without[0]}, or the reason why it needs none")]
            : [Supports(Units[0], $"all {interfaces.Count} interface(s) have a row in IXIT 11-ComMech")];
    }
}
