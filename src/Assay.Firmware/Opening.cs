using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;

namespace Assay.Firmware;

/// <summary>One structure at the moment in which its format opens it: its bytes and its place, and the ways to make a part of it.</summary>
internal sealed class Opening
{
    internal required Image Image { get; init; }
    /// <summary>The region that holds the structure.</summary>
    internal required ReadOnlyMemory<byte> Region { get; init; }
    /// <summary>Where the structure begins in <see cref="Region"/>.</summary>
    internal required int At { get; init; }
    internal required Recognised Found { get; init; }
    /// <summary>Of the structure's first byte.</summary>
    internal required Place Place { get; init; }
    /// <summary>The path of the part that this becomes.</summary>
    internal required string Path { get; init; }
    internal required int Depth { get; init; }

    /// <summary>From the structure's first byte to the end of the region.</summary>
    internal ReadOnlyMemory<byte> Bytes => Region[At..];
    internal Budget Budget => Image.Options.Budget;

    /// <summary>A structure with its bytes and perhaps structures inside; cut at the end of the region, which is a loss.</summary>
    /// <param name="children">Their offsets count from the start of this part, or of <paramref name="content"/> where there is one.</param>
    /// <param name="length">Bytes, where opening told better than <see cref="Recognised.Length"/>.</param>
    /// <param name="content">What was put together or decoded from the bytes.</param>
    internal Part Part(IReadOnlyList<Part>? children = null, IEnumerable<Loss>? losses = null, bool isRead = true, long? length = null, string? note = null, ReadOnlyMemory<byte>? content = null)
    {
        var stated = length ?? Found.Length;
        var held = (int)Math.Min(stated, Bytes.Length);
        var all = losses?.ToList() ?? [];
        if (stated > held) all.Insert(0, Place.Loss(held, $"{stated} bytes of {Found.Kind}", $"{held} to the end"));
        return new Part
        {
            Offset = At,
            Length = held,
            Kind = Found.Kind,
            Path = Path,
            Note = note ?? Found.Note,
            Bytes = Bytes[..held],
            Content = content,
            Children = children ?? [],
            Losses = all,
            IsRead = isRead,
        };
    }

    /// <summary>A structure that is named and not read.</summary>
    internal Part Unread() => Part(losses: [Place.Loss(0, "a format that is read", $"{Found.Kind}, which is recognised and not read")], isRead: false);

    /// <summary>A file system or an archive, whose entries are files of the image.</summary>
    internal Part FileSystem(ImageFileSystem files, string? note = null)
    {
        var length = (int)Math.Clamp(files.Length, 1, Bytes.Length);
        return new Part
        {
            Offset = At,
            Length = length,
            Kind = Found.Kind,
            Path = Path,
            Bytes = Bytes[..length],
            FileSystem = files,
            Note = note is null ? $"{files.Entries.Count} entries" : $"{note}, {files.Entries.Count} entries",
            IsRead = files.Entries.Count > 0 || files.Losses.Count == 0,
        };
    }

    /// <summary>A container whose structures are searched behind its header, side by side.</summary>
    internal Part Container(int header, IEnumerable<Loss>? losses = null, long? length = null, string? note = null)
    {
        var end = (int)Math.Min(length ?? Found.Length, Bytes.Length);
        return Part(end > header ? Image.Scan(Bytes[..end], header, Place, Path, Depth + 1) : [], losses, length: length, note: note);
    }

    /// <summary>Structures between two offsets of this one, side by side.</summary>
    internal List<Part> Scan(int start, int length) => Image.Scan(Bytes[..(start + length)], start, Place, Path, Depth + 1);

    /// <summary>
    /// A piece whose borders the container states: what is recognised at its start, or, where nothing is, a part named <paramref name="kind"/> whose
    /// bytes count as looked at.
    /// </summary>
    internal IReadOnlyList<Part> Piece(int start, int length, string kind, string? note = null)
    {
        var inner = Scan(start, length);
        if (inner.Count > 0 && inner[0].Offset == start) return inner;
        if (length <= 0) return inner;
        return [new Part { Offset = start, Length = length, Kind = kind, Path = $"{Path}/@0x{start:x}-{kind}", Note = note, Bytes = Bytes.Slice(start, length), Children = inner, IsRead = true }];
    }

    /// <summary>A structure whose content had to be put together: flash blocks in order, records of a text. The content is looked into as an image of its own.</summary>
    internal Part Assembled(ReadOnlyMemory<byte> content, IEnumerable<Loss>? losses = null, long? length = null, string? note = null)
    {
        Image.Hold(content.Length);
        return Part(Image.Inside(content, Path, Depth + 1), losses, length: length, note: note ?? $"{content.Length} bytes put together", content: content);
    }

    /// <summary>
    /// A compressed stream, decoded and looked into. One that fails is taken for damaged, and not for a chance likeness, when it stands where one
    /// must be or has yielded more than chance does.
    /// </summary>
    /// <param name="isSure">Whether a container says that the stream begins here.</param>
    internal Part? Stream(CompressionKind kind, bool isSure = false)
    {
        var decoded = Decompression.Decode(kind, Bytes.Span, Budget, Image.RoomLeft);
        var content = decoded.Content;
        isSure |= At == 0 && (Depth == 0 || kind != CompressionKind.Lzma) || kind is CompressionKind.Xz or CompressionKind.Zstandard;
        var enough = kind == CompressionKind.Lzma ? content.Length >= 4096 && At == 0 : isSure || content.Length >= 1 << 16;
        if (decoded.Failure is not null && !enough || content.Length == 0 && decoded.Failure is null && At != 0)
        {
            decoded.Dispose();
            return null;
        }
        Image.Hold(decoded);
        var losses = new List<Loss>();
        if (decoded.Loss(Place.Artefact, Place.Start) is { } loss) losses.Add(loss with { Location = loss.Location with { Path = Place.Path } });
        return new Part
        {
            Offset = At,
            Length = decoded.Used,
            Kind = Decompression.Name(kind),
            Path = Path,
            Bytes = Bytes[..decoded.Used],
            Content = content,
            Losses = losses,
            Note = $"{content.Length} bytes unpacked",
            Children = Image.Inside(content, Path, Depth + 1),
            IsRead = decoded.Failure is null || content.Length > 0,
        };
    }

    /// <summary>The same for a stream at another place of the structure, which a container's header names.</summary>
    internal Part? StreamAt(int start, int length, CompressionKind kind) => new Opening
    {
        Image = Image,
        Region = Bytes[..(start + length)],
        At = start,
        Found = new(Decompression.Name(kind), 0),
        Place = Place.After(start),
        Path = $"{Path}/@0x{start:x}-{Decompression.Name(kind)}",
        Depth = Depth + 1,
    }.Stream(kind, isSure: true);
}
