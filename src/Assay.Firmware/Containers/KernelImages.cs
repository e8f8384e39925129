using System.Buffers.Binary;

namespace Assay.Firmware.Containers;

/// <summary>Self-unpacking kernels: the payload, the version banner and the configuration are found inside.</summary>
internal static class KernelImages
{
    internal static readonly Format ZImage = new()
    {
        Kind = "zimage",
        Title = "zImage of ARM",
        Group = FormatGroup.Container,
        Source = "linux/Documentation/arch/arm/booting.rst",
        Proof = "a sample; a Debian kernel",
        Signatures = [new([0x18, 0x28, 0x6f, 0x01], 0x24), new([0x01, 0x6f, 0x28, 0x18], 0x24)],
        Recognise = bytes => bytes.Length < 0x30 ? null : Arm(bytes, bigEndian: bytes[0x24] == 1),
        Open = opening => opening.Container(0x30),
    };

    internal static readonly Format BzImage = new()
    {
        Kind = "bzimage",
        Title = "bzImage of x86",
        Group = FormatGroup.Container,
        Source = "linux/Documentation/arch/x86/boot.rst",
        Proof = "samples of two packings",
        Signatures = [new("HdrS"u8.ToArray(), 0x202)],
        Recognise = X86,
        Open = OpenX86,
    };

    // From protocol 2.08 on the header says where the payload stands in the code behind the sectors of setup.
    private static Part OpenX86(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var setup = ((bytes[0x1f1] == 0 ? 4 : bytes[0x1f1]) + 1) * 512;
        long start = setup + BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x248..]), length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x24c..]);
        var end = Math.Min(opening.Found.Length, bytes.Length);
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x206..]) < 0x208 || length == 0 || start + length > end) return opening.Container(0x260);
        return opening.Part(opening.Payload((int)start, (int)length, "kernel"));
    }

    // The magic at 0x24; start and end address stand behind it.
    private static Recognised? Arm(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var start = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[0x28..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x28..]);
        var end = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[0x2c..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x2c..]);
        return end > start && end - start is >= 0x1000 and < 1 << 28 ? new("zimage", end - start, bigEndian ? "ARM, big endian" : "ARM") : null;
    }

    private static Recognised? X86(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 0x260 || bytes[0x1fe] != 0x55 || bytes[0x1ff] != 0xaa) return null;
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x206..]);
        if (version is < 0x200 or > 0x2ff) return null;
        var sectors = bytes[0x1f1] == 0 ? 4 : bytes[0x1f1];
        return new("bzimage", (sectors + 1) * 512L + BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x1f4..]) * 16L, "x86");
    }
}
