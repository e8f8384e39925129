using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.QrCode;
using Assay.Labels.Token;

namespace Assay.Labels.Tests;

/// <summary>Three acts by three keys. Each refusal stands beside the issue that succeeds.</summary>
public class IssuingTests
{
    private readonly Samples samples = new();

    private Decision Decision(Statement statement) => new()
    {
        Issuer = "office",
        Subject = statement.Subject,
        IssuedAt = Samples.Now.AddDays(-1),
        Statement = statement.Digest,
        Granted = true,
        Level = new ProfileLevel(1, "uk-psti"),
        Versions = new VersionRange("1.1", "1.1"),
        By = "A. Example",
        Role = "head of office",
    };

    private static readonly IssuingTerms Terms = new() { Issuer = "office", IssuedAt = Samples.Now };

    private (IssuedLabel? Label, IReadOnlyList<string> Refusals) Issue(
        Func<Decision, Decision>? change = null, IssuingTerms? terms = null, bool met = true, SigningKey? decider = null)
    {
        var statement = Statement.Read(samples.Statement(met));
        var decision = SignedFile.Read((change ?? (d => d))(Decision(statement)).Sign(decider ?? samples.Decider));
        return Issuing.Issue(statement, samples.Assessor.Public, decision, (decider ?? samples.Decider).Public, samples.Issuer, terms ?? Terms);
    }

    [Fact]
    public void A_granted_decision_becomes_a_hallmark_and_its_certificate()
    {
        var (label, refusals) = Issue();
        Assert.Empty(refusals);
        var hallmark = Hallmark.Read(label!.Hallmark);
        Assert.Equal(("Lumen/Doorbell", new ProfileLevel(1, "uk-psti"), new VersionRange("1.1", "1.1")), (hallmark.Subject, hallmark.Level, hallmark.Versions));
        Assert.Equal((Samples.Now, Samples.Now.AddYears(2), new DateOnly(2031, 12, 31)), (hallmark.IssuedAt, hallmark.Expires, hallmark.SupportEnd));
        Assert.True(hallmark.PointsTo(label.Certificate));
        Assert.False(hallmark.PointsTo([.. label.Certificate, 0]));

        var certificate = Certificate.Read(label.Certificate);
        Assert.Equal(("Lumen", "Doorbell", "lab", "A. Example", "head of office"), (certificate.Maker, certificate.Model, certificate.Assessor, certificate.DecidedBy, certificate.DecidedAs));
        Assert.Equal(["5.6-5-1: no unit was taken apart"], certificate.NotChecked);
        Assert.Equal(["EN 303 645 V2.1.1", "TS 103 701 V1.1.1"], certificate.Editions);
        Assert.Equal([new ExaminedArtefact("firmware/doorbell.bin", new string('a', 64))], certificate.Evidence);
        Assert.Equal(("declared", 1L), (certificate.Grades[0].Key, certificate.Grades[0].Value));
        Assert.Contains(certificate.Limits, l => l.Contains("nothing of a single unit", StringComparison.Ordinal));
        Assert.Equal(hallmark.TokenId.ToArray(), certificate.TokenId.ToArray());
        Assert.True(CoseSign1.Read(label.Hallmark).Verify(samples.Issuer.Public));
        Assert.True(CoseSign1.Read(label.Certificate).Verify(samples.Issuer.Public));
        Assert.All(certificate.Limits, l => Assert.DoesNotMatch(@"(?i)\b(good|fine|safe|secure)\b", l));
    }

    [Fact]
    public void The_statement_carries_the_assessment_byte_for_byte()
    {
        var statement = Statement.Read(samples.Statement());
        Assert.Equal(Samples.AssessmentJson(), statement.Assessment.ToArray());
        Assert.Equal(SHA256.HashData(samples.Statement().AsSpan(0, 10)).Length, statement.Digest.Length);
        Assert.Equal(("lab", "Lumen/Doorbell", Samples.Now.AddDays(-2)), (statement.Issuer, statement.Subject, statement.IssuedAt));
        Assert.True(statement.Message.Verify(samples.Assessor.Public));
        Assert.False(statement.Message.Verify(samples.Decider.Public));
    }

