using System.Net;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Token;
using Assay.Registry.Storage;

namespace Assay.Registry.Tests.Status;

/// <summary>What a label needs so that nobody has to ask the log: a receipt beside it, and the log's checkpoint with the signatures of witnesses.</summary>
public sealed class WitnessedTests : IDisposable
{
    private readonly Assay.Tests.Scratch scratch = new();
    private readonly LogKey key = LogKey.Create();
    private const string Name = "witness.example/w1";

    public void Dispose() => scratch.Dispose();

    private RegistrySettings With(RegistrySettings settings)
    {
        File.WriteAllText(scratch.File("policy"), $"witness w1 {key.Witness(Name)}\nquorum w1\n");
        return settings with { Witnesses = scratch.File("policy") };
    }

    [Fact]
    public async Task A_receipt_lies_beside_each_label_and_stays_the_same()
    {
        await using var registry = await RunningRegistry.Start();
        var (id, other) = (await registry.Issue(), await registry.Issue(model: "Other"));
        var log = await Log(registry);
        var receipt = await registry.Get($"/labels/{other}/receipt.cose");
        Assert.Equal("application/cose", receipt.Content.ContentType!.MediaType);
        var logged = LoggedEntry.Read(receipt.Bytes, [log], null, registry.Time.GetUtcNow());
        Assert.Equal((1, 2), (logged.Index, logged.Size));
        Assert.Null(logged.Against(SignedFile.Read((await registry.Get($"/labels/{other}/hallmark.cose")).Bytes)));
        Assert.NotNull(logged.Against(SignedFile.Read((await registry.Get($"/labels/{id}/hallmark.cose")).Bytes)));
        Assert.Throws<UnreadableException>(() => LoggedEntry.Read(receipt.Bytes, [LogKey.Create().Verifier(log.Name)], null, registry.Time.GetUtcNow()));
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        await registry.Restart();
        Assert.Equal(receipt.Bytes, (await registry.Get($"/labels/{other}/receipt.cose")).Bytes);
        Assert.Equal(receipt.Bytes, File.ReadAllBytes(Path.Combine(registry.Folder, "labels", other, "receipt.cose")));
        // Many ask for a first one at once.
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => registry.Get($"/labels/{id}/receipt.cose")));
        Assert.All(all, a => Assert.Equal(all[0].Bytes, a.Bytes));
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get("/labels/0123456789abcdef/receipt.cose")).Status);
    }

    [Fact]
    public async Task A_cosigned_checkpoint_is_taken_kept_and_served()
    {
        await using var registry = await RunningRegistry.Start(settings: With);
        await registry.Issue();
        var witnessKey = key.Witness(Name);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get("/log/cosigned")).Status);
        var cosigned = await Cosign(registry, key, Name);
        var taken = await Hand(registry, cosigned.Note);
        Assert.Equal(HttpStatusCode.OK, taken.Status);
        foreach (var path in new[] { "/log/checkpoint", "/log/cosigned" })
        {
            var served = Checkpoint.Read((await registry.Get(path)).Bytes);
            Assert.NotNull(served.Witnessed(witnessKey));
            Assert.True(served.Verify(await Log(registry)));
        }
        // The log goes on; the checkpoint that was signed stays where it was, over a restart too.
        await registry.Issue(model: "Other");
        Assert.Null(Checkpoint.Read((await registry.Get("/log/checkpoint")).Bytes).Witnessed(witnessKey));
        await registry.Restart(settings: With);
        Assert.Equal(taken.Bytes, (await registry.Get("/log/cosigned")).Bytes);
        // The newer one takes its place, and the older one does not come back.
        var newer = await Cosign(registry, key, Name);
        Assert.Equal(HttpStatusCode.OK, (await Hand(registry, newer.Note)).Status);
        Assert.Equal(2, Checkpoint.Read((await registry.Get("/log/cosigned")).Bytes).Size);
        Assert.Equal(HttpStatusCode.Conflict, (await Hand(registry, cosigned.Note)).Status);
        Assert.True(new LogReader(path => registry.Get($"/log/{path}").Result is { Status: HttpStatusCode.OK } got ? got.Bytes : null).Size == 2);
    }

    [Fact]
    public async Task What_no_witness_of_the_policy_signed_is_refused_and_what_nobody_asked_for_is_left_out()
    {
        await using var registry = await RunningRegistry.Start(settings: With);
        await registry.Issue();
        var stranger = LogKey.Create();
        var (good, foreign) = (await Cosign(registry, key, Name), await Cosign(registry, stranger, "stranger.example/w"));
        var plain = (await registry.Get("/log/checkpoint")).Bytes;
        var keys = registry.Server.Office.Keys.Log;
        var origin = (await Log(registry)).Name;
        Assert.Equal(HttpStatusCode.BadRequest, (await Hand(registry, "no checkpoint"u8.ToArray())).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Hand(registry, plain)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Hand(registry, foreign.Note)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Hand(registry, Checkpoint.Sign(stranger, origin, 1, new byte[32]))).Status);
        // Signed by the log itself, and another history, or one that is not here yet.
        Assert.Equal(HttpStatusCode.Conflict, (await Hand(registry, Checkpoint.Sign(keys, origin, 1, new byte[32]))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await Hand(registry, Checkpoint.Sign(keys, origin, 2, new byte[32]))).Status);
        var forged = Encoding.UTF8.GetString(good.Note.Span).TrimEnd('\n');
        forged = forged[..^8] + (forged[^8] == 'A' ? 'B' : 'A') + forged[^7..] + "\n";
        Assert.Equal(HttpStatusCode.Forbidden, (await Hand(registry, Encoding.UTF8.GetBytes(forged))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get("/log/cosigned")).Status);

        var both = good.With(foreign);
        Assert.Equal(3, both.Signatures.Count);
        Assert.Equal(HttpStatusCode.OK, (await Hand(registry, both.Note)).Status);
        Assert.Equal(good.Note.ToArray(), (await registry.Get("/log/cosigned")).Bytes);
        // The same again changes nothing; a later signature of the same witness takes the place of its earlier one.
        Assert.Equal(good.Note.ToArray(), (await Hand(registry, good.Note)).Bytes);
        Assert.Equal(2, Checkpoint.Read((await registry.Get("/log/cosigned")).Bytes).Signatures.Count);
        // Last, since the server hangs up on who sends too much.
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Hand(registry, new byte[Checkpoint.MaxBytes + 1])).Status);

        await using var without = await RunningRegistry.Bare();
        Assert.Equal((HttpStatusCode.NotFound, "witnesses"), (await Hand(without, plain)) is var answer ? (answer.Status, answer.Error.Where) : default);
    }

    private static async Task<LogVerifier> Log(RunningRegistry registry) => LogVerifier.Read((await registry.Get("/log/key")).Text);

    private static Task<Answer> Hand(RunningRegistry registry, ReadOnlyMemory<byte> note) => registry.Send(HttpMethod.Post, "/log/cosigned", null, new ByteArrayContent(note.ToArray()));

    private int witnesses;

    // As `assay log witness` does: goes and looks, and signs what it found. A folder of its own each time.
    private async Task<Checkpoint> Cosign(RunningRegistry registry, LogKey with, string name)
    {
        using var witness = Witness.Open(scratch.File($"witness-{++witnesses}"), name, with, [await Log(registry)], registry.Time);
        var checkpoint = Checkpoint.Read((await registry.Get("/log/checkpoint")).Bytes);
        var answer = witness.Add(0, [], checkpoint);
        Assert.Equal(200, answer.Status);
        return checkpoint.With(answer.Body);
    }
}
