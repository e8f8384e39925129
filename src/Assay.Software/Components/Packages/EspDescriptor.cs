using System.Text;
using Assay.Evidence;

namespace Assay.Software.Components.Packages;

/// <summary>
/// The descriptor that ESP-IDF puts at the start of an application's read-only data: esp_app_desc_t, 256 bytes with the magic ABCD5432 (ESP-IDF, components/esp_app_format/include/esp_app_desc.h).
/// In an image it stands behind the image header (24 bytes, first E9) and the first segment's header (8 bytes); in an ELF file it is the section <c>.flash.appdesc</c>.
/// </summary>
/// <remarks>Fields in bytes: magic 0, secure version 4, version 16 to 47, project 48 to 79, time 80 to 95, date 96 to 111, IDF version 112 to 143. Limits: other segments are not searched.</remarks>
public static class EspDescriptor
{
    public const int Size = 256;
    private const int InImage = 32;

    /// <summary>The descriptor of an application image; empty where the bytes are none.</summary>
    public static IReadOnlyList<Component> ReadImage(ReadOnlySpan<byte> image, Location at) =>
        image.Length >= InImage + Size && image[0] == 0xe9 && image[1] is > 0 and <= 16 ? Read(image[InImage..], at with { Offset = InImage }) : [];

    /// <returns>The application and the framework; empty where the magic is another or a field is no text.</returns>
    public static IReadOnlyList<Component> Read(ReadOnlySpan<byte> descriptor, Location at)
    {
        if (descriptor.Length < Size || !descriptor.StartsWith((ReadOnlySpan<byte>)[0x32, 0x54, 0xcd, 0xab])) return [];
        if (Field(descriptor.Slice(16, 32)) is not { } version || Field(descriptor.Slice(48, 32)) is not { } project || Field(descriptor.Slice(112, 32)) is not { } framework) return [];
        var components = new List<Component>();
        ComponentEvidence[] evidence = [new("descriptor", at, 0.95)];
        if (PackageText.IsName(project))
        {
            var own = PackageText.IsVersion(version) ? version.TrimStart('v') : null;
            components.Add(new Component { Name = project, Version = own, Purl = Purl.Of("generic", null, project, own), Evidence = evidence });
        }
        if (PackageText.IsVersion(framework))
        {
            // "v4.4.1-dirty", "v5.1-rc2-12-gabcdef": the release is what stands before the first hyphen, but for a candidate's own.
            var parts = framework.TrimStart('v').Split('-');
            var release = parts.Length > 1 && parts[1].StartsWith("rc", StringComparison.Ordinal) ? $"{parts[0]}-{parts[1]}" : parts[0];
            components.Add(new Component
            {
                Name = "esp-idf",
                Version = release,
                Package = framework == release || framework == "v" + release ? null : framework,
                Purl = Purl.Of("github", "espressif", "esp-idf", "v" + release),
                Cpe = [$"cpe:2.3:a:espressif:esp-idf:{release}:*:*:*:*:*:*:*"],
                Evidence = evidence,
            });
        }
        return components;
    }

    // Null where a byte before the first zero is no printable ASCII.
    private static string? Field(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        var text = end < 0 ? field : field[..end];
        return text.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) >= 0 ? null : Encoding.ASCII.GetString(text);
    }
}
