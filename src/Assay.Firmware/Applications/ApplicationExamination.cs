using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Applications;

/// <summary>What an app's manifest and signature say of it.</summary>
public sealed record ApplicationFacts
{
    /// <summary>Its id: <c>com.acme.bell</c>.</summary>
    public required string Package { get; init; }
    public string? VersionName { get; init; }
    public string? VersionCode { get; init; }
    public int? MinSdk { get; init; }
    public int? TargetSdk { get; init; }
    /// <summary>Ordered.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];
    /// <summary>Components that other apps may start without a permission, ordered.</summary>
    public IReadOnlyList<string> Exported { get; init; } = [];
    public bool IsDebuggable { get; init; }
    public bool AllowsBackup { get; init; } = true;
    /// <summary>Connections without encryption are allowed to any host.</summary>
    public bool AllowsClearText { get; init; }
    /// <summary>Hosts with an exception of their own; a name stands for its subdomains too where the settings say so.</summary>
    public IReadOnlyList<string> ClearTextHosts { get; init; } = [];
    /// <summary>Authorities that the user added are trusted in the released app.</summary>
    public bool TrustsUserAuthorities { get; init; }
    /// <summary>Hosts that code and files name, vocabularies left out, ordered.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary><c>v2 0123…</c>: scheme and SHA-256 of the certificate.</summary>
    public IReadOnlyList<string> Signers { get; init; } = [];
}

/// <summary>
/// A companion app's archive: APK, or a zip of APKs (XAPK, APKS, APKM), whose base is read. Opened in memory, never written. App bundles (AAB) and iOS
/// archives are named and not read.
/// </summary>
public sealed class ApplicationExamination
{
    /// <summary><c>Android app</c>, <c>set of Android packages</c>, <c>Android app bundle</c>, <c>iOS app</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>Null where no manifest could be read.</summary>
    public ApplicationFacts? Facts { get; init; }
    public required IReadOnlyList<Finding> Findings { get; init; }
    public required Coverage Coverage { get; init; }

    /// <summary>A zip whose directory lists what apps hold.</summary>
    public static bool Recognises(Artefact artefact)
    {
        if (artefact.Size < 22 || artefact.Size > int.MaxValue || !artefact.Bytes.Span(0, 4).SequenceEqual("PK\x03\x04"u8)) return false;
        try
        {
            return KindOf(ZipDirectory.Read(artefact.Bytes.Whole)) is not null;
        }
        catch (UnreadableException)
        {
            return false;
        }
    }

    private static string? KindOf(ZipDirectory zip) =>
        zip.Find("AndroidManifest.xml") is not null ? "Android app"
        : zip.Find("BundleConfig.pb") is not null && zip.Members.Any(m => m.Name.EndsWith("/manifest/AndroidManifest.xml", StringComparison.Ordinal)) ? "Android app bundle"
        : zip.Members.Any(m => m.Name.EndsWith(".apk", StringComparison.OrdinalIgnoreCase)) ? "set of Android packages"
        : zip.Members.Any(m => m.Name.StartsWith("Payload/", StringComparison.Ordinal) && m.Name.EndsWith(".app/Info.plist", StringComparison.Ordinal)) ? "iOS app"
        : null;

    /// <summary>Reads it. What is damaged is a loss in <see cref="Coverage"/>.</summary>
    /// <exception cref="UnreadableException">It is no zip archive, or none of an app.</exception>
    public static ApplicationExamination Of(Artefact artefact, ExaminationOptions options)
    {
        var bytes = artefact.Bytes.Whole;
        var zip = ZipDirectory.Read(bytes);
        var kind = KindOf(zip) ?? throw new UnreadableException("the archive of an app", "a zip archive of other things", 0);
        var walk = new ApplicationWalk(artefact.Name, options);
        if (kind is "Android app") walk.Package(zip, bytes, "");
        else if (kind is "set of Android packages") walk.Set(zip);
        else walk.Lose("", kind == "iOS app" ? "an archive for Android" : "an APK, as \"bundletool build-apks --mode=universal\" makes of a bundle", kind);
        var findings = walk.Findings();
        return new ApplicationExamination { Kind = kind, Facts = walk.Facts, Findings = findings, Coverage = walk.Coverage() };
    }

    internal static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "?";
}
