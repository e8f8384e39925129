using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Vex;

namespace Assay.Tests.Software.Vex;

public class OpenVexTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private const string Script = """
        import fs from 'node:fs';
        import Ajv from 'ajv/dist/2020.js';
        import formats from 'ajv-formats';
        const [schema, ...files] = process.argv.slice(2);
        const ajv = new Ajv({ strict: false, allErrors: true });
        formats(ajv);
        ajv.addFormat('iri', /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/);
        const check = ajv.compile(JSON.parse(fs.readFileSync(schema)));
        for (const file of files) console.log(check(JSON.parse(fs.readFileSync(file))) ? 'valid' : JSON.stringify(check.errors.slice(0, 2)));
        """;

    private static VexStatement Statement(VexStatus status) => new()
    {
        Vulnerability = "CVE-2026-99001",
        Aliases = ["EDB-2026-1"],
        Products = [new VexProduct("pkg:generic/doorbell-100@1.1", ["pkg:opkg/edb/edb-updater@1.1-1", "cpe:2.3:a:example:edb-updater:1.1:*:*:*:*:*:*:*"])],
        Status = status,
        Justification = status == VexStatus.NotAffected ? VexJustification.VulnerableCodeNotInExecutePath : null,
        Impact = status == VexStatus.NotAffected ? "The updater asks its own host only" : null,
        Action = status == VexStatus.Affected ? "Update to 1.2" : null,
        Notes = "\u201eas told\u201c <b>",
        Time = Day,
    };

    private static VexDocument Document(params VexStatement[] statements) => new() { Id = "https://doorbell.example/vex/1", Author = "Example Doorbells", Role = "maker", Time = Day, Statements = statements };

    [Fact]
    public void What_is_written_follows_the_schema_of_OpenVEX_and_reads_back_the_same()
    {
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        var schema = Assert.Single(Corpus.Files("sbom/openvex", "*schema*.json"));
        using var scratch = new Scratch();
        var statements = Enum.GetValues<VexStatus>().Select(Statement).Concat(Enum.GetValues<VexJustification>().Select(j => Statement(VexStatus.NotAffected) with { Justification = j, Impact = null, Vulnerability = $"CVE-{j}" }))
            .Append(Statement(VexStatus.Fixed) with { Products = [new VexProduct("doorbell 100", [])], Vulnerability = "CVE-2026-2", Aliases = [], Time = null, Notes = null }).ToArray();
        var bytes = OpenVex.Write(Document(statements));
        File.WriteAllBytes(scratch.File("ours.json"), bytes);
        // The judge has teeth: the same document with a status that nobody knows.
        File.WriteAllText(scratch.File("wrong.json"), Encoding.UTF8.GetString(bytes).Replace("\"fixed\"", "\"repaired\"", StringComparison.Ordinal));
        var said = Npm.Run(folder, Script, schema, scratch.File("ours.json"), scratch.File("wrong.json")).Text.Split('\n');
        Assert.Equal("valid", said[0]);
        Assert.NotEqual("valid", said[1]);

        var losses = new List<Loss>();
        var back = OpenVex.Read("ours.json", bytes, losses);
        Assert.Empty(losses);
        Assert.Equal((back.Id, back.Author, back.Role, back.Time, back.Version), ("https://doorbell.example/vex/1", "Example Doorbells", "maker", Day, 1));
        Assert.Equal(statements.Length, back.Statements.Count);
        foreach (var (read, written) in back.Statements.Zip(statements))
        {
            Assert.Equal((written.Vulnerability, written.Status, written.Justification, written.Impact, written.Action, written.Notes), (read.Vulnerability, read.Status, read.Justification, read.Impact, read.Action, read.Notes));
            Assert.Equal(written.Products.Select(p => $"{p.Id} {string.Join(' ', p.Components)}"), read.Products.Select(p => $"{p.Id} {string.Join(' ', p.Components)}"));
        }
        Assert.Equal(bytes, OpenVex.Write(Document(statements)));
    }

    [Fact]
    public void Documents_of_others_are_read_in_every_version_of_the_format()
    {
        var (files, statements, losses) = (0, 0, new List<Loss>());
        foreach (var file in Corpus.Files("sbom/openvex", "*.vex.json").Concat(Corpus.Files("sbom/openvex", "*openvex.json")).Concat(Corpus.Files("advisories/matcher-cases", "*openvex.json")).Distinct())
        {
            statements += OpenVex.Read(file, File.ReadAllBytes(file), losses).Statements.Count;
            files++;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files, {statements} statements, {losses.Count} left out: {string.Join("; ", losses)}");
        Assert.True(files >= 8 && statements >= 8, $"{files} files, {statements} statements");
        // One document of the corpus names no product at all; its statements say nothing about anything.
        Assert.All(losses, l => Assert.Contains("product", l.Expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"@context\": \"https://openvex.dev/ns/v0.2.0\"}")]
    [InlineData("{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"author\": \"\"")]
    [InlineData("\0")]
    public void What_is_no_OpenVEX_is_refused(string text) => Assert.Throws<UnreadableException>(() => OpenVex.Read("x", Encoding.UTF8.GetBytes(text), []));

    [Fact]
    public void Damaged_documents_never_crash_the_reader()
    {
        var bytes = OpenVex.Write(Document([.. Enum.GetValues<VexStatus>().Select(Statement)]));
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var k = 0; k <= i % 4; k++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                OpenVex.Read("damaged", i % 5 == 0 ? damaged[..random.Next(damaged.Length)] : damaged, []);
            }
            catch (UnreadableException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 2999);
    }

    [Fact]
    public void A_statement_that_lacks_what_its_status_asks_for_is_not_written()
    {
        Assert.Throws<ArgumentException>(() => OpenVex.Write(Document()));
        Assert.Throws<ArgumentException>(() => OpenVex.Write(Document(Statement(VexStatus.NotAffected) with { Justification = null, Impact = null })));
        Assert.Throws<ArgumentException>(() => OpenVex.Write(Document(Statement(VexStatus.Affected) with { Action = null })));
        Assert.Throws<ArgumentException>(() => OpenVex.Write(Document(Statement(VexStatus.Fixed) with { Products = [] })));
        Assert.NotEmpty(OpenVex.Write(Document(Statement(VexStatus.NotAffected))));
    }

    private static readonly Vulnerability Found = new()
    {
        Id = "CVE-2026-99001",
        Component = new Component
        {
            Name = "edb-updater",
            Version = "1.1",
            Package = "1.1-1",
            Purl = "pkg:opkg/edb/edb-updater@1.1-1?arch=armhf",
            Evidence = [new ComponentEvidence("package database", new Location { Artefact = "doorbell.bin", Path = "/usr/lib/opkg/status", Line = 5 }, 0.95)],
        },
        Status = VulnerabilityStatus.Affected,
        Reason = "osv EDB-2026-1 names edb-updater 1.0 to before 1.2; 1.1 is inside.",
        Advisories = ["osv EDB-2026-1"],
    };

    private static Vulnerability Judged(VexStatement statement, string? signer, params string[] subject) => new VexJudgement([new HeardVex(Document(statement), signer)], subject).Judge(Found);

    [Fact]
    public void A_statement_counts_when_a_listed_party_signed_it_and_is_shown_all_the_same_when_nobody_did()
    {
        var unsigned = Judged(Statement(VexStatus.NotAffected), null, "pkg:generic/doorbell-100@1.1");
        Assert.Equal(VulnerabilityStatus.Affected, unsigned.Status);
        Assert.False(Assert.Single(unsigned.Vex).Counts);
        var signed = Judged(Statement(VexStatus.NotAffected), "Example Doorbells (maker)", "pkg:generic/doorbell-100@1.1");
        Assert.Equal(VulnerabilityStatus.NotAffected, signed.Status);
        Assert.StartsWith("Example Doorbells (maker) says not affected (vulnerable code not in execute path); ", signed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_that_denies_what_was_seen_does_not_count_signed_or_not()
    {
        var lie = Judged(Statement(VexStatus.NotAffected) with { Justification = VexJustification.ComponentNotPresent }, "maker", "pkg:generic/doorbell-100@1.1");
        Assert.Equal(VulnerabilityStatus.Affected, lie.Status);
        Assert.Contains("/usr/lib/opkg/status line 5", Assert.Single(lie.Vex).Contradiction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_about_another_product_or_another_version_is_not_about_this_one()
    {
        Assert.Empty(Judged(Statement(VexStatus.NotAffected), "maker", "pkg:generic/doorbell-200@1.1").Vex);
        Assert.Empty(Judged(Statement(VexStatus.NotAffected), "maker", "pkg:generic/doorbell-100@1.0").Vex);
        Assert.Empty(Judged(Statement(VexStatus.NotAffected) with { Products = [new VexProduct("pkg:opkg/edb/edb-updater@1.2-1", [])] }, "maker").Vex);
        Assert.Empty(Judged(Statement(VexStatus.NotAffected) with { Vulnerability = "CVE-2026-1", Aliases = [] }, "maker", "pkg:generic/doorbell-100@1.1").Vex);
        // Nobody said which product this is: shown, and it does not count.
        var unknown = Judged(Statement(VexStatus.NotAffected), "maker");
        Assert.Equal(VulnerabilityStatus.Affected, unknown.Status);
        Assert.NotNull(Assert.Single(unknown.Vex).Contradiction);
        // Controls: the component by itself, and the product as a whole.
        Assert.Equal(VulnerabilityStatus.NotAffected, Judged(Statement(VexStatus.NotAffected) with { Products = [new VexProduct("pkg:opkg/edb/edb-updater@1.1-1", [])] }, "maker").Status);
        Assert.Equal(VulnerabilityStatus.NotAffected, Judged(Statement(VexStatus.NotAffected) with { Products = [new VexProduct("doorbell 100", [])] }, "maker", "Doorbell 100").Status);
    }

    [Fact]
    public void The_latest_statement_that_counts_decides()
    {
        var documents = new[]
        {
            new HeardVex(Document(Statement(VexStatus.NotAffected) with { Time = Day }), "maker"),
            new HeardVex(Document(Statement(VexStatus.Affected) with { Time = Day.AddDays(1) }), "maker"),
            new HeardVex(Document(Statement(VexStatus.Fixed) with { Time = Day.AddDays(2) }), null),
        };
        var judged = new VexJudgement(documents, ["pkg:generic/doorbell-100@1.1"]).Judge(Found);
        Assert.Equal(VulnerabilityStatus.Affected, judged.Status);
        Assert.Equal(3, judged.Vex.Count);
    }
}
