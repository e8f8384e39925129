using System.Text.Json;
using Assay.Cli;
using Assay.CommandLine;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary>A person lists devices, learns kinds and holds captures against a MUD file; a program gets what the schemas promise.</summary>
[Collection(nameof(LabelVerbTests))]
public sealed class DevicesVerbTests : IDisposable
{
    private readonly Scratch scratch = new();
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
    private static readonly string Setup = Path.Combine(Checkout.Root, "examples", "doorbell-1.0", "captures", "setup.pcap");
    private static readonly string Idle = Path.Combine(Checkout.Root, "examples", "doorbell-1.1", "captures", "idle.pcap");
    private static readonly string MudFile = Path.Combine(Checkout.Root, "examples", "doorbell-1.1", "mud", "edb-100.json");
    private const string Doorbell = "00:00:5e:00:53:0b";

    public void Dispose() => scratch.Dispose();

    private (int Exit, string Text, string Error) Devices(params string[] words) => Spoken.Run(DevicesVerb.Verb, scratch.File("answer"), Now, words);

    private (int Exit, string Text, string Error) Mud(params string[] words) => Spoken.Run(MudVerb.Verb, scratch.File("answer"), Now, words);

    /// <summary>A folder to learn from, of the two example devices' captures.</summary>
    private string Labelled()
    {
        foreach (var (kind, capture) in new[] { ("doorbell", Setup), ("doorbell-idle", Idle) })
        {
            var folder = Path.Combine(scratch.Folder, "labelled", kind);
            Directory.CreateDirectory(folder);
            File.Copy(capture, Path.Combine(folder, "one.pcap"), overwrite: true);
            File.Copy(capture, Path.Combine(folder, "two.pcap"), overwrite: true);
            File.WriteAllText(Path.Combine(folder, "_iotdevice-mac.txt"), Doorbell);
        }
        return Path.Combine(scratch.Folder, "labelled");
    }

    [Fact]
    public void The_doorbell_of_the_examples_is_listed_with_its_names_services_and_model()
    {
        var (exit, text, _) = Devices(Setup);
        Assert.Equal(Exit.Done, exit);
        Assert.Contains(Doorbell, text, StringComparison.Ordinal);
        Assert.Contains("EDB-100 0.60", text, StringComparison.Ordinal);
        Assert.Contains("23/tcp telnet", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?i)\b(good|fine|safe|secure)\b", text);
    }

    [Fact]
    public void An_inventory_grows_from_one_that_is_known_and_the_same_captures_give_the_same_bytes()
    {
        File.WriteAllText(scratch.File("known.json"), Devices(Setup, "--format", "json").Text);
        var (exit, text, _) = Devices(Idle, "--known", scratch.File("known.json"), "--format", "json");
        Assert.Equal(Exit.Done, exit);
        var (_, both, _) = Devices(Setup, Idle, "--format", "json");
        Assert.Equal(JsonDocument.Parse(both).RootElement.GetProperty("devices").GetRawText(), JsonDocument.Parse(text).RootElement.GetProperty("devices").GetRawText());
        Assert.Equal(both, Devices(Setup, Idle, "--format", "json").Text);
        var lines = Devices(Setup, Idle, "--format", "ndjson").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(JsonDocument.Parse(both).RootElement.GetProperty("devices").GetArrayLength(), lines.Length);
    }

    [Fact]
    public void Kinds_that_were_learnt_are_named_with_reasons()
    {
        var (exit, _, error) = Devices("learn", Labelled(), "-o", scratch.File("profiles.json"));
        Assert.Equal(Exit.Done, exit);
        Assert.Contains("2 kinds, 4 set-ups", error, StringComparison.Ordinal);
        (exit, var text, _) = Devices(Idle, "--profiles", scratch.File("profiles.json"), "--format", "json");
        Assert.Equal(Exit.Done, exit);
        var device = JsonDocument.Parse(text).RootElement.GetProperty("devices").EnumerateArray().Single(d => d.GetProperty("mac").GetString() == Doorbell);
        Assert.Equal("doorbell-idle", device.GetProperty("kind")[0].GetProperty("name").GetString());
        Assert.True(device.GetProperty("kind")[0].GetProperty("reasons").GetArrayLength() > 2);
        // Units of one kind put together leave one kind alone, which cannot be learnt.
        Assert.Equal(Exit.Usage, Usage(() => Devices("learn", Labelled(), "-o", scratch.File("one.json"), "--same", "bell=doorbell,doorbell-idle"), "at least two kinds"));
    }

