using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;
using Assay.Software.Matching;
using Microsoft.Data.Sqlite;

namespace Assay.Software.Advisories;

/// <summary>Every advisory that was imported, in one SQLite file. Derived from the imported files: it can be deleted and made again.</summary>
/// <remarks>
/// One file is one transaction: a program that is killed in the middle leaves the store as it was before that file. An object may be used by several threads,
/// one at a time gets in; several programs may open the same file.
/// </remarks>
public sealed class AdvisoryStore : IDisposable
{
    /// <summary>Of the tables below. A store with a higher number comes from a newer program.</summary>
    private const int Layout = 1;
    private const int MostFileBytes = 1 << 30, MostLinked = 64;

    private readonly SqliteConnection connection;
    private readonly TimeProvider time;
    private readonly Lock access = new();

    private AdvisoryStore(SqliteConnection connection, TimeProvider time)
    {
        this.connection = connection;
        this.time = time;
    }

    /// <summary>Opens a store, or makes an empty one.</summary>
    /// <param name="time">Stamps imports; the system's clock where it is null.</param>
    /// <exception cref="UnreadableException">The file is no store, is damaged, or comes from a newer program.</exception>
    public static AdvisoryStore Open(string file, TimeProvider? time = null)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
            var version = (long)(Scalar(connection, "PRAGMA user_version") ?? 0L);
            if (version > Layout) throw new UnreadableException($"an advisory store of layout {Layout} or older", $"layout {version}: a newer Assay wrote {file}; use that one, or delete the file and import again", 0);
            if (version == 0)
            {
                if ((long)Scalar(connection, "SELECT count(*) FROM sqlite_master")! > 0) throw new UnreadableException("an advisory store", $"another SQLite database in {file}", 0);
                Run(connection, "PRAGMA journal_mode=WAL");
                // Two programs may meet here: the second one finds the tables.
                using var making = connection.BeginTransaction();
                Run(connection, Tables, making);
                making.Commit();
            }
            Run(connection, "PRAGMA synchronous=NORMAL");
            return new AdvisoryStore(connection, time ?? TimeProvider.System);
        }
        catch (SqliteException bad)
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

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS advisory (source TEXT NOT NULL, id TEXT NOT NULL, modified TEXT, digest BLOB NOT NULL, exploited INTEGER NOT NULL, ranged INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (source, id));
        CREATE TABLE IF NOT EXISTS name (name TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (name, source, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS product (product TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (product, source, id)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS name_of ON name (source, id);
        CREATE INDEX IF NOT EXISTS product_of ON product (source, id);
        CREATE TABLE IF NOT EXISTS forecast (id TEXT PRIMARY KEY, probability REAL NOT NULL, percentile REAL NOT NULL, day TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS file (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, imported TEXT NOT NULL, read INTEGER NOT NULL, lost INTEGER NOT NULL);
        PRAGMA user_version = 1;
        """;

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

    /// <summary>Imports one file of any known form. What cannot be read is told in the result and loses nothing else.</summary>
    public ImportResult Import(string name, ReadOnlyMemory<byte> file)
    {
        lock (access)
        {
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Span));
            var (fresh, changed, unchanged, older) = (new List<string>(), new List<string>(), 0, 0);
            using var transaction = connection.BeginTransaction();
            using var writing = new Writing(connection, transaction);
            var reading = AdvisoryFile.Of(name, file, advisory =>
            {
                switch (writing.Put(advisory))
                {
                    case Outcome.New: fresh.Add(advisory.Id); break;
                    case Outcome.Changed: changed.Add(advisory.Id); break;
                    case Outcome.Older: older++; break;
                    default: unchanged++; break;
                }
            }, writing.Put);
            if (reading.Kind is { } kind)
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
                Unchanged = unchanged,
                Older = older,
                Losses = reading.Losses,
            };
        }
    }

    private enum Outcome { New, Changed, Unchanged, Older }

    /// <summary>The statements of one import, prepared once.</summary>
    private sealed class Writing : IDisposable
    {
        private readonly SqliteCommand find, put, putName, putProduct, dropNames, dropProducts, putForecast, putFile, touch;

        public Writing(SqliteConnection connection, SqliteTransaction transaction)
        {
            SqliteCommand Make(string sql, params ReadOnlySpan<string> parameters)
            {
                var command = connection.CreateCommand();
                command.Transaction = transaction;
                command.CommandText = sql;
                foreach (var parameter in parameters) command.Parameters.Add(new SqliteParameter(parameter, null));
                return command;
            }
            find = Make("SELECT modified, digest FROM advisory WHERE source = $source AND id = $id", "$source", "$id");
            put = Make("INSERT OR REPLACE INTO advisory VALUES ($source, $id, $modified, $digest, $exploited, $ranged, $record)", "$source", "$id", "$modified", "$digest", "$exploited", "$ranged", "$record");
            touch = Make("UPDATE advisory SET modified = $modified WHERE source = $source AND id = $id", "$source", "$id", "$modified");
            dropNames = Make("DELETE FROM name WHERE source = $source AND id = $id", "$source", "$id");
            dropProducts = Make("DELETE FROM product WHERE source = $source AND id = $id", "$source", "$id");
            putName = Make("INSERT OR IGNORE INTO name VALUES ($name, $source, $id)", "$name", "$source", "$id");
            putProduct = Make("INSERT OR IGNORE INTO product VALUES ($product, $source, $id)", "$product", "$source", "$id");
            putForecast = Make("""
                INSERT INTO forecast VALUES ($id, $probability, $percentile, $day)
                ON CONFLICT (id) DO UPDATE SET probability = $probability, percentile = $percentile, day = $day WHERE $day IS NULL OR day IS NULL OR $day >= day
                """, "$id", "$probability", "$percentile", "$day");
            putFile = Make("INSERT OR REPLACE INTO file VALUES ($sha256, $name, $kind, $imported, $read, $lost)", "$sha256", "$name", "$kind", "$imported", "$read", "$lost");
        }

        public Outcome Put(Advisory advisory)
        {
            var (source, id) = (EvidenceJson.Name(advisory.Source), advisory.Id);
            var record = AdvisoryJson.Write(advisory);
            var digest = SHA256.HashData(record);
            var modified = advisory.Modified is { } stamp ? EvidenceJson.Time(stamp) : null;
            Set(find, source, id);
            var known = false;
            using (var row = find.ExecuteReader())
            {
                if (row.Read())
                {
                    known = true;
                    var held = row.IsDBNull(0) ? null : row.GetString(0);
                    var newer = modified is not null && (held is null || string.CompareOrdinal(modified, held) > 0);
                    if (digest.AsSpan().SequenceEqual((byte[])row[1]))
                    {
                        row.Close();
                        if (!newer) return Outcome.Unchanged;
                        Set(touch, source, id, modified);
                        touch.ExecuteNonQuery();
                        return Outcome.Unchanged;
                    }
                    // Times are RFC 3339 in UTC with microseconds: their order is that of their text.
                    if (modified is not null && held is not null && string.CompareOrdinal(modified, held) < 0) return Outcome.Older;
                }
            }
            if (known)
            {
                Set(dropNames, source, id);
                dropNames.ExecuteNonQuery();
                Set(dropProducts, source, id);
                dropProducts.ExecuteNonQuery();
            }
            var ranged = advisory.Ranges.Any(r => r.Versions is { Inside.Count: > 0 });
            Set(put, source, id, modified, digest, advisory.Exploited ? 1 : 0, ranged ? 1 : 0, record);
            put.ExecuteNonQuery();
            foreach (var name in advisory.Names)
            {
                Set(putName, name, source, id);
                putName.ExecuteNonQuery();
            }
            foreach (var key in Matcher.ProductKeys(advisory))
            {
                Set(putProduct, key, source, id);
                putProduct.ExecuteNonQuery();
            }
            return known ? Outcome.Changed : Outcome.New;
        }

        public void Put(string id, ExploitForecast forecast)
        {
            Set(putForecast, id, forecast.Probability, forecast.Percentile, forecast.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            putForecast.ExecuteNonQuery();
        }

        public void PutFile(string sha256, string name, string kind, DateTimeOffset imported, int read, int lost)
        {
            Set(putFile, sha256, Shortened.Visible(name), kind, EvidenceJson.Time(imported), read, lost);
            putFile.ExecuteNonQuery();
        }

        private static void Set(SqliteCommand command, params ReadOnlySpan<object?> values)
        {
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        public void Dispose()
        {
            foreach (var command in new[] { find, put, putName, putProduct, dropNames, dropProducts, putForecast, putFile, touch }) command.Dispose();
        }
    }

    /// <summary>Every advisory that names a product which the component may be, with all others about the same vulnerabilities.</summary>
    public IEnumerable<Advisory> For(Component component) => Groups(component).SelectMany(g => g);

    /// <summary>As <see cref="For"/>, advisories about one vulnerability together.</summary>
    internal IReadOnlyList<IReadOnlyList<Advisory>> Groups(Component component)
    {
        lock (access)
        {
            var hits = new List<(string Source, string Id)>();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT source, id FROM product WHERE product = $product";
            var parameter = command.Parameters.Add(new SqliteParameter("$product", null));
            foreach (var key in Matcher.ProductKeys(component))
            {
                parameter.Value = key;
                using var rows = command.ExecuteReader();
                while (rows.Read()) hits.Add((rows.GetString(0), rows.GetString(1)));
            }
            var (groups, done) = (new List<IReadOnlyList<Advisory>>(), new HashSet<(string, string)>());
            foreach (var hit in hits.Distinct().OrderBy(h => h.Id, StringComparer.Ordinal).ThenBy(h => h.Source, StringComparer.Ordinal))
            {
                if (done.Contains(hit)) continue;
                var group = Linked([hit.Id]);
                foreach (var advisory in group) done.Add((EvidenceJson.Name(advisory.Source), advisory.Id));
                groups.Add(group);
            }
            return groups;
        }
    }

    /// <summary>Every advisory about one vulnerability: those of this name, and those linked to them by their aliases. Empty where none is known.</summary>
    public IReadOnlyList<Advisory> About(string id)
    {
        lock (access) return Linked([id]);
    }

    private List<Advisory> Linked(IEnumerable<string> names)
    {
        var (open, asked, found) = (new Queue<string>(names), new HashSet<string>(StringComparer.Ordinal), new Dictionary<(string, string), Advisory>());
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT a.source, a.id, a.record, a.modified FROM name n JOIN advisory a ON a.source = n.source AND a.id = n.id WHERE n.name = $name";
        var parameter = command.Parameters.Add(new SqliteParameter("$name", null));
        while (open.TryDequeue(out var name))
        {
            if (!asked.Add(name) || asked.Count > MostLinked) continue;
            parameter.Value = name;
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                var key = (rows.GetString(0), rows.GetString(1));
                if (found.ContainsKey(key)) continue;
                var advisory = AdvisoryJson.Read((byte[])rows[2]);
                if (advisory.Modified is null && !rows.IsDBNull(3)) advisory = advisory with { Modified = JsonReading.TimeOf(rows.GetString(3)) };
                found[key] = advisory;
                foreach (var alias in advisory.Names) open.Enqueue(alias);
            }
        }
        return [.. found.Values.OrderBy(a => a.Source).ThenBy(a => a.Id, StringComparer.Ordinal)];
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

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
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

    public void Dispose() => connection.Dispose();
}
