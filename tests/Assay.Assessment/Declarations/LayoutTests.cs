using System.Text;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>docs/declaration.md: every layout a maker may use, and what happens to what fits none.</summary>
public class LayoutTests
{
    private static Declaration Read(params (string Name, string Text)[] files) =>
        Declaration.Read([.. files.Select(f => Artefact.Of(f.Name, Encoding.UTF8.GetBytes(f.Text)))], default);

    private static Declaration Read(string text) => Read(("paper", text));

    public static TheoryData<string> SameInEachLayout() => new(
        """
        maker: Example Ltd
        ics:
          5.1-1: yes
          5.1-2: { support: N/A, justification: No password is set in the factory }
          5.7-1:
            support: no
            justification: the chip has no boot ROM keys
        ixit:
          AuthMech:
            - id: AuthMech-1
              description: Web page of the device
              authentication factor: Password
              Default Status: off
          6-SoftComp:
            SoftComp-1:
              Description: Kernel
              Update Mechanism: [UpdMech-1, UpdMech-2]
          PhyIntf: none
          UserInfo:
            Support Period: until 2031-12-31
        """,
        """
        {"ics": [{"provision": "5.1-1", "support": "Y"},
                 {"provision": "5.1-2", "support": "n/a", "detail": "No password is set in the factory"},
                 {"provision": "5.7-1", "support": "N", "detail": "the chip has no boot ROM keys"}],
         "ixit_tables": {
           "1-AuthMech": [{"ID": "AuthMech-1", "Description": "Web page of the device", "AuthenticationFactor": "Password", "Default status": "off"}],
           "SoftComp": [{"ID": "SoftComp-1", "Description": "Kernel", "Update_Mechanism": "UpdMech-1, UpdMech-2"}],
           "15-Intf": [],
           "2-UserInfo": {"SupportPeriod": "until 2031-12-31"}}}
        """,
        """
        # Implementation conformance statement (ICS)

        | Reference | Status | Support | Detail |
        |-----------|:------:|:-------:|--------|
        | **5.1 No universal default passwords** | | | |
        | Provision 5.1-1 | M C (1) | Y |  |
        | Provision 5.1-2 | M C (2) | N/A | No password is set in the factory |
        | Provision 5.7-1 | R | N | the chip has no boot ROM keys |

        # IXIT 1-AuthMech: Authentication Mechanisms

        | ID | Description | Authentication Factor | Default Status |
        |----|-------------|-----------------------|----------------|
        | AuthMech-1 | Web page of the device | Password | off |

        # IXIT 6-SoftComp

        | ID | Description | Update Mechanism |
        |----|----|----|
        | SoftComp-1 | Kernel | UpdMech-1, UpdMech-2 |

        # IXIT 2-UserInfo: User Information

        | Field | Content |
        |-------|---------|
        | Support Period | until 2031-12-31 |
        """,
        """
        # ICS

        ## Provision 5.1-1
        **Support:** Y

        ## Provision 5.1-2
        ### Support
        N/A
        ### Justification
        No password is set in the factory

        ## Provision 5.7-1
        * **Support:** N
        * **Detail:** the chip has no boot ROM keys

        # IXIT 1-AuthMech

        ## ID: AuthMech-1

        ### Description
        Web page of the device

        ### Authentication Factor
        Password

        ### Default Status
        off

        # IXIT 6-SoftComp

        **ID:** SoftComp-1

        **Description:** Kernel

        **Update Mechanism:** UpdMech-1, UpdMech-2

        # IXIT 2-UserInfo

        ## Support Period
        until 2031-12-31
        """);

