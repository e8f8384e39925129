using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;

namespace Assay.Firmware.Containers;

/// <summary>Android's boot images of versions 0 to 4 and vendor boot images of versions 3 and 4: kernel, RAM disks and trees, each on pages of its own.</summary>
internal static class AndroidBoot
{
    internal static readonly Format Boot = new()
    {
        Kind = "android-boot",
        Title = "Android boot image, versions 0 to 4",
        Group = FormatGroup.Container,
        Source = "platform/system/tools/mkbootimg/include/bootimg/bootimg.h",
        Proof = "`mkbootimg`, versions 0 to 3",
        Limits = "signatures",
        Signatures = [new("ANDROID!"u8.ToArray())],
        Recognise = bytes => LayoutOf(bytes) is { } layout ? new("android-boot", layout.Length, layout.Note) : null,
        Open = opening => Open(opening, LayoutOf(opening.Bytes.Span)!),
    };

    internal static readonly Format VendorBoot = new()
    {
        Kind = "android-vendor-boot",
        Title = "Android vendor boot image, versions 3 and 4",
        Group = FormatGroup.Container,
        Source = "platform/system/tools/mkbootimg/include/bootimg/bootimg.h",
        Proof = "`mkbootimg`, version 3",
        Signatures = [new("VNDRBOOT"u8.ToArray())],
        Recognise = bytes => VendorLayoutOf(bytes) is { } layout ? new("android-vendor-boot", layout.Length, layout.Note) : null,
        Open = opening => Open(opening, VendorLayoutOf(opening.Bytes.Span)!),
    };

    private sealed record Section(string Kind, long Start, long Length, string? Note = null);

    /// <param name="Identity">Of versions 0 to 2: the SHA-1 over the sections and their lengths, and zeros.</param>
    private sealed record Layout(int Header, IReadOnlyList<Section> Sections, long Length, string Note, byte[]? Identity);

    private static Part Open(Opening opening, Layout layout)
    {
        var bytes = opening.Bytes;
        var losses = new List<Loss>();
        var pieces = new List<Part>();
        foreach (var section in layout.Sections)
        {
            if (section.Start + section.Length <= bytes.Length) pieces.AddRange(opening.Payload((int)section.Start, (int)section.Length, section.Kind, section.Note));
        }
        if (layout.Identity is { } stated && layout.Length <= bytes.Length && stated.AsSpan(0, 20).ContainsAnyExcept((byte)0) && !stated.AsSpan(20).ContainsAnyExcept((byte)0))
        {
            var own = IdentityOf(bytes.Span, layout);
            if (!own.AsSpan().SequenceEqual(stated.AsSpan(0, 20))) losses.Add(opening.Place.Loss(576, $"sections with the SHA-1 {Convert.ToHexStringLower(stated.AsSpan(0, 20))}", Convert.ToHexStringLower(own)));
        }
        return opening.Laid(layout.Header, pieces, losses);
    }

