using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;

namespace Assay.Tests.Software.Matching;

/// <summary>The rows of <c>parts.tsv</c> about the kernel, held against a kernel's own source.</summary>
public class KernelPartsTests(ITestOutputHelper output)
{
    private static readonly Component Kernel = new() { Name = "linux-kernel", Version = "6.1.50", Cpe = ["cpe:2.3:o:linux:linux_kernel:6.1.50:*:*:*:*:*:*:*"], Evidence = [] };

    [Theory]
    [InlineData("net/ipv6/route.c", "IPV6")]
    [InlineData("net/ipv6/exthdrs_core.c", "INET")]
    [InlineData("net/wireless/scan.c", "CFG80211")]
    [InlineData("net/wireless/lib80211_crypt_wep.c", "LIB80211")]
    [InlineData("net/wireless/wext-core.c", "WEXT_CORE")]
    [InlineData("net/wireless/wext-compat.c", "CFG80211")]
    [InlineData("kernel/bpf/verifier.c", "BPF_SYSCALL")]
    [InlineData("kernel/bpf/core.c", "BPF")]
    [InlineData("sound/usb/mixer.c", "SND_USB")]
    [InlineData("sound/usb/line6/pcm.c", "SND_USB")]
    [InlineData("drivers/vhost/net.c", "VHOST_MENU")]
    [InlineData("drivers/vhost/iotlb.c", "VHOST_IOTLB")]
    [InlineData("drivers/media/rc/rc-main.c", "RC_CORE")]
    [InlineData("drivers/media/usb/uvc/uvc_driver.c", "MEDIA_SUPPORT")]
    [InlineData("drivers/nvme/common/auth.c", "NVME_COMMON")]
    public void A_file_that_its_folder_s_option_does_not_govern_goes_by_its_own(string file, string option)
    {
        var range = new AffectedRange { Product = new AffectedProduct { Vendor = "linux", Name = "linux_kernel", IsCpe = true, Part = "o" }, Versions = new VersionSet { Scheme = VersionScheme.Generic, Inside = [VersionInterval.Everything] } };
        var about = new Advisory { Id = "CVE-2026-3", Source = AdvisorySource.Cve5, Ranges = [range], Files = [file] };
        var facts = new ProductFacts { Kernels = [new KernelConfiguration(null, new Dictionary<string, string>(StringComparer.Ordinal) { [option] = "n" }, new Location { Artefact = "it", Path = "/boot/config" })] };
        var found = Matcher.Match(Kernel, [about], new Surroundings([Kernel], facts))!;
        Assert.Equal(option, Assert.Single(found.Parts).Part.Names[0]);
        Assert.Equal(PresenceState.Absent, found.Parts[0].State);
        // With every other option of the folder left out, nothing is said of this one.
        var others = facts with { Kernels = [facts.Kernels[0] with { Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["OTHER_" + option] = "n" } }] };
        Assert.Equal(PresenceState.Unknown, Matcher.Match(Kernel, [about], new Surroundings([Kernel], others))!.Parts[0].State);
    }

    /// <summary>ASSAY_LINUX names an unpacked source of the kernel: of Debian's linux-source-6.1 its files Kconfig, Makefile and Kbuild are enough.</summary>
    [Fact]
    public void Options_stand_in_a_kernel_s_Kconfig_and_modules_are_built_by_them()
    {
        var source = Environment.GetEnvironmentVariable("ASSAY_LINUX") ?? "";
        if (source.Length == 0 || !File.Exists(Path.Combine(source, "Kconfig"))) Assert.Skip("no source of a kernel (set ASSAY_LINUX)");
        var files = Directory.GetFiles(source, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var options = files.Where(f => Path.GetFileName(f).StartsWith("Kconfig", StringComparison.Ordinal)).SelectMany(File.ReadLines)
            .Select(l => Regex.Match(l, @"^\s*(?:menu)?config\s+(\w+)\s*$")).Where(m => m.Success).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(options.Count > 5000);
        var built = files.Where(f => Path.GetFileName(f) is "Makefile" or "Kbuild").SelectMany(f => Regex.Matches(File.ReadAllText(f).Replace("\\\n", " ", StringComparison.Ordinal), @"obj-\$\(CONFIG_(\w+)\)\s*[+:]?=(.*)"))
            .SelectMany(m => m.Groups[2].Value.Split(' ', '\t').Where(w => w.EndsWith(".o", StringComparison.Ordinal)).Select(w => $"{m.Groups[1].Value}/{w[..^2].Replace('-', '_')}")).ToHashSet(StringComparer.Ordinal);
        var (held, elsewhere, wrong) = (0, 0, new List<string>());
        foreach (var row in File.ReadLines(Path.Combine(Checkout.Root, "src", "Assay.Software", "Matching", "Parts", "parts.tsv")).Select(l => l.Split('\t')).Where(c => c.Length == 5 && c[2] == "kernel"))
        {
            var option = row[3].Split('/')[0];
            // What left the kernel before this release, or came later.
            if (row[1].StartsWith("file:", StringComparison.Ordinal) && !Directory.Exists(Path.Combine(source, Path.GetDirectoryName(row[1][5..])!))) elsewhere++;
            else if (!options.Contains(option) || row[3].Contains('/') && !built.Contains(row[3].Replace('-', '_'))) wrong.Add($"{row[1]} {row[3]}");
            else held++;
        }
        output.WriteLine($"{held} rows hold, {elsewhere} speak of folders that this source has not; {string.Join("; ", wrong)}");
        Assert.Empty(wrong);
        Assert.True(held > 150);
    }
}
