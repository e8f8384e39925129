using Assay.Evidence;

namespace Assay.Assessment.Declarations;

/// <summary>A declaration in a spreadsheet workbook: a sheet a table, or several a sheet (<see cref="GridDeclaration"/>).</summary>
internal static class WorkbookDeclaration
{
    /// <returns>False for a workbook about other things.</returns>
    /// <exception cref="Evidence.Reading.UnreadableException">The archive or its workbook part cannot be read.</exception>
    public static bool Read(Artefact artefact, Gathering into, List<Loss> losses)
    {
        var sheets = Workbook.Read(artefact, losses);
        // Budgets, price lists and test logs come as workbooks too.
        if (!sheets.Any(IsOurs)) return false;
        foreach (var sheet in sheets) GridDeclaration.Read(sheet, into);
        into.Sheet = null;
        return true;
    }

    private static bool IsOurs(Grid sheet) => GridDeclaration.Looks(sheet) || (TableName.Of(sheet.Name!) is { } && sheet.Rows.Count > 0) || Names.Bare(sheet.Name!) is "ics" or "ixit";
}
