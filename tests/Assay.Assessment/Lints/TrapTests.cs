using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Lints;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Lints;

/// <summary>Each trap on a dossier that falls into it and on one that comes close and does not.</summary>
public class TrapTests
{
    private sealed record Pair(Examined Falls, Examined Does);

    private static string Group(string provision, string verdict, string text = "") => $"# Test group {provision}: a test\n\n{text}\n\n**Group Verdict**: **{verdict}**\n";

    private static Examined Self(string provision, string verdict, string text = "", Plant? plant = null) => (plant ?? Plant.Papers()).File($"declaration/group-{provision}.md", Group(provision, verdict, text)).Silent().Examined();

    private static Examined Lab(Plant plant, params (string Unit, bool Passes, string Words, string? Row)[] records) => plant.Examined() with
    {
        LabRecords = [.. records.Select((r, i) => new LabEntry(r.Unit, new LabRecord("Ada", r.Passes, r.Words, Plant.Maker, ["photo.jpg"], new Location { Artefact = "lab/record.yaml", Line = i + 1 }), r.Row))],
    };

    private static CaptureFacts Capture(TimeSpan length, string? state, bool ofDevice = true) => new()
    {
        Artefact = "captures/a.pcap",
        From = Plant.AsOf,
        To = Plant.AsOf + length,
        State = state,
        IsOfDevice = ofDevice,
        Conversations = [new Conversation { First = Plant.AsOf, Last = Plant.AsOf, Frame = 1, IsOutward = true, Peer = "192.0.2.1", IsRemote = true, Protocol = "tcp", Port = 443, Sent = 1, Received = 1, IsAnswered = true }],
    };

    private static string[] Service(int number) => [$"SoftServ-{number}", "Description: a service", "Status: enabled", "Justification: the device cannot ring without it", "Authentication Mechanism: AuthMech-1"];

    private static readonly string Long = string.Concat(Enumerable.Repeat("the channel is protected against reading and change by its transport ", 2));
    private const string Bill = """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox","version":"1.36.1"},{"name":"zlib","version":"1.3"}]}""";

