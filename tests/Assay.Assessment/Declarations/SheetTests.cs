using System.Text;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>docs/declaration.md, "Spreadsheets" and "Comma-separated": the layout does not matter, and every cell has a place. Judged by workbooks that others wrote.</summary>
public class SheetTests
{
    private static Declaration Read(params (string Name, byte[] Bytes)[] files) => Declaration.Read([.. files.Select(f => Artefact.Of(f.Name, f.Bytes))], default);

    private static Declaration ReadBook(string writer, params IReadOnlyList<Outside.Sheet> sheets) => Read(("book.xlsx", Outside.Write(writer, sheets)));

    public static TheoryData<int, bool> Seeds() => new() { { 1, false }, { 2, true }, { 3, false } };

    [Theory, MemberData(nameof(Seeds))]
    public void The_same_declaration_says_the_same_in_every_layout(int seed, bool later)
    {
        var filled = new Filled(seed);
        var yaml = Read(("a.yaml", Encoding.UTF8.GetBytes(filled.Yaml(later))));
        var expected = Filled.Said(yaml);
        Assert.Equal(68, yaml.Claims.Count);
        Assert.Equal(29, yaml.Tables.Count);
        var layouts = new List<(string Name, Declaration Read, bool Empty)> { ("Markdown", Read(("a.md", Encoding.UTF8.GetBytes(filled.Markdown(later)))), false) };
        foreach (var separator in ",;\t") layouts.Add(($"separated by {(int)separator}", Read([.. filled.Csv(separator).Select((t, i) => ($"{i}.csv", Encoding.UTF8.GetBytes(t)))]), true));
        layouts.Add(("titled CSV", Read(("a.csv", Encoding.UTF8.GetBytes(filled.TitledCsv(later)))), true));
        foreach (var writer in Outside.Writers)
        {
            layouts.Add(($"{writer}, a sheet a table", ReadBook(writer, filled.SheetEach(later)), true));
            layouts.Add(($"{writer}, one sheet", ReadBook(writer, filled.OneSheet(later)), true));
        }
        Assert.All([("YAML", yaml, true), .. layouts], l =>
        {
            Assert.True(l.Item2.Unread.Count == 0, $"{l.Item1}: {string.Join("; ", l.Item2.Unread.Take(5))}");
            Assert.All(l.Item2.Coverage, c => Assert.True(c.IsWhole, l.Item1));
            Assert.Equal(l.Item3 ? expected : Filled.Said(yaml, empty: false), Filled.Said(l.Item2, l.Item3));
        });
    }

    public static TheoryData<string> Writers() => new(Outside.Writers);

    [Theory, MemberData(nameof(Writers))]
    public void A_cell_is_placed_by_sheet_and_row(string writer)
    {
        var declaration = ReadBook(writer, new("Cover", [["Declaration of Bell"]]), new("Security", [[null], [null, "IXIT 6-SoftComp"], [], [null, "ID", "Description"], [null, "SoftComp-1", "Kernel"]]));
        Assert.Empty(declaration.Unread);
        var row = Assert.Single(declaration.Rows(6));
        Assert.Equal("book.xlsx Security line 5", row.At("Description").ToString());
    }

    [Theory, MemberData(nameof(Writers))]
    public void Dates_numbers_and_truths_read_as_a_person_sees_them(string writer)
    {
        foreach (var from1904 in new[] { false, true })
        {
            var book = Outside.Write(writer, [new("2-UserInfo", [["Support Period", "@date 2031-12-31"], ["Model Designation", "@rich Bell 3"]]),
                new("ICS", [["Provision", "Support"], ["5.1-1", "@yes"], ["5.2-1", "@no"]]),
                new("8-UpdProc", [["ID", "Description", "Time Frame"], ["UpdProc-1", "@number 5", "@number 0.1"]])], from1904);
            var declaration = Read(("a.xlsx", book));
            Assert.Empty(declaration.Unread);
            var info = Assert.Single(declaration.Rows(2));
            Assert.Equal(("2031-12-31", "Bell 3"), (info["Support Period"], info["Model Designation"]));
            Assert.Equal([Support.Yes, Support.No], declaration.Claims.Select(c => c.Support));
            Assert.Equal(("5", "0.1"), (declaration.Rows(8).Single()["Description"], declaration.Rows(8).Single()["Time Frame"]));
        }
    }

    [Fact]
    public void An_id_that_the_spreadsheet_took_for_a_date_is_named()
    {
        var declaration = ReadBook("openpyxl", new Outside.Sheet("ICS", [["Provision", "Support"], ["@date 2026-06-01", "yes"], ["5.1-1", "yes"]]));
        var unread = Assert.Single(declaration.Unread);
        Assert.Contains("perhaps 6-1 is meant", unread.Expected);
        Assert.Contains("column A (Provision)", unread.Expected);
        Assert.Equal("5.1-1", Assert.Single(declaration.Claims).Provision);
    }

    [Fact]
    public void A_formula_counts_by_its_saved_value_and_without_one_is_named()
    {
        var sheet = new Outside.Sheet("5-VulnMon", [["ID", "Description"], ["VulnMon-1", "@formula =CONCATENATE(\"a\")"], ["VulnMon-2", "Mail"]]);
        Assert.Equal("computed", ReadBook("exceljs", sheet).Rows(5).First()["Description"]);
        var unsaved = ReadBook("openpyxl", sheet);
        Assert.Equal(2, unsaved.Rows(5).Count());
        var unread = Assert.Single(unsaved.Unread);
        Assert.Contains("5-VulnMon, row VulnMon-1, column B (Description)", unread.Expected);
        Assert.Equal((5, 2), (unsaved.Tables[0].Number, unread.Location.Line));
    }

