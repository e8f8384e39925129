using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Files;

namespace Assay.Firmware;

/// <summary>The table of every file in an image, by the rules of <c>assay tree --format tsv</c>.</summary>
public static class Tree
{
    /// <summary>Reads all contents and writes the table: a header, then rows ordered by the raw bytes of the whole path.</summary>
    /// <param name="parts">Whether parts that are not file systems have rows of their own, of their unpacked content, and file systems beside the root are listed.</param>
    public static void Write(Image image, TextWriter writer, bool parts, int workers = 1, CancellationToken cancel = default)
    {
        var rows = new List<(byte[] Path, string Row)>();
        foreach (var part in image.FileSystems)
        {
            if (image.Root is not null && part != image.Root && !parts) continue;
            var hashes = new ConcurrentDictionary<FilePath, string>();
            part.FileSystem!.ReadContents((entries, content) =>
            {
                var hash = Hash(content);
                foreach (var entry in entries) hashes[entry.Path] = hash;
            }, workers, cancel);
            var prefix = part == image.Root ? [] : Encoding.UTF8.GetBytes(part.Path);
            foreach (var entry in part.FileSystem.Entries)
            {
                byte[] raw = [.. prefix, .. entry.Path.Raw];
                rows.Add((raw, TreeTable.Row(entry, image.PathOf(part, entry), hashes.GetValueOrDefault(entry.Path))));
            }
        }
        if (parts)
        {
            foreach (var part in image.AllParts.Where(p => p != image.Root))
            {
                var content = part.FileSystem is null ? part.Content ?? part.Bytes : default;
                var entry = new FileEntry
                {
                    Path = FilePath.Of(part.Path),
                    Type = part.FileSystem is null ? FileType.Regular : FileType.Directory,
                    Mode = -1,
                    Size = content.Length,
                };
                rows.Add((Encoding.UTF8.GetBytes(part.Path), TreeTable.Row(entry, part.Path, part.FileSystem is null ? Hash(content.Span) : null)));
            }
        }
        writer.Write(TreeTable.Header + "\n");
        foreach (var (_, row) in rows.OrderBy(r => r.Path, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))) writer.Write(row + "\n");
    }

    private static string Hash(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash);
    }
}