    private static int Usage(Action act, string expected)
    {
        Assert.Contains(expected, Assert.Throws<UsageException>(act).Message, StringComparison.Ordinal);
        return Exit.Usage;
    }

    [Fact]
    public void Wrong_words_are_told_what_was_expected()
    {
        Usage(() => Devices(), "at least one CAPTURE");
        Usage(() => Devices("learn"), "one FOLDER");
        Usage(() => Devices("learn", Setup), "one folder for each kind");
        Usage(() => Devices(Setup, "--same", "a=b"), "belong to devices learn");
        Usage(() => Mud("check", MudFile), "at least one CAPTURE");
        Usage(() => Mud("learn", Idle, "--device", "nobody"), "a MAC address");
        Usage(() => Mud("check", MudFile, Idle, "--member", "x"), "CLASS=ADDRESS");
    }

    [Fact]
    public void The_idle_doorbell_keeps_to_its_mud_file_and_another_file_is_not_kept_to()
    {
        var (exit, text, _) = Mud("check", MudFile, Idle);
        Assert.Equal(Exit.Done, exit);
        Assert.Contains("0 deviate", text, StringComparison.Ordinal);
        File.WriteAllText(scratch.File("narrow.json"), File.ReadAllText(MudFile).Replace("cloud.doorbell.example", "elsewhere.doorbell.example", StringComparison.Ordinal));
        (exit, text, _) = Mud("check", scratch.File("narrow.json"), Idle, "--device", Doorbell);
        Assert.Equal(Exit.No, exit);
        Assert.Contains("cloud.doorbell.example", text, StringComparison.Ordinal);
        Assert.Contains("never used", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_observed_profile_covers_its_capture_and_lint_says_that_no_maker_stated_it()
    {
        Assert.Equal(Exit.Done, Mud("learn", Idle, "--device", Doorbell, "-o", scratch.File("observed.json")).Exit);
        Assert.Equal(Exit.Done, Mud("check", scratch.File("observed.json"), Idle, "--device", Doorbell).Exit);
        var (exit, text, _) = Mud("lint", scratch.File("observed.json"));
        Assert.Equal(Exit.Done, exit);
        Assert.Contains("observed-profile", text, StringComparison.Ordinal);
        Assert.Contains("no maker", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_program_gets_fits_the_schemas()
    {
        Devices("learn", Labelled(), "-o", scratch.File("profiles"));
        File.WriteAllText(scratch.File("devices"), Devices(Setup, Idle, "--profiles", scratch.File("profiles"), "--format", "json").Text);
        File.WriteAllText(scratch.File("check"), Mud("check", MudFile, Idle, Setup, "--device", Doorbell, "--format", "json").Text);
        File.WriteAllText(scratch.File("wrong"), """{ "schema": "assay/mud-check/1", "talks": [] }""");
        var result = Npm.Run(Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1"), """
            import Ajv from 'ajv/dist/2020.js';
            import formats from 'ajv-formats';
            import fs from 'node:fs';
            const [schemas, ...files] = process.argv.slice(2);
            const read = name => JSON.parse(fs.readFileSync(name));
            for (const file of files) {
                const document = read(file);
                const ajv = new Ajv({ strict: false });
                formats(ajv);
                ajv.addSchema(read(`${schemas}/findings.schema.json`));
                const validate = ajv.compile(read(`${schemas}/${document.schema.split('/')[1]}.schema.json`));
                console.log(file.split('/').pop(), validate(document), validate.errors ? validate.errors[0].instancePath + validate.errors[0].message : '');
            }
            """, [Path.Combine(Checkout.Root, "docs", "schemas"), .. new[] { "profiles", "devices", "check", "wrong" }.Select(scratch.File)]);
        Assert.StartsWith("profiles true \ndevices true \ncheck true \nwrong false", result.Text + result.Error, StringComparison.Ordinal);
    }
}
