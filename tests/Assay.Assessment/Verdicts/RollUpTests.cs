using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Tests.Verdicts;

/// <summary>semantics.md section 1: units to a provision, provisions to a profile, and whether a level is met.</summary>
public class RollUpTests
{
    private static readonly Catalogue Catalogue = Catalogue.Load("en303645-2.1.1");

    // "P:tool" pass, "N" not applicable, "n" the same by unsigned word, "F" fail, "D" disputed, "C" not claimed, "?" inconclusive; "(…)" preparatory.
    private static UnitVerdict Unit(string id, string word)
    {
        var preparatory = word.StartsWith('(');
        if (preparatory) word = word[1..^1];
        var (outcome, grade) = word switch
        {
            "P:tool" => (Outcome.Pass, Grade.Tool),
            "P:lab" => (Outcome.Pass, Grade.Lab),
            "P:supported" => (Outcome.Pass, Grade.Supported),
            "P:declared" => (Outcome.Pass, Grade.Declared),
            "N" => (Outcome.NotApplicable, Grade.Declared),
            "n" => (Outcome.NotApplicable, (Grade?)null),
            "F" => (Outcome.Fail, Grade.Tool),
            "D" => (Outcome.Disputed, null),
            "C" => (Outcome.NotClaimed, null),
            "?" => (Outcome.Inconclusive, null),
            _ => throw new ArgumentException(word),
        };
        return new UnitVerdict { Unit = id, Outcome = outcome, Grade = grade, Reason = word, IsPreparatory = preparatory, Settle = outcome == Outcome.Inconclusive ? "more" : null };
    }

    [Theory]
    [InlineData("P:tool P:declared F ? D", Outcome.Fail, Grade.Tool)]
    [InlineData("P:tool ? D", Outcome.Disputed, null)]
    [InlineData("P:tool ?", Outcome.Inconclusive, null)]
    [InlineData("P:tool P:lab", Outcome.Pass, Grade.Lab)]
    [InlineData("P:tool P:tool", Outcome.Pass, Grade.Tool)]
    [InlineData("P:tool P:declared P:supported", Outcome.Pass, Grade.Declared)]
    [InlineData("P:supported N", Outcome.Pass, Grade.Supported)]
    [InlineData("N N", Outcome.NotApplicable, Grade.Declared)]
    [InlineData("N n", Outcome.NotApplicable, null)]
    [InlineData("N ?", Outcome.Inconclusive, null)]
    [InlineData("N F", Outcome.Fail, Grade.Tool)]
    [InlineData("C C", Outcome.NotClaimed, null)]
    [InlineData("C P:tool", Outcome.NotClaimed, null)]
    [InlineData("C F", Outcome.Fail, Grade.Tool)]
    [InlineData("(?) P:tool", Outcome.Pass, Grade.Tool)]
    [InlineData("(?)", Outcome.Inconclusive, null)]
    [InlineData("(F) P:tool", Outcome.Fail, Grade.Tool)]
    [InlineData("", Outcome.Inconclusive, null)]
    public void A_provision_is_what_its_units_are(string words, Outcome outcome, Grade? grade)
    {
        var units = words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((w, i) => Unit($"5.1-1-1{(char)('a' + i)}", w)).ToList();
        var verdict = Verdict.OfProvision(Catalogue.Provision("5.1-1")!, units, []);
        Assert.Equal(outcome, verdict.Outcome);
        Assert.Equal(grade, verdict.Grade);
        if (outcome == Outcome.Inconclusive) Assert.NotNull(verdict.Settle);
    }

    [Fact]
    public void A_unit_that_nobody_answered_keeps_a_provision_from_passing()
    {
        var expected = Catalogue.UnitsOf("5.1-1");
        var all = expected.Select(u => Unit(u.Id, "P:tool")).ToList();
        Assert.Equal(Outcome.Pass, Verdict.OfProvision(Catalogue.Provision("5.1-1")!, all, expected).Outcome);
        var less = Verdict.OfProvision(Catalogue.Provision("5.1-1")!, all[1..], expected);
        Assert.Equal(Outcome.Inconclusive, less.Outcome);
        Assert.Contains(expected[0].Id, less.Reason);
    }

    [Fact]
    public void Grades_are_counted_in_whole_words_without_preparatory_steps()
    {
        var counts = Verdict.Count("P:tool P:tool P:lab P:declared F ? ? (?) N C D".Split(' ').Select((w, i) => Unit($"u{i}", w)));
        Assert.Equal("2 tool, 1 lab, 1 declared, 1 failed, 1 disputed, 1 not applicable, 1 not claimed, 2 open", counts.ToString());
        Assert.Equal("nothing examined", new UnitCounts().ToString());
    }

    private static List<ProvisionVerdict> Provisions(string mandatory, string recommended, params (string Id, string Word, bool Claimed)[] others) =>
        [.. Catalogue.Provisions.Select(p =>
        {
            var other = others.FirstOrDefault(o => o.Id == p.Id);
            var word = other.Word ?? (p.IsMandatory ? mandatory : recommended);
            return Verdict.OfProvision(p, [.. Catalogue.UnitsOf(p.Id).Select(u => Unit(u.Id, u.IsPreparatory ? "(?)" : word))], Catalogue.UnitsOf(p.Id), other.Claimed);
        })];