    [Fact]
    public void Where_the_profile_is_not_met_the_blocking_units_are_named() =>
        Assert.Equal(["5.1-1-1 is fail: a default password"], Issue(met: false).Refusals);

    [Fact]
    public void Every_reason_against_an_issue_is_given_at_once()
    {
        var (label, refusals) = Issue(d => d with { Granted = false, Reason = "a doubt", Statement = new byte[32], Level = new ProfileLevel(2, null) });
        Assert.Null(label);
        Assert.Equal(3, refusals.Count);
        Assert.Contains("on another statement", refusals[0], StringComparison.Ordinal);
        Assert.Contains("is a refusal: a doubt", refusals[1], StringComparison.Ordinal);
        Assert.Equal("5.3-2 is inconclusive: nobody looked", refusals[2]);
    }

    [Fact]
    public void Statement_and_decision_under_one_key_are_refused() => Assert.Contains("same key", Assert.Single(Issue(decider: samples.Assessor).Refusals), StringComparison.Ordinal);

    [Fact]
    public void A_level_that_the_statement_does_not_name_is_refused() =>
        Assert.Contains("says nothing of level 4", Assert.Single(Issue(d => d with { Level = new ProfileLevel(4, null) }).Refusals), StringComparison.Ordinal);

    [Theory]
    [InlineData(-3, "older than the statement")]
    [InlineData(5, "after the issue")]
    public void A_decision_out_of_its_time_is_refused(int days, string reason) =>
        Assert.Contains(reason, Assert.Single(Issue(d => d with { IssuedAt = Samples.Now.AddDays(days) }).Refusals), StringComparison.Ordinal);

    [Fact]
    public void An_old_decision_expired() => Assert.Contains("expired", Assert.Single(Issue(terms: Terms with { IssuedAt = Samples.Now.AddDays(370) }).Refusals), StringComparison.Ordinal);

    [Fact]
    public void A_label_that_ends_before_it_begins_is_refused() =>
        Assert.Contains("before it begins", Assert.Single(Issue(terms: Terms with { Expires = Samples.Now }).Refusals), StringComparison.Ordinal);

    [Fact]
    public void A_decision_on_another_product_is_refused() => Assert.Contains("the decision is on X", Assert.Single(Issue(d => d with { Subject = "X" }).Refusals), StringComparison.Ordinal);

    [Fact]
    public void With_a_status_list_and_a_trade_number_the_hallmark_still_fits_version_11()
    {
        var (label, refusals) = Issue(terms: Terms with { Product = "04012345678901", Status = new StatusPointer("s/1", 1_048_575) });
        Assert.Empty(refusals);
        var hallmark = Hallmark.Read(label!.Hallmark);
        Assert.Equal(new StatusPointer("s/1", 1_048_575), hallmark.Status);
        Assert.True(label.Hallmark.Length <= Hallmark.MaxBytes, $"{label.Hallmark.Length}");
        Assert.True(QrCode.QrCode.OfAddress(LabelAddress.Write(label.Hallmark)).Version <= 11);
    }

    [Fact]
    public void What_does_not_fit_the_box_goes_to_the_certificate_alone()
    {
        var profile = "Duties of the regime with the longest name that anybody thought of";
        var (label, refusals) = Issue(d => d with { Level = new ProfileLevel(1, null), Versions = new VersionRange("1.1.1-release.20261123", "1.1.1-release.20261123") });
        Assert.Empty(refusals);
        var json = Encoding.UTF8.GetString(Samples.AssessmentJson()).Replace("uk-psti", profile, StringComparison.Ordinal);
        var statement = Statement.Read(Statement.Sign(samples.Assessor, Encoding.UTF8.GetBytes(json), "lab", "Lumen/Doorbell", Samples.Now));
        var decision = SignedFile.Read((Decision(statement) with { Level = new ProfileLevel(1, profile), IssuedAt = Samples.Now }).Sign(samples.Decider));
        (label, refusals) = Issuing.Issue(statement, samples.Assessor.Public, decision, samples.Decider.Public, samples.Issuer, Terms);
        Assert.Empty(refusals);
        Assert.Equal(new ProfileLevel(1, null), Hallmark.Read(label!.Hallmark).Level);
        Assert.Equal(profile, Certificate.Read(label.Certificate).Level.Profile);
    }

