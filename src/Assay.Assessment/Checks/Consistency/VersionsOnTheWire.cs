using System.Text.RegularExpressions;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Matching;

namespace Assay.Assessment.Checks;

/// <summary>
/// Is the image that was handed over the software that the device runs? Banners of services against components of the image, and the version that
/// the device tells (mDNS, update question) against <c>device.yaml</c>, its own MUD file and the bill of materials.
/// </summary>
public sealed class VersionsOnTheWire() : Check("versions-on-the-wire", 2, Polarity.Support, CoverageScope.Capture,
    "the same versions on the wire, in the image and in device.yaml", "the image of the version that the captured device runs, or a capture of a device that runs this image", "5.2-3-1a", "5.5-2-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var told = examined.Findings.Where(f => f.Location.Frame is not null && (f.Has(Traits.VersionDisclosed) || f.Has(Traits.UpdateQuery) || f.Has(Traits.UpdateDownload))).ToList();
        if (told.Count == 0) return Units.Select(u => Open(u, examined.Looked(CoverageScope.Capture) ? "the captures tell no version" : "no capture was handed over"));
        var answers = new List<Answer>();
        int compared = 0, products = 0;
        var components = examined.Components.Where(c => c.Version is not null).ToLookup(c => ProductOf(c.Name), StringComparer.Ordinal);
        foreach (var finding in told)
        {
            foreach (var (name, version) in Products(finding))
            {
                var inImage = components[ProductOf(name)].ToList();
                if (inImage.Count == 0) continue;
                compared++;
                products++;
                if (inImage.Any(c => IsSame(c.Version!, version))) continue;
                var place = inImage[0].Evidence.Count > 0 ? inImage[0].Evidence[0].Location : new Location { Artefact = "image" };
                answers.AddRange(Units.Select(u => Contradicts(u, new Contradiction($"which version of {name} the device runs", Papers.Seen(finding),
                    new Statement($"image: {inImage[0].Name} {inImage[0].Version}", place, IsPaper: false)), finding)));
            }
            if (Own(finding) is not { } own || examined.Device.Versions.Count == 0) continue;
            compared++;
            if (IsOneOf(own, examined.Device.Versions)) continue;
            var sheet = examined.Of(FileKind.Device).FirstOrDefault();
            answers.Add(Contradicts(Units[0], new Contradiction("which version the examined device runs",
                new Statement($"device.yaml: version {string.Join(", ", examined.Device.Versions.Take(4))}", sheet?.At(LineOf(sheet)) ?? new Location { Artefact = DeviceSheet.Name }, IsPaper: true), Papers.Seen(finding)), finding));
        }
        if (answers.Count > 0) return answers.DistinctBy(a => (a.Unit, a.Contradiction!.About, a.Contradiction.Other.Says, a.Contradiction.One.Says)).Take(20);
        // The device's own version says nothing of which implementations it runs.
        return
        [
            compared > 0 ? Supports(Units[0], $"{compared} version(s) on the wire agree with the image or device.yaml") : Open(Units[0], "no version on the wire is of something that the image or device.yaml names"),
            products > 0 ? Supports(Units[1], $"{products} version(s) on the wire agree with the image") : Open(Units[1], "no version on the wire is of something that the image holds"),
        ];
    }

    /// <summary>Product and version pairs of a banner: <c>Server: lighttpd/1.4.59</c>, <c>SSH-2.0-dropbear_2019.78</c>.</summary>
    internal static IEnumerable<(string Name, string Version)> Products(Finding finding) => finding.Has(Traits.VersionDisclosed)
        ? Product.Matches(finding.Value).Select(m => (Name: m.Groups["name"].Value.ToLowerInvariant(), Version: m.Groups["version"].Value.TrimEnd('.', '-'))).Where(p => p.Name is not ("ssh" or "upnp" or "http" or "dlnadoc" or "server")).Take(8)
        : [];

    /// <summary>The device's own version, where the key says without doubt that it is one: <c>fw=1.2.0</c>, <c>?firmware=1.2.0</c>.</summary>
    internal static string? Own(Finding finding)
    {
        if (finding.Has(Traits.UpdateQuery) || finding.Has(Traits.UpdateDownload))
        {
            return Asked.Matches(finding.Value).Select(m => m.Groups["version"].Value).FirstOrDefault();
        }
        return finding.Subject.StartsWith("mdns ", StringComparison.Ordinal) && Announced.Match(finding.Value) is { Success: true } said ? said.Groups["version"].Value : null;
    }

    /// <summary>Equal as versions; a shorter one counts as equal where the longer one begins with it (<c>1.4</c> and <c>1.4.0</c>, <c>5.10.110</c> and <c>5.10.110-rc2</c>).</summary>
    internal static bool IsSame(string a, string b)
    {
        string x = Plain(a), y = Plain(b);
        if (x == y || VersionOrder.Compare(x, y, VersionScheme.Generic) == 0) return true;
        var (shorter, longer) = x.Length < y.Length ? (x, y) : (y, x);
        return longer.StartsWith(shorter, StringComparison.Ordinal) && !char.IsAsciiDigit(longer[shorter.Length]);

        static string Plain(string version) => version.Trim().TrimStart('v', 'V').ToLowerInvariant();
    }

    // Two versions are the ends of a range (device.yaml, from and to).
    internal static bool IsOneOf(string version, IReadOnlyList<string> declared) => declared.Any(d => IsSame(d, version))
        || (declared.Count == 2 && VersionOrder.Compare(declared[0], version, VersionScheme.Generic) <= 0 && VersionOrder.Compare(version, declared[1], VersionScheme.Generic) <= 0);

    // What components and banners call the same product.
    private static string ProductOf(string name)
    {
        var plain = name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant().Replace('_', '-');
        return plain is "linux-kernel" or "kernel" ? "linux" : plain;
    }

    private static int LineOf(DossierFile file) => 1 + Math.Max(0, file.Lines.ToList().FindIndex(l => l.StartsWith("version", StringComparison.Ordinal)));

    private static Regex Product => field ??= new(@"(?<![A-Za-z0-9.])(?<name>[A-Za-z][A-Za-z0-9+-]{1,30}?)[/_ ]v?(?<version>\d{1,6}(\.\d{1,6}){1,4}[A-Za-z0-9.-]{0,12})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Asked => field ??= new(@"[?&](version|ver|fw|fwver|fw_?version|firmware|firmware_?version|sw|swver|sw_?version|current(_?version)?)=v?(?<version>\d{1,6}(\.\d{1,6}){1,4}[A-Za-z0-9.-]{0,16})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex Announced => field ??= new(@"^(fw|fv|fwver|fw_?version|firmware|sw|sw_?version)=v?(?<version>\d{1,6}(\.\d{1,6}){1,4}[A-Za-z0-9.-]{0,16})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
