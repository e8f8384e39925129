using System.Text;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>docs/answer-once.md: every layout of a maker's record of decision trees, and what happens to what fits none.</summary>
public class TreeLayoutTests
{
    private static Declaration Read(string text) => Declaration.Read([Artefact.Of("paper", Encoding.UTF8.GetBytes(text))], default);

    public static TheoryData<string> SameInEachLayout() => new(
        """
        en18031:
          - requirement: ACM-1
            asset: Wi-Fi key
            mechanism: settings page
            path:
              DN-1: no
              DN-2: no
              DT.ACM-1.DN-3: no
              DN-4: { answer: yes, reason: log-in first }
            reason: only the owner
          - requirement: GEC-5
            none: the case has no opening
        """,
        """
        decision trees:
          ACM-1:
            - for: Wi-Fi key
              mechanism: settings page
              path: DN-1=no, DN-2=no, DN-3=no
              answers: { dn-4: "yes (log-in first)" }
              justification: only the owner
          GEC-5: "none: the case has no opening"
        """,
        """
        {"EN 18031-1": [
          {"requirement": "acm-1", "asset": "Wi-Fi key", "mechanism": "settings page", "why": "only the owner",
           "path": {"DN-1": "N", "DN-2": "no", "DN-3": "false", "DN-4": {"answer": "Y", "why": "log-in first"}}},
          {"requirement": "GEC-5", "none": "the case has no opening"}]}
        """,
        """
        Requirement,Asset,Mechanism,Node,Answer,Reason
        ACM-1,Wi-Fi key,settings page,,,only the owner
        ACM-1,Wi-Fi key,settings page,DN-1,no,
        ACM-1,Wi-Fi key,settings page,DN-2,no,
        ACM-1,Wi-Fi key,settings page,DN-3,no,
        ACM-1,Wi-Fi key,settings page,DN-4,yes,log-in first
        GEC-5,,,none,,the case has no opening
        """);

    [Theory]
    [MemberData(nameof(SameInEachLayout))]
    public void Each_layout_gives_the_same_records(string text)
    {
        var read = Read(text);
        Assert.Empty(read.Unread);
        Assert.Equal(["ACM-1", "GEC-5"], read.Trees.Select(t => t.Requirement));
        var first = read.Trees[0];
        Assert.Equal("Wi-Fi key × settings page", first.Name);
        Assert.Equal("only the owner", first.Reason);
        Assert.Equal([("DT.ACM-1.DN-1", false), ("DT.ACM-1.DN-2", false), ("DT.ACM-1.DN-3", false), ("DT.ACM-1.DN-4", true)], first.Path.Select(p => (p.Node, p.Answer)));
        Assert.Equal("log-in first", first.On("DT.ACM-1.DN-4")!.Reason);
        Assert.True(read.Trees[1].IsNone);
        Assert.Equal("the case has no opening", read.Trees[1].Reason);
        Assert.Equal(["paper"], read.Files);
        Assert.All(read.Trees, t => Assert.Null(t.SignedBy));
    }

    [Fact]
    public void A_record_on_one_line_is_read_too()
    {
        var read = Read("requirement;interface;path;reason;fact\nGEC-2;Web page, port 443;DN-1=yes DN-2=yes DN-3=yes;setting up;TLS only\nGEC-5;;none;no opening;\n");
        Assert.Empty(read.Unread);
        Assert.Equal("Web page, port 443", read.Trees[0].Asset);
        Assert.Equal(3, read.Trees[0].Path.Count);
        Assert.Equal("TLS only", read.Trees[0].Facts[0].Value);
        Assert.True(read.Trees[1].IsNone);
    }

    [Theory]
    [InlineData("en18031:\n  ACM-11: [ { asset: a, path: { DN-1: no } } ]\n", "ACM-11", "ACM-1")]
    [InlineData("en18031:\n  - { requirement: ACN-1, asset: a }\n", "ACN-1", "ACM-1")]
    [InlineData("en18031:\n  - { requirement: ACM-1, path: { DN-9: no } }\n", "DN-9", "DN-4")]
    [InlineData("en18031:\n  - { requirement: ACM-1, path: { DN-1: perhaps } }\n", "DN-1: perhaps", "yes or no")]
    [InlineData("en18031:\n  - { requirement: ACM-1, path: { DN-1: n/a } }\n", "DN-1: n/a", "yes or no")]
    [InlineData("en18031:\n  - { requirement: ACM-1, path: { DN-1: no, DT.ACM-1.DN-1: yes } }\n", "DT.ACM-1.DN-1: yes", "the first one counts")]
    [InlineData("en18031:\n  - { requirement: ACM-1, rason: x }\n", "rason", "reason")]
    [InlineData("en18031:\n  - { asset: x }\n", "a map", "a requirement of EN 18031")]
    [InlineData("ics:\n  5.1-1: yes\nen18031: 7\n", "the text \"7\"", "records")]
    [InlineData("requirement,node,answer\nLGM-4,DN-1,yes\n", "LGM-4", "decision tree is known")]
    public void What_does_not_fit_is_kept_with_its_place(string text, string found, string expected)
    {
        var unread = Assert.Single(Read(text).Unread);
        Assert.Contains(found, unread.Text, StringComparison.Ordinal);
        Assert.Contains(expected, unread.Expected, StringComparison.Ordinal);
        Assert.True(unread.Location.Line > 0);
    }

    [Fact]
    public void A_draft_that_nobody_filled_in_is_no_record_and_no_loss()
    {
        var read = Read("ics:\n  5.1-1: yes\nen18031:\n");
        Assert.Empty(read.Trees);
        Assert.Empty(read.Unread);
        Assert.Single(read.Claims);
    }

    [Fact]
    public void Thirty_thousand_records_are_bounded_and_said()
    {
        var text = new StringBuilder("requirement,asset,path\n");
        for (var i = 0; i < 30_000; i++) text.Append("ACM-1,asset ").Append(i).Append(",DN-1=yes\n");
        var read = Read(text.ToString());
        Assert.Equal(20_000, read.Trees.Count);
        Assert.Contains(read.Unread, u => u.Expected.Contains("at most 20000 records", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_papers_are_not_taken_for_records()
    {
        Assert.Empty(Read("# Trees\n\nEN 18031-1: none of its requirements was looked at\n\nEN 18031-1:\n\n| ID | Title |\n|---|---|\n").Unread);
        Assert.Empty(Read("requirement,support\n5.1-1,yes\n").Trees);
        Assert.Empty(Read("provision,support\n5.1-1,yes\n").Trees);
        Assert.Single(Read("provision,support\n5.1-1,yes\n").Claims);
    }
}
