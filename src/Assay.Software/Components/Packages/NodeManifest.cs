using System.Text.Json;
using Assay.Evidence;

namespace Assay.Software.Components.Packages;

/// <summary>The <c>package.json</c> of a module installed under <c>node_modules</c>; files deeper inside a module are its examples and tests.</summary>
/// <remarks>Reference: npm documentation "package.json", fields name, version, license.</remarks>
public static class NodeManifest
{
    private const int LongestName = 214, LongestVersion = 128;

    public static bool Is(string path)
    {
        if (!path.EndsWith("/package.json", StringComparison.Ordinal)) return false;
        var folders = path.Split('/');
        return folders.Length >= 4 && folders[^3] == "node_modules" && !folders[^2].StartsWith('@')
            || folders.Length >= 5 && folders[^4] == "node_modules" && folders[^3].StartsWith('@');
    }

    /// <summary>The module, or null and a loss where it is no JSON or names none.</summary>
    public static Component? Read(string text, Location at, List<Loss> losses)
    {
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\ufeff'), new JsonDocumentOptions { MaxDepth = 64 });
            var (name, version) = (Text(document.RootElement, "name"), Text(document.RootElement, "version"));
            var slash = name.StartsWith('@') ? name.IndexOf('/') : -1;
            if (IsName(name, slash) && version.Length is > 0 and <= LongestVersion && char.IsAsciiDigit(version[0]) && !version.Contains(' '))
            {
                return new Component
                {
                    Name = name,
                    Version = Shortened.Visible(version),
                    Package = Shortened.Visible(version),
                    Purl = Purl.Of("npm", slash > 0 ? name[..slash] : null, name[(slash + 1)..], version),
                    Licence = Text(document.RootElement, "license") is { Length: > 0 } licence ? Shortened.Visible(licence) : null,
                    Evidence = [new ComponentEvidence("package database", at, 0.95)],
                };
            }
            losses.Add(new Loss { Location = at, Expected = "the name and version of a Node module", Found = $"name {Shortened.Visible(name)}, version {Shortened.Visible(version)}" });
        }
        catch (JsonException e)
        {
            losses.Add(new Loss { Location = at with { Line = (int)Math.Min(int.MaxValue, (e.LineNumber ?? 0) + 1) }, Expected = "the JSON of a Node module", Found = "text that is no JSON" });
        }
        return null;
    }

    private static string Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";

    private static bool IsName(string name, int slash) =>
        name.Length is > 0 and <= LongestName && (slash < 0 ? name[0] != '@' : slash > 1 && slash < name.Length - 1)
        && name.Select((c, at) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '~' || c == '@' && at == 0 || at == slash).All(c => c);
}
