using System.Net;
using System.Text.Json;
using Assay.Exchange.Cases;
using Assay.Registry.Cases;

namespace Assay.Registry.Tests.Cases;

/// <summary>From an advisory to a consequence and back, over the interface (semantics.md section 4).</summary>
public class CaseTests
{
    private const string Suspend = """{ "decision": "suspend", "reason": "The shell is reachable.", "role": "market surveillance", "lookAgain": "2026-12-20" }""";

    private static ManualTime Noon() => new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_known_exploited_match_puts_the_label_under_review_by_itself_and_shows_the_chain()
    {
        await using var registry = await RunningRegistry.Start();
        var (hit, other) = (await registry.IssueWith("One", "busybox 1.36.1", "openssl 3.0.19"), await registry.IssueWith("Two", "busybox 1.37.0"));
        var id = await registry.OpenCase();
        Assert.Equal(("underReview", "inForce"), (await registry.State(hit), await registry.State(other)));
        var one = (await registry.Get($"/api/cases/{id}", registry.Csirt)).Json;
        Assert.Equal(("signal", "affected", "underReview", hit), (one.GetProperty("state").GetString(), one.GetProperty("certainty").GetString(), one.GetProperty("consequence").GetString(), one.GetProperty("label").GetString()));
        var chain = one.GetProperty("chains")[0];
        Assert.Equal("CVE-2026-1000", chain.GetProperty("advisory").GetProperty("id").GetString());
        Assert.Contains("kev", chain.GetProperty("advisory").Texts("sources"), StringComparison.Ordinal);
        Assert.Contains("nvd", chain.GetProperty("advisory").Texts("sources"), StringComparison.Ordinal);
        Assert.Equal(("busybox", "1.36.1"), (chain.GetProperty("component").GetProperty("name").GetString(), chain.GetProperty("component").GetProperty("version").GetString()));
        Assert.Equal(2, chain.GetProperty("inventory").GetProperty("components").GetInt32());
        Assert.Equal(registry.Server.Office.Shelf.Find(hit)!.Inventory, chain.GetProperty("inventory").GetProperty("digest").GetString());
        Assert.Equal(hit, chain.GetProperty("label").GetProperty("id").GetString());
        var line = Assert.Single(registry.Server.Office.Shelf.History(hit));
        Assert.Equal((Assay.Registry.Status.StatusDesk.Automatic, id, null), (line.Role, line.Case, line.By));
    }

    [Fact]
    public async Task Known_exploited_alone_without_versions_is_a_candidate_and_changes_no_status()
    {
        await using var registry = await RunningRegistry.Start();
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        var answer = (await registry.Import(Setting.Kev(("CVE-2026-1000", "busybox", "busybox")))).Json;
        Assert.Equal((0, 1), (answer.GetProperty("cases").GetArrayLength(), answer.GetProperty("candidates").GetArrayLength()));
        Assert.Equal("inForce", await registry.State(label));
        // The range arrives later: the same case, now affected.
        var later = (await registry.Import(Setting.Nvd("CVE-2026-1000", "busybox", "1.37.0"))).Json;
        Assert.Equal(answer.Texts("candidates"), later.Texts("changed"));
        Assert.Equal("underReview", await registry.State(label));
        Assert.Single(registry.Server.Office.Cases.All);
    }

    [Fact]
    public async Task The_same_file_again_opens_no_second_case_and_what_matches_nothing_says_so()
    {
        await using var registry = await RunningRegistry.Start();
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        await registry.OpenCase();
        var again = (await registry.Import(Setting.Kev(("CVE-2026-1000", "busybox", "busybox")))).Json;
        Assert.Equal((0, 0, "nothing in it is new"), (again.GetProperty("cases").GetArrayLength(), again.GetProperty("changed").GetArrayLength(), again.GetProperty("says").GetString()));
        var nothing = (await registry.Import(Setting.Kev(("CVE-2026-2000", "acme", "toaster")))).Json;
        Assert.Contains("none of it names a part", nothing.GetProperty("says").GetString(), StringComparison.Ordinal);
        Assert.Single(registry.Server.Office.Cases.All);
        Assert.Single(registry.Server.Office.Shelf.History(label));
        var wrong = await registry.Import("not an advisory");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
    }

