using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Firmware.Tests.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>One small valid file of every format, made by an outside writer, kept as a sample that one wrote, or laid out by hand where there is none.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class Seeds
{
    // The kind; the command that makes it and its Debian package; the words of a shell that write it to "out", in a folder with "tree", "blob", "kernel.gz".
    private static readonly (string Kind, string Command, string Package, string Words)[] Written =
    [
        ("uimage", "mkimage", "u-boot-tools", "mkimage -A arm -O linux -T kernel -C gzip -n seed -d kernel.gz out"),
        ("gzip", "gzip", "gzip", "gzip -c blob > out"),
        ("xz", "xz", "xz-utils", "xz -c blob > out"),
        ("zstd", "zstd", "zstd", "zstd -q -c blob > out"),
        ("bzip2", "bzip2", "bzip2", "bzip2 -c blob > out"),
        ("lzip", "lzip", "lzip", "lzip -c blob > out"),
        ("lz4", "lz4", "lz4", "lz4 -q -c blob > out"),
        ("lzop", "lzop", "lzop", "lzop -c blob > out"),
        ("compress", "compress", "ncompress", "compress -f -c blob > out"),
        ("lzma", "xz", "xz-utils", "xz --format=lzma -c blob > out"),
        ("squashfs", "mksquashfs", "squashfs-tools", "mksquashfs tree out -comp xz -quiet -no-progress"),
        ("cpio", "cpio", "cpio", "(cd tree && find . | cpio -o -H newc --quiet) > out"),
        ("cpio-binary", "cpio", "cpio", "(cd tree && find . | cpio -o -H bin --quiet 2>/dev/null) > out"),
        ("elf", "objcopy", "binutils", "objcopy -I binary -O elf64-x86-64 blob out"),
        ("dtb", "dtc", "device-tree-compiler", "printf '/dts-v1/; / { model = \"seed\"; chosen { bootargs = \"quiet\"; }; };' | dtc -q -O dtb -o out"),
        ("fit", "mkimage", "u-boot-tools", """
            printf '/dts-v1/; / { description = "seed"; images { k { data = /incbin/("kernel.gz"); type = "kernel"; arch = "arm"; os = "linux"; compression = "gzip"; load = <0>; entry = <0>; hash { algo = "sha256"; }; }; }; configurations { default = "c"; c { kernel = "k"; }; }; };' > f.its
            mkimage -f f.its out
            """),
        ("jffs2", "mkfs.jffs2", "mtd-utils", "mkfs.jffs2 -l -n -r tree -o out"),
        ("ubifs", "mkfs.ubifs", "mtd-utils", "mkfs.ubifs -r tree -o out -m 512 -e 15872 -c 60"),
        ("ubi", "ubinize", "mtd-utils", "mkfs.ubifs -r tree -o f -m 512 -e 15360 -c 60; printf '[v]\\nmode=ubi\\nimage=f\\nvol_id=0\\nvol_size=900KiB\\nvol_type=dynamic\\nvol_name=v\\n' > ini; ubinize -o out -m 512 -p 16KiB ini"),
        ("android-boot", "mkbootimg", "mkbootimg", "mkbootimg --header_version 2 --kernel kernel.gz --ramdisk kernel.gz --dtb blob --cmdline quiet -o out"),
        ("android-vendor-boot", "mkbootimg", "mkbootimg", "mkbootimg --header_version 3 --vendor_ramdisk kernel.gz --dtb blob --vendor_boot out"),
        ("android-sparse", "img2simg", "android-sdk-libsparse-utils", "mksquashfs tree raw -comp gzip -quiet -no-progress; truncate -s 65536 raw; img2simg raw out"),
        ("gpt", "sfdisk", "fdisk", "truncate -s 100000 out; printf 'label: gpt\\nstart=100,size=50\\n' | sfdisk -q --no-reread out"),
        ("mbr", "sfdisk", "fdisk", "truncate -s 100000 out; printf 'label: dos\\nstart=10,size=50\\nstart=80,size=20,type=c\\n' | sfdisk -q --no-reread out; dd if=kernel.gz of=out bs=512 seek=10 conv=notrunc status=none"),
        ("tar", "tar", "tar", "tar --format=pax -S -cf out tree"),
        ("tar-v7", "tar", "tar", "tar --format=v7 -cf out tree"),
        ("zip", "zip", "zip", "zip -q -r out.zip tree && mv out.zip out"),
        ("7z", "7z", "p7zip-full", "7z a -y out.7z tree >/dev/null && mv out.7z out"),
        ("ar", "ar", "binutils", "ar rc out blob tree/etc/passwd"),
        ("rpm", "rpmbuild", "rpm", """
            printf 'Name: seed\nVersion: 1\nRelease: 1\nSummary: s\nLicense: MIT\nBuildArch: noarch\n%%description\ns\n%%install\nmkdir -p %%buildroot/etc\necho a > %%buildroot/etc/seed\n%%files\n/etc/seed\n' > s.spec
            rpmbuild -bb --define "_topdir $PWD/rpm" --define '_build_id_links none' s.spec >/dev/null 2>&1; find rpm -name '*.rpm' -exec cp {} out \;
            """),
        ("cramfs", "mkfs.cramfs", "util-linux", "mkfs.cramfs tree out >/dev/null"),
        ("romfs", "genromfs", "genromfs", "genromfs -f out -d tree"),
        ("ext", "mkfs.ext4", "e2fsprogs", "mkfs.ext4 -q -F -b 1024 -O ^has_journal -d tree out 256K"),
        ("erofs", "mkfs.erofs", "erofs-utils", "mkfs.erofs -zlz4 out tree >/dev/null 2>&1"),
        ("fat", "mcopy", "mtools", "mkfs.fat -C out 96 >/dev/null; mcopy -i out blob ::blob; mmd -i out ::etc; mcopy -i out tree/etc/passwd ::etc/passwd"),
        ("f2fs", "mkfs.f2fs", "f2fs-tools", "truncate -s 64M f; mkfs.f2fs -q f >/dev/null; head -c 65536 f > out"),
        ("minix", "mkfs.minix", "util-linux", "truncate -s 200K out; mkfs.minix out >/dev/null"),
        ("intel-hex", "objcopy", "binutils", "objcopy -I binary -O ihex blob out"),
        ("srec", "objcopy", "binutils", "objcopy -I binary -O srec blob out"),
    ];

    // Kinds whose sample has another name.
    private static readonly Dictionary<string, string> Kept = new(StringComparer.Ordinal)
    {
        ["trx"] = "asustrx",
        ["uf2"] = "uf2",
        ["esp-image"] = "esp32c3",
        ["esp8266-image"] = "esp8266v2",
        ["mcuboot"] = "mcuboot-signed",
        ["tp-link"] = "tplink2",
        ["tp-link-safeloader"] = "safeloader",
        ["seama"] = "seamas",
        ["netgear-chk"] = "chk",
        ["netgear-dni"] = "dni",
        ["ubnt"] = "ubnt",
        ["linksys-bin"] = "linksys",
        ["wrgg"] = "wrgg",
        ["dlink-encrypted"] = "sge",
        ["xiaomi"] = "xiaomi",
        ["avm-eva"] = "eva",
        ["bcm-tag"] = "imagetag",
        ["luxul"] = "luxul",
        ["npk"] = "npk",
        ["buffalo"] = "buffalo-enc",
        ["zyxel-ras"] = "ras",
        ["senao"] = "senao",
    };

    // Kinds for which there is no writer, or none that writes little.
    private static readonly Dictionary<string, Func<byte[]>> Laid = new(StringComparer.Ordinal)
    {
        ["yaffs2"] = () => SpiffsTests.Sample("yaffs1-little"),
        ["littlefs"] = () => SpiffsTests.Sample("littlefs-512"),
        ["spiffs"] = () => SpiffsTests.Sample("spiffs-256"),
        ["zimage"] = ZImage,
        ["bzimage"] = BzImage,
        ["esp-flash"] = EspFlash,
        ["exfat"] = ExFat,
        ["littlefs-1"] = LittleFs1,
    };

    /// <summary>A valid file of a kind. Skips the test where its writer is not there.</summary>
    internal static byte[] Of(string kind)
    {
        if (Kept.TryGetValue(kind, out var sample)) return SampleTests.Sample(sample);
        if (Laid.TryGetValue(kind, out var lay)) return lay();
        var (_, command, package, words) = Written.SingleOrDefault(w => w.Kind == kind);
        if (command is null) Assert.Fail($"no valid file of {kind}: add a row to {nameof(Seeds)}");
        Tool.Need(command, package);
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("tree/etc"));
        Directory.CreateDirectory(scratch.File("tree/bin"));
        File.WriteAllText(scratch.File("tree/etc/passwd"), "root::0:0::/:/bin/sh\n");
        var blob = Enumerable.Range(0, 20_000).Select(i => (byte)(i * i >> 4)).ToArray();
        File.WriteAllBytes(scratch.File("tree/bin/blob"), blob);
        File.CreateSymbolicLink(scratch.File("tree/bin/sh"), "blob");
        File.WriteAllBytes(scratch.File("blob"), blob);
        File.WriteAllBytes(scratch.File("kernel.gz"), Gzip(Kernel));
        var made = Tool.Run("bash", ["-c", words], scratch.Folder);
        Assert.True(File.Exists(scratch.File("out")), $"{kind}: {made.Error}{made.Text}");
        return File.ReadAllBytes(scratch.File("out"));
    }

    private static readonly byte[] Kernel = [.. new byte[3000], .. "Linux version 5.4.0 (a@b) (gcc) #1 SMP\n\0"u8, .. Enumerable.Range(0, 9000).Select(i => (byte)(i * 7 >> 3))];

    private static byte[] Gzip(byte[] bytes) => Tool.Run("gzip", ["-nc"], input: bytes).Output;

    private static byte[] ZImage()
    {
        byte[] payload = Gzip(Kernel), bytes = [.. new byte[0x1000], .. payload, .. new byte[64]];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x24), 0x016f2818);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x2c), bytes.Length);
        return bytes;
    }

    private static byte[] BzImage()
    {
        byte[] payload = Gzip(Kernel), bytes = new byte[1024 + 4096];
        (bytes[0x1f1], bytes[0x1fe], bytes[0x1ff]) = (1, 0x55, 0xaa);
        "HdrS"u8.CopyTo(bytes.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(0x206), 0x20f);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x1f4), 4096 / 16);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x248), 512);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x24c), payload.Length);
        payload.CopyTo(bytes, 1024 + 512);
        return bytes;
    }

    private static byte[] EspFlash()
    {
        byte[] flash = [.. Enumerable.Repeat((byte)0xff, 0x12000)], app = SampleTests.Sample("esp32c3");
        app.CopyTo(flash, 0);
        app.CopyTo(flash, 0x10000);
        var table = new List<byte>();
        foreach (var (type, subtype, start, length, label) in new[] { (1, 2, 0x9000, 0x6000, "nvs"), (0, 0, 0x10000, 0x2000, "factory") })
        {
            table.AddRange([0xaa, 0x50, (byte)type, (byte)subtype, .. BitConverter.GetBytes(start), .. BitConverter.GetBytes(length), .. Encoding.ASCII.GetBytes(label.PadRight(16, '\0')), 0, 0, 0, 0]);
        }
        byte[] whole = [.. table, 0xeb, 0xeb, .. Enumerable.Repeat((byte)0xff, 14), .. MD5.HashData(table.ToArray())];
        whole.CopyTo(flash, 0x8000);
        return flash;
    }

    private static byte[] ExFat()
    {
        var bytes = new byte[8192];
        "EXFAT   "u8.CopyTo(bytes.AsSpan(3));
        (bytes[0], bytes[1], bytes[2], bytes[108], bytes[109], bytes[110], bytes[510], bytes[511]) = (0xeb, 0x76, 0x90, 9, 3, 1, 0x55, 0xaa);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(72), bytes.Length / 512);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(80), 2);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(84), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(88), 4);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(92), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(96), 2);
        bytes[105] = 1;
        return bytes;
    }

    private static byte[] LittleFs1()
    {
        var bytes = new byte[4096];
        (bytes[16], bytes[17], bytes[19]) = (0x2e, 20, 8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), 512);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(32), 8);
        "littlefs"u8.CopyTo(bytes.AsSpan(40));
        return bytes;
    }
}
