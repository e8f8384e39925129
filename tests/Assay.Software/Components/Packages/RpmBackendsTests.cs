using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Assay.Evidence;
using Assay.Software.Components.Packages;
using Assay.Tests;

namespace Assay.Software.Tests.Components.Packages;

/// <summary>The same installed system in each of rpm's databases: epochs, tildes, carets, several versions of one package side by side, keys among the packages. rpm says what is there.</summary>
public class RpmBackendsTests(ITestOutputHelper output)
{
    private static Location At(string file) => new() { Artefact = "it", Path = $"/var/lib/rpm/{file}" };

    private const string Spec = """
        Name: system
        Version: 9
        Release: 1
        License: MIT
        Summary: judged
        BuildArch: noarch
        %global __os_install_post %{nil}
        %description
        judged
        %package -n busybox
        Epoch: 2
        Version: 1.36.1~rc2
        Summary: part
        %description -n busybox
        part
        %package -n openssl-libs
        Epoch: 1
        Version: 3.2.2
        Release: 6.el10^hotfix1
        Summary: part
        %description -n openssl-libs
        part
        %package -n dnsmasq
        Version: 2.90^20240401git1a2b3c
        Release: 0.3~beta.fc41
        Summary: part
        %description -n dnsmasq
        part
        %package -n dropbear
        Version: 2024.86
        Release: 1.oe1+git
        Summary: part
        %description -n dropbear
        part
        %package -n zero-epoch
        Epoch: 0
        Version: 0
        Summary: part
        %description -n zero-epoch
        part
        %files
        %files -n busybox
        %files -n openssl-libs
        %files -n dnsmasq
        %files -n dropbear
        %files -n zero-epoch
        """;

    private static string Kernel(string version) => $"""
        Name: kernel-image
        Version: {version}
        Release: 1
        License: GPL-2.0-only
        Summary: judged
        BuildArch: noarch
        %description
        judged
        %files
        """;

    private static Tool.Result Run(string program, params string[] arguments)
    {
        var done = Tool.Run(program, arguments);
        Assert.True(done.Exit == 0, done.Error);
        return done;
    }

    private sealed record Made(byte[] Database, IReadOnlyList<string> Listed, int Keys);

    private static readonly Lazy<Made> Once = new(() =>
    {
        using var scratch = new Scratch();
        var at = Install(scratch, "sqlite");
        return at with { Database = File.ReadAllBytes(scratch.File("db/rpmdb.sqlite")) };
    });

    private static Made Judged()
    {
        Tool.Need("rpm", "rpm");
        Tool.Need("rpmbuild", "rpm");
        Tool.Need("gpg", "gpg");
        return Once.Value;
    }

    private const string Line = "%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE}\\n";

    private static IReadOnlyList<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private static Made Install(Scratch scratch, string backend)
    {
        string[] into = ["--dbpath", scratch.File("db"), "--define", $"_db_backend {backend}"];
        if (Tool.Run("rpm", [.. into, "--initdb"]).Error.Contains("invalid %_db_backend", StringComparison.Ordinal)) Assert.Skip($"this rpm was built without {backend}");
        foreach (var (name, text) in new[] { ("system", Spec), ("old", Kernel("5.15.150")), ("new", Kernel("6.1.90~rc1")) })
        {
            File.WriteAllText(scratch.File(name + ".spec"), text);
            Run("rpmbuild", "-bb", "--quiet", "--define", $"_topdir {scratch.File("top")}", scratch.File(name + ".spec"));
        }
        Run("rpm", [.. into, "--justdb", "--nodeps", "--noscripts", "--nosignature", "-i", .. Directory.GetFiles(scratch.File("top/RPMS/noarch"), "*.rpm").Order(StringComparer.Ordinal)]);
        // Two keys that rpm lists as if they were packages.
        var home = new Dictionary<string, string> { ["GNUPGHOME"] = Directory.CreateDirectory(scratch.File("gpg")).FullName };
        foreach (var name in new[] { "one", "two" })
        {
            var made = Tool.Run("gpg", ["--batch", "--quiet", "--passphrase", "", "--quick-gen-key", $"{name}@example.test", "rsa2048", "sign", "never"], environment: home);
            Assert.True(made.Exit == 0, made.Error);
            File.WriteAllBytes(scratch.File(name + ".asc"), Tool.Run("gpg", ["--armor", "--export", $"{name}@example.test"], environment: home).Output);
            Run("rpm", [.. into, "--import", scratch.File(name + ".asc")]);
        }
        Tool.Run("gpgconf", ["--kill", "all"], environment: home);
        var listed = Lines(Run("rpm", [.. into, "-qa", "--qf", Line]).Text);
        var keys = listed.Count(l => l.StartsWith("gpg-pubkey ", StringComparison.Ordinal));
        Assert.Equal(2, keys);
        return new Made([], [.. listed.Where(l => !l.StartsWith("gpg-pubkey ", StringComparison.Ordinal))], keys);
    }

