using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>A witness signs one history of a log and no other, whatever it is asked and wherever it is stopped.</summary>
public sealed class WitnessTests : IDisposable
{
    private const string Origin = "office.example/log";
    private static readonly LogKey LogsKey = LogKey.Create();
    private static readonly LogVerifier Log = LogsKey.Verifier(Origin);
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    // A log, and another one with the same key that shares its first entries.
    private (LogReader True, LogReader Forked) Two(int shared, int more)
    {
        foreach (var name in new[] { "true", "forked" })
        {
            using var writer = LogWriter.Open(scratch.File(name), Origin, LogsKey, TimeProvider.System);
            writer.AppendAll([.. Enumerable.Range(0, shared).Select(i => (ReadOnlyMemory<byte>)Text($"entry {i}"))]);
            if (name == "true") File.Copy(Path.Combine(scratch.File(name), "checkpoint"), scratch.File("shared"), overwrite: true);
            writer.AppendAll([.. Enumerable.Range(0, more).Select(i => (ReadOnlyMemory<byte>)Text($"{name} {i}"))]);
        }
        return (new(LogReader.Folder(scratch.File("true"))), new(LogReader.Folder(scratch.File("forked"))));
    }

    private Checkpoint Shared => Checkpoint.Read(File.ReadAllBytes(scratch.File("shared")));

    private static byte[] Ask(LogReader log, long old) => Witness.Request(old, log.ConsistencyProof(old, log.Size), log.Checkpoint);

    private Witness Open(string name = "w1", LogKey? key = null, TimeProvider? time = null, Action<string>? step = null) =>
        Witness.Open(scratch.File(name), $"witness.example/{name}", key ?? LogKey.Create(), [Log], time ?? TimeProvider.System, step);

    [Fact]
    public void It_signs_the_first_checkpoint_and_each_that_carries_it_on()
    {
        var (log, _) = Two(300, 17);
        using var witness = Open();
        var first = witness.Add(Witness.Request(0, [], Shared));
        Assert.Equal(200, first.Status);
        var second = witness.Add(Ask(log, 300));
        Assert.True(second.Status == 200, second.Reason);
        Assert.True(Math.Abs((log.Checkpoint.With(second.Body).Witnessed(witness.Verifier)!.Value - TimeProvider.System.GetUtcNow()).TotalSeconds) < 60);
        Assert.Null(log.Checkpoint.With(first.Body).Witnessed(witness.Verifier));
        // Again the same is no other history.
        Assert.Equal(200, witness.Add(Ask(log, 317)).Status);
        Assert.Equal(317, witness.Last(Origin)!.Size);
    }

