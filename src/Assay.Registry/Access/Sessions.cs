using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Registry.Access;

/// <summary>One person at one browser after signing in with the key.</summary>
/// <param name="Form">What the forms of this session carry, so that no other page can send them.</param>
public sealed record Session(Person Person, string Form, DateTimeOffset Until)
{
    /// <summary>The field of a form that carries <see cref="Form"/>.</summary>
    public const string Field = "csrf";

    public bool Sent(string? form) => form is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(form), Encoding.UTF8.GetBytes(Form));
}

/// <summary>Open sessions, in memory only: a new start of the registry ends them all.</summary>
public sealed class Sessions(TimeProvider time)
{
    public const string Cookie = "assay_session";
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, Session> open = new(StringComparer.Ordinal);

    /// <returns>What the cookie holds; kept here as its SHA-256 only.</returns>
    public string Begin(Person person)
    {
        var now = time.GetUtcNow();
        foreach (var (key, session) in open)
        {
            if (session.Until < now) open.TryRemove(key, out _);
        }
        if (open.Count >= Most && open.MinBy(s => s.Value.Until).Key is { } oldest) open.TryRemove(oldest, out _);
        var cookie = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        open[Digest(cookie)] = new Session(person, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), now + Lifetime);
        return cookie;
    }

    public Session? Find(string? cookie) =>
        cookie is { Length: > 0 and < 100 } && open.TryGetValue(Digest(cookie), out var session) && session.Until >= time.GetUtcNow() ? session : null;

    public void End(string? cookie)
    {
        if (cookie is { Length: > 0 and < 100 }) open.TryRemove(Digest(cookie), out _);
    }

    /// <summary>Ends every session of a person whose key was taken back.</summary>
    public void End(Person person)
    {
        foreach (var (key, session) in open)
        {
            if (session.Person.Id == person.Id) open.TryRemove(key, out _);
        }
    }

    private static string Digest(string cookie) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cookie)));
}