    [Theory, MemberData(nameof(SameInEachLayout))]
    public void Each_layout_says_the_same(string text)
    {
        var declaration = Read(text);
        Assert.Empty(declaration.Unread);
        Assert.Equal([("5.1-1", Support.Yes, null), ("5.1-2", Support.NotApplicable, "No password is set in the factory"), ("5.7-1", Support.No, "the chip has no boot ROM keys")],
            declaration.Claims.Select(c => (c.Provision, c.Support, c.Justification)));
        Assert.All(declaration.Claims, c => Assert.True(c.Location.Line > 0 && c.SignedBy is null));
        var login = Assert.Single(declaration.Table(1)!.Rows);
        Assert.Equal(("AuthMech-1", "Web page of the device", "Password", "off"), (login.Id, login["DESCRIPTION"], login["Authentication Factor"], login["defaultstatus"]));
        Assert.Equal("UpdMech-1, UpdMech-2", Assert.Single(declaration.Rows(6))["Update Mechanism"]);
        Assert.Equal("until 2031-12-31", Assert.Single(declaration.Table(2)!.Rows)["Support Period"]);
        Assert.All(declaration.Coverage, c => Assert.True(c.IsWhole && c.Scope == CoverageScope.Declaration));
    }

    [Theory]
    [InlineData("| Field | AuthMech-1 | AuthMech-2 |\n|---|---|---|\n| Description | one | two |\n| Authentication Factor | PIN | none |\n")]
    [InlineData("| ID | AuthMech-1 | AuthMech-2 |\n|---|---|---|\n| Description | one | two |\n| Authentication Factor | PIN | none |\n")]
    [InlineData("| Field | Content | Content |\n|---|---|---|\n| ID | AuthMech-1 | AuthMech-2 |\n| Description | one | two |\n| Authentication Factor | PIN | none |\n")]
    [InlineData("| ID | AuthMech-1 |\n|---|---|\n| Description | one |\n| Authentication Factor | PIN |\n\n| ID | AuthMech-2 |\n|---|---|\n| Description | two |\n| Authentication Factor | none |\n")]
    [InlineData("### AuthMech-1\n| Field | Value |\n|---|---|\n| Description | one |\n| Authentication Factor | PIN |\n\n### AuthMech-2\n| Field | Value |\n|---|---|\n| Description | two |\n| Authentication Factor | none |\n")]
    [InlineData("### AuthMech-1\n- **Description:** one\n- **Authentication Factor:** PIN\n\n### AuthMech-2\n- **Description:** two\n- **Authentication Factor:** none\n")]
    [InlineData("### AuthMech-1\nDescription: one\nAuthentication Factor: PIN\n\n### AuthMech-2\nDescription: two\nAuthentication Factor: none\n")]
    [InlineData("| **ID** | **Description** | **Authentication factor** |\n|:--|:-:|--:|\n| `AuthMech-1` | one | PIN |\n| `AuthMech-2` | two | none |\n")]
    [InlineData("| AuthMech ID | Description | Authentication Factor | Note |\n|---|---|---|---|\n| AuthMech-1 | one | PIN | |\n| AuthMech-2 | two | none | x |\n")]
    public void Tables_may_stand_upright_or_lie(string text)
    {
        var declaration = Read("# IXIT 1-AuthMech: Authentication Mechanisms\n\nSome words.\n\n" + text);
        Assert.Empty(declaration.Unread);
        Assert.Equal([("AuthMech-1", "one", "PIN"), ("AuthMech-2", "two", "none")], declaration.Rows(1).Select(r => (r.Id, r["description"], r["Authentication Factor"])));
    }

    // Cut and altered documents are read as far as they go: seeded, so that a failure can be repeated.
    [Fact]
    public void Damaged_documents_never_stop_the_reading()
    {
        var state = 2024u;
        uint Next(uint below) => (state = state * 1664525 + 1013904223) % below;
        var seeds = SameInEachLayout().Select(r => Encoding.UTF8.GetBytes(r.Data)).Append("# Test group 5.1-1: x\n|\n|-|\n|\n||\n# IXIT 1-AuthMech\n|\n|-|\n|\n|a|\n"u8.ToArray()).ToList();
        var tables = 0;
        for (var round = 0; round < 2000; round++)
        {
            var bytes = seeds[(int)Next((uint)seeds.Count)].ToArray();
            for (var i = 0; i < 4; i++) bytes[Next((uint)bytes.Length)] = (byte)"|#-:*\n\"{}[]&x \t1"[(int)Next(16)];
            tables += Declaration.Read([Artefact.Of("a", bytes[..(int)Next((uint)bytes.Length + 1)])], default).Tables.Count;
        }
        Assert.True(tables > 100);
    }

