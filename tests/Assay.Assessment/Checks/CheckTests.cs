using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Tests.Checks;

public class CheckTests
{
    public static TheoryData<string> Ids => [.. Register.All.Select(c => c.Id)];

    [Fact]
    public void Every_check_has_its_three_dossiers_and_there_are_at_least_twenty_five()
    {
        Assert.True(Register.All.Count >= 25, $"{Register.All.Count} checks");
        Assert.Equal(Register.All.Select(c => c.Id), PlantedDossiers.ByCheck.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_check_names_units_of_the_catalogue_and_no_id_comes_twice()
    {
        Assert.Equal(Register.All.Count, Register.All.Select(c => c.Id).Distinct().Count());
        foreach (var check in Register.All)
        {
            Assert.NotEmpty(check.Units);
            Assert.All(check.Units, unit => Assert.NotNull(Catalogue.Default.Unit(unit)));
            Assert.All([check.LooksFor, check.Settle], words => Assert.True(words.Length > 10, check.Id));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_fails_the_dossier_that_must_fail(string id)
    {
        var (check, answers, verdicts) = Look(id, PlantedDossiers.ByCheck[id].Fails);
        var against = answers.Where(a => a.Says is Says.Refutes or Says.Contradicts).ToList();
        Assert.NotEmpty(against);
        Assert.All(against, a => Assert.NotEmpty(a.Locations));
        Assert.All(against, a => Assert.Contains(verdicts[a.Unit].Outcome, new[] { Outcome.Fail, Outcome.Disputed }));
        Assert.All(against, a => Assert.Contains(a.Unit, check.Units));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_does_not_fail_the_dossier_that_must_not(string id)
    {
        var (check, answers, verdicts) = Look(id, PlantedDossiers.ByCheck[id].Not);
        Assert.DoesNotContain(answers, a => a.Says is Says.Refutes or Says.Contradicts);
        Assert.NotEmpty(answers);
        Assert.All(check.Units, unit => Assert.NotEqual(Outcome.Fail, verdicts[unit].Outcome));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_stays_open_where_it_must_and_says_what_would_settle_it(string id)
    {
        var (check, answers, verdicts) = Look(id, PlantedDossiers.ByCheck[id].Open);
        Assert.All(answers, a => Assert.Equal(Says.Open, a.Says));
        Assert.All(answers, a => Assert.False(string.IsNullOrWhiteSpace(a.Settle)));
        Assert.All(check.Units, unit => Assert.Equal(Outcome.Inconclusive, verdicts[unit].Outcome));
        Assert.All(check.Units.Where(u => answers.Any(a => a.Unit == u)), unit => Assert.False(string.IsNullOrWhiteSpace(verdicts[unit].Settle)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_stays_open_on_an_empty_dossier(string id)
    {
        var (check, answers, verdicts) = Look(id, Plant.Papers().Silent());
        Assert.All(answers, a => Assert.Equal(Says.Open, a.Says));
        Assert.All(check.Units, unit => Assert.Contains(verdicts[unit].Outcome, new[] { Outcome.Inconclusive, Outcome.NotClaimed }));
    }

    // The check alone, so that no other check answers in its place.
    private static (Check Check, IReadOnlyList<Answer> Answers, IReadOnlyDictionary<string, UnitVerdict> Verdicts) Look(string id, Plant plant)
    {
        var check = Register.All.Single(c => c.Id == id);
        var examined = plant.Examined();
        var result = Evaluation.Of(examined, Catalogue.Default, [check]);
        return (check, [.. check.Look(examined with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] })], result.Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit));
    }
}
