using System.Buffers.Binary;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>LXL of Luxul: a header with board, release and blobs of certificate and signature before the maker's own container.</summary>
internal static class Luxul
{
    internal static readonly Format Format = new()
    {
        Kind = "luxul",
        Title = "LXL of Luxul",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/lxlfw.c",
        Proof = "`lxlfw`",
        Limits = "signatures",
        Signatures = [new("LXL#"u8.ToArray())],
        Recognise = Recognise,
        Open = opening => opening.Container((int)U(opening.Bytes.Span, 8)),
    };

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    // The header grew with each version: flags and board, release, blobs.
    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 64) return null;
        uint version = U(bytes, 4), length = U(bytes, 8);
        var least = version switch { 0 => 12, 1 => 32, 2 => 36, 3 => 44, _ => int.MaxValue };
        if (length < least || length > 1 << 16 || length >= bytes.Length) return null;
        var note = version == 0 ? "" : FixedText.Of(bytes.Slice(16, 16));
        if (version >= 2) note += $" {bytes[32]}.{bytes[33]}.{bytes[34]}.{bytes[35]}";
        return new("luxul", bytes.Length, note);
    }
}
