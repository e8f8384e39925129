using System.Net;
using System.Security.Cryptography;
using Assay.Labels.Log;
using Assay.Labels.QrCode;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Registry.Labels;

namespace Assay.Registry.Tests.Labels;

/// <summary>Statement and decision of trusted people become a label; everything else is refused, and nothing of it stays.</summary>
public class IssuingTests
{
    [Fact]
    public async Task A_label_is_issued_logged_and_in_force()
    {
        await using var registry = await RunningRegistry.Start();
        var statement = registry.Doorbell.Statement(registry.Time.GetUtcNow());
        var decision = registry.Doorbell.Decision(statement, registry.Time.GetUtcNow());
        var answer = await registry.Submit(registry.Assessor, RunningRegistry.Parts(statement, decision, Doorbell.Materials, "Update.Doorbell.Example"));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var id = answer.Json.GetProperty("id").GetString()!;
        var hallmark = answer.Json.GetProperty("hallmark").GetBytesFromBase64();
        var certificate = answer.Json.GetProperty("certificate").GetBytesFromBase64();
        Assert.Equal(id, Convert.ToHexStringLower(Hallmark.Read(hallmark).TokenId.Span));
        Assert.True(Hallmark.Read(hallmark).PointsTo(certificate));
        Assert.Equal(hallmark, (await registry.Get($"/labels/{id}/hallmark.cose")).Bytes);
        Assert.Equal(certificate, (await registry.Get($"/labels/{id}/certificate.cose")).Bytes);
        Assert.Equal(hallmark, LabelAddress.Read(LabelPicture.ReadPoints((await registry.Get($"/labels/{id}/label.png")).Bytes).Text));
        Assert.Equal(hallmark, LabelAddress.Read(LabelPicture.ReadSvg((await registry.Get($"/labels/{id}/label.svg")).Bytes).Text));

        // What anybody can check with the registry's keys and lists alone.
        var trust = TrustList.Read((await registry.Get("/trust.json")).Bytes, "registry");
        var now = registry.Time.GetUtcNow();
        var snapshot = StatusSnapshot.Of((await registry.Get("/status/1")).Bytes, (await registry.Get("/notices/1")).Bytes, trust, now);
        var file = SignedFile.Read(hallmark);
        var reading = snapshot.For(file.Hallmark!.Status!);
        Assert.NotNull(reading);
        var check = LabelCheck.Of(file, trust, [], now, reading);
        Assert.Equal((LabelAnswer.InForce, true), (check.Answer, check.IsTest));

        var log = new LogReader(path => registry.Get($"/log/{path}").Result is { Status: HttpStatusCode.OK } got ? got.Bytes : null);
        Assert.True(log.Checkpoint.Verify(LogVerifier.Read((await registry.Get("/log/key")).Text)));
        var index = answer.Json.GetProperty("logIndex").GetInt64();
        var entry = LogEntry.Read(log.Entry(index));
        Assert.True(MerkleTree.VerifyInclusion(index, log.Size, log.LeafHash(index), log.InclusionProof(index), log.Checkpoint.Root.Span));
        Assert.Equal(SHA256.HashData(statement), entry.Issued!.Statement.ToArray());
        Assert.Equal(SHA256.HashData(decision), entry.Issued.Decision.ToArray());
        Assert.Equal(SHA256.HashData(certificate), entry.Issued.Certificate.ToArray());
        Assert.Equal(answer.Json.GetProperty("statusIndex").GetInt64(), entry.Issued.Index);
        Assert.True(entry.Message!.Verify(trust.Keys[0].Key));

        var label = registry.Server.Office.Shelf.Find(id)!;
        Assert.Equal(["update.doorbell.example"], label.UpdateHosts);
        Assert.Equal(["busybox", "openssl"], registry.Server.Office.Shelf.Inventory(id).Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Equal(id, (await registry.Get("/api/labels?q=lumen%20BELL")).Json.GetProperty("labels")[0].GetProperty("id").GetString());
        Assert.Equal(0, (await registry.Get("/api/labels?q=toaster")).Json.GetProperty("labels").GetArrayLength());
        Assert.Equal(0, (await registry.Get("/api/labels?q=%25")).Json.GetProperty("labels").GetArrayLength());
    }

    [Fact]
    public async Task The_same_decision_gives_the_same_label_even_at_the_same_moment()
    {
        await using var registry = await RunningRegistry.Start();
        var statement = registry.Doorbell.Statement(registry.Time.GetUtcNow());
        var decision = registry.Doorbell.Decision(statement, registry.Time.GetUtcNow());
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => registry.Submit(registry.Assessor, RunningRegistry.Parts(statement, decision))));
        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.Equal(3, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.Single(answers.Select(a => a.Json.GetProperty("statusIndex").GetInt64()).Distinct());
        Assert.Equal(1, registry.Server.Office.Wakeups.Number);
    }

