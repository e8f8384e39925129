using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>Conditions from tables: a word makes them true or false, silence makes nothing.</summary>
public class DeclaredFactsTests
{
    private static readonly Catalogue Catalogue = Catalogue.Load("en303645-2.1.1");

    private static Declaration Read(string yaml) => Declaration.Read([Artefact.Of("d.yaml", Encoding.UTF8.GetBytes(yaml))], default);

    [Theory]
    [InlineData("passwords", "AuthMech: [{id: a, Authentication Factor: User name and password}]", Truth.True)]
    [InlineData("passwords", "AuthMech: [{id: a, Authentication Factor: PIN of four digits}]", Truth.True)]
    [InlineData("passwords", "AuthMech: [{id: a, Authentication Factor: Bearer token (mapping)}]", Truth.False)]
    [InlineData("passwords", "AuthMech: [{id: a, Authentication Factor: None. Open}, {id: b, Authentication Factor: password}]", Truth.True)]
    [InlineData("passwords", "AuthMech: [{id: a, Authentication Factor: None}, {id: b}]", Truth.Unknown)]
    [InlineData("passwords", "AuthMech: [{id: a, Authentication Factor: TBD}]", Truth.Unknown)]
    [InlineData("passwords", "AuthMech: none", Truth.False)]
    [InlineData("passwords", "SoftComp: none", Truth.Unknown)]
    [InlineData("presetPasswords", "AuthMech: [{id: a, Authentication Factor: password, Password Generation Mechanism: from the serial number}]", Truth.True)]
    [InlineData("presetPasswords", "AuthMech: [{id: a, Authentication Factor: password, Password Generation Mechanism: N/A (set by the user)}]", Truth.False)]
    [InlineData("presetPasswords", "AuthMech: [{id: a, Authentication Factor: password}]", Truth.Unknown)]
    [InlineData("debugInterface", "PhyIntf: [{id: usb, Debug Interface: No}, {id: swd, Debug Interface: Yes (factory only).}]", Truth.True)]
    [InlineData("debugInterface", "Intf: [{id: usb, Debug Interface: No}, {id: eth, Debug Interface: n/a}]", Truth.False)]
    [InlineData("debugInterface", "PhyIntf: [{id: usb, Debug Interface: No}, {id: eth}]", Truth.Unknown)]
    [InlineData("notUpdateable", "SoftComp: [{id: rom, Update Mechanism: cannot be updated}]", Truth.True)]
    [InlineData("notUpdateable", "SoftComp: [{id: fw, Update Mechanism: UpdMech-1}]", Truth.False)]
    [InlineData("updateMechanism", "UpdMech: [{id: a, Description: x}]", Truth.True)]
    [InlineData("updateMechanism", "UpdMech: []", Truth.False)]
    [InlineData("networkUpdates", "UpdMech: [{id: a, Description: over HTTPS}]", Truth.True)]
    [InlineData("networkUpdates", "UpdMech: [{id: a, Description: by USB stick}]", Truth.Unknown)]
    [InlineData("updateNotifications", "UpdMech: [{id: a, User Notification: none}]", Truth.False)]
    [InlineData("telemetry", "TelData: none", Truth.False)]
    [InlineData("telemetry", "TelData: [{id: a, Description: crash reports}]", Truth.True)]
    [InlineData("consent", "PersData: [{id: a, Obtaining Consent: N/A}]", Truth.False)]
    [InlineData("constrained", "AuthMech: none", Truth.Unknown)]
    [InlineData("nobody knows", "AuthMech: none", Truth.Unknown)]
    public void A_fact_is_what_the_rows_say(string fact, string table, Truth truth)
    {
        var facts = DeclaredFacts.Of(Read("ixit:\n  " + table + "\n"), fact);
        Assert.Equal(truth, facts.Truth);
        Assert.Null(facts.Grade);
        if (truth != Truth.Unknown) Assert.All(facts.From, s => Assert.True(s.IsPaper && s.Location.Line > 0));
    }

    [Theory]
    [InlineData("constrained: no", "constrained", Truth.False)]
    [InlineData("constrained: yes", "constrained", Truth.True)]
    [InlineData("debug interface: no", "debugInterface", Truth.False)]
    public void The_makers_plain_word_counts(string line, string fact, Truth truth) => Assert.Equal(truth, DeclaredFacts.Of(Read($"ics: {{}}\nconditions:\n  {line}\n"), fact).Truth);

    [Theory]
    [InlineData("conditions: { debugInterface: no }\nixit:\n  PhyIntf: [{id: swd, Debug Interface: yes}]\n", 1)]
    [InlineData("conditions: { debugInterface: no }\nixit:\n  PhyIntf: [{id: swd, Debug Interface: no}]\n", 0)]
    public void A_row_stands_against_a_no_that_it_contradicts(string yaml, int against)
    {
        var facts = DeclaredFacts.Of(Read(yaml), "debugInterface");
        Assert.Equal(Truth.False, facts.Truth);
        Assert.Equal(against, facts.Against.Count);
    }

    [Fact]
    public void An_empty_declaration_makes_no_fact_true_or_false()
    {
        var facts = Catalogue.All.SelectMany(c => c.Conditions).SelectMany(c => c.Means?.Names ?? []).Concat(Catalogue.Units.Select(u => u.Escape).OfType<string>()).Distinct().ToList();
        Assert.True(facts.Count > 15);
        Assert.All(facts, f => Assert.Equal(Truth.Unknown, DeclaredFacts.Of(Declaration.Empty, f).Truth));
    }

    [Fact]
    public void A_real_dossier_settles_conditions_with_their_rows()
    {
        foreach (var folder in Directory.EnumerateDirectories(Corpus.Folder("dossier")))
        {
            var declaration = Declaration.Read(folder, default);
            if (declaration.Tables.Count == 0) continue;
            foreach (var fact in new[] { "passwords", "presetPasswords", "debugInterface", "notUpdateable", "updateMechanism", "networkUpdates", "automaticUpdates", "updateNotifications", "telemetry", "userAuthentication" })
            {
                var facts = DeclaredFacts.Of(declaration, fact);
                Assert.Equal((fact, Truth.True), (fact, facts.Truth));
                Assert.NotEmpty(facts.From);
            }
            Assert.Equal(Truth.Unknown, DeclaredFacts.Of(declaration, "constrained").Truth);
        }
    }
}
