using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Assay.Registry.Storage;
using Dapper;

namespace Assay.Registry.Access;

/// <summary>Who holds a key. A key is 32 random bytes, shown once; only its SHA-256 is kept.</summary>
public sealed class People
{
    public const string Schema = """
        create table if not exists people (id text primary key, name text, roles integer not null, key blob not null, since text not null, gone integer not null default 0);
        """;
    public const int KeyBytes = 32, MaxName = 200;

    private readonly Database database;
    private readonly TimeProvider time;
    private volatile IReadOnlyList<(Person Person, byte[] Digest)> all;

    public People(Database database, TimeProvider time)
    {
        this.database = database;
        this.time = time;
        all = Load();
    }

    public IEnumerable<Person> All => all.Select(p => p.Person);
    public bool HasAdministrator => all.Any(p => p.Person.Has(Role.Administrator));

    /// <summary>The person who holds this key, or null. Takes the same time for every key, known or not.</summary>
    public Person? Find(string key)
    {
        if (key.Length > 100) return null;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Person? found = null;
        foreach (var (person, own) in all)
        {
            if (CryptographicOperations.FixedTimeEquals(digest, own)) found = person;
        }
        return found;
    }

    /// <summary>The name of a person by id, also of one without a key any more; null where it is forgotten or was never here.</summary>
    public string? Name(string id) => database.Read(c => c.QuerySingleOrDefault<string?>("select name from people where id = @id", new { id }));

    /// <returns>The new person, and the key that nobody will see again.</returns>
    public (Person Person, string Key) Add(string name, Role roles)
    {
        var (person, key, digest) = New(name, roles);
        database.Write((c, t) => Insert(c, t, person, digest));
        all = Load();
        return (person, key);
    }

    /// <summary>The first administrator; null where there is one already.</summary>
    public (Person Person, string Key)? AddFirst(string name)
    {
        var (person, key, digest) = New(name, Role.Administrator);
        var first = database.Write((c, t) =>
        {
            if (c.ExecuteScalar<long>("select count(*) from people where gone = 0 and (roles & 1) = 1", transaction: t) > 0) return false;
            Insert(c, t, person, digest);
            return true;
        });
        if (!first) return null;
        all = Load();
        return (person, key);
    }

    /// <summary>The key opens nothing any more, and the name is forgotten wherever it was kept. Acts and their roles stay.</summary>
    /// <param name="forgetActs">Forgets the names beside acts, in the same transaction.</param>
    /// <returns>False where nobody has this id.</returns>
    public bool Forget(string id, Action<Microsoft.Data.Sqlite.SqliteConnection, Microsoft.Data.Sqlite.SqliteTransaction> forgetActs)
    {
        var found = database.Write((c, t) =>
        {
            if (c.Execute("update people set name = null, gone = 1, key = zeroblob(32), roles = 0 where id = @id and gone = 0", new { id }, t) == 0) return false;
            forgetActs(c, t);
            return true;
        });
        if (!found) return false;
        all = Load();
        database.Settle();
        return true;
    }

    private (Person Person, string Key, byte[] Digest) New(string name, Role roles)
    {
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        return (new Person(RandomNumberGenerator.GetHexString(8, lowercase: true), name, roles), key, SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    private void Insert(Microsoft.Data.Sqlite.SqliteConnection c, Microsoft.Data.Sqlite.SqliteTransaction t, Person person, byte[] digest) =>
        c.Execute("insert into people (id, name, roles, key, since) values (@Id, @Name, @roles, @digest, @since)",
            new { person.Id, person.Name, roles = (int)person.Roles, digest, since = Evidence.EvidenceJson.Time(time.GetUtcNow()) }, t);

    private IReadOnlyList<(Person, byte[])> Load() => database.Read(c =>
        c.Query<(string Id, string Name, long Roles, byte[] Key)>("select id, name, roles, key from people where gone = 0 order by since, id")
            .Select(p => (new Person(p.Id, p.Name, (Role)p.Roles), p.Key)).ToList());
}
