namespace Assay.Evidence.Cryptography;

/// <summary>How the second field of passwd, shadow and htpasswd keeps a password, told by its form alone.</summary>
/// <param name="Name">As people call it: <c>md5crypt</c>, <c>DES crypt</c>, <c>plain text</c>.</param>
/// <param name="IsWeak">Found by trial in hours on one machine, or readable as it stands.</param>
public sealed record PasswordScheme(string Name, bool IsWeak)
{
    public static readonly PasswordScheme Empty = new("no password", true);
    public static readonly PasswordScheme Plain = new("plain text", true);
    public static readonly PasswordScheme Des = new("DES crypt", true);
    public static readonly PasswordScheme Md5 = new("md5crypt", true);
    public static readonly PasswordScheme ApacheMd5 = new("Apache md5crypt", true);
    public static readonly PasswordScheme Sha256 = new("sha256crypt", false);
    public static readonly PasswordScheme Sha512 = new("sha512crypt", false);

    private static readonly (string Prefix, PasswordScheme Scheme)[] Prefixes =
    [
        ("$1$", Md5), ("$apr1$", ApacheMd5), ("$5$", Sha256), ("$6$", Sha512),
        ("$2", new("bcrypt", false)), ("$y$", new("yescrypt", false)), ("$gy$", new("gost-yescrypt", false)), ("$7$", new("scrypt", false)),
        ("$3$", new("NT hash", true)), ("$md5", new("Sun MD5", true)), ("$sha1$", new("sha1crypt", true)),
        ("{SSHA}", new("salted SHA-1", true)), ("{SHA}", new("SHA-1", true)), ("{PLAIN}", Plain), ("_", new("extended DES crypt", true)),
    ];

    private static readonly HashSet<string> Locked = new(StringComparer.OrdinalIgnoreCase) { "x", "np", "lk", "nologin", "disabled", "locked", "*lk*", "##root" };

    /// <summary>The scheme of a password field, or null where the account cannot log in by password (<c>*</c>, <c>!</c>, <c>x</c> …).</summary>
    public static PasswordScheme? Of(string field)
    {
        if (field.Length == 0) return Empty;
        if (field[0] is '*' or '!' || Locked.Contains(field)) return null;
        foreach (var (prefix, scheme) in Prefixes)
        {
            if (field.StartsWith(prefix, StringComparison.Ordinal) && (prefix != "_" || field.Length == 20)) return scheme;
        }
        if (field.All(IsCryptLetter))
        {
            if (field.Length == 13) return Des;
            if (field.Length > 13 && (field.Length - 2) % 11 == 0) return new("bigcrypt", true);
        }
        if (field.Length == 32 && field.All(char.IsAsciiHexDigit)) return new("unsalted MD5 or NT hash", true);
        return Plain;
    }

    internal static bool IsCryptLetter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '/';
}
