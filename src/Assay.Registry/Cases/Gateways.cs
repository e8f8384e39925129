using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Labels.Token;
using Assay.Registry.Storage;
using Dapper;

namespace Assay.Registry.Cases;

/// <summary>A gateway that an administrator let in: it signs what it reports with this key.</summary>
/// <param name="Id">The key's name, 16 hexadecimal digits.</param>
public sealed record Gateway(string Id, string Name, VerifyingKey Key);

/// <summary>Gateways enrol with a token that works once and for a day; only the token's SHA-256 is kept.</summary>
public sealed class Gateways(Database database, TimeProvider time)
{
    public const string Schema = """
        create table if not exists enrolments (token blob primary key, until text not null) without rowid;
        create table if not exists gateways (id text primary key, name text not null, key blob not null, since text not null) without rowid;
        """;
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);
    public const int MaxName = 100;

    /// <returns>The token, shown once, and until when it works.</returns>
    public (string Token, DateTimeOffset Until) Invite()
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var until = time.GetUtcNow() + Lifetime;
        database.Write((c, t) => c.Execute("insert into enrolments (token, until) values (@token, @until)", new { token = Digest(token), until = EvidenceJson.Time(until) }, t));
        return (token, until);
    }

    /// <summary>Uses the token up. The same key again, with another token, gets the new name.</summary>
    /// <exception cref="Refusal">403: no token, used, or too old; 422: no name.</exception>
    /// <exception cref="Evidence.Reading.UnreadableException">No key on P-256.</exception>
    public Gateway Enrol(string token, string name, string publicKey)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxName) throw new Refusal(422, $"a name of 1 to {MaxName} characters", $"{name.Length}", "name");
        if (publicKey.Contains("PRIVATE", StringComparison.Ordinal)) throw new Refusal(422, "a public key", "a private one: make a new key, this one is known now", "publicKey");
        var gateway = new Gateway(VerifyingKey.FromPem(publicKey).Name, Shortened.Visible(name.Trim()), VerifyingKey.FromPem(publicKey));
        var now = EvidenceJson.Time(time.GetUtcNow());
        database.Write((c, t) =>
        {
            c.Execute("delete from enrolments where until < @now", new { now }, t);
            if (c.Execute("delete from enrolments where token = @token", new { token = Digest(token) }, t) == 0) throw new Refusal(403, "an enrolment token that was not used and is of today", "another", "token");
            c.Execute("insert into gateways (id, name, key, since) values (@Id, @Name, @spki, @now) on conflict (id) do update set name = @Name", new { gateway.Id, gateway.Name, spki = gateway.Key.Spki.ToArray(), now }, t);
        });
        return gateway;
    }

    public Gateway? Find(string id) => database.Read(c => c.QuerySingleOrDefault<Row>("select id Id, name Name, key Spki from gateways where id = @id", new { id })) is { } row
        ? new Gateway(row.Id, row.Name, VerifyingKey.FromSpki(row.Spki)) : null;

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token.Length <= 200 ? token : token[..200]));

    private sealed record Row(string Id, string Name, byte[] Spki);
}
