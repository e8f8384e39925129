using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Registry.Status;
using Assay.Registry.Storage;
using Dapper;

namespace Assay.Registry.Tests.Storage;

/// <summary>A stop between any two steps of an act: what the next start makes of it.</summary>
public class HealTests
{
    [Fact]
    public async Task Files_without_an_entry_in_the_log_were_never_issued()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var labels = Path.Combine(registry.Folder, "labels");
        var never = Path.Combine(labels, "00112233445566ff");
        await registry.Restart(() =>
        {
            Directory.CreateDirectory(never);
            foreach (var file in Directory.EnumerateFiles(Path.Combine(labels, id))) File.Copy(file, Path.Combine(never, Path.GetFileName(file)));
        });
        Assert.False(Directory.Exists(never));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await registry.Get("/labels/00112233445566ff")).Status);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await registry.Get($"/labels/{id}")).Status);
    }

    [Fact]
    public async Task An_entry_without_a_row_is_shown_after_the_next_start_with_the_name_beside_it()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var settings = registry.Server.Office.Settings;
        var label = registry.Server.Office.Shelf.Find(id)!;
        var person = registry.Server.Office.People.All.Single(p => p.Name == "Aura Authority");
        await registry.Restart(() =>
        {
            // As far as StatusDesk gets before the rows: the name beside its commitment, then the entry.
            var salt = new byte[LogEntry.SaltBytes];
            var commitment = LogEntry.Commit(salt, person.Name);
            using (var database = Database.Open(settings.File("registry.db"), Office.Schemas))
                database.Write((c, t) => c.Execute("insert into acts (commitment, salt, person) values (@commitment, @salt, @Id)", new { commitment, salt, person.Id }, t));
            using var keys = RegistryKeys.Open(settings, _ => { });
            var origin = LogVerifier.Read(File.ReadAllText(Path.Combine(settings.File("log"), LogWriter.KeyFile))).Name;
            using var log = LogWriter.Open(settings.File("log"), origin, keys.Log, registry.Time);
            log.Append(new LogEntry
            {
                Issuer = settings.Issuer,
                Subject = label.Subject,
                At = registry.Time.GetUtcNow(),
                Label = Convert.FromHexString(id),
                Changed = new StatusChanged(label.Slot, LabelState.Suspended, NoticeKind.Suspended, null, "the function is reachable", "market surveillance", commitment, null, null),
            }.Sign(keys.Status));
        });
        Assert.Equal(Standing.Suspended, registry.Server.Office.Shelf.Find(id)!.Standing);
        var line = Assert.Single(registry.Server.Office.Shelf.History(id));
        Assert.Equal(("the function is reachable", "Aura Authority"), (line.Reason, line.By));
        Assert.Equal(LabelState.Suspended, StatusListToken.Read((await registry.Get("/status/1")).Bytes).List[(int)label.Slot]);
        Assert.Equal(2, registry.Server.Office.Wakeups.Number);
    }

    [Fact]
    public async Task A_name_beside_a_commitment_that_no_entry_has_is_not_kept()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        var settings = registry.Server.Office.Settings;
        await registry.Restart(() =>
        {
            using var database = Database.Open(settings.File("registry.db"), Office.Schemas);
            database.Write((c, t) => c.Execute("insert into acts (commitment, salt, person) values (zeroblob(32), zeroblob(16), 'x')", transaction: t));
        });
        Assert.Equal(1, registry.Server.Office.Database.Read(c => c.ExecuteScalar<long>("select count(*) from acts")));
        Assert.Equal("Aura Authority", registry.Server.Office.Shelf.History(id)[0].By);
    }

    [Fact]
    public async Task Lists_that_were_not_written_are_signed_at_the_next_start()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        await registry.Change(id, """{ "state": "withdrawn", "reason": "x" }""");
        await registry.Restart(() => Directory.Delete(Path.Combine(registry.Folder, "public"), true));
        Assert.Equal(LabelState.Withdrawn, StatusListToken.Read((await registry.Get("/status/1")).Bytes).List[(int)registry.Server.Office.Shelf.Find(id)!.Slot]);
        await registry.Restart(() => File.WriteAllText(Path.Combine(registry.Folder, "public", "status-1.cwt"), "torn"));
        Assert.Equal(2, StatusListToken.Read((await registry.Get("/status/1")).Bytes).Edition);
    }
}
