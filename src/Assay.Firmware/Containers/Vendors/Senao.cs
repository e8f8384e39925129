using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>
/// Images of Senao, which D-Link and EnGenius sell: a header with an MD5 and a sum of its own bytes; what follows is combined with a number that stands in
/// the header, and is put back before it is looked into.
/// </summary>
internal static class Senao
{
    internal static readonly Format Format = new()
    {
        Kind = "senao",
        Title = "Image of Senao (EnGenius, D-Link)",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mksenaofw.c",
        Proof = "`mksenaofw`",
        Limits = "images with a second header for access points",
        Recognise = Recognise,
        Open = Open,
    };

    private const int HeaderSize = 0x60, SumAt = 0x58, MagicAt = 0x5c, Md5At = 0x28;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    // The sum was made before it was written, and counts the magic's four bytes.
    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= HeaderSize || U(bytes, 0) != 0 || U(bytes, 0x24) != 0 || U(bytes, 4) == 0 || U(bytes, 8) == 0 || U(bytes, 0x1c) > 0x0c || U(bytes, MagicAt) == 0) return null;
        long size = U(bytes, 0x20);
        if (size == 0 || size > 1 << 30) return null;
        uint sum = 0;
        foreach (var b in bytes[..SumAt]) sum += b;
        foreach (var b in bytes.Slice(MagicAt, 4)) sum += b;
        return sum == U(bytes, SumAt) ? new("senao", HeaderSize + size, $"type {U(bytes, 0x1c)}, version {FixedText.Of(bytes.Slice(0x0c, 16))}, vendor {U(bytes, 4):x}, product {U(bytes, 8):x}") : null;
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var size = opening.Found.Length - HeaderSize;
        var held = (int)Math.Min(size, bytes.Length - HeaderSize);
        if (held > opening.Image.RoomLeft) throw new Evidence.Reading.BudgetException("file", opening.Budget.FileBytes);
        var magic = (int)U(bytes, MagicAt);
        Span<byte> mask = stackalloc byte[8];
        for (var i = 0; i < mask.Length; i++) mask[i] = (byte)(magic >> i);
        var content = bytes.Slice(HeaderSize, held).ToArray();
        for (var i = 0; i < content.Length; i++) content[i] ^= mask[i % 8];
        var losses = new List<Loss>();
#pragma warning disable CA5351 // What the format holds; it is compared and proves nothing else.
        if (held == size && MD5.HashData(content) is var own && !own.AsSpan().SequenceEqual(bytes.Slice(Md5At, 16))) losses.Add(opening.Place.Loss(HeaderSize, $"an image with MD5 {Convert.ToHexStringLower(bytes.Slice(Md5At, 16))}", Convert.ToHexStringLower(own)));
#pragma warning restore CA5351
        return opening.Assembled(content, losses, length: HeaderSize + size, note: opening.Found.Note);
    }
}
