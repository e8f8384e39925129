using System.Diagnostics;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Tests.Checks;

/// <summary>What a check may say and what it may not: no refutation of what a unit does not ask, none from silence, and no pass from a claim alone. Each beside a control that still speaks.</summary>
public class PolarityTests
{
    [Theory]
    [InlineData(Traits.ConfigurationRead, false)]
    [InlineData(Traits.ConfigurationChange, true)]
    public void Settings_that_were_only_read_do_not_refute_who_may_change_them(string trait, bool changed)
    {
        var seen = new Finding { Kind = FindingKind.Exposure, Subject = "/settings", Value = "as planted", Confidence = 1, Location = new Location { Artefact = "probes/scan-1.xml", Line = 3 }, Traits = [trait, Traits.WithoutLogin] };
        var answers = Look("configuration-without-login", Plant.Papers().Scanned("initialised", ["80/tcp http"]).With(e => e with { Findings = [.. e.Findings, seen] }));
        Assert.Equal(Says.Refutes, Assert.Single(answers, a => a.Unit == "5.5-4-2a").Says);
        Assert.Equal(changed ? Says.Refutes : Says.Open, Assert.Single(answers, a => a.Unit == "5.5-5-2a").Says);
    }

    [Theory]
    [InlineData(null, Says.Open)]
    [InlineData("initialised", Says.Refutes)]
    public void A_change_without_a_credential_refutes_only_where_the_device_is_known_to_be_set_up(string? state, Says expected) =>
        Assert.All(Look("unauthenticated-change", Plant.Capture().Answered(state!, "200 POST none /api/config")), a => Assert.Equal(expected, a.Says));

    [Theory]
    [InlineData("Description: HTTPS to the cloud", false)]
    [InlineData("Description: Bluetooth to the phone", true)]
    public void A_row_may_name_a_channel_by_any_of_its_names(string row, bool refuted) =>
        Assert.Equal(refuted, Refuted("undeclared-channel", Plant.Capture().Heard(FindingKind.WeakCrypto, "TLS 1.0 to cloud.example", Traits.TlsOutdated, Traits.Remote).Table(11, ["ComMech-1", row])));

    [Fact]
    public void A_peers_certificate_is_not_the_devices()
    {
        var plant = () => Plant.Image().WithCapture();
        Assert.False(Refuted("unfit-certificate", plant().Heard(FindingKind.Certificate, "tls cloud.example", Traits.Expired, Traits.Remote)));
        Assert.True(Refuted("unfit-certificate", plant().Heard(FindingKind.Certificate, "tls bell.local", Traits.Expired, Traits.Local)));
        Assert.True(Refuted("peer-certificate", plant().Heard(FindingKind.Certificate, "tls cloud.example", Traits.Expired, Traits.Remote)));
    }

    [Theory]
    [InlineData("service-authentication", 13, "SoftServ-Web", "Description: a web page", "Authentication Mechanism: ")]
    [InlineData("service-justification", 13, "SoftServ-Web", "Description: a web page", "Justification: ")]
    [InlineData("telemetry", 24, "TelData-1", "Description: uptime", "Purpose: ")]
    public void A_layout_without_the_field_refutes_nothing_and_an_empty_field_does(string check, int table, string row, string without, string empty)
    {
        Assert.All(Look(check, Plant.Papers().Table(table, [row, without])), a => Assert.Equal(Says.Open, a.Says));
        Assert.True(Refuted(check, Plant.Papers().Table(table, [row, without, empty])));
    }