    // mkbootimg.py: kernel, RAM disk and second loader always, the later ones where the version has them.
    private static byte[] IdentityOf(ReadOnlySpan<byte> bytes, Layout layout)
    {
#pragma warning disable CA5350 // What the format holds; it is compared and proves nothing else.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        Span<byte> length = stackalloc byte[4];
        foreach (var section in layout.Sections)
        {
            hash.AppendData(bytes.Slice((int)section.Start, (int)section.Length));
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)section.Length);
            hash.AppendData(length);
        }
        return hash.GetHashAndReset();
    }

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Up(long length, long page) => (length + page - 1) / page * page;

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Shortened.Visible(Encoding.Latin1.GetString(end < 0 ? field : field[..end]));
    }

    private static Layout? LayoutOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 1660) return null;
        // Before versions, the length of a tree of devices stood where the version stands now.
        var version = U(bytes, 40);
        long page;
        byte[]? identity = null;
        var sections = new List<(string Kind, long Length, string? Note)>();
        string name, line;
        if (version is 3 or 4)
        {
            page = 4096;
            // 1580 and 1584 bytes; early writers stated 1596.
            if (U(bytes, 20) is < 1580 or > 4096) return null;
            sections.AddRange([("kernel", U(bytes, 8), "kernel"), ("ramdisk", U(bytes, 12), "ramdisk")]);
            if (version == 4) sections.Add(("signature", U(bytes, 1580), "signature"));
            (name, line) = ("", Text(bytes.Slice(44, 1536)));
        }
        else
        {
            page = U(bytes, 36);
            if (page is < 512 or > 1 << 20 || !long.IsPow2(page)) return null;
            sections.AddRange([("kernel", U(bytes, 8), "kernel"), ("ramdisk", U(bytes, 16), "ramdisk"), ("second", U(bytes, 24), "second stage")]);
            var header = version is 1 or 2 ? U(bytes, 1644) : 0;
            if (version == 1 && header != 1648 || version == 2 && header != 1660) return null;
            if (version is 1 or 2) sections.Add(("dtbo", U(bytes, 1632), "recovery dtbo"));
            if (version == 2) sections.Add(("dtb", U(bytes, 1648), "dtb"));
            if (version > 2) sections.Add(("dtb", version, "dtb"));
            identity = bytes.Slice(576, 32).ToArray();
            (name, line) = (Text(bytes.Slice(48, 16)), Text(bytes.Slice(64, 512)));
        }
        return Lay(page, page, sections, $"version {(version > 4 ? 0 : version)}, pages of {page}{(name.Length > 0 ? $", {name}" : "")}{(line.Length > 0 ? $", {line}" : "")}", identity);
    }

    private static Layout? VendorLayoutOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2128) return null;
        var version = U(bytes, 8);
        long page = U(bytes, 12);
        if (version is not (3 or 4) || page is < 512 or > 1 << 20 || !long.IsPow2(page) || U(bytes, 2096) is < 2108 or > 4096) return null;
        var disks = U(bytes, 24);
        var header = Up(U(bytes, 2096), page);
        var sections = new List<(string, long, string?)>();
        long table = version == 4 ? U(bytes, 2112) : 0, count = version == 4 ? U(bytes, 2116) : 0, each = version == 4 ? U(bytes, 2120) : 0;
        var at = header + Up(disks, page) + Up(U(bytes, 2100), page);
        sections.Add(("ramdisk", disks, "vendor ramdisk"));
        sections.Add(("dtb", U(bytes, 2100), "dtb"));
        if (version == 4)
        {
            sections.Add(("ramdisk-table", table, $"{count} ramdisks"));
            sections.Add(("bootconfig", U(bytes, 2124), "bootconfig"));
        }
        var layout = Lay(header, page, sections, $"version {version}, pages of {page}, {Text(bytes.Slice(2080, 16))}, {Text(bytes.Slice(28, 2048))}".TrimEnd(',', ' '), null);
        if (layout is null || version != 4 || each < 108 || count is 0 or > 64 || at + count * each > bytes.Length) return layout;
        // Each entry: size, offset in the RAM disks, type, name.
        var disk = new List<Section>();
        for (var i = 0; i < count; i++)
        {
            var entry = bytes[(int)(at + i * each)..];
            long size = U(entry, 0), offset = U(entry, 4);
            if (offset + size > disks) return layout;
            disk.Add(new Section("ramdisk", header + offset, size, $"ramdisk {Text(entry.Slice(12, 32))}".TrimEnd()));
        }
        return layout with { Sections = [.. disk, .. layout.Sections.Skip(1)] };
    }

    private static Layout? Lay(long header, long page, List<(string Kind, long Length, string? Note)> sections, string note, byte[]? identity)
    {
        var at = header;
        var laid = new List<Section>();
        foreach (var (kind, length, what) in sections)
        {
            laid.Add(new Section(kind, at, length, what));
            at += Up(length, page);
        }
        return at is > 0 and < 1L << 32 && laid.Any(s => s.Length > 0) ? new Layout((int)header, laid, at, note, identity) : null;
    }
}
