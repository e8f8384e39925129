using System.Buffers.Binary;

namespace Assay.Firmware.Containers;

/// <summary>Flattened device trees, and U-Boot's FIT, which is one with images inside.</summary>
internal static class Fit
{
    internal static readonly Format Format = new()
    {
        Kind = "fit",
        Title = "U-Boot flattened image tree",
        Group = FormatGroup.Container,
        Source = "u-boot/doc/usage/fit/source_file_format.rst",
        Proof = "a sample",
        Signatures = [new([0xd0, 0x0d, 0xfe, 0xed])],
        Recognise = bytes => Recognise(bytes) is { Kind: "fit" } fit ? fit : null,
        Open = opening => opening.Container(0x1c),
        IsWhole = true,
    };

    internal static readonly Format DeviceTree = new()
    {
        Kind = "dtb",
        Title = "Flattened device tree",
        Group = FormatGroup.Container,
        Source = "Devicetree Specification 0.4, chapter 5",
        Proof = "`dtc`",
        Signatures = [new([0xd0, 0x0d, 0xfe, 0xed])],
        Recognise = bytes => Recognise(bytes) is { Kind: "dtb" } tree ? tree : null,
        Open = opening => opening.Part(),
        IsExpectedInKernel = true,
    };

    // Devicetree Specification 0.4, 5.2.
    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 40) return null;
        uint U(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32BigEndian(b[at..]);
        var size = U(bytes, 4);
        if (size < 56 || U(bytes, 8) >= size || U(bytes, 12) >= size || U(bytes, 20) is < 16 or > 17 || U(bytes, 24) > 17) return null;
        // U-Boot's FIT is a device tree whose root has a node "images".
        var tree = bytes[..(int)Math.Min(size, bytes.Length)];
        return new(tree[..Math.Min(tree.Length, 4096)].IndexOf("\0\0\0\u0001images\0"u8) >= 0 ? "fit" : "dtb", size);
    }
}
