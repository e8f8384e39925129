using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Tests.Catalogues;

public class CatalogueTests
{
    private static readonly Catalogue Second = Catalogue.Load("en303645-2.1.1");
    private static readonly Catalogue Third = Catalogue.Load("en303645-3.1.3");

    [Fact]
    public void The_second_edition_holds_68_provisions_of_which_33_are_mandatory()
    {
        Assert.Equal(68, Second.Provisions.Count);
        Assert.Equal(33, Second.Provisions.Count(p => p.IsMandatory));
        Assert.Equal(35, Second.Provisions.Count(p => !p.IsMandatory));
        Assert.Equal(68, Second.Provisions.Select(p => p.Id).Distinct().Count());
        Assert.True(Second.GivesOverallVerdict);
    }

    [Fact]
    public void The_third_edition_holds_78_provisions_and_says_that_it_is_provisional()
    {
        Assert.Equal(78, Third.Provisions.Select(p => p.Id).Distinct().Count());
        Assert.NotNull(Third.Provisional);
        Assert.False(Third.GivesOverallVerdict);
        Assert.Equal(["5.3-4B", "5.3-6A", "5.3-6B", "5.3-11", "5.3-12", "5.3-15A", "5.3-15B", "5.6-4B"], Third.Provisions.Where(p => p.IsDisputed).Select(p => p.Id));
    }

    [Fact]
    public void Every_provision_of_the_second_edition_is_continued_in_the_third() =>
        Assert.Equal(Second.Provisions.Select(p => p.Id), Third.Provisions.Where(p => p.Earlier is not null).Select(p => p.Earlier!).Distinct());

    [Fact]
    public void The_units_are_226_in_109_cases_and_68_groups()
    {
        Assert.Equal(226, Second.Units.Select(u => u.Id).Distinct().Count());
        Assert.Equal(109, Second.Units.Select(u => u.Case).Distinct().Count());
        Assert.Equal(68, Second.Units.Select(u => u.Provision).Distinct().Count());
        Assert.Equal(102, Second.Units.Count(u => u.IsFunctional));
        Assert.Equal(124, Second.Units.Count(u => !u.IsFunctional));
    }

    [Theory]
    [InlineData(Decides.Adequacy, 82)]
    [InlineData(Decides.Existence, 51)]
    [InlineData(Decides.Conformity, 51)]
    [InlineData(Decides.Completeness, 22)]
    [InlineData(Decides.Absence, 12)]
    [InlineData(Decides.Justification, 8)]
    public void What_units_decide_is_counted_as_in_the_source(Decides decides, int count) => Assert.Equal(count, Second.Units.Count(u => u.Decides == decides));

    [Theory]
    [InlineData(Means.Paper, 118)]
    [InlineData(Means.HandsOn, 45)]
    [InlineData(Means.Tool, 37)]
    [InlineData(Means.Document, 26)]
    public void What_units_need_is_counted_as_in_the_source(Means means, int count) => Assert.Equal(count, Second.Units.Count(u => u.Means == means));

    [Fact]
    public void Fourteen_units_inherit_fully_and_ten_are_preparatory()
    {
        Assert.Equal(14, Second.Units.Count(u => u.Inherits.Any(i => !i.StartsWith('~'))));
        Assert.Equal(10, Second.Units.Count(u => u.IsPreparatory));
    }

    [Fact]
    public void Every_unit_belongs_to_a_provision_and_every_provision_has_units()
    {
        Assert.All(Second.Units, u => Assert.NotNull(Second.Provision(u.Provision)));
        Assert.All(Second.Provisions, p => Assert.NotEmpty(Second.UnitsOf(p.Id)));
        Assert.All(Second.Units, u => Assert.StartsWith(u.Case, u.Id));
        Assert.All(Second.Units.SelectMany(u => u.Tables), t => Assert.InRange(t, 1, 29));
    }

