using System.Globalization;

namespace Assay.Assessment.Declarations;

/// <summary>A sheet of a workbook, or a whole file of separated values: rows of cells that somebody laid out by hand.</summary>
/// <param name="Name">Of the sheet; null for a file of separated values.</param>
/// <param name="Rows">Those that hold something, in order.</param>
internal sealed record Grid(string? Name, bool IsHidden, IReadOnlyList<GridRow> Rows);

/// <param name="Number">As a person counts them, from 1; the line of a file of separated values.</param>
/// <param name="Cells">Those that hold something, ordered by column.</param>
internal sealed record GridRow(int Number, IReadOnlyList<GridCell> Cells)
{
    public GridCell? At(int column)
    {
        foreach (var cell in Cells)
        {
            if (cell.Column == column) return cell;
        }
        return null;
    }

    public string Text(int column) => At(column)?.Text ?? "";
}

/// <summary>What kind of value a cell holds, where that matters to a reader of declarations.</summary>
internal enum CellKind
{
    Text,
    /// <summary>A number that is shown as a date; <see cref="GridCell.Text"/> is the date.</summary>
    Date,
    /// <summary><c>#REF!</c> and its like, or a formula whose value was never saved.</summary>
    Broken,
}

/// <param name="Column">From 0.</param>
/// <param name="IsContinued">Filled from a cell above that is merged over this one.</param>
internal sealed record GridCell(int Column, string Text, CellKind Kind = CellKind.Text, bool IsContinued = false)
{
    /// <summary>As spreadsheets name it: <c>A</c>, <c>AB</c>.</summary>
    public static string Letters(int column)
    {
        var letters = "";
        for (var c = column; c >= 0; c = c / 26 - 1) letters = (char)('A' + c % 26) + letters;
        return letters;
    }

    /// <summary>For messages: <c>column C (Description)</c>.</summary>
    public static string Place(int column, string? heading) => string.Create(CultureInfo.InvariantCulture, $"column {Letters(column)}{(string.IsNullOrEmpty(heading) ? "" : $" ({heading})")}");
}
