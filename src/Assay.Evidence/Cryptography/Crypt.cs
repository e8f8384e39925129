using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Evidence.Cryptography;

/// <summary>The password functions of Unix that devices still use, to try known default passwords: DES crypt, md5crypt (also Apache's), sha256crypt and sha512crypt.</summary>
/// <remarks>From the published descriptions: Morris and Thompson 1979, Kamp's md5crypt, Drepper's "Unix crypt using SHA-256 and SHA-512".</remarks>
public static class Crypt
{
    /// <summary>Rounds above this are not tried: the stored hash could otherwise make one trial take minutes.</summary>
    public const int MaximumRounds = 20_000;
    private const int MaximumPassword = 64;
    private const string Letters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>True or false where the scheme is known and cheap enough, null where this cannot be told.</summary>
    public static bool? Verify(string hash, string password)
    {
        var key = Encoding.UTF8.GetBytes(password);
        if (key.Length > MaximumPassword) return null;
        if (hash.StartsWith("$1$", StringComparison.Ordinal)) return Md5Crypt(hash, "$1$", key);
        if (hash.StartsWith("$apr1$", StringComparison.Ordinal)) return Md5Crypt(hash, "$apr1$", key);
        if (hash.StartsWith("$5$", StringComparison.Ordinal)) return ShaCrypt(hash, 32, key);
        if (hash.StartsWith("$6$", StringComparison.Ordinal)) return ShaCrypt(hash, 64, key);
        if (hash.Length == 13 && hash.All(PasswordScheme.IsCryptLetter)) return DesCrypt(hash[..2], key) == hash;
        if (PasswordScheme.Of(hash) == PasswordScheme.Plain) return (hash.StartsWith("{PLAIN}", StringComparison.Ordinal) ? hash[7..] : hash) == password;
        return null;
    }

    private static bool? Md5Crypt(string hash, string magic, byte[] key)
    {
        var end = hash.IndexOf('$', magic.Length);
        if (end < 0) return null;
        var salt = Encoding.ASCII.GetBytes(hash[magic.Length..Math.Min(end, magic.Length + 8)]);
        var prefix = Encoding.ASCII.GetBytes(magic);
        Span<byte> sum = stackalloc byte[16];
        var message = new Message(key.Length * 2 + 8 + 6 + 128);

        message.Add(key).Add(salt).Add(key).Hash(sum);
        message.Add(key).Add(prefix).Add(salt);
        for (var left = key.Length; left > 0; left -= 16) message.Add(sum[..Math.Min(16, left)]);
        for (var bits = key.Length; bits > 0; bits >>= 1) message.Add((bits & 1) != 0 ? (byte)0 : key[0]);
        message.Hash(sum);
        for (var round = 0; round < 1000; round++)
        {
            message.Add((round & 1) != 0 ? key : sum);
            if (round % 3 != 0) message.Add(salt);
            if (round % 7 != 0) message.Add(key);
            message.Add((round & 1) != 0 ? sum : key).Hash(sum);
        }
        var text = new StringBuilder(22);
        for (var i = 0; i < 5; i++) Letters24(text, sum[i], sum[i + 6], sum[i == 4 ? 5 : i + 12], 4);
        Letters24(text, 0, 0, sum[11], 2);
        return hash.AsSpan(end + 1).SequenceEqual(text.ToString());
    }

    private static bool? ShaCrypt(string hash, int size, byte[] key)
    {
        var rest = hash.AsSpan(3);
        var rounds = 5000;
        if (rest.StartsWith("rounds="))
        {
            var dollar = rest.IndexOf('$');
            if (dollar < 0 || !int.TryParse(rest[7..dollar], NumberStyles.None, CultureInfo.InvariantCulture, out rounds)) return null;
            rounds = Math.Max(1000, rounds);
            rest = rest[(dollar + 1)..];
        }
        var end = rest.IndexOf('$');
        if (end < 0 || rounds > MaximumRounds) return null;
        var salt = Encoding.ASCII.GetBytes(rest[..Math.Min(end, 16)].ToString());

        Span<byte> a = stackalloc byte[size];
        Span<byte> b = stackalloc byte[size];
        var message = new Message(Math.Max(key.Length * key.Length, 272 * 16) + 512);
        message.Add(key).Add(salt).Add(key).Hash(b);
        message.Add(key).Add(salt);
        for (var left = key.Length; left > 0; left -= size) message.Add(b[..Math.Min(size, left)]);
        for (var bits = key.Length; bits > 0; bits >>= 1) message.Add((bits & 1) != 0 ? b : key);
        message.Hash(a);

        for (var i = 0; i < key.Length; i++) message.Add(key);
        message.Hash(b);
        var p = new byte[key.Length];
        for (var i = 0; i < p.Length; i++) p[i] = b[i % size];
        for (var i = 0; i < 16 + a[0]; i++) message.Add(salt);
        message.Hash(b);
        var s = b[..salt.Length].ToArray();

        for (var round = 0; round < rounds; round++)
        {
            message.Add((round & 1) != 0 ? p : a);
            if (round % 3 != 0) message.Add(s);
            if (round % 7 != 0) message.Add(p);
            message.Add((round & 1) != 0 ? a : p).Hash(a);
        }

        // Each group of three bytes starts a third further on, and the three positions change places from group to group.
        var text = new StringBuilder(86);
        var third = size / 3;
        for (var i = 0; i < third; i++)
        {
            var shift = size == 64 ? i % 3 : (3 - i % 3) % 3;
            Letters24(text, a[i + shift % 3 * third], a[i + (shift + 1) % 3 * third], a[i + (shift + 2) % 3 * third], 4);
        }
        if (size == 64) Letters24(text, 0, 0, a[63], 2);
        else Letters24(text, 0, a[31], a[30], 3);
        return rest[(end + 1)..].SequenceEqual(text.ToString());
    }

