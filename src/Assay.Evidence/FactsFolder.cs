using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Evidence;

/// <summary>
/// A folder on disk that keeps facts by the digest of what they follow from. Derived: it may be deleted at any time, whole or in part. An entry counts only
/// where its own digest fits, which covers its key as well: a damaged, renamed or older one is as if it were not there. It holds facts and never content.
/// </summary>
/// <remarks>Layout: <c>KEY.facts</c> = magic, SHA-256 of key and facts, the facts. Safe for several threads and processes: entries are written beside their place and moved there.</remarks>
public sealed class FactsFolder
{
    private static ReadOnlySpan<byte> Magic => "assay facts 3\n"u8;
    private const int Largest = 64 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;
    private int written;

    /// <summary>Makes the folder, for its owner alone, where it is not there.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException"/>
    public FactsFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        this.folder = folder;
    }

    /// <summary>The part of a cache folder that holds what single contents of images told, for images that share them: <c>FOLDER/contents</c>.</summary>
    public static FactsFolder OfContents(string folder)
    {
        // The folder itself first: whoever makes it keeps others out.
        _ = new FactsFolder(folder);
        return new FactsFolder(Path.Combine(folder, "contents"));
    }

    /// <summary>A key: 64 hexadecimal digits over everything that facts follow from.</summary>
    public static string Key(params ReadOnlySpan<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts!))));

    /// <summary>What was kept under a key, or null.</summary>
    public byte[]? Find(string key)
    {
        byte[] bytes;
        try
        {
            var file = new FileInfo(PathOf(key));
            if (!file.Exists || file.Length > Largest) return null;
            bytes = File.ReadAllBytes(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        var head = Magic.Length + SHA256.HashSizeInBytes;
        if (bytes.Length < head || !bytes.AsSpan().StartsWith(Magic)) return null;
        return Digest(key, bytes.AsSpan(head)).AsSpan().SequenceEqual(bytes.AsSpan(Magic.Length, SHA256.HashSizeInBytes)) ? bytes[head..] : null;
    }

    /// <summary>Keeps facts whole or not at all; a full disk or a folder that may not be written costs time, never an answer.</summary>
    public void Keep(string key, ReadOnlySpan<byte> facts)
    {
        if (facts.Length > Largest) return;
        var temporary = string.Create(CultureInfo.InvariantCulture, $"{PathOf(key)}.{Environment.ProcessId}-{Interlocked.Increment(ref written)}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using (var file = new FileStream(temporary, options))
            {
                byte[] entry = [.. Magic, .. Digest(key, facts), .. facts];
                file.Write(entry);
            }
            File.Move(temporary, PathOf(key), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Forget(temporary);
        }
    }

    private static void Forget(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left is no entry: nobody asks for its name.
        }
    }

    private static byte[] Digest(string key, ReadOnlySpan<byte> facts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(key));
        hash.AppendData(facts);
        return hash.GetHashAndReset();
    }

    private string PathOf(string key) => Path.Combine(folder, key + ".facts");
}
