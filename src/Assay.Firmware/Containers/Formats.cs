using Assay.Firmware.Containers.Vendors;
using Assay.Firmware.FileSystems;

namespace Assay.Firmware.Containers;

/// <summary>Every format of the house, and the search for where one begins: at any offset, by content alone.</summary>
internal static class Formats
{
    /// <summary>In the order in which they are tried where a region begins.</summary>
    internal static readonly Format[] All =
    [
        UImage.Format, Streams.Gzip, Streams.Xz, Streams.Zstandard, Streams.Bzip2, Streams.Lzip, Streams.Lz4, Streams.Lzop, Streams.Compress, Streams.Lzma,
        SquashFs.AsFormat, Cpio.AsFormat, KernelImages.ZImage, KernelImages.BzImage, Elf.Format, Fit.Format, Fit.DeviceTree,
        Jffs2.AsFormat, Ubi.Format, UbiFs.AsFormat, Yaffs.AsFormat, LittleFs.AsFormat, Named.LittleFs1, Spiffs.AsFormat, Trx.Format, AndroidBoot.Boot, AndroidBoot.VendorBoot, AndroidSparse.Format, PartitionTable.Gpt,
        Uf2.Format, EspImage.Flash, McuBoot.Format, TpLink.Header, TpLink.SafeLoader, Seama.Format, Netgear.Chk, Netgear.Dni, Ubiquiti.Format,
        Linksys.Format, DLink.Wrgg, DLink.Encrypted, Xiaomi.Format, Avm.Format, Broadcom.Format, Luxul.Format, MikroTik.Format, Buffalo.Format,
        Tar.AsFormat, Tar.SeventhEdition, Zip.AsFormat, SevenZip.AsFormat, Ar.AsFormat, Rpm.Format, Cpio.OldCpio,
        CramFs.AsFormat, RomFs.AsFormat, Ext.AsFormat, Erofs.AsFormat, Fat.AsFormat,
        Named.ExFat, Named.F2fs, Named.Minix, Zyxel.Format, Senao.Format, HexText.Intel, HexText.Motorola, EspImage.Image, Esp8266.Format, PartitionTable.Mbr,
    ];

    private readonly record struct Mark(Format Format, Signature Signature);

    // All signatures by the first byte of their magic: the scan looks for these bytes only.
    private static readonly Mark[]?[] ByFirst = MakeByFirst();

    // Two bytes together are far rarer than one: a bit for every pair that a magic begins with, the first byte below the second. 8 KiB, so it stays near the processor.
    private static readonly ulong[] Pairs = MakePairs();

    private static Mark[]?[] MakeByFirst()
    {
        var marks = All.SelectMany(f => f.Signatures.Select(s => new Mark(f, s))).ToLookup(m => m.Signature.Magic[0]);
        return [.. Enumerable.Range(0, 256).Select(b => marks[(byte)b].ToArray() is { Length: > 0 } some ? some : null)];
    }

    private static ulong[] MakePairs()
    {
        var pairs = new ulong[65536 / 64];
        foreach (var signature in All.SelectMany(f => f.Signatures))
        {
            var pair = signature.Magic[0] | signature.Magic[1] << 8;
            pairs[pair >> 6] |= 1UL << (pair & 63);
        }
        return pairs;
    }

    /// <summary>What begins exactly at the start of <paramref name="bytes"/>; null when nothing is recognised.</summary>
    internal static Format? At(ReadOnlySpan<byte> bytes, out Recognised found)
    {
        found = default;
        foreach (var format in All)
        {
            if (format.Signatures.Length == 0) continue;
            if (!Carries(format, bytes) || format.Recognise(bytes) is not { } recognised) continue;
            found = recognised;
            return format;
        }
        // What has no magic number comes last; so does LZMA, whose few fixed bytes are no proof.
        foreach (var format in All)
        {
            if (format.Signatures.Length > 0 && format != Streams.Lzma || format.Recognise(bytes) is not { } recognised) continue;
            found = recognised;
            return format;
        }
        return null;

        static bool Carries(Format format, ReadOnlySpan<byte> bytes)
        {
            foreach (var signature in format.Signatures)
            {
                if (bytes.Length >= signature.At + signature.Magic.Length && bytes[signature.At..].StartsWith(signature.Magic)) return true;
            }
            return false;
        }
    }

    /// <summary>A format whose mark of four bytes or more stands at the start of bytes that it does not recognise: most likely a damaged header.</summary>
    internal static Format? Resembles(ReadOnlySpan<byte> bytes)
    {
        foreach (var format in All)
        {
            foreach (var signature in format.Signatures)
            {
                if (signature.Magic.Length >= 4 && bytes.Length >= signature.At + signature.Magic.Length && bytes[signature.At..].StartsWith(signature.Magic)) return format;
            }
        }
        return null;
    }

    /// <summary>The first place from <paramref name="from"/> on where something begins; -1 and null when there is none.</summary>
    internal static (int At, Format? Format) Next(ReadOnlySpan<byte> bytes, int from, out Recognised found)
    {
        // A magic inside its structure (zImage, ext, tar) is met after the start of the structure: the start must not lie before `from`.
        for (var at = from; (at = NextPair(bytes, at)) >= 0; at++)
        {
            foreach (var (format, signature) in ByFirst[bytes[at]]!)
            {
                var start = at - signature.At;
                if (start < from || !bytes[at..].StartsWith(signature.Magic)) continue;
                if (format.Recognise(bytes[start..]) is not { } recognised) continue;
                found = recognised;
                return (start, format);
            }
        }
        found = default;
        return (-1, null);
    }

    // -1 where no magic begins from there on. A search for a set of bytes, vectors or not, stops at every fourth byte of a kernel.
    private static int NextPair(ReadOnlySpan<byte> bytes, int at)
    {
        ref var first = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(bytes);
        ref var pairs = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(Pairs);
        // Two bytes are there to be read at every position before the last.
        for (; at < bytes.Length - 1; at++)
        {
            var pair = System.Runtime.CompilerServices.Unsafe.Add(ref first, at) | System.Runtime.CompilerServices.Unsafe.Add(ref first, at + 1) << 8;
            if ((System.Runtime.CompilerServices.Unsafe.Add(ref pairs, pair >> 6) >> (pair & 63) & 1) != 0) return at;
        }
        return -1;
    }
}
