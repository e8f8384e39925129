using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Assay.Tests;

/// <summary>Files that want to hurt us, handed to the command: a clear answer, exit status 3, in bounded time and memory.</summary>
public class HostileFilesTests
{
    private const long MemoryLimit = 700L << 20;

    public static TheoryData<string> Names => [.. Files.Keys.Order(StringComparer.Ordinal)];

    private static readonly Dictionary<string, Func<byte[]>> Files = new()
    {
        ["empty"] = () => [],
        ["one-byte"] = () => [0x1f],
        ["random"] = () => Random(1 << 20, 7),
        ["squashfs-of-2-to-the-60-files"] = () => SquashFs(inodes: 0xffff_ffff, tables: 1L << 60),
        ["squashfs-that-is-only-a-head"] = () => SquashFs(inodes: 3, tables: 96)[..96],
        ["gzip-bomb"] = () => Gzip(2000L << 20),
        ["gzip-cut"] = () => Gzip(1 << 20)[..700],
        ["capture-with-a-4-GB-packet"] = () => [.. PcapHead(), .. Numbers(1, 0, 0xffff_fff0, 0xffff_fff0), 1, 2, 3],
        ["capture-cut-in-its-head"] = () => PcapHead()[..13],
        ["pcapng-with-a-block-of-4-GB"] = () => [.. Numbers(0x0a0d0d0a, 0xffff_fffc, 0x1a2b3c4d, 0x0000_0001, 0xffff_ffff, 0xffff_ffff, 0xffff_fffc)],
        ["cpio-with-a-huge-name"] = () => Encoding.ASCII.GetBytes("070701" + string.Concat(Enumerable.Repeat("FFFFFFFF", 13)) + "x\0"),
        ["xz-head-only"] = () => [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 0xe6, 0xd6, 0xb4, 0x46],
        ["uimage-of-nothing"] = () => [0x27, 0x05, 0x19, 0x56, .. new byte[60]],
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_file_is_answered_with_what_was_expected_and_found(string name)
    {
        using var scratch = new Scratch();
        var file = scratch.File(name);
        File.WriteAllBytes(file, Files[name]());
        var result = Command.Run("inspect", file);
        Assert.Equal(3, result.Exit);
        var said = result.Error + result.Output;
        Assert.Contains("expected", said, StringComparison.Ordinal);
        Assert.Contains("found", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Assay", said, StringComparison.Ordinal);
        Assert.True(result.Took < TimeSpan.FromSeconds(40), $"took {result.Took}");
        Assert.True(result.PeakBytes < MemoryLimit, $"used {result.PeakBytes >> 20} MB");
    }

    [Fact]
    public void A_healthy_file_beside_them_is_answered_with_status_0()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("root/etc"));
        File.WriteAllText(scratch.File("root/etc/passwd"), "guest::1000:1000::/tmp:/bin/sh\n");
        Tool.Need("mksquashfs", "squashfs-tools");
        Assert.Equal(0, Tool.Run("mksquashfs", [scratch.File("root"), scratch.File("image"), "-quiet", "-no-progress"]).Exit);
        var result = Command.Run("inspect", scratch.File("image"));
        Assert.Equal(0, result.Exit);
        Assert.Contains("guest", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_that_nobody_writes_to_does_not_hang_us()
    {
        using var scratch = new Scratch();
        Assert.Equal(0, Tool.Run("mkfifo", [scratch.File("pipe")]).Exit);
        Assert.Equal(3, Command.Run("inspect", scratch.File("pipe")).Exit);
    }

    [Theory]
    [InlineData("aliases")]
    [InlineData("brackets")]
    [InlineData("deep")]
    public void Hostile_yaml_in_a_dossier_loses_only_itself(string kind)
    {
        using var scratch = new Scratch();
        var dossier = scratch.File("dossier");
        Directory.CreateDirectory(dossier);
        File.WriteAllText(Path.Combine(dossier, "device.yaml"), "maker: Example Doorbells Ltd\nmodel: EDB-100\n");
        File.WriteAllText(Path.Combine(dossier, "declaration.yaml"), kind switch
        {
            "aliases" => "ics:\n  - &a [x, x, x]\n" + string.Concat(Enumerable.Range(0, 1_000_000).Select(_ => "  - *a\n")),
            "brackets" => "ics: " + new string('[', 200_000),
            _ => "ics:\n" + string.Concat(Enumerable.Range(1, 2_000).Select(i => new string(' ', i) + "a:\n")),
        });
        var result = Command.RunIn(scratch.Folder, scratch.File("config"), "assess", dossier, "-o", scratch.File("out"), "--as-of", "2026-11-23");
        Assert.Equal(3, result.Exit);
        Assert.Contains("declaration.yaml", result.Error + result.Output, StringComparison.Ordinal);
        Assert.Contains("expected", result.Error + result.Output, StringComparison.Ordinal);
        Assert.True(result.Took < TimeSpan.FromSeconds(30), $"took {result.Took}");
        Assert.True(result.PeakBytes < MemoryLimit, $"used {result.PeakBytes >> 20} MB");
        Assert.True(File.Exists(scratch.File("out/assessment.json")), "the rest was not assessed");
    }

    private static byte[] Random(int count, int seed)
    {
        // xorshift: the same bytes on every machine.
        var bytes = new byte[count];
        var state = (uint)seed | 1;
        for (var i = 0; i < count; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes[i] = (byte)state;
        }
        return bytes;
    }

    private static byte[] SquashFs(uint inodes, long tables)
    {
        var head = new byte[4096];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0x73717368);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), inodes);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), 131072);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(16), inodes);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(22), 17);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(26), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(28), 4);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(40), tables == 96 ? 4096 : 1L << 60);
        for (var at = 48; at < 96; at += 8) BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(at), tables);
        return head;
    }

    private static byte[] Gzip(long zeros)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var block = new byte[1 << 20];
            for (long done = 0; done < zeros; done += block.Length) gzip.Write(block);
        }
        return packed.ToArray();
    }

    private static byte[] PcapHead() => [.. Numbers(0xa1b2c3d4, 0x0004_0002, 0, 0, 0xffff_ffff, 1)];

    private static byte[] Numbers(params uint[] numbers)
    {
        var bytes = new byte[numbers.Length * 4];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), numbers[i]);
        return bytes;
    }
}
