using System.Buffers.Binary;

namespace Assay.Firmware.Containers;

/// <summary>Formats that are named and not read, so that what was not looked at has a name.</summary>
internal static class Named
{
    internal static readonly Format F2fs = new()
    {
        Kind = "f2fs",
        Title = "F2FS",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/linux/f2fs_fs.h",
        Recognise = bytes => bytes.Length >= 2048 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[1024..]) == 0xf2f52010 ? new("f2fs", bytes.Length) : null,
    };
}
