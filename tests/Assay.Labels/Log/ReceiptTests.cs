using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Receipts of others are read as their authors wrote them; ours hold for their entry and for nothing else; an npm library says so too.</summary>
public sealed class ReceiptTests(ITestOutputHelper output) : IDisposable
{
    private const string Origin = "office.example/log";
    private readonly LogKey key = LogKey.Create();
    private readonly Samples samples = new();
    private readonly Scratch scratch = new();

    public void Dispose()
    {
        samples.Dispose();
        scratch.Dispose();
    }

    private LogReader Log(int entries)
    {
        using (var writer = LogWriter.Open(scratch.Folder, Origin, key, TimeProvider.System))
            writer.AppendAll([.. Enumerable.Range(0, entries).Select(i => (ReadOnlyMemory<byte>)Entry(i).Sign(samples.Issuer))]);
        return new(LogReader.Folder(scratch.Folder));
    }

    private static LogEntry Entry(int index) => new()
    {
        Issuer = "office",
        Subject = "Lumen/Doorbell",
        At = Samples.Now,
        Label = new byte[] { 1, 2, 3, 4, 5, 6, 7, (byte)index },
        Issued = new(new byte[32], new byte[32], new byte[32], "https://office.example/status/1", index),
    };

    [Fact]
    public void Both_receipts_of_the_working_group_are_read_as_their_notation_says_and_lead_to_one_root()
    {
        var receipts = Corpus.Files("vectors/cose-receipts", "*.cbor").ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => (File: f, Receipt: Receipt.Read(File.ReadAllBytes(f))));
        foreach (var (name, (file, receipt)) in receipts)
        {
            var notation = File.ReadAllText(Path.ChangeExtension(file, ".diag"));
            Assert.Equal((-7, 1), (receipt.Algorithm, receipt.Structure));
            Assert.Equal(Regex.Match(notation, "iss / 1: \"([^\"]+)\"").Groups[1].Value, receipt.Issuer);
            Assert.Null(receipt.Payload);
            var path = receipt.Inclusion.Select(p => p.Path).Concat(receipt.Consistency.Select(p => p.Path)).Single();
            var told = Regex.Matches(notation, "^            h'([0-9a-f]+)\\.\\.\\.([0-9a-f]+)'", RegexOptions.Multiline).Select(m => $"{m.Groups[1].Value}…{m.Groups[2].Value}");
            Assert.Equal(told, path.Select(Convert.ToHexStringLower).Select(h => $"{h[..8]}…{h[^8..]}"));
            output.WriteLine($"{name}: {path.Count} hashes, as in its notation");
        }
        var (inclusion, consistency) = (Assert.Single(receipts["inclusion-receipt"].Receipt.Inclusion), Assert.Single(receipts["consistency-receipt"].Receipt.Consistency));
        Assert.Equal((5L, 3L, 3L, 5L), (inclusion.Size, inclusion.Index, consistency.First, consistency.Second));
        // The second proof names the hash of the first one's leaf, so both must lead to one root.
        var root = MerkleTree.RootFromInclusion(3, 5, consistency.Path[1], inclusion.Path);
        Assert.True(MerkleTree.VerifyConsistency(3, 5, MerkleTree.NodeHash(consistency.Path[2], consistency.Path[0]), root, consistency.Path));
        Assert.False(MerkleTree.VerifyConsistency(3, 5, MerkleTree.NodeHash(consistency.Path[0], consistency.Path[2]), root, consistency.Path));
    }

    [Fact]
    public void Every_statement_of_other_tools_is_read_and_a_tree_of_another_kind_is_never_said_to_hold()
    {
        var (read, receipts, structures) = (0, 0, new List<long>());
        foreach (var file in Corpus.Files("vectors/scitt", "*.cose"))
        {
            var statement = SignedStatement.Read(File.ReadAllBytes(file));
            output.WriteLine($"{Path.GetFileName(file)}: algorithm {statement.Algorithm}, {statement.Issuer ?? "no issuer"} on {statement.Subject ?? "no subject"}, {statement.ContentType ?? "no type"}, {statement.Certificates} certificates, {statement.Receipts.Count} receipts, hash {statement.PayloadHash}");
            Assert.True(statement.Certificates > 0 || statement.Issuer is not null);
            read++;
            foreach (var bytes in statement.Receipts)
            {
                receipts++;
                Receipt receipt;
                try
                {
                    receipt = Receipt.Read(bytes);
                }
                catch (UnreadableException other)
                {
                    // Older than the RFC: an array of its own, not COSE_Sign1.
                    output.WriteLine($"  a receipt in another form: {other.Message}");
                    continue;
                }
                structures.Add(receipt.Structure);
                Assert.NotEqual(Receipt.Rfc9162, receipt.Structure);
                Assert.Contains("not verified here", receipt.Against("any"u8, key.Verifier(Origin))!, StringComparison.Ordinal);
            }
        }
        output.WriteLine($"{read} statements, {receipts} receipts in them");
        Assert.True(read > 0 && receipts > 0);
        Assert.Contains(2, structures);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(300)]
    public void Each_entry_has_a_receipt_that_holds_for_it_and_for_no_other(int entries)
    {
        var log = Log(entries);
        var verifier = key.Verifier(Origin);
        foreach (var index in new[] { 0, entries / 2, entries - 1 }.Distinct())
        {
            var receipt = Receipt.Read(Receipt.Sign(key, log, index));
            Assert.Null(receipt.Against(log.Entry(index).Span, verifier));
            Assert.Equal((Origin, -8L), (receipt.Issuer, receipt.Algorithm));
            Assert.NotNull(receipt.Against(log.Entry(index).Span, LogKey.Create().Verifier(Origin)));
            Assert.NotNull(receipt.Against(log.Entry(index).Span, key.Verifier("other.example/log")));
            Assert.NotNull(receipt.Against("another"u8, verifier));
            if (entries > 1) Assert.NotNull(receipt.Against(log.Entry((index + 1) % entries).Span, verifier));
        }
    }

    [Fact]
    public void No_changed_byte_of_a_transparent_statement_passes()
    {
        var log = Log(7);
        var logs = new[] { key.Verifier(Origin) };
        var good = SignedStatement.With(log.Entry(3), [Receipt.Sign(key, log, 3)]);
        var logged = LoggedEntry.Read(good, logs, null, Samples.Now);
        Assert.Equal((3L, 7L, 3L), (logged.Index, logged.Size, logged.Entry.Issued!.Index));
        var passed = 0;
        for (var i = 0; i < good.Length; i++)
        {
            var forged = (byte[])good.Clone();
            forged[i] ^= 1;
            try
            {
                LoggedEntry.Read(forged, logs, null, Samples.Now);
                passed++;
                Assert.Fail($"byte {i}");
            }
            catch (UnreadableException)
            {
            }
        }
        Assert.Equal(0, passed);
    }

    [Fact]
    public void A_proof_in_text_is_read_as_it_was_written_and_no_changed_line_passes()
    {
        var log = Log(300);
        var logs = new[] { key.Verifier(Origin) };
        var witness = LogKey.Create();
        var checkpoint = log.Checkpoint.With(Encoding.UTF8.GetBytes(log.Checkpoint.Cosign(witness, witness.Witness("w.example"), Samples.Now)));
        var policy = WitnessPolicy.Read(Encoding.UTF8.GetBytes($"log {logs[0]}\nwitness w {witness.Witness("w.example")}\nquorum w\n"));
        var proof = new TlogProof { Index = 211, Path = log.InclusionProof(211), Checkpoint = checkpoint, Extra = log.Entry(211) };
        var good = proof.Write();
        Assert.Equal(good, TlogProof.Read(good).Write());
        var logged = LoggedEntry.Read(good, logs, policy, Samples.Now);
        Assert.True(logged.Witnessed!.Holds && logged.Index == 211);
        Assert.False(LoggedEntry.Read((proof with { Checkpoint = log.Checkpoint }).Write(), logs, policy, Samples.Now).Witnessed!.Holds);
        for (var i = 0; i < good.Length; i++)
        {
            var forged = (byte[])good.Clone();
            forged[i] ^= 1;
            try
            {
                // The witness's line alone may be broken without breaking the log's word; then it does not count.
                Assert.False(LoggedEntry.Read(forged, logs, policy, Samples.Now).Witnessed!.Holds, $"byte {i}");
            }
            catch (UnreadableException)
            {
            }
        }
        Assert.Throws<UnreadableException>(() => LoggedEntry.Read(good, [LogKey.Create().Verifier(Origin)], policy, Samples.Now));
    }

    [Fact]
    public void An_entry_speaks_for_its_own_label_alone()
    {
        var statement = Statement.Read(samples.Statement());
        var decision = samples.Granted(statement);
        var (label, _) = Issuing.Issue(statement, samples.Assessor.Public, decision, samples.Decider.Public, samples.Issuer, new IssuingTerms { Issuer = "office", IssuedAt = Samples.Now, Status = new StatusPointer("s/1", 7) });
        var (hallmark, certificate) = (SignedFile.Read(label!.Hallmark), SignedFile.Read(label.Certificate));
        LoggedEntry Logged(LogEntry entry, SigningKey by) => new() { Log = key.Verifier(Origin), Index = 0, Size = 1, Entry = LogEntry.Read(entry.Sign(by)) };
        var right = Entry(7) with { Label = hallmark.Hallmark!.TokenId, Issued = new(certificate.Digest, statement.Digest, decision.Digest, "https://office.example/status/1", 7) };
        Assert.Null(Logged(right, samples.Issuer).Against(hallmark));
        Assert.Null(Logged(right, samples.Issuer).Against(certificate));
        Assert.Contains("another key", Logged(right, samples.Assessor).Against(hallmark)!, StringComparison.Ordinal);
        Assert.Contains("another place", Logged(right with { Issued = right.Issued! with { Index = 8 } }, samples.Issuer).Against(hallmark)!, StringComparison.Ordinal);
        Assert.Contains("another certificate", Logged(right with { Issued = right.Issued! with { Certificate = new byte[32] } }, samples.Issuer).Against(hallmark)!, StringComparison.Ordinal);
        Assert.Contains("of the label", Logged(right with { Label = new byte[8] }, samples.Issuer).Against(certificate)!, StringComparison.Ordinal);
        Assert.Contains("no issue", Logged(right with { Issued = null, Changed = new(7, LabelState.Notice, NoticeKind.UnderReview, null, "why", "office", new byte[32], null, null) }, samples.Issuer).Against(hallmark)!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cose_library_of_npm_verifies_our_receipt_over_the_root_and_over_no_other()
    {
        var folder = Npm.Folder("@auth0/cose@1.0.2", "jsqr@1.4.0");
        var log = Log(7);
        var receipt = Receipt.Sign(key, log, 3);
        var forged = (byte[])receipt.Clone();
        forged[^5] ^= 1;
        const string Script = """
            const { Sign1 } = require('@auth0/cose');const c=require('crypto');
            const [receipt,forged,point,root]=process.argv.slice(1).map(h=>Buffer.from(h,'hex'));
            const key=c.createPublicKey({key:Buffer.concat([Buffer.from('302a300506032b6570032100','hex'),point]),format:'der',type:'spki'});
            const holds=async(r,p)=>{try{await Sign1.decode(r).verify(key,{detachedPayload:p,algorithms:[-8]});return true}catch(e){return /signature/i.test(e.message)?false:e.message}};
            (async()=>console.log(await holds(receipt,root),await holds(forged,root),await holds(receipt,Buffer.alloc(32))))();
            """;
        var result = Tool.Run("node", ["-e", Script, Convert.ToHexString(receipt), Convert.ToHexString(forged), Convert.ToHexString(key.Verifier(Origin).Point.Span), Convert.ToHexString(log.Checkpoint.Root.Span)],
            environment: new Dictionary<string, string> { ["NODE_PATH"] = Path.Combine(folder, "node_modules") });
        Assert.Equal("true false false", result.Text.Trim() + result.Error);
    }
}