    private static readonly Dictionary<string, Pair[]> Pairs = new(StringComparer.Ordinal)
    {
        ["escape-clause"] =
        [
            // No debug interface anywhere: 5.6-4 asks nothing.
            new(Self("5.6-4", "FAIL", plant: Plant.Papers().Table(15, ["Intf-1", "Debug Interface: No"])), Self("5.6-4", "FAIL", plant: Plant.Papers().Table(15, ["Intf-1", "Debug Interface: Yes"]))),
            new(Lab(Plant.Papers().Table(7, ["UpdMech-1", "User Notification: None", "Initiation and Interaction: by hand"]), ("5.3-6-2c", false, "no notification", null)),
                Lab(Plant.Papers().Table(7, ["UpdMech-1", "User Notification: by mail", "Initiation and Interaction: by hand"]), ("5.3-6-2c", false, "no notification", null))),
        ],
        ["all-relaxed"] =
        [
            new(Self("5.5-1", "PASS", plant: Plant.Papers().Table(11, ["ComMech-1", "Cryptographic Details: TLS 1.3"], ["ComMech-2", "Cryptographic Details: RC4"])),
                Self("5.5-1", "PASS", "ComMech-1 and ComMech-2", Plant.Papers().Table(11, ["ComMech-1", "Cryptographic Details: TLS 1.3"], ["ComMech-2", "Cryptographic Details: TLS 1.2"]))),
            new(Self("5.6-5", "PASS", "SoftServ-1 and SoftServ-2 are needed", Plant.Papers().Table(13, Service(1), Service(2), Service(3))),
                Self("5.6-5", "PASS", "SoftServ-1, SoftServ-2 and SoftServ-3 are needed", Plant.Papers().Table(13, Service(1), Service(2), Service(3)))),
            new(Self("5.1-3", "PASS", "| row | verdict |\n|---|---|\n| AuthMech-1 | **PASS** |\n| AuthMech-2 | **FAIL** |"), Self("5.1-3", "PASS", "| row | verdict |\n|---|---|\n| AuthMech-1 | **PASS** |\n| AuthMech-2 | **PASS** (no fail seen) |")),
            new(Lab(Plant.Papers().Table(13, Service(1), Service(2)), ("5.6-5-1a", true, "needed", "SoftServ-1")),
                Lab(Plant.Papers().Table(13, Service(1), Service(2)), ("5.6-5-1a", true, "needed", "SoftServ-1"), ("5.6-5-1a", true, "needed", "SoftServ-2"))),
        ],
        ["conflict-as-failure"] =
        [
            new(Self("5.9-1", "FAIL (the ICS contradicts the IXIT)"), Self("5.9-1", "FAIL (the device did not come back)")),
            new(Lab(Plant.Papers().Claims("5.9-1", Support.NotApplicable, "it needs no network").Table(23, ["ResMech-1", "Description: keeps ringing"]), ("5.9-1-1b", false, "not as declared", null)),
                Lab(Plant.Papers().Table(23, ["ResMech-1", "Description: keeps ringing"]), ("5.9-1-1b", false, "not as declared", null))),
        ],
        ["inheritance-ignored"] =
        [
            new(Plant.Papers().File("declaration/a.md", Group("5.3-9", "FAIL")).File("declaration/b.md", Group("5.3-10", "PASS")).Silent().Examined(),
                Plant.Papers().File("declaration/a.md", Group("5.3-9", "PASS")).File("declaration/b.md", Group("5.3-10", "PASS")).Silent().Examined()),
            new(Plant.Papers().Claims("5.5-1", Support.No, "not yet").Examined(), Plant.Papers().Claims("5.6-1", Support.No, "not yet").Examined()),
        ],
        ["over-extrapolated"] =
        [
            new(Self("5.8-2", "PASS", "During the test no outbound traffic was observed, so nothing leaves the home."), Self("5.8-2", "PASS", "All outbound traffic that was observed is TLS 1.3 (frame 120).")),
            new(Self("5.3-2", "PASS", "In a.pcap the version check was captured; it uses TLS."), Self("5.3-2", "PASS", "In a.pcap the version check was captured, and the download of the signed image with its signature check.")),
            new(PlantedDossiers.Quiet.Told(Update, "http u.example", "update asked for in clear text: /v?x=1", Traits.UpdateQuery).Examined(),
                PlantedDossiers.Quiet.Told(Update, "http u.example", "update asked for", Traits.UpdateQuery).Told(Update, "http u.example", "update fetched", Traits.UpdateDownload).Examined()),
        ],
        ["circular-not-applicable"] = [new(Plant.Papers().Claims("5.3-14", Support.NotApplicable, "a replacement has never been needed").Examined(), Plant.Papers().Claims("5.3-14", Support.NotApplicable, "every component can be updated").Examined())],
        ["by-silence"] =
        [
            new(Plant.Papers().Claims("5.3-14", Support.NotApplicable, "").Examined(), Plant.Papers().Claims("5.3-14", Support.NotApplicable, "every component can be updated").Examined()),
            new(Plant.Papers().Claims("5.4-1", Support.NotApplicable, "we keep nothing").Silent().Examined(), Plant.Papers().Claims("5.3-14", Support.NotApplicable, "all can be updated").Silent().Examined()),
            new(Plant.Papers().Silent().Claims("5.5-1", Support.Yes).Table(1, ["AuthMech-1", "Description: a"]).Examined(), Plant.Papers().Silent().Claims("5.5-1", Support.Yes).Table(11, ["ComMech-1", "Description: a"]).Examined()),
            new(Self("5.6-9", "PASS", "We work with care."), Self("5.6-9", "PASS", "Reviewed against IXIT 19-SecDev.")),
        ],
        ["placeholder"] =
        [
            new(Plant.Papers().Table(2, ["UserInfo", "Support Period: ? years"]).Examined(), Plant.Papers().Table(2, ["UserInfo", "Support Period: 5 years"]).Examined()),
            new(Plant.Papers().Table(27, ["UserIntf-1", "Description: TBD"]).Examined(), Plant.Papers().Table(27, ["UserIntf-1", "Description: set-up network `Acme Bell XXXX`, password ACME-XXXX"]).Examined()),
        ],
        ["copied-text"] =
        [
            new(Plant.Papers().Table(11, ["ComMech-1", $"Description: {Long}"], ["ComMech-2", $"Description: {Long}"], ["ComMech-3", $"Description: {Long}."]).Examined(),
                Plant.Papers().Table(11, ["ComMech-1", $"Description: {Long}"], ["ComMech-2", $"Description: {Long}"], ["ComMech-3", $"Description: {Long} and more"], ["ComMech-4", "Security Guarantees: integrity"], ["ComMech-5", "Security Guarantees: integrity"], ["ComMech-6", "Security Guarantees: integrity"]).Examined()),
        ],
        ["date-in-the-past"] =
        [
            new(Plant.Papers().Table(12, ["NetSecImpl-1", "Report: certificate valid until 2024-05-31"]).Examined(), Plant.Papers().Table(12, ["NetSecImpl-1", "Report: of 2024-05-31, valid until 2029-05-31"]).Examined()),
            new(Plant.Papers().File("documents/security.txt", "Contact: mailto:a@acme.example\nExpires: 2026-01-01T00:00:00Z\n").Examined(), Plant.Papers().File("documents/security.txt", "Contact: mailto:a@acme.example\nExpires: 2027-01-01T00:00:00Z\n").Examined()),
        ],
        ["models-differ"] =
        [
            new(Plant.Papers().Table(2, ["UserInfo", "Model Designation: Chime 9"]).Examined(), Plant.Papers().Table(2, ["UserInfo", "Model Designation: Acme Bell-3 (EU)"]).Examined()),
            new(PlantedDossiers.Quiet.Told(Disclosure, "mdns bell.local", "md=Chime9").Examined(), PlantedDossiers.Quiet.Told(Disclosure, "mdns bell.local", "md=Bell 3").Examined()),
        ],
        ["build-flag"] =
        [
            new(Plant.Papers().File("sdkconfig", "CONFIG_A=y\nCONFIG_SECURE_BOOT_V2_ENABLED=y\n").Examined(), Plant.Papers().File("sdkconfig", "CONFIG_A=y\n# CONFIG_SECURE_BOOT_V2_ENABLED is not set\n").Examined()),
            new(Plant.Papers().File("sdkconfig", "CONFIG_A=y\nCONFIG_FLASH_ENCRYPTION_ENABLED=y\n").Examined(), Lab(Plant.Papers().File("sdkconfig", "CONFIG_A=y\nCONFIG_FLASH_ENCRYPTION_ENABLED=y\n"), ("5.4-1-2a", true, "fuses read", null))),
        ],
        ["image-not-deployed"] =
        [
            new(Plant.Image().WithCapture().Told(Update, "http u.example", "asked: /check?fw=2.4.1", Traits.UpdateQuery).Examined(), Plant.Image().WithCapture().Told(Update, "http u.example", "asked: /check?fw=1.0.0", Traits.UpdateQuery).Examined()),
            new(Plant.Image().WithCapture().Has("lighttpd", "1.4.59").Examined(), Plant.Image().WithCapture().Has("lighttpd", "1.4.59").Told(Disclosure, "http 10.0.0.4:80", "Server: lighttpd/1.4.59", Traits.VersionDisclosed).Examined()),
        ],
        ["capture-too-short"] =
        [
            new(Plant.Capture().Captured(Capture(TimeSpan.FromHours(3), "initialised")).Table(7, ["UpdMech-1", "Update Checking: once a day"]).Examined(), Plant.Capture().Captured(Capture(TimeSpan.FromHours(25), "initialised")).Table(7, ["UpdMech-1", "Update Checking: once a day"]).Examined()),
            new(Plant.Capture().Captured(Capture(TimeSpan.FromSeconds(40), "initialised")).Examined(), Plant.Capture().Captured(Capture(TimeSpan.FromMinutes(40), "initialised")).Examined()),
            new(Plant.Capture().Captured(Capture(TimeSpan.FromHours(3), "initialised")).Table(7, ["UpdMech-1", "Update Checking: interval of 12 hours"]).Examined(), Plant.Capture().Captured(Capture(TimeSpan.FromHours(13), "initialised")).Table(7, ["UpdMech-1", "Update Checking: interval of 12 hours"]).Examined()),
        ],
        ["capture-state"] =
        [
            new(Plant.Capture().Captured(Capture(TimeSpan.FromHours(3), null)).Examined(), Both()),
            new(Plant.Capture().Captured(Capture(TimeSpan.FromHours(3), "initialised")).Examined(), Both()),
        ],
        ["hidden-by-nat"] = [new(Plant.Capture().Captured(Capture(TimeSpan.FromHours(3), null, ofDevice: false)).Examined(), Plant.Capture().Captured(Capture(TimeSpan.FromHours(3), null)).Examined())],
        ["materials-differ"] =
        [
            new(Plant.Image().Has("openssl", "3.0").Has("busybox", "1.36.1").File("sbom/b.cdx.json", Bill).Examined(), Plant.Image().Has("zlib", "1.3").Has("busybox", "1.36.1").File("sbom/b.cdx.json", Bill).Examined()),
            new(Plant.Papers().File("sbom/b.cdx.json", Bill).Examined(), Plant.Image().Has("zlib", "1.3").Has("busybox", "1.36.1").Examined()),
        ],
        ["back-ports"] =
        [
            new(Plant.Image().Has("linux", "5.10.110").Told(Component, "CVE-2022-0847", "linux 5.10.110 is in the range of the advisory").Examined(), Plant.Image().Has("busybox", "1.36.1").Told(Component, "CVE-2022-0847", "linux 5.10.110 is in the range of the advisory").Examined()),
            new(Self("5.2-3", "FAIL", "CVE-2022-0847 is in linux", Plant.Image().Has("linux", "5.10.110")), Self("5.2-3", "FAIL", "CVE-2022-0847 is in linux; no backport is in the vendor tree", Plant.Image().Has("linux", "5.10.110"))),
        ],
    };

