using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Verdicts;

/// <summary>"All" means one verdict a row: what checks, labs and claims say of rows, as the whole way from a dossier answers it.</summary>
public class RowTests
{
    // 5.5-1-1c asks every row of table 11.
    private const string Unit = "5.5-1-1c";

    private static readonly Location Photo = new() { Artefact = "lab/record.yaml", Line = 4 };

    // Words for the rows in order: what the check says of each ("holds", "refutes", "supports", "open", "differs", "-").
    private sealed class Said(params string[] words) : Check("said", 1, Polarity.Decide, CoverageScope.Declaration, "what the test planted for rows", "what the test would settle", Unit)
    {
        public override IEnumerable<Answer> Look(Examined examined)
        {
            foreach (var (row, i) in examined.Rows(11).Select((r, i) => (r, i)))
            {
                switch (i < words.Length ? words[i] : "-")
                {
                    case "holds": yield return Holds(Unit, row, "it is as it should be"); break;
                    case "refutes": yield return Refutes(Unit, row, "it is not as it should be"); break;
                    case "supports": yield return Supports(Unit, row, "it looks so"); break;
                    case "open": yield return Open(Unit, row, "nobody can tell"); break;
                    case "differs": yield return Contradicts(Unit, row, new Contradiction("the row", Papers.Says(row.Table, row.Row, "this"), Papers.Says(row.Table, row.Row, "that"))); break;
                }
            }
            if (words.Contains("whole")) yield return Holds(Unit, "the table as a whole is as it should be", new Location { Artefact = "ixit" });
            if (words.Contains("whole-support")) yield return Supports(Unit, "the table as a whole looks so");
            if (words.Contains("pointed")) yield return Refutes(Unit, "a row that it only points to", examined.Rows(11).ElementAt(1).Row.Location);
        }
    }

