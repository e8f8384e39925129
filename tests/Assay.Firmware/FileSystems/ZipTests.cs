using System.Text;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>zip as Info-ZIP, bsdtar and Python write it, and as an attacker would. Python's zipfile judges names, modes and times.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class ZipTests
{
    [Theory]
    [InlineData("zip", "-q -r -y")]
    [InlineData("zip", "-q -r -y -0")]
    [InlineData("zip", "-q -r -y -9 -D")]
    public void Every_way_of_packing_gives_the_tree(string program, string options)
    {
        Tool.Need(program, "zip");
        using var scratch = new Scratch();
        var folder = SquashFsTests.MakeTree(scratch);
        var made = Tool.Run(program, [.. options.Split(' '), scratch.File("t.zip"), "."], folder);
        Assert.True(made.Exit == 0, made.Error);
        using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.zip")));
        var expected = SquashFsTests.TreeOfFolder(folder);
        if (options.Contains("-D", StringComparison.Ordinal)) expected = string.Join('\n', expected.Split('\n').Where(r => !r.Contains("\td\t", StringComparison.Ordinal)));
        Assert.Equal(expected, Examination.Tree(image));
        Assert.Empty(image.Losses);
        Assert.True(image.Coverage.IsWhole, image.Map().ToText());
    }

    [Fact]
    public void Streamed_large_and_foreign_archives_are_what_Python_reads()
    {
        Tool.Need("python3", "python3");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("make.py"), """
            import zipfile, sys, hashlib, io
            class Stream(io.RawIOBase):
                def __init__(self, f): self.f = f
                def writable(self): return True
                def write(self, b): return self.f.write(b)
            def info(name, mode=0o644):
                i = zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6)); i.create_system = 3; i.external_attr = (0o100000 | mode) << 16; i.compress_type = 8
                return i
            # No seeking: sizes stand behind the data.
            with open('streamed.zip', 'wb') as f, zipfile.ZipFile(Stream(f), 'w') as z:
                z.writestr(info('a', 0o600), b'a' * 1000); z.writestr(info('b/c'), bytes(range(256)) * 99)
            with zipfile.ZipFile('zip64.zip', 'w') as z:
                with z.open(info('forced'), 'w', force_zip64=True) as m: m.write(b'large' * 1000)
            with zipfile.ZipFile('names.zip', 'w') as z:
                z.writestr(info('m\u00fcll\u20ac'), b'utf-8')
                z.writestr(info('PLACE'), b'cp437')
            data = open('names.zip', 'rb').read().replace(b'PLACE', b'M\x81LL\x9b')
            open('names.zip', 'wb').write(data)
            with zipfile.ZipFile('comment.zip', 'w') as z:
                z.writestr(info('x'), b'x'); z.comment = b'a comment of more than a few bytes' * 20
            with zipfile.ZipFile('many.zip', 'w') as z:
                for n in range(66000): z.writestr(zipfile.ZipInfo('n%d' % n), b'')
            for name in ('streamed', 'zip64', 'names', 'comment', 'many'):
                with zipfile.ZipFile(name + '.zip') as z, open(name + '.txt', 'w', encoding='utf-8', newline='\n') as f:
                    for i in sorted(z.infolist(), key=lambda i: i.filename.encode()):
                        f.write('/%s %d %s\n' % (i.filename, i.file_size, hashlib.sha256(z.read(i)).hexdigest()))
            """);
        var run = Tool.Run("python3", [scratch.File("make.py")], scratch.Folder);
        Assert.True(run.Exit == 0, run.Error);
        foreach (var name in (string[])["streamed", "zip64", "names", "comment", "many"])
        {
            using var image = Examination.Open(File.ReadAllBytes(scratch.File(name + ".zip")));
            var rows = Examination.Tree(image).Split('\n')[1..^1].Select(r => r.Split('\t')).Select(c => $"{c[0]} {c[3]} {c[5]}\n");
            Assert.Equal(File.ReadAllText(scratch.File(name + ".txt")), string.Concat(rows));
            Assert.Empty(image.Losses);
            Assert.True(image.Coverage.IsWhole, image.Map().ToText());
        }
    }

    [Fact]
    public void What_stands_behind_an_archive_is_no_part_of_it()
    {
        Tool.Need("zip", "zip");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("x"), "one");
        Tool.Run("zip", ["-q", "t.zip", "x"], scratch.Folder);
        var one = File.ReadAllBytes(scratch.File("t.zip"));
        using var image = Examination.Open([.. "front of it"u8, .. one, .. "between them"u8, .. one]);
        Assert.Equal(["unknown", "zip", "unknown", "zip"], image.Parts.Select(p => p.Kind));
        Assert.All(image.FileSystems, p => Assert.Equal(one.Length, p.Length));
    }

    [Fact]
    public void A_damaged_member_an_encrypted_one_and_a_lost_directory_are_told()
    {
        Tool.Need("zip", "zip");
        using var scratch = new Scratch();
        foreach (var name in (string[])["one", "two", "three"]) File.WriteAllText(scratch.File(name), string.Concat(Enumerable.Repeat($"content of {name} ", 50)));
        Tool.Run("zip", ["-q", "t.zip", "one", "two", "three"], scratch.Folder);
        var zip = File.ReadAllBytes(scratch.File("t.zip"));
        using (var healthy = Examination.Open(zip))
        {
            Assert.Equal(3, Examination.Tree(healthy).Split('\n').Count(r => r.Length > 0 && !r.EndsWith("\t-", StringComparison.Ordinal)) - 1);
            Assert.Empty(healthy.Losses);
        }
        var broken = zip.ToArray();
        broken[70] ^= 0x55;
        using (var image = Examination.Open(broken))
        {
            Assert.Contains("\n/two\tf\t", Examination.Tree(image), StringComparison.Ordinal);
            Assert.Contains(image.Losses, l => l.Location.Path == "/one");
        }
        using (var cut = Examination.Open(zip[..^30]))
        {
            Assert.Equal(["/one", "/three", "/two"], cut.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
            Assert.Contains(cut.Losses, l => l.Expected.StartsWith("the directory of a zip archive", StringComparison.Ordinal));
        }
        Tool.Run("zip", ["-q", "-P", "word", "e.zip", "one"], scratch.Folder);
        var commented = zip.ToArray();
        byte[] comment = [.. "PK\u0005\u0006"u8, .. " is no end where it stands in a comment"u8];
        commented[^2] = (byte)comment.Length;
        using (var misled = Examination.Open([.. commented, .. comment]))
        {
            Assert.Equal(3, misled.Root!.FileSystem!.Entries.Count);
            Assert.Empty(misled.Losses);
            Assert.True(misled.Coverage.IsWhole);
        }
        using var encrypted = Examination.Open(File.ReadAllBytes(scratch.File("e.zip")));
        Assert.EndsWith("\t-\n", Examination.Tree(encrypted), StringComparison.Ordinal);
        Assert.Contains(encrypted.Losses, l => l.Found.Contains("encrypted", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_unpacked_when_an_archive_was_opened_is_not_unpacked_again()
    {
        var image = new byte[400_000];
        new Random(11).NextBytes(image.AsSpan(0, 200_000));
        using var packed = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(packed, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            using var member = zip.CreateEntry("data.bin").Open();
            member.Write(image);
        }
        var bytes = packed.ToArray();
        using var artefact = Artefact.Of("a.zip", bytes);
        using var opened = Image.Open(artefact, Examination.Options());
        var files = opened.FileSystems.Single().FileSystem!;
        // The archive's own bytes are spoilt after it was opened: what is handed out now was unpacked before.
        bytes.AsSpan(60, 100_000).Clear();
        var handed = new List<byte[]>();
        files.ReadContents((_, content) => handed.Add(content.ToArray()), 1, CancellationToken.None);
        Assert.Equal(image, Assert.Single(handed));
        // A second reading unpacks, and finds the damage.
        files.ReadContents((_, content) => handed.Add(content.ToArray()), 1, CancellationToken.None);
        Assert.Single(handed);
        Assert.NotEmpty(files.Losses);
    }

    [Fact]
    public void An_image_inside_an_archive_is_opened_and_its_files_are_the_tree()
    {
        Tool.Need("zip", "zip");
        using var scratch = new Scratch();
        var folder = SquashFsTests.MakeTree(scratch);
        var squash = File.ReadAllBytes(SquashFsTests.Pack(scratch, folder, ["-comp", "gzip"]));
        File.WriteAllBytes(scratch.File("firmware.bin"), [.. Encoding.ASCII.GetBytes(new string('x', 70_000)), .. squash]);
        File.WriteAllText(scratch.File("readme.txt"), "flash it");
        Tool.Run("zip", ["-q", "t.zip", "readme.txt", "firmware.bin"], scratch.Folder);
        using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.zip")));
        Assert.Equal("/@0x0-zip/firmware.bin/@0x11170-squashfs", image.Root!.Path);
        Assert.Equal(SquashFsTests.TreeOfFolder(folder), Examination.Tree(image));
        var parts = Examination.Tree(image, parts: true);
        Assert.Contains("\n/@0x0-zip/readme.txt\tf\t", parts, StringComparison.Ordinal);
        Assert.Single(parts.Split('\n'), r => r.StartsWith("/@0x0-zip/firmware.bin\t", StringComparison.Ordinal));
    }

    [Fact]
    public void The_root_in_a_sysupgrade_archive_is_the_root()
    {
        using var scratch = new Scratch();
        var root = scratch.File("root");
        foreach (var name in (string[])["bin", "etc", "usr"]) Directory.CreateDirectory(Path.Combine(root, name));
        File.WriteAllText(Path.Combine(root, "etc/passwd"), "root::0:0::/:/bin/sh\n");
        Directory.CreateDirectory(scratch.File("sysupgrade-a_board"));
        File.WriteAllText(scratch.File("sysupgrade-a_board/CONTROL"), "BOARD=a_board\n");
        File.WriteAllBytes(scratch.File("sysupgrade-a_board/root"), File.ReadAllBytes(SquashFsTests.Pack(scratch, root, ["-comp", "xz"])));
        byte[] kernel = [.. new byte[5000], .. "Linux version 5.4.0 (a@b) (gcc) #1 SMP\n\0"u8, .. new byte[5000]];
        File.WriteAllBytes(scratch.File("sysupgrade-a_board/kernel"), kernel);
        Tool.Run("tar", ["-cf", "t.tar", "sysupgrade-a_board"], scratch.Folder);
        using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.tar")));
        Assert.Equal("/@0x0-tar/sysupgrade-a_board/root/@0x0-squashfs", image.Root!.Path);
        Assert.Contains("\n/etc/passwd\tf\t", Examination.Tree(image), StringComparison.Ordinal);
        Assert.Contains(image.AllParts, p => p.Kind == "kernel");
    }
}
