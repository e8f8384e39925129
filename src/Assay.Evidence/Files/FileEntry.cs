namespace Assay.Evidence.Files;

public enum FileType { Regular, Directory, Link, CharacterDevice, BlockDevice, Pipe, Socket }

/// <summary>One entry of a file system or archive, as it is there: nothing is rewritten, followed or created.</summary>
public sealed record FileEntry
{
    public required FilePath Path { get; init; }
    public required FileType Type { get; init; }
    /// <summary>Permission bits with setuid, setgid and sticky (0 to 0o7777); -1 where the format keeps none.</summary>
    public required int Mode { get; init; }
    public uint Owner { get; init; }
    public uint Group { get; init; }
    /// <summary>Seconds since 1970; 0 where the format keeps none.</summary>
    public long Modified { get; init; }
    /// <summary>Bytes of a regular file, else 0. What the format claims, not yet what was read.</summary>
    public long Size { get; init; }
    /// <summary>Raw bytes of a link's target.</summary>
    public byte[]? Target { get; init; }
    public uint DeviceMajor { get; init; }
    public uint DeviceMinor { get; init; }

    /// <summary>The column <c>target</c> of a tree: link target, <c>major:minor</c>, or null.</summary>
    public string? TargetText => Type switch
    {
        FileType.Link => FilePath.Escape(Target),
        FileType.CharacterDevice or FileType.BlockDevice => $"{DeviceMajor}:{DeviceMinor}",
        _ => null,
    };
}

/// <summary>The entries of one file system or archive in memory. Implementations: one per format, and a folder on disk.</summary>
public interface IFileSystem
{
    /// <summary>The format's name as in <c>--map</c>: squashfs, cpio, folder.</summary>
    string Format { get; }

    /// <summary>Every entry but the root, ordered by path. Damaged ones are left out and appear in <see cref="Losses"/>.</summary>
    IReadOnlyList<FileEntry> Entries { get; }

    /// <summary>What could not be read; grows while <see cref="ReadContents"/> runs. Complete when it returns.</summary>
    IReadOnlyList<Loss> Losses { get; }

    /// <summary>
    /// Decodes every regular file once, in physical order, on up to <paramref name="workers"/> threads, and hands its whole content to
    /// <paramref name="visit"/>. Hard links share one call: <paramref name="visit"/> gets all their entries. The span is only valid during
    /// the call; calls may come from several threads at once. A file that cannot be read is not visited and becomes a loss.
    /// </summary>
    void ReadContents(FileVisitor visit, int workers, CancellationToken cancel);
}

/// <param name="entries">One entry, or all hard links to the same content.</param>
public delegate void FileVisitor(IReadOnlyList<FileEntry> entries, ReadOnlySpan<byte> content);
