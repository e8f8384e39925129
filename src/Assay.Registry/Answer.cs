using System.Buffers;
using System.Text.Json;
using Assay.Evidence;

namespace Assay.Registry;

/// <summary>How every endpoint answers, and how it reads what it was sent.</summary>
public static class Answer
{
    /// <summary>One JSON object or array, written field by field.</summary>
    public static async Task Json(this HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, EvidenceJson.Document)) write(json);
        buffer.Write("\n"u8);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = buffer.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    /// <summary>The error of every endpoint: what was expected, what was found, where.</summary>
    public static Task Refuse(this HttpContext context, Refusal refusal) => context.Json(refusal.Status, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("expected", refusal.Expected);
        json.WriteString("found", refusal.Found);
        json.WriteString("where", refusal.Where);
        if (refusal.Reasons.Count > 0)
        {
            json.WriteStartArray("reasons");
            foreach (var reason in refusal.Reasons) json.WriteStringValue(reason);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Bytes with a strong tag; not sent again to who has them already.</summary>
    /// <param name="cache">The value of Cache-Control.</param>
    public static async Task File(this HttpContext context, ReadOnlyMemory<byte> bytes, string type, string cache, string? tag = null)
    {
        tag ??= $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.Span))[..32]}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = cache;
        if (context.Request.Headers.IfNoneMatch.ToString().Split(',').Any(t => t.Trim() is var asked && (asked == tag || asked == "*" || asked == $"W/{tag}")))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>The whole body, in memory once. The endpoint's limit of bytes holds.</summary>
    public static async Task<byte[]> Body(this HttpContext context)
    {
        if (context.Request.ContentLength is { } length)
        {
            // Gate held the length against the limit; Kestrel ends the body there.
            var whole = new byte[length];
            var read = await context.Request.Body.ReadAtLeastAsync(whole, whole.Length, throwOnEndOfStream: false, context.RequestAborted);
            return read == whole.Length ? whole : throw new Refusal(400, $"{length} bytes", $"{read}", "body");
        }
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        return bytes.ToArray();
    }

    /// <summary>Part of the address, as the route names it.</summary>
    public static string Route(this HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    /// <summary>The body as one JSON object. The endpoint's limit of bytes holds.</summary>
    /// <exception cref="Refusal">400: no JSON object.</exception>
    public static async Task<JsonDocument> BodyJson(this HttpContext context)
    {
        try
        {
            var document = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false }, context.RequestAborted);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
        }
        catch (JsonException)
        {
        }
        throw new Refusal(400, "a JSON object", "something else", "body");
    }

    /// <summary>A text member; null where it is absent or null.</summary>
    /// <exception cref="Refusal">400: another kind.</exception>
    public static string? Text(this JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        try
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new Refusal(400, "text in UTF-8", "half of a character", name);
        }
        throw new Refusal(400, "a text", value.ValueKind.ToString().ToLowerInvariant(), name);
    }
}
