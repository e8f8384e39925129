using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Software.Components.Packages;

/// <summary>The list of crates that <c>cargo auditable</c> links into a program: the ELF section <c>.dep-v0</c>, JSON packed with zlib (rust-secure-code/cargo-auditable, PARSING.md).</summary>
/// <remarks>Limits: build dependencies are left out, since they are not in the program.</remarks>
public static class RustAuditData
{
    private const int MostCrates = 20_000, LargestJson = 8 << 20;

    /// <param name="section">The content of <c>.dep-v0</c>.</param>
    /// <exception cref="UnreadableException">Not zlib, or not the JSON that the format asks for.</exception>
    public static IReadOnlyList<Component> Read(ReadOnlySpan<byte> section, Location at)
    {
        using var decoded = Decompression.Decode(CompressionKind.Zlib, section, new Budget { FileBytes = LargestJson });
        if (decoded.Failure is UnreadableException damaged) throw damaged;
        if (decoded.Failure is not null) throw new UnreadableException($"at most {LargestJson} bytes of crates", "more", 0);
        try
        {
            using var document = JsonDocument.Parse(decoded.Content, new JsonDocumentOptions { MaxDepth = 16 });
            var crates = new List<Component>();
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("packages", out var packages) || packages.ValueKind != JsonValueKind.Array)
                throw new UnreadableException("an object with the list packages", "another document", 0);
            foreach (var package in packages.EnumerateArray())
            {
                if (package.ValueKind != JsonValueKind.Object || Text(package, "kind") == "build" || crates.Count >= MostCrates) continue;
                if (Text(package, "name") is not { } name || Text(package, "version") is not { } version || !PackageText.IsName(name) || !PackageText.IsVersion(version)) continue;
                crates.Add(new Component
                {
                    Name = name,
                    Version = version,
                    Purl = Purl.Of("cargo", null, name, version),
                    Evidence = [new ComponentEvidence("build information", at, 0.95)],
                });
            }
            return crates;
        }
        catch (JsonException broken)
        {
            throw new UnreadableException("crates as JSON", Shortened.Visible(broken.Message), 0);
        }
    }

    private static string? Text(JsonElement element, string field) => element.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
