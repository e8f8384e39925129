using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>What the file systems of images share: their place, and losses that name the path of a file as <c>assay tree</c> shows it.</summary>
internal abstract class ImageFileSystem(Place place, Budget budget) : IFileSystem
{
    private readonly List<(FilePath? Path, Loss Loss)> losses = [];

    public abstract string Format { get; }
    public abstract IReadOnlyList<FileEntry> Entries { get; }
    /// <summary>What stands before the paths of the entries: empty for the root file system, else the path of the part.</summary>
    internal string Prefix { get; set; } = "";
    /// <summary>Bytes from the start of the place to the end of the file system, its padding included.</summary>
    internal abstract long Length { get; }
    protected Place Place => place;
    protected Budget Budget => budget;

    /// <summary>Ordered by path and offset, so that it does not show which thread was first.</summary>
    public IReadOnlyList<Loss> Losses
    {
        get
        {
            lock (losses)
            {
                return losses.Select(l => l.Path is { } path ? l.Loss with { Location = l.Loss.Location with { Path = Prefix + path.Text } } : l.Loss)
                    .OrderBy(l => l.Location.Path, StringComparer.Ordinal).ThenBy(l => l.Location.Offset ?? -1).ThenBy(l => l.Expected, StringComparer.Ordinal).ToList();
            }
        }
    }

    public abstract void ReadContents(FileVisitor visit, int workers, CancellationToken cancel);

    /// <summary>A structure that could not be read, at an offset of the file system.</summary>
    protected void Lose(UnreadableException unreadable)
    {
        lock (losses) losses.Add((null, place.Loss(unreadable)));
    }

    /// <summary>A file that could not be read.</summary>
    protected void Lose(FilePath path, string expected, string found)
    {
        var loss = new Loss { Location = new Location { Artefact = place.Artefact, Path = path.Text }, Expected = expected, Found = found };
        lock (losses) losses.Add((path, loss));
    }

    protected void Lose(FilePath path, Exception failure)
    {
        if (failure is UnreadableException unreadable) Lose(path, unreadable.Expected, $"{unreadable.Found} at 0x{place.Start + unreadable.Offset:x} of {place.Path ?? "the artefact"}");
        else Lose(path, "content within the budget", failure.Message);
    }

    protected void Lose(string expected, string found, long offset) => Lose(new UnreadableException(expected, found, offset));

    /// <summary>The entry that Unix mode bits describe, its type included.</summary>
    /// <param name="modified">Seconds since 1970.</param>
    /// <param name="offset">Where the mode stands, for the message.</param>
    /// <exception cref="UnreadableException">The upper four bits are those of no file type.</exception>
    protected static FileEntry UnixEntry(FilePath path, uint mode, uint owner, uint group, long modified, long offset) => new()
    {
        Path = path,
        Type = (mode >> 12) switch
        {
            8 => FileType.Regular,
            4 => FileType.Directory,
            10 => FileType.Link,
            2 => FileType.CharacterDevice,
            6 => FileType.BlockDevice,
            1 => FileType.Pipe,
            12 => FileType.Socket,
            _ => throw new UnreadableException("a mode with one of seven file types", $"0{Convert.ToString(mode, 8)}", offset),
        },
        Mode = (int)(mode & 0xfff),
        Owner = owner,
        Group = group,
        Modified = modified,
    };

    /// <summary>Numbers of a device as Linux writes them: eight bits each in two bytes (old), twelve and twenty in four (linux/include/linux/kdev_t.h).</summary>
    protected static FileEntry WithDevice(FileEntry entry, uint number, bool isOld) => entry with
    {
        DeviceMajor = isOld ? number >> 8 & 0xff : number >> 8 & 0xfff,
        DeviceMinor = isOld ? number & 0xff : number & 0xff | number >> 12 & 0xfff00,
    };
}