    [Fact]
    public void The_devices_own_version_says_nothing_of_its_implementations()
    {
        var answers = Look("versions-on-the-wire", Plant.Capture().Told(FindingKind.Update, "question", "GET /check?fw=1.0.0", Traits.UpdateQuery).With(e => e with { Device = e.Device with { Versions = ["1.0.0"] } }));
        Assert.Equal(Says.Supports, Assert.Single(answers, a => a.Unit == "5.2-3-1a").Says);
        Assert.Equal(Says.Open, Assert.Single(answers, a => a.Unit == "5.5-2-2a").Says);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_guess_at_a_component_speaks_against_no_list(bool guess, bool against)
    {
        var place = new Location { Artefact = "firmware/bell.bin", Path = "/lib/libfoo.so" };
        var plant = Plant.Image().With(e => e with
        {
            Components = [new Component { Name = "foo", IsGuess = guess, Evidence = [new ComponentEvidence("string", place, 0.5)] }],
            Materials = [new Component { Name = "bar", Version = "1.0", Evidence = [new ComponentEvidence("sbom", new Location { Artefact = "sbom.json", Line = 1 }, 1)] }],
            Coverage = [.. e.Coverage, new Coverage { Artefact = "sbom.json", Scope = CoverageScope.Materials, Unit = "components", Total = 1, Examined = 1 }],
        });
        Assert.Equal(against, Refuted("materials-against-image", plant));
    }

    [Theory]
    [InlineData("n/a", true)]
    [InlineData("Not applicable.", true)]
    [InlineData("No telemetry is collected, the device has no service", false)]
    public void The_word_said_again_is_no_reason(string reason, bool refuted) =>
        Assert.Equal(refuted, Refuted("justifications", Plant.Papers().Claims("5.10-1", Support.NotApplicable, reason)));

    [Theory]
    [InlineData(false, Says.Holds)]
    [InlineData(true, Says.Supports)]
    public void A_statement_that_was_read_in_part_passes_nothing(bool cut, Says expected)
    {
        var unread = new Unread(new Location { Artefact = "declaration/ics.yaml", Line = 700 }, "5.6-2; N;", "a line of the conformance statement");
        var examined = Plant.Papers().Examined(signed: true) with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] };
        var read = cut ? examined with { Declaration = examined.Declaration with { Unread = [unread] } } : examined;
        Assert.Equal(expected, Assert.Single(new Justifications().Look(read)).Says);
    }

    [Fact]
    public void A_row_with_an_odd_id_is_the_row_that_fails()
    {
        var result = Evaluation.Of(Plant.Papers().Table(6, ["Soft\u0001Comp", "Update Mechanism: "]).Examined(), Catalogue.Default, [new ComponentUpdateMechanism()]);
        var row = Assert.Single(result.Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == "5.3-1-1a").Rows);
        Assert.Equal(Outcome.Fail, row.Outcome);
    }

    [Fact]
    public void The_day_that_is_named_is_of_the_library_that_is_named() =>
        Assert.StartsWith("mbedtls 3.6.2 is maintained until 2027-03-31", Assert.Single(Look("end-of-life-cryptography", PlantedDossiers.Clean.Has("openssl", "3.5.1").Has("mbedtls", "3.6.2"))).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_placeholder_names_its_row()
    {
        var answer = Assert.Single(Look("table-placeholders", Plant.Papers().Table(11, ["ComMech-1", "Security Guarantees: TBD"], ["ComMech-2", "Security Guarantees: integrity"])), a => a.Says == Says.Refutes);
        Assert.Equal("ComMech-1", answer.Row?.Id);
    }

    [Theory]
    [InlineData("Description: processes are independent of each other, kept apart by nginx", false)]
    [InlineData("Description: the NX bit is set on data pages", true)]
    public void A_promise_is_a_word_and_no_piece_of_one(string row, bool against) =>
        Assert.Equal(against, Refuted("memory-protection", Plant.Image().Saw(FindingKind.Hardening, "/usr/bin/ring", Traits.NoExecuteMissing).Table(18, ["AccCtrl-1", row])));

    [Theory]
    [InlineData("/bin/busybox", false)]
    [InlineData("/bin/bash", true)]
    public void BusyBox_with_the_setuid_bit_is_no_shell_of_its_owner(string path, bool refuted) =>
        Assert.Equal(refuted, Refuted("loose-permissions", Plant.Image().Saw(FindingKind.Permission, path, Traits.SetUid)));

    [Fact]
    public void A_build_configuration_is_a_paper_in_every_check()
    {
        var answer = Assert.Single(Look("storage-encryption-flag", Plant.Papers().File("sdkconfig", "CONFIG_A=y\n# CONFIG_SECURE_FLASH_ENC_ENABLED is not set\n").Table(10, ["SecParam-Wifi", "Protection Scheme: kept in the encrypted flash memory"])));
        Assert.True(answer.Contradiction!.IsPaperAgainstPaper);
    }

    [Fact]
    public void A_signed_part_does_not_speak_for_one_that_is_not()
    {
        var row = new[] { "SecBoot-1", "Description: The boot loader verifies the signature of the kernel." };
        Assert.All(Look("unsigned-boot-image", Plant.Image().Saw(FindingKind.Hardening, "FIT", Traits.VerifiableBoot).Saw(FindingKind.Hardening, "kernel", Traits.UnsignedBoot).Table(20, row)), a => Assert.Equal(Says.Open, a.Says));
        Assert.All(Look("unsigned-boot-image", Plant.Image().Saw(FindingKind.Hardening, "FIT", Traits.VerifiableBoot).Table(20, row)), a => Assert.Equal(Says.Supports, a.Says));
    }

    [Fact]
    public void A_table_alone_does_not_support_itself()
    {
        var sensors = Plant.Papers().Table(22, ["ExtSens-1", "Description: a camera"]);
        Assert.Equal(Says.Open, Assert.Single(Look("sensors", sensors)).Says);
        Assert.Equal(Says.Supports, Assert.Single(Look("sensors", sensors.Table(21, ["PersData-1", "Description: pictures of the camera"]))).Says);
        Assert.Equal(Says.Open, Assert.Single(Look("telemetry", Plant.Papers().Table(24, ["TelData-1", "Purpose: to find crashes"]))).Says);
    }

    [Theory]
    [InlineData(false, Says.Supports)]
    [InlineData(true, Says.Holds)]
    public void An_unsigned_table_passes_nothing(bool signed, Says expected)
    {
        var plant = Plant.Papers().Table(24, ["TelData-1", "Security Examination: the cloud looks for devices that log in too often"]);
        Assert.Equal(expected, Assert.Single(new TelemetryExamination().Look(plant.Examined(signed)), a => a.Unit == "5.10-1-1a").Says);
    }

    [Theory]
    [InlineData("Support Period: five years", "Support period: security updates until 2031-12-31", Says.Open)]
    [InlineData("Support Period: until 2031-12-31", "Support period: security updates until 2031-12-31", Says.Supports)]
    [InlineData("Support Period: until 2031-12-31", "2023-05-02: security updates of two libraries", Says.Open)]
    [InlineData("Support Period: until 2031-12-31", "Security updates from 2023-05-02 to 2031-12-31", Says.Supports)]
    [InlineData("Support Period: until 2031-12-31", "Support period: until 2024-01-31", Says.Refutes)]
    public void A_period_is_the_same_only_where_both_say_it_alike(string declared, string page, Says expected)
    {
        var answers = Look("support-period", Plant.Papers().Table(2, ["UserInfo", declared]).File("documents/support.txt", page + "\n"));
        Assert.Contains(answers, a => a.Says == expected);
        Assert.Equal(expected == Says.Refutes, answers.Any(a => a.Says == Says.Refutes));
    }

    [Fact]
    public void Only_a_dated_copy_of_the_named_page_passes()
    {
        var plant = Plant.Papers().Table(2, ["UserInfo", "Support Period: until 2031-12-31", "Publication of Support Period: https://acme.example/support"])
            .File("documents/support.txt", "Saved from https://acme.example/support on 2026-10-02\n\nWe supply security updates for the bell until 2031-12-31.\n");
        Assert.Equal(Says.Holds, Assert.Single(Look("support-period", plant)).Says);
        var policy = PlantedDossiers.Policy[(PlantedDossiers.Policy.IndexOf('\n') + 1)..];
        var copied = Plant.Papers().Table(2, ["Publication of Vulnerability Disclosure Policy", "Value: https://acme.example/policy"]);
        Assert.Equal(Says.Supports, Assert.Single(Look("disclosure-policy", copied.File("documents/policy.txt", policy)), a => a.Unit == "5.2-1-2b").Says);
    }

    [Fact]
    public void A_paper_that_speaks_of_a_policy_is_none()
    {
        var manual = string.Join('\n', Enumerable.Repeat("Press the button until the lamp is blue.", 20));
        Assert.All(Look("disclosure-policy", Plant.Papers().File("documents/manual.txt", manual + "\nOur security policy is on our page.\n")), a => Assert.Equal(Says.Open, a.Says));
        Assert.True(Refuted("disclosure-policy", Plant.Papers().File("documents/manual.txt", "Our security policy\n" + manual)));
    }

    [Theory]
    [InlineData("72 hours", "2026-02-03", false)]
    [InlineData("72 hours", "2026-02-06", true)]
    public void Hours_count_as_days(string time, string released, bool refuted) => Assert.Equal(refuted, Refuted("late-fix", History(time, $"## Version 1.1 ({released})\n- mends CVE-2026-0001\n## Version 1.0 (2025-06-01)\n")));

    [Theory]
    [InlineData("## Version 1.2 (2026-09-01)\n- tests for CVE-2026-0001\n## Version 1.1 (2026-02-05)\n- mends CVE-2026-0001\n## Version 1.0 (2025-06-01)\n", false)]
    [InlineData("## Version 1.1 (2026-09-20)\n- mends CVE-2026-0001\n## Version 1.0 (2026-09-01)\n- the first release\n", false)]
    [InlineData("## Version 1.1 (2026-09-20)\n- mends CVE-2026-0001\n## Version 1.0 (2025-09-01)\n- the first release\n", true)]
    public void A_vulnerability_is_late_from_the_day_on_which_it_could_be_mended(string history, bool refuted) => Assert.Equal(refuted, Refuted("late-fix", History("30 days", history)));

    [Theory]
    [InlineData("Pin | No | Device", "GND | 1 | UART", false)]
    [InlineData("Pin | Serial", "1234 | A0001", true)]
    public void A_connectors_pins_are_no_passwords(string header, string row, bool refuted) =>
        Assert.Equal(refuted, Refuted("password-samples", Plant.Papers().File("documents/table.txt", $"{header}\n{row}\n{row}\n{row}\n")));

    [Fact]
    public void A_file_that_is_called_a_MUD_file_and_is_none_stops_nothing()
    {
        var plant = Plant.Papers().File("device.yaml", "maker: Acme\nmodel: Bell 3\nfiles:\n  documents/odd.json: mud\n").File("documents/odd.json", "[1, 2]");
        Assert.All(Register.All, check => Assert.NotNull(check.Look(plant.Examined()).ToList()));
    }

    [Theory]
    [InlineData("<script>", "")]
    [InlineData("<style ", ">")]
    [InlineData("https://", "")]
    public void A_page_that_is_made_to_tire_a_reader_is_read(string piece, string end)
    {
        var page = "Vulnerability disclosure policy, saved from https://acme.example/privacy on 2026-10-02 <html>\n" + string.Concat(Enumerable.Repeat(piece, 2_000_000 / piece.Length)) + end;
        var examined = Plant.Papers().File("documents/privacy.txt", page).Table(2, ["UserInfo", "Documentation of Personal Data: https://acme.example/privacy"]).Examined();
        var watch = Stopwatch.StartNew();
        foreach (var id in new[] { "personal-data-notice", "published-documents", "disclosure-policy" }) Assert.NotEmpty(Register.All.Single(c => c.Id == id).Look(examined).ToList());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    private static Plant History(string time, string history) => Plant.Papers().Table(8, ["UpdProc-1", $"Time Frame: {time}"]).File("documents/releases.md", "# History\n\n" + history)
        .Asked("busybox", "1.30.0", "CVE-2026-0001", affected: true, published: "2026-02-01");

    private static List<Answer> Look(string id, Plant plant) => [.. Register.All.Single(c => c.Id == id).Look(plant.Examined() with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] })];

    private static bool Refuted(string id, Plant plant) => Look(id, plant).Any(a => a.Says is Says.Refutes or Says.Contradicts);
}
