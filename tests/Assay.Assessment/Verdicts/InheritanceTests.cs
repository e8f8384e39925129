using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Verdicts;

/// <summary>Units that apply others again: never better than those allow, with the source shown.</summary>
public class InheritanceTests
{
    private static readonly Catalogue Units = Catalogue.Default;

    public static TheoryData<string> Heirs => [.. Units.Units.Where(u => Units.SourcesOf(u).Count > 0).Select(u => u.Id)];

    [Fact]
    public void Every_name_leads_to_units_and_no_chain_comes_back()
    {
        Assert.Equal(14, Heirs.Count);
        foreach (var unit in Units.Units)
        {
            foreach (var name in unit.Inherits) Assert.Contains(Units.Units, u => name.TrimStart('~') is var n && (u.Id == n || u.Case == n || u.Provision == n));
            var seen = new HashSet<string> { unit.Id };
            var waiting = new Queue<TestUnit>(Units.SourcesOf(unit));
            while (waiting.TryDequeue(out var next))
            {
                Assert.NotEqual(unit.Id, next.Id);
                if (seen.Add(next.Id)) foreach (var source in Units.SourcesOf(next)) waiting.Enqueue(source);
            }
        }
    }

    private static UnitVerdict Answer(string unit, Outcome outcome, Grade? grade = null, bool ofRows = false, params RowVerdict[] rows) =>
        new() { Unit = unit, Outcome = outcome, Grade = grade, Reason = $"{unit} is {outcome}", Settle = outcome == Outcome.Inconclusive ? "more of it" : null, Rows = rows, IsOfRowsAlone = ofRows, Findings = outcome == Outcome.Fail ? ["f01"] : [] };

    // All units of the catalogue pass by tool, except those that are given.
    private static UnitVerdict Of(string heir, Declaration? papers = null, params UnitVerdict[] given)
    {
        var all = Units.Units.Select(u => given.FirstOrDefault(g => g.Unit == u.Id) ?? Answer(u.Id, Outcome.Pass, Grade.Tool)).ToList();
        return new Inheritance(Units, all, papers ?? Declaration.Empty).Of(all.Single(v => v.Unit == heir));
    }

    [Theory]
    [MemberData(nameof(Heirs))]
    public void An_heir_is_never_passed_while_what_it_inherits_does_not(string heir)
    {
        Assert.Equal((Outcome.Pass, Grade.Tool), (Of(heir).Outcome, Of(heir).Grade));
        foreach (var source in Units.SourcesOf(Units.Unit(heir)!).Where(s => !s.IsPreparatory))
        {
            foreach (var (outcome, grade) in new[] { (Outcome.Fail, Grade.Tool), (Outcome.Fail, Grade.Lab), (Outcome.Fail, Grade.Declared), (Outcome.Disputed, (Grade?)null), (Outcome.Inconclusive, null) })
            {
                var verdict = Of(heir, given: Answer(source.Id, outcome, grade));
                Assert.NotEqual(Outcome.Pass, verdict.Outcome);
                Assert.Contains(source.Id, verdict.Reason);
                Assert.Contains(source.Id, verdict.Inherited.SelectMany(n => Units.Units.Where(u => u.Id == n || u.Case == n || u.Provision == n)).Select(u => u.Id));
                if (verdict.Outcome == Outcome.Inconclusive) Assert.False(string.IsNullOrEmpty(verdict.Settle));
                if (outcome == Outcome.Fail && grade == Grade.Tool && Units.Unit(heir)!.Restricts is null)
                {
                    Assert.Equal((Outcome.Fail, Grade.Tool), (verdict.Outcome, verdict.Grade));
                    Assert.Contains("f01", verdict.Findings);
                }
            }
            var weaker = Of(heir, given: Answer(source.Id, Outcome.Pass, Grade.Declared));
            Assert.Equal((Outcome.Pass, Grade.Declared), (weaker.Outcome, weaker.Grade));
            Assert.Equal(Outcome.Pass, Of(heir, given: Answer(source.Id, Outcome.NotApplicable)).Outcome);
        }
    }

    [Theory]
    [InlineData(Outcome.NotApplicable)]
    [InlineData(Outcome.NotClaimed)]
    [InlineData(Outcome.Fail)]
    public void What_asks_nothing_or_failed_by_itself_stays_as_it_is(Outcome outcome) =>
        Assert.Equal(outcome, Of("5.3-10-1a", given: [Answer("5.3-10-1a", outcome), Answer("5.3-9-1a", Outcome.Inconclusive)]).Outcome);

