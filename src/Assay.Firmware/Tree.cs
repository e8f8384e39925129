using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware;

/// <summary>One line of a tree.</summary>
/// <param name="Path">As <c>assay tree</c> and findings show it: below its part's name where the image has several file systems.</param>
/// <param name="Sha256">Of a regular file's content; null for other types, and where the content could not be read.</param>
public sealed record TreeRow(FileEntry Entry, string Path, string? Sha256);

/// <summary>Every file in an image, by the rules of <c>assay tree</c>.</summary>
public static class Tree
{
    /// <summary>Reads all contents; rows are ordered by the raw bytes of the whole path.</summary>
    /// <param name="parts">Whether parts that are not file systems have rows of their own, of their unpacked content, and file systems beside the root are listed.</param>
    public static IReadOnlyList<TreeRow> Rows(Image image, bool parts, ExaminationOptions options)
    {
        var rows = new List<(byte[] Path, TreeRow Row)>();
        foreach (var part in image.FileSystems)
        {
            if (image.Root is not null && part != image.Root && !parts) continue;
            var hashes = new ConcurrentDictionary<FilePath, string>();
            part.FileSystem!.ReadContents((entries, content) =>
            {
                var hash = Hash(content);
                foreach (var entry in entries) hashes[entry.Path] = hash;
            }, options.Workers, options.Cancel);
            var prefix = part == image.Root ? [] : Encoding.UTF8.GetBytes(part.Path);
            foreach (var entry in part.FileSystem.Entries)
            {
                byte[] raw = [.. prefix, .. entry.Path.Raw];
                rows.Add((raw, new TreeRow(entry, image.PathOf(part, entry), hashes.GetValueOrDefault(entry.Path))));
            }
        }
        if (parts)
        {
            // The members of an archive stand among its files.
            foreach (var part in image.AllParts.Where(p => p != image.Root && p.Kind != "member"))
            {
                var content = part.FileSystem is null ? part.Content ?? part.Bytes : default;
                var entry = new FileEntry
                {
                    Path = FilePath.Of(part.Path),
                    Type = part.FileSystem is null ? FileType.Regular : FileType.Directory,
                    Mode = -1,
                    Size = content.Length,
                };
                rows.Add((Encoding.UTF8.GetBytes(part.Path), new TreeRow(entry, part.Path, part.FileSystem is null ? Hash(content.Span) : null)));
            }
        }
        return [.. rows.OrderBy(r => r.Path, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).Select(r => r.Row)];
    }

    /// <summary>The rows as <c>--format tsv</c>.</summary>
    public static void Write(IReadOnlyList<TreeRow> rows, TextWriter writer)
    {
        writer.Write(TreeTable.Header + "\n");
        foreach (var row in rows) writer.Write(TreeTable.Row(row.Entry, row.Path, row.Sha256) + "\n");
    }

    private static string Hash(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash);
    }
}
