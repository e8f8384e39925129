using System.Diagnostics;
using Assay.Evidence.Compression;

namespace Assay.Bench;

/// <summary>Decoding speed of the block compressions of flash file systems on one thread: what <c>lzop -c</c> or <c>lz4 -c -l</c> wrote, block by block.</summary>
internal static class BlockBench
{
    internal static int Run(string file)
    {
        var input = File.ReadAllBytes(file);
        var isLzo = input.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'L', (byte)'Z', (byte)'O']);
        var blocks = isLzo ? Lzop(input).ToList() : Lz4(input).ToList();
        var target = new byte[16 << 20];
        var times = new List<double>();
        long size = 0;
        for (var i = 0; i < 8; i++)
        {
            size = 0;
            var watch = Stopwatch.StartNew();
            foreach (var (at, packed, room) in blocks) size += Decompression.Block(isLzo ? CompressionKind.Lzo : CompressionKind.Lz4, input.AsSpan(at, packed), target, 0, room);
            if (i > 0) times.Add(watch.Elapsed.TotalSeconds);
        }
        times.Sort();
        Console.WriteLine(FormattableString.Invariant($"{size} bytes of {blocks.Count} {(isLzo ? "lzo" : "lz4")} blocks in {times[3] * 1000:F0} ms: {size / times[3] / 1e6:F0} MB/s (median of 7)"));
        return 0;
    }

    // lzop's file format: big endian; sizes of content and of data, sums by the flags. Blocks that are stored as they are do not count.
    private static IEnumerable<(int At, int Packed, int Room)> Lzop(byte[] file)
    {
        var flags = U32(17);
        var at = 33 + 1 + file[33] + 4;
        while (U32(at) is var size and > 0)
        {
            var packed = (int)U32(at + 4);
            at += 8 + ((flags & 0x101) != 0 ? 4 : 0) + (packed < size && (flags & 0x202) != 0 ? 4 : 0);
            if (packed < size) yield return (at, packed, (int)size);
            at += packed;
        }

        uint U32(int where) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(where));
    }

    // The legacy frame: a magic number, then the size of each block of up to 8 MiB, and the block.
    private static IEnumerable<(int At, int Packed, int Room)> Lz4(byte[] file)
    {
        for (var at = 4; at + 4 <= file.Length;)
        {
            var packed = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            yield return (at + 4, packed, 8 << 20);
            at += 4 + packed;
        }
    }
}
