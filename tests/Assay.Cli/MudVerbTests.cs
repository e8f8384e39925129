using System.Text.Json;
using Assay.Cli;
using Assay.CommandLine;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary>A person lints and verifies a MUD file; a program gets what the schemas promise.</summary>
[Collection(nameof(LabelVerbTests))]
public sealed class MudVerbTests : IDisposable
{
    private readonly Scratch scratch = new();
    private static readonly string Examples = Path.Combine(Checkout.Root, "examples");

    public void Dispose() => scratch.Dispose();

    private static (int Exit, string Text, string Error) Mud(params string[] words)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var mine = new StringWriter();
        var answer = Path.GetTempFileName();
        Console.SetError(mine);
        try
        {
            string[] all = words.Contains("-o") ? words : [.. words, "-o", answer, "--force", "--quiet"];
            var exit = new CommandProgram("assay", "test", [MudVerb.Verb]).Run(["mud", .. all]);
            return (exit, File.ReadAllText(answer), mine.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            File.Delete(answer);
        }
    }

    private string File1(string name, string text)
    {
        var file = scratch.File(name);
        File.WriteAllText(file, text);
        return file;
    }

    private string Example() => Directory.EnumerateFiles(Examples, "*.json", SearchOption.AllDirectories).First(f => f.Contains("/mud/", StringComparison.Ordinal));

    [Fact]
    public void The_examples_of_the_house_are_read_whole_and_shown()
    {
        var (exit, text, error) = Mud("lint", Examples);
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("update.doorbell.example", text, StringComparison.Ordinal);
        Assert.Contains("0 dropped, 0 departures", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?i)\b(good|fine|safe|secure)\b", text);
    }

    [Fact]
    public void A_departure_is_answered_with_1_and_a_file_that_is_none_with_3()
    {
        var odd = File1("odd.json", File.ReadAllText(Example()).Replace("ietf-access-control-list:acls", "ietf-access-control-list:access-lists", StringComparison.Ordinal));
        var (exit, text, _) = Mud("lint", odd);
        Assert.Equal(1, exit);
        Assert.Contains("draft-container", text, StringComparison.Ordinal);
        (exit, _, var error) = Mud("lint", File1("none.json", "{ \"a\": 1 }"), Example());
        Assert.Equal(3, exit);
        Assert.Contains("expected an object with the container ietf-mud:mud, found an object without it", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_words_are_told_what_was_expected()
    {
        foreach (var (words, expected) in new (string[], string)[]
        {
            ([], "expected lint"), (["lint"], "at least one FILE"), (["verify"], "one FILE"), (["verfy", "x"], "nearest: verify"), (["verify", Example()], "--signer CERTIFICATE"),
        })
        {
            var (exit, _, error) = Mud(words);
            Assert.Equal(2, exit);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_openssl_signed_is_verified_and_a_changed_one_is_not()
    {
        Tool.Need("openssl", "openssl");
        File.Copy(Example(), scratch.File("mud.json"));
        Tool.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=maker.example", "-days", "30", "-addext", "keyUsage=critical,digitalSignature", "-keyout", "key.pem", "-out", "cert.pem"], scratch.Folder);
        Assert.Equal(0, Tool.Run("openssl", ["cms", "-sign", "-binary", "-in", "mud.json", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-md", "sha256", "-out", "mud.p7s"], scratch.Folder).Exit);
        var (exit, text, _) = Mud("verify", scratch.File("mud.json"), "--signer", scratch.File("cert.pem"));
        Assert.Equal(0, exit);
        Assert.Contains("signed by the pinned certificate", text, StringComparison.Ordinal);
        Assert.Contains("by CN=maker.example", text, StringComparison.Ordinal);
        Assert.Equal(1, Mud("verify", scratch.File("mud.json"), "--signer", scratch.File("cert.pem"), "--as-of", "2020-01-01").Exit);
        File.AppendAllText(scratch.File("mud.json"), " ");
        (exit, text, _) = Mud("verify", scratch.File("mud.json"), "--signer", scratch.File("cert.pem"));
        Assert.Equal(1, exit);
        Assert.Contains("not accepted: the signature does not fit these bytes", text, StringComparison.Ordinal);
        Assert.Equal(3, Mud("verify", scratch.File("mud.json"), "--signer", File1("no.pem", "nothing")).Exit);
        Assert.Equal(3, Mud("verify", scratch.File("mud.json"), "--signature", scratch.File("absent.p7s"), "--signer", scratch.File("cert.pem")).Exit);

        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        File1("linted", Mud("lint", Example(), File1("none.json", "{"), "--format", "json").Text);
        File1("checked", Mud("verify", scratch.File("mud.json"), "--signer", scratch.File("cert.pem"), "--format", "json").Text);
        File1("wrong", """{ "schema": "assay/mud-lint/1", "files": [ { "file": "x", "dropped": -1 } ] }""");
        Assert.Equal(2, JsonDocument.Parse(File.ReadAllText(scratch.File("linted"))).RootElement.GetProperty("files").GetArrayLength());
        var result = Npm.Run(folder, """
            import Ajv from 'ajv/dist/2020.js';
            import formats from 'ajv-formats';
            import fs from 'node:fs';
            const [schemas, ...files] = process.argv.slice(2);
            for (const file of files) {
                const document = JSON.parse(fs.readFileSync(file));
                const ajv = new Ajv({ strict: false });
                formats(ajv);
                const validate = ajv.compile(JSON.parse(fs.readFileSync(`${schemas}/${document.schema.split('/')[1]}.schema.json`)));
                console.log(file.split('/').pop(), validate(document), validate.errors ? JSON.stringify(validate.errors[0].instancePath) : '');
            }
            """, [Path.Combine(Checkout.Root, "docs", "schemas"), scratch.File("linted"), scratch.File("checked"), scratch.File("wrong")]);
        Assert.StartsWith("linted true \nchecked true \nwrong false", result.Text + result.Error, StringComparison.Ordinal);
    }
}
