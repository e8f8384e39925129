using Assay.Evidence.Reading;
using Assay.Software.Sbom;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Assay.Registry.Labels;

/// <summary>What an assessor hands in for a label: the parts of one multipart body (RFC 7578), each at most once but for the update hosts.</summary>
public sealed record Submission
{
    public const int MaxBytes = 48 << 20, MaxStatement = 32 << 20, MaxDecision = 64 << 10, MaxMaterials = 16 << 20, MaxHosts = 32, MaxHost = 253;

    public required byte[] Statement { get; init; }
    public required byte[] Decision { get; init; }
    /// <summary>CycloneDX or SPDX in JSON; null where none was handed in.</summary>
    public byte[]? Materials { get; init; }
    public required IReadOnlyList<string> UpdateHosts { get; init; }

    /// <exception cref="Refusal">400: another body, a part that is unknown, missing, twice or of a wrong form; 413: too long.</exception>
    public static async Task<Submission> Read(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            throw new Refusal(400, "multipart/form-data with statement, decision, sbom and updateHost", request.ContentType is null ? "nothing" : "another type", "Content-Type");
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrWhiteSpace(boundary) || boundary.Length > 70) throw new Refusal(400, "a boundary of 1 to 70 characters", boundary is null ? "none" : $"{boundary.Length}", "Content-Type");

        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 8, HeadersLengthLimit = 4 << 10, BodyLengthLimit = MaxStatement };
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var hosts = new List<string>();
        try
        {
            while (await reader.ReadNextSectionAsync(cancellation) is { } section)
            {
                var name = section.GetContentDispositionHeader()?.Name.Value?.Trim('"') ?? "";
                switch (name)
                {
                    case "statement" or "decision" or "sbom":
                        if (files.ContainsKey(name)) throw new Refusal(400, $"one part {name}", "two", name);
                        files[name] = await Bytes(section.Body, name, name switch { "statement" => MaxStatement, "decision" => MaxDecision, _ => MaxMaterials }, cancellation);
                        break;
                    case "updateHost":
                        if (hosts.Count == MaxHosts) throw new Refusal(400, $"at most {MaxHosts} update hosts", "one more", name);
                        hosts.Add(Host(System.Text.Encoding.UTF8.GetString(await Bytes(section.Body, name, MaxHost, cancellation))));
                        break;
                    default:
                        throw new Refusal(400, "the parts statement, decision, sbom and updateHost", name.Length is 0 or > 40 ? "another" : name, "body");
                }
            }
        }
        catch (InvalidDataException beyond)
        {
            throw new Refusal(400, "a multipart body within its limits", beyond.Message, "body");
        }
        catch (IOException torn) when (torn is not BadHttpRequestException)
        {
            throw new Refusal(400, "a whole multipart body", "its end too early", "body");
        }
        byte[] Need(string name) => files.TryGetValue(name, out var bytes) && bytes.Length > 0 ? bytes : throw new Refusal(400, $"a part {name}", "none", name);
        var materials = files.GetValueOrDefault("sbom");
        if (materials is not null) Check(materials);
        return new Submission { Statement = Need("statement"), Decision = Need("decision"), Materials = materials, UpdateHosts = hosts };
    }

    private static void Check(byte[] materials)
    {
        try
        {
            _ = BillOfMaterials.Read("sbom", materials);
        }
        catch (UnreadableException wrong)
        {
            throw new Refusal(400, wrong.Expected, wrong.Found, "sbom");
        }
    }

    private static string Host(string text)
    {
        var host = text.Trim().ToLowerInvariant();
        var labels = host.Split('.');
        return host.Length is > 0 and <= MaxHost && labels.All(l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && l[0] != '-' && l[^1] != '-')
            ? host : throw new Refusal(400, "the name of a host", "something else", "updateHost");
    }

    private static async Task<byte[]> Bytes(Stream part, string name, int most, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (await part.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (bytes.Length + read > most) throw new Refusal(413, $"at most {most} bytes", "more", name);
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();
    }
}
