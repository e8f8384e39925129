using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Documents;
using Assay.Assessment.Examining;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests;

/// <summary>What must hold for every dossier, tried on all planted ones, signed and unsigned.</summary>
public class PropertyTests
{
    public static TheoryData<string, bool> Planted => [.. Register.All.SelectMany(c => new[] { new TheoryDataRow<string, bool>(c.Id, true), new TheoryDataRow<string, bool>(c.Id, false) })];

    [Theory]
    [MemberData(nameof(Planted))]
    public void Taking_evidence_away_opens_no_door(string id, bool signed)
    {
        foreach (var examined in Dossiers(id, signed))
        {
            var before = Outcomes(examined);
            foreach (var less in Less(examined, piecewise: signed))
            {
                foreach (var (unit, after) in Outcomes(less))
                {
                    // What was refuted, contradicted or ruled out by the very thing that is gone may pass; what was open never does.
                    // So may what was open only because something that it applies again was refuted.
                    if (before[unit] is { Outcome: Outcome.Inconclusive, Inherited.Count: > 0 } && Catalogue.Default.SourcesOf(Catalogue.Default.Unit(unit)!).Any(s => before[s.Id].Outcome == Outcome.Fail)) continue;
                    if (after.Outcome == Outcome.Pass && before[unit].Outcome != Outcome.Pass) Assert.Contains(before[unit].Outcome, new[] { Outcome.Fail, Outcome.Disputed, Outcome.NotApplicable });
                    if (after is { Outcome: Outcome.Pass, Grade: Grade.Tool } && before[unit].Outcome == Outcome.Pass) Assert.Equal(Grade.Tool, before[unit].Grade);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_refuting_finding_never_makes_a_provision_better(string id, bool signed)
    {
        foreach (var examined in Dossiers(id, signed))
        {
            var before = Evaluation.Of(examined, Catalogue.Default).Verdicts.ToDictionary(v => v.Provision);
            // One at a time where papers are signed, so that each meets a claim that passes; all together everywhere.
            foreach (var refuting in signed ? Refuting.Select(r => (IReadOnlyList<Finding>)[r]).Append(Refuting) : [Refuting])
            {
                var after = Evaluation.Of(examined with { Findings = [.. examined.Findings, .. refuting] }, Catalogue.Default).Verdicts;
                foreach (var verdict in after) Assert.True(Rank(verdict.Outcome) <= Rank(before[verdict.Provision].Outcome), $"{verdict.Provision}: {before[verdict.Provision].Outcome} became {verdict.Outcome} by {refuting[0].Kind} {refuting[0].Subject}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Planted))]
    public void Order_does_not_matter_and_the_same_input_gives_the_same_bytes(string id, bool signed)
    {
        foreach (var examined in Dossiers(id, signed))
        {
            var bytes = AssessmentJson.Bytes(Evaluation.Of(examined, Catalogue.Default));
            Assert.Equal(bytes, AssessmentJson.Bytes(Evaluation.Of(examined, Catalogue.Default)));
            var turned = examined with
            {
                Files = [.. examined.Files.Reverse()],
                Findings = [.. examined.Findings.Reverse()],
                Coverage = [.. examined.Coverage.Reverse()],
                Components = [.. examined.Components.Reverse()],
                Materials = [.. examined.Materials.Reverse()],
                Declaration = examined.Declaration with { Claims = [.. examined.Declaration.Claims.Reverse()], Tables = [.. examined.Declaration.Tables.Reverse()] },
            };
            Assert.Equal(bytes, AssessmentJson.Bytes(Evaluation.Of(turned, Catalogue.Default)));
            if (signed) Assert.Equal(OscalResults.Bytes(Evaluation.Of(examined, Catalogue.Default)), OscalResults.Bytes(Evaluation.Of(turned, Catalogue.Default)));
        }
    }

    [Theory]
    [MemberData(nameof(Planted))]
    public void Without_a_signature_no_claim_passes_anything(string id, bool signed)
    {
        if (signed) return;
        foreach (var examined in Dossiers(id, signed)) Assert.DoesNotContain(Outcomes(examined).Values, u => u is { Outcome: Outcome.Pass, Grade: not Grade.Tool });
        // The same dossier signed passes something, or this test could not fail.
        Assert.Contains(Outcomes(PlantedDossiers.ByCheck[id].Not.Examined(signed: true)).Values, u => u is { Outcome: Outcome.Pass, Grade: Grade.Declared or Grade.Supported });
    }

    private static IEnumerable<Examined> Dossiers(string id, bool signed)
    {
        var (fails, not, open) = PlantedDossiers.ByCheck[id];
        foreach (var plant in new[] { fails, not, open }) yield return plant.Examined(signed);
    }

    private static Dictionary<string, UnitVerdict> Outcomes(Examined examined) => Evaluation.Of(examined, Catalogue.Default).Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit);

    private static IEnumerable<Examined> Less(Examined examined, bool piecewise)
    {
        if (piecewise)
        {
            for (var i = 0; i < examined.Findings.Count; i++) yield return examined with { Findings = [.. examined.Findings.Where((_, j) => j != i)] };
            for (var i = 0; i < examined.Coverage.Count; i++) yield return examined with { Coverage = [.. examined.Coverage.Where((_, j) => j != i)] };
            for (var i = 0; i < examined.Files.Count; i++) yield return examined with { Files = [.. examined.Files.Where((_, j) => j != i)] };
            for (var i = 0; i < examined.Declaration.Tables.Count; i++) yield return examined with { Declaration = examined.Declaration with { Tables = [.. examined.Declaration.Tables.Where((_, j) => j != i)] } };
        }
        yield return examined with { Components = [] };
        yield return examined with { Materials = [] };
        yield return examined with { Declaration = examined.Declaration with { Claims = [] } };
        yield return examined with { Findings = [], Coverage = [], Components = [] };
    }

    private static int Rank(Outcome outcome) => outcome switch { Outcome.Fail => 0, Outcome.Disputed => 1, Outcome.NotClaimed => 2, Outcome.Inconclusive => 3, Outcome.NotApplicable => 4, _ => 5 };

    private static readonly IReadOnlyList<Finding> Refuting =
    [
        Seen(FindingKind.Credential, "root", null, Traits.EmptyPassword, Traits.WeakHash), Seen(FindingKind.Credential, "admin", 7, Traits.KnownDefault, Traits.OnTheWire),
        Seen(FindingKind.Key, "host.key", null, Traits.PrivateKey, Traits.HostKey, Traits.WorldReadable), Seen(FindingKind.Secret, "psk", null, Traits.WirelessKey),
        Seen(FindingKind.Update, "update.sh", null, Traits.WithoutVerification), Seen(FindingKind.Service, "telnetd", null, Traits.Telnet, Traits.StartedAtBoot, Traits.WithoutLogin),
        Seen(FindingKind.WeakCrypto, "TLS 1.0", 8, Traits.TlsOutdated), Seen(FindingKind.Cleartext, "mqtt", 9, Traits.Remote, Traits.Login), Seen(FindingKind.Debug, "gdbserver", null, Traits.DebugTool),
        Seen(FindingKind.Debug, "ttyS0", null, Traits.SerialConsole, Traits.WithoutLogin), Seen(FindingKind.Permission, "/etc/init.d/S1", null, Traits.WorldWritable, Traits.BootScript),
    ];

    private static Finding Seen(FindingKind kind, string subject, long? frame, params string[] traits) => new()
    {
        Kind = kind,
        Subject = subject,
        Value = "added",
        Confidence = 1,
        Location = frame is null ? new Location { Artefact = "firmware/bell.bin", Path = "/added" } : new Location { Artefact = "captures/start.pcap", Frame = frame },
        Traits = traits,
    };
}
