using System.Text;
using Assay.Evidence;
using Assay.Exchange.Csaf;
using Assay.Software.Vex;
using Assay.Tests;

namespace Assay.Exchange.Tests.Csaf;

/// <summary>VEX statements in the formats of others: CSAF judged by its validator, CycloneDX by its schema, and both read back as what was said.</summary>
public class VexAdvisoryTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private static VexStatement Statement(string id, VexStatus status, VexJustification? why = null) => new()
    {
        Vulnerability = id,
        Products = [new VexProduct("pkg:generic/doorbell-100@1.1", ["pkg:opkg/edb/edb-updater@1.1-1"])],
        Status = status,
        Justification = why,
        Impact = status == VexStatus.NotAffected ? "The part is not built in" : null,
        Action = status == VexStatus.Affected ? "Update edb-updater to 1.2 or later." : null,
        Notes = status == VexStatus.NotAffected ? null : "It was seen.",
        Time = Day,
    };

    private static VexDocument Document(bool exact) => new()
    {
        Id = "https://doorbell.example/vex/1",
        Author = "Example Doorbells",
        Time = Day,
        Statements =
        [
            Statement("CVE-2026-99001", VexStatus.Affected), Statement("CVE-2026-99002", VexStatus.Fixed), Statement("CVE-2026-99003", VexStatus.UnderInvestigation),
            .. (exact ? Enum.GetValues<VexJustification>() : [VexJustification.VulnerableCodeNotPresent, VexJustification.VulnerableCodeNotInExecutePath]).Select((j, i) => Statement($"CVE-2026-{99010 + i}", VexStatus.NotAffected, j)),
            Statement("CVE-2026-99020", VexStatus.Fixed) with { Products = [new VexProduct("cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*", [])] },
        ],
    };

    private static IEnumerable<string> Lines(VexDocument document) => document.Statements.SelectMany(s => s.Products.Select(p =>
        $"{s.Vulnerability} {s.Status} {s.Justification} {string.Join(' ', p.Components.Count > 0 ? p.Components : [p.Id])} {s.Impact} {s.Action}")).Order(StringComparer.Ordinal);

    [Fact]
    public void Statements_as_CSAF_pass_schema_and_mandatory_tests_and_read_back_as_what_was_said()
    {
        using var scratch = new Scratch();
        var document = Document(exact: true);
        var bytes = VexAdvisory.Of(document, new CsafPublisher("Example Doorbells", "https://doorbell.example", "vendor"), "EDB-VEX-1").Bytes();
        File.WriteAllBytes(scratch.File("ours.json"), bytes);
        // The judge has teeth: the same document without its flags and impacts says no reason for "not affected".
        File.WriteAllText(scratch.File("wrong.json"), Encoding.UTF8.GetString(bytes).Replace("\"flags\"", "\"x_flags\"", StringComparison.Ordinal).Replace("\"threats\"", "\"x_threats\"", StringComparison.Ordinal));
        var judged = ValidatorTests.Judge([scratch.File("ours.json"), scratch.File("wrong.json")]);
        Assert.True(judged[0].Valid, judged[0].Failed);
        Assert.False(judged[1].Valid);
        var losses = new List<Loss>();
        var back = VexFile.Read("ours.json", bytes, losses);
        Assert.Empty(losses);
        Assert.Equal("Example Doorbells", back.Author);
        Assert.Equal(Lines(document), Lines(back));
    }

    private const string Script = """
        import fs from 'node:fs';
        import Ajv from 'ajv';
        import formats from 'ajv-formats';
        const [folder, ...files] = process.argv.slice(2);
        const ajv = new Ajv({ strict: false, allErrors: true });
        formats(ajv);
        ajv.addFormat('iri-reference', true); ajv.addFormat('idn-email', true);
        const read = f => JSON.parse(fs.readFileSync(`${folder}/${f}`));
        for (const f of ['spdx.schema.json', 'jsf-0.82.schema.json']) ajv.addSchema(read(f));
        const check = ajv.compile(read('bom-1.6.schema.json'));
        for (const file of files) console.log(check(JSON.parse(fs.readFileSync(file))) ? 'valid' : JSON.stringify(check.errors.slice(0, 3)));
        """;

    [Fact]
    public void Statements_as_CycloneDX_follow_its_schema_and_read_back_as_what_was_said()
    {
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var scratch = new Scratch();
        var document = Document(exact: false);
        var bytes = CycloneDxVex.Write(document);
        File.WriteAllBytes(scratch.File("ours.json"), bytes);
        File.WriteAllText(scratch.File("wrong.json"), Encoding.UTF8.GetString(bytes).Replace("\"resolved\"", "\"repaired\"", StringComparison.Ordinal));
        var said = Npm.Run(folder, Script, Corpus.Folder("sbom/cyclonedx/schema"), scratch.File("ours.json"), scratch.File("wrong.json"));
        Assert.True(said.Exit == 0, said.Error);
        Assert.Equal("valid", said.Text.Split('\n')[0]);
        Assert.NotEqual("valid", said.Text.Split('\n')[1]);
        var losses = new List<Loss>();
        var back = VexFile.Read("ours.json", bytes, losses);
        Assert.Empty(losses);
        Assert.Equal(Lines(document).Where(l => !l.Contains("99002", StringComparison.Ordinal)).Select(l => l.Split(' ')[..4]).Select(l => string.Join(' ', l)),
            Lines(back).Where(l => !l.Contains("99002", StringComparison.Ordinal)).Select(l => l.Split(' ')[..4]).Select(l => string.Join(' ', l)));
        Assert.Equal(bytes, CycloneDxVex.Write(document));
    }

    [Fact]
    public void Documents_of_others_are_read_in_all_three_formats()
    {
        var (files, statements, losses) = (0, 0, new List<Loss>());
        foreach (var file in Corpus.Files("sbom/cyclonedx/bom-examples/VEX", "vex*.json").Concat(Corpus.Files("advisories/matcher-cases", "*csaf-vex.json")).Concat(Corpus.Files("sbom/openvex", "*.vex.json")))
        {
            files++;
            statements += VexFile.Read(Path.GetFileName(file), File.ReadAllBytes(file), losses).Statements.Count;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files, {statements} statements, {losses.Count} left out: {string.Join("; ", losses.Take(5))}");
        Assert.True(files >= 20 && statements >= 100, $"{files} files, {statements} statements");
        Assert.All(losses, l => Assert.Contains("product", l.Expected, StringComparison.Ordinal));
    }
}
