using System.Security.Cryptography;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli.Tests;

/// <summary><c>trust sign|verify|add|list</c>, as the administrators of two domains use it.</summary>
[Collection(nameof(LabelVerbTests))]
public sealed class TrustVerbTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private readonly Assay.Tests.Scratch scratch = new();
    private readonly string? config = Environment.GetEnvironmentVariable("ASSAY_CONFIG");
    private readonly SigningKey lister = SigningKey.Create(), issuer = SigningKey.Create();

    public TrustVerbTests()
    {
        Environment.SetEnvironmentVariable("ASSAY_CONFIG", scratch.File("config"));
        File.WriteAllText(scratch.File("list.pem"), lister.ToPem());
        File.WriteAllText(scratch.File("stranger.pem"), issuer.ToPem());
        File.WriteAllText(scratch.File("pin.json"), $$"""{ "schema": "assay/trust/1", "issuers": [ { "name": "Office of FI", "kind": "authority", "roles": ["list"], "key": {{Pem(lister)}} } ] }""");
        Write("fi.json", "");
        Write("fi-2.json", """, "to": "2026-12-31" """);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("ASSAY_CONFIG", config);
        lister.Dispose();
        issuer.Dispose();
        scratch.Dispose();
    }

    private static string Pem(SigningKey key) => JsonSerializer.Serialize(PemEncoding.WriteString("PUBLIC KEY", key.Public.Spki.Span));

    private void Write(string name, string more) => File.WriteAllText(scratch.File(name), $$"""
        { "schema": "assay/trust/1", "domain": "FI", "issuers": [ { "name": "Agency", "kind": "authority", "roles": ["issuer", "status"], "key": {{Pem(issuer)}} {{more}} } ],
          "recognitions": [ { "of": "SG", "levels": [ { "theirs": 3, "ours": 2 } ], "from": "2021-10-06" } ] }
        """);

    private (int Exit, string Text, string Error) Trust(params string[] words) => Spoken.Run(TrustVerb.Verb, scratch.File("answer"), Now, words);

    private void Sign(string json, string output, params string[] more)
    {
        var signed = Trust(["sign", scratch.File(json), "--key", scratch.File("list.pem"), "--issuer", "Office of FI", "-o", scratch.File(output), "--force", .. more]);
        Assert.True(signed.Exit == 0, signed.Error);
    }

    [Fact]
    public void A_list_is_signed_verified_taken_up_followed_and_shown()
    {
        Sign("fi.json", "fi.cose");
        var unknown = Trust("verify", scratch.File("fi.cose"));
        Assert.Equal(1, unknown.Exit);
        Assert.Contains("signs no list of FI that is known here", unknown.Text, StringComparison.Ordinal);
        Assert.Equal(1, Trust("add", scratch.File("fi.cose")).Exit);
        Directory.CreateDirectory(scratch.File("config/trust"));
        File.Copy(scratch.File("pin.json"), scratch.File("config/trust/pin.json"));
        Assert.Equal(0, Trust("verify", scratch.File("fi.cose")).Exit);
        Assert.Equal(0, Trust("add", scratch.File("fi.cose")).Exit);
        var shown = Trust("list");
        Assert.Contains("FI       Agency: issuer, status; from - to -", shown.Text, StringComparison.Ordinal);
        Assert.Contains("FI recognises every issuer of SG: level 3 as level 2 (all categories) from 2021-10-06 to -", shown.Text, StringComparison.Ordinal);

        Sign("fi-2.json", "fi-2.cose", "--previous", scratch.File("fi.cose"));
        Assert.Equal(0, Trust("add", scratch.File("fi-2.cose")).Exit);
        Assert.Contains("to 2026-12-31", Trust("list").Text, StringComparison.Ordinal);
        // The edition before is another edition now.
        var old = Trust("add", scratch.File("fi.cose"));
        Assert.Equal(1, old.Exit);
        Assert.Contains("edition 2 is known", old.Text, StringComparison.Ordinal);
        Assert.Contains("\"LoTESequenceNumber\":2", Trust("list", scratch.File("fi-2.cose"), "--format", "lote").Text, StringComparison.Ordinal);
        Assert.Equal(3, Trust("list", scratch.File("fi-2.cose"), "--format", "jades", "--key", scratch.File("list.pem")).Text.Split('.').Length);
        Assert.Throws<UsageException>(() => Trust("lst"));
        Assert.Throws<UsageException>(() => Trust("add"));
    }

    [Fact]
    public void What_a_program_gets_fits_the_schemas()
    {
        var npm = Assay.Tests.Npm.Folder("ajv@8.17.1");
        Sign("fi.json", "fi.cose");
        File.WriteAllText(scratch.File("refused"), Trust("verify", scratch.File("fi.cose"), "--format", "json").Text);
        File.WriteAllText(scratch.File("holds"), Trust("verify", scratch.File("fi.cose"), "--trust", scratch.File("pin.json"), "--format", "json").Text);
        File.WriteAllText(scratch.File("view"), Trust("list", scratch.File("fi.json"), "--format", "json").Text);
        File.WriteAllText(scratch.File("wrong"), File.ReadAllText(scratch.File("refused")).Replace("\"holds\": false", "\"holds\": true", StringComparison.Ordinal));
        var result = Assay.Tests.Npm.Run(npm, """
            import Ajv from 'ajv/dist/2020.js';
            import fs from 'node:fs';
            const [schemas, ...files] = process.argv.slice(2);
            for (const file of files) {
                const document = JSON.parse(fs.readFileSync(file));
                const validate = new Ajv({ strict: false }).compile(JSON.parse(fs.readFileSync(`${schemas}/${document.schema.split('/')[1]}.schema.json`)));
                console.log(file.split('/').pop(), validate(document));
            }
            """, [Path.Combine(Assay.Tests.Checkout.Root, "docs", "schemas"), .. new[] { "refused", "holds", "view", "wrong" }.Select(scratch.File)]);
        Assert.Equal("refused true\nholds true\nview true\nwrong false\n", result.Text + result.Error);
    }
}
