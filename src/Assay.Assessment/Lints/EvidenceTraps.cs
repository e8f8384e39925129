using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Lints;

/// <summary>A build configuration is taken for the device: flags are compiled in, fuses are burnt.</summary>
internal sealed class BuildFlag() : Trap("build-flag", "protection that only a build configuration shows: flags say what was built, not what a delivered unit has burnt")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var file in judged.Examined.Of(FileKind.BuildConfiguration))
        {
            // One line for each provision: the last flag of the list is the most telling.
            foreach (var set in Flags.Select(f => (f.Flag, f.Provision, f.What, Line: file.Lines.ToList().FindIndex(l => l.Trim() == f.Flag + "=y"))).Where(f => f.Line >= 0).GroupBy(f => f.Provision, StringComparer.Ordinal).Select(g => g.Last()))
            {
                // A lab that looked at a unit has answered the question.
                if (judged.On(set.Provision) is not { } verdict || verdict.Units.Any(u => u.Grade == Grade.Lab)) continue;
                yield return Lint($"{set.Flag}=y says that {set.What} was built in; whether a delivered unit enforces it is not in a build configuration (fuse summary, or a lab's record)", set.Provision, file.At(set.Line + 1));
            }
        }
    }

    private static readonly (string Flag, string Provision, string What)[] Flags =
    [
        ("CONFIG_SECURE_BOOT", "5.7-1", "secure boot"), ("CONFIG_SECURE_BOOT_V1_ENABLED", "5.7-1", "secure boot"), ("CONFIG_SECURE_BOOT_V2_ENABLED", "5.7-1", "secure boot"), ("CONFIG_FIT_SIGNATURE", "5.7-1", "a check of signed images"),
        ("CONFIG_BOOT_SIGNATURE_TYPE_RSA", "5.7-1", "a check of signed images"), ("CONFIG_BOOT_SIGNATURE_TYPE_ECDSA_P256", "5.7-1", "a check of signed images"), ("CONFIG_AVB_VERIFY", "5.7-1", "verified boot"),
        ("CONFIG_SECURE_FLASH_ENC_ENABLED", "5.4-1", "encryption of the flash"), ("CONFIG_FLASH_ENCRYPTION_ENABLED", "5.4-1", "encryption of the flash"), ("CONFIG_NVS_ENCRYPTION", "5.4-1", "encryption of stored settings"), ("CONFIG_DM_CRYPT", "5.4-1", "encryption of storage"),
    ];
}

/// <summary>Nothing ties the image to the device in the captures.</summary>
internal sealed class ImageNotDeployed() : Trap("image-not-deployed", "an image that nothing ties to the device that was captured, or that it is shown not to run")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var examined = judged.Examined;
        if (!examined.Looked(CoverageScope.Files) && !examined.Looked(CoverageScope.Image) || !examined.Looked(CoverageScope.Capture)) yield break;
        var images = examined.Coverage.Where(c => c.Scope is CoverageScope.Files or CoverageScope.Image).Select(c => c.Artefact).Distinct(StringComparer.Ordinal).Take(3).Select(a => new Location { Artefact = a }).ToList();
        var told = examined.Findings.Where(f => f.Location.Frame is not null).Select(f => (Finding: f, Version: VersionsOnTheWire.Own(f))).Where(t => t.Version is not null).ToList();
        var off = told.Where(t => examined.Device.Versions.Count > 0 && !VersionsOnTheWire.IsOneOf(t.Version!, examined.Device.Versions)).ToList();
        if (off.Count > 0)
        {
            yield return Lint($"the device in the capture tells version {Shortened.Visible(off[0].Version!)}, the evidence is said to be for {string.Join(", ", examined.Device.Versions.Take(4))}: what the image shows may not be what runs", null, [off[0].Finding.Location, .. images]);
            yield break;
        }
        var products = examined.Findings.Where(f => f.Location.Frame is not null).SelectMany(VersionsOnTheWire.Products).Distinct().ToList();
        var tied = told.Count > 0 || products.Any(p => examined.Components.Any(c => c.Version is not null && c.Name.Contains(p.Name, StringComparison.OrdinalIgnoreCase) && VersionsOnTheWire.IsSame(c.Version, p.Version)));
        if (!tied) yield return Lint("no capture tells a version that the image or device.yaml has: nothing shows that the captured device runs this image", null, images);
    }
}

