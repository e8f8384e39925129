using Assay.Evidence.Files;

namespace Assay.Firmware.FileSystems;

/// <summary>One content of a file system, with all its names.</summary>
/// <param name="Offset">Bytes from the start of what is decoded together.</param>
internal readonly record struct PackedContent(IReadOnlyList<FileEntry> Entries, long Offset, long Size);

/// <summary>What is decoded together: one large file out of its blocks, or the small files of one fragment.</summary>
/// <param name="Digest">SHA-256 over everything that the contents follow from: compressed bytes, sizes, and the way they are packed.</param>
internal sealed record Pack(byte[] Digest, IReadOnlyList<PackedContent> Contents);

/// <summary>Who may know contents already by what they are packed from.</summary>
internal interface IPackReader
{
    /// <summary>Told of each pack once, before anything is decoded; on several threads.</summary>
    /// <returns>The contents whose bytes are needed all the same; of the others all is known, and they are not decoded.</returns>
    IReadOnlyList<PackedContent> Needed(Pack pack);
}

/// <summary>A file system that knows the digest of what its contents follow from before it decodes them.</summary>
internal interface IPackedFileSystem : IFileSystem
{
    /// <summary>As <see cref="IFileSystem.ReadContents"/>; what <paramref name="reader"/> knows is left out.</summary>
    void ReadContents(FileVisitor visit, IPackReader reader, int workers, CancellationToken cancel);
}
