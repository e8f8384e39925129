using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Section 3 of docs/semantics.md as a table: every answer, its words, what a person is told, and the exit status.</summary>
public class LabelCheckTests
{
    private static readonly DateTimeOffset Issued = Samples.Now;
    private readonly Samples samples = new();

    private static readonly StatusReading Fresh = new(LabelState.InForce, Issued.AddDays(29), Issued.AddDays(31));

    public static TheoryData<string, int, StatusReading?, string, string, int> Answers => new()
    {
        // name, days after the issue, status, words, to a person, exit
        { "fresh status", 30, Fresh, "in force as of 2026-12-22T12:00:00Z", "No action known to be needed as of 2026-12-22", 0 },
        { "offline", 30, null, "genuine, status not checked", "Ask the maker", 1 },
        { "stale status", 40, Fresh, "genuine, status not checked", "Ask the maker", 1 },
        { "status from the future", 1, Fresh, "genuine, status not checked", "Ask the maker", 1 },
        { "notice", 30, Fresh with { State = LabelState.Notice }, "under review", "Ask the maker", 1 },
        { "notice with version", 30, Fresh with { State = LabelState.Notice, UpdateBelow = "1.2" }, "update needed below 1.2", "Update to 1.2", 1 },
        { "suspended", 30, Fresh with { State = LabelState.Suspended }, "suspended", "Limit its use", 1 },
        { "withdrawn", 30, Fresh with { State = LabelState.Withdrawn }, "withdrawn", "Limit its use", 1 },
        { "withdrawn, list now stale", 400, Fresh with { State = LabelState.Withdrawn }, "withdrawn", "Limit its use", 1 },
        { "suspended, list now stale", 400, Fresh with { State = LabelState.Suspended }, "suspended", "Limit its use", 1 },
        { "after its end", 732, Fresh with { Until = Issued.AddYears(9) }, "expired", "Ask the maker", 1 },
        { "after its end, offline", 732, null, "expired", "Ask the maker", 1 },
        { "withdrawn and after its end", 800, Fresh with { State = LabelState.Withdrawn }, "withdrawn", "Limit its use", 1 },
        { "a clock at 1970", -20_000, Fresh, "genuine, status not checked", "Ask the maker", 1 },
        { "a clock at 1970, offline", -20_000, null, "genuine, status not checked", "Ask the maker", 1 },
        { "a clock in 2090", 23_000, null, "expired", "Ask the maker", 1 },
        { "an hour between two clocks", 0, Fresh with { AsOf = Issued.AddHours(1) }, "in force as of 2026-11-23T13:00:00Z", "No action known to be needed as of 2026-11-23", 0 },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_label_of_an_authority_has_its_answer(string name, int days, StatusReading? status, string words, string toDo, int exit)
    {
        var check = LabelCheck.Of(Label(), Authority(), [], Issued.AddDays(days), status);
        Assert.Equal((words, toDo, exit, false), (check.Words, check.ToAPerson, check.Exit, check.IsTest));
        Assert.True(check.Reasons.Count > 0, name);
    }

    [Fact]
    public void The_page_names_every_answer_and_no_other()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "semantics.md"));
        var section = page[page.IndexOf("## 3.", StringComparison.Ordinal)..];
        var words = System.Text.RegularExpressions.Regex.Matches(section, @"^\| (?<words>[^|]+?) \| [01] \|$", System.Text.RegularExpressions.RegexOptions.Multiline).Select(m => m.Groups["words"].Value).ToList();
        Assert.Equal(Enum.GetValues<LabelAnswer>().Length, words.Count);
        // The table above reaches all but the two that have tests of their own, and support ended.
        var given = Answers.Select(row => row.Data.Item4).Concat(["support ended", "issuer unknown", "forged"]);
        Assert.All(given, one => Assert.Contains(words, w => one == w || w.EndsWith(" T", StringComparison.Ordinal) && one.StartsWith(w[..^1], StringComparison.Ordinal)
            || w.EndsWith(" V", StringComparison.Ordinal) && one.StartsWith(w[..^1], StringComparison.Ordinal)));
    }

    [Fact]
    public void The_end_of_support_is_another_date_than_the_end_of_the_label()
    {
        var label = Label(Samples.Hallmark() with { Expires = Issued.AddYears(9), SupportEnd = new DateOnly(2027, 6, 30) });
        Assert.Equal("in force as of 2026-12-22T12:00:00Z", LabelCheck.Of(label, Authority(), [], Issued.AddDays(30), Fresh).Words);
        Assert.Equal("support ended", LabelCheck.Of(label, Authority(), [], new DateTimeOffset(2027, 7, 1, 0, 0, 0, TimeSpan.Zero)).Words);
        // The last day counts whole.
        Assert.NotEqual("support ended", LabelCheck.Of(label, Authority(), [], new DateTimeOffset(2027, 6, 30, 23, 59, 59, TimeSpan.Zero)).Words);
    }

    [Fact]
    public void A_key_in_no_list_is_an_unknown_issuer_and_the_label_a_test()
    {
        var check = LabelCheck.Of(Label(), TrustList.Empty, [], Issued, Fresh);
        Assert.Equal(("issuer unknown", 1, true), (check.Words, check.Exit, check.IsTest));
        Assert.Equal("TEST, NOT A LABEL", LabelCheck.NotALabel);
    }

    [Fact]
    public void A_development_key_makes_nothing_known_but_tells_a_forgery()
    {
        var own = LabelCheck.Of(Label(), TrustList.Empty, [samples.Issuer.Public], Issued, Fresh);
        Assert.Equal(("issuer unknown", true), (own.Words, own.IsTest));
        Assert.Equal("forged", LabelCheck.Of(Tampered(), TrustList.Empty, [samples.Issuer.Public], Issued).Words);
    }

    [Fact]
    public void A_signature_that_is_not_by_the_named_key_is_forged()
    {
        var check = LabelCheck.Of(Tampered(), Authority(), [], Issued, Fresh);
        Assert.Equal(("forged", 1, true), (check.Words, check.Exit, check.IsTest));
        Assert.Contains("Office of Examples", check.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_key_in_a_list_is_known_and_the_label_stays_a_test()
    {
        var check = LabelCheck.Of(Label(), Trust(isAuthority: false), [], Issued.AddDays(30), Fresh);
        Assert.Equal((LabelAnswer.InForce, true), (check.Answer, check.IsTest));
    }

    [Theory]
    [InlineData("2026-11-23", null, true)]
    [InlineData(null, "2026-11-23", true)]
    [InlineData("2026-11-24", null, false)]
    [InlineData(null, "2026-11-22", false)]
    public void A_key_counts_for_what_it_signed_within_its_window(string? from, string? to, bool known)
    {
        var trust = new TrustList([Trust().Keys[0] with { From = from is null ? null : DateOnly.Parse(from), To = to is null ? null : DateOnly.Parse(to) }]);
        // Checked three months later, when the window may long be over.
        Assert.Equal(known ? "genuine, status not checked" : "issuer unknown", LabelCheck.Of(Label(), trust, [], Issued.AddDays(90)).Words);
    }

    [Fact]
    public void A_laboratory_is_no_issuer_of_labels()
    {
        var lab = new TrustList([Trust().Keys[0] with { Roles = KeyRoles.Assessor | KeyRoles.Decision }]);
        Assert.Equal("issuer unknown", LabelCheck.Of(Label(), lab, [], Issued).Words);
        Assert.Equal("genuine, status not checked", LabelCheck.Of(Label(), Authority(), [], Issued).Words);
    }

    [Fact]
    public void No_answer_praises_a_device()
    {
        foreach (var row in Answers)
        {
            var (_, days, status, _, _, _) = row.Data;
            var check = LabelCheck.Of(Label(), Authority(), [], Issued.AddDays(days), status);
            foreach (var text in check.Reasons.Append(check.Words).Append(check.ToAPerson).Append(LabelCheck.ModelOnly))
                Assert.DoesNotMatch(@"(?i)\b(good|fine|safe|secure)\b", text);
        }
    }

    private TrustList Authority() => Trust();

    private TrustList Trust(bool isAuthority = true) =>
        new([new TrustedKey { Name = "Office of Examples", Key = samples.Issuer.Public, IsAuthority = isAuthority, Roles = KeyRoles.Issuer, Address = "office.example" }]);

    private SignedFile Label(Hallmark? hallmark = null) => SignedFile.Read((hallmark ?? Samples.Hallmark()).Sign(samples.Issuer));

    // The claims of another hallmark under this one's signature: right in form, wrong in substance.
    private SignedFile Tampered()
    {
        var bytes = Samples.Hallmark().Sign(samples.Issuer);
        bytes[^1] ^= 1;
        return SignedFile.Read(bytes);
    }
}
