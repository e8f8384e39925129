using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Firmware.Containers;

namespace Assay.Firmware;

/// <summary>
/// What the parts of an image say of starting: structures that a boot loader can verify, kernels that carry none, consoles that a boot loader opens,
/// and the sensors that a device tree describes. A signature that is there may still be checked by nobody: these facts support, they do not prove.
/// </summary>
internal static partial class BootFacts
{
    public static IEnumerable<Finding> Of(string artefact, Image image)
    {
        foreach (var part in image.AllParts)
        {
            var at = new Location { Artefact = artefact, Path = part.Path };
            switch (part.Kind)
            {
                case "dtb":
                    foreach (var finding in Tree(part, at)) yield return finding;
                    break;
                case "fit": yield return Fit(part, at); break;
                case "uimage" when UImage.Parse(part.Bytes.Span) is { IsKernel: true }:
                    yield return Boot("kernel", "a kernel in U-Boot's legacy form, which has a checksum and no signature", at, Traits.UnsignedBoot);
                    break;
                case "unknown" or "mcuboot" or "esp-image":
                    foreach (var finding in Unknown(part, artefact)) yield return finding;
                    break;
            }
        }
    }

    private static Finding Boot(string subject, string value, Location at, string trait) =>
        new() { Kind = FindingKind.Hardening, Subject = subject, Value = value, Confidence = 0.9, Location = at, Traits = [trait] };

    // uboot doc/usage/fit: signature nodes stand below an image or below a configuration; with a hash alone nobody knows who made it.
    private static Finding Fit(Part part, Location at)
    {
        var nodes = DeviceTree.Read(part.Bytes.Span);
        var signatures = nodes.Where(n => n.Name.StartsWith("signature", StringComparison.Ordinal) && n.Properties.ContainsKey("algo")).ToList();
        return signatures.Count > 0
            ? Boot("FIT", $"a FIT with {signatures.Count} signature(s), {Shortened.Visible(signatures[0].Properties["algo"])}{(signatures[0].Properties.TryGetValue("key-name-hint", out var key) ? $", key {Shortened.Visible(key)}" : "")}", at with { Offset = signatures[0].Offset }, Traits.VerifiableBoot)
            : Boot("FIT", "a FIT without a signature node", at, Traits.UnsignedBoot);
    }