    [Fact]
    public void A_hallmark_that_cannot_fit_is_refused_with_what_to_shorten() =>
        Assert.Contains("shorten the product's identity", Assert.Single(Issue(terms: Terms with { Product = new string('x', 120) }).Refusals), StringComparison.Ordinal);

    [Fact]
    public void The_length_of_a_hallmark_is_known_before_it_is_signed()
    {
        foreach (var subject in new[] { "x", new string('x', 23), new string('x', 24), new string('x', 60) })
        {
            var hallmark = Samples.Hallmark() with { Subject = subject };
            Assert.Equal(hallmark.Sign(samples.Issuer).Length, hallmark.SignedBytes);
        }
    }

    [Theory]
    [InlineData("", "assessment.json")]
    [InlineData("[]", "an object for the document")]
    [InlineData("{}", "device")]
    [InlineData("""{ "device": 5 }""", "object for device")]
    [InlineData("""{ "device": { "maker": "M" } }""", "\"model\"")]
    [InlineData("""{ "device": { "maker": "", "model": "X" } }""", "a text for maker")]
    [InlineData("""{ "device": { "maker": "M", "model": "X", "versions": "1" } }""", "array for versions")]
    [InlineData("""{ "device": { "maker": "M", "model": "X", "supportEnd": "soon" } }""", "a date like 2030-12-31 for device.supportEnd")]
    [InlineData("""{ "device": { "maker": "M", "model": "X" }, "asOf": "now" }""", "a time in RFC 3339 for asOf")]
    [InlineData("""{ "device": { "maker": "M", "model": "X" }, "asOf": "2026-01-01", "levels": [ { "level": -1 } ] }""", "a level from 0 to 99")]
    [InlineData("""{ "device": { "maker": "M", "model": "X" }, "asOf": "2026-01-01", "levels": [ { "level": 1, "profile": "p", "met": "yes", "blocking": [] } ] }""", "true or false")]
    [InlineData("""{ "device": { "maker": "M", "model": "X" }, "asOf": "2026-01-01", "levels": [ { "level": 1, "profile": "p", "met": false, "blocking": [ {} ] } ] }""", "unit or provision")]
    [InlineData("""{ "device": { "maker": "M", "model": "X" }, "asOf": "2026-01-01", "levels": [], "evidence": [ { "artefact": "a", "sha256": "AB" } ] }""", "64 lower-case")]
    [InlineData("""{ "device": { "maker": "M", "model": "X" }, "asOf": "2026-01-01", "levels": [], "evidence": [], "grades": { "tool": -1 } }""", "a count for grades.tool")]
    [InlineData("""{ "device": { "maker": "M", "maker": "N", "model": "X" } }""", "assessment.json")]
    public void An_assessment_of_another_shape_is_refused_with_the_member_that_is_wrong(string json, string reason)
    {
        Assert.Equal(2, AssessmentSummary.Read(Samples.AssessmentJson()).Levels.Count);
        Assert.Contains(reason, Assert.Throws<UnreadableException>(() => AssessmentSummary.Read(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_level_that_claims_to_be_met_and_names_what_blocks_it_is_not_granted()
    {
        var json = Encoding.UTF8.GetString(Samples.AssessmentJson(met: false)).Replace("\"met\": false", "\"met\": true", StringComparison.Ordinal);
        var against = Issuing.AgainstGranting(AssessmentSummary.Read(Encoding.UTF8.GetBytes(json)), new ProfileLevel(1, null));
        Assert.Single(against);
    }
}