    [Fact]
    public void A_table_declared_empty_is_not_a_missing_table()
    {
        var declaration = Read("ixit:\n  PhyIntf: none\n  UpdMech: []\n");
        Assert.True(declaration.Table(15)!.IsDeclaredEmpty);
        Assert.True(declaration.Table(7)!.IsDeclaredEmpty);
        Assert.Null(declaration.Table(1));
    }

    [Theory]
    [InlineData("AuthMech", 1)]
    [InlineData("11-ComMech", 11)]
    [InlineData("11-SecComMech", 11)]
    [InlineData("sec_com_mech", 11)]
    [InlineData("Intf", 15)]
    [InlineData("PHYINTF", 15)]
    [InlineData("28-ExtAPI", 28)]
    [InlineData("LogIntf", 28)]
    [InlineData("IXIT 29-InpVal", 29)]
    public void Names_of_both_editions_lead_to_the_number(string name, int number) =>
        Assert.Equal(number, Assert.Single(Read($"ixit:\n  {name}:\n    - {{ id: a, description: b }}\n").Tables).Number);

    [Theory]
    [InlineData("ixit:\n  AutMech: []\n", 2, "perhaps \"1-AuthMech\" is meant")]
    [InlineData("ixit:\n  3-AuthMech: []\n", 2, "one of the 29 tables")]
    [InlineData("ixit:\n  AuthMech:\n    - { id: a, Desciption: x }\n", 3, "perhaps \"Description\" is meant")]
    [InlineData("ixit:\n  AuthMech:\n    - { description: x }\n", 3, "an id for the row")]
    [InlineData("ixit:\n  AuthMech: [text]\n", 2, "a map with id and fields")]
    [InlineData("ixit: text\n", 1, "tables by their names")]
    [InlineData("ics:\n  5.1-1: yes\n  5.1-9: yes\n", 3, "perhaps 5.1-")]
    [InlineData("ics:\n  5.1-1: perhaps\n", 2, "yes, no or n/a")]
    [InlineData("ics:\n  5.1-1:\n", 2, "yes, no or n/a")]
    [InlineData("ics:\n  5.1-1: { support: yes, justifcation: x }\n", 2, "perhaps \"justification\" is meant")]
    [InlineData("ics: [5.1-1]\n", 1, "a map with provision and support")]
    [InlineData("ics: {}\nixot: {}\n", 2, "perhaps \"ixit\" is meant")]
    [InlineData("ics: {}\nAuthMec: []\n", 2, "perhaps \"1-AuthMech\" is meant")]
    [InlineData("ics: {}\nconditions:\n  constraint: no\n", 3, "perhaps \"constrained\" is meant")]
    [InlineData("ics: {}\nself assessment: { 5.1-99: PASS }\n", 2, "a provision of EN 303 645")]
    [InlineData("# IXIT 1-AutMech\n\n## ID: a\n", 1, "perhaps 1-AuthMech is meant")]
    [InlineData("# IXIT 2-AuthMech\n\n## ID: a\n", 1, "the number and name of one table")]
    [InlineData("# IXIT 1-AuthMech\n\n## ID: a\n\n### Autentication Factor\nx\n", 5, "perhaps \"Authentication Factor\" is meant")]
    [InlineData("# IXIT 1-AuthMech\n\n## ID:\n\n### Description\nx\n", 3, "an id after")]
    [InlineData("# IXIT 1-AuthMech\n\n| ID | Description | Default Sttus |\n|---|---|---|\n| a | b | c |\n", 3, "perhaps \"Default Status\" is meant")]
    [InlineData("# IXIT 1-AuthMech\n\n| ID | Description |\n|---|---|\n| | b |\n", 5, "an id in the first column")]
    [InlineData("# IXIT 1-AuthMech\n\n| ID | Description |\n|---|---|\n| a | b | c |\n", 5, "2 columns")]
    [InlineData("# ICS\n\n| Provision | Support |\n|---|---|\n| 5.1-77 | Y |\n", 5, "a provision of EN 303 645")]
    [InlineData("# ICS\n\n| Provision | Support |\n|---|---|\n| 5.1-1 | maybe |\n", 5, "Y, N or N/A")]
    [InlineData("# ICS\n\n| Provision | Support |\n|---|---|\n| all | Y |\n", 5, "a provision's number")]
    [InlineData("# ICS\n\n## Provision 5.1-1\n\nno word of support\n", 3, "Y, N or N/A")]
    [InlineData("# Test group 5.1-77: x\n\n**Group Verdict**: PASS\n", 1, "a provision of EN 303 645")]
    [InlineData("provision,support\n5.1-1,maybe\n", 2, "yes, no or n/a")]
    [InlineData("provision;support\n5.9-12;yes\n", 2, "a provision of EN 303 645")]
    public void What_fits_no_layout_is_kept_with_its_line_and_counted(string text, int line, string expected)
    {
        var declaration = Read(text);
        var unread = Assert.Single(declaration.Unread);
        Assert.Equal(line, unread.Location.Line);
        Assert.Contains(expected, unread.Expected);
        var coverage = Assert.Single(declaration.Coverage);
        Assert.Equal(1, coverage.Total - coverage.Examined);
        Assert.Equal(1, coverage.Counts["unread"]);
    }