    private static void Letters24(StringBuilder text, byte high, byte middle, byte low, int count)
    {
        var bits = (uint)(high << 16 | middle << 8 | low);
        for (; count > 0; count--, bits >>= 6) text.Append(Letters[(int)(bits & 63)]);
    }

    /// <summary>Bytes gathered for one hash; the rounds reuse one buffer.</summary>
    private sealed class Message(int capacity)
    {
        private readonly byte[] buffer = new byte[capacity];
        private int used;

        public Message Add(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(buffer.AsSpan(used));
            used += bytes.Length;
            return this;
        }

        public void Add(byte one) => buffer[used++] = one;

        public void Hash(Span<byte> sum)
        {
            var bytes = buffer.AsSpan(0, used);
            used = 0;
            if (sum.Length == 16) MD5.HashData(bytes, sum);
            else if (sum.Length == 32) SHA256.HashData(bytes, sum);
            else SHA512.HashData(bytes, sum);
        }
    }

    // ---- DES crypt: 25 encryptions of zeros, with the expansion changed by twelve bits of salt. Tables of FIPS 46-3, bit 1 is the first.

    /// <param name="salt">Two letters of the crypt alphabet.</param>
    internal static string DesCrypt(string salt, ReadOnlySpan<byte> password)
    {
        Span<byte> key = stackalloc byte[64];
        for (var i = 0; i < 8 && i < password.Length && password[i] != 0; i++)
        {
            for (var bit = 0; bit < 7; bit++) key[i * 8 + bit] = (byte)(password[i] >> (6 - bit) & 1);
        }
        Span<byte> schedule = stackalloc byte[16 * 48];
        Schedule(key, schedule);

        Span<byte> expansion = stackalloc byte[48];
        Expansion.CopyTo(expansion);
        var saltBits = Letters.IndexOf(salt[0]) | Letters.IndexOf(salt[1]) << 6;
        for (var i = 0; i < 12; i++)
        {
            if ((saltBits >> i & 1) != 0) (expansion[i], expansion[i + 24]) = (expansion[i + 24], expansion[i]);
        }

        Span<byte> block = stackalloc byte[66];
        block.Clear();
        for (var i = 0; i < 25; i++) Encrypt(block[..64], schedule, expansion);
        var text = new StringBuilder(salt, 13);
        for (var i = 0; i < 66; i += 6)
        {
            var letter = 0;
            for (var bit = 0; bit < 6; bit++) letter = letter << 1 | block[i + bit];
            text.Append(Letters[letter]);
        }
        return text.ToString();
    }

    private static void Schedule(ReadOnlySpan<byte> key, Span<byte> schedule)
    {
        Span<byte> halves = stackalloc byte[56];
        for (var i = 0; i < 56; i++) halves[i] = key[KeyChoice1[i] - 1];
        for (var round = 0; round < 16; round++)
        {
            for (var turn = round is 0 or 1 or 8 or 15 ? 1 : 2; turn > 0; turn--)
            {
                var (c, d) = (halves[0], halves[28]);
                halves[1..28].CopyTo(halves);
                halves[29..56].CopyTo(halves[28..]);
                (halves[27], halves[55]) = (c, d);
            }
            for (var i = 0; i < 48; i++) schedule[round * 48 + i] = halves[KeyChoice2[i] - 1];
        }
    }

    private static void Encrypt(Span<byte> block, ReadOnlySpan<byte> schedule, ReadOnlySpan<byte> expansion)
    {
        Span<byte> halves = stackalloc byte[64];
        for (var i = 0; i < 64; i++) halves[i] = block[Initial[i] - 1];
        var left = halves[..32];
        var right = halves[32..];
        Span<byte> mixed = stackalloc byte[32];
        Span<byte> next = stackalloc byte[32];
        for (var round = 0; round < 16; round++)
        {
            for (var box = 0; box < 8; box++)
            {
                var six = 0;
                for (var i = box * 6; i < box * 6 + 6; i++) six = six << 1 | (right[expansion[i] - 1] ^ schedule[round * 48 + i]);
                var row = six >> 4 & 2 | six & 1;
                int four = Boxes[box * 64 + row * 16 + (six >> 1 & 15)];
                for (var bit = 0; bit < 4; bit++) mixed[box * 4 + bit] = (byte)(four >> (3 - bit) & 1);
            }
            for (var i = 0; i < 32; i++) next[i] = (byte)(left[i] ^ mixed[Permutation[i] - 1]);
            right.CopyTo(left);
            next.CopyTo(right);
        }
        // The last exchange is undone, then the initial permutation is reversed.
        for (var i = 0; i < 64; i++)
        {
            var from = Initial[i] - 1;
            block[from] = i < 32 ? right[i] : left[i - 32];
        }
    }

    private static ReadOnlySpan<byte> Initial =>
    [
        58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
        57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
    ];

    private static ReadOnlySpan<byte> Expansion =>
    [
        32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
        16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
    ];

    private static ReadOnlySpan<byte> Permutation =>
        [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25];

    private static ReadOnlySpan<byte> KeyChoice1 =>
    [
        57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
        63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
    ];

    private static ReadOnlySpan<byte> KeyChoice2 =>
    [
        14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
        41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
    ];

    private static ReadOnlySpan<byte> Boxes =>
    [
        14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8,
        4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13,
        15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5,
        0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9,
        10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
        13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,
        7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
        10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14,
        2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6,
        4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3,
        12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8,
        9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13,
        4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6,
        1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12,
        13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2,
        7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
    ];
}
