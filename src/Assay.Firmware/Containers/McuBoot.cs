using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Assay.Evidence;

namespace Assay.Firmware.Containers;

/// <summary>Images of MCUboot: a header, the program, and fields with digest and signatures. The digest is compared; no signature is checked.</summary>
internal static class McuBoot
{
    internal static readonly Format Format = new()
    {
        Kind = "mcuboot",
        Title = "MCUboot image",
        Group = FormatGroup.Container,
        Source = "mcuboot/docs/design.md, mcuboot/boot/bootutil/include/bootutil/image.h",
        Proof = "`imgtool`",
        Limits = "signatures; encrypted images",
        Signatures = [new([0x3d, 0xb8, 0xf3, 0x96])],
        Recognise = bytes => Read(bytes) is { } image ? new("mcuboot", image.Length, image.Note) : null,
        Open = Open,
    };

    private const int InfoSize = 4, InfoMagic = 0x6907, ProtectedMagic = 0x6908;
    private const uint Encrypted = 4 | 8;

    private sealed record Layout(int Header, int Size, int Covered, long Length, uint Flags, string Note, IReadOnlyList<(int Kind, int At, int Length)> Fields);

    private static Layout? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32) return null;
        int header = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), covered = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        if (header < 32 || size == 0 || bytes.Slice(28, 4).ContainsAnyExcept((byte)0)) return null;
        var at = header + size;
        var fields = new List<(int, int, int)>();
        if (covered > 0)
        {
            if (!Fields(bytes, ref at, ProtectedMagic, fields) || at != header + size + covered) return null;
        }
        if (!Fields(bytes, ref at, InfoMagic, fields)) return null;
        var kinds = fields.Select(f => Name(f.Item1)).OfType<string>().ToList();
        var note = string.Create(CultureInfo.InvariantCulture, $"version {bytes[20]}.{bytes[21]}.{BinaryPrimitives.ReadUInt16LittleEndian(bytes[22..])}+{BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..])}, {(kinds.Count == 0 ? "no digest" : string.Join(", ", kinds))}{((flags & Encrypted) != 0 ? ", encrypted" : "")}");
        return new Layout(header, (int)size, covered, at, flags, note, fields);
    }

    private static bool Fields(ReadOnlySpan<byte> bytes, ref long at, int magic, List<(int, int, int)> fields)
    {
        if (at + InfoSize > bytes.Length || BinaryPrimitives.ReadUInt16LittleEndian(bytes[(int)at..]) != magic) return false;
        var end = at + BinaryPrimitives.ReadUInt16LittleEndian(bytes[(int)(at + 2)..]);
        if (end > bytes.Length) return false;
        for (at += InfoSize; at + 4 <= end;)
        {
            int kind = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(int)at..]), length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(int)(at + 2)..]);
            if (at + 4 + length > end) return false;
            fields.Add((kind, (int)at + 4, length));
            at += 4 + length;
        }
        return at == end;
    }

    private static string? Name(int kind) => kind switch
    {
        0x10 => "SHA-256",
        0x11 => "SHA-384",
        0x12 => "SHA-512",
        0x20 => "RSA-2048 signature",
        0x21 or 0x22 => "ECDSA signature",
        0x23 => "RSA-3072 signature",
        0x24 => "Ed25519 signature",
        0x25 => "pure signature",
        _ => null,
    };

    private static Part Open(Opening opening)
    {
        var span = opening.Bytes.Span;
        var image = Read(span)!;
        var losses = new List<Loss>();
        var covered = span[..(image.Header + image.Size + image.Covered)];
        foreach (var (kind, at, length) in image.Fields)
        {
            var own = kind switch { 0x10 => SHA256.HashData(covered), 0x11 => SHA384.HashData(covered), 0x12 => SHA512.HashData(covered), _ => null };
            // The digest is taken of the plain program.
            if (own is null || (image.Flags & Encrypted) != 0) continue;
            if (!span.Slice(at, length).SequenceEqual(own)) losses.Add(opening.Place.Loss(at, $"an image with the digest {Convert.ToHexStringLower(span.Slice(at, length))}", Convert.ToHexStringLower(own)));
        }
        if ((image.Flags & Encrypted) != 0) losses.Add(opening.Place.Loss(image.Header, "a program that is not encrypted", $"{image.Size} encrypted bytes"));
        var program = (image.Flags & Encrypted) != 0 ? [] : opening.Payload(image.Header, image.Size, "program");
        return opening.Part(program, losses, isRead: (image.Flags & Encrypted) == 0);
    }
}