    private static IEnumerable<Finding> Unknown(Part part, string artefact)
    {
        var bytes = part.Bytes;
        // Offsets of top parts count from the start of the image; a nested part's from its own start.
        var isTop = part.Path.IndexOf('/', 1) < 0;
        Location At(int offset) => isTop ? new Location { Artefact = artefact, Offset = part.Offset + offset } : new Location { Artefact = artefact, Path = part.Path, Offset = offset };
        // cryptsetup docs/verity: signature, version, hash type.
        if (Find(bytes.Span, "verity\0\0"u8, b => b.Length >= 16 && BinaryPrimitives.ReadUInt32LittleEndian(b[8..]) == 1 && BinaryPrimitives.ReadUInt32LittleEndian(b[12..]) <= 1) is >= 0 and var verity)
            yield return Boot("dm-verity", "a hash tree over a file system (dm-verity)", At(verity), Traits.VerifiableBoot);
        // avb: libavb/avb_vbmeta_image.h, libavb/avb_footer.h; big endian, version 1.
        if (Find(bytes.Span, "AVB0"u8, b => b.Length >= 32 && BinaryPrimitives.ReadUInt32BigEndian(b[4..]) == 1) is >= 0 and var vbmeta)
        {
            var algorithm = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[(vbmeta + 28)..]);
            yield return algorithm == 0 ? Boot("Android Verified Boot", "verified-boot data without a signature (algorithm none)", At(vbmeta), Traits.UnsignedBoot) : Boot("Android Verified Boot", "signed verified-boot data (vbmeta)", At(vbmeta), Traits.VerifiableBoot);
        }
        // mcuboot docs/design: header magic, then TLVs behind the image; a signature's type is 0x20 to 0x24.
        if (bytes.Length > 32 && BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span) == 0x96f3b83d && McuBoot(bytes.Span) is { } signed)
            yield return signed ? Boot("MCUboot image", "an image with a signature (MCUboot)", At(0), Traits.VerifiableBoot) : Boot("MCUboot image", "an image without a signature (MCUboot)", At(0), Traits.UnsignedBoot);
        // ESP-IDF secure boot v2: a sector of 4 KiB behind the image begins with magic and version and ends blocks with their CRC.
        if (bytes.Length > 0 && bytes.Span[0] == 0xe9 && Esp(bytes.Span) is >= 0 and var block)
            yield return Boot("ESP image", "an image with a signature block (secure boot version 2)", At(block), Traits.VerifiableBoot);
    }

    private delegate bool Accepts(ReadOnlySpan<byte> bytes);

    private static int Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> magic, Accepts accepts)
    {
        for (var from = 0; bytes[from..].IndexOf(magic) is >= 0 and var at; from += at + 1)
        {
            if (accepts(bytes[(from + at)..])) return from + at;
        }
        return -1;
    }

    private static bool? McuBoot(ReadOnlySpan<byte> image)
    {
        long header = BinaryPrimitives.ReadUInt16LittleEndian(image[8..]), protectedBytes = BinaryPrimitives.ReadUInt16LittleEndian(image[10..]), size = BinaryPrimitives.ReadUInt32LittleEndian(image[12..]);
        var at = header + size + protectedBytes;
        if (at > image.Length - 4 || BinaryPrimitives.ReadUInt16LittleEndian(image[(int)at..]) != 0x6907) return null;
        var end = Math.Min(image.Length, at + BinaryPrimitives.ReadUInt16LittleEndian(image[(int)(at + 2)..]));
        for (at += 4; at <= end - 4; at += 4 + BinaryPrimitives.ReadUInt16LittleEndian(image[(int)(at + 2)..]))
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(image[(int)at..]) is >= 0x20 and <= 0x25) return true;
        }
        return false;
    }

    private static int Esp(ReadOnlySpan<byte> image)
    {
        for (var at = 4096; at <= image.Length - 1216; at += 4096)
        {
            if (image[at] == 0xe7 && image[at + 1] == 2 && image.Slice(at + 2, 2).IndexOfAnyExcept((byte)0) < 0 && image.Slice(at + 4, 32).IndexOfAnyExcept((byte)0, (byte)0xff) >= 0) return at;
        }
        return -1;
    }

    private static IEnumerable<Finding> Tree(Part part, Location at)
    {
        foreach (var node in DeviceTree.Read(part.Bytes.Span))
        {
            if (node.IsOff) continue;
            if (node.Path == "/chosen" && node.Properties.TryGetValue("bootargs", out var arguments) && Console().Match(arguments) is { Success: true } console)
            {
                yield return new Finding { Kind = FindingKind.Exposure, Subject = console.Groups[1].Value, Value = $"the device tree starts the kernel with a console on {console.Groups[1].Value}", Confidence = 0.8, Location = at with { Offset = node.Offset }, Traits = [Traits.SerialConsole] };
            }
            if (!node.Properties.TryGetValue("compatible", out var compatible)) continue;
            foreach (var (sensor, words) in Sensors)
            {
                if (!words.IsMatch(compatible)) continue;
                yield return new Finding { Kind = FindingKind.Component, Subject = sensor, Value = $"{Shortened.Visible(compatible)} in the device tree at {Shortened.Visible(node.Path)}", Confidence = 0.85, Location = at with { Offset = node.Offset }, Traits = [Traits.Sensor] };
                break;
            }
        }
    }

    /// <summary>A boot loader waits for a key before it starts the kernel, and opens its console for whoever presses one.</summary>
    public static Finding? BootDelay(Location at, ReadOnlySpan<byte> payload)
    {
        var key = "bootdelay="u8;
        if (payload.IndexOf("U-Boot"u8) < 0 || payload.IndexOf(key) is not (>= 0 and var found)) return null;
        var value = payload[(found + key.Length)..];
        var length = value[..Math.Min(value.Length, 12)].IndexOf((byte)0);
        if (length <= 0 || !int.TryParse(value[..length], System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var seconds) || seconds is <= 0 or > 600) return null;
        return new Finding { Kind = FindingKind.Exposure, Subject = "U-Boot", Value = $"the boot loader waits {seconds} s for a key that opens its console (bootdelay={seconds})", Confidence = 0.75, Location = at, Traits = [Traits.BootConsole] };
    }

    // Names as the kernel's bindings give them (Documentation/devicetree/bindings); a controller alone is no sensor.
    private static readonly (string Sensor, Regex Words)[] Sensors =
    [
        ("camera", Cameras()), ("microphone", Microphones()), ("motion sensor", Motion()), ("position receiver", Positions()), ("environment sensor", Environment()), ("light sensor", Light()), ("fingerprint reader", Fingerprints()),
    ];

    [GeneratedRegex(@"\b(tty(?:S|AMA|mxc|O|MSM|LP|PS|USB|ATH|SC)\d+)\b")]
    private static partial Regex Console();

    [GeneratedRegex(@"(^|[ ,])(ov(02|05|08|13|2|5|7|8|9)\w{3,6}|imx(2|3|4|5|7)\d\d(-\w+)?|gc[0-9]{4}|ar0\d{3}|mt9\w+|hm(2056|5040|1246)|s5k\w+|hi\d{3,4}|sc\d{3,4}\w*|os0\d\w+|og01a1b)( |$)|(ovti|sony|galaxycore|onnn|himax|hynix),(?!.*(panel|display))\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Cameras();

    [GeneratedRegex(@"(^|[ ,])(dmic-codec|ics-?43\d+\w*|sph0645\w*|mp34dt\w*|im69d\w*|spm1\w+|adau7\d+|es7210|ac108)( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Microphones();

    [GeneratedRegex(@"(^|[ ,])(lis[23]\w+|lsm6\w+|lsm303\w+|mpu-?[0-9]{4}|icm-?[0-9]{5}\w*|bma\d{3}\w*|bmi\d{3}\w*|bno055|kxcjk?\w*|kxtj\w*|mma[78]\w+|mc3\d{3}|adxl\d{3}\w*|fxos8700|fxls8\w+|pir-\w+|passive-infrared)( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Motion();

    [GeneratedRegex(@"(^|[ ,])(neo-[6-9]\w*|max-m\d\w*|u-blox,\w[\w-]*|mtk,?33\d+|mediatek,mt33\d+|globaltop,\w+|sirfstar\w*|gnss\w*)( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Positions();

    [GeneratedRegex(@"(^|[ ,])(bm[ep](085|180|280|680)|sht[1234]\w*|si70\d\d|hts221|htu21\w*|dht11|dht22|am2315|hdc[123]\d+|lps\d{2}\w+|ms56\w+|ccs811|sgp[34]0|scd[34]\w+|sps30|pms7003|mcp9808|mlx906\d+)( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Environment();

    [GeneratedRegex(@"(^|[ ,])(opt300\d|apds9\w+|tsl2\d{3}\w*|veml60\w+|vcnl4\d+|isl290\w+|bh17\w+|ltr\w*[35]\d\w*|stk33\w+|max440\d\d|cm3\d{3,4})( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Light();

    [GeneratedRegex(@"(^|[ ,])(fpc1\d+|gf\d{4}|fingerprint\w*|goodix,gf\w+)( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Fingerprints();
}
