using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Registry.Labels;
using Assay.Registry.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Assay.Registry.Status;

/// <summary>
/// The registry's acts, one at a time: into the log, from the log into the rows, from the rows into the signed lists, then the wake-up. Rows of labels and of their
/// history are written from entries of the log and from nothing else. So a stop between two steps is made good at the next start, by the same code; and a lost
/// database is made anew out of log and folders, but for the names.
/// </summary>
public sealed class Ledger : IDisposable
{
    public const string Schema = """
        create table if not exists acts (commitment blob primary key, salt blob, person text);
        create index if not exists acts_of_person on acts (person);
        create table if not exists indexed (one integer primary key check (one = 1), size integer not null);
        insert or ignore into indexed (one, size) values (1, 0);
        """;
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(5);

    private readonly RegistrySettings settings;
    private readonly RegistryKeys keys;
    private readonly Database database;
    private readonly LabelShelf shelf;
    private readonly SignedLists lists;
    private readonly Wakeups wakeups;
    private readonly TimeProvider time;
    private readonly string origin;
    private readonly Lock acting = new(), receiving = new();
    private readonly ITimer renewal;
    private LogWriter? log;

    public Ledger(RegistrySettings settings, RegistryKeys keys, Database database, LabelShelf shelf, SignedLists lists, Wakeups wakeups, TimeProvider time)
    {
        this.settings = settings;
        this.keys = keys;
        this.database = database;
        this.shelf = shelf;
        this.lists = lists;
        this.wakeups = wakeups;
        this.time = time;
        origin = Origin(settings);
        lock (acting)
        {
            var size = Open().Size;
            shelf.Sweep();
            database.Write((c, t) => c.Execute("delete from acts where commitment not in (select commitment from history where commitment is not null)", transaction: t));
            lists.Publish(size);
            wakeups.Tell(size);
        }
        renewal = time.CreateTimer(_ => Renew(), null, Look, Look);
    }

    /// <summary>The log's folder.</summary>
    public string Folder => settings.File("log");

    /// <summary>Does one act; nobody else acts meanwhile.</summary>
    /// <param name="prepare">Checks what must hold, writes what the entry speaks of, and gives the entry; or refuses, and nothing happened.</param>
    public ChangeReceipt Act(Func<LogEntry> prepare) => ActAll([prepare]);

    /// <summary>Several acts under one checkpoint, one list and one wake-up: all of them, or none.</summary>
    /// <returns>The receipt of the last.</returns>
    public ChangeReceipt ActAll(IReadOnlyList<Func<LogEntry>> prepare)
    {
        lock (acting)
        {
            var writer = Open();
            var entries = prepare.Select(p => p()).ToList();
            long first;
            try
            {
                first = writer.AppendAll([.. entries.Select(e => (ReadOnlyMemory<byte>)e.Sign(e.Issued is null ? keys.Status : keys.Issuer))]);
            }
            catch (IOException)
            {
                // Whether the entries are in the log, the next opening says.
                writer.Dispose();
                log = null;
                throw;
            }
            CatchUp(writer.Size);
            lists.Publish(writer.Size);
            wakeups.Tell(writer.Size);
            return new ChangeReceipt(writer.Size, first + entries.Count - 1);
        }
    }

    /// <summary>The label's entry with the log's receipt (docs/log.md): made when it is first asked for, kept beside the label's files, the same from then on.</summary>
    public byte[] Receipt(LabelRecord label)
    {
        if (shelf.File(label.Id, LabelShelf.Receipt) is { } kept) return kept;
        lock (receiving)
        {
            if (shelf.File(label.Id, LabelShelf.Receipt) is { } meanwhile) return meanwhile;
            var reader = new LogReader(LogReader.Folder(Folder));
            var statement = SignedStatement.With(reader.Entry(label.LogIndex), [Assay.Labels.Log.Receipt.Sign(keys.Log, reader, label.LogIndex)]);
            shelf.Keep(label.Id, LabelShelf.Receipt, statement);
            return statement;
        }
    }

    private LogWriter Open()
    {
        log ??= LogWriter.Open(Folder, origin, keys.Log, time);
        CatchUp(log.Size);
        return log;
    }

    // Entries that the rows do not show yet: usually the one that was just appended.
    private void CatchUp(long size)
    {
        var indexed = database.Read(c => c.ExecuteScalar<long>("select size from indexed"));
        if (indexed > size) throw new UnreadableException($"a log of at least {indexed} entries in {Folder}, as the database knows it", $"one of {size}: an older copy", 0);
        if (indexed == size) return;
        var reader = new LogReader(LogReader.Folder(Folder));
        database.Write((c, t) =>
        {
            for (var i = indexed; i < size; i++) Apply(c, t, i, LogEntry.Read(reader.Entry(i)));
            c.Execute("update indexed set size = @size", new { size }, t);
        });
    }

    private void Apply(SqliteConnection c, SqliteTransaction t, long index, LogEntry entry)
    {
        var label = Convert.ToHexStringLower(entry.Label.Span);
        if (entry.Issued is { } issued)
        {
            LabelShelf.Insert(c, t, shelf.Describe(label, issued, index));
            return;
        }
        var changed = entry.Changed!;
        var standing = Standings.Of(changed.Kind);
        var at = LabelShelf.Time(entry.At);
        c.Execute("update labels set standing = @standing, update_below = @UpdateBelow, since = @at where id = @label", new { standing = standing.ToString(), changed.UpdateBelow, at, label }, t);
        c.Execute("""
            insert into history (log_index, label, at, standing, update_below, reason, role, look_again, case_id, commitment)
            values (@index, @label, @at, @standing, @UpdateBelow, @Reason, @Role, @look, @Case, @commitment)
            """, new
        {
            index,
            label,
            at,
            standing = standing.ToString(),
            changed.UpdateBelow,
            changed.Reason,
            changed.Role,
            look = changed.LookAgain?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            changed.Case,
            commitment = changed.Commitment.ToArray(),
        }, t);
    }

    // The lists end after a day; long before that they are signed anew, whether or not anything changed.
    private void Renew()
    {
        try
        {
            lock (acting)
            {
                if (lists.IsDue) lists.Publish(Open().Size);
            }
        }
        catch (Exception failed) when (failed is IOException or SqliteException or UnreadableException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"assay serve: the status list could not be signed anew: {failed.Message}");
        }
    }

    // A log keeps its name for ever, whatever the registry's address becomes.
    private static string Origin(RegistrySettings settings)
    {
        var file = Path.Combine(settings.File("log"), LogWriter.KeyFile);
        if (File.Exists(file)) return LogVerifier.Read(Encoding.UTF8.GetString(File.ReadAllBytes(file))).Name;
        return $"{(settings.Address is { } address ? new Uri(address).Authority : settings.Issuer)}/log";
    }

    public void Dispose()
    {
        renewal.Dispose();
        lock (acting) log?.Dispose();
    }
}