    private static Examined Both() => Plant.Capture().Captured(Capture(TimeSpan.FromHours(3), "initialised")).Captured(Capture(TimeSpan.FromHours(3), "factoryDefault")).Examined();

    public static TheoryData<string, int> Cases => [.. Pairs.SelectMany(p => p.Value.Select((_, i) => new TheoryDataRow<string, int>(p.Key, i)))];

    [Fact]
    public void Every_trap_has_a_dossier_that_falls_into_it_and_one_that_does_not() => Assert.Equal(Trap.All.Select(t => t.Id), Pairs.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_found_with_its_place_where_it_is_and_only_there(string id, int at)
    {
        var pair = Pairs[id][at];
        var falls = Evaluation.Of(pair.Falls, Catalogue.Default).Lints.Where(l => l.Id == id).ToList();
        Assert.NotEmpty(falls);
        Assert.All(falls, l => Assert.NotEmpty(l.Locations));
        Assert.All(falls, l => Assert.True(l.Words.Length is > 20 and < 1500, l.Words));
        Assert.DoesNotContain(Evaluation.Of(pair.Does, Catalogue.Default).Lints, l => l.Id == id && !(id == "inheritance-ignored" && l.Provision is null));
    }

    // Traps that no check reads: with and without them every outcome is the same, though the list is not.
    [Theory]
    [InlineData("capture-state")]
    [InlineData("copied-text")]
    [InlineData("hidden-by-nat")]
    public void It_changes_no_outcome(string id)
    {
        foreach (var pair in Pairs[id])
        {
            var (falls, does) = (Evaluation.Of(pair.Falls, Catalogue.Default), Evaluation.Of(pair.Does, Catalogue.Default));
            Assert.NotEqual(falls.Lints.Count(l => l.Id == id), does.Lints.Count(l => l.Id == id));
            Assert.Equal(falls.Verdicts.SelectMany(v => v.Units).Select(u => (u.Unit, u.Outcome, u.Grade)), does.Verdicts.SelectMany(v => v.Units).Select(u => (u.Unit, u.Outcome, u.Grade)));
            Assert.Equal(falls.Overall, does.Overall);
        }
    }

    [Fact]
    public void A_flood_of_one_kind_is_cut_and_counted()
    {
        var plant = Plant.Papers().Table(29, [.. Enumerable.Range(1, 400).Select(i => new[] { $"InpVal-{i}", "Source: TBD" })]);
        var lints = Evaluation.Of(plant.Examined(), Catalogue.Default).Lints.Where(l => l.Id == "placeholder").ToList();
        Assert.Equal(51, lints.Count);
        Assert.Contains("350 more", lints[^1].Words);
    }
}
