using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Exchange;
using Assay.Exchange.Csaf;

namespace Assay.Cli;

/// <summary><c>assay advisories fetch URL -o DIR</c>: what a CSAF provider publishes, with hash and signature checked before anything reads it.</summary>
internal static class AdvisoriesFetch
{
    public static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is not ["fetch", var address]) throw new UsageException($"advisories fetch expects one URL, found {arguments.Operands.Count - 1}");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var provider) || provider.Scheme is not ("https" or "http")) throw new UsageException($"advisories fetch expects an https or http URL, found {Shortened.Visible(address)}");
        var folder = arguments.Value("-o") ?? throw new UsageException("advisories fetch expects -o DIR, found none");
        var pinned = arguments.Value("--key") is { } key ? PgpCertificate.Read(File.ReadAllBytes(key)) : null;
        using var client = Downloader.Client();
        var fetch = new Downloader(client, terminal.Time).FetchAsync(provider, pinned).GetAwaiter().GetResult();
        Directory.CreateDirectory(folder);
        var kept = fetch.Documents.Select(d => (Document: d, Outcome: Keep(folder, d, arguments.Has("--force"), terminal))).ToList();
        // The folder is what was written; the account of it goes to the screen.
        if (terminal.Format == "json") Json(fetch, kept, folder);
        else Table(fetch, kept, terminal);
        foreach (var refusal in fetch.Refused) terminal.Complain($"refused: {refusal.Url}: expected {refusal.Expected}, found {refusal.Found}");
        if (!fetch.KeyWasPinned) terminal.Hint($"the key {fetch.Key.Fingerprint} came from the provider itself; compare it in another way, then give it with --key");
        return fetch.Refused.Count > 0 || kept.Any(k => k.Outcome.StartsWith("refused", StringComparison.Ordinal)) ? Exit.No : Exit.Done;
    }

    // An older issue never takes the place of a newer one: whoever serves it may be turning time back.
    private static string Keep(string folder, FetchedDocument document, bool force, Terminal terminal)
    {
        var file = Path.Combine(folder, document.Name);
        if (File.Exists(file))
        {
            var held = File.ReadAllBytes(file);
            if (held.AsSpan().SequenceEqual(document.Bytes.Span)) return "unchanged";
            if (Released(held) is { } mine && mine >= document.Released)
            {
                terminal.Complain($"{document.Name}: expected an issue after {EvidenceJson.Time(mine)}, found one of {EvidenceJson.Time(document.Released)}");
                return "refused: not newer than what is here";
            }
            if (!force)
            {
                terminal.Complain($"{file} is there already in an older issue; --force replaces it");
                return "refused: an older issue is here";
            }
        }
        terminal.WriteFile(file + ".asc", stream => stream.Write(document.Signature.Span));
        terminal.WriteFile(file + ".sha256", stream => stream.Write(Encoding.ASCII.GetBytes($"{document.Sha256}  {document.Name}\n")));
        terminal.WriteFile(file, stream => stream.Write(document.Bytes.Span));
        return "written";
    }

    private static DateTimeOffset? Released(byte[] held)
    {
        try
        {
            using var json = JsonDocument.Parse(held);
            return json.RootElement.GetProperty("document").GetProperty("tracking").GetProperty("current_release_date").GetDateTimeOffset();
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void Table(Fetch fetch, IReadOnlyList<(FetchedDocument Document, string Outcome)> kept, Terminal terminal)
    {
        var output = Console.Out;
        output.WriteLine($"{Shortened.Visible(fetch.Provider)}, {fetch.Metadata}");
        output.WriteLine($"signed by {fetch.Key.Fingerprint} ({(fetch.KeyWasPinned ? "the key that was given" : "the provider's own key")})");
        output.WriteLine();
        TextTable.Write(output, ["document", "issue", "for", "checked", "outcome", "title"],
            [.. kept.Select(k => (IReadOnlyList<string>)[k.Document.Name, k.Document.Version, k.Document.Tlp?.Name() ?? "-", $"{string.Join(", ", k.Document.Hashes)}, signature", k.Outcome, k.Document.Title])], terminal.Width);
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kept.Count} accepted, {fetch.Refused.Count} refused."));
    }

    private static void Json(Fetch fetch, IReadOnlyList<(FetchedDocument Document, string Outcome)> kept, string folder)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/fetch/1");
            json.WriteString("provider", fetch.Provider);
            json.WriteString("metadata", fetch.Metadata);
            json.WriteString("key", fetch.Key.Fingerprint);
            json.WriteBoolean("keyWasGiven", fetch.KeyWasPinned);
            json.WriteStartArray("documents");
            foreach (var (document, outcome) in kept)
            {
                json.WriteStartObject();
                json.WriteString("id", document.Id);
                json.WriteString("url", document.Url);
                json.WriteString("file", Path.Combine(folder, document.Name));
                json.WriteString("sha256", document.Sha256);
                json.WriteStartArray("hashes");
                foreach (var hash in document.Hashes) json.WriteStringValue(hash);
                json.WriteEndArray();
                json.WriteString("version", document.Version);
                json.WriteString("released", EvidenceJson.Time(document.Released));
                if (document.Tlp is { } tlp) json.WriteString("tlp", tlp.Name());
                json.WriteString("outcome", outcome);
                json.WriteString("title", document.Title);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("refused");
            foreach (var refusal in fetch.Refused)
            {
                json.WriteStartObject();
                json.WriteString("url", refusal.Url);
                json.WriteString("expected", refusal.Expected);
                json.WriteString("found", refusal.Found);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }
}
