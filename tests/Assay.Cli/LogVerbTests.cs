using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli.Tests;

/// <summary><c>log fsck</c> and <c>log prove</c>, over a folder and over the network.</summary>
[Collection(nameof(LabelVerbTests))]
public sealed class LogVerbTests : IDisposable
{
    private const string Origin = "office.example/log";
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private readonly Assay.Tests.Scratch scratch = new();
    private readonly LogKey key = LogKey.Create();
    private readonly string folder;

    public LogVerbTests()
    {
        folder = scratch.File("log");
        using var signer = SigningKey.Create();
        var issued = new LogEntry { Issuer = "office", Subject = "Lumen/Doorbell", At = Now, Label = new byte[8], Issued = new(new byte[32], new byte[32], new byte[32], "https://o.example/status/1", 7) };
        var changed = issued with { Issued = null, Changed = new(7, LabelState.Notice, NoticeKind.UpdateNeeded, "1.2", "the log-in is known", "market surveillance", new byte[32], new DateOnly(2027, 1, 1), null) };
        using var writer = LogWriter.Open(folder, Origin, key, new Spoken.At(Now));
        writer.Append(issued.Sign(signer));
        writer.AppendAll(Enumerable.Range(0, 300).Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"entry {i}")).ToList());
        File.Copy(Path.Combine(folder, "checkpoint"), scratch.File("kept"));
        writer.Append(changed.Sign(signer));
        File.WriteAllText(scratch.File("log.vkey"), key.Verifier(Origin) + "\n");
        File.WriteAllText(scratch.File("other.vkey"), LogKey.Create().Verifier(Origin) + "\n");
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_whole_log_is_whole_from_its_folder_and_from_its_address()
    {
        using var served = new Served(request => File.Exists(Path.Combine(folder, request.Url!.AbsolutePath[5..])) && request.Url.AbsolutePath.StartsWith("/log/", StringComparison.Ordinal)
            ? (200, File.ReadAllBytes(Path.Combine(folder, request.Url.AbsolutePath[5..]))) : (404, []));
        foreach (var where in new[] { folder, served.Address + "/log" })
        {
            var alone = Log("fsck", where);
            Assert.Equal(0, alone.Exit);
            Assert.StartsWith("whole: 302 entries of office.example/log", alone.Text, StringComparison.Ordinal);
            Assert.Contains("name one of your own", alone.Text, StringComparison.Ordinal);
            Assert.Contains("signed by the key that you named", Log("fsck", where, "--key", scratch.File("log.vkey"), "--earlier", scratch.File("kept")).Text, StringComparison.Ordinal);
            var foreign = Log("fsck", where, "--key", scratch.File("other.vkey"));
            Assert.Equal(1, foreign.Exit);
            Assert.Contains("checkpoint: expected a signature by", foreign.Text, StringComparison.Ordinal);
            var last = Log("prove", where, "301");
            Assert.Equal(0, last.Exit);
            Assert.Contains("notice, updateNeeded below 1.2, place 7", last.Text, StringComparison.Ordinal);
            Assert.Contains("issued, place 7 in https://o.example/status/1", Log("prove", where, "0").Text, StringComparison.Ordinal);
            Assert.Contains("no entry of ours", Log("prove", where, "5").Text, StringComparison.Ordinal);
            Assert.Equal(1, Log("prove", where, "302").Exit);
        }
    }

    [Fact]
    public void A_broken_log_names_the_file_and_proves_nothing_there()
    {
        var bundle = Path.Combine(folder, "tile", "entries", "000");
        var bytes = File.ReadAllBytes(bundle);
        bytes[^1] ^= 1;
        File.WriteAllBytes(bundle, bytes);
        var check = Log("fsck", folder);
        Assert.Equal(1, check.Exit);
        Assert.Contains("tile/entries/000: expected entry 255 with the hash that its tile has, found another entry", check.Text, StringComparison.Ordinal);
        Assert.Throws<Evidence.Reading.UnreadableException>(() => Log("prove", folder, "255"));
        Assert.Equal(0, Log("prove", folder, "254").Exit);
        File.WriteAllText(Path.Combine(folder, "key"), "no key");
        Assert.Contains("  key: expected a key like", Log("fsck", folder).Text, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => Log("fsck", scratch.File("nowhere")));
        Assert.Throws<UsageException>(() => Log("fsck"));
        Assert.Throws<UsageException>(() => Log("prove", folder, "-1"));
        Assert.Throws<UsageException>(() => Log("fsk", folder));
    }

    [Fact]
    public void A_proof_stands_alone_in_the_form_that_others_read()
    {
        var text = Log("prove", folder, "17", "--format", "tlog-proof").Text;
        var lines = text.Split('\n');
        Assert.Equal(("c2sp.org/tlog-proof@v1", "index 17"), (lines[0], lines[2]));
        Assert.Equal("entry 16", Encoding.UTF8.GetString(Convert.FromBase64String(lines[1]["extra ".Length..])));
        var blank = Array.IndexOf(lines, "");
        var proof = lines[3..blank].Select(Convert.FromBase64String).ToList();
        var checkpoint = Checkpoint.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines[(blank + 1)..])));
        Assert.True(checkpoint.Verify(key.Verifier(Origin)));
        Assert.True(MerkleTree.VerifyInclusion(17, checkpoint.Size, MerkleTree.LeafHash("entry 16"u8), proof, checkpoint.Root.Span));
        Assert.False(MerkleTree.VerifyInclusion(18, checkpoint.Size, MerkleTree.LeafHash("entry 16"u8), proof, checkpoint.Root.Span));
    }

    [Fact]
    public void A_witness_signs_what_carries_on_and_refuses_another_history_and_the_policy_counts_it()
    {
        string[] witness = ["witness", folder, "--key", scratch.File("log.vkey"), "--name", "witness.example/w1", "--witness-key", scratch.File("witness.pem"), "--state", scratch.File("state")];
        var own = LogKey.Create();
        File.WriteAllText(scratch.File("witness.pem"), own.ToPem());
        File.WriteAllText(scratch.File("policy"), $"log {key.Verifier(Origin)}\nwitness w1 {own.Witness("witness.example/w1")}\nquorum w1\n");
        Assert.Equal(1, Log("fsck", folder, "--policy", scratch.File("policy")).Exit);
        var signed = Log(witness);
        Assert.True(signed.Exit == 0, signed.Error);
        File.WriteAllText(scratch.File("cosigned"), signed.Text);
        foreach (var verb in new string[][] { ["fsck", folder], ["prove", folder, "301"] })
        {
            var seen = Log([.. verb, "--policy", scratch.File("policy"), "--cosigned", scratch.File("cosigned")]);
            Assert.Equal(0, seen.Exit);
            Assert.Contains("witnessed by w1 (1 of 1)", seen.Text, StringComparison.Ordinal);
        }
        // Another history under the same key, longer than the first.
        var forked = scratch.File("forked");
        using (var writer = LogWriter.Open(forked, Origin, key, new Spoken.At(Now))) writer.AppendAll(Enumerable.Range(0, 400).Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"other {i}")).ToList());
        var refused = Log([.. witness.Select(w => w == folder ? forked : w), "--format", "json"]);
        Assert.Equal(1, refused.Exit);
        Assert.Equal(422, JsonDocument.Parse(refused.Text).RootElement.GetProperty("status").GetInt32());
        // ... and the first still passes.
        Assert.Equal(0, Log(witness).Exit);
        Assert.Throws<UsageException>(() => Log("witness", folder));
    }

    [Fact]
    public void A_receipt_is_given_by_the_log_alone_and_holds_without_it()
    {
        File.WriteAllText(scratch.File("log.pem"), key.ToPem());
        File.WriteAllText(scratch.File("other.pem"), LogKey.Create().ToPem());
        Assert.Throws<UsageException>(() => Log("prove", folder, "0", "--format", "receipt"));
        Assert.Throws<Evidence.Reading.UnreadableException>(() => Log("prove", folder, "0", "--format", "receipt", "--log-key", scratch.File("other.pem")));
        Assert.Equal(0, Log("prove", folder, "0", "--format", "receipt", "--log-key", scratch.File("log.pem"), "-o", scratch.File("receipt.cose")).Exit);
        Assert.Equal(0, LoggedEntry.Read(File.ReadAllBytes(scratch.File("receipt.cose")), [key.Verifier(Origin)], null, Now).Index);
    }

    [Fact]
    public void What_a_program_gets_fits_the_schemas()
    {
        var npm = Assay.Tests.Npm.Folder("ajv@8.17.1");
        File.WriteAllText(scratch.File("whole"), Log("fsck", folder, "--format", "json").Text);
        File.WriteAllText(scratch.File("proof"), Log("prove", folder, "0", "--format", "json").Text);
        File.Delete(Path.Combine(folder, "tile", "0", "000"));
        File.WriteAllText(scratch.File("broken"), Log("fsck", folder, "--format", "json").Text);
        File.Delete(Path.Combine(folder, "checkpoint"));
        File.WriteAllText(scratch.File("none"), Log("fsck", folder, "--format", "json").Text);
        File.WriteAllText(scratch.File("wrong"), File.ReadAllText(scratch.File("broken")).Replace("\"whole\": false", "\"whole\": true", StringComparison.Ordinal));
        var result = Assay.Tests.Npm.Run(npm, """
            import Ajv from 'ajv/dist/2020.js';
            import fs from 'node:fs';
            const [schemas, ...files] = process.argv.slice(2);
            for (const file of files) {
                const document = JSON.parse(fs.readFileSync(file));
                const validate = new Ajv({ strict: false }).compile(JSON.parse(fs.readFileSync(`${schemas}/${document.schema.split('/')[1]}.schema.json`)));
                console.log(file.split('/').pop(), validate(document));
            }
            """, [Path.Combine(Assay.Tests.Checkout.Root, "docs", "schemas"), .. new[] { "whole", "proof", "broken", "none", "wrong" }.Select(scratch.File)]);
        Assert.Equal("whole true\nproof true\nbroken true\nnone true\nwrong false\n", result.Text + result.Error);
    }

    private (int Exit, string Text, string Error) Log(params string[] words) => Spoken.Run(LogVerb.Verb, scratch.File("said"), Now, words);
}
