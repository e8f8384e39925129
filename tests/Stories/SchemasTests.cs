namespace Assay.Tests;

/// <summary>What the command writes for programs is what docs/schemas says, judged by ajv.</summary>
public class SchemasTests
{
    internal const string Script = """
        import fs from 'node:fs';
        import Ajv from 'ajv/dist/2020.js';
        import formats from 'ajv-formats';
        const [folder, schema, file, lines] = process.argv.slice(2);
        const ajv = new Ajv({ strict: false, allErrors: true });
        formats(ajv);
        for (const name of fs.readdirSync(folder)) ajv.addSchema(JSON.parse(fs.readFileSync(`${folder}/${name}`)));
        const check = ajv.getSchema(`https://assay.example/schemas/${schema}`);
        const text = fs.readFileSync(file, 'utf8');
        const documents = lines ? text.trim().split('\n') : [text];
        let bad = 0;
        for (const one of documents) if (!check(JSON.parse(one))) { bad++; console.log(JSON.stringify(check.errors.slice(0, 3))); }
        process.exit(bad || documents.length === 0 ? 1 : 0);
        """;

    public static TheoryData<string, string[], bool> Answers => new()
    {
        { "findings/1", ["inspect", "examples/doorbell-1.0/firmware", "examples/doorbell-1.0/captures", "examples/doorbell-1.0/declaration", "--format", "json", "--as-of", "2026-11-23"], false },
        { "findings/1#/$defs/finding", ["inspect", "examples/doorbell-1.0/captures", "--format", "ndjson", "--as-of", "2026-11-23"], true },
        { "flows/1", ["flows", "examples/doorbell-1.0/captures", "--format", "json"], false },
        { "flows/1#/$defs/flow", ["flows", "examples/doorbell-1.1/captures", "--format", "ndjson"], true },
        { "redaction/1", ["redact", "examples/doorbell-1.0/captures/setup.pcap", "--format", "json"], false },
        { "sbom-comparison/1", ["sbom", "examples/doorbell-1.0/firmware/doorbell-1.0.bin", "--against", "examples/doorbell-1.0/sbom/edb-100.cdx.json", "--format", "json"], false },
        { "tree/1", ["tree", "examples/doorbell-1.0/firmware/doorbell-1.0.bin", "--parts", "--format", "json"], false },
        { "mud-lint/1", ["mud", "lint", "examples/doorbell-1.0/mud", "examples/doorbell-1.1/mud/edb-100.json", "--format", "json"], false },
        { "assessment/1", ["assess", "examples/doorbell-1.0", "--format", "json", "--as-of", "2026-11-23"], false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_for_a_program_follows_its_schema(string schema, string[] arguments, bool lines)
    {
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var scratch = new Scratch();
        string[] words = arguments[0] is "assess" or "redact" ? [.. arguments, "-o", scratch.File("out")] : arguments;
        var answer = Command.RunIn(Checkout.Root, scratch.File("config"), words);
        Assert.Equal(0, answer.Exit);
        File.WriteAllText(scratch.File("answer"), answer.Output);
        var judged = Npm.Run(folder, Script, [Path.Combine(Checkout.Root, "docs", "schemas"), schema, scratch.File("answer"), .. lines ? ["lines"] : Array.Empty<string>()]);
        Assert.True(judged.Exit == 0, judged.Text + judged.Error);
    }

    [Fact]
    public void A_wrong_answer_is_refused()
    {
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("answer"), """{ "schema": "assay/flows/1", "flows": [ { "first": "yesterday" } ], "coverage": [] }""");
        Assert.Equal(1, Npm.Run(folder, Script, Path.Combine(Checkout.Root, "docs", "schemas"), "flows/1", scratch.File("answer")).Exit);
    }
}