    [Theory]
    [InlineData("Y", Support.Yes)]
    [InlineData("yes", Support.Yes)]
    [InlineData("**Yes**", Support.Yes)]
    [InlineData("✓", Support.Yes)]
    [InlineData("N", Support.No)]
    [InlineData("No (planned)", Support.No)]
    [InlineData("N/A", Support.NotApplicable)]
    [InlineData("n.a.", Support.NotApplicable)]
    [InlineData("N/A - no debug port", Support.NotApplicable)]
    [InlineData("partly", null)]
    [InlineData("", null)]
    [InlineData("-", null)]
    public void The_support_column_knows_three_words(string text, Support? support) => Assert.Equal(support, SupportWord.Of(text, out _));

    [Fact]
    public void Comma_separated_statements_are_read_with_quotes_and_semicolons()
    {
        var declaration = Read(("a.csv", "Provision,Support,Justification\n5.1-1,Y,\n5.1-2,N/A,\"no password, none\nat all\"\n5.2-1,N,why\n"), ("b.csv", "provision;support\n5.3-13;yes\n"));
        Assert.Empty(declaration.Unread);
        Assert.Equal(["5.1-1", "5.1-2", "5.2-1", "5.3-13"], declaration.Claims.Select(c => c.Provision));
        Assert.Equal("no password, none\nat all", declaration.Claims[1].Justification);
        Assert.Equal(5, declaration.Claims[2].Location.Line);
    }

    [Theory]
    [InlineData("# Read me\n\nSome words on the product.\n\n## Interfaces\n\nUSB\n\n| Port | Use |\n|---|---|\n| 80 | web |\n")]
    [InlineData("maker: Example\nmodel: Doorbell\n")]
    [InlineData("# a draft\nics:\n  # 5.1-1: yes\n")]
    [InlineData("services:\n  web:\n    image: x\n")]
    [InlineData("{\"type\": \"object\", \"properties\": {}}")]
    [InlineData("a,b,c\n1,2,3\n")]
    [InlineData("")]
    [InlineData("MZ\0\0ixit: x")]
    public void Other_files_are_no_declarations(string text) => Assert.Empty(Read(text).Files);

    [Theory]
    [InlineData("ics:\n  5.1-1: [\n", "well-formed")]
    [InlineData("ics:\n  5.1-1: yes\n  5.1-1: no\n", "each key once")]
    public void A_declaration_that_is_no_yaml_is_a_loss_with_its_line(string text, string words)
    {
        var declaration = Read(("ics.yaml", text), ("rest.yaml", "ics:\n  5.2-1: yes\n"));
        var loss = Assert.Single(declaration.Coverage.SelectMany(c => c.Losses));
        Assert.Contains(words, loss.ToString());
        Assert.True(loss.Location.Line > 0);
        Assert.Equal("5.2-1", Assert.Single(declaration.Claims).Provision);
    }