    private static List<string> Read(byte[] database, string file, List<Loss> losses) =>
        [.. RpmDatabase.Read(database, At(file), losses).Select(p => $"{p.Name} {p.Epoch?.ToString() ?? "(none)"}:{p.Version}-{p.Release}").Order(StringComparer.Ordinal)];

    [Fact]
    public void Packages_side_by_side_are_all_there_and_keys_are_none()
    {
        var made = Judged();
        var losses = new List<Loss>();
        Assert.Equal(8, made.Listed.Count);
        Assert.Equal(made.Listed, Read(made.Database, "rpmdb.sqlite", losses));
        Assert.Empty(losses);
        var components = RpmDatabase.Read(made.Database, At("rpmdb.sqlite"), losses).Select(p => p.Component("fedora")).ToList();
        Assert.Equal(["5.15.150", "6.1.90~rc1"], components.Where(c => c.Name == "kernel-image").Select(c => c.Version!).Order(StringComparer.Ordinal));
        Assert.Equal("pkg:rpm/fedora/dnsmasq@2.90%5E20240401git1a2b3c-0.3~beta.fc41?arch=noarch", components.Single(c => c.Name == "dnsmasq").Purl);
        Assert.Equal("0:0-1", components.Single(c => c.Name == "zero-epoch").Package);
        output.WriteLine($"{made.Listed.Count} packages as rpm lists them, {made.Keys} keys left out");
    }

