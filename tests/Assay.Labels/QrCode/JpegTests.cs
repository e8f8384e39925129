using Assay.Evidence.Reading;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Tests;
using Code = Assay.Labels.QrCode.QrCode;

namespace Assay.Labels.Tests;

/// <summary>JPEG as cameras and ImageMagick write it; zbar reads the same files beside us.</summary>
public sealed class JpegTests(ITestOutputHelper output) : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly string text = LabelAddress.Write(Enumerable.Range(1, 205).Select(i => (byte)(i * 31)).ToArray());

    public void Dispose() => scratch.Dispose();

    private byte[] Made(params string[] words)
    {
        Tool.Need("convert-im6", "imagemagick");
        if (!File.Exists(scratch.File("print.png"))) File.WriteAllBytes(scratch.File("print.png"), new LabelPicture { Code = Code.OfAddress(text), Words = "TEST, NOT A LABEL", Scale = 8 }.ToPng());
        var result = Tool.Run("convert-im6", [scratch.File("print.png"), "-seed", "7", .. words, scratch.File("photo.jpg")]);
        Assert.True(result.Exit == 0, result.Error);
        return File.ReadAllBytes(scratch.File("photo.jpg"));
    }

    public static TheoryData<string> Forms => new("-quality 95", "-quality 30", "-quality 85 -interlace Plane", "-colorspace Gray -quality 80", "-sampling-factor 4:4:4", "-sampling-factor 4:2:0 -quality 60", "-define jpeg:optimize-coding=false",
        "-set colorspace RGB -quality 90", "-resize 5000x5000", "-resize 8000x8000", "-define jpeg:arithmetic-coding=true");

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_code_is_read_from_every_form_that_cameras_write(string words) =>
        Assert.Equal(text, LabelPicture.ReadPoints(Made(["-colorspace", "sRGB", "-type", "TrueColor", .. words.Split(' ')])).Text);

    [Fact]
    public void Ordinary_photographs_are_read_at_least_as_often_as_by_zbar()
    {
        string[] table = ["-bordercolor", "gray70", "-border", "120", "-background", "gray70"];
        string[] shadow = ["(", "+clone", "-sparse-color", "Bilinear", "0,0 gray35 %[fx:w],%[fx:h] white", ")", "-compose", "Multiply", "-composite"];
        string[] aslant = ["-virtual-pixel", "background", "-distort", "Perspective", "0,0 25,15  %[fx:w],0 %[fx:w-15],40  0,%[fx:h] 0,%[fx:h]  %[fx:w],%[fx:h] %[fx:w],%[fx:h-10]"];
        var (ours, zbar, all) = (0, 0, 0);
        foreach (var quality in new[] { "92", "60", "35", "20" })
        {
            foreach (var words in new[] { [], ["-rotate", "17"], aslant, [.. aslant, "-blur", "0x1.5"], shadow, [.. aslant, "-blur", "0x1", .. shadow], ["-rotate", "200", .. shadow], ["-resize", "60%", "-blur", "0x0.7"], ["-blur", "0x2", "-attenuate", "0.2", "+noise", "Gaussian"] })
            {
                all++;
                var read = "";
                try
                {
                    read = LabelPicture.ReadPoints(Made([.. table, .. words, "-quality", quality])).Text;
                }
                catch (UnreadableException wrong)
                {
                    output.WriteLine($"quality {quality}, {string.Join(' ', words)}: {wrong.Message}");
                }
                Assert.True(read == text || read == "");
                if (read == text) ours++;
                if (Tool.Has("zbarimg") && Tool.Run("zbarimg", ["--raw", "-q", "-Sdisable", "-Sqrcode.enable", scratch.File("photo.jpg")]).Text.TrimEnd('\n') == text) zbar++;
            }
        }
        output.WriteLine($"{all} photographs in JPEG: {ours} read by us, {zbar} by zbar");
        Assert.True(ours >= all - 2 && ours >= zbar, $"{ours} of {all}, zbar {zbar}");
    }

    [Fact]
    public void What_claims_too_much_is_refused_before_it_is_decoded()
    {
        var good = Made("-quality", "90");
        Assert.Equal(text, LabelPicture.ReadPoints(good).Text);
        var frame = good.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xc0]);
        Assert.True(frame > 0);
        byte[] Sized(int height, int width, byte[] file)
        {
            var changed = (byte[])file.Clone();
            (changed[frame + 5], changed[frame + 6], changed[frame + 7], changed[frame + 8]) = ((byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width);
            return changed;
        }
        Assert.Contains("pixels", Assert.Throws<UnreadableException>(() => Jpeg.Read(Sized(65000, 65000, good))).Message, StringComparison.Ordinal);
        Assert.Contains("pixels", Assert.Throws<UnreadableException>(() => Jpeg.Read(Sized(16000, 16000, good))).Message, StringComparison.Ordinal);
        Assert.Throws<UnreadableException>(() => Jpeg.Read(Sized(0, 500, good)));
        Assert.Contains("scans", Assert.Throws<UnreadableException>(() => Jpeg.Read([.. good, .. Enumerable.Repeat(new byte[] { 0xff, 0xda }, 40).SelectMany(b => b)])).Message, StringComparison.Ordinal);
        Assert.Contains("bytes", Assert.Throws<UnreadableException>(() => Jpeg.Read([0xff, 0xd8, 0xff, .. new byte[Jpeg.MaxFileBytes]])).Message, StringComparison.Ordinal);
        // Four inks are no photograph of a label.
        Assert.Throws<UnreadableException>(() => LabelPicture.ReadPoints(Made("-colorspace", "CMYK", "-quality", "90")));
    }

    [Fact]
    public void Changed_and_cut_pictures_are_read_rightly_or_refused_soon()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var (read, refused) = (0, 0);
        foreach (var good in new[] { Made("-quality", "90", "-resize", "40%"), Made("-quality", "70", "-resize", "40%", "-interlace", "Plane") })
        {
            for (var seed = 0; seed < 150; seed++)
            {
                var random = new Random(seed);
                var bytes = (byte[])good.Clone();
                for (var changes = random.Next(1, 6); changes > 0; changes--) bytes[random.Next(seed % 2 == 0 ? Math.Min(700, bytes.Length) : bytes.Length)] = (byte)random.Next(256);
                if (seed % 5 == 0) bytes = bytes[..random.Next(bytes.Length)];
                try
                {
                    Assert.Equal(text, LabelPicture.ReadPoints(bytes).Text);
                    read++;
                }
                catch (UnreadableException wrong)
                {
                    Assert.NotEmpty(wrong.Expected);
                    refused++;
                }
            }
        }
        output.WriteLine($"{read} read, {refused} refused in {clock.ElapsedMilliseconds} ms");
        Assert.True(read > 0 && refused > 0);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(120), clock.Elapsed.ToString());
    }
}
