using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Rules that hold for every check: rows that nobody read, traffic that is nobody's, and what the maker does not claim. Each beside the case in which the check speaks.</summary>
public class WeighingTests
{
    private static readonly Unread Row = new(new Location { Artefact = "declaration/ixit.yaml", Line = 48 }, "- id SoftServ-9, telnet", "a row of 13-SoftServ");

    public static TheoryData<string> Absence => [.. Register.All.Where(c => c.Look(PlantedDossiers.ByCheck[c.Id].Fails.Examined() with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] }).Any(a => a.NotIn.Count > 0)).Select(c => c.Id)];

    [Fact]
    public void Checks_that_look_for_what_no_table_lists_say_so()
    {
        foreach (var id in new[] { "undeclared-channel", "undeclared-console", "undeclared-login", "undeclared-parameter", "undeclared-port", "undeclared-remote-api", "undeclared-service", "undeclared-update", "login-outside-table", "input-validation-rows", "deletion-coverage" })
        {
            Assert.Contains(Absence, row => row.Data == id);
        }
    }

    [Theory]
    [MemberData(nameof(Absence))]
    public void What_no_table_lists_may_stand_in_a_line_that_nobody_read(string id)
    {
        var check = Register.All.Single(c => c.Id == id);
        var examined = PlantedDossiers.ByCheck[id].Fails.Examined();
        Assert.Contains(Weighing.Of(check, examined), a => a.NotIn.Count > 0 && a.Says is Says.Refutes or Says.Contradicts);
        var answers = Weighing.Of(check, examined with { Declaration = examined.Declaration with { Unread = [Row] } });
        Assert.DoesNotContain(answers, a => a.NotIn.Count > 0 && a.Says is Says.Refutes or Says.Contradicts);
        Assert.Contains(answers, a => a.Says == Says.Open && a.Reason.Contains("declaration/ixit.yaml line 48", StringComparison.Ordinal) && a.Settle!.Contains("a row of 13-SoftServ", StringComparison.Ordinal));
        // A word that is odd, and in which no row can stand, hides nothing.
        Assert.Contains(Weighing.Of(check, examined with { Declaration = examined.Declaration with { Unread = [Row with { HidesNoRow = true }] } }), a => a.NotIn.Count > 0 && a.Says is Says.Refutes or Says.Contradicts);
    }

    [Fact]
    public void A_table_that_broke_off_refutes_nothing_by_what_it_lacks()
    {
        var coverage = new Coverage { Artefact = "declaration/ixit.yaml", Scope = CoverageScope.Declaration, Unit = "rows", Total = 9, Examined = 9, Losses = [new Loss { Location = new Location { Artefact = "declaration/ixit.yaml", Line = 50 }, Expected = "the end of a string", Found = "the end of the file" }] };
        var examined = PlantedDossiers.ByCheck["undeclared-service"].Fails.Examined();
        Assert.Contains(Weighing.Of(new UndeclaredService(), examined), a => a.Says == Says.Refutes);
        var answers = Weighing.Of(new UndeclaredService(), examined with { Declaration = examined.Declaration with { Coverage = [coverage] } });
        Assert.All(answers, a => Assert.Equal(Says.Open, a.Says));
        Assert.Contains(answers, a => a.Reason.Contains("line 50", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, Outcome.Fail)]
    [InlineData(false, Outcome.Inconclusive)]
    public void Traffic_of_nobody_fails_nobody(bool known, Outcome expected)
    {
        var capture = new CaptureFacts { Artefact = "captures/start.pcap", From = Plant.AsOf, To = Plant.AsOf.AddHours(1), IsOfDevice = known, Conversations = [] };
        var examined = Plant.Capture().Heard(FindingKind.Credential, "http 10.0.0.9:80", Traits.OnTheWire, Traits.Http, Traits.ClearText).Captured(capture).Examined();
        var unit = Evaluation.Of(examined, Catalogue.Default, [new LoginInClear()]).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == new LoginInClear().Units[0]);
        Assert.Equal(expected, unit.Outcome);
        if (!known) Assert.Contains("mac:", unit.Settle!);
    }

    [Fact]
    public void A_neighbours_silence_supports_nobody()
    {
        var quiet = PlantedDossiers.Quiet.Examined();
        CaptureFacts Of(bool known) => new() { Artefact = "captures/start.pcap", From = Plant.AsOf, To = Plant.AsOf.AddHours(1), IsOfDevice = known, Conversations = [] };
        foreach (var check in Register.All.Where(c => c.Needs == CoverageScope.Capture))
        {
            Assert.All(Weighing.Of(check, quiet with { Captures = [Of(false)] }), a => Assert.Equal(Says.Open, a.Says));
        }
        Assert.Contains(Weighing.Of(new UndeclaredUpdate(), Plant.Capture().Heard(FindingKind.Update, "http update.example", Traits.UpdateDownload).Table(7, ["UpdMech-1", "Description: over HTTPS"]).With(e => e with { Captures = [Of(true)] }).Examined()), a => a.Says == Says.Supports);
    }

    public static TheoryData<string, string> Recommendations => [.. Catalogue.Editions.SelectMany(c => c.Provisions.Where(p => !p.IsMandatory).Select(p => (c.Id, p.Id)))];

    [Theory]
    [MemberData(nameof(Recommendations))]
    public void No_recommendation_that_the_maker_does_not_claim_is_a_failure(string edition, string id)
    {
        var catalogue = Catalogue.LoadEdition(edition);
        var provision = catalogue.Provision(id)!;
        var units = catalogue.Units.Count > 0 ? catalogue.UnitsOf(id) : Catalogue.Default.UnitsOf(provision.Earlier ?? id);
        var place = new Location { Artefact = "firmware/bell.bin", Path = "/etc/passwd" };
        Claim Said(Support support) => new() { Provision = id, Support = support, Location = new Location { Artefact = "declaration/ics.yaml", Line = 3 }, SignedBy = Plant.Maker };
        foreach (var unit in units)
        {
            UnitFacts Facts(Support support) => new()
            {
                Unit = unit,
                Provision = provision,
                Claims = [Said(support)],
                Refutations = [new Refutation("a-check", "f00", "as planted", place)],
                Decisions = [new Decision("another-check", "all of it", "the whole image", ["f01"], place)],
                Rows = unit.EachRow is { } table ? [new RowFacts { Row = new RowPlace(table, "Row-1", place), Refutations = [new Refutation("a-check", "f00", "as planted", place)] }] : [],
            };
            Assert.Equal(Outcome.NotClaimed, Verdict.OfUnit(Facts(Support.No)).Outcome);
            Assert.Contains("as planted", Verdict.OfUnit(Facts(Support.No)).Reason, StringComparison.Ordinal);
            Assert.Equal(Outcome.Fail, Verdict.OfUnit(Facts(Support.Yes)).Outcome);
        }
    }

    /// <summary>The dossier that must fail a check, with a "no" to each recommendation that it speaks of: through the whole engine.</summary>
    [Theory]
    [MemberData(nameof(CheckTests.Ids), MemberType = typeof(CheckTests))]
    public void No_check_fails_what_the_maker_does_not_claim(string id)
    {
        var check = Register.All.Single(c => c.Id == id);
        var declined = check.Units.Select(u => Catalogue.Default.Unit(u)!.Provision).Distinct().Where(p => !Catalogue.Default.Provision(p)!.IsMandatory).ToHashSet();
        if (declined.Count == 0) return;
        var examined = PlantedDossiers.ByCheck[id].Fails.Examined();
        IEnumerable<Claim> no = declined.Select(p => new Claim { Provision = p, Support = Support.No, Justification = "it is not worth its price", Location = new Location { Artefact = "declaration/ics.yaml", Line = 900 } });
        examined = examined with { Declaration = examined.Declaration with { Claims = [.. examined.Declaration.Claims.Where(c => !declined.Contains(c.Provision)), .. no] } };
        var units = Evaluation.Of(examined, Catalogue.Default, [check]).Verdicts.Where(v => declined.Contains(v.Provision)).SelectMany(v => v.Units);
        Assert.All(units, u => Assert.NotEqual(Outcome.Fail, u.Outcome));
    }
}
