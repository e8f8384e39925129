using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Tests.Reports;

/// <summary>Results as an assessment could give them, with every outcome, every grade, contradictions, losses and unread parts.</summary>
internal static class Demo
{
    /// <summary>What no report may ever let through as markup, as an order to a terminal, or as another reading order.</summary>
    public const string Hostile = "<script>document.title='taken'</script>\"'><img src=x onerror=alert(1)>\u202egpj.exe\u001b[31m\u0007\u009b2J\r";

    private const string Image = "firmware/doorbell-1.0.img", Capture = "captures/first-day.pcapng", Paper = "declaration/ixit.yaml", Manual = "documents/security.txt";

    private static readonly Finding Shadow = Found(FindingKind.Credential, "root", "password hash, MD5-crypt, $1… (34)", new Location { Artefact = Image, Path = "/etc/shadow", Line = 1 }, Traits.WeakHash);
    private static readonly Finding Telnet = Found(FindingKind.Service, "telnetd", "started at boot on every interface", new Location { Artefact = Image, Path = "/etc/init.d/S50telnet", Line = 4 }, Traits.Telnet);
    private static readonly Finding Wire = Found(FindingKind.Cleartext, "admin@192.168.4.20", "HTTP Basic, admin:ho… (7)", new Location { Artefact = Capture, Frame = 1204 }, Traits.OnTheWire);
    private static readonly Finding Update = Found(FindingKind.Update, "updates.chimewell.example", "image fetched over HTTP", new Location { Artefact = Capture, Frame = 2218 }, Traits.ClearText);
    private static readonly Finding Key = Found(FindingKind.Key, "/etc/ssl/server.key", "RSA private key, 1024 bits", new Location { Artefact = Image, Path = "/etc/ssl/server.key", Offset = 0 }, Traits.PrivateKey);
    private static readonly IReadOnlyList<Finding> Hardening = [.. Enumerable.Range(1, 23).Select(i =>
        Found(FindingKind.Hardening, $"/usr/bin/tool{i:00}", "no stack canary, not position independent", new Location { Artefact = Image, Path = $"/usr/bin/tool{i:00}" }, Traits.CanaryMissing))];

    public static readonly Contradiction Boot = new("Is the boot chain verified?",
        new Statement("The IXIT (SecBoot-1) says that each stage verifies the next", new Location { Artefact = Paper, Line = 212 }, IsPaper: true),
        new Statement("The kernel's uImage carries no signature", new Location { Artefact = Image, Offset = 0x40000 }, IsPaper: false));

    public static readonly Contradiction Period = new("Until when do security updates come?",
        new Statement("\"? years\", a placeholder", new Location { Artefact = Paper, Line = 88 }, IsPaper: true),
        new Statement("five years from first sale", new Location { Artefact = Manual, Line = 12 }, IsPaper: true));