    [Fact]
    public async Task Places_in_the_list_are_drawn_at_random()
    {
        await using var registry = await RunningRegistry.Start();
        for (var i = 0; i < 6; i++) await registry.Issue(model: $"Doorbell {i}");
        var slots = registry.Server.Office.Shelf.All().Select(l => l.Slot).ToList();
        Assert.Equal(6, slots.Distinct().Count());
        // Six places that rise or fall in order, or lie close together, were not drawn from a million: one in a billion billion.
        Assert.True(slots.Max() - slots.Min() > 2000, string.Join(" ", slots));
    }

    public static TheoryData<string, string> Untrusted => new()
    {
        { "foreign assessor", "the statement names the key" },
        { "foreign decider", "the decision names the key" },
        { "forged statement", "the signature is not by this key" },
        { "forged decision", "the signature is not by this key" },
        { "roles exchanged", "is not trusted here for a statement" },
        { "one key for both", "signed with the same key" },
        { "refused", "is a refusal" },
        { "not met", "5.1-1-1 is fail: a default password" },
        { "another statement", "the decision is on another statement" },
    };

    [Theory]
    [MemberData(nameof(Untrusted))]
    public async Task What_nobody_vouches_for_is_refused_with_its_reasons(string what, string reason)
    {
        await using var registry = await RunningRegistry.Start();
        var (bell, now) = (registry.Doorbell, registry.Time.GetUtcNow());
        using var stranger = SigningKey.Create();
        var statement = what switch
        {
            "foreign assessor" => bell.Statement(now, by: stranger),
            "not met" => bell.Statement(now, met: false),
            "roles exchanged" => bell.Statement(now, by: bell.Decider),
            _ => bell.Statement(now),
        };
        var decision = what switch
        {
            "foreign decider" => bell.Decision(statement, now, by: stranger),
            "refused" => bell.Decision(statement, now, granted: false),
            "roles exchanged" => bell.Decision(statement, now, by: bell.Assessor),
            "one key for both" => bell.Decision(statement, now, by: bell.Assessor),
            "another statement" => bell.Decision(bell.Statement(now, model: "Doorbell"), now),
            _ => bell.Decision(statement, now),
        };
        if (what == "one key for both") Assert.Equal(HttpStatusCode.OK, (await registry.Post("/api/trust", registry.Administrator, bell.Trust("assessor\", \"decision"))).Status);
        if (what == "forged statement") statement[^1] ^= 1;
        if (what == "forged decision") decision[^1] ^= 1;
        var answer = await registry.Submit(registry.Assessor, RunningRegistry.Parts(statement, decision));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(answer.Json.GetProperty("error").GetProperty("reasons").EnumerateArray(), r => r.GetString()!.Contains(reason, StringComparison.Ordinal));
        await NothingHappened(registry);
        // The control: the same two people, in order.
        await registry.Issue();
    }

