using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Firmware.Containers;
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
    internal Part FileSystem(ImageFileSystem files, string? note = null, IReadOnlyList<Part>? children = null)
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
            Children = children ?? [],
            Note = note is null ? $"{files.Entries.Count} entries" : $"{note}, {files.Entries.Count} entries",
            IsRead = files.Entries.Count > 0 || files.Losses.Count == 0,
        };
    }

    /// <summary>
    /// An archive. One that is no root file system may carry images: each member that is recognised as something is a part below it,
    /// <c>/@0x0-zip/firmware.bin</c>, and its structures stand below that.
    /// </summary>
    internal Part Archive(Archive files, string? note = null) => FileSystem(files, note, Image.LooksLikeRoot(files) ? [] : [.. files.Members.Select(m => Member(files, m)).OfType<Part>()]);

    private Part? Member(Archive files, Archive.Member member)
    {
        if (member.Size < SmallestImage) return null;
        ReadOnlyMemory<byte> content;
        try
        {
            content = files.Read(member);
            Image.Hold(content.Length);
        }
        catch (Exception failure) when (failure is UnreadableException or BudgetException)
        {
            // The archive says it of the file when the contents are read.
            return null;
        }
        var path = Path + member.Entries[0].Path.Text;
        var inner = Image.Inside(content, path, Depth + 1);
        var isImage = inner.Any(p => p.Kind is not ("unknown" or "padding" or "elf"));
        files.Keep(member, content, isImage);
        if (!isImage) return null;
        return new Part { Offset = member.Offset, Length = content.Length, Kind = "member", Path = path, Note = member.Entries[0].Path.Text, Bytes = content, Children = inner, IsRead = true };
    }

    private const int SmallestImage = 32;

    /// <summary>A container whose structures are searched behind its header, side by side.</summary>
    internal Part Container(int header, IEnumerable<Loss>? losses = null, long? length = null, string? note = null)
    {
        var end = (int)Math.Min(length ?? Found.Length, Bytes.Length);
        return Part(end > header ? Image.Scan(Bytes[..end], header, Place, Path, Depth + 1) : [], losses, length: length, note: note);
    }

    /// <summary>Structures between two offsets of this one, side by side.</summary>
    internal List<Part> Scan(int start, int length) => Image.Scan(Bytes[..(start + length)], start, Place, Path, Depth + 1);

    /// <summary>
    /// A container whose table says what lies where: the pieces, and between them what is recognised there or a gap with a name. A piece that
    /// begins inside another is left out.
    /// </summary>
    /// <param name="header">Bytes that are the table itself.</param>
    internal Part Laid(int header, IEnumerable<Part> pieces, IEnumerable<Loss>? losses = null, long? length = null, string? note = null)
    {
        var end = (int)Math.Min(length ?? Found.Length, Bytes.Length);
        var all = new List<Part>();
        var at = Math.Min(header, end);
        foreach (var piece in pieces.OrderBy(p => p.Offset).ThenByDescending(p => p.Length))
        {
            if (piece.Offset < at || piece.Length <= 0) continue;
            if (piece.Offset > at) all.AddRange(Scan(at, (int)piece.Offset - at));
            all.Add(piece);
            at = (int)(piece.Offset + piece.Length);
        }
        if (at < end) all.AddRange(Scan(at, end - at));
        return Part(Image.Tile(Bytes[..end], all, Path, Math.Min(header, end)), losses, length: length, note: note);
    }

    /// <summary>
    /// A piece whose borders the container states: what is recognised at its start, or, where nothing is, a part named <paramref name="kind"/> whose
    /// bytes count as looked at.
    /// </summary>
    internal IReadOnlyList<Part> Piece(int start, int length, string kind, string? note = null)
    {
        if (length <= 0) return [];
        var inner = Scan(start, length);
        if (inner.Count > 0 && inner[0].Offset == start) return inner;
        return [new Part { Offset = start, Length = length, Kind = kind, Path = $"{Path}/@0x{start:x}-{kind}", Note = note, Bytes = Bytes.Slice(start, length), Children = inner, IsRead = true }];
    }

    /// <summary>
    /// A piece of a container's table as one part of its own, <c>/@0x0-gpt/@0x100000-partition</c>, with what is recognised in it below; cut at the end of
    /// what is there. Null where nothing of it is there.
    /// </summary>
    internal Part? Framed(long start, long length, string kind, string? note = null, IEnumerable<Loss>? losses = null)
    {
        if (start < 0 || start >= Bytes.Length || length <= 0) return null;
        var held = (int)Math.Min(length, Bytes.Length - start);
        var bytes = Bytes.Slice((int)start, held);
        var path = $"{Path}/@0x{start:x}-{kind}";
        var all = losses?.ToList() ?? [];
        if (held < length) all.Insert(0, Place.After(start).Loss(held, $"{length} bytes of {kind}", $"{held} to the end"));
        var inner = Image.Scan(bytes, 0, Place.After(start), path, Depth + 1);
        return new Part { Offset = start, Length = held, Kind = kind, Path = path, Note = note, Bytes = bytes, Children = Image.Tile(bytes, inner, path), Losses = all, IsRead = true };
    }

    /// <summary>A kernel as it is, whose own structures are searched only for what a kernel carries to be used.</summary>
    internal Part Kernel(int start, int length, string? note = null)
    {
        var path = $"{Path}/@0x{start:x}-kernel";
        var bytes = Bytes.Slice(start, length);
        return new Part { Offset = start, Length = length, Kind = "kernel", Path = path, Note = note, Bytes = bytes, Children = Image.Scan(bytes, 0, Place.After(start), path, Depth + 1, insideKernel: true), IsRead = true };
    }

    /// <summary>
    /// What a container calls a packed or plain payload: a stream where one begins there, else what is recognised, else a part named
    /// <paramref name="kind"/>.
    /// </summary>
    internal IReadOnlyList<Part> Payload(int start, int length, string kind, string? note = null)
    {
        if (length <= 0) return [];
        var bytes = Bytes.Slice(start, length);
        foreach (var packing in Packings)
        {
            if (Decompression.IsHeader(packing, bytes.Span) && StreamAt(start, length, packing) is { } stream)
            {
                var rest = (int)(start + stream.Length);
                return rest < start + length ? [stream, .. Scan(rest, start + length - rest)] : [stream];
            }
        }
        if (kind == "kernel" && Formats.At(bytes.Span, out _) is null) return [Kernel(start, length, note)];
        return Piece(start, length, kind, note);
    }

    // LZMA last: its few fixed bytes prove least.
    private static readonly CompressionKind[] Packings =
        [CompressionKind.Gzip, CompressionKind.Xz, CompressionKind.Zstandard, CompressionKind.Bzip2, CompressionKind.Lz4Frame, CompressionKind.Lzop, CompressionKind.Lzip, CompressionKind.Lzma];

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
        // Only inside of a container, which has an end: else every image would have its own bytes behind it. What is unpacked is kept with what it came from.
        var key = Image.Options.Cache is not null && Depth > 0 && Place.Path is null && Bytes.Length >= WorthAnEntry ? PartFacts.Key(kind, Bytes.Span, Depth, Budget) : null;
        if (key is not null && Image.Known(key, this) is { } known) return known;
        var part = Unpacked(kind, isSure);
        if (key is not null && part is not null) Image.Note(key, part);
        return part;
    }

    private const int WorthAnEntry = 64 << 10;

    private Part? Unpacked(CompressionKind kind, bool isSure)
    {
        var decoded = Decompression.Decode(kind, Bytes.Span, Budget, Image.RoomLeft);
        var content = decoded.Content;
        isSure |= At == 0 && (Depth == 0 || kind != CompressionKind.Lzma) || kind is CompressionKind.Xz or CompressionKind.Zstandard or CompressionKind.Bzip2 or CompressionKind.Lzop;
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

    /// <summary>A structure whose packed content was decoded apart from its fields; looked into as an image of its own.</summary>
    /// <param name="start">Bytes from the structure's start to the packed ones.</param>
    internal Part Decoded(Decoded decoded, int start, List<Loss> losses)
    {
        Image.Hold(decoded);
        if (decoded.Loss(Place.Artefact, Place.Start + start) is { } loss) losses.Add(loss with { Location = loss.Location with { Path = Place.Path } });
        var content = decoded.Content;
        return Part(Image.Inside(content, Path, Depth + 1), losses, isRead: decoded.Failure is null || content.Length > 0, note: $"{content.Length} bytes unpacked", content: content);
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
