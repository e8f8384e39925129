using System.Net;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay label issue --registry</c>: the registry issues with its own key, and the same four files are written.</summary>
public static partial class LabelVerb
{
    /// <summary>What a registry answers to a submission.</summary>
    private sealed record Submitted(string Id, string? Page, byte[] Hallmark, byte[] Certificate, long StatusIndex, long LogIndex);

    private static int IssueAtRegistry(Arguments arguments, Terminal terminal, string statementFile, string decisionFile, string address)
    {
        foreach (var term in new[] { "--status-list", "--status-index", "--issuer", "--key", "--expires", "--product", "--as-of" })
        {
            if (arguments.Has(term)) throw new UsageException($"with --registry the registry issues by its own terms, found {term}");
        }
        using var registry = new RemoteRegistry(address);
        var keyFile = arguments.Value("--as") ?? throw new UsageException("issue --registry expects --as FILE: the key that the registry gave you");
        var personKey = Encoding.UTF8.GetString(Read(keyFile)).Trim();
        if (personKey.Length is 0 or > 512 || personKey.Any(c => c <= ' ' || c > '~')) throw new UnreadableException($"one key in {keyFile}", "something else", 0);
        if (registry.Address is { Scheme: "http", IsLoopback: false }) terminal.Complain($"{registry.Address} is not https: whoever carries this can read your key");

        var (statement, decision) = (Handed(statementFile, SignedKind.Statement), Handed(decisionFile, SignedKind.Decision));
        var what = $"{decision.File.Decision!.Level} for {Device(AssessmentSummary.Read(statement.File.Statement!.Assessment))}";
        var files = LabelFiles(arguments, decisionFile);
        foreach (var file in files) terminal.Allow(file);

        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(statement.Bytes), "statement", "statement.cose");
        form.Add(new ByteArrayContent(decision.Bytes), "decision", "decision.cose");
        if (arguments.Value("--sbom") is { } sbom) form.Add(new ByteArrayContent(Read(sbom)), "sbom", "sbom.json");
        foreach (var host in arguments.Values("--update-host")) form.Add(new StringContent(host), "updateHost");
        var (status, body) = registry.Post("api/labels", form, personKey);
        if (status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge)
            return Refused(terminal, "label", what, [.. Reasons(status, body)]);
        if (status is not (HttpStatusCode.Created or HttpStatusCode.OK)) throw new IOException($"expected a label from {registry.Address}, found status {(int)status}");

        var submitted = SubmittedOf(body);
        var (hallmark, certificate) = (SignedFile.Read(submitted.Hallmark), SignedFile.Read(submitted.Certificate));
        if (hallmark.Hallmark is not { } box || certificate.Certificate is not { } account) throw new UnreadableException("a hallmark and its certificate", "others", 0);
        // What comes back is held against what was sent: a registry that mixes up two submissions is found out here.
        if (!box.PointsTo(submitted.Certificate) || !account.Statement.Span.SequenceEqual(statement.File.Digest.Span) || !account.Decision.Span.SequenceEqual(decision.File.Digest.Span))
            throw new UnreadableException("a label for this statement and this decision", "a label for others", 0);

        var trusted = Trust(arguments).Under(hallmark.Message.KeyId).FirstOrDefault(k => k.Recognises(KeyRoles.Issuer, box.IssuedAt) && hallmark.Message.Verify(k.Key));
        var own = $"{registry.Address}l#";
        var prefix = arguments.Value("--address") ?? (own.StartsWith("https://", StringComparison.Ordinal) && own.Length <= LabelAddress.MaxPrefixBytes ? own : LabelAddress.DefaultPrefix);
        Write(terminal, files, submitted.Hallmark, submitted.Certificate, trusted, prefix, what, decision.File.Decision.Versions.ToString(), hallmark.Message.KeyId is { } id ? Convert.ToHexStringLower(id.Span) : "", submitted);
        return Exit.Done;
    }

    private static (byte[] Bytes, SignedFile File) Handed(string file, SignedKind kind)
    {
        var bytes = Read(file);
        var signed = SignedFile.Read(bytes);
        return signed.Kind == kind ? (bytes, signed) : throw new UnreadableException($"a {kind.ToString().ToLowerInvariant()} in {file}", $"a {signed.Kind.ToString().ToLowerInvariant()}", 0);
    }

    private static Submitted SubmittedOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            return new Submitted(root.GetProperty("id").GetString()!, root.TryGetProperty("page", out var page) ? page.GetString() : null,
                root.GetProperty("hallmark").GetBytesFromBase64(), root.GetProperty("certificate").GetBytesFromBase64(), root.GetProperty("statusIndex").GetInt64(), root.GetProperty("logIndex").GetInt64());
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UnreadableException("id, hallmark, certificate, statusIndex and logIndex from the registry", wrong.Message, 0);
        }
    }

    // The registry's reasons, in its words; shortened, since they are a stranger's.
    private static IEnumerable<string> Reasons(HttpStatusCode status, byte[] body)
    {
        var reasons = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            var error = document.RootElement.GetProperty("error");
            string? Text(string name) => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            if (error.TryGetProperty("reasons", out var list) && list.ValueKind == JsonValueKind.Array)
                reasons.AddRange(list.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.String).Select(r => r.GetString()!));
            if (reasons.Count == 0) reasons.Add($"expected {Text("expected")}, found {Text("found")} ({Text("where")})");
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            reasons.Add($"the registry answered with status {(int)status}");
        }
        return reasons.Take(100).Select(r => r.Length > 500 ? r[..500] + "…" : r);
    }
}
