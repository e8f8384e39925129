using System.IO.Compression;

namespace Assay.Tests;

/// <summary>Archives that a test needs, written in memory.</summary>
public static class Packed
{
    /// <summary>A zip archive with these files, in this order.</summary>
    public static byte[] Zip(params IEnumerable<(string Name, byte[] Content)> entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }
}