    [Fact]
    public void A_slip_of_the_pen_in_yaml_loses_its_line_and_not_the_file()
    {
        var read = Declaration.Read([Artefact.Of("ics.yaml", Encoding.UTF8.GetBytes("ics:\n  5.1-1: yes\n  5.1-2: [yes\n  5.1-3: no\n  5.2-1: { support: yes, justification: a: b: c }\n  5.3-13: yes\n"))], default);
        Assert.Equal(["5.1-1", "5.1-3", "5.3-13"], read.Claims.Select(c => c.Provision));
        Assert.Equal([3, 5], read.Unread.Select(u => u.Location.Line!.Value).Order());
        Assert.All(read.Unread, u => Assert.Equal("well-formed YAML", u.Expected));
    }

    [Fact]
    public void A_hostile_declaration_is_refused_quickly()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var files = new (string, string)[]
        {
            ("deep.yaml", "ics: " + new string('[', 200_000)),
            ("alias.yaml", "a: &a x\nics: [" + string.Concat(Enumerable.Repeat("*a,", 1_000_000)) + "]"),
            ("wide.md", "# IXIT 1-AuthMech\n\n## ID: a\n\n" + new string('|', 300_000) + "\n|---|\n" + new string('*', 300_000)),
            ("spaces.md", "# IXIT 1" + new string(' ', 300_000) + "x\n" + new string(' ', 300_000) + "x\n**" + new string('a', 300_000)),
            ("headings.md", "# IXIT 1-AuthMech\n" + string.Concat(Enumerable.Repeat("## ID: a\n### Description\nx\n", 30_000))),
            ("quotes.csv", "provision,support\n" + new string('"', 300_000)),
        };
        var declaration = Read(files);
        Assert.Equal(2, declaration.Coverage.SelectMany(c => c.Losses).Count());
        Assert.Equal(10_000, declaration.Tables.Single(t => t.Location.Artefact == "headings.md").Rows.Count);
        Assert.Contains(declaration.Unread, u => u.Location.Artefact == "headings.md" && u.Text.StartsWith("20000 more rows of 1-AuthMech"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public void An_empty_dossier_declares_nothing()
    {
        var nothing = Read();
        Assert.Empty(nothing.Claims);
        Assert.Empty(nothing.Tables);
        Assert.Empty(nothing.Coverage);
    }

    [Fact]
    public void A_claim_under_the_other_editions_number_counts_only_where_it_is_the_same()
    {
        var declaration = Read("ics:\n  5.0-1: yes\n  5.3-4A: yes\n  5.1-2A: no\n");
        var second = Assay.Assessment.Catalogues.Catalogue.Load("en303645-2.1.1");
        var third = Assay.Assessment.Catalogues.Catalogue.Load("en303645-3.1.3");
        Assert.Single(declaration.ClaimsOn(second.Provision("4-1")!));
        Assert.Empty(declaration.ClaimsOn(second.Provision("5.3-4")!));
        Assert.Single(declaration.ClaimsOn(third.Provision("5.3-4A")!));
        Assert.Single(declaration.ClaimsOn(third.Provision("5.1-2A")!));
    }

    [Fact]
    public void A_self_assessment_is_an_unsigned_claim_with_its_words()
    {
        var declaration = Read("# Test group 5.3-13: Support period\n\n## Test case 5.3-13-1\n\n**Verdict**: **PASS**\n\n**Group Verdict**: **FAIL (gap)**\n\n# Test group 5.1-2a: x\n\n**Verdict**: **PASS**\n");
        Assert.Equal([("5.3-13", "FAIL", 7), ("5.1-2A", "NONE STATED", 9)], declaration.SelfAssessments.Select(s => (s.Provision, s.Verdict, s.Location.Line!.Value)));
        Assert.Equal(Support.No, declaration.SelfAssessments[0].AsClaim()!.Support);
        Assert.Equal("FAIL (gap)", declaration.SelfAssessments[0].AsClaim()!.Justification);
        Assert.Null(declaration.SelfAssessments[1].AsClaim());
    }
}