/// <summary>The capture ends before what it should show can happen.</summary>
internal sealed class CaptureShort() : Trap("capture-too-short", "captures shorter than a declared interval (looking for updates, telemetry), or shorter than a device needs to start")
{
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(5);

    public override IEnumerable<Lint> Find(Judged judged)
    {
        if (judged.Examined.Captures.Count == 0) yield break;
        var longest = judged.Examined.Captures.MaxBy(c => c.Length)!;
        foreach (var (table, row) in judged.Examined.Rows(7, 24))
        {
            var says = table.Number == 7 ? Papers.Field(row, "Update Checking") : Papers.Whole(row);
            if (says is null || Interval(says) is not { } interval || longest.Length >= interval.Length) continue;
            yield return Lint($"{Shortened.Visible(row.Id)} declares \"{interval.Words}\", and the longest capture has {Words(longest.Length)}: what was not seen in it may still happen", table.Number == 7 ? "5.3-5" : "6-5", row.Location, new Location { Artefact = longest.Artefact });
        }
        foreach (var capture in judged.Examined.Captures.Where(c => c.Length < Least))
        {
            yield return Lint($"{Shortened.Visible(capture.Artefact)} has {Words(capture.Length)}: a device needs longer to start, ask for the time, look for updates and report", null, new Location { Artefact = capture.Artefact });
        }
    }

    internal static (TimeSpan Length, string Words)? Interval(string text)
    {
        (TimeSpan, string)? longest = null;
        foreach (Match match in Every.Matches(text).Take(20))
        {
            var count = match.Groups["n"].Success ? int.Parse(match.Groups["n"].ValueSpan, CultureInfo.InvariantCulture) : 1;
            var unit = (match.Groups["unit"].Success ? match.Groups["unit"] : match.Groups["word"]).Value.ToLowerInvariant();
            var length = unit switch
            {
                "hourly" or "hour" or "hours" or "h" => TimeSpan.FromHours(count),
                "minute" or "minutes" or "min" => TimeSpan.FromMinutes(count),
                "weekly" or "week" or "weeks" => TimeSpan.FromDays(7 * count),
                "monthly" or "month" or "months" => TimeSpan.FromDays(30 * count),
                _ => TimeSpan.FromDays(count),
            };
            if (longest is null || length > longest.Value.Item1) longest = (length, Wording.Begin(match.Value));
        }
        return longest;
    }

    private static string Words(TimeSpan length) => length.TotalHours >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(length.TotalHours)} hours") : length.TotalMinutes >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(length.TotalMinutes)} minutes") : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(length.TotalSeconds)} seconds");

    private static Regex Every => field ??= new(@"\b(every|each|once (a|per|every)|per)\s+((?<n>\d{1,3})[\s-]*)?(?<unit>minutes?|min|hours?|h|days?|weeks?|months?)\b|\b(?<word>hourly|daily|weekly|monthly)\b|\b(?<n>\d{1,3})[\s-](?<unit>hours?|days?|weeks?)[\s-](interval|period|cycle)|\binterval\s+(of|is)\s+(?<n>\d{1,3})\s*(?<unit>minutes?|hours?|h|days?|weeks?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}

/// <summary>Nobody said in which state the captured device was, or one state was never captured.</summary>
internal sealed class CaptureState() : Trap("capture-state", "captures of a device in an unknown state, or of one state only: factory default and initialised are tested apart")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var captures = judged.Examined.Captures;
        if (captures.Count == 0) yield break;
        foreach (var capture in captures.Where(c => c.State is null))
        {
            yield return Lint($"in which state the device was is not said for {Shortened.Visible(capture.Artefact)}: write \"state: factoryDefault\" or \"state: initialised\" for it into device.yaml", null, new Location { Artefact = capture.Artefact });
        }
        var states = captures.Select(c => c.State).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (states.Count == 1) yield return Lint($"every capture with a known state is of {states[0]}: what the device does {(states[0] == "initialised" ? "before it is set up" : "after it is set up")} was not seen", null, [.. captures.Where(c => c.State is not null).Take(3).Select(c => new Location { Artefact = c.Artefact })]);
    }
}