    [Fact]
    public void Recommendations_do_not_sink_a_profile_unless_the_maker_signed_for_them()
    {
        Assert.Equal(Outcome.Pass, Verdict.OfProfile(Catalogue, Provisions("P:declared", "C")).Outcome);
        Assert.Equal(Outcome.Pass, Verdict.OfProfile(Catalogue, Provisions("P:declared", "?")).Outcome);
        Assert.Equal(Outcome.Pass, Verdict.OfProfile(Catalogue, Provisions("P:declared", "F")).Outcome);
        Assert.Equal(Outcome.Fail, Verdict.OfProfile(Catalogue, Provisions("P:declared", "C", ("5.7-1", "F", true))).Outcome);
    }

    [Theory]
    [InlineData("F", Outcome.Fail)]
    [InlineData("D", Outcome.Disputed)]
    [InlineData("?", Outcome.Inconclusive)]
    [InlineData("N", Outcome.Pass)]
    [InlineData("P:tool", Outcome.Pass)]
    public void One_mandatory_provision_decides_and_is_named(string word, Outcome outcome)
    {
        var profile = Verdict.OfProfile(Catalogue, Provisions("P:declared", "C", ("5.4-3", word, false)));
        Assert.Equal(outcome, profile.Outcome);
        if (outcome != Outcome.Pass) Assert.Contains("5.4-3", profile.Reason);
    }

    [Fact]
    public void A_profile_with_fail_and_disputed_fails() =>
        Assert.Equal(Outcome.Fail, Verdict.OfProfile(Catalogue, Provisions("P:tool", "C", ("5.4-3", "D", false), ("5.4-1", "F", false), ("5.1-1", "?", false))).Outcome);

    [Fact]
    public void Nothing_examined_passes_nothing()
    {
        Assert.Equal(Outcome.Inconclusive, Verdict.OfProfile(Catalogue, []).Outcome);
        Assert.Equal(Outcome.Inconclusive, Verdict.OfProfile(Catalogue, [.. Provisions("P:tool", "C").Skip(1)]).Outcome);
        Assert.All(Scheme.Levels, l => Assert.False(Verdict.OfLevel(l, Catalogue, []).IsMet));
    }

    [Fact]
    public void A_catalogue_that_is_not_full_gives_no_overall_verdict_and_meets_no_level()
    {
        var third = Catalogue.Load("en303645-3.1.3");
        var all = third.Provisions.Select(p => Verdict.OfProvision(p, [Unit(p.Id, "P:tool")], [])).ToList();
        Assert.Null(Verdict.OfProfile(third, all).Outcome);
        Assert.False(Verdict.OfLevel(Scheme.Level(1)!, third, all).IsMet);
    }

    [Theory]
    [InlineData(1, "P:declared", true)]
    [InlineData(1, "P:supported", true)]
    [InlineData(1, "P:tool", true)]
    [InlineData(1, "P:lab", true)]
    [InlineData(1, "N", true)]
    [InlineData(1, "n", false)]
    [InlineData(1, "?", false)]
    [InlineData(1, "D", false)]
    [InlineData(1, "F", false)]
    [InlineData(2, "P:declared", true)]
    [InlineData(2, "C", false)]
    [InlineData(3, "P:declared", false)]
    [InlineData(3, "P:supported", true)]
    [InlineData(4, "P:supported", false)]
    [InlineData(4, "P:lab", true)]
    [InlineData(4, "P:tool", true)]
    public void A_level_is_met_exactly_when_each_of_its_provisions_is_answered_at_its_grade(int level, string word, bool met)
    {
        var verdict = Verdict.OfLevel(Scheme.Level(level)!, Catalogue, Provisions(word, word));
        Assert.Equal(met, verdict.IsMet);
        Assert.Equal(met, verdict.Blocks.Count == 0);
    }

    [Fact]
    public void Level_3_asks_for_a_tool_only_where_a_tool_can_look()
    {
        var provisions = Catalogue.Provisions.Select(p => Verdict.OfProvision(p, [.. Catalogue.UnitsOf(p.Id).Select(u => Unit(u.Id, u.IsPreparatory ? "(?)" : u.Means == Means.Tool ? "P:supported" : "P:declared"))], [])).ToList();
        Assert.True(Verdict.OfLevel(Scheme.Level(3)!, Catalogue, provisions).IsMet);
        Assert.False(Verdict.OfLevel(Scheme.Level(4)!, Catalogue, provisions).IsMet);
    }

    [Fact]
    public void What_blocks_a_level_is_named_with_unit_reason_and_what_would_settle_it()
    {
        var verdict = Verdict.OfLevel(Scheme.Level(1)!, Catalogue, Provisions("P:declared", "C", ("5.2-1", "?", false), ("5.4-1", "F", false)));
        Assert.Equal(["5.2-1-1a", "5.2-1-2a", "5.2-1-2b"], verdict.Blocks.Select(b => b.Unit));
        Assert.All(verdict.Blocks, b => Assert.Equal(("5.2-1", Outcome.Inconclusive, "more"), (b.Provision, b.Outcome, b.Settle)));
        Assert.All(Verdict.OfLevel(Scheme.Level(3)!, Catalogue, Provisions("P:declared", "C")).Blocks, b => Assert.Contains("the level asks for supported", b.Reason));
    }
}
