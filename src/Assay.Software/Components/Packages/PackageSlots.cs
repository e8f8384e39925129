using System.Buffers.Binary;
using Assay.Evidence.Reading;

namespace Assay.Software.Components.Packages;

/// <summary>
/// The values of rpm's own format of databases (ndb, <c>Packages.db</c>) that lies in memory. A head of 32 bytes (RpmP, version 0, generation, pages of slots, next number), then slots of sixteen bytes up to the end of their pages of 4096
/// (Slot, number, first block, blocks); blocks are sixteen bytes. A value stands between a head (BlbS, number, generation, length) and a tail at the end of its last block (Adler-32 of all before the tail, length, BlbE). All numbers little-endian.
/// </summary>
/// <remarks>Reference: rpm lib/backend/ndb/rpmpkg.c. Slots whose blocks overlap are told, so that no bytes are read twice; a value with another checksum than its own is damage.</remarks>
internal static class PackageSlots
{
    private const int Head = 32, SlotSize = 16, BlockSize = 16, PageSize = 4096, ValueHead = 16, ValueTail = 12, MostPages = 65_536, MostDamage = 16;

    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes.Length >= Head && bytes.StartsWith("RpmP"u8);

    /// <summary>Visits every value, in the order of its blocks.</summary>
    /// <param name="largest">Bytes of one value; a larger one is damage.</param>
    /// <param name="damaged">Gets what could not be read, at most sixteen times; other slots and values are read all the same.</param>
    /// <exception cref="UnreadableException">No such database, or another version of it.</exception>
    public static void Read(ReadOnlySpan<byte> file, int largest, BlobVisitor visit, List<UnreadableException> damaged)
    {
        if (!Looks(file)) throw new UnreadableException("the head of a database of rpm (RpmP)", "other bytes", 0);
        if (U32(file, 4) is not 0 and var version) throw new UnreadableException("version 0 of rpm's own databases", $"version {version}", 4);
        var pages = U32(file, 12);
        if (pages is 0 or > MostPages || pages * PageSize > file.Length) throw new UnreadableException($"1 to {Math.Min(MostPages, file.Length / PageSize)} pages of slots", $"{pages}", 12);
        var slots = new List<(uint Number, long Start, long Length, int At)>();
        for (var at = Head; at < pages * PageSize; at += SlotSize)
        {
            if (!file[at..].StartsWith("Slot"u8))
            {
                Damage(new UnreadableException("a slot", "other bytes", at));
                continue;
            }
            var (number, block, blocks) = (U32(file, at + 4), U32(file, at + 8), U32(file, at + 12));
            if (block == 0) continue;
            var (start, length) = ((long)block * BlockSize, (long)blocks * BlockSize);
            if (number == 0 || length < ValueHead + ValueTail || start < pages * PageSize || start + length > file.Length)
                Damage(new UnreadableException($"a slot with a number and blocks between {pages * PageSize} and {file.Length}", $"number {number}, {length} bytes at {start}", at));
            else slots.Add((number, start, length, at));
        }
        var end = 0L;
        foreach (var (number, start, length, at) in slots.OrderBy(s => s.Start).ThenBy(s => s.At))
        {
            try
            {
                if (start < end) throw new UnreadableException("blocks of one value only", $"blocks at {start} in two slots", at);
                end = start + length;
                visit(Value(file.Slice((int)start, (int)length), number, largest, start), start);
            }
            catch (UnreadableException e)
            {
                Damage(e.Offset >= start ? e : new UnreadableException(e.Expected, e.Found, start));
            }
        }

        void Damage(UnreadableException e)
        {
            if (damaged.Count < MostDamage) damaged.Add(e);
        }
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> blocks, uint number, int largest, long at)
    {
        var length = U32(blocks, 12);
        if (!blocks.StartsWith("BlbS"u8) || U32(blocks, 4) != number) throw new UnreadableException($"the head of value {number}", "other bytes", at);
        if (length > largest) throw new UnreadableException($"a value of at most {largest} bytes", $"{length}", at + 12);
        if ((ValueHead + length + ValueTail + BlockSize - 1) / BlockSize * BlockSize != blocks.Length) throw new UnreadableException($"a value that fills {blocks.Length / BlockSize} blocks", $"{length} bytes", at + 12);
        var tail = blocks[^ValueTail..];
        if (U32(tail, 4) != length || !tail[8..].SequenceEqual("BlbE"u8)) throw new UnreadableException("the tail of a value with its length", "other bytes", at + blocks.Length - ValueTail);
        if (Adler32(blocks[..^ValueTail]) != U32(tail, 0)) throw new UnreadableException("a value with its checksum", "other bytes", at);
        return blocks.Slice(ValueHead, (int)length);
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>RFC 1950, section 8.2.</summary>
    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        var (low, high) = (1u, 0u);
        while (!bytes.IsEmpty)
        {
            // So many that the sums stay below 2^32.
            var part = bytes[..Math.Min(bytes.Length, 5552)];
            foreach (var b in part) high += low += b;
            (low, high) = (low % 65521, high % 65521);
            bytes = bytes[part.Length..];
        }
        return high << 16 | low;
    }
}