    /// <summary>What the database keeps of each package, by its number.</summary>
    private static List<(uint Number, byte[] Header)> Headers(byte[] database, Scratch scratch)
    {
        Tool.Need("sqlite3", "sqlite3");
        File.WriteAllBytes(scratch.File("it.sqlite"), database);
        return [.. Run("sqlite3", scratch.File("it.sqlite"), "select hnum || ' ' || hex(blob) from Packages order by hnum").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(' ')).Select(l => (uint.Parse(l[0], System.Globalization.CultureInfo.InvariantCulture), Convert.FromHexString(l[1])))];
    }

    [Fact]
    public void A_table_of_Berkeley_DB_holds_what_rpm_reads_from_it()
    {
        var made = Judged();
        Tool.Need("db5.3_load", "db5.3-util");
        using var scratch = new Scratch();
        var dump = new StringBuilder("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\ndb_lorder=1234\nHEADER=END\n 00000000\n 00100000\n");
        foreach (var (number, header) in Headers(made.Database, scratch))
        {
            var key = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(key, number);
            dump.Append(' ').Append(Convert.ToHexStringLower(key)).Append("\n ").Append(Convert.ToHexStringLower(header)).Append('\n');
        }
        File.WriteAllText(scratch.File("dump"), dump.Append("DATA=END\n").ToString());
        Directory.CreateDirectory(scratch.File("hash"));
        Run("db5.3_load", "-f", scratch.File("dump"), scratch.File("hash/Packages"));
        // The names that rpm opens first; it asks nothing of it here.
        Run("db5.3_load", "-T", "-t", "hash", "-f", "/dev/null", scratch.File("hash/Name"));
        var told = Tool.Run("rpm", ["--dbpath", scratch.File("hash"), "--define", "_db_backend bdb_ro", "-qa", "--qf", Line]);
        if (told.Error.Contains("invalid %_db_backend", StringComparison.Ordinal)) Assert.Skip("this rpm was built without bdb_ro");
        var judged = Lines(told.Text).Where(l => !l.StartsWith("gpg-pubkey ", StringComparison.Ordinal)).ToList();
        Assert.True(judged.Count == made.Listed.Count, $"rpm reads {judged.Count} packages: {told.Error}");
        var losses = new List<Loss>();
        Assert.Equal(judged, Read(File.ReadAllBytes(scratch.File("hash/Packages")), "Packages", losses));
        Assert.Empty(losses);
        output.WriteLine($"{judged.Count} packages as rpm reads them through bdb_ro");
    }

    [Fact]
    public void Rpm_s_own_format_holds_what_rpm_lists_where_this_rpm_writes_it()
    {
        Judged();
        using var scratch = new Scratch();
        var made = Install(scratch, "ndb");
        var losses = new List<Loss>();
        Assert.Equal(made.Listed, Read(File.ReadAllBytes(scratch.File("db/Packages.db")), "Packages.db", losses));
        Assert.Empty(losses);
    }

    // Written by rpm's own rpmpkg.c (a8f0192a): reader 1.2-3, gone 1-1, library 7^git5-1~rc2; then gone erased, and late 0-9 put into its blocks.
    private const string ByRpm = "H4sIAAAAAAACAwsqyA1gAAI2IGYEYlYGVBCck18CEgdJskP5LECanRGiB8RnBtK8SPLo+kf5o/xR/ih/lD/KH+WP8kf5o/xR/ih/lD/KH+UPLN8pJymYEdr3d4UIgbvzQOoFdFgA2vtnfgnls0P5r6B8bhC/KDUxJbWIwVDPiMEYbQiB4S77/+muELtcQfaxQMcZHBH2ceKxjxXNPrD9OYklqQwGDJYgxevYdgo7IpnPDDXUF2G+KB7zOdDM5webn5lUlFhUyWAel55ZYspgWFeUbATzTwX34ku+UPsAak61AkARAAA=";

    [Fact]
    public void A_database_that_rpm_s_own_code_wrote_and_our_writer_of_the_same_form_are_read_alike()
    {
        using var packed = new GZipStream(new MemoryStream(Convert.FromBase64String(ByRpm)), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        packed.CopyTo(whole);
        var database = whole.ToArray();
        Assert.True(RpmDatabase.Looks("/var/lib/rpm/Packages.db", database));
        Assert.False(RpmDatabase.Looks("/var/lib/other.db", database));
        var losses = new List<Loss>();
        Assert.Equal(["late 0-9", "library 7^git5-1~rc2", "reader 1.2-3"], RpmDatabase.Read(database, At("Packages.db"), losses).Select(p => $"{p.Name} {p.Version}-{p.Release}").Order(StringComparer.Ordinal));
        Assert.Empty(losses);

        // Taken apart and put together again, it is the same bytes but for the count of changes.
        var values = new List<(uint Number, uint Generation, byte[] Value)>();
        for (var slot = 32; slot < 4096 && U32(database, slot + 8) is var block && (block != 0 || values.Count == 0); slot += 16)
        {
            var at = (int)block * 16;
            values.Add((U32(database, slot + 4), U32(database, at + 8), database[(at + 16)..(at + 16 + (int)U32(database, at + 12))]));
        }
        Assert.Equal(database, Written(values, [0x100, 0x107, 0x10d], generation: U32(database, 8), next: U32(database, 16)));
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    /// <summary>rpm's own format, written by its reference.</summary>
    private static byte[] Written(IReadOnlyList<(uint Number, uint Generation, byte[] Value)> values, IReadOnlyList<uint>? places = null, uint generation = 1, uint next = 1)
    {
        var pages = (values.Count + 2 + 255) / 256;
        static int Blocks(int length) => (16 + length + 12 + 15) / 16;
        var place = (uint)pages * 256;
        places ??= [.. values.Select(v => (place += (uint)Blocks(v.Value.Length)) - (uint)Blocks(v.Value.Length))];
        var file = new byte[16 * values.Select((v, i) => places[i] + Blocks(v.Value.Length)).Max()];
        void Put(int at, uint number) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), number);
        "RpmP"u8.CopyTo(file);
        Put(8, generation);
        Put(12, (uint)pages);
        Put(16, next);
        for (var slot = 32; slot < pages * 4096; slot += 16) "Slot"u8.CopyTo(file.AsSpan(slot));
        for (var i = 0; i < values.Count; i++)
        {
            var (number, made, value) = values[i];
            int at = (int)places[i] * 16, end = at + 16 * Blocks(value.Length);
            Put(36 + 16 * i, number);
            Put(40 + 16 * i, places[i]);
            Put(44 + 16 * i, (uint)Blocks(value.Length));
            "BlbS"u8.CopyTo(file.AsSpan(at));
            Put(at + 4, number);
            Put(at + 8, made);
            Put(at + 12, (uint)value.Length);
            value.CopyTo(file, at + 16);
            // zlib ends with the same checksum.
            using var zlib = new MemoryStream();
            using (var stream = new ZLibStream(zlib, CompressionLevel.Fastest, leaveOpen: true)) stream.Write(file.AsSpan(at..(end - 12)));
            Put(end - 12, BinaryPrimitives.ReadUInt32BigEndian(zlib.ToArray().AsSpan(^4..)));
            Put(end - 8, (uint)value.Length);
            "BlbE"u8.CopyTo(file.AsSpan(end - 4));
        }
        return file;
    }

    [Fact]
    public void Every_damaged_database_of_rpm_s_own_format_ends_and_tells_its_losses()
    {
        var made = Judged();
        using var scratch = new Scratch();
        // Enough of them for several pages of slots.
        var headers = Headers(made.Database, scratch);
        var values = Enumerable.Range(0, 600).Select(i => ((uint)i + 1, 1u, headers[i % headers.Count].Header)).ToList();
        var database = Written(values);
        var losses = new List<Loss>();
        var whole = RpmDatabase.Read(database, At("Packages.db"), losses).Count;
        Assert.Empty(losses);
        Assert.Equal(600 - Enumerable.Range(0, 600).Count(i => i % headers.Count >= made.Listed.Count), whole);
        var random = new Random(3);
        var (fewer, told) = (0, 0);
        for (var round = 0; round < 200; round++)
        {
            var bytes = database.ToArray();
            if (round % 4 == 0) bytes = bytes[..random.Next(32, bytes.Length)];
            for (var i = 0; i < 30; i++) bytes[random.Next(round % 2 == 0 ? Math.Min(bytes.Length, 3 * 4096) : bytes.Length)] = (byte)random.Next(256);
            losses.Clear();
            var read = RpmDatabase.Read(bytes, At("Packages.db"), losses);
            Assert.True(read.Count <= whole);
            Assert.True(losses.Count <= 17);
            if (read.Count == whole) continue;
            fewer++;
            if (losses.Count > 0) told++;
        }
        output.WriteLine($"{fewer} of 200 damaged databases held fewer packages, {told} of them with a loss");
        Assert.True(fewer > 150 && told == fewer, $"{told} of {fewer}");

        // Slots that share blocks: the first of them has the value.
        var shared = database.ToArray();
        for (var slot = 32; slot < 3 * 4096; slot += 16) shared.AsSpan(32, 16).CopyTo(shared.AsSpan(slot));
        losses.Clear();
        Assert.Single(RpmDatabase.Read(shared, At("Packages.db"), losses));
        Assert.Contains(losses, l => l.Expected == "blocks of one value only");
        losses.Clear();
        database[4] = 1;
        Assert.Empty(RpmDatabase.Read(database, At("Packages.db"), losses));
        Assert.Contains("version 0", Assert.Single(losses).Expected, StringComparison.Ordinal);
    }
}
