using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware;

/// <summary>One recognised piece of an image, or of the decoded content of another part.</summary>
public sealed class Part
{
    /// <summary>Bytes from the start of the image; of a nested part, from the start of its parent, unpacked where that is compressed.</summary>
    public required long Offset { get; init; }
    /// <summary>Bytes, its padding included.</summary>
    public required long Length { get; init; }
    /// <summary>What it is, in one word: squashfs, cpio, uimage, gzip, xz, lzma, zstd, zimage, bzimage, kernel, elf, dtb, fit, jffs2, ubi, ext, padding, unknown …</summary>
    public required string Kind { get; init; }
    /// <summary>Where the tree shows it: <c>/@0x540000-squashfs</c>; nested parts below their parent: <c>/@0x0-gzip/@0x0-cpio</c>.</summary>
    public required string Path { get; init; }
    /// <summary><c>0x540000-squashfs</c>.</summary>
    public string Name => $"0x{Offset:x}-{Kind}";
    /// <summary>For a person, in the map: what the header says of itself.</summary>
    public string? Note { get; init; }
    /// <summary>The files inside, where this is a file system or an archive that is read.</summary>
    public IFileSystem? FileSystem { get; init; }
    /// <summary>The bytes as they are in the image.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }
    /// <summary>What compression hid; null where nothing was compressed. Valid until the image is disposed.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }
    /// <summary>Bytes that compression hid; also where they are known and not held (<see cref="PartFacts"/>). Null where nothing was compressed.</summary>
    internal long? Unpacked { get => field ?? Content?.Length; init; }
    /// <summary>Bits for each byte, 0 to 8.</summary>
    internal double EntropyBits { get => known ?? Entropy.Of(Bytes.Span).Bits; init => known = value; }
    private readonly double? known;
    /// <summary>What a payload says, where that is known: from another image, or since it was looked into while other parts were read. Else null.</summary>
    internal PayloadFacts? Said { get; set; }
    public IReadOnlyList<Part> Children { get; init; } = [];
    /// <summary>What was wrong with the part itself; a file system's own losses are with it.</summary>
    public IReadOnlyList<Loss> Losses { get; init; } = [];
    /// <summary>Whether the structure was understood, so that its bytes count as examined.</summary>
    public bool IsRead { get; init; }

    /// <summary>Whether its bytes are looked into as they are: a kernel also where it carries archives or its configuration.</summary>
    internal bool IsPayload => FileSystem is null && Kind != "padding" && (Children.Count == 0 || Kind == "kernel");

    /// <summary>This part and all below it, in the order of the image.</summary>
    public IEnumerable<Part> WithDescendants() => Children.SelectMany(c => c.WithDescendants()).Prepend(this);
}
