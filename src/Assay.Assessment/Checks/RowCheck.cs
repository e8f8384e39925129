using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Asks every row of one detail table the same questions, and answers for each row: "all" is never relaxed to "some".</summary>
/// <param name="table">1 to 29.</param>
public abstract class RowCheck(string id, int version, Polarity polarity, int table, string looksFor, string settle, params string[] units)
    : Check(id, version, polarity, CoverageScope.Declaration, looksFor, settle, units)
{
    /// <summary>The table that is asked.</summary>
    public int Table => table;

    public sealed override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(table).ToList();
        var name = $"{table}-{TableName.All[table - 1].Name}";
        if (rows.Count == 0) return Units.Select(u => Open(u, $"IXIT {name} was not handed over", $"IXIT {name}"));
        var answers = rows.SelectMany(r => OfRow(examined, r.Table, r.Row).Select(a => a.Row is null ? a.On(r.Table, r.Row) : a)).ToList();
        answers.AddRange(Units.Where(u => answers.All(a => a.Unit != u)).Select(u => Open(u, $"no row of IXIT {name} says enough of it")).ToList());
        return answers;
    }

    /// <summary>What one row says; nothing where the row is not about it.</summary>
    protected abstract IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row);

    /// <summary>The row's id, fit for a report.</summary>
    protected static string Name(IxitRow row) => Shortened.Visible(row.Id);
}

internal static class RowAnswer
{
    /// <summary>The same answer, for one row of a table.</summary>
    public static Answer On(this Answer answer, IxitTable table, IxitRow row) => answer with
    {
        Row = Papers.Place((table, row)),
        Locations = answer.Locations.Count > 0 ? answer.Locations : [row.Location],
    };
}
