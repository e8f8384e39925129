using System.Buffers.Binary;

namespace Assay.Firmware.Containers;

/// <summary>Partition tables of disks and memory cards.</summary>
internal static class PartitionTable
{
    internal static readonly Format Mbr = new()
    {
        Kind = "mbr",
        Title = "PC partition table",
        Group = FormatGroup.Container,
        Source = "Microsoft MS-DOS master boot record",
        Proof = "a sample",
        Recognise = bytes => IsPartitionTable(bytes) ? new("mbr", 512) : null,
        Open = opening => opening.Part(),
    };

    // PC master boot record: four entries of which at least one is used, each with a status of 00 or 80 and sectors behind the first.
    private static bool IsPartitionTable(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 512 || bytes[510] != 0x55 || bytes[511] != 0xaa) return false;
        var used = 0;
        for (var at = 446; at < 510; at += 16)
        {
            if (bytes[at] is not (0 or 0x80)) return false;
            if (bytes[at + 4] == 0) continue;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 8)..]) == 0 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 12)..]) == 0) return false;
            used++;
        }
        return used > 0;
    }
}