    [Fact]
    public void It_answers_with_the_status_that_the_clause_names_and_signs_nothing_else()
    {
        var (log, forked) = Two(300, 17);
        using var witness = Open();
        Assert.Equal(200, witness.Add(Witness.Request(0, [], Shared)).Status);
        var right = Encoding.UTF8.GetString(Ask(log, 300));

        void Answers(int status, byte[] request, string body = "")
        {
            var answer = witness.Add(request);
            Assert.True(status == answer.Status, $"expected {status}, found {answer.Status}: {answer.Reason}");
            Assert.Equal(body, Encoding.UTF8.GetString(answer.Body));
            Assert.Equal(300, witness.Last(Origin)!.Size);
        }
        Answers(422, Witness.Request(300, log.ConsistencyProof(300, 317), forked.Checkpoint));
        Answers(422, Witness.Request(300, [], log.Checkpoint));
        Answers(422, Witness.Request(300, log.ConsistencyProof(300, 317).Select(p => p.Reverse().ToArray()), log.Checkpoint));
        Answers(409, Ask(log, 17), "300\n");
        Answers(409, Witness.Request(0, [], log.Checkpoint), "300\n");
        Answers(400, Text(right.Replace("old 300", "old 318", StringComparison.Ordinal)));
        Answers(400, Text(right.Replace("old 300", "old 0300", StringComparison.Ordinal)));
        Answers(400, Text(right.Replace("old 300", "old -1", StringComparison.Ordinal)));
        Answers(400, Text(right.Replace("\n\n", "\nAAAA\n\n", StringComparison.Ordinal)));
        Answers(400, Text("old 300\n" + string.Concat(Enumerable.Repeat(Convert.ToBase64String(new byte[32]) + "\n", 64)) + "\n" + Encoding.UTF8.GetString(log.Checkpoint.Note.Span)));
        Answers(400, Text(""));
        Answers(400, new byte[Witness.MaxRequestBytes + 1]);
        Answers(403, Witness.Request(300, log.ConsistencyProof(300, 317), Checkpoint.Read(Checkpoint.Sign(LogKey.Create(), Origin, 317, log.Checkpoint.Root.Span))));
        Answers(404, Witness.Request(0, [], Checkpoint.Read(Checkpoint.Sign(LogsKey, "other.example/log", 317, log.Checkpoint.Root.Span))));
        // The same size with another root: evidence of the log's own hand is kept.
        Answers(409, Witness.Request(300, [], Checkpoint.Read(Checkpoint.Sign(LogsKey, Origin, 300, new byte[32]))), "300\n");
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(scratch.File("w1"), "contradictions")));
        // ... and the positive control: the right one still passes.
        Assert.Equal(200, witness.Add(Text(right)).Status);
    }

    [Fact]
    public void An_empty_log_has_one_root()
    {
        using var witness = Open();
        Assert.Equal(422, witness.Add(Witness.Request(0, [], Checkpoint.Read(Checkpoint.Sign(LogsKey, Origin, 0, new byte[32])))).Status);
        Assert.Equal(200, witness.Add(Witness.Request(0, [], Checkpoint.Read(Checkpoint.Sign(LogsKey, Origin, 0, MerkleTree.EmptyRoot())))).Status);
    }

    private sealed class Heard(List<string> acts) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            acts.Add("sign");
            return new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        }
    }

    [Fact]
    public void What_it_will_sign_is_on_the_disk_before_it_signs()
    {
        var (log, _) = Two(300, 17);
        var acts = new List<string>();
        using var witness = Open(time: new Heard(acts), step: acts.Add);
        witness.Add(Witness.Request(0, [], Shared));
        acts.Clear();
        witness.Add(Ask(log, 300));
        Assert.Equal(["write", "flush", "name", "settle", "sign"], acts.Select(a => a.Split(' ')[0]));
    }

    [Fact]
    public void Stopped_before_any_act_on_the_disk_it_never_signs_two_histories()
    {
        var (log, forked) = Two(300, 17);
        var stops = 0;
        for (var at = 0; at < 20; at++)
        {
            var key = LogKey.Create();
            var name = $"stopped{at}";
            using (var before = Open(name, key)) Assert.Equal(200, before.Add(Witness.Request(0, [], Shared)).Status);
            var left = at;
            WitnessAnswer? given = null;
            try
            {
                using var stopped = Open(name, key, step: act => { if (left-- == 0) throw new IOException($"stopped before {act}"); });
                given = stopped.Add(Ask(log, 300));
            }
            catch (IOException)
            {
                stops++;
            }
            using var after = Open(name, key);
            var size = after.Last(Origin)!.Size;
            // A signature that was given is of what is on the disk.
            if (given is not null) Assert.Equal(317, size);
            Assert.True(size is 300 or 317);
            var other = after.Add(Ask(forked, 300));
            Assert.Equal(size == 300 ? 200 : 409, other.Status);
            // Not both, ever: where the other history was signed, the first never was.
            Assert.False(other.Status == 200 && given is { Status: 200 });
            if (other.Status == 200) Assert.NotEqual(200, after.Add(Ask(log, 300)).Status);
        }
        Assert.Equal(4, stops);
    }

    [Fact]
    public void After_a_disk_that_failed_it_signs_no_more_until_it_is_opened_again()
    {
        var (log, _) = Two(300, 17);
        var broken = false;
        using var witness = Open(step: act => { if (broken) throw new IOException("no space"); });
        Assert.Equal(200, witness.Add(Witness.Request(0, [], Shared)).Status);
        broken = true;
        Assert.Throws<IOException>(() => witness.Add(Ask(log, 300)));
        broken = false;
        Assert.Throws<IOException>(() => witness.Add(Ask(log, 300)));
    }

    [Fact]
    public void Many_requests_at_once_never_take_a_log_back()
    {
        Two(300, 0);
        var sizes = new List<(byte[] Request, long Size)>();
        using (var writer = LogWriter.Open(scratch.File("true"), Origin, LogsKey, TimeProvider.System))
        {
            for (var i = 0; i < 40; i++)
            {
                writer.Append(Text($"more {i}"));
                var reader = new LogReader(LogReader.Folder(scratch.File("true")));
                for (var old = 300; old < reader.Size; old += 7) sizes.Add((Ask(reader, old), reader.Size));
            }
        }
        using var witness = Open();
        witness.Add(Witness.Request(0, [], Shared));
        long newest = 300;
        Parallel.ForEach(sizes, one =>
        {
            if (witness.Add(one.Request).Status == 200) InterlockedMax(ref newest, one.Size);
        });
        Assert.True(newest > 300);
        Assert.Equal(newest, witness.Last(Origin)!.Size);

        static void InterlockedMax(ref long place, long value)
        {
            for (var seen = Volatile.Read(ref place); value > seen; seen = Volatile.Read(ref place)) if (Interlocked.CompareExchange(ref place, value, seen) == seen) return;
        }
    }

    [Fact]
    public void One_folder_is_of_one_key_and_has_one_holder()
    {
        var key = LogKey.Create();
        using (var one = Open("w", key)) Assert.Throws<IOException>(() => Open("w", key));
        Assert.Throws<UnreadableException>(() => Open("w", LogKey.Create()));
        Open("w", key).Dispose();
    }

    [Fact]
    public void A_split_view_shown_to_two_clients_gets_a_quorum_for_one_of_them_at_most()
    {
        var (log, forked) = Two(300, 17);
        var keys = Enumerable.Range(0, 3).Select(_ => LogKey.Create()).ToArray();
        var witnesses = keys.Select((k, i) => Open($"w{i}", k)).ToArray();
        var policy = WitnessPolicy.Read(Text($"log {Log}\n{string.Concat(witnesses.Select((w, i) => $"witness w{i} {w.Verifier}\n"))}group two 2 w0 w1 w2\nquorum two\n"));
        foreach (var witness in witnesses) Assert.Equal(200, witness.Add(Witness.Request(0, [], Shared)).Status);
        Checkpoint Gather(LogReader view, params int[] asked) => asked.Aggregate(view.Checkpoint, (all, i) => witnesses[i].Add(Ask(view, 300)) is { Status: 200 } answer ? all.With(answer.Body) : all);

        // Each client alone sees a log that is whole and signed by its key.
        Assert.All(new[] { log, forked }, view => Assert.True(view.Checkpoint.Verify(Log)));
        // The log shows one history to two witnesses, the other to the third, and then asks all three for either.
        var (one, other) = (Gather(log, 0, 1), Gather(forked, 2));
        (one, other) = (Gather(log, 2) is var more ? one.With(more) : one, other.With(Gather(forked, 0, 1)));
        var now = TimeProvider.System.GetUtcNow();
        Assert.True(policy.Of(one, now).Holds);
        Assert.Equal(["w0", "w1"], policy.Of(one, now).By.Select(b => b.Name));
        Assert.False(policy.Of(other, now).Holds);
        Assert.Equal("witnessed by w2 (1 of 3): the policy asks for 2 of (w0, w1, w2)", policy.Of(other, now).ToString());
        // Two copies of one checkpoint join, two histories do not.
        Assert.Throws<UnreadableException>(() => one.With(other));
        // The evidence bears the log's own signature.
        var evidence = Checkpoint.Read(File.ReadAllBytes(Directory.GetFiles(Path.Combine(scratch.File("w0"), "contradictions"))[0]));
        Assert.True(evidence.Verify(Log));
        foreach (var witness in witnesses) witness.Dispose();
    }

    [Fact]
    public void A_mirror_made_by_copying_files_while_the_log_grows_is_whole_and_proves_the_same()
    {
        using var mirror = new Scratch();
        using (var writer = LogWriter.Open(scratch.File("true"), Origin, LogsKey, TimeProvider.System))
        {
            writer.AppendAll([.. Enumerable.Range(0, 700).Select(i => (ReadOnlyMemory<byte>)Text($"entry {i}"))]);
            // The checkpoint first; what it needs is there and stays readable while more is appended.
            File.Copy(Path.Combine(scratch.File("true"), "checkpoint"), mirror.File("checkpoint"));
            writer.AppendAll([.. Enumerable.Range(700, 100).Select(i => (ReadOnlyMemory<byte>)Text($"entry {i}"))]);
        }
        Assert.Equal(0, Tool.Run("cp", ["-r", scratch.File("true") + "/tile", mirror.Folder]).Exit);
        var check = LogCheck.Of(LogReader.Folder(mirror.Folder), Log, LogCheck.Present(mirror.Folder));
        Assert.True(check.IsWhole && check.IsSigned, string.Join('\n', check.Faults));
        Assert.Equal(700, check.Size);
        var (one, copy) = (new LogReader(LogReader.Folder(scratch.File("true"))), new LogReader(LogReader.Folder(mirror.Folder)));
        Assert.Equal(one.Entry(555).ToArray(), copy.Entry(555).ToArray());
        Assert.True(MerkleTree.VerifyConsistency(700, 800, copy.Checkpoint.Root.Span, one.Checkpoint.Root.Span, one.ConsistencyProof(700, 800)));
    }

    // c2sp.org/signed-note and tlog-cosignature, read and verified by Node's own Ed25519 and nothing of ours.
    private const string Judge = """
        const fs=require('fs'),c=require('crypto');const [note,...vkeys]=process.argv.slice(1).map((a,i)=>i?a:fs.readFileSync(a,'utf8'));
        const cut=note.lastIndexOf('\n\n')+1,text=note.slice(0,cut);let held=0;
        for(const v of vkeys){const [name,id,b]=[v.slice(0,v.indexOf('+')),v.slice(v.indexOf('+')+1,v.indexOf('+')+9),v.slice(v.indexOf('+')+10)];const k=Buffer.from(b,'base64');
          const expected=c.createHash('sha256').update(name+'\n').update(k).digest().subarray(0,4);if(expected.toString('hex')!==id)throw new Error('key id of '+name);
          const key=c.createPublicKey({key:Buffer.concat([Buffer.from('302a300506032b6570032100','hex'),k.subarray(1)]),format:'der',type:'spki'});
          for(const line of note.slice(cut+1).split('\n').filter(Boolean)){const [,n,s]=line.split(' ');const g=Buffer.from(s,'base64');if(n!==name||!g.subarray(0,4).equals(expected))continue;
            const m=k[0]===1?text:`cosignature/v1\ntime ${g.readBigUInt64BE(4)}\n${text}`;if(c.verify(null,Buffer.from(m),key,g.subarray(k[0]===1?4:12)))held++;}}
        console.log(held);
        """;

    [Fact]
    public void Node_verifies_our_cosignatures_and_those_of_sunlight_by_the_same_few_lines()
    {
        Tool.Need("node", "nodejs");
        var (log, _) = Two(300, 17);
        using var witness = Open();
        witness.Add(Witness.Request(0, [], Shared));
        var cosigned = log.Checkpoint.With(witness.Add(Ask(log, 300)).Body);
        File.WriteAllBytes(scratch.File("cosigned"), cosigned.Note.Span);
        string Held(params string[] arguments) => Tool.Run("node", ["-e", Judge, .. arguments]).Text.Trim();
        Assert.Equal("2", Held(scratch.File("cosigned"), Log.ToString(), witness.Verifier.ToString()));
        var forged = cosigned.Note.ToArray();
        forged[^10] ^= 1;
        File.WriteAllBytes(scratch.File("forged"), forged);
        Assert.Equal("1", Held(scratch.File("forged"), Log.ToString(), witness.Verifier.ToString()));
        var sunlight = Path.Combine(Corpus.Folder("vectors/sunlight"), "skylight", "witness2");
        var vkey = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(sunlight, "witness.v0.json"))).RootElement.GetProperty("verifier_keys")[0].GetString()!;
        Assert.Equal("1", Held(Directory.GetFiles(sunlight, "checkpoint", SearchOption.AllDirectories)[0], vkey));
    }
}
