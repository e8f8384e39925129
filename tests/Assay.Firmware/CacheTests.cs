using System.IO.Compression;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Firmware.Identification;
using Assay.Software.Components;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>What was kept of one image makes the next one cheap and changes no answer, whatever happened to the folder.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class CacheTests
{
    private const string Token = "AKIA7QWERTYUIOP2ASDF", Password = "Hedgehog-4711-Lantern";

    [Fact]
    public void Every_ready_image_gives_the_same_answer_without_with_an_empty_and_with_a_full_cache()
    {
        var compared = 0;
        foreach (var (file, kind) in ReadyImageTests.Images(Corpus.Folder("firmware/ready")))
        {
            using var scratch = new Scratch();
            var image = File.ReadAllBytes(file);
            var alone = Told(image, null);
            Assert.Equal(alone, Told(image, scratch.File("cache")));
            var kept = Entries(scratch.File("cache"));
            Assert.True(kept.Count > 0, $"{kind}: nothing was kept");
            Assert.Equal(alone, Told(image, scratch.File("cache")));
            Assert.Equal(kept, Entries(scratch.File("cache")));
            compared++;
        }
        Assert.True(compared > 0, "no image");
    }

    [Fact]
    public void Images_of_one_tree_share_what_they_told_and_answer_as_alone()
    {
        using var scratch = new Scratch();
        foreach (var (file, _) in ReadyImageTests.Images(Corpus.Folder("firmware/ready")))
        {
            var image = File.ReadAllBytes(file);
            Assert.Equal(Told(image, null), Told(image, scratch.File("cache")));
        }
    }

    [Theory]
    [InlineData("xz", "")]
    [InlineData("gzip", "-no-fragments")]
    [InlineData("zstd", "-always-use-fragments")]
    [InlineData("lzo", "-b 4096")]
    public void Of_an_image_that_shares_nine_tenths_of_its_files_little_is_decoded_and_the_answer_is_the_same(string compression, string options)
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        using var scratch = new Scratch();
        var (first, second) = Family(scratch, ["-comp", compression, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        var cache = scratch.File("cache");
        Told(first, cache);
        Assert.Equal(Told(second, null), Told(second, cache));
        // The same once more, counted: texts that are judged together are always read.
        var (all, decoded) = Decoded(second, cache);
        Assert.True(decoded < all * 0.3, $"{decoded} of {all} bytes were decoded");
        Assert.Equal(all, Decoded(second, scratch.File("another")).Decoded);
    }

    [Fact]
    public void A_damaged_a_renamed_and_a_cut_entry_is_as_if_it_were_not_there()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        using var scratch = new Scratch();
        var (image, _) = Family(scratch, ["-comp", "gzip"]);
        var cache = scratch.File("cache");
        var alone = Told(image, null);
        Told(image, cache);
        var contents = Path.Combine(cache, "contents");
        var random = new Random(20261123);
        foreach (var entry in Entries(cache).OrderBy(_ => random.Next()).Take(4))
        {
            var whole = File.ReadAllBytes(entry);
            for (var i = 0; i < whole.Length; i += Math.Max(1, whole.Length / 24))
            {
                var changed = whole.ToArray();
                changed[i] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(entry, changed);
                Assert.Equal(alone, Told(image, cache));
                Assert.Equal(whole, File.ReadAllBytes(entry));
            }
            File.WriteAllBytes(entry, whole[..random.Next(whole.Length)]);
            Assert.Equal(alone, Told(image, cache));
            Assert.Equal(whole, File.ReadAllBytes(entry));
        }
        // Each entry in the place of another: its digest covers its key.
        var names = Entries(cache);
        var bytes = names.Select(File.ReadAllBytes).ToList();
        for (var i = 0; i < names.Count; i++) File.WriteAllBytes(names[i], bytes[(i + 1) % names.Count]);
        Assert.Equal(alone, Told(image, cache));
        Assert.Equal(bytes.Count, names.Zip(bytes).Count(p => File.ReadAllBytes(p.First).AsSpan().SequenceEqual(p.Second)));
        // Deleted while nobody looks.
        for (var round = 0; round < 8; round++)
        {
            foreach (var entry in Directory.GetFiles(contents)) if (random.Next(3) == 0) File.Delete(entry);
            Assert.Equal(alone, Told(image, cache));
        }
        Directory.Delete(cache, recursive: true);
        Assert.Equal(alone, Told(image, cache));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_no_answer()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        using var scratch = new Scratch();
        var (image, _) = Family(scratch, ["-comp", "gzip"]);
        var options = Examination.Options() with { Cache = FactsFolder.OfContents(scratch.File("cache")) };
        Directory.Delete(scratch.File("cache"), recursive: true);
        File.WriteAllText(scratch.File("cache"), "a file stands where the folder was");
        Assert.Equal(Told(image, null), ToldBy(image, options));
    }

    [Fact]
    public void The_folder_is_its_owners_alone_and_holds_no_content_and_no_secret_in_full()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        using var scratch = new Scratch();
        var (image, _) = Family(scratch, ["-comp", "xz"]);
        var options = Examination.Options() with { Cache = FactsFolder.OfContents(scratch.File("cache")) };
        using var artefact = Artefact.Of("image", image);
        var told = FirmwareExamination.Of(artefact, options);
        // Positive controls: both secrets are seen, and what was seen of the program's is kept, shortened.
        Assert.Contains(told.Findings, f => f.Kind == FindingKind.Secret && f.Subject == "AWS access key");
        Assert.Contains(told.Findings, f => f.Kind == FindingKind.Secret && f.Subject == "password");
        var kept = Entries(scratch.File("cache")).Select(e => Encoding.Latin1.GetString(File.ReadAllBytes(e))).ToList();
        Assert.Contains(kept, k => k.Contains("AWS access key", StringComparison.Ordinal));
        foreach (var word in (string[])[Token, Password, "option password", "echo started by nobody", "abcdefghijklmnop"]) Assert.DoesNotContain(kept, k => k.Contains(word, StringComparison.Ordinal));
        foreach (var folder in (string[])[scratch.File("cache"), Path.Combine(scratch.File("cache"), "contents")])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.All(Entries(scratch.File("cache")), e => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(e)));
    }

    [Fact]
    public void Facts_come_back_from_their_bytes_whole_or_not_at_all()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        using var scratch = new Scratch();
        _ = Family(scratch, ["-comp", "gzip"]);
        var seen = 0;
        foreach (var file in Directory.EnumerateFiles(scratch.File("first"), "*", SearchOption.AllDirectories))
        {
            var facts = ContentFacts.Of(Path.GetFileName(file), File.ReadAllBytes(file), isAlone: false, isHashed: true);
            var bytes = FactBytes.Bytes(to => to.Content(facts));
            var again = FactBytes.Read(bytes, from => from.Content());
            Assert.NotNull(again);
            Assert.Equal(bytes, FactBytes.Bytes(to => to.Content(again)));
            Assert.Equal((facts.IsElf, facts.IsBinary, facts.IsScript, facts.Sha256, facts.Versions.Count, facts.Keys.Count, facts.Tokens.Count), (again.IsElf, again.IsBinary, again.IsScript, again.Sha256, again.Versions.Count, again.Keys.Count, again.Tokens.Count));
            Assert.Null(FactBytes.Read(bytes[..^1], from => from.Content()));
            Assert.Null(FactBytes.Read([.. bytes, 0], from => from.Content()));
            seen++;
        }
        Assert.True(seen > 20);
    }

    [Fact]
    public void A_kernel_that_was_unpacked_once_is_not_unpacked_again_and_the_map_shows_the_same()
    {
        using var scratch = new Scratch();
        // uImage (mkimage) around gzip around a kernel: banner, and a listing of names as kernels carry it.
        Tool.Need("mkimage", "u-boot-tools");
        var kernel = new byte[2 << 20];
        new Random(7).NextBytes(kernel.AsSpan(0, 1 << 20));
        Encoding.ASCII.GetBytes("\0Linux version 4.14.59 (builder@example) (gcc version 7.5.0) #0 SMP Tue Nov 14 2023\n\0").CopyTo(kernel, 1 << 20);
        using (var packed = new MemoryStream())
        {
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(kernel);
            File.WriteAllBytes(scratch.File("kernel.gz"), packed.ToArray());
        }
        var made = Tool.Run("mkimage", ["-A", "arm", "-O", "linux", "-T", "kernel", "-C", "gzip", "-a", "0x8000", "-e", "0x8000", "-n", "test", "-d", scratch.File("kernel.gz"), scratch.File("uImage")], environment: new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1700000000" });
        Assert.True(made.Exit == 0, made.Error);
        var image = File.ReadAllBytes(scratch.File("uImage"));
        var alone = Told(image, null);
        Assert.Equal(alone, Told(image, scratch.File("cache")));
        Assert.Single(Entries(scratch.File("cache")));
        Assert.Equal(alone, Told(image, scratch.File("cache")));
        using var artefact = Artefact.Of("image", image);
        var told = FirmwareExamination.Of(artefact, Examination.Options() with { Cache = FactsFolder.OfContents(scratch.File("cache")), Workers = 1 });
        Assert.Contains(told.Components, c => c is { Name: "linux-kernel", Version: "4.14.59" });
        Assert.Contains(told.Map!.Rows, r => r.Kind == "kernel");
        // Behind another piece of the same image the stream is the same; a changed byte of it is another stream.
        image[^20] ^= 1;
        Assert.Equal(Told(image, null), Told(image, scratch.File("cache")));
    }

    // A tree with programs of this machine, small files, texts, a key, and secrets; and the same with every tenth file changed.
    private static (byte[] First, byte[] Second) Family(Scratch scratch, string[] options)
    {
        var (first, second) = (scratch.File("first"), scratch.File("second"));
        var random = new Random(4711);
        Tool.Run("mkdir", ["-p", .. (string[])["bin", "etc/config", "lib", "usr/share/data", "www"]], folder: Directory.CreateDirectory(first).FullName);
        var programs = Directory.EnumerateFiles("/usr/bin").Where(f => new FileInfo(f) is { LinkTarget: null, Length: > 4096 and < 400_000 }).Order(StringComparer.Ordinal).Take(40).ToList();
        foreach (var program in programs) File.Copy(program, Path.Combine(first, "bin", Path.GetFileName(program)));
        for (var i = 0; i < 120; i++)
        {
            var bytes = new byte[random.Next(1, 60_000)];
            random.NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(first, "usr/share/data", $"{i:000}.bin"), [0, .. bytes]);
            File.WriteAllText(Path.Combine(first, "www", $"{i:000}.css"), string.Concat(Enumerable.Repeat($".c{i} {{ margin: {random.Next()}px }}\n", random.Next(1, 200))));
        }
        File.WriteAllText(Path.Combine(first, "etc/config/account"), $"config account\n\toption password '{Password}'\n");
        File.WriteAllText(Path.Combine(first, "etc/started"), "#!/bin/sh\necho started by nobody\n");
        File.WriteAllBytes(Path.Combine(first, "lib/cloud.bin"), [0, .. Encoding.ASCII.GetBytes($"abcdefghijklmnop\0{Token}\0"), .. new byte[3000]]);
        Tool.Run("cp", ["-a", first, second]);
        var files = Directory.EnumerateFiles(second, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        for (var i = 5; i < files.Count; i += 10)
        {
            var bytes = File.ReadAllBytes(files[i]);
            for (var at = bytes.Length / 2; at < bytes.Length / 2 + bytes.Length / 20; at++) bytes[at] ^= 0x55;
            File.WriteAllBytes(files[i], [.. bytes, .. new byte[bytes.Length / 100]]);
        }
        return (Packed(scratch, first, options), Packed(scratch, second, options));
    }

    private static byte[] Packed(Scratch scratch, string folder, string[] options)
    {
        var file = scratch.File(Path.GetFileName(folder) + ".squashfs");
        var made = Tool.Run("mksquashfs", [folder, file, "-noappend", "-quiet", "-no-progress", "-all-root", "-mkfs-time", "0", "-all-time", "0", .. options]);
        Assert.True(made.Exit == 0, made.Error);
        return File.ReadAllBytes(file);
    }

    private static (long All, long Decoded) Decoded(byte[] image, string cache)
    {
        var known = new KnownContents(FactsFolder.OfContents(cache));
        using var artefact = Artefact.Of("image", image);
        using var opened = Image.Open(artefact, Examination.Options());
        var files = (IPackedFileSystem)opened.Root!.FileSystem!;
        long decoded = 0;
        files.ReadContents((_, content) => Interlocked.Add(ref decoded, content.Length), new Unknown(known), 2, CancellationToken.None);
        return (files.Entries.Where(e => e.Type == FileType.Regular).Sum(e => e.Size), decoded);
    }

    private sealed class Unknown(KnownContents known) : IPackReader
    {
        public IReadOnlyList<PackedContent> Needed(Pack pack)
        {
            known.Find(pack);
            return [.. pack.Contents.Where(c => known.Of(c.Entries) is null)];
        }
    }

    private static List<string> Entries(string cache) => [.. Directory.EnumerateFiles(Path.Combine(cache, "contents")).Order(StringComparer.Ordinal)];

    private static string Told(byte[] image, string? cache) => ToldBy(image, cache is null ? Examination.Options() : Examination.Options() with { Cache = FactsFolder.OfContents(cache) });

    // Every member of the answer, so that none can be lost on the way through the folder.
    private static string ToldBy(byte[] image, ExaminationOptions options)
    {
        using var artefact = Artefact.Of("image", image);
        var told = FirmwareExamination.Of(artefact, options);
        var lines = new List<string> { $"{told.Kind}", told.Map?.ToText() ?? "no map" };
        lines.AddRange(told.Findings.Select(f => $"{f.Kind} {f.Subject} {f.Value} {f.Confidence} {f.Location} {f.Note} {f.Default} {string.Join(',', f.Traits)}"));
        lines.AddRange(told.Components.Select(c => Convert.ToHexString(FactBytes.Bytes(to => to.Component(c)))));
        lines.AddRange(told.Coverage.Select(c => $"{c.Artefact} {c.Scope} {c.Total} {c.Examined} {string.Join(',', c.Counts)} {string.Join(';', c.Losses)}"));
        lines.AddRange(told.Executables.Select(e => $"{e.Path} {e.Size} {e.Sha256} {e.Soname} {string.Join(',', e.Needed)}"));
        var product = told.Product;
        lines.Add($"{product.Release} {string.Join(' ', (product.Files ?? new Dictionary<string, Location>()).Select(f => $"{f.Key} {f.Value}"))}");
        lines.AddRange(product.Applets.Select(a => $"{a.Location} {string.Join(' ', a.Names)}"));
        lines.AddRange(product.Kernels.Select(k => $"{k.Location} {k.Version} {string.Join(' ', k.Options)}"));
        lines.AddRange(product.Needed.Select(n => $"{n.Key} {string.Join(' ', n.Value)}"));
        lines.AddRange(product.Started.Select(s => $"{s}"));
        lines.AddRange(product.Repairs.Select(r => $"{r}"));
        return string.Join('\n', lines);
    }
}
