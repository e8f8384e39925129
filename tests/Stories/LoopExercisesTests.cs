using System.Text.Json;

namespace Assay.Tests;

/// <summary>The exercises as a learner meets them: written by the demo, opened by the command; what was planted is what the command finds.</summary>
public class LoopExercisesTests
{
    private static string Program => Path.Combine(Checkout.Root, ".build", "bin", "Assay.Demo", "release", "assay-demo");

    [Fact]
    public void Inspect_finds_what_was_planted()
    {
        using var scratch = new Scratch();
        Write(scratch, "17");
        var found = new Dictionary<string, List<(string Kind, string Text)>>();
        foreach (var name in new[] { "scan", "beacon", "update" })
        {
            var answer = Command.RunIn(Checkout.Root, scratch.File("config"), "inspect", scratch.File($"ex/{name}/capture.pcap"), scratch.File($"ex/{name}/image.bin"), "--format", "json", "--as-of", "2026-11-23");
            Assert.True(answer.Exit == 0, answer.Error);
            using var document = JsonDocument.Parse(answer.Output);
            found[name] = [.. document.RootElement.GetProperty("findings").EnumerateArray().Select(f => (f.GetProperty("kind").GetString()!, f.ToString()))];
        }
        // In every image a start script opens a shell.
        foreach (var (_, findings) in found) Assert.Contains(findings, f => f.Kind == "service" && f.Text.Contains("/etc/init.d/S", StringComparison.Ordinal) && f.Text.Contains("telnet", StringComparison.Ordinal));
        Assert.Contains(found["scan"], f => f.Kind == "behaviour" && f.Text.Contains("port 23", StringComparison.Ordinal));
        Assert.True(found["scan"].Count(f => f.Kind == "credential") >= 5);
        Assert.Contains(found["beacon"], f => f.Kind == "cleartext");
        Assert.Contains(found["beacon"], f => f.Kind == "credential" && f.Text.Contains("device", StringComparison.Ordinal));
        Assert.Contains(found["update"], f => f.Kind == "update" && f.Text.Contains("fetched in clear", StringComparison.Ordinal));
        // The control: nothing is called a behaviour where nobody attacks.
        Assert.DoesNotContain(found["update"], f => f.Kind == "behaviour");
    }

    [Fact]
    public void The_freeze_is_whole_and_both_answers_follow_their_schemas()
    {
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var scratch = new Scratch();
        Write(scratch, "5");
        var whole = Command.RunIn(Checkout.Root, null, "custody", "verify", scratch.File("ex/beacon/freeze.zip"), "--signer", scratch.File("ex/beacon/signer.pem"), "--format", "json");
        Assert.Equal(0, whole.Exit);
        var bytes = File.ReadAllBytes(scratch.File("ex/beacon/freeze.zip"));
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(scratch.File("changed.zip"), bytes);
        var changed = Command.RunIn(Checkout.Root, null, "custody", "verify", scratch.File("changed.zip"), "--format", "json");
        Assert.Equal(1, changed.Exit);
        var score = Tool.Run(Program, ["exercise", "5", "--answers", scratch.File("ex/beacon/answers.yaml"), "--format", "json"]);
        Assert.True(score.Exit == 0, score.Error);
        foreach (var (schema, text) in new[] { ("custody/1", whole.Output), ("custody/1", changed.Output), ("exercise-score/1", score.Text) })
        {
            File.WriteAllText(scratch.File("answer"), text);
            Assert.Equal("", Judged(folder, scratch, schema));
        }
        File.WriteAllText(scratch.File("answer"), changed.Output.Replace("\"whole\": false", "\"whole\": true", StringComparison.Ordinal));
        Assert.NotEqual("", Judged(folder, scratch, "custody/1"));
    }

    private static string Judged(string folder, Scratch scratch, string schema) => Npm.Run(folder, """
        import fs from 'node:fs';
        import Ajv from 'ajv/dist/2020.js';
        import formats from 'ajv-formats';
        const [folder, schema, file] = process.argv.slice(2);
        const ajv = new Ajv({ strict: false, allErrors: true });
        formats(ajv);
        for (const name of fs.readdirSync(folder).filter(n => n.endsWith('.json'))) ajv.addSchema(JSON.parse(fs.readFileSync(`${folder}/${name}`)));
        const check = ajv.getSchema(`https://assay.example/schemas/${schema}`);
        if (!check(JSON.parse(fs.readFileSync(file)))) console.log(JSON.stringify(check.errors));
        """, Path.Combine(Checkout.Root, "docs", "schemas"), schema, scratch.File("answer")) is var result ? result.Text + result.Error : "";

    private static void Write(Scratch scratch, string seed)
    {
        var written = Tool.Run(Program, ["exercise", seed, "-o", scratch.File("ex")]);
        Assert.True(written.Exit == 0, written.Error);
    }
}
