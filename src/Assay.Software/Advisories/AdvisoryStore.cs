using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Matching;
using Microsoft.Data.Sqlite;

namespace Assay.Software.Advisories;

/// <summary>Every advisory that was imported, in one SQLite file. Derived from the imported files: it can be deleted and made again.</summary>
/// <remarks>
/// One file is one transaction: a program that is killed in the middle leaves the store as it was before that file, and running it again imports the rest, because files that
/// are in already are known by their digest. An object may be used by several threads, one at a time gets in; several programs may open the same file.
/// </remarks>
public sealed class AdvisoryStore : IDisposable
{
    /// <summary>Of the tables below, and of the names under which records are found (<see cref="Matcher.ProductKeys"/>): raised when either changes. A store with a higher number comes from a newer program; one with a lower number is written anew from its own records.</summary>
    private const int Layout = 2;
    /// <summary>Raised when a reader reads more than before: files that an older one read are read again.</summary>
    private const int Reader = 2;
    private const int MostFileBytes = 1 << 30, MostLinked = 64;

    private readonly SqliteConnection connection;
    private readonly TimeProvider time;
    private readonly Lock access = new();
    private readonly SqliteCommand linked, named;
    private Writing? writing;

    private AdvisoryStore(SqliteConnection connection, TimeProvider time)
    {
        this.connection = connection;
        this.time = time;
        linked = Command(connection, "SELECT a.key, a.record, a.modified FROM name n JOIN advisory a ON a.key = n.advisory WHERE n.name = $name", "$name");
        named = Command(connection, "SELECT a.key, a.source, a.id FROM product p JOIN advisory a ON a.key = p.advisory WHERE p.product = $product", "$product");
    }