    [Fact]
    public async Task A_label_issued_later_meets_the_advisories_that_were_there_before()
    {
        await using var registry = await RunningRegistry.Start();
        await registry.Import(Setting.Nvd("CVE-2026-1000", "busybox", "1.37.0"));
        await registry.Import(Setting.Kev(("CVE-2026-1000", "busybox", "busybox")));
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        for (var i = 0; i < 600 && await registry.State(label) == "inForce"; i++) await Task.Delay(50);
        Assert.Equal("underReview", await registry.State(label));
    }

    [Fact]
    public async Task A_person_triages_states_awareness_suspends_and_lifts_and_every_step_is_kept_with_role_and_name()
    {
        await using var registry = await RunningRegistry.Start(Noon());
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        var id = await registry.OpenCase();
        async Task<JsonElement> Act(string act, string body, string? key = null)
        {
            var answer = await registry.Post($"/api/cases/{id}/{act}", key ?? registry.Authority, body);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
            return answer.Json;
        }
        Assert.Equal("triage", (await Act("triage", """{ "assessment": "reachable from the network" }""", registry.Csirt)).GetProperty("state").GetString());
        var aware = await Act("aware", """{ "since": "2026-11-23T10:00:00Z", "reason": "reproduced on a device" }""", registry.Csirt);
        Assert.Equal("2026-11-24T10:00:00.000000Z", aware.GetProperty("clocks")[0].GetProperty("due").GetString());
        Assert.Equal("Lumen", aware.GetProperty("clocks")[0].GetProperty("actor").GetString());
        var suspended = await Act("decision", Suspend);
        Assert.Equal(("suspended", "suspended"), (suspended.GetProperty("consequence").GetString(), await registry.State(label)));
        Assert.Equal("Aura Authority", suspended.GetProperty("decision").GetProperty("by").GetProperty("name").GetString());
        var history = registry.Server.Office.Shelf.History(label)[^1];
        Assert.Equal(("market surveillance", id, "Aura Authority", new DateOnly(2026, 12, 20)), (history.Role, history.Case, history.By, history.LookAgain!.Value));
        await Act("measure", """{ "since": "2026-11-23T11:00:00Z", "version": "1.2", "text": "An update without the shell." }""");
        Assert.Equal("1.2", registry.Server.Office.Shelf.Find(label)!.UpdateBelow);
        var update = await Act("decision", """{ "decision": "updateNeeded", "updateBelow": "1.2", "reason": "1.2 mends it", "lookAgain": "2026-12-20" }""");
        Assert.Equal(("updateNeeded", "updateNeeded"), (update.GetProperty("consequence").GetString(), await registry.State(label)));
        await Act("decision", """{ "decision": "resume", "reason": "all devices run 1.2", "lookAgain": "2027-01-20" }""");
        Assert.Equal("inForce", await registry.State(label));
        var notified = await Act("notified", """{ "duty": "earlyWarning", "sentAt": "2026-11-23T11:30:00Z", "to": "CSIRT of Example" }""");
        Assert.False(notified.GetProperty("clocks")[0].GetProperty("late").GetBoolean());
        Assert.Equal("closed", (await Act("close", """{ "reason": "settled" }""")).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await registry.Post($"/api/cases/{id}/triage", registry.Csirt, """{ "assessment": "x" }""")).Status);
        // The case's own rows hold ids: what is forgotten in the store of people is forgotten here.
        Assert.All(registry.Server.Office.Cases.Find(id)!.Events, e => Assert.DoesNotContain("Aura", e.By.Name, StringComparison.Ordinal));
        await registry.Restart();
        Assert.Equal(CaseState.Closed, registry.Server.Office.Cases.Find(id)!.State);
    }

    [Fact]
    public async Task An_emergency_suspension_ends_by_itself_unless_somebody_confirms_it()
    {
        var time = Noon();
        await using var registry = await RunningRegistry.Start(time);
        var (one, two) = (await registry.IssueWith("One", "busybox 1.36.1"), await registry.IssueWith("Two", "busybox 1.36.0"));
        await registry.OpenCase();
        foreach (var one_ in registry.Server.Office.Cases.All)
            Assert.Equal(HttpStatusCode.OK, (await registry.Post($"/api/cases/{one_.Id}/decision", registry.Authority, """{ "decision": "suspend", "emergency": true, "reason": "no time", "lookAgain": "2026-11-30" }""")).Status);
        var confirmed = registry.Server.Office.Cases.Shelf.OfLabel(two)[0].Id;
        Assert.Equal(HttpStatusCode.OK, (await registry.Post($"/api/cases/{confirmed}/confirm", registry.Authority, """{ "reason": "the lab agrees", "lookAgain": "2027-01-15" }""")).Status);
        Assert.Equal(new DateOnly(2027, 1, 15), registry.Server.Office.Shelf.History(two)[^1].LookAgain);
        time.Advance(TimeSpan.FromDays(8));
        // The watch looks once a minute: it may have been looking, at the old time, while the clock was put on.
        for (var i = 0; i < 600 && await registry.State(one) == "suspended"; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(50);
        }
        Assert.Equal(("underReview", "suspended"), (await registry.State(one), await registry.State(two)));
    }

    [Fact]
    public async Task Not_exploitable_here_is_signed_and_reopens_on_a_new_advisory_about_the_same_component()
    {
        await using var registry = await RunningRegistry.Start();
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        var id = await registry.OpenCase();
        var look = DateOnly.FromDateTime(registry.Time.GetUtcNow().UtcDateTime).AddDays(30).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var settled = await registry.Post($"/api/cases/{id}/decision", registry.Authority, $$"""{ "decision": "notExploitable", "justification": "vulnerable_code_not_in_execute_path", "reason": "No shell is started.", "lookAgain": "{{look}}" }""");
        Assert.True(settled.Status == HttpStatusCode.OK, settled.Text);
        Assert.Equal("inForce", await registry.State(label));
        var digest = settled.Json.GetProperty("decision").GetProperty("statement").GetString()!;
        var document = await registry.Get($"/vex/statements/{digest}", registry.Csirt);
        var signature = await registry.Get($"/vex/statements/{digest}.asc", registry.Csirt);
        var key = Exchange.Csaf.PgpCertificate.Read((await registry.Get("/csaf/openpgp-key.asc")).Bytes);
        key.Verify(document.Bytes, signature.Bytes, registry.Time.GetUtcNow());
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get($"/vex/statements/{digest}")).Status);
        // Another part: nothing. The same part: open again.
        await registry.Import(Setting.Nvd("CVE-2026-1001", "openssl", "9"));
        Assert.Equal("inForce", await registry.State(label));
        var reopened = (await registry.Import(Setting.Nvd("CVE-2026-1002", "busybox", "1.40"))).Json;
        Assert.Equal(id, reopened.Texts("changed"));
        Assert.Equal(("underReview", CaseState.Triage), (await registry.State(label), registry.Server.Office.Cases.Find(id)!.State));
    }

    [Fact]
    public async Task A_lying_statement_of_the_maker_changes_nothing_and_is_shown_with_what_contradicts_it()
    {
        await using var registry = await RunningRegistry.Start();
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        var id = await registry.OpenCase();
        var subject = registry.Server.Office.Shelf.Find(label)!.Subject;
        var vex = await registry.Import($$"""
            { "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://lumen.example/vex/1", "author": "Lumen", "timestamp": "2026-11-22T00:00:00Z", "version": 1, "statements": [
              { "vulnerability": { "name": "CVE-2026-1000" }, "products": [ { "@id": "urn:name:{{Uri.EscapeDataString(subject)}}" } ], "status": "not_affected", "justification": "component_not_present" } ] }
            """);
        Assert.True(vex.Status == HttpStatusCode.OK, vex.Text);
        Assert.Equal(id, vex.Json.Texts("changed"));
        Assert.Equal("underReview", await registry.State(label));
        var says = (await registry.Get($"/api/cases/{id}", registry.Csirt)).Json.GetProperty("chains")[1].GetProperty("makerSays")[0];
        Assert.Equal(("Lumen", "not_affected", false), (says.GetProperty("by").GetString(), says.GetProperty("status").GetString(), says.GetProperty("signed").GetBoolean()));
        Assert.Contains("busybox 1.36.1", says.GetProperty("contradiction").GetString(), StringComparison.Ordinal);
        Assert.Contains("contradicts", (await registry.Get($"/cases/{id}", registry.Csirt)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_authority_set_by_hand_is_not_lifted_by_a_case()
    {
        await using var registry = await RunningRegistry.Start();
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        await registry.Change(label, """{ "state": "suspended", "reason": "a recall" }""");
        var id = await registry.OpenCase();
        Assert.Equal("suspended", await registry.State(label));
        await registry.Post($"/api/cases/{id}/decision", registry.Authority, """{ "decision": "resume", "reason": "no case of ours", "lookAgain": "2027-03-20" }""");
        Assert.Equal("suspended", await registry.State(label));
        registry.Server.Office.Cases.SettleAll();
        Assert.Equal("suspended", await registry.State(label));
        // And a withdrawn label stays withdrawn.
        await registry.Change(label, """{ "state": "withdrawn", "reason": "the maker is gone" }""");
        await registry.OpenCase("CVE-2026-3000");
        Assert.Equal("withdrawn", await registry.State(label));
    }

    [Fact]
    public async Task Nobody_without_the_role_sees_a_case_or_acts_in_one()
    {
        await using var registry = await RunningRegistry.Start();
        await registry.IssueWith("One", "busybox 1.36.1");
        var id = await registry.OpenCase();
        foreach (var key in new[] { null, registry.Assessor, registry.Administrator })
        {
            var status = key is null ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden;
            foreach (var path in new[] { "/api/cases", $"/api/cases/{id}", "/cases", $"/cases/{id}", $"/api/cases/{id}/article14/earlyWarning", $"/api/cases/{id}/publications" })
                Assert.True((await registry.Get(path, key)).Status == status, path);
            foreach (var act in new[] { "triage", "aware", "decision", "confirm", "measure", "notified", "close", "publish" })
                Assert.Equal(status, (await registry.Post($"/api/cases/{id}/{act}", key, Suspend)).Status);
            Assert.Equal(status, (await registry.Send(HttpMethod.Post, "/api/advisories", key, new StringContent("{}"))).Status);
        }
        Assert.Single(registry.Server.Office.Cases.Find(id)!.Events);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get("/api/cases/C-2026-9999", registry.Csirt)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await registry.Post($"/api/cases/{id}/decision", registry.Authority, """{ "decision": "burn", "reason": "x" }""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await registry.Post($"/api/cases/{id}/decision", registry.Authority, """{ "decision": "suspend", "reason": "x", "lookAgain": "2020-01-01" }""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await registry.Post($"/api/cases/{id}/triage", registry.Authority, """{ "assessment": "x", "role": "registry" }""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await registry.Post($"/api/cases/{id}/triage", registry.Authority, """{ "assessment": "x" }""")).Status);
    }

    [Fact]
    public async Task The_drafts_name_the_actor_and_the_clock_and_nothing_is_sent()
    {
        await using var registry = await RunningRegistry.Start();
        await registry.IssueWith("One", "busybox 1.36.1");
        var id = await registry.OpenCase();
        await registry.Post($"/api/cases/{id}/aware", registry.Csirt, """{ "reason": "reproduced" }""");
        foreach (var stage in new[] { "earlyWarning", "notification", "finalReport" })
        {
            var draft = (await registry.Get($"/api/cases/{id}/article14/{stage}", registry.Csirt)).Json;
            Assert.Equal(("Lumen", false), (draft.GetProperty("actor").GetString(), draft.GetProperty("sent").GetBoolean()));
            Assert.Contains("Cleo Csirt", (await registry.Get($"/api/cases/{id}/article14/earlyWarning.txt", registry.Csirt)).Text, StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get($"/api/cases/{id}/article14/novel", registry.Csirt)).Status);
    }
}
