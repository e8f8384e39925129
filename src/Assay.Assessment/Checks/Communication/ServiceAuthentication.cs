using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every network service names a log-in mechanism, and the mechanism has a row.</summary>
public sealed class ServiceAuthentication() : Check("service-authentication", 2, Polarity.Refute, CoverageScope.Declaration,
    "a log-in mechanism for every service of IXIT 13-SoftServ", "IXIT 13-SoftServ and 1-AuthMech with matching ids", "5.5-4-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(13).ToList();
        var mechanisms = examined.Declaration.Tables.Where(t => t.Number == 1).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 13-SoftServ was not handed over")];
        var answers = new List<Answer>();
        var named = 0;
        foreach (var (table, row) in rows)
        {
            var says = Papers.Field(row, "Authentication Mechanism");
            // A layout without the field says nothing; a field without words says that there is none.
            if (says is null) continue;
            if (Wording.IsEmpty(says))
            {
                answers.Add(Refutes(Units[0], (table, row), $"{Shortened.Visible(row.Id)} names no log-in mechanism"));
                continue;
            }
            var (known, unknown) = Papers.References(says, mechanisms, "AuthMech");
            if (known.Count > 0) named++;
            if (unknown.Count > 0 && mechanisms.Count > 0)
            {
                answers.Add(Contradicts(Units[0], (table, row), new Contradiction($"whether there is a log-in mechanism {unknown[0]}", Papers.Says(table, row, $"names {unknown[0]}"),
                    Papers.Says(mechanisms[0], mechanisms[0].Location, $"has no row {unknown[0]}"))));
            }
        }
        if (answers.Count > 0) return answers;
        return named == rows.Count
            ? [Supports(Units[0], $"all {rows.Count} service(s) name a log-in mechanism that has a row")]
            : [Open(Units[0], $"{rows.Count - named} of {rows.Count} service(s) describe their log-in without naming a row of IXIT 1-AuthMech", "a row of IXIT 1-AuthMech for each")];
    }
}