    /// <summary>Opens a store, or makes an empty one. An older one is brought to the present layout, whole or not at all.</summary>
    /// <param name="time">Stamps imports; the system's clock where it is null.</param>
    /// <exception cref="UnreadableException">The file is no store, is damaged, or comes from a newer program.</exception>
    public static AdvisoryStore Open(string file, TimeProvider? time = null)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
            var version = Version(connection);
            if (version > Layout) throw new UnreadableException($"an advisory store of layout {Layout} or older", $"layout {version}: a newer Assay wrote {file}; use that one, or delete the file and import again", 0);
            if (version == 0)
            {
                if ((long)Scalar(connection, "SELECT count(*) FROM sqlite_master")! > 0) throw new UnreadableException("an advisory store", $"another SQLite database in {file}", 0);
                Run(connection, "PRAGMA journal_mode=WAL");
            }
            Run(connection, "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY");
            if (version < Layout)
            {
                // Two programs may meet here: the second one waits, and finds the tables.
                using var making = connection.BeginTransaction();
                version = Version(connection, making);
                if (version == 0) Run(connection, Tables, making);
                else if (version < Layout) Upgrade(connection, making);
                making.Commit();
            }
            return new AdvisoryStore(connection, time ?? TimeProvider.System);
        }
        catch (Exception bad) when (bad is SqliteException or System.Text.Json.JsonException or KeyNotFoundException)
        {
            connection.Dispose();
            throw new UnreadableException("an advisory store", $"{file}: {bad.Message}", 0);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string Tables => $"""
        CREATE TABLE advisory (key INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, modified TEXT, digest BLOB NOT NULL, exploited INTEGER NOT NULL, ranged INTEGER NOT NULL, record BLOB NOT NULL, UNIQUE (source, id));
        CREATE TABLE name (name TEXT NOT NULL, advisory INTEGER NOT NULL, PRIMARY KEY (name, advisory)) WITHOUT ROWID;
        CREATE TABLE product (product TEXT NOT NULL, advisory INTEGER NOT NULL, PRIMARY KEY (product, advisory)) WITHOUT ROWID;
        CREATE INDEX name_of ON name (advisory);
        CREATE INDEX product_of ON product (advisory);
        CREATE TABLE forecast (id TEXT PRIMARY KEY, probability REAL NOT NULL, percentile REAL NOT NULL, day TEXT) WITHOUT ROWID;
        CREATE TABLE file (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, imported TEXT NOT NULL, read INTEGER NOT NULL, lost INTEGER NOT NULL, reader INTEGER NOT NULL DEFAULT 0);
        PRAGMA user_version = {Layout};
        """;

    /// <summary>The records of an older store in new tables. Layout 1 had texts where keys are now; its list of files lacks who read them.</summary>
    private static void Upgrade(SqliteConnection connection, SqliteTransaction transaction)
    {
        Run(connection, """
            DROP INDEX IF EXISTS name_of; DROP INDEX IF EXISTS product_of; DROP TABLE name; DROP TABLE product;
            ALTER TABLE advisory RENAME TO old_advisory; ALTER TABLE forecast RENAME TO old_forecast; ALTER TABLE file RENAME TO old_file;
            """, transaction);
        Run(connection, Tables, transaction);
        using (var writing = new Writing(connection))
        using (var command = connection.CreateCommand())
        {
            writing.Begin(transaction);
            command.Transaction = transaction;
            command.CommandText = "SELECT record, modified FROM old_advisory ORDER BY source, id";
            using var rows = command.ExecuteReader();
            while (rows.Read()) writing.Put(Record((byte[])rows[0], rows.IsDBNull(1) ? null : rows.GetString(1)));
        }
        Run(connection, """
            INSERT INTO forecast SELECT id, probability, percentile, day FROM old_forecast;
            INSERT INTO file SELECT sha256, name, kind, imported, read, lost, 0 FROM old_file;
            DROP TABLE old_advisory; DROP TABLE old_forecast; DROP TABLE old_file;
            """, transaction);
    }

    private static long Version(SqliteConnection connection, SqliteTransaction? transaction = null) => (long)(Scalar(connection, "PRAGMA user_version", transaction) ?? 0L);

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters) command.Parameters.Add(new SqliteParameter(parameter, null));
        return command;
    }

    private static Advisory Record(byte[] record, string? modified)
    {
        var advisory = AdvisoryJson.Read(record);
        return advisory.Modified is null && modified is not null ? advisory with { Modified = JsonReading.TimeOf(modified) } : advisory;
    }

    /// <summary>Imports one file; see the other overload.</summary>
    /// <exception cref="BudgetException">The stream holds more than 1 GiB.</exception>
    public ImportResult Import(string name, Stream file)
    {
        using var buffer = new MemoryStream();
        var step = new byte[1 << 16];
        for (int read; (read = file.Read(step)) > 0;)
        {
            if (buffer.Length + read > MostFileBytes) throw new BudgetException("file", MostFileBytes);
            buffer.Write(step, 0, read);
        }
        return Import(name, buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    /// <summary>Imports one file of any known form. What cannot be read is told in the result and loses nothing else; bytes that were read before are not read again.</summary>
    /// <param name="progress">Told from time to time how many records were read.</param>
    public ImportResult Import(string name, ReadOnlyMemory<byte> file, Action<int>? progress = null) => Import(name, file, keep: true, progress);

    /// <summary>What <see cref="Import(string, ReadOnlyMemory{byte}, Action{int})"/> would do; the store stays as it is.</summary>
    public ImportResult Foresee(string name, ReadOnlyMemory<byte> file) => Import(name, file, keep: false, null);

    private ImportResult Import(string name, ReadOnlyMemory<byte> file, bool keep, Action<int>? progress)
    {
        lock (access)
        {
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Span));
            if (Known(sha256) is { } before)
                return new ImportResult { Name = name, Kind = before.Kind, Sha256 = sha256, Read = before.Read, Unchanged = before.Read, Skipped = true };
            var (fresh, changed, unchanged, older, seen) = (new List<string>(), new List<string>(), 0, 0, 0);
            var aliases = new List<string>();
            using var transaction = connection.BeginTransaction();
            writing ??= new Writing(connection);
            writing.Begin(transaction);
            var reading = AdvisoryFile.Of(name, file, advisory =>
            {
                switch (writing.Put(advisory))
                {
                    case Outcome.New:
                        fresh.Add(advisory.Id);
                        aliases.AddRange(advisory.Aliases);
                        break;
                    case Outcome.Changed:
                        changed.Add(advisory.Id);
                        aliases.AddRange(advisory.Aliases);
                        break;
                    case Outcome.Older: older++; break;
                    default: unchanged++; break;
                }
                if ((++seen & 0xff) == 0) progress?.Invoke(seen);
            }, (id, forecast) =>
            {
                writing.Put(id, forecast);
                if ((++seen & 0xfff) == 0) progress?.Invoke(seen);
            });
            if (reading.Kind is { } kind && keep)
            {
                writing.PutFile(sha256, name, kind, time.GetUtcNow(), reading.Read, reading.Losses.Count);
                transaction.Commit();
            }
            return new ImportResult
            {
                Name = name,
                Kind = reading.Kind,
                Sha256 = sha256,
                Read = reading.Read,
                New = fresh,
                Changed = changed,
                Aliases = aliases,
                Unchanged = unchanged,
                Older = older,
                IsDamaged = reading.IsDamaged,
                Losses = reading.Losses,
            };
        }
    }

    /// <summary>A file that was read whole by a reader of today. One with losses is read again, so that they are told again.</summary>
    private (string Kind, int Read)? Known(string sha256)
    {
        using var command = Command(connection, "SELECT kind, read FROM file WHERE sha256 = $sha256 AND lost = 0 AND reader = $reader", "$sha256", "$reader");
        command.Parameters[0].Value = sha256;
        command.Parameters[1].Value = Reader;
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetString(0), row.GetInt32(1)) : null;
    }

    private enum Outcome { New, Changed, Unchanged, Older }

    /// <summary>The statements of imports, prepared once.</summary>
    private sealed class Writing : IDisposable
    {
        private readonly SqliteCommand find, add, put, putName, putProduct, dropNames, dropProducts, putForecast, putFile, touch;

        public Writing(SqliteConnection connection)
        {
            find = Command(connection, "SELECT key, modified, digest FROM advisory WHERE source = $source AND id = $id", "$source", "$id");
            add = Command(connection, "INSERT INTO advisory (source, id, modified, digest, exploited, ranged, record) VALUES ($source, $id, $modified, $digest, $exploited, $ranged, $record) RETURNING key",
                "$source", "$id", "$modified", "$digest", "$exploited", "$ranged", "$record");
            put = Command(connection, "UPDATE advisory SET modified = $modified, digest = $digest, exploited = $exploited, ranged = $ranged, record = $record WHERE key = $key",
                "$modified", "$digest", "$exploited", "$ranged", "$record", "$key");
            touch = Command(connection, "UPDATE advisory SET modified = $modified WHERE key = $key", "$modified", "$key");
            dropNames = Command(connection, "DELETE FROM name WHERE advisory = $key", "$key");
            dropProducts = Command(connection, "DELETE FROM product WHERE advisory = $key", "$key");
            putName = Command(connection, "INSERT OR IGNORE INTO name VALUES ($name, $key)", "$name", "$key");
            putProduct = Command(connection, "INSERT OR IGNORE INTO product VALUES ($product, $key)", "$product", "$key");
            putForecast = Command(connection, """
                INSERT INTO forecast VALUES ($id, $probability, $percentile, $day)
                ON CONFLICT (id) DO UPDATE SET probability = $probability, percentile = $percentile, day = $day WHERE $day IS NULL OR day IS NULL OR $day >= day
                """, "$id", "$probability", "$percentile", "$day");
            putFile = Command(connection, "INSERT OR REPLACE INTO file VALUES ($sha256, $name, $kind, $imported, $read, $lost, $reader)", "$sha256", "$name", "$kind", "$imported", "$read", "$lost", "$reader");
        }

        private SqliteCommand[] All => [find, add, put, putName, putProduct, dropNames, dropProducts, putForecast, putFile, touch];

        /// <summary>What follows belongs to this transaction.</summary>
        public void Begin(SqliteTransaction transaction)
        {
            foreach (var command in All) command.Transaction = transaction;
        }

        public Outcome Put(Advisory advisory)
        {
            var (source, id) = (EvidenceJson.Name(advisory.Source), advisory.Id);
            var record = AdvisoryJson.Write(advisory);
            var digest = SHA256.HashData(record);
            var modified = advisory.Modified is { } stamp ? EvidenceJson.Time(stamp) : null;
            Set(find, source, id);
            long? known = null;
            using (var row = find.ExecuteReader())
            {
                if (row.Read())
                {
                    known = row.GetInt64(0);
                    var held = row.IsDBNull(1) ? null : row.GetString(1);
                    var newer = modified is not null && (held is null || string.CompareOrdinal(modified, held) > 0);
                    if (digest.AsSpan().SequenceEqual((byte[])row[2]))
                    {
                        row.Close();
                        if (!newer) return Outcome.Unchanged;
                        Set(touch, modified, known);
                        touch.ExecuteNonQuery();
                        return Outcome.Unchanged;
                    }
                    // Times are RFC 3339 in UTC with microseconds: their order is that of their text.
                    if (modified is not null && held is not null && string.CompareOrdinal(modified, held) < 0) return Outcome.Older;
                }
            }
            var ranged = advisory.Ranges.Any(r => r.Versions is { Inside.Count: > 0 } || r.Standing != Standing.Affected);
            long key;
            if (known is { } old)
            {
                key = old;
                Set(put, modified, digest, advisory.Exploited ? 1 : 0, ranged ? 1 : 0, record, key);
                put.ExecuteNonQuery();
                Set(dropNames, key);
                dropNames.ExecuteNonQuery();
                Set(dropProducts, key);
                dropProducts.ExecuteNonQuery();
            }
            else
            {
                Set(add, source, id, modified, digest, advisory.Exploited ? 1 : 0, ranged ? 1 : 0, record);
                key = (long)add.ExecuteScalar()!;
            }
            foreach (var name in advisory.Names)
            {
                Set(putName, name, key);
                putName.ExecuteNonQuery();
            }
            foreach (var product in Matcher.ProductKeys(advisory))
            {
                Set(putProduct, product, key);
                putProduct.ExecuteNonQuery();
            }
            return known is null ? Outcome.New : Outcome.Changed;
        }

        public void Put(string id, ExploitForecast forecast)
        {
            Set(putForecast, id, forecast.Probability, forecast.Percentile, forecast.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            putForecast.ExecuteNonQuery();
        }

        public void PutFile(string sha256, string name, string kind, DateTimeOffset imported, int read, int lost)
        {
            Set(putFile, sha256, Shortened.Visible(name), kind, EvidenceJson.Time(imported), read, lost, Reader);
            putFile.ExecuteNonQuery();
        }

        private static void Set(SqliteCommand command, params ReadOnlySpan<object?> values)
        {
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        public void Dispose()
        {
            foreach (var command in All) command.Dispose();
        }
    }

    /// <summary>Every advisory that names a product which a component may be, and all others about the same vulnerabilities; those about one vulnerability together.</summary>
    /// <param name="keys">Its <see cref="ComponentNames.Keys"/>.</param>
    internal IReadOnlyList<IReadOnlyList<Advisory>> Groups(IEnumerable<string> keys)
    {
        lock (access)
        {
            var hits = new Dictionary<long, (string Source, string Id)>();
            foreach (var key in keys)
            {
                named.Parameters[0].Value = key;
                using var rows = named.ExecuteReader();
                while (rows.Read()) hits.TryAdd(rows.GetInt64(0), (rows.GetString(1), rows.GetString(2)));
            }
            var (groups, done) = (new List<IReadOnlyList<Advisory>>(), new HashSet<long>());
            foreach (var (key, hit) in hits.OrderBy(h => h.Value.Id, StringComparer.Ordinal).ThenBy(h => h.Value.Source, StringComparer.Ordinal))
            {
                if (!done.Contains(key)) groups.Add(Linked(hit.Id, done));
            }
            return groups;
        }
    }

    /// <summary>Every advisory about one vulnerability: those of this name, and those linked to them by their aliases. Empty where none is known.</summary>
    public IReadOnlyList<Advisory> About(string id)
    {
        lock (access) return Linked(id, []);
    }

    /// <param name="met">Keys of what is found are added.</param>
    private List<Advisory> Linked(string id, HashSet<long> met)
    {
        var (open, asked, found) = (new Queue<string>([id]), new HashSet<string>(StringComparer.Ordinal), new Dictionary<long, Advisory>());
        while (open.TryDequeue(out var name))
        {
            if (!asked.Add(name) || asked.Count > MostLinked) continue;
            linked.Parameters[0].Value = name;
            using var rows = linked.ExecuteReader();
            while (rows.Read())
            {
                var key = rows.GetInt64(0);
                if (found.ContainsKey(key)) continue;
                var advisory = found[key] = Record((byte[])rows[1], rows.IsDBNull(2) ? null : rows.GetString(2));
                met.Add(key);
                foreach (var alias in advisory.Names) open.Enqueue(alias);
            }
        }
        return found.Count == 1 ? [.. found.Values] : [.. found.Values.OrderBy(a => a.Source).ThenBy(a => a.Id, StringComparer.Ordinal)];
    }

    /// <summary>EPSS of a vulnerability, or null.</summary>
    public ExploitForecast? Forecast(string id)
    {
        lock (access)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT probability, percentile, day FROM forecast WHERE id = $id";
            command.Parameters.AddWithValue("$id", id);
            using var row = command.ExecuteReader();
            return row.Read() ? new ExploitForecast(row.GetDouble(0), row.GetDouble(1), row.IsDBNull(2) ? null : JsonReading.DayOf(row.GetString(2))) : null;
        }
    }

    public StoreStatus Status()
    {
        lock (access)
        {
            var (sources, files) = (new List<SourceStatus>(), new List<FileStatus>());
            using (var command = connection.CreateCommand())
            {
                command.CommandText = """
                    SELECT source, count(*), max(modified), sum(exploited), sum(1 - ranged) FROM advisory GROUP BY source
                    UNION ALL SELECT 'epss', count(*), max(day), 0, 0 FROM forecast HAVING count(*) > 0 ORDER BY 1
                    """;
                using var rows = command.ExecuteReader();
                while (rows.Read()) sources.Add(new SourceStatus(rows.GetString(0), rows.GetInt32(1), rows.IsDBNull(2) ? null : JsonReading.TimeOf(rows.GetString(2)), rows.GetInt32(3), rows.GetInt32(4)));
            }
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "SELECT name, kind, sha256, imported, read, lost FROM file ORDER BY imported, name, sha256";
                using var rows = command.ExecuteReader();
                while (rows.Read()) files.Add(new FileStatus(rows.GetString(0), rows.GetString(1), rows.GetString(2), JsonReading.TimeOf(rows.GetString(3)) ?? default, rows.GetInt32(4), rows.GetInt32(5)));
            }
            return new StoreStatus { Sources = sources, Files = files, Snapshot = Digest() };
        }
    }

    /// <summary>SHA-256 over every record, forecasts included: two stores with the same digest give the same answers. 64 lower-case digits.</summary>
    public string SnapshotDigest
    {
        get
        {
            lock (access) return Digest();
        }
    }

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT source, id, digest FROM advisory ORDER BY source, id";
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{rows.GetString(0)}\0{rows.GetString(1)}\0"));
                hash.AppendData((byte[])rows[2]);
            }
        }
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT id, probability, percentile, day FROM forecast ORDER BY id";
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                var day = rows.IsDBNull(3) ? "" : rows.GetString(3);
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"epss\0{rows.GetString(0)}\0{rows.GetDouble(1):r}\0{rows.GetDouble(2):r}\0{day}\0")));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static object? Scalar(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Run(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        writing?.Dispose();
        linked.Dispose();
        named.Dispose();
        connection.Dispose();
    }
}
