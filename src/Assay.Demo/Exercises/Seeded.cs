using System.Security.Cryptography;
using System.Text;

namespace Assay.Demo.Exercises;

/// <summary>Everything that an exercise leaves to chance, out of its seed alone: SHA-256 over seed, purpose and a counter, so the same on every machine.</summary>
internal sealed class Seeded(string seed, string purpose)
{
    private ulong count;

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public int Number(int below) => (int)(Next() % (ulong)below);

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>, both in.</summary>
    public int Between(int low, int high) => low + Number(high - low + 1);

    public T Of<T>(IReadOnlyList<T> all) => all[Number(all.Count)];

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length; at += 8)
        {
            var word = Next();
            for (var i = 0; i < 8 && at + i < length; i++) bytes[at + i] = (byte)(word >> (8 * i));
        }
        return bytes;
    }

    public string Hex(int digits) => Convert.ToHexStringLower(Bytes((digits + 1) / 2))[..digits];

    private ulong Next() => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{seed}\n{count++}")));
}