    [Fact]
    public void Enisa_has_83_practices_of_three_kinds_in_24_domains_and_three_of_disputed_domain()
    {
        var enisa = Catalogue.Load("enisa-2017");
        Assert.Equal(83, enisa.Provisions.Count);
        Assert.Equal([("PS", 12), ("OP", 14), ("TM", 57)], enisa.Provisions.CountBy(p => p.Id[..2]).Select(c => (c.Key, c.Value)));
        Assert.All(enisa.Provisions.GroupBy(p => p.Id[..2]), kind => Assert.Equal(Enumerable.Range(1, kind.Count()), kind.Select(p => int.Parse(p.Id[3..], System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal(24, enisa.Provisions.Select(p => p.Group).Distinct().Count());
        Assert.Equal(["TM-47", "TM-48", "TM-49"], enisa.Provisions.Where(p => p.Note is not null).Select(p => p.Id));
    }

    [Fact]
    public void The_annexes_of_the_cyber_resilience_act_have_1_and_13_and_8_then_9_with_6_then_8_items()
    {
        Assert.Equal(["I.1", .. "abcdefghijklm".Select(c => $"I.2.{c}"), .. Enumerable.Range(1, 8).Select(n => $"II.{n}")], Catalogue.Load("cra-annex-1").Provisions.Select(p => p.Id));
        var second = Catalogue.Load("cra-annex-2");
        Assert.Equal(Enumerable.Range(1, 9).Select(n => $"{n}"), second.Provisions.Where(p => p.Parent is null).Select(p => p.Id));
        Assert.Equal("abcdef".Select(c => $"8.{c}"), second.PartsOf("8").Select(p => p.Id));
        Assert.Equal(Enumerable.Range(1, 8).Select(n => $"{n}"), Catalogue.Load("cra-annex-7").Provisions.Select(p => p.Id));
    }

    [Theory]
    [InlineData("en18031-1", Extent.Ids, 37, 6)]
    [InlineData("en18031-2", Extent.Partial, 46, 6)]
    [InlineData("nist-ir-8425", Extent.Partial, 19, 9)]
    [InlineData("uk-psti-2023", Extent.Partial, 8, 5)]
    [InlineData("fi-label", Extent.Ids, 18, 0)]
    public void Other_catalogues_are_counted_and_say_how_much_they_hold(string id, Extent extent, int rows, int parts)
    {
        var catalogue = Catalogue.Load(id);
        Assert.Equal((extent, rows, parts), (catalogue.Extent, catalogue.Provisions.Count, catalogue.Provisions.Count(p => p.Parent is not null)));
        if (extent == Extent.Partial) Assert.NotNull(catalogue.Provisional);
        Assert.False(catalogue.GivesOverallVerdict);
        Assert.False(catalogue.IsEdition);
    }

    [Fact]
    public void The_finnish_selection_is_the_same_here_and_in_the_scheme() => Assert.Equal(Scheme.Level(2)!.Provisions, Catalogue.Load("fi-label").Provisions.Select(p => p.Id));

    [Fact]
    public void Rows_are_unique_in_their_catalogue_and_parts_belong_to_rows_that_are_there()
    {
        foreach (var catalogue in Catalogue.All)
        {
            Assert.Equal(catalogue.Provisions.Count, catalogue.Provisions.Select(p => p.Id).Distinct(StringComparer.OrdinalIgnoreCase).Count());
            Assert.All(catalogue.Provisions.Where(p => p.Parent is not null), p => Assert.NotNull(catalogue.Provision(p.Parent!)));
            Assert.NotEqual(default, catalogue.AsOf);
        }
    }

    [Fact]
    public void Only_the_two_editions_are_assessed_directly()
    {
        Assert.Equal(["en303645-2.1.1", "en303645-3.1.3"], Catalogue.Editions.Select(c => c.Id));
        Assert.Same(Catalogue.All[0], Catalogue.Default);
        Assert.Equal("fi-label", Catalogue.Load("FI-Label").Id);
        Assert.Throws<UnreadableException>(() => Catalogue.LoadEdition("fi-label"));
    }

    [Fact]
    public void Every_row_of_every_catalogue_names_a_source_that_is_listed()
    {
        foreach (var catalogue in Catalogue.All)
        {
            var keys = catalogue.Sources.Select(s => s.Key).ToHashSet();
            Assert.All(catalogue.Provisions, p => Assert.Contains(p.Source, keys));
            Assert.All(catalogue.Conditions, c => Assert.Contains(c.Source, keys));
            Assert.All(catalogue.Units, u => Assert.Contains(u.Source, keys));
        }
        Assert.All(Scheme.Levels, l => Assert.Contains(l.Source, Second.Sources.Select(s => s.Key)));
    }

    [Fact]
    public void Every_condition_that_a_provision_names_is_in_its_catalogue()
    {
        foreach (var catalogue in Catalogue.All)
        {
            Assert.All(catalogue.Provisions.SelectMany(p => p.Condition?.Names ?? []), id => Assert.NotNull(catalogue.Condition(id)));
        }
        Assert.Equal(Enumerable.Range(1, 13).Select(n => $"{n}"), Second.Conditions.Select(c => c.Id));
    }

    [Theory]
    [InlineData("5.1-1", "passwords", Truth.True)]
    [InlineData("5.1-5", "!constrained", Truth.True)]
    [InlineData("5.1-5", "constrained", Truth.False)]
    [InlineData("5.1-5", "", Truth.Unknown)]
    [InlineData("5.3-10", "networkUpdates", Truth.Unknown)]
    [InlineData("5.3-10", "networkUpdates updateMechanism", Truth.True)]
    [InlineData("5.3-10", "!networkUpdates", Truth.False)]
    [InlineData("5.3-6", "updateNotifications updateMechanism", Truth.True)]
    [InlineData("5.3-6", "!updateNotifications updateMechanism", Truth.Unknown)]
    [InlineData("5.3-14", "notUpdateable !constrained", Truth.False)]
    [InlineData("5.2-1", "", Truth.True)]
    public void Conditions_are_settled_only_by_what_is_known(string provision, string facts, Truth expected)
    {
        var known = facts.Split(' ');
        Assert.Equal(expected, Second.Applies(Second.Provision(provision)!, f => known.Contains(f) ? Truth.True : known.Contains("!" + f) ? Truth.False : Truth.Unknown));
    }

    [Theory]
    [InlineData("a &")]
    [InlineData("(a")]
    [InlineData("a b")]
    [InlineData("a + b")]
    [InlineData("")]
    public void A_broken_condition_is_refused(string text) => Assert.Throws<UnreadableException>(() => Expression.Parse(text));

    [Fact]
    public void The_scheme_has_four_levels_with_4_18_and_twice_33_provisions()
    {
        Assert.Equal([4, 18, 33, 33], Scheme.Levels.Select(l => l.Of(Second).Count));
        Assert.Equal(["5.1-1", "5.1-2", "5.2-1", "5.3-13"], Scheme.Level(1)!.Of(Second).Select(p => p.Id));
        Assert.Equal(Grade.Declared, Scheme.Level(1)!.Least);
        Assert.Equal(Grade.Supported, Scheme.Level(3)!.LeastTool);
        Assert.Equal(Grade.Lab, Scheme.Level(4)!.Least);
    }

    [Fact]
    public void An_unknown_catalogue_is_answered_with_those_that_are_there() =>
        Assert.Contains("en303645-2.1.1", Assert.Throws<UnreadableException>(() => Catalogue.Load("en303645")).Message);
}