    [Theory, MemberData(nameof(Writers))]
    public void A_merged_cell_holds_for_the_rows_below(string writer)
    {
        var declaration = ReadBook(writer, new Outside.Sheet("6-SoftComp", [["IXIT 6-SoftComp", null, null], ["ID", "Description", "Update Mechanism"], ["SoftComp-1", "Kernel", "UpdMech-1"], ["SoftComp-2", "Shell", null], ["SoftComp-3", "Page", "none"]],
            Merged: ["A1:C1", "C3:C4"]));
        Assert.Empty(declaration.Unread);
        Assert.Equal(["UpdMech-1", "UpdMech-1", "none"], declaration.Rows(6).Select(r => r["Update Mechanism"]));
        // A row that is merged over two lines is one row.
        var two = ReadBook(writer, new Outside.Sheet("3-VulnTypes", [["ID", "Description", "Action"], ["VulnTypes-1", "Kernel", "Repair"], [null, null, "and tell"]], Merged: ["A2:A3"]));
        Assert.Equal("Repair\nand tell", Assert.Single(two.Rows(3))["Action"]);
    }

    [Theory, MemberData(nameof(Writers))]
    public void What_is_hidden_from_the_signer_is_not_claimed(string writer)
    {
        var declaration = ReadBook(writer, new("ICS", [["Provision", "Support"], ["5.1-1", "yes"]]), new("1-AuthMech", [["ID", "Description"], ["AuthMech-1", "x"]], Hidden: true), new("lists", [["yes"], ["no"]], Hidden: true));
        Assert.Empty(declaration.Tables);
        Assert.Single(declaration.Claims);
        Assert.Contains("hidden", Assert.Single(declaration.Unread).Text);
    }

    [Fact]
    public void Fields_may_stand_downwards_with_a_column_for_each_row()
    {
        var declaration = ReadBook("openpyxl", new Outside.Sheet("SoftServ", [["ID", "SoftServ-1", "SoftServ-2"], ["Description", "Page", "Telnet"], ["Status", "on", "off"]]));
        Assert.Empty(declaration.Unread);
        Assert.Equal([("SoftServ-1", "Page", "on"), ("SoftServ-2", "Telnet", "off")], declaration.Rows(13).Select(r => (r.Id, r["Description"]!, r["Status"]!)));
    }

    public static TheoryData<string, string?[][], string, string> Odd() => new()
    {
        { "1-AuthMech", [["ID", "Description", "Authentification Factor", "Target"], ["a", "b", "c", "d"]], "perhaps \"Authentication Factor\" is meant (column C)", "Authentification Factor" },
        { "1-AutMech", [["ID", "Description"], ["a", "b"]], "perhaps 1-AuthMech is meant", "the sheet 1-AutMech" },
        { "Sheet1", [["IXIT 7-UpdMec"], ["ID", "Description"], ["a", "b"]], "perhaps 7-UpdMech is meant", "IXIT 7-UpdMec" },
        { "ICS", [["Provision", "Support"], ["5.1-11", "yes"]], "perhaps 5.1-1 is meant", "5.1-11" },
        { "ICS", [["Provision", "Suport"], ["5.1-1", "yes"]], "Support as the heading of column B", "Suport" },
        { "ICS", [["Provision", "Support"], ["5.1-1", "maybe"]], "yes, no or n/a as support (ICS, row 5.1-1, column B (Support))", "5.1-1: maybe" },
        { "ICS", [["Provision", "Support"], ["chapter one", "yes"]], "a provision's number (ICS, column A (Provision))", "chapter one" },
        { "6-SoftComp", [["ID", "Description", "Update Mechanism"], [null, "b", "c"]], "an id (6-SoftComp, column A (ID))", "b | c" },
        { "6-SoftComp", [["ID", "Description", "Update Mechanism"], ["a", "b", "c", "d"]], "a heading over column D of 6-SoftComp (row a)", "d" },
        { "6-SoftComp", [["what", "ever"], ["a", "b"]], "a header row of 6-SoftComp", "2 rows without a header" },
        { "6-SoftComp", [["ID", "Description"], ["a", "b"], ["a", "c"]], "an id of its own for each row of 6-SoftComp; line 2 has it as well", "a" },
        { "All", [["Table", "ID", "Field", "Value"], ["SoftCmp", "a", "Description", "x"]], "perhaps 6-SoftComp is meant (column A (Table))", "SoftCmp" },
        { "All", [["Table", "ID", "Field", "Value"], ["SoftComp", "a", "Descripton", "x"]], "perhaps \"Description\" is meant (column C (Field), row a)", "Descripton" },
        { "Facts", [["Condition", "Value"], ["pasword", "yes"]], "perhaps \"passwords\" is meant", "pasword" },
    };

    [Theory, MemberData(nameof(Odd))]
    public void What_is_misspelt_is_named_with_table_row_and_column_and_the_rest_is_read(string sheet, string?[][] rows, string expected, string text)
    {
        var declaration = ReadBook("openpyxl", new(sheet, rows), new("22-ExtSens", [["ID", "Description"], ["ExtSens-1", "Button"]]));
        Assert.Single(declaration.Rows(22));
        var unread = declaration.Unread.First(u => u.Text.StartsWith(text));
        Assert.Contains(expected, unread.Expected);
        Assert.NotNull(unread.Location.Path);
        Assert.True(unread.Location.Line > 0);
    }
}
