using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Kernels that unpack themselves, with each packing that a kernel can have.</summary>
public class KernelImageTests
{
    private static byte[] Kernel()
    {
        var noise = new byte[300_000];
        new Random(15).NextBytes(noise);
        return [.. noise, .. "Linux version 6.1.0 (a@b) (gcc) #1 SMP\n\0"u8, .. noise];
    }

    [Theory]
    [InlineData("gzip", "-c")]
    [InlineData("bzip2", "-c")]
    [InlineData("xz", "-c --check=crc32 --x86 --lzma2=dict=1MiB")]
    [InlineData("xz", "-c --format=lzma")]
    [InlineData("lzop", "-c")]
    [InlineData("lz4", "-c -l")]
    [InlineData("zstd", "-c")]
    public void A_kernel_is_found_in_its_own_unpacker(string program, string options)
    {
        Tool.Need(program, program is "xz" ? "xz-utils" : program);
        var kernel = Kernel();
        var packed = Tool.Run(program, options.Split(' '), input: kernel).Output;
        byte[] payload = [.. packed, .. BitConverter.GetBytes(kernel.Length)];
        // linux/Documentation/arch/x86/boot.rst: sectors of setup, then the code in which the payload stands.
        var setup = new byte[512 * 5];
        (setup[0x1f1], setup[0x1fe], setup[0x1ff]) = (4, 0x55, 0xaa);
        "HdrS"u8.CopyTo(setup.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(setup.AsSpan(0x206), 0x20f);
        BinaryPrimitives.WriteInt32LittleEndian(setup.AsSpan(0x248), 1000);
        BinaryPrimitives.WriteInt32LittleEndian(setup.AsSpan(0x24c), payload.Length);
        var size = (1000 + payload.Length + 15) / 16 * 16;
        BinaryPrimitives.WriteInt32LittleEndian(setup.AsSpan(0x1f4), size / 16);
        byte[] x86 = [.. setup, .. new byte[1000], .. payload, .. new byte[size - 1000 - payload.Length]];
        Check(x86, "bzimage");

        var head = new byte[0x4000];
        new Random(16).NextBytes(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(0x24), 0x016f2818);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(0x28), 0);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(0x2c), head.Length + payload.Length);
        Check([.. head, .. payload], "zimage");

        void Check(byte[] bytes, string kind)
        {
            using var image = Examination.Open(bytes);
            Assert.Equal((kind, (long)bytes.Length), (image.Parts[0].Kind, image.Parts[0].Length));
            var inner = image.AllParts.Single(p => p.Kind == "kernel");
            Assert.True(inner.Bytes.Span.SequenceEqual(kernel));
            Assert.Empty(image.Losses);
        }
    }

    [Fact]
    public void Samples_of_others_hold_a_kernel_with_its_banner_and_what_is_no_kernel_is_none()
    {
        var kernels = 0;
        foreach (var file in Corpus.Files("firmware/formats/bzimage"))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            if (file.Contains("bogus", StringComparison.Ordinal))
            {
                Assert.DoesNotContain(image.AllParts, p => p.Kind == "kernel");
                continue;
            }
            Assert.True(image.Parts[0].Kind is "bzimage" or "zimage", $"{file}: {image.Parts[0].Kind}");
            // One sample is the first 13 KB of an image of 12 MB, and says so.
            if (image.Losses.Any(l => l.Found.EndsWith("to the end", StringComparison.Ordinal))) continue;
            Assert.True(image.AllParts.Any(p => p.Kind == "kernel"), $"{file}\n{image.Map().ToText()}");
            kernels++;
        }
        Assert.True(kernels >= 2, $"{kernels}");
    }
}