    private static UnitVerdict Of(string words, bool signed = false, int rows = 3, params LabEntry[] lab)
    {
        var plant = Plant.Papers();
        if (rows > 0) plant = plant.Table(11, [.. Enumerable.Range(1, rows).Select(i => new[] { $"ComMech-{i}", "Description: TLS" })]);
        var examined = plant.Examined(signed) with { LabRecords = lab };
        return Evaluation.Of(examined, Catalogue.Default, [new Said(words.Split(' '))]).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == Unit);
    }

    [Theory]
    [InlineData("holds holds holds", false, Outcome.Pass, Grade.Tool, "Pass Pass Pass")]
    [InlineData("holds holds holds", true, Outcome.Pass, Grade.Tool, "Pass Pass Pass")]
    [InlineData("holds holds -", false, Outcome.Inconclusive, null, "Pass Pass Inconclusive")]
    [InlineData("holds holds open", false, Outcome.Inconclusive, null, "Pass Pass Inconclusive")]
    [InlineData("holds holds supports", false, Outcome.Inconclusive, null, "Pass Pass Inconclusive")]
    [InlineData("holds refutes -", false, Outcome.Fail, Grade.Tool, "Pass Fail Inconclusive")]
    [InlineData("holds refutes holds", true, Outcome.Fail, Grade.Tool, "Pass Fail Pass")]
    [InlineData("holds differs holds", true, Outcome.Disputed, null, "Pass Disputed Pass")]
    [InlineData("refutes differs holds", true, Outcome.Fail, Grade.Tool, "Fail Disputed Pass")]
    [InlineData("holds holds -", true, Outcome.Pass, Grade.Declared, "Pass Pass Pass")]
    [InlineData("holds supports supports", true, Outcome.Pass, Grade.Supported, "Pass Pass Pass")]
    [InlineData("- - -", true, Outcome.Pass, Grade.Declared, "Pass Pass Pass")]
    [InlineData("whole - -", false, Outcome.Inconclusive, null, "Inconclusive Inconclusive Inconclusive")]
    [InlineData("whole - -", true, Outcome.Pass, Grade.Supported, "Pass Pass Pass")]
    [InlineData("whole-support - -", true, Outcome.Pass, Grade.Supported, "Pass Pass Pass")]
    [InlineData("pointed", false, Outcome.Fail, Grade.Tool, "Inconclusive Fail Inconclusive")]
    public void A_unit_that_asks_every_row_is_answered_by_its_rows(string words, bool signed, Outcome outcome, Grade? grade, string rows)
    {
        var verdict = Of(words, signed);
        Assert.Equal((outcome, grade), (verdict.Outcome, verdict.Grade));
        Assert.Equal(rows, string.Join(' ', verdict.Rows.Select(r => r.Outcome)));
        Assert.Equal(["ComMech-1", "ComMech-2", "ComMech-3"], verdict.Rows.Select(r => r.Row.Id));
        Assert.All(verdict.Rows, r => Assert.NotEmpty(r.Reason));
    }

    [Fact]
    public void Refuted_and_open_rows_are_named_in_the_reason()
    {
        Assert.Contains("rows ComMech-1, ComMech-3 of 3", Of("refutes - refutes").Reason);
        Assert.Contains("open: row ComMech-3 of 3", Of("holds holds open").Reason);
        Assert.Contains("each of the 3 row(s) of table 11 is decided", Of("holds holds holds").Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_table_that_is_empty_or_missing_passes_nothing_by_tool(bool declared)
    {
        var examined = Plant.Papers().Examined();
        if (declared)
        {
            var table = new IxitTable { Number = 11, Name = "ComMech", Rows = [], Location = new Location { Artefact = "ixit.yaml", Line = 1 }, IsDeclaredEmpty = true };
            examined = examined with { Declaration = examined.Declaration with { Tables = [table] } };
        }
        var verdict = Evaluation.Of(examined, Catalogue.Default, [new Said("whole")]).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == Unit);
        Assert.Equal(Outcome.Inconclusive, verdict.Outcome);
        Assert.Empty(verdict.Rows);
    }

    [Fact]
    public void A_lab_record_covers_the_unit_or_single_rows()
    {
        LabEntry Record(bool passes, string? row, bool signed = true) => new(Unit, new LabRecord("Ada", passes, "tried it", signed ? Plant.Maker : null, ["photo.jpg"], Photo), row);
        Assert.Equal((Outcome.Pass, Grade.Lab), (Of("- - -", lab: Record(true, null)).Outcome, Of("- - -", lab: Record(true, null)).Grade));
        Assert.All(Of("- - -", lab: Record(true, null)).Rows, r => Assert.Equal((Outcome.Pass, Grade.Lab), (r.Outcome, r.Grade)));
        var some = Of("holds - -", lab: Record(true, "ComMech-2"));
        Assert.Equal(Outcome.Inconclusive, some.Outcome);
        Assert.Equal("Pass Pass Inconclusive", string.Join(' ', some.Rows.Select(r => r.Outcome)));
        var all = Of("holds - holds", lab: Record(true, "commech-2"));
        Assert.Equal((Outcome.Pass, Grade.Lab), (all.Outcome, all.Grade));
        Assert.Equal(Outcome.Inconclusive, Of("holds - holds", lab: Record(true, "ComMech-2", signed: false)).Outcome);
        var no = Of("holds - holds", signed: true, lab: Record(false, "ComMech-2"));
        Assert.Equal((Outcome.Fail, Grade.Lab), (no.Outcome, no.Grade));
        Assert.Equal(Outcome.Fail, no.Rows[1].Outcome);
    }

    [Fact]
    public void A_lab_record_never_hides_a_refuted_row_and_of_two_records_the_one_that_says_no_counts()
    {
        LabEntry Record(bool passes, int line) => new(Unit, new LabRecord("Ada", passes, "tried it", Plant.Maker, ["photo.jpg"], Photo with { Line = line }));
        Assert.Equal(Outcome.Fail, Of("- refutes -", signed: true, lab: Record(true, 1)).Outcome);
        Assert.Equal(Outcome.Fail, Of("- - -", signed: true, lab: [Record(true, 1), Record(false, 2)]).Outcome);
    }

    [Fact]
    public void A_thousand_rows_are_all_counted_and_those_that_fail_are_shown()
    {
        var words = string.Join(' ', Enumerable.Range(0, 1000).Select(i => i == 987 ? "refutes" : "holds"));
        var verdict = Of(words, rows: 1000);
        Assert.Equal(Outcome.Fail, verdict.Outcome);
        Assert.Contains("row ComMech-988 of 1000", verdict.Reason);
        Assert.Equal(500, verdict.Rows.Count);
        Assert.Contains(verdict.Rows, r => r.Row.Id == "ComMech-988" && r.Outcome == Outcome.Fail);
        Assert.Equal(Outcome.Inconclusive, Of(words.Replace("refutes", "open"), rows: 1000).Outcome);
    }

    [Fact]
    public void A_row_that_holds_never_passes_a_unit_that_does_not_ask_for_rows()
    {
        var unit = Catalogue.Default.Unit("5.5-5-2b")!;
        Assert.Null(unit.EachRow);
        var verdict = Evaluation.Of(Plant.Papers().Table(11, ["ComMech-1", "Description: TLS"]).Examined(), Catalogue.Default, [new OneRow()]).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == unit.Id);
        Assert.Equal(Outcome.Inconclusive, verdict.Outcome);
    }

    private sealed class OneRow() : Check("one-row", 1, Polarity.Decide, CoverageScope.Declaration, "one row of a table", "all of it", "5.5-5-2b")
    {
        public override IEnumerable<Answer> Look(Examined examined) => examined.Rows(11).Select(r => Holds("5.5-5-2b", r, "fine as it stands"));
    }

    [Fact]
    public void Every_table_that_units_iterate_is_one_that_they_read_and_has_rows()
    {
        var asking = Catalogue.Default.Units.Where(u => u.EachRow is not null).ToList();
        Assert.Contains($"({asking.Count} do)", File.ReadAllText(Path.Combine(Assay.Tests.Checkout.Root, "docs", "semantics.md")));
        Assert.All(asking, u => Assert.Contains(u.EachRow!.Value, u.Tables));
        Assert.All(asking, u => Assert.False(TableName.All[u.EachRow!.Value - 1].IsRecord, u.Id));
        // One protected mechanism is enough for 5.3-2, which is why its rows are not all asked.
        Assert.All(Catalogue.Default.UnitsOf("5.3-2"), u => Assert.Null(u.EachRow));
        foreach (var provision in new[] { "5.1-3", "5.3-7", "5.5-1", "5.5-2", "5.6-1", "5.6-5", "5.13-1" }) Assert.Contains(Catalogue.Default.UnitsOf(provision), u => u.EachRow is not null);
    }
}
