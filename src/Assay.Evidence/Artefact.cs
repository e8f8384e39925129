using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Evidence;

/// <summary>One thing that was handed over: a file, memory-mapped, hashed once, known by its bytes and not by its name.</summary>
public sealed class Artefact : IDisposable
{
    private readonly MappedBytes bytes;
    private readonly Lazy<string> sha256;
    private Task? hashing;

    private Artefact(string name, MappedBytes bytes)
    {
        Name = name;
        this.bytes = bytes;
        sha256 = new Lazy<string>(Hash);
    }

    /// <summary>How the giver calls it; findings and coverage point to this name.</summary>
    public string Name { get; }
    public MappedBytes Bytes => bytes;
    public long Size => bytes.Length;
    /// <summary>64 lower-case hexadecimal digits; computed at the first call.</summary>
    public string Sha256 => sha256.Value;

    /// <summary>Computes <see cref="Sha256"/> on another thread while the bytes are read for what is in them.</summary>
    public void HashMeanwhile() => hashing ??= Task.Run(() => Sha256);

    /// <exception cref="IOException">The file is missing, a folder, or may not be read.</exception>
    public static Artefact Open(string file, string? name = null) => new(name ?? file, MappedBytes.Open(file));

    /// <summary>An artefact that is already in memory, for tests and for parts of archives.</summary>
    public static Artefact Of(string name, byte[] content) => new(name, MappedBytes.Of(content));

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        const int Step = 1 << 24;
        for (long at = 0; at < Size; at += Step) hash.AppendData(bytes.Span(at, (int)Math.Min(Step, Size - at)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        // Nobody reads bytes that are mapped no more.
        if (hashing is not null) Task.WhenAny(hashing).Wait();
        bytes.Dispose();
    }
}
