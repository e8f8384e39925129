using System.Buffers.Binary;

namespace Assay.Firmware.Containers;

/// <summary>cpio archives.</summary>
internal static class Archives
{
    internal static readonly Format Cpio = new()
    {
        Kind = "cpio",
        Title = "cpio archive, newc, crc and odc",
        Group = FormatGroup.Archive,
        Source = "cpio(5); linux/Documentation/driver-api/early-userspace/buffer-format.rst",
        Proof = "`cpio`, samples",
        Signatures = [new("07070"u8.ToArray())],
        Recognise = bytes => FileSystems.Cpio.IsHeader(bytes) ? new("cpio", 0) : null,
        Open = opening => opening.FileSystem(FileSystems.Cpio.Open(opening.Bytes, opening.Place, opening.Budget)),
        IsExpectedInKernel = true,
    };

    internal static readonly Format OldCpio = new()
    {
        Kind = "cpio-binary",
        Title = "cpio archive, old binary",
        Group = FormatGroup.Archive,
        Source = "cpio(5)",
        Recognise = bytes => IsOldCpio(bytes) ? new("cpio-binary", 0) : null,
    };

    private static bool IsOldCpio(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 28 || !(bytes[0] == 0xc7 && bytes[1] == 0x71 || bytes[0] == 0x71 && bytes[1] == 0xc7)) return false;
        var name = bytes[0] == 0xc7 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[20..]);
        return name is > 1 and < 4096 && bytes.Length > 26 + name && bytes[25 + name] == 0;
    }
}
