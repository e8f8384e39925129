using System.Buffers.Binary;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// How the blocks are compressed. Version 4 says it in its superblock. Before, zlib was the only one, and vendors put LZMA in its place, with a
/// header of their own or none, and said so by another magic, another minor number or not at all: there, what works is what it is.
/// </summary>
internal sealed partial class SquashFs
{
    /// <summary>One way to decode a block.</summary>
    /// <param name="Kind">Null for LZMA streams without the usual header.</param>
    /// <param name="Skip">Bytes of a vendor's header before such a stream.</param>
    /// <param name="Properties">lc + 9 * (lp + 5 * pb) of such a stream; -1 where the block's first byte says it.</param>
    private readonly record struct Codec(CompressionKind? Kind, int Skip = 0, int Properties = -1)
    {
        internal string Name => Kind switch { CompressionKind.Zlib => "gzip", { } kind => Decompression.Name(kind), null => "lzma" };

        /// <returns>Bytes decoded, at most <paramref name="room"/>.</returns>
        /// <exception cref="UnreadableException"/>
        internal int Decode(ReadOnlySpan<byte> block, byte[] target, int start, int room)
        {
            // Of a stream that does not state its size the block's room is the size.
            if (Kind == CompressionKind.Lzma && block.Length > 13 && !block[5..13].ContainsAnyExcept((byte)0xff)) return LzmaBlock.Decode(block[13..], block[0], target, start, room);
            if (Kind is { } kind) return Decompression.Block(kind, block, target, start, room);
            if (block.Length <= Skip) throw new UnreadableException($"an LZMA block of more than {Skip} bytes", $"{block.Length}", 0);
            return LzmaBlock.Decode(block[Skip..], Properties >= 0 ? Properties : block[0], target, start, room);
        }
    }

    private static readonly Codec[] Stated =
    [
        default, new(CompressionKind.Zlib), new(CompressionKind.Lzma), new(CompressionKind.Lzo), new(CompressionKind.Xz), new(CompressionKind.Lz4), new(CompressionKind.Zstandard),
    ];

    /// <summary>The ways that were seen, the frequent ones first; then LZMA with any properties behind any short header.</summary>
    private static IEnumerable<Codec> Candidates(int compressor)
    {
        if (compressor != 0) yield return Stated[compressor];
        if (compressor != 1) yield return new(CompressionKind.Zlib);
        yield return new(null, 0, LzmaBlock.UsualProperties);
        yield return new(null, 5);
        yield return new(null, 13);
        if (compressor != 4) yield return new(CompressionKind.Xz);
        if (compressor != 6) yield return new(CompressionKind.Zstandard);
        const int LongestHeader = 16;
        const int MostLiteralBits = 4;
        for (var skip = 0; skip <= LongestHeader; skip++)
        {
            for (var properties = 0; properties < 225; properties++)
            {
                if (properties % 9 + properties / 9 % 5 <= MostLiteralBits) yield return new(null, skip, properties);
            }
        }
    }

    // The root inode and the first name of its listing must come out of the tables: nothing else than the right way makes them.
    private void Settle()
    {
        hasLittleSizes = header.Version == 4 && header.Big && !LeadsToFolders(big: true) && LeadsToFolders(big: false);
        foreach (var candidate in Candidates(header.Compressor))
        {
            codec = candidate;
            metadata.Clear();
            metadataLeft = Budget.FileBytes;
            try
            {
                if (ReadInode(header.Root, new FilePath("/"u8.ToArray()), out var folder, out _).Type != FileType.Directory) continue;
                var first = true;
                if (folder.Size > 0) List(folder, (_, _) => first = false, once: true);
                if (!first || folder.Size == 0) return;
            }
            catch (Exception failure) when (failure is UnreadableException or BudgetException)
            {
                // Another way, then.
            }
        }
        codec = Stated[header.Compressor == 0 ? 1 : header.Compressor];
        metadata.Clear();
        metadataLeft = Budget.FileBytes;
    }

    // A vendor's big-endian version 4 (AVM) keeps the sizes of metadata blocks little endian. By the right order the blocks of the inode table end
    // where the next table begins.
    private bool LeadsToFolders(bool big)
    {
        var at = header.InodeTable;
        while (at < header.DirectoryTable && at <= image.Length - 2)
        {
            var bytes = image.Span[(int)at..];
            var size = (big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes)) & 0x7fff;
            if (size is 0 or > MetadataSize) return false;
            at += 2 + size;
        }
        return at == header.DirectoryTable;
    }
}
