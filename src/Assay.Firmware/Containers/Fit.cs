using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Compression;

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
        Proof = "`mkimage`, `dumpimage`, a sample",
        Signatures = [new([0xd0, 0x0d, 0xfe, 0xed])],
        Recognise = bytes => Recognise(bytes) is { Kind: "fit" } fit ? fit with { Length = End(bytes, fit.Length) } : null,
        Open = Open,
        IsWhole = true,
    };

    private const int MostImages = 256;

    // Data may stand behind the tree, which states only its own length.
    private static long End(ReadOnlySpan<byte> bytes, long size)
    {
        if (size > bytes.Length) return size;
        var end = size;
        foreach (var image in Images(Containers.DeviceTree.Read(bytes[..(int)size])).Take(MostImages))
        {
            if (DataOf(bytes, image, (int)size) is { } data) end = Math.Max(end, data.At + data.Length);
        }
        return end;
    }

    private static IEnumerable<DeviceTreeNode> Images(List<DeviceTreeNode> nodes) => nodes.Where(n => n.Path.StartsWith("/images/", StringComparison.Ordinal) && n.Path.IndexOf('/', 8) < 0);

    // u-boot/doc/usage/fit/source_file_format.rst: each node below /images is one image, its data inside or behind the tree; hash nodes below it.
    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(span[4..]), (uint)bytes.Length);
        var nodes = Containers.DeviceTree.Read(span[..size]);
        var losses = new List<Loss>();
        var pieces = new List<Part>();
        var end = opening.Found.Length;
        var images = Images(nodes).ToList();
        if (images.Count == 0) losses.Add(opening.Place.Loss(0, "a tree with images", "one that breaks off, or none"));
        foreach (var image in images.Take(MostImages))
        {
            if (DataOf(span, image, size) is not { } data) continue;
            if (data.At > bytes.Length || data.Length > bytes.Length - data.At)
            {
                losses.Add(opening.Place.Loss(data.At, $"{data.Length} bytes of {Shortened.Visible(image.Name)}", $"{Math.Max(0, bytes.Length - data.At)} to the end"));
                end = Math.Max(end, data.At + data.Length);
                continue;
            }
            end = Math.Max(end, data.At + data.Length);
            var (start, length) = ((int)data.At, (int)data.Length);
            foreach (var hash in nodes.Where(n => n.Path.StartsWith(image.Path + "/hash", StringComparison.Ordinal)))
            {
                if (!hash.Properties.TryGetValue("algo", out var algorithm) || !hash.Values.TryGetValue("value", out var value) || Digest(algorithm, span.Slice(start, length)) is not { } own) continue;
                var stated = span.Slice(value.At, value.Length);
                if (!stated.SequenceEqual(own)) losses.Add(opening.Place.Loss(start, $"{Shortened.Visible(image.Name)} with {algorithm} {Convert.ToHexStringLower(stated)}", Convert.ToHexStringLower(own)));
            }
            var type = image.Properties.GetValueOrDefault("type", "image");
            var note = Shortened.Visible(string.Join(", ", new[] { image.Name, image.Properties.GetValueOrDefault("description", ""), type, image.Properties.GetValueOrDefault("compression", "") }.Where(t => t.Length > 0)));
            pieces.AddRange(opening.Payload(start, length, type == "kernel" ? "kernel" : "fit-image", note));
        }
        if (images.Count > MostImages) losses.Add(opening.Place.Loss(0, $"at most {MostImages} images", $"{images.Count}"));
        var configurations = nodes.Where(n => n.Path.StartsWith("/configurations/", StringComparison.Ordinal) && n.Path.IndexOf('/', 16) < 0).ToList();
        var standard = nodes.FirstOrDefault(n => n.Path == "/configurations")?.Properties.GetValueOrDefault("default");
        var notes = $"{images.Count} images, {configurations.Count} configurations{(standard is null ? "" : $", default {Shortened.Visible(standard)}")}";
        // Data inside the tree lie between its other values, which are no gap; images may share their data.
        var children = new List<Part>();
        foreach (var piece in pieces.OrderBy(p => p.Offset).ThenByDescending(p => p.Length))
        {
            if (children.Count == 0 || piece.Offset >= children[^1].Offset + children[^1].Length) children.Add(piece);
        }
        return opening.Part(children, losses, length: end, note: notes);
    }

    // Inside, or behind the tree from its next multiple of four on, or at a place that counts from the start.
    private static (long At, long Length)? DataOf(ReadOnlySpan<byte> bytes, DeviceTreeNode image, int size)
    {
        if (image.Values.TryGetValue("data", out var inside)) return inside;
        if (Number(bytes, image, "data-size") is not { } length) return null;
        if (Number(bytes, image, "data-position") is { } position) return (position, length);
        return Number(bytes, image, "data-offset") is { } offset ? (((size + 3L) & ~3L) + offset, length) : null;
    }

    private static long? Number(ReadOnlySpan<byte> bytes, DeviceTreeNode node, string name) =>
        node.Values.TryGetValue(name, out var value) && value.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[value.At..]) : null;

    private static byte[]? Digest(string algorithm, ReadOnlySpan<byte> data)
    {
        var four = new byte[4];
        switch (algorithm)
        {
            case "crc32":
                BinaryPrimitives.WriteUInt32BigEndian(four, Crc32.Of(data));
                return four;
            case "sha256": return SHA256.HashData(data);
            case "sha384": return SHA384.HashData(data);
            case "sha512": return SHA512.HashData(data);
#pragma warning disable CA5350, CA5351 // What the format holds; it is compared and proves nothing else.
            case "sha1": return SHA1.HashData(data);
            case "md5": return MD5.HashData(data);
#pragma warning restore CA5350, CA5351
            default: return null;
        }
    }

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
