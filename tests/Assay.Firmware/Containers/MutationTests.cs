using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Valid files with bytes changed, cut and repeated: each ends with content or with words, and never with an exception.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class MutationTests
{
    private const int Each = 40, Largest = 200_000;

    [Fact]
    public void Mutated_samples_of_every_kind_end_with_content_or_with_words()
    {
        var opened = 0;
        foreach (var file in Corpus.Files("firmware/formats").Where(f => new FileInfo(f).Length is > 32 and < Largest))
        {
            opened += Mutate(File.ReadAllBytes(file), file);
        }
        Assert.True(opened > 200, $"{opened}");
    }

    [Fact]
    public void Mutated_disks_packages_and_archives_end_with_content_or_with_words()
    {
        using var scratch = new Scratch();
        Tool.Need("sfdisk", "fdisk");
        Tool.Need("7z", "p7zip-full");
        Tool.Need("zip", "zip");
        Directory.CreateDirectory(scratch.File("t/etc"));
        File.WriteAllText(scratch.File("t/etc/passwd"), "root::0:0::/:/bin/sh\n");
        File.WriteAllBytes(scratch.File("t/blob"), Enumerable.Range(0, 30_000).Select(i => (byte)(i * i >> 4)).ToArray());
        Tool.Run("sh", ["-c", "tar --format=pax -S -cf t.tar t; tar --format=gnu -cf g.tar t; zip -q -r t.zip t; 7z a -y t.7z t >/dev/null; ar rc t.a t/blob t/etc/passwd; objcopy -I binary -O ihex t/blob t.hex; truncate -s 100000 d; printf 'label: gpt\\nstart=100,size=50\\n' | sfdisk -q --no-reread d; objcopy -I binary -O srec t/blob t.srec"], scratch.Folder);
        var opened = 0;
        foreach (var name in (string[])["t.tar", "g.tar", "t.zip", "t.7z", "t.a", "t.hex", "t.srec", "d"]) opened += Mutate(File.ReadAllBytes(scratch.File(name)), name);
        Assert.True(opened > 50, $"{opened}");
    }

    private static int Mutate(byte[] valid, string name)
    {
        var opened = 0;
        for (var seed = 0; seed < Each; seed++)
        {
            var random = new Random(seed);
            var bytes = valid.ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                // Headers and directories stand at both ends.
                var at = random.Next(3) switch { 0 => random.Next(Math.Min(600, bytes.Length)), 1 => bytes.Length - 1 - random.Next(Math.Min(600, bytes.Length)), _ => random.Next(bytes.Length) };
                bytes[at] = random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) };
            }
            if (seed % 5 == 4) bytes = bytes[..random.Next(16, bytes.Length)];
            try
            {
                using var image = Examination.Open(bytes, new Budget { Bytes = 64 << 20, FileBytes = 16 << 20, Files = 20_000 });
                Examination.Tree(image, parts: true);
                Assert.Equal(bytes.Length, image.Parts.Sum(p => p.Length));
                if (image.IsRecognised) opened++;
                else Assert.NotEmpty(image.Losses);
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{name}, seed {seed}: {failure}");
            }
        }
        return opened;
    }
}