    [Fact]
    public async Task Every_reason_is_named_at_once()
    {
        await using var registry = await RunningRegistry.Start();
        using var stranger = SigningKey.Create();
        var statement = registry.Doorbell.Statement(registry.Time.GetUtcNow(), by: stranger);
        var answer = await registry.Submit(registry.Assessor, RunningRegistry.Parts(statement, registry.Doorbell.Decision(statement, registry.Time.GetUtcNow(), by: stranger)));
        Assert.Equal(2, answer.Json.GetProperty("error").GetProperty("reasons").GetArrayLength());
    }

    [Fact]
    public async Task A_body_of_another_form_is_refused()
    {
        await using var registry = await RunningRegistry.Start();
        var statement = registry.Doorbell.Statement(registry.Time.GetUtcNow());
        var decision = registry.Doorbell.Decision(statement, registry.Time.GetUtcNow());
        async Task Refused(HttpStatusCode status, HttpContent content, string where)
        {
            var answer = await registry.Submit(registry.Assessor, content);
            Assert.True(status == answer.Status, $"{where}: {answer.Status} {answer.Text}");
            Assert.Equal(where, answer.Error.Where);
        }
        await Refused(HttpStatusCode.BadRequest, RunningRegistry.Parts(statement, null), "decision");
        await Refused(HttpStatusCode.BadRequest, RunningRegistry.Parts(null, decision), "statement");
        await Refused(HttpStatusCode.BadRequest, RunningRegistry.Parts(decision, statement), "statement");
        await Refused(HttpStatusCode.BadRequest, RunningRegistry.Parts("no"u8.ToArray(), decision), "statement");
        await Refused(HttpStatusCode.BadRequest, RunningRegistry.Parts(statement, decision, "no"u8.ToArray()), "sbom");
        await Refused(HttpStatusCode.BadRequest, RunningRegistry.Parts(statement, decision, null, "http://x/"), "updateHost");
        await Refused(HttpStatusCode.BadRequest, RunningRegistry.Parts(statement, decision, null, [.. Enumerable.Repeat("a.example", 33)]), "updateHost");
        await Refused(HttpStatusCode.BadRequest, new StringContent("{}"), "Content-Type");
        var twice = RunningRegistry.Parts(statement, decision);
        twice.Add(new ByteArrayContent(statement), "statement");
        await Refused(HttpStatusCode.BadRequest, twice, "statement");
        var more = RunningRegistry.Parts(statement, decision);
        more.Add(new StringContent("x"), "payload");
        await Refused(HttpStatusCode.BadRequest, more, "body");
        var torn = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"statement\"\r\n\r\nhalf"u8.ToArray());
        torn.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        await Refused(HttpStatusCode.BadRequest, torn, "body");
        var boundless = new ByteArrayContent("x"u8.ToArray());
        boundless.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data");
        await Refused(HttpStatusCode.BadRequest, boundless, "Content-Type");
        await Refused(HttpStatusCode.RequestEntityTooLarge, RunningRegistry.Parts(statement, new byte[Submission.MaxDecision + 1]), "decision");
        await NothingHappened(registry);
        await registry.Issue();
    }

    [Fact]
    public async Task A_body_beyond_its_limit_is_not_read()
    {
        await using var registry = await RunningRegistry.Start();
        var endless = new ByteArrayContent(new byte[Submission.MaxBytes + 1]);
        endless.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await registry.Send(HttpMethod.Post, "/api/labels", registry.Assessor, endless, ("Expect", "100-continue"))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await registry.Post("/api/people", registry.Administrator, "{\"name\": \"" + new string('x', 70_000) + "\"}")).Status);
        await NothingHappened(registry);
    }

    private static async Task NothingHappened(RunningRegistry registry)
    {
        Assert.Equal(0, registry.Server.Office.Shelf.Count);
        Assert.Equal(0, new LogReader(LogReader.Folder(registry.Server.Office.Ledger.Folder)).Size);
        Assert.True(!Directory.Exists(Path.Combine(registry.Folder, "labels")) || !Directory.EnumerateDirectories(Path.Combine(registry.Folder, "labels")).Any());
        Assert.Equal(0, (await registry.Get("/api/labels")).Json.GetProperty("labels").GetArrayLength());
    }
}
