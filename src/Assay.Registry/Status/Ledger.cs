using Assay.Registry.Labels;
using Assay.Registry.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Assay.Registry.Status;

/// <summary>One act at a time: into the log, from the log into the rows, then whatever follows from the rows.</summary>
public sealed class Ledger(Database database, Wakeups wakeups)
{
    public const string Schema = """
        create table if not exists acts (commitment blob primary key, salt blob, person text);
        create table if not exists indexed (one integer primary key check (one = 1), size integer not null);
        insert or ignore into indexed (one, size) values (1, 0);
        """;

    private readonly Lock acting = new();
    private readonly List<LogAct> log = [];

    public ChangeReceipt Act(Func<LogAct> prepare)
    {
        lock (acting)
        {
            log.Add(prepare());
            CatchUp();
            wakeups.Tell(log.Count);
            return new ChangeReceipt(log.Count, log.Count - 1);
        }
    }

    private void CatchUp() => database.Write((c, t) =>
    {
        for (var i = c.ExecuteScalar<long>("select size from indexed", transaction: t); i < log.Count; i++)
        {
            if (log[(int)i] is StandingChanged changed) Apply(c, t, i, changed);
        }
        c.Execute("update indexed set size = @size", new { size = log.Count }, t);
    });

    private static void Apply(SqliteConnection c, SqliteTransaction t, long index, StandingChanged changed)
    {
        var at = LabelShelf.Time(changed.At);
        c.Execute("update labels set standing = @standing, update_below = @UpdateBelow, since = @at where id = @Label", new { standing = changed.To.ToString(), changed.UpdateBelow, at, changed.Label }, t);
        c.Execute("""
            insert into history (log_index, label, at, standing, update_below, reason, role, look_again, case_id, commitment)
            values (@index, @Label, @at, @standing, @UpdateBelow, @Reason, @Role, @look, @Case, @commitment)
            """, new
        {
            index,
            changed.Label,
            at,
            standing = changed.To.ToString(),
            changed.UpdateBelow,
            changed.Reason,
            changed.Role,
            look = changed.LookAgain?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            changed.Case,
            commitment = changed.Commitment?.ToArray(),
        }, t);
    }
}