    /// <summary>A doorbell that meets no level.</summary>
    public static AssessmentResult Doorbell()
    {
        ProvisionVerdict[] verdicts =
        [
            P("4-1", Outcome.Pass, Grade.Tool, "Each of 31 entries that are not met carries a reason.", U("4-1-1a", Outcome.Pass, Grade.Tool, "ics-reasons: 31 of 31 entries carry a reason.")),
            P("5.1-1", Outcome.Fail, null, "The account root has the same password in every device of this version.",
                U("5.1-1-1a", Outcome.Inconclusive, null, "The generator is described; nobody examined it.", settle: "A lab's record of the generator."),
                U("5.1-1-2a", Outcome.Inconclusive, null, "No scan of the device was handed over.", settle: "A port scan of the device in both states."),
                U("5.1-1-2b", Outcome.NotApplicable, null, "No password is set by the user before first use."),
                U("5.1-1-2c", Outcome.Fail, null, "image-passwords: a fixed password hash for root in the image.", [Shadow.Id])),
            P("5.1-3", Outcome.Fail, null, "A log-in of a person crosses the network in clear text.",
                U("5.1-3-1a", Outcome.Pass, Grade.Declared, "Declared with a signature by Chimewell QA."),
                U("5.1-3-2a", Outcome.Fail, null, "login-cleartext: HTTP Basic without TLS.", [Wire.Id])),
            P("5.1-5", Outcome.Inconclusive, null, "Nobody measured how fast log-ins can be tried.", "A record of 100 wrong log-ins with their times.",
                U("5.1-5-1a", Outcome.Inconclusive, null, "Declared: five tries in a minute; unsigned, so it counts for nothing."),
                U("5.1-5-2a", Outcome.Inconclusive, null, "No scan was handed over.", settle: "A port and radio scan."),
                U("5.1-5-2b", Outcome.Inconclusive, null, "No measurement was handed over.", settle: "A record of 100 wrong log-ins with their times.")),
            P("5.2-1", Outcome.Pass, Grade.Tool, "A policy with contact, acknowledgement and status times was handed over.",
                U("5.2-1-1a", Outcome.Pass, Grade.Declared, "Declared with a signature by Chimewell QA."),
                U("5.2-1-2a", Outcome.Pass, Grade.Tool, "disclosure-policy: contact, acknowledgement within 5 days, status every 30 days.")),
            P("5.2-3", Outcome.NotClaimed, null, "The maker does not claim it: the monitoring service starts next year.", U("5.2-3-1a", Outcome.NotClaimed, null, "Not claimed, with a reason.")),
            P("5.3-2", Outcome.Fail, null, "The update is fetched in clear text and nothing verifies it.",
                U("5.3-2-1a", Outcome.Inconclusive, null, "The design is declared without a signature."),
                U("5.3-2-2a", Outcome.Inconclusive, null, "A step without a result of its own.") with { IsPreparatory = true },
                U("5.3-2-2b", Outcome.Fail, null, "update-cleartext: the image is fetched over HTTP.", [Update.Id])),
            P("5.3-3", Outcome.Pass, Grade.Supported, "The signed claim of one press in the app agrees with the query seen on the wire.",
                U("5.3-3-1a", Outcome.Pass, Grade.Supported, "update-query: a query each 24 hours, in 3 days of traffic.")),
            P("5.3-13", Outcome.Disputed, null, "Two documents name different support periods.", "One date in device.yaml and in every document.",
                U("5.3-13-1a", Outcome.Disputed, null, "support-period: a placeholder here, five years there.", contradictions: [Period])),
            P("5.4-1", Outcome.Inconclusive, null, "Parameters at rest can be examined on the device only.", "A lab's record of the flash of one device.",
                U("5.4-1-1a", Outcome.Inconclusive, null, "Declared without a signature.")),
            P("5.4-3", Outcome.Fail, null, "A private key is part of the image.", U("5.4-3-2a", Outcome.Fail, null, "image-keys: one private key in the image.", [Key.Id])),
            P("5.5-1", Outcome.Inconclusive, null, "Three of five declared mechanisms were seen.", "Traffic of the set-up and of a firmware update.",
                U("5.5-1-1a", Outcome.Pass, Grade.Declared, "Declared with a signature by Chimewell QA."), U("5.5-1-2a", Outcome.Inconclusive, null, "tls-seen: 3 of 5 rows of SecComMech were seen.")),
            P("5.6-1", Outcome.Fail, null, "A service that nobody declared is started at boot.", U("5.6-1-2a", Outcome.Fail, null, "services: telnetd is started and not declared.", [Telnet.Id])),
            P("5.6-8", Outcome.NotClaimed, null, "The maker does not claim it.", U("5.6-8-1a", Outcome.NotClaimed, null, "hardening: seen, not claimed.", [.. Hardening.Select(f => f.Id)])),
            P("5.7-1", Outcome.Disputed, null, "The detail table says that boot is verified; the image shows no signature.", "A lab's record of the fuses and of the boot log.",
                U("5.7-1-1a", Outcome.Disputed, null, "boot-chain: paper against image.", contradictions: [Boot]), U("5.7-1-2a", Outcome.Inconclusive, null, "Can be decided on the device only.")),
            P("5.8-2", Outcome.NotApplicable, null, "No sensitive personal data is processed; the declaration and the traffic agree.", U("5.8-2-1a", Outcome.NotApplicable, null, "No such row in PersData.")),
            P("5.9-2", Outcome.Pass, Grade.Lab, "Recorded by A. Tester, Example Lab: the chime works without a network.", U("5.9-2-2a", Outcome.Pass, Grade.Lab, "Record lab-0042, signed.")),
            P("5.12-1", Outcome.Pass, Grade.Declared, "Declared with a signature by Chimewell QA.", U("5.12-1-1a", Outcome.Pass, Grade.Declared, "Declared with a signature by Chimewell QA.")),
            P("6-1", Outcome.Pass, Grade.Tool, "The privacy text names each of two parties that traffic goes to.", U("6-1-2a", Outcome.Pass, Grade.Tool, "parties: 2 of 2 destinations are named.")),
        ];
        return new AssessmentResult
        {
            Device = new Device { Maker = "Chimewell", Model = "Front Door 2", Versions = ["1.0", "1.0.1"], Category = "doorbell", SupportEnd = new DateOnly(2031, 6, 30) },
            AsOf = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero),
            Editions = new Editions("EN 303 645 V2.1.1", "TS 103 701 V1.1.1", Provisional: false),
            Evidence =
            [
                new EvidenceItem(Capture, "capture", Digest('a'), 18_233_604), new EvidenceItem(Paper, "declaration", Digest('b'), 48_122),
                new EvidenceItem(Manual, "document", Digest('c'), 1_204), new EvidenceItem(Image, "image", Digest('d'), 16_777_216),
                new EvidenceItem("sbom/maker.cdx.json", "billOfMaterials", Digest('e'), 220_114),
            ],
            Coverage =
            [
                new Coverage
                {
                    Artefact = Capture, Scope = CoverageScope.Capture, Unit = "frames", Total = 48_210, Examined = 48_204,
                    From = new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero), To = new DateTimeOffset(2026, 11, 4, 8, 0, 12, TimeSpan.Zero),
                    Counts = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["flows"] = 1_822 },
                    Losses = [new Loss { Location = new Location { Artefact = Capture, Frame = 48_205 }, Expected = "a frame of 1,514 bytes", Found = "the end of the file" }],
                },
                new Coverage { Artefact = Image, Scope = CoverageScope.Files, Unit = "files", Total = 1_204, Examined = 1_204, Counts = new SortedDictionary<string, long> { ["executables"] = 311, ["fileSystems"] = 1 } },
                new Coverage { Artefact = Image, Scope = CoverageScope.Image, Unit = "bytes", Total = 16_777_216, Examined = 15_204_352 },
                new Coverage { Artefact = Paper, Scope = CoverageScope.Declaration, Unit = "rows", Total = 140, Examined = 139 },
                new Coverage { Artefact = Manual, Scope = CoverageScope.Document, Unit = "bytes", Total = 1_204, Examined = 0 },
            ],
            Findings = [.. new[] { Shadow, Telnet, Wire, Update, Key }.Concat(Hardening).OrderBy(f => f, Comparer<Finding>.Create(Finding.Compare))],
            Components = [new Component { Name = "busybox", Version = "1.31.1", Evidence = [new ComponentEvidence("string", new Location { Artefact = Image, Path = "/bin/busybox" }, 0.9)] }],
            Verdicts = verdicts,
            Provisions = verdicts.ToDictionary(v => v.Provision, v => Titles[v.Provision], StringComparer.Ordinal),
            Grades = new UnitCounts { Tool = 3, Lab = 1, Supported = 1, Declared = 1, Open = 10 },
            Levels =
            [
                new LevelResult(1, "UK PSTI", false,
                [
                    new Blocking("5.1-1-2c", "5.1-1", Outcome.Fail, "A fixed password hash for root in the image."),
                    new Blocking("5.3-13-1a", "5.3-13", Outcome.Disputed, "Two documents name different support periods.", "One date in device.yaml and in every document."),
                ]),
                new LevelResult(2, "Finnish label", false,
                [
                    new Blocking("5.1-1-2c", "5.1-1", Outcome.Fail, "A fixed password hash for root in the image."), new Blocking("5.3-2-2b", "5.3-2", Outcome.Fail, "The image is fetched over HTTP."),
                    new Blocking("5.3-13-1a", "5.3-13", Outcome.Disputed, "Two documents name different support periods."), new Blocking(null, "5.4-1", Outcome.Inconclusive, "Not examined."),
                ]),
                new LevelResult(3, "all mandatory provisions", false, [new Blocking(null, "5.4-3", Outcome.Fail, "A private key is part of the image.")]),
                new LevelResult(4, "all mandatory provisions, with a lab", false, [new Blocking(null, "5.4-3", Outcome.Fail, "A private key is part of the image.")]),
            ],
            Contradictions = [Boot, Period],
            Unread = [new Unread(new Location { Artefact = Paper, Line = 301 }, "AuthMech-9 | see annex | | |", "a row with ten fields")],
            Checks =
            [
                new CheckRun("image-keys", 1, "refute", "private keys that are part of the image", ["5.4-3-2a", "5.4-4-1a"], 1, ["findings:key"]),
                new CheckRun("image-passwords", 2, "refute", "fixed password hashes and known default passwords in the image", ["5.1-1-2c"], 1, ["findings:credential"]),
            ],
            NotChecked =
            [
                "No device was at hand: nothing that only shows at its interfaces was checked.",
                "No radio link was captured.", "7 % of the image's bytes belong to no structure that we read.",
            ],
            Advice = ["device.yaml names no hardware address: add mac, so that the device's own traffic can be told from that of others."],
            NextStep = "Remove the fixed password of root from the image (/etc/shadow line 1), let each owner set one, and assess the new version.",
        };
    }

    /// <summary>The same device after its repair: level 1 is met, and the edition is provisional.</summary>
    public static AssessmentResult Repaired()
    {
        var first = Doorbell();
        return first with
        {
            Device = first.Device with { Versions = ["1.1"], SupportEnd = null },
            AsOf = new DateTimeOffset(2026, 12, 1, 9, 30, 0, TimeSpan.Zero),
            Editions = new Editions("EN 303 645 V3.1.3", "TS 103 701 V2.1.1", Provisional: true),
            Levels = [first.Levels[0] with { Met = true, Blocking = [] }, .. first.Levels.Skip(1)],
            Contradictions = [],
            Advice = [],
            NextStep = "Sign the update image and let the device verify it.",
        };
    }

    /// <summary>A device of which nobody handed over anything.</summary>
    public static AssessmentResult Empty() => Doorbell() with
    {
        Device = new Device { Maker = Device.Unknown, Model = Device.Unknown },
        Evidence = [],
        Coverage = [],
        Findings = [],
        Components = [],
        Contradictions = [],
        Unread = [],
        Checks = [],
        Levels = [],
        Verdicts = [],
        Provisions = new Dictionary<string, ProvisionFacts>(),
        Grades = new UnitCounts(),
        NotChecked = ["Nothing was handed over, so nothing was checked."],
        NextStep = "Put evidence into the dossier.",
    };

    /// <summary>The same with hostile text in every place that a device, a capture or a declaration can fill.</summary>
    public static AssessmentResult OfEnemies()
    {
        var first = Doorbell();
        Location Bad(Location l) => l with { Artefact = l.Artefact + Hostile, Path = Hostile };
        Statement Said(Statement s) => s with { Says = Hostile + s.Says, Location = Bad(s.Location) };
        Contradiction Both(Contradiction c) => new(Hostile + c.About, Said(c.One), Said(c.Other));
        var findings = first.Findings.Select(f => f with { Subject = Hostile + f.Subject, Value = Hostile + f.Value, Location = Bad(f.Location) }).ToList();
        var ids = first.Findings.Zip(findings).ToDictionary(p => p.First.Id, p => p.Second.Id);
        UnitVerdict Of(UnitVerdict u) => u with
        {
            Reason = Hostile + u.Reason,
            Settle = Hostile + u.Settle,
            Findings = [.. u.Findings.Select(id => ids[id])],
            Contradictions = [.. u.Contradictions.Select(Both)],
        };
        return first with
        {
            Device = new Device { Maker = Hostile, Model = Hostile, Versions = [Hostile, Hostile], Category = Hostile },
            Evidence = [.. first.Evidence.Select(e => e with { Artefact = e.Artefact + Hostile, Kind = e.Kind })],
            Coverage = [.. first.Coverage.Select(c => c with
            {
                Artefact = c.Artefact + Hostile, Counts = new SortedDictionary<string, long>(StringComparer.Ordinal) { [Hostile] = 7 },
                Losses = [.. c.Losses.Select(l => new Loss { Location = Bad(l.Location), Expected = Hostile, Found = Hostile })],
            })],
            Findings = findings,
            Components = [.. first.Components.Select(c => c with { Name = Hostile, Version = Hostile, Evidence = [.. c.Evidence.Select(e => e with { Location = Bad(e.Location) })] })],
            Verdicts = [.. first.Verdicts.Select(v => v with { Reason = Hostile + v.Reason, Settle = Hostile + v.Settle, Units = [.. v.Units.Select(Of)] })],
            Levels = [.. first.Levels.Select(l => l with { Blocking = [.. l.Blocking.Select(b => b with { Reason = Hostile + b.Reason, Settle = Hostile })] })],
            Contradictions = [.. first.Contradictions.Select(Both)],
            Unread = [.. first.Unread.Select(u => new Unread(Bad(u.Location), Hostile, Hostile))],
            NotChecked = [Hostile],
            Advice = [Hostile],
            NextStep = Hostile,
        };
    }

    /// <summary>Every string of this was written by us or is named in <see cref="Doorbell"/>; these are the requirement's own titles.</summary>
    public static readonly IReadOnlyDictionary<string, ProvisionFacts> Titles = new Dictionary<string, ProvisionFacts>(StringComparer.Ordinal)
    {
        ["4-1"] = new("justify every recommendation that is not met or not applicable", true, false, Support.Yes),
        ["5.1-1"] = new("device passwords unique per device or set by the user", true, true, Support.Yes),
        ["5.1-3"] = new("user authentication uses best-practice crypto", true, false, Support.Yes),
        ["5.1-5"] = new("network brute force impracticable", true, true, Support.Yes),
        ["5.2-1"] = new("public vulnerability disclosure policy (contact and timelines)", true, false, Support.Yes),
        ["5.2-3"] = new("monitor, find, fix throughout support period", false, false, Support.No),
        ["5.3-2"] = new("a secure update mechanism exists", true, true, Support.Yes),
        ["5.3-3"] = new("updates simple to apply", true, true, Support.Yes),
        ["5.3-13"] = new("publish the support period", true, false, Support.Yes),
        ["5.4-1"] = new("sensitive parameters stored securely", true, false, Support.Yes),
        ["5.4-3"] = new("no hard-coded critical parameters in source", true, false, null),
        ["5.5-1"] = new("communicate with best-practice crypto", true, false, Support.Yes),
        ["5.6-1"] = new("unused interfaces disabled", true, false, Support.Yes),
        ["5.6-8"] = new("hardware-level access control for memory", false, false, null),
        ["5.7-1"] = new("verify software with secure boot", false, false, Support.Yes),
        ["5.8-2"] = new("protect sensitive personal data in transit", true, true, Support.NotApplicable),
        ["5.9-2"] = new("stay operational locally without network, recover cleanly from power loss", false, false, Support.Yes),
        ["5.12-1"] = new("few decisions at installation, with secure defaults", false, false, Support.Yes),
        ["6-1"] = new("tell consumers what personal data is processed, how and by whom", true, false, Support.Yes),
    };

    private static string Digest(char c) => string.Concat(Enumerable.Repeat($"{c}0{c}7", 16));

    private static Finding Found(FindingKind kind, string subject, string value, Location location, params string[] traits) =>
        new() { Kind = kind, Subject = subject, Value = value, Confidence = 1, Location = location, Traits = traits };

    private static ProvisionVerdict P(string id, Outcome outcome, Grade? grade, string reason, params UnitVerdict[] units) =>
        new() { Provision = id, Outcome = outcome, Grade = grade, Reason = reason, Units = units };

    private static ProvisionVerdict P(string id, Outcome outcome, Grade? grade, string reason, string settle, params UnitVerdict[] units) =>
        new() { Provision = id, Outcome = outcome, Grade = grade, Reason = reason, Units = units, Settle = settle };

    private static UnitVerdict U(string id, Outcome outcome, Grade? grade, string reason, IReadOnlyList<string>? findings = null, string? settle = null, IReadOnlyList<Contradiction>? contradictions = null) =>
        new() { Unit = id, Outcome = outcome, Grade = grade, Reason = reason, Findings = findings ?? [], Settle = settle, Contradictions = contradictions ?? [] };
}