    [Fact]
    public void A_preparatory_step_and_a_related_unit_change_nothing_and_the_relation_is_named()
    {
        Assert.Equal(Outcome.Pass, Of("5.3-1-2a", given: Answer("5.3-2-2a", Outcome.Inconclusive)).Outcome);
        var related = Of("5.4-2-1c", given: [.. Units.UnitsOf("5.4-1").Select(u => Answer(u.Id, Outcome.Fail, Grade.Tool))]);
        Assert.Equal(Outcome.Pass, related.Outcome);
        Assert.Equal(["~5.4-1"], related.Inherited);
    }

    // Critical parameters travel by ComMech-1; ComMech-2 carries none.
    private static Declaration Papers => Plant.Papers().Table(11, ["ComMech-1", "Description: cloud"], ["ComMech-2", "Description: local page"])
        .Table(10, ["SecParam-1", "Type: critical", "Secure Communication Mechanisms: ComMech-1"], ["SecParam-2", "Type: public", "Secure Communication Mechanisms: ComMech-2"]).Examined().Declaration;

    private static RowVerdict Row(Declaration papers, int at, Outcome outcome) =>
        new() { Row = Assay.Assessment.Checks.Papers.Place((papers.Table(11)!, papers.Table(11)!.Rows[at])), Outcome = outcome, Grade = Grade.Tool, Reason = "as planted" };

    [Fact]
    public void A_row_that_carries_no_critical_parameter_does_not_fail_the_unit_on_critical_parameters()
    {
        var papers = Papers;
        var second = Of("5.5-7-2a", papers, Answer("5.5-1-2a", Outcome.Fail, Grade.Tool, ofRows: true, Row(papers, 1, Outcome.Fail)));
        Assert.Equal(Outcome.Pass, second.Outcome);
        var first = Of("5.5-7-2a", papers, [Answer("5.5-1-2a", Outcome.Fail, Grade.Tool, ofRows: true, Row(papers, 0, Outcome.Fail)), Answer("5.5-7-2a", Outcome.Pass, Grade.Tool, rows: [Row(papers, 0, Outcome.Pass), Row(papers, 1, Outcome.Pass)])]);
        Assert.Equal(Outcome.Fail, first.Outcome);
        Assert.Equal([Outcome.Fail, Outcome.Pass], first.Rows.Select(r => r.Outcome));
        Assert.Contains("inherits 5.5-1-2a", first.Rows[0].Reason);
        // Something that touches the source whole, or papers that name no rows: nobody can tell, so it does not pass.
        Assert.Equal(Outcome.Inconclusive, Of("5.5-7-2a", papers, Answer("5.5-1-2a", Outcome.Fail, Grade.Tool, ofRows: false, Row(papers, 1, Outcome.Fail))).Outcome);
        Assert.Equal(Outcome.Inconclusive, Of("5.5-7-2a", null, Answer("5.5-1-2a", Outcome.Fail, Grade.Tool, ofRows: true, Row(papers, 1, Outcome.Fail))).Outcome);
    }

    [Fact]
    public void It_shows_in_a_whole_assessment()
    {
        var examined = Plant.Papers().Table(7, ["UpdMech-1", "Description: over the network"]).Examined(signed: true);
        var before = Evaluation.Of(examined, Units, []);
        Assert.Equal(Outcome.Pass, Unit(before, "5.3-10-1a").Outcome);
        Assert.Equal(["5.3-9-1a", "5.3-9-1b"], Unit(before, "5.3-10-1a").Inherited);
        var after = Evaluation.Of(examined, Units, [new Against()]);
        Assert.Equal(Outcome.Fail, Unit(after, "5.3-10-1a").Outcome);
        Assert.Contains("inherits 5.3-9-1b", Unit(after, "5.3-10-1a").Reason);
        Assert.Equal(Outcome.Fail, after.Verdicts.Single(v => v.Provision == "5.3-10").Outcome);
    }

    private static UnitVerdict Unit(AssessmentResult result, string id) => result.Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == id);

    private sealed class Against() : Check("against", 1, Polarity.Refute, CoverageScope.Declaration, "what the test planted", "nothing at all", "5.3-9-1b")
    {
        public override IEnumerable<Answer> Look(Examined examined) => examined.Rows(7).Select(r => Refutes("5.3-9-1b", r, "tampering is not detected"));
    }
}