/// <summary>One address in a capture may stand for several devices.</summary>
internal sealed class HiddenByNat() : Trap("hidden-by-nat", "captures in which the device cannot be told from its neighbours, for instance behind address translation")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        foreach (var capture in judged.Examined.Captures.Where(c => !c.IsOfDevice && c.Conversations.Count > 0))
        {
            yield return judged.Examined.Device.Mac is { } mac
                ? Lint($"the device's address {mac} is not in {Shortened.Visible(capture.Artefact)}: behind a router one address stands for several devices; what it shows counts neither for nor against the device", null, new Location { Artefact = capture.Artefact })
                : Lint($"which address in {Shortened.Visible(capture.Artefact)} is the device's is not said: what it shows counts neither for nor against the device; write \"mac:\" into device.yaml", null, new Location { Artefact = capture.Artefact });
        }
    }
}

/// <summary>The maker's list of components and what the image shows, as sets.</summary>
internal sealed class MaterialsDiffer() : Trap("materials-differ", "the difference between a bill of materials and the image, as sets with a figure; and a bill that nothing was compared with")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var examined = judged.Examined;
        if (examined.Materials.Count == 0) yield break;
        var paper = examined.Of(FileKind.BillOfMaterials).FirstOrDefault() is { } file ? new Location { Artefact = file.Name } : new Location { Artefact = "bill of materials" };
        if (examined.Components.Count == 0)
        {
            yield return Lint($"the bill of materials lists {examined.Materials.Count} component(s) by the supplier's word; there is no image to compare it with", null, paper);
            yield break;
        }
        var listed = examined.Materials.Select(m => MaterialsAgainstImage.Plain(m.Name)).ToHashSet(StringComparer.Ordinal);
        var found = examined.Components.Select(c => MaterialsAgainstImage.Plain(c.Name)).ToHashSet(StringComparer.Ordinal);
        var (onlyListed, onlyFound) = (listed.Except(found).Order(StringComparer.Ordinal).ToList(), found.Except(listed).Order(StringComparer.Ordinal).ToList());
        if (onlyListed.Count + onlyFound.Count == 0) yield break;
        var both = found.Count - onlyFound.Count;
        yield return Lint(string.Create(CultureInfo.InvariantCulture, $"listed {listed.Count}, found {found.Count}, in both {both} ({100 * both / Math.Max(1, found.Count)} % of what was found is listed); only in the image: {Some(onlyFound)}; only in the bill: {Some(onlyListed)}"), null, paper);
    }

    private static string Some(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Take(8).Select(Shortened.Visible)) + (names.Count > 8 ? $" and {names.Count - 8} more" : "");
}

/// <summary>A vulnerability that matched by version, of a component that a distributor mends without a new version.</summary>
internal sealed class BackPorts() : Trap("back-ports", "vulnerabilities matched by version number for components that a distributor or a kernel team patches without changing it")
{
    public override IEnumerable<Lint> Find(Judged judged)
    {
        var patched = judged.Examined.Components.Where(c => c.Package is not null && c.Package != c.Version || MaterialsAgainstImage.Plain(c.Name) == "linux").ToList();
        if (patched.Count == 0) yield break;
        foreach (var finding in judged.Examined.Findings.Where(f => Cve.IsMatch(f.Subject) || Cve.IsMatch(f.Value)))
        {
            var words = $"{finding.Subject} {finding.Value} {finding.Note}";
            if (patched.FirstOrDefault(c => Wording.Names(words, c.Name)) is not { } component || Told.IsMatch(words)) continue;
            yield return Lint($"{Cve.Match(words).Value} was matched by the version of {Shortened.Visible(component.Name)} {component.Package ?? component.Version}: {(component.Package is null ? "kernels are patched without a new number" : "the distributor's patch level is not compared in that")}; look whether the patch is in it before calling it open", "5.2-3", finding.Location);
        }
        foreach (var judgement in judged.Judgements.Where(j => j is { Passes: false, IsTest: true } && Cve.IsMatch(j.Text) && !Told.IsMatch(j.Text)))
        {
            if (patched.FirstOrDefault(c => Wording.Names(judgement.Text, c.Name)) is not { } component) continue;
            yield return Lint($"{judgement.Who} says FAIL for {judgement.About} by {Cve.Match(judgement.Text).Value} in {Shortened.Visible(component.Name)}: look whether its patch is in {component.Package ?? component.Version} before calling it open", judged.On(judgement.Provision)?.Provision, judgement.Place);
        }
    }

    private static Regex Cve => field ??= new(@"\bCVE-\d{4}-\d{4,7}\b", RegexOptions.CultureInvariant);

    private static Regex Told => field ??= new(@"\b(back-?port\w*|distribution'?s? advisory|patch level|vendor patch\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
