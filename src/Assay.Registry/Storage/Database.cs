using Microsoft.Data.Sqlite;

namespace Assay.Registry.Storage;

/// <summary>The registry's one SQLite file: write-ahead log, every commit on the disk before it returns (synchronous=FULL). What the transparency log and the
/// folders hold is only indexed here; names, keys of people and cases live here alone.</summary>
public sealed class Database : IDisposable
{
    private readonly Lock writing = new();
    private readonly SqliteConnection writer;
    private readonly string reader;

    private Database(SqliteConnection writer, string reader)
    {
        this.writer = writer;
        this.reader = reader;
    }

    /// <param name="schemas">Of each feature: statements that may run again and again (<c>create table if not exists</c>).</param>
    public static Database Open(string file, params IEnumerable<string> schemas)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var text = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = 30 };
        var writer = new SqliteConnection(new SqliteConnectionStringBuilder(text.ConnectionString) { Pooling = false }.ConnectionString);
        writer.Open();
        using (var command = writer.CreateCommand())
        {
            command.CommandText = $"pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;\n{string.Join('\n', schemas)}";
            command.ExecuteNonQuery();
        }
        text.Mode = SqliteOpenMode.ReadWrite;
        return new Database(writer, text.ConnectionString);
    }

    /// <summary>Asks without waiting for who writes; sees the last whole commit.</summary>
    public T Read<T>(Func<SqliteConnection, T> ask)
    {
        using var connection = new SqliteConnection(reader);
        connection.Open();
        return ask(connection);
    }

    /// <summary>One transaction at a time: it is on the disk when this returns, or nothing of it when <paramref name="act"/> throws.</summary>
    public T Write<T>(Func<SqliteConnection, SqliteTransaction, T> act)
    {
        lock (writing)
        {
            using var transaction = writer.BeginTransaction(deferred: false);
            var result = act(writer, transaction);
            transaction.Commit();
            return result;
        }
    }

    public void Write(Action<SqliteConnection, SqliteTransaction> act) => Write((connection, transaction) =>
    {
        act(connection, transaction);
        return true;
    });

    /// <summary>Empties the write-ahead log into the file, so that nothing that was deleted lies about there.</summary>
    public void Settle()
    {
        lock (writing)
        {
            using var command = writer.CreateCommand();
            command.CommandText = "pragma wal_checkpoint(truncate)";
            command.ExecuteNonQuery();
        }
    }

    public void Dispose()
    {
        lock (writing) writer.Dispose();
        using var pool = new SqliteConnection(reader);
        SqliteConnection.ClearPool(pool);
    }
}
