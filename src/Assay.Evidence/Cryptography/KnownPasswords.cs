using System.Collections.Concurrent;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Cryptography;

/// <summary>Passwords that devices are known to leave the factory with (<c>default-passwords.tsv</c>), tried against stored ones.</summary>
public static class KnownPasswords
{
    private static readonly Lazy<IReadOnlyList<string>> Loaded = new(Load);

    public static IReadOnlyList<string> All => Loaded.Value;

    /// <summary>What is tried for one account, in this order: its name, nothing, the list, forms of its name.</summary>
    public static IEnumerable<string> For(string user) =>
        new[] { user, "" }.Concat(All).Concat([user + user, user + "123", user + "1234", new string([.. user.Reverse()])]).Distinct(StringComparer.Ordinal);

    /// <summary>True where a secret that stands in clear is in the list or says its user's name.</summary>
    public static bool Contains(string secret, string user = "") => secret.Length > 0 && (All.Contains(secret) || secret == user);

    private static List<string> Load() => [.. DataFile.Open(typeof(KnownPasswords), "default-passwords.tsv").Rows.Select(r => r.Need("password"))];
}

/// <summary>One examination's trials: the same hash is tried once, and the work of all hashes together has an end. Safe for several threads.</summary>
public sealed class PasswordTrials(int most = 6000)
{
    private readonly ConcurrentDictionary<(string User, string Hash), string?> tried = new();
    private int left = most;

    /// <summary>The known default password behind <paramref name="hash"/>, or null: none of them, or the scheme cannot be tried.</summary>
    public string? Find(string user, string hash) => tried.GetOrAdd((user, hash), Try);

    private string? Try((string User, string Hash) account)
    {
        foreach (var password in KnownPasswords.For(account.User))
        {
            if (Interlocked.Decrement(ref left) < 0) return null;
            switch (Crypt.Verify(account.Hash, password))
            {
                case true: return password;
                case null: return null;
            }
        }
        return null;
    }
}
