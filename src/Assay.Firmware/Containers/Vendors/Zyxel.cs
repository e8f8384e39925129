using System.Buffers.Binary;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>RAS of ZyXEL: the root file system behind a header with versions and a sum of its own.</summary>
internal static class Zyxel
{
    internal static readonly Format Format = new()
    {
        Kind = "zyxel-ras",
        Title = "RAS of ZyXEL",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mkrasimage.c",
        Proof = "`mkrasimage`",
        Recognise = Recognise,
        Open = opening => opening.Laid(HeaderSize, []),
    };

    private const int HeaderSize = 0x800;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    // sum -s of System V, with the carry added, over the first 2 KiB in which the sum of the file system stands for the header's own.
    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize * 2 || bytes[0] != 0 || bytes[1] != 0 || bytes[40] != 0 || bytes[41] != 0 || bytes[116] is not 0xff || !char.IsAsciiLetterOrDigit((char)bytes[8]) || !char.IsAsciiLetterOrDigit((char)bytes[44])) return null;
        uint sum = 0;
        for (var i = 0; i < HeaderSize; i++)
        {
            sum += bytes[i is >= 40 and < 44 ? i - 40 : i];
            if (sum > 0xffff) sum = sum + 1 & 0xffff;
        }
        return sum == U(bytes, 40) ? new("zyxel-ras", bytes.Length, $"{FixedText.Of(bytes.Slice(44, 64))} {FixedText.Of(bytes.Slice(8, 32))}") : null;
    }
}
