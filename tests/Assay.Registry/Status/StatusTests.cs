using System.Net;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Registry.Status;

namespace Assay.Registry.Tests.Status;

/// <summary>A change is in the log, in the signed list, in its notices, on the page and in the interface when it is acknowledged; and its wake-up comes after all of these.</summary>
public class StatusTests
{
    public static TheoryData<string, string, LabelState, NoticeKind, LabelAnswer, string> Changes => new()
    {
        { """{ "state": "underReview", "reason": "CVE-2024-1234 is used", "role": "CSIRT" }""", "underReview", LabelState.Notice, NoticeKind.UnderReview, LabelAnswer.UnderReview, "Ask the maker" },
        { """{ "state": "updateNeeded", "updateBelow": "1.2", "reason": "1.2 mends it", "role": "CSIRT" }""", "updateNeeded", LabelState.Notice, NoticeKind.UpdateNeeded, LabelAnswer.UpdateNeeded, "Update to 1.2" },
        { """{ "state": "suspended", "reason": "the function is reachable", "role": "market surveillance", "lookAgain": "2027-01-15" }""", "suspended", LabelState.Suspended, NoticeKind.Suspended, LabelAnswer.Suspended, "Limit its use" },
        { """{ "state": "withdrawn", "reason": "the maker gave up", "role": "market surveillance" }""", "withdrawn", LabelState.Withdrawn, NoticeKind.Withdrawn, LabelAnswer.Withdrawn, "Limit its use" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task An_acknowledged_change_is_everywhere(string body, string state, LabelState slot, NoticeKind kind, LabelAnswer answer, string words)
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var other = await registry.Issue(model: "Other");
        var receipt = await registry.Change(id, body);
        Assert.Equal(HttpStatusCode.OK, receipt.Status);
        var (number, index) = (receipt.Json.GetProperty("number").GetInt64(), receipt.Json.GetProperty("logIndex").GetInt64());
        Assert.Equal((3, 2), (number, index));

        var snapshot = await Snapshot(registry);
        Assert.Equal(number, snapshot.Token.Edition);
        var hallmark = SignedFile.Read((await registry.Get($"/labels/{id}/hallmark.cose")).Bytes);
        var reading = snapshot.For(hallmark.Hallmark!.Status!)!;
        Assert.Equal(slot, reading.State);
        Assert.Equal(kind, reading.Notice!.Kind);
        var trust = TrustList.Read((await registry.Get("/trust.json")).Bytes, "registry");
        Assert.Equal(answer, LabelCheck.Of(hallmark, trust, [], registry.Time.GetUtcNow(), reading).Answer);
        var untouched = SignedFile.Read((await registry.Get($"/labels/{other}/hallmark.cose")).Bytes);
        Assert.Equal(LabelState.InForce, snapshot.For(untouched.Hallmark!.Status!)!.State);

        var entry = LogEntry.Read(new LogReader(path => registry.Get($"/log/{path}").Result is { Status: HttpStatusCode.OK } got ? got.Bytes : null).Entry(index));
        Assert.Equal((kind, reading.Notice.Reason, reading.Notice.Role), (entry.Changed!.Kind!.Value, entry.Changed.Reason, entry.Changed.Role));
        var json = (await registry.Get($"/api/labels/{id}")).Json;
        Assert.Equal(state, json.GetProperty("state").GetString());
        Assert.Equal(reading.Notice.Reason, json.GetProperty("history")[0].GetProperty("reason").GetString());
        var page = (await registry.Get($"/labels/{id}")).Text;
        Assert.Contains($">{words}.<", page, StringComparison.Ordinal);
        Assert.Contains(reading.Notice.Reason, page, StringComparison.Ordinal);
        Assert.DoesNotContain("Aura", page, StringComparison.Ordinal);
        Assert.Contains(">No action known to be needed as of ", (await registry.Get($"/labels/{other}")).Text, StringComparison.Ordinal);
        if (state == "suspended") Assert.Contains("2027-01-15", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspension_may_name_the_version_that_ends_it()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        Assert.Equal(HttpStatusCode.OK, (await registry.Change(id, """{ "state": "suspended", "updateBelow": "1.2", "reason": "x" }""")).Status);
        var page = (await registry.Get($"/labels/{id}")).Text;
        Assert.Contains(">Limit its use.<", page, StringComparison.Ordinal);
        Assert.Contains("Version <bdi>1.2</bdi> ends this for a device: install it.", page, StringComparison.Ordinal);
        var notice = Assert.Single((await Snapshot(registry)).Notices!.Notices);
        Assert.Equal((NoticeKind.Suspended, "1.2"), (notice.Kind, notice.UpdateBelow));
    }

    [Fact]
    public async Task A_label_comes_back_but_not_from_withdrawal()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        Assert.Equal(HttpStatusCode.OK, (await registry.Change(id, """{ "state": "inForce", "reason": "the function is not reachable after all" }""")).Status);
        Assert.Equal(LabelState.InForce, (await Snapshot(registry)).Token.List[(int)registry.Server.Office.Shelf.Find(id)!.Slot]);
        Assert.Contains("No action known", (await registry.Get($"/labels/{id}")).Text, StringComparison.Ordinal);
        Assert.Equal(2, registry.Server.Office.Shelf.History(id).Count);
        Assert.Equal(HttpStatusCode.OK, (await registry.Change(id, """{ "state": "withdrawn", "reason": "x" }""")).Status);
        var final = await registry.Change(id, """{ "state": "inForce", "reason": "x" }""");
        Assert.Equal(HttpStatusCode.Conflict, final.Status);
        Assert.Equal(LabelState.Withdrawn, (await Snapshot(registry)).Token.List[(int)registry.Server.Office.Shelf.Find(id)!.Slot]);
    }

    [Theory]
    [InlineData("""{ "state": "good", "reason": "x" }""", 400, "state")]
    [InlineData("""{ "reason": "x" }""", 400, "state")]
    [InlineData("""{ "state": "suspended" }""", 400, "reason")]
    [InlineData("""{ "state": "suspended", "reason": " " }""", 422, "reason")]
    [InlineData("""{ "state": "suspended", "reason": 5 }""", 400, "reason")]
    [InlineData("""{ "state": "updateNeeded", "reason": "x" }""", 422, "updateBelow")]
    [InlineData("""{ "state": "underReview", "reason": "x", "updateBelow": "2" }""", 422, "updateBelow")]
    [InlineData("""{ "state": "suspended", "reason": "x", "lookAgain": "soon" }""", 400, "lookAgain")]
    [InlineData("""{ "state": "suspended", "reason": "x", "role": "registry" }""", 422, "role")]
    [InlineData("""[ "suspended" ]""", 400, "body")]
    [InlineData("""{ "state": "suspended", "state": "inForce", "reason": "x" }""", 400, "body")]
    [InlineData("", 400, "body")]
    public async Task A_change_in_a_wrong_form_changes_nothing(string body, int status, string where)
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var answer = await registry.Change(id, body);
        Assert.Equal((status, where), ((int)answer.Status, answer.Error.Where));
        Assert.Equal(1, registry.Server.Office.Wakeups.Number);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Change("0123456789abcdef", """{ "state": "suspended", "reason": "x" }""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Change("..", """{ "state": "suspended", "reason": "x" }""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await registry.Change(id, """{ "state": "suspended", "reason": "x" }""")).Status);
    }

    [Fact]
    public async Task A_machine_may_only_put_a_label_in_force_under_review()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        StatusChange By(Standing to) => new() { Label = id, To = to, Reason = "a match", Role = StatusDesk.Automatic, UpdateBelow = to == Standing.UpdateNeeded ? "2" : null, Case = "case-1" };
        foreach (var no in new[] { Standing.Suspended, Standing.Withdrawn, Standing.UpdateNeeded, Standing.InForce })
            Assert.Equal(409, Assert.Throws<Refusal>(() => registry.Server.Office.Desk.Change(By(no))).Status);
        Assert.Equal(new ChangeReceipt(2, 1), registry.Server.Office.Desk.Change(By(Standing.UnderReview)));
        Assert.Equal(409, Assert.Throws<Refusal>(() => registry.Server.Office.Desk.Change(By(Standing.UnderReview))).Status);
        Assert.Contains("noticed by a machine, decided by nobody yet", (await registry.Get($"/labels/{id}")).Text, StringComparison.Ordinal);
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        Assert.Equal(409, Assert.Throws<Refusal>(() => registry.Server.Office.Desk.Change(By(Standing.UnderReview))).Status);
    }

    [Fact]
    public async Task A_list_is_sent_again_only_when_it_changed()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        foreach (var path in new[] { "/status/1", "/notices/1", "/trust.json" })
        {
            var first = await registry.Get(path);
            var tag = first.Headers.ETag!.ToString();
            Assert.Contains("max-age=300", first.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotModified, (await registry.Send(HttpMethod.Get, path, null, null, ("If-None-Match", tag))).Status);
            Assert.Equal(HttpStatusCode.OK, (await registry.Send(HttpMethod.Get, path, null, null, ("If-None-Match", "\"other\""))).Status);
        }
        var before = (await registry.Get("/status/1")).Headers.ETag!.ToString();
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        var after = await registry.Send(HttpMethod.Get, "/status/1", null, null, ("If-None-Match", before));
        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.Equal(StatusListToken.MediaType, after.Content.ContentType!.ToString());
    }

    [Fact]
    public async Task The_lists_are_signed_anew_long_before_they_end_and_never_look_older()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var registry = await RunningRegistry.Start(time);
        await registry.Issue();
        var first = registry.Server.Office.Lists.Current;
        Assert.Equal(TimeSpan.FromHours(24), first.Until - first.AsOf);
        time.Advance(SignedLists.Renewal - TimeSpan.FromMinutes(6));
        Assert.Same(first, registry.Server.Office.Lists.Current);
        time.Advance(TimeSpan.FromMinutes(12));
        var second = registry.Server.Office.Lists.Current;
        Assert.True(second.AsOf > first.AsOf);
        var token = (await Snapshot(registry)).Token;
        Assert.Equal((second.AsOf, TimeSpan.FromSeconds(300)), (token.IssuedAt, token.TimeToLive!.Value));
        // The clock is set back over a restart.
        time.Advance(-TimeSpan.FromMinutes(30));
        await registry.Restart();
        Assert.Equal(second.AsOf, registry.Server.Office.Lists.Current.AsOf);
    }

    [Fact]
    public async Task A_wake_up_comes_after_the_list_that_it_speaks_of()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        using var stream = await registry.Http.GetStreamAsync($"{registry.Address}/wakeups");
        using var reader = new StreamReader(stream);
        Assert.Equal(1, await Event(reader));
        var change = registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        Assert.Equal(2, await Event(reader));
        Assert.Equal(2, (await Snapshot(registry)).Token.Edition);
        Assert.Equal(HttpStatusCode.OK, (await change).Status);

        // Who knows the newest number waits; who knows an older one is told at once.
        using var newest = await Listen(registry, "2");
        Assert.StartsWith(":", await newest.ReadLineAsync(), StringComparison.Ordinal);
        using var older = await Listen(registry, "1");
        Assert.Equal(2, await Event(older));
        await registry.Issue(model: "Other");
        Assert.Equal(3, await Event(newest));
        Assert.Equal(3, await Event(older));
        Assert.Equal(3, await Event(reader));
    }

    [Fact]
    public async Task Listeners_are_bounded_and_leave()
    {
        await using var registry = await RunningRegistry.Bare();
        var wakeups = registry.Server.Office.Wakeups;
        // The registry itself may listen too.
        await Task.Delay(200);
        var before = wakeups.Listeners;
        var mine = Enumerable.Range(0, Wakeups.Most - before).Select(_ => wakeups.Listen(out var _)!).ToList();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await registry.Get("/wakeups")).Status);
        foreach (var one in mine) wakeups.Leave(one);
        using (var reader = await Listen(registry, null)) Assert.Equal(0, await Event(reader));
        for (var i = 0; i < 600 && wakeups.Listeners > before; i++) await Task.Delay(50);
        Assert.Equal(before, wakeups.Listeners);
    }

    private static async Task<StreamReader> Listen(RunningRegistry registry, string? last)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{registry.Address}/wakeups");
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        var response = await registry.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    // The next event's number; its id and its data say the same.
    private static async Task<long> Event(StreamReader reader)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        long? id = null;
        while (await reader.ReadLineAsync(late.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture);
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            Assert.Equal($"data: {{\"number\":{id}}}", line);
            return id!.Value;
        }
        throw new InvalidOperationException("the stream ended");
    }

    private static async Task<StatusSnapshot> Snapshot(RunningRegistry registry) =>
        StatusSnapshot.Of((await registry.Get("/status/1")).Bytes, (await registry.Get("/notices/1")).Bytes, TrustList.Read((await registry.Get("/trust.json")).Bytes, "registry"), registry.Time.GetUtcNow());
}
