using Assay.Evidence;

namespace Assay.Assessment.Declarations;

/// <summary>A declaration in a spreadsheet workbook: a sheet a table, or several a sheet (<see cref="GridDeclaration"/>).</summary>
internal static class WorkbookDeclaration
{
    /// <exception cref="Evidence.Reading.UnreadableException">The archive or its workbook part cannot be read.</exception>
    public static void Read(Artefact artefact, Gathering into, List<Loss> losses)
    {
        var lost = new List<Loss>();
        var sheets = Workbook.Read(artefact, lost);
        // Budgets, price lists and test logs come as workbooks too.
        if (!sheets.Any(IsOurs))
        {
            if (lost.Count > 0) losses.AddRange(lost);
            return;
        }
        losses.AddRange(lost);
        foreach (var sheet in sheets) GridDeclaration.Read(sheet, into);
        into.Sheet = null;
    }

    private static bool IsOurs(Grid sheet) => GridDeclaration.Looks(sheet) || (TableName.Of(sheet.Name!) is { } && sheet.Rows.Count > 0) || Names.Bare(sheet.Name!) is "ics" or "ixit";
}
