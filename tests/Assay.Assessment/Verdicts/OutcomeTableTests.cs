using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Verdicts;

/// <summary>semantics.md section 1, the table of outcomes: one row per case, in the order of the table.</summary>
public class OutcomeTableTests
{
    private static readonly Signer Maker = new("Maker", new string('a', 64), "CMS");
    private static readonly Statement Paper = new("the paper says so", new Location { Artefact = "ics.yaml", Line = 3 }, IsPaper: true);
    private static readonly Statement OtherPaper = new("the other paper says not", new Location { Artefact = "ixit.md", Line = 9 }, IsPaper: true);
    private static readonly Statement Seen = new("the capture shows it", new Location { Artefact = "a.pcap", Frame = 17 }, IsPaper: false);
    private static readonly Location Image = new() { Artefact = "image.bin", Path = "/etc/shadow", Line = 1 };

    // Words of a case: mandatory|recommended, if (conditional), condition true|false|unknown, then what was handed over.
    private static UnitFacts Facts(string words)
    {
        var facts = new UnitFacts
        {
            Unit = new TestUnit { Id = "5.1-1-2c", Case = "5.1-1-2", IsFunctional = true, Provision = "5.1-1", Tables = [1], Decides = Decides.Conformity, Inherits = [], Means = Means.Tool, Title = "t", Source = "T1" },
            Provision = new Provision { Id = "5.1-1", Obligation = Obligation.Mandatory, Title = "t", Source = "V2" },
        };
        foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            facts = word switch
            {
                "mandatory" => facts,
                "recommended" => facts with { Provision = facts.Provision with { Obligation = Obligation.Recommended } },
                "if" => facts with { Provision = facts.Provision with { Condition = Expression.Parse("1") }, Condition = ConditionFacts.Unknown },
                "true" => facts with { Condition = new ConditionFacts { Truth = Truth.True, From = [Paper] } },
                "false" => facts with { Condition = new ConditionFacts { Truth = Truth.False, From = [Paper] } },
                "false-signed" => facts with { Condition = new ConditionFacts { Truth = Truth.False, From = [Paper], Grade = Grade.Declared } },
                "against" => facts with { Condition = facts.Condition with { Against = [Seen] } },
                "feature-absent" => facts with { Unit = facts.Unit with { Escape = "automaticUpdates" }, Feature = new ConditionFacts { Truth = Truth.False, From = [Paper], Grade = Grade.Declared } },
                "feature-seen" => facts with { Feature = facts.Feature with { Against = [Seen] } },
                "preparatory" => facts with { Unit = facts.Unit with { IsPreparatory = true } },
                "yes" => Claim(Support.Yes, false),
                "YES" => Claim(Support.Yes, true),
                "no" => Claim(Support.No, false),
                "NO" => Claim(Support.No, true),
                "no-because" => Claim(Support.No, false, "too small a device"),
                "na" => Claim(Support.NotApplicable, false, "no password anywhere"),
                "NA" => Claim(Support.NotApplicable, true, "no password anywhere"),
                "NA-silent" => Claim(Support.NotApplicable, true),
                "NA-tbd" => Claim(Support.NotApplicable, true, "TBD"),
                "NA-circular" => Claim(Support.NotApplicable, true, "it never happened"),
                "broken" => facts with { Claims = [.. facts.Claims.Select(c => c with { SignatureNote = "its signature does not fit" })] },
                "refuted" => facts with { Refutations = [.. facts.Refutations, new Refutation("credentials", "f00", "root:12… (4)", Image)] },
                "refuted-nowhere" => facts with { Refutations = [new Refutation("credentials", "f00", "somewhere", new Location { Artefact = "" })] },
                "decided" => facts with { Decisions = [.. facts.Decisions, new Decision("accounts", "set of logins equals the table", "all files of the image", ["f01"])] },
                "decided-scopeless" => facts with { Decisions = [new Decision("accounts", "equal", "", ["f01"])] },
                "support" => facts with { Supports = [.. facts.Supports, new Supporting("hashes", "f03", "hash is strong", Image)] },
                "absent" => facts with { Absences = [.. facts.Absences, new Absence("hashes", "all files of the image")] },
                "lab" => facts with { Lab = new LabRecord("Ada", true, "tried it", Maker, ["photo.jpg"], Image) },
                "lab-no" => facts with { Lab = new LabRecord("Ada", false, "it opened", Maker, ["photo.jpg"], Image) },
                "lab-unsigned" => facts with { Lab = new LabRecord("Ada", true, "tried it", null, ["photo.jpg"], Image) },
                "lab-no-unsigned" => facts with { Lab = new LabRecord("Ada", false, "it opened", null, ["photo.jpg"], Image) },
                "lab-bare" => facts with { Lab = new LabRecord("Ada", true, "tried it", Maker, [], Image) },
                "papers-differ" => facts with { Contradictions = [.. facts.Contradictions, new Contradiction("the support period", Paper, OtherPaper)] },
                "evidence-differs" => facts with { Contradictions = [.. facts.Contradictions, new Contradiction("secure boot", Paper, Seen)] },
                "each-row" => facts with { Unit = facts.Unit with { EachRow = 1 } },
                "row" => Row(new RowFacts { Row = Next() }),
                "row-holds" => Row(new RowFacts { Row = Next(), Decisions = [new Decision("accounts", "this login is as declared", "all files of the image", ["f05"], Image)] }),
                "row-supports" => Row(new RowFacts { Row = Next(), Supports = [new Supporting("hashes", "f06", "hash is strong", Image)] }),
                "row-open" => Row(new RowFacts { Row = Next(), Open = "accounts: nobody can tell" }),
                "row-lab" => Row(new RowFacts { Row = Next(), Lab = new LabRecord("Ada", true, "tried it", Maker, ["photo.jpg"], Image) }),
                "row-refuted" => Row(new RowFacts { Row = Next(), Refutations = [new Refutation("credentials", "f07", "a default", Image)] }) with { Refutations = [.. facts.Refutations, new Refutation("credentials", "f07", "a default", Image)] },
                "row-differs" => Row(new RowFacts { Row = Next(), Contradictions = [new Contradiction("the login", Paper, OtherPaper)] }) with { Contradictions = [.. facts.Contradictions, new Contradiction("the login", Paper, OtherPaper)] },
                "settle" => facts with { Settle = "a second unit of the product" },
                _ => throw new ArgumentException(word),
            };

            RowPlace Next() => new(1, $"AuthMech-{facts.Rows.Count + 1}", new Location { Artefact = "ixit.md", Line = 10 + facts.Rows.Count });
            UnitFacts Row(RowFacts row) => facts with { Rows = [.. facts.Rows, row] };
            UnitFacts Claim(Support support, bool signed, string? why = null) => facts with
            {
                Claims = [.. facts.Claims, new Claim { Provision = "5.1-1", Support = support, Justification = why, Location = new Location { Artefact = $"ics{facts.Claims.Count}.yaml", Line = 5 }, SignedBy = signed ? Maker : null }],
            };
        }
        return facts;
    }

    [Theory]
    // notApplicable: the condition is false and no evidence contradicts that
    [InlineData("mandatory if false", "notApplicable", null, "does not hold")]
    [InlineData("mandatory if false", "notApplicable", null, "unsigned papers only")]
    [InlineData("mandatory if false-signed", "notApplicable", "declared", "the paper says so")]
    [InlineData("recommended if false-signed", "notApplicable", "declared", "does not hold")]
    [InlineData("mandatory if false-signed NA", "notApplicable", "declared", "does not hold")]
    [InlineData("mandatory if false-signed yes", "notApplicable", "declared", "does not hold")]
    [InlineData("mandatory if false-signed no", "notApplicable", "declared", "does not hold")]
    [InlineData("mandatory if false-signed support", "notApplicable", "declared", "does not hold")]
    [InlineData("mandatory if false-signed decided", "notApplicable", "declared", "does not hold")]
    [InlineData("mandatory if NA", "notApplicable", "declared", "Maker declares")]
    [InlineData("recommended if NA", "notApplicable", "declared", "Maker declares")]
    [InlineData("mandatory feature-absent", "notApplicable", "declared", "automaticUpdates")]
    [InlineData("mandatory feature-absent YES", "notApplicable", "declared", "nothing that this unit asks about")]
    // … and where evidence does contradict it, or the word is not accepted
    [InlineData("mandatory if false against", "disputed", null, "a.pcap frame 17")]
    [InlineData("mandatory if false-signed against NA", "disputed", null, "whether 5.1-1 applies")]
    [InlineData("mandatory if false-signed refuted", "fail", "tool", "/etc/shadow")]
    [InlineData("mandatory if NA refuted", "fail", "tool", "/etc/shadow")]
    [InlineData("mandatory feature-absent refuted", "fail", "tool", "/etc/shadow")]
    [InlineData("mandatory feature-absent feature-seen", "disputed", null, "whether 5.1-1 applies")]
    [InlineData("mandatory if NA against", "disputed", null, "whether 5.1-1 applies")]
    [InlineData("mandatory if true NA", "disputed", null, "whether 5.1-1 applies")]
    [InlineData("mandatory if na", "inconclusive", null, "declared: n/a")]
    [InlineData("mandatory NA", "inconclusive", null, "holds without condition")]
    [InlineData("mandatory na", "inconclusive", null, "holds without condition")]
    [InlineData("mandatory if NA-silent", "inconclusive", null, "no reason is given")]
    [InlineData("mandatory if NA-tbd", "inconclusive", null, "no reason is given")]
    [InlineData("mandatory if NA-circular", "inconclusive", null, "never happened")]
    [InlineData("mandatory if", "inconclusive", null, "nothing was declared")]
    // fail: a refutation with a location, or "no" on a mandatory provision
    [InlineData("mandatory refuted", "fail", "tool", "credentials: root:12… (4) (image.bin /etc/shadow line 1)")]
    [InlineData("mandatory refuted YES", "fail", "tool", "credentials")]
    [InlineData("mandatory refuted YES support absent", "fail", "tool", "credentials")]
    [InlineData("mandatory refuted decided", "fail", "tool", "credentials")]
    [InlineData("mandatory refuted lab", "fail", "tool", "credentials")]
    [InlineData("mandatory refuted papers-differ", "fail", "tool", "credentials")]
    [InlineData("mandatory refuted evidence-differs", "fail", "tool", "credentials")]
    [InlineData("mandatory refuted refuted", "fail", "tool", "and 1 more")]
    [InlineData("mandatory preparatory refuted", "fail", "tool", "credentials")]
    [InlineData("recommended refuted yes", "fail", "tool", "credentials")]
    [InlineData("recommended refuted", "fail", "tool", "credentials")]
    [InlineData("mandatory lab-no", "fail", "lab", "it opened")]
    [InlineData("mandatory lab-no YES support", "fail", "lab", "it opened")]
    [InlineData("mandatory no", "fail", "declared", "says \"no\"")]
    [InlineData("mandatory NO", "fail", "declared", "says \"no\"")]
    [InlineData("mandatory no-because", "fail", "declared", "too small a device")]
    [InlineData("mandatory if NO", "fail", "declared", "says \"no\"")]
    [InlineData("mandatory no decided", "fail", "declared", "says \"no\"")]
    [InlineData("mandatory refuted-nowhere YES", "pass", "declared", "Maker")]
    [InlineData("mandatory lab-no-unsigned", "inconclusive", null, "unsigned record of Ada")]
    // disputed: sources contradict and none alone refutes
    [InlineData("mandatory papers-differ", "disputed", null, "papers of the maker contradict each other on the support period")]
    [InlineData("mandatory papers-differ YES", "disputed", null, "ics.yaml line 3")]
    [InlineData("mandatory papers-differ YES support", "disputed", null, "ixit.md line 9")]
    [InlineData("mandatory papers-differ decided", "disputed", null, "support period")]
    [InlineData("mandatory papers-differ lab", "disputed", null, "support period")]
    [InlineData("mandatory evidence-differs YES", "disputed", null, "the papers and the evidence contradict each other on secure boot")]
    [InlineData("recommended evidence-differs yes", "disputed", null, "secure boot")]
    [InlineData("recommended papers-differ no", "disputed", null, "support period")]
    [InlineData("mandatory no yes", "disputed", null, "whether 5.1-1 is met")]
    [InlineData("mandatory NO yes", "disputed", null, "whether 5.1-1 is met")]
    [InlineData("mandatory YES no", "disputed", null, "whether 5.1-1 is met")]
    [InlineData("recommended no yes", "disputed", null, "whether 5.1-1 is met")]
    [InlineData("mandatory yes na", "disputed", null, "whether 5.1-1 is met")]
    [InlineData("mandatory preparatory papers-differ", "disputed", null, "support period")]
    // pass, with its grade
    [InlineData("mandatory decided", "pass", "tool", "looked at: all files of the image")]
    [InlineData("mandatory decided yes", "pass", "tool", "accounts")]
    [InlineData("mandatory decided YES support lab", "pass", "tool", "accounts")]
    [InlineData("recommended decided", "pass", "tool", "accounts")]
    [InlineData("recommended decided no", "pass", "tool", "accounts")]
    [InlineData("mandatory lab", "pass", "lab", "Ada, signed by Maker")]
    [InlineData("mandatory lab YES support", "pass", "lab", "Ada")]
    [InlineData("mandatory YES support", "pass", "supported", "hash is strong")]
    [InlineData("mandatory YES absent", "pass", "supported", "looked at all files of the image and saw nothing against it")]
    [InlineData("mandatory YES", "pass", "declared", "Maker declares it (ics0.yaml line 5)")]
    [InlineData("mandatory if YES", "pass", "declared", "Maker declares it")]
    [InlineData("mandatory if true YES", "pass", "declared", "Maker declares it")]
    [InlineData("mandatory yes YES", "pass", "declared", "Maker declares it (ics1.yaml line 5)")]
    [InlineData("recommended YES support", "pass", "supported", "hash is strong")]
    // "all" is one answer a row: by tool only where each row is decided
    [InlineData("mandatory each-row row-holds row-holds", "pass", "tool", "each of the 2 row(s) of table 1 is decided")]
    [InlineData("mandatory each-row row-holds row-lab", "pass", "lab", "each of the 2 row(s)")]
    [InlineData("mandatory each-row row-holds row", "inconclusive", null, "open: row AuthMech-2 of 2")]
    [InlineData("mandatory each-row row-holds row-open", "inconclusive", null, "open: row AuthMech-2 of 2")]
    [InlineData("mandatory each-row row-holds row YES", "pass", "declared", "evidence stands beside 1 of 2 rows")]
    [InlineData("mandatory each-row row-holds row-supports YES", "pass", "supported", "evidence stands beside each of 2 row(s)")]
    [InlineData("mandatory each-row row row decided", "inconclusive", null, "its rows were not decided one by one")]
    [InlineData("mandatory each-row row row decided YES", "pass", "supported", "accounts")]
    [InlineData("mandatory each-row decided", "inconclusive", null, "its rows were not decided one by one")]
    [InlineData("mandatory each-row row row lab", "pass", "lab", "Ada")]
    [InlineData("mandatory each-row row-holds row-refuted row-holds YES", "fail", "tool", "row AuthMech-2 of 3")]
    [InlineData("mandatory each-row row-holds row-refuted lab", "fail", "tool", "row AuthMech-2 of 2")]
    [InlineData("mandatory each-row row-holds row-differs YES", "disputed", null, "row AuthMech-2 of 2")]
    [InlineData("recommended each-row row-holds row no", "notClaimed", null, "does not claim")]
    [InlineData("recommended refuted no", "notClaimed", null, "seen all the same: credentials")]
    [InlineData("recommended refuted decided NO", "notClaimed", null, "seen all the same: credentials")]
    [InlineData("recommended refuted no yes", "fail", "tool", "credentials")]
    [InlineData("recommended if na refuted", "fail", "tool", "/etc/shadow")]
    // a preparatory step never passes alone
    [InlineData("mandatory preparatory decided", "inconclusive", null, "preparatory step")]
    [InlineData("mandatory preparatory YES support", "inconclusive", null, "preparatory step")]
    [InlineData("mandatory preparatory lab", "inconclusive", null, "preparatory step")]
    // notClaimed: a recommendation that the maker does not claim
    [InlineData("recommended no", "notClaimed", null, "no reason is given")]
    [InlineData("recommended NO", "notClaimed", null, "no reason is given")]
    [InlineData("recommended no-because", "notClaimed", null, "reason given: too small a device")]
    [InlineData("recommended no support absent", "notClaimed", null, "does not claim")]
    [InlineData("recommended", "notClaimed", null, "says nothing")]
    [InlineData("recommended support absent", "notClaimed", null, "says nothing")]
    [InlineData("recommended NA", "notClaimed", null, "holds without condition")]
    [InlineData("recommended if na", "notClaimed", null, "no password anywhere")]
    // inconclusive: everything else
    [InlineData("mandatory", "inconclusive", null, "nothing was declared")]
    [InlineData("mandatory yes", "inconclusive", null, "declared: yes, but unsigned")]
    [InlineData("mandatory yes support", "inconclusive", null, "hash is strong")]
    [InlineData("mandatory yes absent", "inconclusive", null, "saw nothing against it")]
    [InlineData("mandatory yes broken", "inconclusive", null, "its signature does not fit")]
    [InlineData("recommended yes", "inconclusive", null, "declared: yes, but unsigned")]
    [InlineData("mandatory support absent", "inconclusive", null, "nothing was declared")]
    [InlineData("mandatory absent", "inconclusive", null, "saw nothing against it")]
    [InlineData("mandatory decided-scopeless", "inconclusive", null, "nothing was declared")]
    [InlineData("mandatory lab-unsigned", "inconclusive", null, "an unsigned record of Ada")]
    [InlineData("mandatory lab-bare", "inconclusive", null, "a record of Ada without evidence")]
    public void The_first_row_that_applies_answers(string words, string outcome, string? grade, string reason)
    {
        var verdict = Verdict.OfUnit(Facts(words));
        Assert.Equal(outcome, EvidenceJson.Name(verdict.Outcome));
        Assert.Equal(grade, verdict.Grade is { } g ? EvidenceJson.Name(g) : null);
        Assert.Contains(reason, verdict.Reason);
        Assert.Equal(verdict.Outcome is Outcome.Inconclusive or Outcome.Disputed, verdict.Settle is { Length: > 10 });
    }

    [Fact]
    public void A_failed_unit_keeps_its_contradictions_and_findings()
    {
        var verdict = Verdict.OfUnit(Facts("mandatory refuted evidence-differs no yes"));
        Assert.Equal(["secure boot", "whether 5.1-1 is met"], verdict.Contradictions.Select(c => c.About));
        Assert.Equal(["f00"], verdict.Findings);
        Assert.False(verdict.Contradictions[0].IsPaperAgainstPaper);
        Assert.True(verdict.Contradictions[1].IsPaperAgainstPaper);
    }

    [Theory]
    [InlineData("mandatory yes", "yes")]
    [InlineData("mandatory YES", "yes")]
    [InlineData("mandatory no", "no")]
    [InlineData("mandatory if na", "n/a")]
    [InlineData("mandatory", null)]
    public void What_was_declared_is_shown_whatever_it_is_worth(string words, string? declared) => Assert.Equal(declared, Verdict.OfUnit(Facts(words)).Declared);

    [Fact]
    public void What_would_settle_it_is_the_checks_word_where_there_is_one()
    {
        Assert.Equal("a second unit of the product", Verdict.OfUnit(Facts("mandatory settle")).Settle);
        Assert.Contains("5.1-1", Verdict.OfUnit(Facts("mandatory")).Settle);
        Assert.Contains("without condition", Verdict.OfUnit(Facts("mandatory NA")).Settle);
        Assert.Contains("corrected", Verdict.OfUnit(Facts("mandatory papers-differ")).Settle);
    }

    // Whatever else is handed over: silence and unsigned words pass nothing, and a refutation with a place is never outvoted.
    [Fact]
    public void No_mixture_passes_without_a_signature_a_decision_or_a_lab_and_none_outvotes_a_refutation()
    {
        string[] soft = ["yes", "na", "support", "absent", "decided-scopeless", "lab-unsigned", "lab-bare", "settle", "if"];
        string[] strong = ["YES", "decided", "lab", "papers-differ", "preparatory"];
        foreach (var obligation in new[] { "mandatory", "recommended" })
        {
            for (var mask = 0; mask < 1 << soft.Length; mask++)
            {
                var words = obligation + " " + string.Join(' ', soft.Where((_, i) => (mask >> i & 1) == 1).OrderByDescending(w => w == "if"));
                Assert.NotEqual(Outcome.Pass, Verdict.OfUnit(Facts(words)).Outcome);
                Assert.NotEqual(Outcome.NotApplicable, Verdict.OfUnit(Facts(words)).Outcome);
            }
            for (var mask = 0; mask < 1 << strong.Length; mask++)
            {
                var words = obligation + " refuted " + string.Join(' ', strong.Where((_, i) => (mask >> i & 1) == 1));
                Assert.Equal(Outcome.Fail, Verdict.OfUnit(Facts(words)).Outcome);
            }
        }
    }
}
