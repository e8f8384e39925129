using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Containers;

/// <summary>Android's sparse image: chunks that are there, filled with four bytes, or left out; put together up to the budget.</summary>
internal static class AndroidSparse
{
    internal static readonly Format Format = new()
    {
        Kind = "android-sparse",
        Title = "Android sparse image",
        Group = FormatGroup.Container,
        Source = "platform/system/core/libsparse/sparse_format.h",
        Proof = "`img2simg`, `simg2img`",
        Signatures = [new([0x3a, 0xff, 0x26, 0xed])],
        Recognise = Recognise,
        Open = Open,
    };

    private const int Raw = 0xcac1, Fill = 0xcac2, DontCare = 0xcac3, Crc = 0xcac4;

    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 40 || BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) != 1 || BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) is < 28 or > 256 || BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]) is < 12 or > 256) return null;
        var block = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (block is 0 or > 1 << 24 || block % 4 != 0) return null;
        int at = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        // The first chunk is one that exists.
        return bytes.Length >= at + 12 && BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) is >= Raw and <= Crc ? new("android-sparse", 0) : null;
    }

    // What the headers of the chunks that are there add up to.
    private static long Covered(ReadOnlySpan<byte> bytes, int header, int chunkHeader, uint block, uint chunks)
    {
        long at = header, covered = 0;
        for (var i = 0u; i < chunks && at + 12 <= bytes.Length; i++)
        {
            covered += BinaryPrimitives.ReadUInt32LittleEndian(bytes[((int)at + 4)..]) * (long)block;
            var total = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((int)at + 8)..]);
            if (total < chunkHeader) break;
            at += total;
        }
        return covered;
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var reader = new SpanReader(bytes);
        reader.Skip(8);
        var header = reader.U16();
        var chunkHeader = reader.U16();
        var block = reader.U32();
        var blocks = reader.U32();
        var chunks = reader.U32();
        var stated = reader.U32();
        reader.Seek(header);
        var size = (long)block * blocks;
        if (size > opening.Image.RoomLeft) throw new BudgetException("file", opening.Budget.FileBytes);
        // A size that no chunks stand behind takes no memory.
        var content = new byte[Math.Min(size, Covered(bytes, header, chunkHeader, block, chunks))];
        var losses = new List<Loss>();
        long at = 0;
        var isWhole = true;
        try
        {
            for (var i = 0u; i < chunks; i++)
            {
                var start = reader.Position;
                var kind = reader.U16("kind of a chunk");
                reader.Skip(2);
                long length = reader.U32("blocks of a chunk") * (long)block;
                var total = reader.U32("bytes of a chunk");
                reader.Skip(chunkHeader - 12);
                long data = total - (long)chunkHeader;
                var expected = kind switch { Raw => length, Fill or Crc => 4, DontCare => 0, _ => -1 };
                if (data != expected || length > content.Length - at) throw new UnreadableException($"a chunk of {expected} bytes of data inside {size}", $"kind {kind:x}, {data} bytes of data for {length} at {at}", start);
                switch (kind)
                {
                    case Raw:
                        reader.Take(data, "bytes of a chunk").CopyTo(content.AsSpan((int)at));
                        break;
                    case Fill:
                        var filler = reader.Take(4);
                        if (filler.ContainsAnyExcept((byte)0)) System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(content.AsSpan((int)at, (int)length)).Fill(System.Runtime.InteropServices.MemoryMarshal.Read<uint>(filler));
                        break;
                    case Crc:
                        var sum = reader.U32();
                        if (Crc32.Of(content.AsSpan(0, (int)at)) is var own && own != sum) losses.Add(opening.Place.Loss(start, $"content with CRC-32 {sum:x8}", $"{own:x8}"));
                        break;
                }
                at += length;
            }
            if (at != size) losses.Add(opening.Place.Loss(reader.Position, $"{size} bytes of content", $"{at}"));
        }
        catch (UnreadableException unreadable)
        {
            isWhole = false;
            losses.Add(opening.Place.Loss(unreadable));
        }
        if (isWhole && stated != 0 && Crc32.Of(content) is var computed && computed != stated) losses.Add(opening.Place.Loss(24, $"content with CRC-32 {stated:x8}", $"{computed:x8}"));
        return opening.Assembled(content, losses, length: isWhole ? reader.Position : bytes.Length, note: $"{chunks} chunks, {size} bytes put together");
    }
}
