using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Software.Components.Packages;
using Assay.Tests;

namespace Assay.Software.Tests.Components.Packages;

/// <summary>rpm itself builds packages, installs them into a database of its own, and lists them; ours reads the same file.</summary>
public class RpmDatabaseTests(ITestOutputHelper output)
{
    private static readonly Location At = new() { Artefact = "it", Path = "/var/lib/rpm/rpmdb.sqlite" };

    // 121 packages of one source, some with an epoch or a version of their own, one with enough files to fill many pages, one with a long history.
    private const string Spec = """
        Name: openssl
        Epoch: 1
        Version: 3.0.7
        Release: 27.el9
        License: ASL 2.0 and (GPL-2.0-or-later WITH x)
        Vendor: Example Project
        Summary: judged
        BuildArch: noarch
        %global __os_install_post %{nil}
        %description
        judged
        %{lua: for i = 1, 120 do
          print("%package -n part" .. i .. "\nSummary: part\n")
          if i % 3 == 0 then print("Version: " .. i .. ".2~rc1+git.7\n") end
          if i % 5 == 0 then print("Epoch: " .. i .. "\n") end
          if i % 7 == 0 then print("Release: " .. i .. ".fc39\n") end
          print("%description -n part" .. i .. "\n" .. string.rep("word ", i * 24) .. "\n%files -n part" .. i .. "\n")
        end}
        %install
        mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib64 %{buildroot}/usr/share/many
        echo a > %{buildroot}/usr/bin/openssl
        echo b > %{buildroot}/usr/lib64/libssl.so.3
        for i in $(seq 1 3000); do : > %{buildroot}/usr/share/many/a-file-with-a-name-of-some-length-$i; done
        %files
        /usr/bin/openssl
        /usr/lib64/libssl.so.3
        /usr/share/many
        %changelog
        * Mon Jun 03 2024 Some Body <some@example.org> - 1:3.0.7-27
        - Fix CVE-2024-2511 and
          CVE-2024-4603
        - Does not fix CVE-2024-0727
        * Mon May 06 2024 Some Body <some@example.org> - 1:3.0.7-26
        - Resolves: CVE-2023-6129
        """;

    private sealed record Made(byte[] Database, List<string[]> Listed);

