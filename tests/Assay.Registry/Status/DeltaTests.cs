using System.Net;
using Assay.Labels.Status;
using Assay.Labels.Trust;
using Assay.Registry.Status;

namespace Assay.Registry.Tests.Status;

/// <summary>Who has an edition of the status list follows the signed deltas to the newest one, over changes, renewals and restarts.</summary>
public class DeltaTests
{
    [Fact]
    public async Task From_every_edition_a_delta_leads_to_the_next()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var list = await Snapshot(registry);
        Assert.Equal(1, list.Token.Edition);
        foreach (var state in new[] { "suspended", "inForce", "withdrawn" })
        {
            await registry.Change(id, $$"""{ "state": "{{state}}", "reason": "x" }""");
            var delta = await registry.Get(FormattableString.Invariant($"/status/1/delta/{list.Token.Edition}"));
            Assert.Equal((HttpStatusCode.OK, StatusDelta.MediaType), (delta.Status, delta.Content.ContentType!.ToString()));
            list = list.After(delta.Bytes, (await registry.Get("/notices/1")).Bytes, await Trust(registry), registry.Time.GetUtcNow());
            var whole = await Snapshot(registry);
            Assert.Equal((whole.Token.Edition, whole.AsOf, whole.Until), (list.Token.Edition, list.AsOf, list.Until));
            Assert.Equal(whole.Token.List.Compressed(), list.Token.List.Compressed());
            Assert.Null(list.WithoutNotices);
            var tag = delta.Headers.ETag!.ToString();
            Assert.Equal(HttpStatusCode.NotModified, (await registry.Send(HttpMethod.Get, FormattableString.Invariant($"/status/1/delta/{list.Token.Edition - 1}"), null, null, ("If-None-Match", tag))).Status);
        }
        foreach (var none in new[] { "4", "99", "-1", "x", "..%2fstatus-1", "1.cwt", "99999999999999999999" }) Assert.Equal(HttpStatusCode.NotFound, (await registry.Get($"/status/1/delta/{none}")).Status);
    }

    [Fact]
    public async Task The_last_so_many_are_kept()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        for (var i = 0; i < SignedLists.KeptDeltas + 3; i++) await registry.Change(id, $$"""{ "state": "{{(i % 2 == 0 ? "suspended" : "inForce")}}", "reason": "x" }""");
        var newest = registry.Server.Office.Lists.Current.Edition;
        Assert.Equal(SignedLists.KeptDeltas, Directory.GetFiles(Path.Combine(registry.Folder, "public", "delta-1")).Length);
        Assert.Equal(HttpStatusCode.OK, (await registry.Get(FormattableString.Invariant($"/status/1/delta/{newest - SignedLists.KeptDeltas}"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get(FormattableString.Invariant($"/status/1/delta/{newest - SignedLists.KeptDeltas - 1}"))).Status);
    }

    [Fact]
    public async Task A_renewal_renews_the_newest_delta_and_a_restart_goes_on_from_the_list_on_the_disk()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        static Assay.Registry.Storage.RegistrySettings At(Assay.Registry.Storage.RegistrySettings s) => s with { Address = "http://registry.example" };
        await using var registry = await RunningRegistry.Start(time, At);
        var id = await registry.Issue();
        var first = await Snapshot(registry);
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        time.Advance(SignedLists.Renewal + TimeSpan.FromMinutes(10));
        var renewed = await Snapshot(registry);
        Assert.True(renewed.AsOf > first.AsOf);
        var list = first.After((await registry.Get("/status/1/delta/1")).Bytes, null, await Trust(registry), time.GetUtcNow());
        Assert.Equal(renewed.AsOf, list.AsOf);

        await registry.Restart(settings: At);
        await registry.Change(id, """{ "state": "inForce", "reason": "x" }""");
        list = list.After((await registry.Get("/status/1/delta/2")).Bytes, null, await Trust(registry), time.GetUtcNow());
        Assert.Equal((await Snapshot(registry)).Token.List.Compressed(), list.Token.List.Compressed());

        // A list that is lost, or is of another address, is no base: nothing leads from there.
        await registry.Restart(() => File.Delete(Path.Combine(registry.Folder, "public", "status-1.cwt")), At);
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        Assert.Equal(HttpStatusCode.OK, (await registry.Get("/status/1/delta/3")).Status);
        await registry.Restart(() => File.Delete(Path.Combine(registry.Folder, "public", "delta-1", "3.cwt")), s => s with { Address = "http://other.example" });
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get("/status/1/delta/3")).Status);
    }

    private static async Task<TrustList> Trust(RunningRegistry registry) => TrustList.Read((await registry.Get("/trust.json")).Bytes, "registry");

    private static async Task<StatusSnapshot> Snapshot(RunningRegistry registry) =>
        StatusSnapshot.Of((await registry.Get("/status/1")).Bytes, (await registry.Get("/notices/1")).Bytes, await Trust(registry), registry.Time.GetUtcNow());
}
