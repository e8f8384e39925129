using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>tar as GNU tar, bsdtar and Python write it, and as an attacker would. GNU tar and Python's tarfile judge.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class TarTests
{
    [Theory]
    [InlineData("tar", "--format=gnu")]
    [InlineData("tar", "--format=ustar")]
    [InlineData("tar", "--format=pax")]
    [InlineData("tar", "--format=v7")]
    [InlineData("tar", "--format=gnu -S")]
    [InlineData("tar", "--format=pax -S")]
    [InlineData("tar", "--format=pax -S --sparse-version=0.0")]
    [InlineData("tar", "--format=pax -S --sparse-version=0.1")]
    [InlineData("tar", "--format=gnu --owner=3000000 --group=4000000 --mtime=@-5")]
    [InlineData("bsdtar", "--format pax")]
    [InlineData("bsdtar", "--format gnutar")]
    [InlineData("bsdtar", "--format ustar")]
    public void Every_way_of_packing_gives_the_tree(string program, string options)
    {
        Tool.Need(program, program == "tar" ? "tar" : "libarchive-tools");
        using var scratch = new Scratch();
        var folder = SquashFsTests.MakeTree(scratch);
        var made = Tool.Run(program, [.. options.Split(' '), "-cf", scratch.File("t.tar"), "-C", folder, "."]);
        Assert.True(made.Exit == 0, made.Error);
        using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.tar")));
        Assert.Equal(SquashFsTests.TreeOfFolder(folder), Examination.Tree(image));
        Assert.Empty(image.Losses);
        Assert.True(image.Coverage.IsWhole, image.Map().ToText());
    }

    [Fact]
    public void A_hole_in_the_middle_of_a_file_is_a_hole()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        using (var file = File.Create(Path.Combine(scratch.File("t"), "sparse")))
        {
            for (var i = 0; i < 40; i++)
            {
                file.Position = i * 100_000L;
                file.Write(Encoding.ASCII.GetBytes($"run {i}"));
            }
            file.SetLength(9_000_000);
        }
        foreach (var options in (string[])["--format=gnu", "--format=pax", "--format=pax --sparse-version=0.0", "--format=pax --sparse-version=0.1"])
        {
            Assert.Equal(0, Tool.Run("tar", [.. options.Split(' '), "-S", "-cf", scratch.File("t.tar"), "-C", scratch.File("t"), "."]).Exit);
            Assert.True(new FileInfo(scratch.File("t.tar")).Length < 2_000_000, "the archive is not sparse");
            using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.tar")));
            Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("t")), Examination.Tree(image));
            Assert.Empty(image.Losses);
        }
    }

    [Fact]
    public void Owners_times_devices_and_long_names_are_those_that_Python_reads()
    {
        Tool.Need("python3", "python3");
        using var scratch = new Scratch();
        var long1 = string.Join('/', Enumerable.Range(0, 60).Select(i => $"folder{i:d3}"));
        File.WriteAllText(scratch.File("make.py"), $$"""
            import tarfile, io, sys
            def entry(t, name, **more):
                i = tarfile.TarInfo(name)
                for k, v in more.items():
                    if k != 'data': setattr(i, k, v)
                data = more.get('data', b'')
                i.size = len(data)
                t.addfile(i, io.BytesIO(data))
            for format, out in ((tarfile.GNU_FORMAT, 'gnu.tar'), (tarfile.PAX_FORMAT, 'pax.tar')):
                with tarfile.open(out, 'w', format=format) as t:
                    entry(t, 'dev/console', type=tarfile.CHRTYPE, devmajor=5, devminor=1, mode=0o600)
                    entry(t, 'dev/disk', type=tarfile.BLKTYPE, devmajor=259, devminor=70000, mode=0o660)
                    entry(t, 'queue', type=tarfile.FIFOTYPE, mode=0o644)
                    entry(t, 'suid', mode=0o4755, uid=70000, gid=3000000000, mtime=4102444800, data=b'suid')
                    entry(t, '{{long1}}', mode=0o644, data=b'long')
                    entry(t, 'hard', type=tarfile.LNKTYPE, linkname='suid')
                    entry(t, 'soft', type=tarfile.SYMTYPE, linkname='{{long1}}', mode=0o777)
                    entry(t, 'm\u00fcll', mode=0o644, data=b'umlaut')
            for name in sys.argv[1:] or ('gnu.tar', 'pax.tar'):
                with tarfile.open(name) as t, open(name + '.txt', 'w', encoding='utf-8', newline='\n') as f:
                    for m in sorted(t.getmembers(), key=lambda m: m.name.encode('utf-8', 'surrogateescape')):
                        x = t.getmember(m.linkname) if m.islnk() else m
                        f.write('/%s %o %d %d %d %d %s\n' % (m.name, x.mode, x.uid, x.gid, x.mtime, x.size, m.linkname if m.issym() else '%d:%d' % (m.devmajor, m.devminor) if m.isdev() and not m.isfifo() else '-'))
            """);
        var made = Tool.Run("python3", [scratch.File("make.py")], scratch.Folder);
        Assert.True(made.Exit == 0, made.Error);
        foreach (var name in (string[])["gnu.tar", "pax.tar"])
        {
            using var image = Examination.Open(File.ReadAllBytes(scratch.File(name)));
            var listed = image.Root!.FileSystem!.Entries.Select(e => $"{e.Path.Text} {Convert.ToString(e.Mode, 8)} {e.Owner} {e.Group} {e.Modified} {e.Size} {e.TargetText ?? "-"}\n");
            Assert.Equal(File.ReadAllText(scratch.File(name + ".txt")), string.Concat(listed));
            Assert.Empty(image.Losses);
        }
    }

    [Fact]
    public void A_damaged_header_loses_its_member_and_the_next_ones_stand()
    {
        using var scratch = new Scratch();
        foreach (var name in (string[])["a", "b", "c"]) File.WriteAllText(scratch.File(name), $"content of {name}");
        Assert.Equal(0, Tool.Run("tar", ["--format=gnu", "-cf", "t.tar", "a", "b", "c"], scratch.Folder).Exit);
        var tar = File.ReadAllBytes(scratch.File("t.tar"));
        using (var healthy = Examination.Open(tar)) Assert.Equal(3, healthy.Root!.FileSystem!.Entries.Count);
        tar[1024 + 3] ^= 1;
        using var image = Examination.Open(tar);
        Assert.Equal(["/a", "/c"], image.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
        Assert.Contains(image.Losses, l => l.Location.Offset == 1024 && l.Expected.StartsWith("a tar header", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cut_archive_gives_what_is_before_the_cut()
    {
        using var scratch = new Scratch();
        var folder = SquashFsTests.MakeTree(scratch);
        Tool.Run("tar", ["-cf", scratch.File("t.tar"), "-C", folder, "."]);
        var whole = File.ReadAllBytes(scratch.File("t.tar"));
        using var image = Examination.Open(whole[..(whole.Length * 2 / 3)]);
        var tree = Examination.Tree(image);
        Assert.NotEmpty(image.Losses);
        var all = SquashFsTests.TreeOfFolder(folder).Split('\n').ToHashSet();
        var rows = tree.Split('\n').Where(r => !r.EndsWith("\t-", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count > 3, tree);
        Assert.All(rows, row => Assert.Contains(row, all));
    }

    [Theory]
    [InlineData("777777777777")]
    [InlineData("077777777777")]
    [InlineData("\u0080\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00f0")]
    [InlineData("not a number")]
    public void Lies_about_sizes_are_told_and_nothing_breaks(string size)
    {
        byte[] archive = [.. Header("good", "00000000004"), .. Encoding.ASCII.GetBytes("fine"), .. new byte[508], .. Header("evil", size), .. new byte[1024]];
        using var image = Examination.Open(archive);
        Assert.Contains("\n/good\tf\t644\t4\t", Examination.Tree(image), StringComparison.Ordinal);
        Assert.NotEmpty(image.Losses);
    }

    [Fact]
    public void Names_are_data_and_lead_nowhere()
    {
        byte[] archive = [.. Header("../../etc/passwd", "0"), .. Header("/absolute", "0"), .. Header("./x//y/./z", "0"), .. new byte[1024]];
        using var image = Examination.Open(archive);
        Assert.Equal(["/../../etc/passwd", "/absolute", "/x/y/z"], image.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
    }

    [Fact]
    public void A_wrong_sum_is_no_archive()
    {
        var header = Header("name", "0");
        using (var image = Examination.Open([.. header, .. new byte[1024]])) Assert.Equal("tar", Assert.Single(image.FileSystems).Kind);
        header[0] ^= 1;
        using var notOne = Examination.Open([.. header, .. new byte[1024]]);
        Assert.Empty(notOne.FileSystems);
    }

    [Fact]
    public void A_budget_of_files_ends_the_list_and_is_named()
    {
        using var scratch = new Scratch();
        Tool.Run("tar", ["-cf", scratch.File("t.tar"), "-C", SquashFsTests.MakeTree(scratch), "."]);
        using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.tar")), new Budget { Files = 10 });
        Assert.Equal(10, image.Root!.FileSystem!.Entries.Count);
        Assert.Contains(image.Losses, l => l.Found.Contains("--budget files=", StringComparison.Ordinal));
    }

    internal static byte[] Header(string name, string size, char type = '0', string target = "")
    {
        var header = new byte[512];
        void Put(int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(header.AsSpan(at));
        Put(0, name);
        Put(100, "0000644\0");
        Put(108, "0000000\0");
        Put(116, "0000000\0");
        Put(124, size);
        Put(136, "00000000000");
        Put(156, type.ToString());
        Put(157, target);
        Put(257, "ustar\u000000");
        Put(148, "        ");
        Put(148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        return header;
    }
}