    /// <summary>The same packages as a hash table of Berkeley DB, in the byte order asked for, as Berkeley DB's own loader writes it.</summary>
    private static byte[] Hashed(byte[] database, Scratch scratch, bool bigEndian)
    {
        Tool.Need("db5.3_load", "db5.3-util");
        Tool.Need("sqlite3", "sqlite3");
        File.WriteAllBytes(scratch.File("it.sqlite"), database);
        var rows = Tool.Run("sqlite3", [scratch.File("it.sqlite"), "select printf('%08x', hnum), hex(blob) from Packages order by hnum"]);
        Assert.True(rows.Exit == 0, rows.Error);
        var dump = new StringBuilder($"VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\ndb_lorder={(bigEndian ? 4321 : 1234)}\nHEADER=END\n 00000000\n 00100000\n");
        foreach (var row in rows.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var number = Convert.FromHexString(row[..8]);
            if (!bigEndian) Array.Reverse(number);
            dump.Append(' ').Append(Convert.ToHexStringLower(number)).Append("\n ").Append(row[9..].ToLowerInvariant()).Append('\n');
        }
        dump.Append("DATA=END\n");
        File.WriteAllText(scratch.File("dump"), dump.ToString());
        Directory.CreateDirectory(scratch.File("hash"));
        var loaded = Tool.Run("db5.3_load", ["-f", scratch.File("dump"), scratch.File("hash/Packages")]);
        Assert.True(loaded.Exit == 0, loaded.Error);
        return File.ReadAllBytes(scratch.File("hash/Packages"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_database_of_Berkeley_DB_holds_the_same_packages(bool bigEndian)
    {
        var made = Judged();
        using var scratch = new Scratch();
        var hashed = Hashed(made.Database, scratch, bigEndian);
        Assert.True(RpmDatabase.Looks("/var/lib/rpm/Packages", hashed));
        Assert.False(RpmDatabase.Looks("/etc/aliases.db", hashed));
        var losses = new List<Loss>();
        var read = RpmDatabase.Read(hashed, At, losses);
        Assert.Empty(losses);
        Assert.Equal(made.Listed.Select(l => string.Join('\t', l[..4])).Order(StringComparer.Ordinal), read.Select(p => string.Join('\t', p.Name, p.Epoch?.ToString() ?? "(none)", p.Version, p.Release)).Order(StringComparer.Ordinal));
        output.WriteLine($"{read.Count} packages of {hashed.Length / 1024} KiB, {(bigEndian ? "big-endian" : "little-endian")}");

        var random = new Random(5);
        var (fewer, told) = (0, 0);
        for (var round = 0; round < 150; round++)
        {
            var bytes = hashed.ToArray();
            if (round % 4 == 0) bytes = bytes[..random.Next(72, bytes.Length)];
            for (var i = 0; i < 40; i++) bytes[Math.Min(bytes.Length - 1, 4096 + random.Next(bytes.Length / 4096 + 1) * 4096 + random.Next(round % 2 == 0 ? 40 : 4096))] = (byte)random.Next(256);
            losses.Clear();
            var left = RpmDatabase.Read(bytes, At, losses);
            Assert.True(left.Count <= read.Count);
            Assert.True(losses.Count <= 17);
            if (left.Count == read.Count) continue;
            fewer++;
            if (losses.Count > 0) told++;
        }
        output.WriteLine($"{fewer} of 150 damaged tables held fewer packages, {told} of them with a loss");
        Assert.True(fewer > 60 && told > fewer * 9 / 10, $"{told} of {fewer}");
    }

    [Fact]
    public void A_chain_of_a_hash_table_that_leads_back_ends()
    {
        var made = Judged();
        using var scratch = new Scratch();
        var hashed = Hashed(made.Database, scratch, bigEndian: false);
        var whole = RpmDatabase.Read(hashed, At, []).Count;
        // Every overflow page goes on with the first of them.
        var overflow = Enumerable.Range(1, hashed.Length / 4096 - 1).Where(p => hashed[p * 4096 + 25] == 7).ToList();
        foreach (var page in overflow) BinaryPrimitives.WriteInt32LittleEndian(hashed.AsSpan(page * 4096 + 16), overflow[0]);
        var losses = new List<Loss>();
        Assert.True(RpmDatabase.Read(hashed, At, losses).Count < whole);
        Assert.Contains(losses, l => l.Expected == "each page once");
    }

    private static readonly Lazy<Made> Once = new(Make);

    private static Made Judged()
    {
        Tool.Need("rpm", "rpm");
        Tool.Need("rpmbuild", "rpm");
        return Once.Value;
    }

    private static Made Make()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("it.spec"), Spec);
        string[] folders = ["--define", $"_topdir {scratch.File("top")}", "--define", "_db_backend sqlite", "--dbpath", scratch.File("db")];
        void Run(string program, params string[] arguments)
        {
            var done = Tool.Run(program, arguments);
            Assert.True(done.Exit == 0, done.Error);
        }
        Run("rpmbuild", "-bb", "--quiet", "--define", $"_topdir {scratch.File("top")}", scratch.File("it.spec"));
        Run("rpm", [.. folders, "--initdb"]);
        Run("rpm", [.. folders, "--justdb", "--nodeps", "--noscripts", "--nosignature", "--ignoresize", "-i", .. Directory.GetFiles(scratch.File("top/RPMS/noarch"), "*.rpm").Order(StringComparer.Ordinal)]);
        // Something erased leaves pages behind that no tree leads to.
        Run("rpm", [.. folders, "--justdb", "--nodeps", "-e", "part17", "part110"]);
        var listing = Tool.Run("rpm", [.. folders, "-qa", "--qf", "%{NAME}\\t%{EPOCH}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\t%{LICENSE}\\t%{VENDOR}\\t%{SOURCERPM}\\n"]);
        Assert.True(listing.Exit == 0, listing.Error);
        return new Made(File.ReadAllBytes(scratch.File("db/rpmdb.sqlite")), [.. listing.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))]);
    }

    [Fact]
    public void Installed_packages_are_those_that_rpm_lists()
    {
        var (database, listed) = Judged();
        Assert.True(RpmDatabase.Looks("/anywhere", database));
        var losses = new List<Loss>();
        var read = RpmDatabase.Read(database, At, losses);
        Assert.Empty(losses);
        Assert.Equal(119, listed.Count);
        var ours = read.Select(p => string.Join('\t', p.Name, p.Epoch?.ToString() ?? "(none)", p.Version, p.Release, p.Architecture, p.Licence, p.Vendor)).Order(StringComparer.Ordinal);
        Assert.Equal(listed.Select(l => string.Join('\t', l[..7])).Order(StringComparer.Ordinal), ours);
        Assert.All(listed, l => Assert.Equal("openssl-3.0.7-27.el9.src.rpm", l[7]));
        Assert.All(read, p => Assert.Equal(("openssl", p.Version == "3.0.7" && p.Release == "27.el9" ? null : "3.0.7-27.el9"), p.Name == "openssl" ? ("openssl", null) : (p.Source!.Name, p.Source.Version)));
        output.WriteLine($"{read.Count} packages as rpm lists them, in {database.Length / 1024} KiB");

        var own = read.Single(p => p.Name == "openssl");
        Assert.Null(own.Source);
        Assert.Equal(["/usr/bin/openssl", "/usr/lib64/libssl.so.3", "/usr/share/many"], own.Files.Where(f => !f.StartsWith("/usr/share/many/", StringComparison.Ordinal)));
        Assert.Equal(3003, own.Files.Count);
        Assert.Equal(["CVE-2023-6129", "CVE-2024-2511", "CVE-2024-4603"], own.Mended);
        var component = own.Component("fedora");
        Assert.Equal(("openssl", "3.0.7", "1:3.0.7-27.el9", "27.el9", "fedora"), (component.Name, component.Version, component.Package, component.PatchLevel, component.Distribution));
        Assert.Equal("pkg:rpm/fedora/openssl@3.0.7-27.el9?arch=noarch&epoch=1", component.Purl);
        Assert.Contains("cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*", component.Cpe);
        Assert.Equal(component.Purl, Purl.Parse(component.Purl!).ToString());
        Assert.All(read, p => Purl.Parse(p.Component("opensuse-leap").Purl!));
        Assert.StartsWith("pkg:generic/openssl@3.0.7-27.el9", own.Component(null).Purl);
    }

    [Fact]
    public void Every_damaged_database_ends_and_tells_its_losses()
    {
        var made = Judged();
        var whole = RpmDatabase.Read(made.Database, At, []).Count;
        Assert.Equal(made.Listed.Count, whole);
        var (fewer, refused) = (0, 0);
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var bytes = made.Database.ToArray();
            if (round % 4 == 0) bytes = bytes[..random.Next(100, bytes.Length)];
            // Numbers of pages, counts and lengths stand at the beginning of pages.
            for (var i = 0; i < 40; i++) bytes[Math.Min(bytes.Length - 1, random.Next(bytes.Length / 4096 + 1) * 4096 + random.Next(round % 2 == 0 ? 32 : 4096))] = (byte)random.Next(256);
            var losses = new List<Loss>();
            var read = RpmDatabase.Read(bytes, At, losses);
            Assert.True(read.Count <= whole);
            if (read.Count >= whole) continue;
            fewer++;
            if (losses.Count > 0) refused++;
        }
        output.WriteLine($"{fewer} of 200 damaged databases held fewer packages, {refused} of them with a loss");
        Assert.True(fewer > 80);
        // A count of cells that became smaller is damage that nothing in the file contradicts.
        Assert.True(refused > fewer * 9 / 10, $"{refused} of {fewer}");
    }

    [Fact]
    public void A_damaged_page_loses_only_itself()
    {
        var made = Judged();
        var pages = RpmDatabase.Read(made.Database, At, []).GroupBy(p => p.Location.Offset!.Value / 4096).ToList();
        var lost = pages.First(g => g.Count() is > 0 and < 10);
        var bytes = made.Database.ToArray();
        bytes[lost.Key * 4096] = 0xff;
        var losses = new List<Loss>();
        Assert.Equal(made.Listed.Count - lost.Count(), RpmDatabase.Read(bytes, At, losses).Count);
        Assert.Equal(lost.Key * 4096, Assert.Single(losses).Location.Offset);
    }

    [Fact]
    public void Loops_of_pages_and_overlapping_rows_end_with_a_loss()
    {
        // The positive control: one leaf with one row, then the same tree bent.
        Assert.Equal(["it"], RpmDatabase.Read(Small(), At, []).Select(p => p.Name));
        Bent("each page once", b => { b[4096] = 5; BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4099), 0); BinaryPrimitives.WriteUInt32BigEndian(b.AsSpan(4104), 2); });
        Bent("a page of 1 to", b => { b[4096] = 5; BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4099), 0); BinaryPrimitives.WriteUInt32BigEndian(b.AsSpan(4104), 0x7fffffff); });
        Bent("cells of a page", b => BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4099), 65535));
        Bent("a cell inside", b => BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4104), 5));
        Bent("a page size", b => BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(16), 1000));
        Bent("text in UTF-8", b => b[59] = 2);
        // A length whose nine bytes are all set.
        Bent("a row of at most", b => b.AsSpan(CellOf(b), 9).Fill(0xff));
        // A thousand rows that are all the same bytes.
        Bent("cells that share", b =>
        {
            BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4099), 1000);
            var cell = BinaryPrimitives.ReadUInt16BigEndian(b.AsSpan(4104));
            for (var i = 0; i < 1000; i++) BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4104 + 2 * i), cell);
        }, packages: null);
        // A row of 8,192 bytes, of which the leaf keeps 489 + (8192 - 489) % 4092 = 4,100, more than fit, so 489; what goes on leads back to the leaf.
        Bent("each page once", b =>
        {
            var cell = b.AsSpan(4096 + 3000);
            BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4104), 3000);
            (cell[0], cell[1], cell[2]) = (0xc0, 0x00, 1);
            BinaryPrimitives.WriteUInt32BigEndian(cell[(3 + 489)..], 2);
        });
    }

    private static int CellOf(byte[] database) => 4096 + BinaryPrimitives.ReadUInt16BigEndian(database.AsSpan(4104));

    private static void Bent(string expected, Action<byte[]> bend, int? packages = 0)
    {
        var bytes = Small();
        bend(bytes);
        var losses = new List<Loss>();
        var read = RpmDatabase.Read(bytes, At, losses);
        if (packages is { } count) Assert.Equal(count, read.Count);
        Assert.Contains(losses, l => l.Expected.Contains(expected, StringComparison.Ordinal));
        Assert.True(losses.Count <= 16);
    }

    /// <summary>A database of two pages: the schema with one table, and a leaf with one package of a few tags. Written by hand, so that each field can be bent.</summary>
    private static byte[] Small()
    {
        var file = new byte[8192];
        "SQLite format 3\0"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(16), 4096);
        (file[18], file[19], file[59]) = (1, 1, 1);
        Leaf(file.AsSpan(0, 4096), 100, Record([(23, "table"u8.ToArray()), (29, "Packages"u8.ToArray()), (29, "Packages"u8.ToArray()), (1, [2]), (13, [])]));
        "Installtid"u8.CopyTo(file.AsSpan(2000));
        (int Tag, int Type, byte[] Value)[] tags = [(1000, 6, "it\0"u8.ToArray()), (1001, 6, "1.2\0"u8.ToArray()), (1002, 6, "3\0"u8.ToArray())];
        var header = new byte[8 + 16 * tags.Length + tags.Sum(t => t.Value.Length)];
        BinaryPrimitives.WriteInt32BigEndian(header, tags.Length);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), tags.Sum(t => t.Value.Length));
        var at = 0;
        for (var i = 0; i < tags.Length; i++)
        {
            var entry = header.AsSpan(8 + 16 * i);
            BinaryPrimitives.WriteInt32BigEndian(entry, tags[i].Tag);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], tags[i].Type);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], at);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], 1);
            tags[i].Value.CopyTo(header.AsSpan(8 + 16 * tags.Length + at));
            at += tags[i].Value.Length;
        }
        Leaf(file.AsSpan(4096, 4096), 0, Record([(0, []), (12 + 2 * header.Length, header)]));
        return file;
    }

    private static byte[] Record((int Type, byte[] Value)[] columns)
    {
        byte[] types = [.. columns.SelectMany(c => c.Type < 128 ? new[] { (byte)c.Type } : [(byte)(c.Type >> 7 | 0x80), (byte)(c.Type & 0x7f)])];
        return [(byte)(types.Length + 1), .. types, .. columns.SelectMany(c => c.Value)];
    }

    private static void Leaf(Span<byte> page, int header, byte[] payload)
    {
        byte[] cell = [(byte)(payload.Length >> 7 | 0x80), (byte)(payload.Length & 0x7f), 1, .. payload];
        cell.CopyTo(page[(4096 - cell.Length)..]);
        page[header] = 13;
        BinaryPrimitives.WriteUInt16BigEndian(page[(header + 3)..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(page[(header + 8)..], (ushort)(4096 - cell.Length));
    }
}
