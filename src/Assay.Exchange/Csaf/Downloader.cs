using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Exchange.Csaf;

/// <summary>A document whose hash and signature were right, and whose form was read after that.</summary>
public sealed record FetchedDocument
{
    public required string Url { get; init; }
    /// <summary>The file's name, which follows from its id.</summary>
    public required string Name { get; init; }
    public required string Id { get; init; }
    public required string Title { get; init; }
    public required string Category { get; init; }
    public required string Version { get; init; }
    public required DateTimeOffset Released { get; init; }
    /// <summary>As the document says; null where it says nothing.</summary>
    public Tlp? Tlp { get; init; }
    public required ReadOnlyMemory<byte> Bytes { get; init; }
    /// <summary>Lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }
    /// <summary>The hashes of the provider that were compared: <c>sha512</c>, <c>sha256</c>.</summary>
    public required IReadOnlyList<string> Hashes { get; init; }
    /// <summary>The signature file, to be kept beside the document.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }
}

/// <summary>Something that was not taken, and why.</summary>
public sealed record FetchRefusal(string Url, string Expected, string Found);

public sealed record Fetch
{
    public required string Provider { get; init; }
    public required string Metadata { get; init; }
    /// <summary>The key that every accepted document was checked with.</summary>
    public required PgpCertificate Key { get; init; }
    /// <summary>False where the key came from the provider itself: then it proves only that all documents have one signer.</summary>
    public required bool KeyWasPinned { get; init; }
    public required IReadOnlyList<FetchedDocument> Documents { get; init; }
    public required IReadOnlyList<FetchRefusal> Refused { get; init; }
}

/// <summary>
/// Fetches from a CSAF 2.0 provider (section 9.1.8 with 7.1): metadata, feeds or directory, then each document with its hash and OpenPGP signature. Both are checked
/// over the bytes as they came, before anything reads them; then the form. What is missing or wrong is refused with the reason, and the rest goes on.
/// </summary>
/// <param name="client">Must not follow redirects: section 7.1.6 forbids them to a provider.</param>
public sealed class Downloader(HttpClient client, TimeProvider time)
{
    private const int MetadataBytes = 1 << 20, FeedBytes = 32 << 20, DocumentBytes = 64 << 20, HashBytes = 4096, MostDocuments = 20_000;

    /// <summary>A client as this class wants it.</summary>
    public static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15) })
    {
        Timeout = TimeSpan.FromSeconds(120),
        DefaultRequestHeaders = { { "User-Agent", "assay-advisories-fetch" } },
    };

    /// <param name="provider">The address of a <c>provider-metadata.json</c>, or of a site that has one in its well-known place or in its security.txt.</param>
    /// <param name="pinned">The key that is expected; null takes the provider's own.</param>
    /// <exception cref="UnreadableException">No metadata, no key, or no list that can be read.</exception>
    public async Task<Fetch> FetchAsync(Uri provider, PgpCertificate? pinned, CancellationToken stop = default)
    {
        var (address, metadata) = await Metadata(provider, stop);
        using var json = Parse(metadata, "provider-metadata.json");
        var root = json.RootElement;
        if (Text(root, "metadata_version") is not "2.0" and not "2.1") throw new UnreadableException("metadata_version 2.0", Text(root, "metadata_version") ?? "none", 0);
        if (Text(root, "canonical_url") is { } canonical && canonical != address.AbsoluteUri && !address.IsLoopback)
            throw new UnreadableException($"the metadata at its own address {Shortened.Visible(canonical)}", address.AbsoluteUri, 0);
        var publisher = Child(root, "publisher") is { } p ? Text(p, "name") ?? "not named" : "not named";
        var keys = pinned is not null ? [pinned] : await Keys(root, address, stop);
        var refused = new List<FetchRefusal>();
        var documents = new List<FetchedDocument>();
        foreach (var listed in await Listed(root, address, refused, stop))
        {
            try
            {
                documents.Add(await Document(listed, keys, stop));
            }
            catch (UnreadableException wrong)
            {
                refused.Add(new FetchRefusal(listed.Url.AbsoluteUri, wrong.Expected, wrong.Found));
            }
        }
        return new Fetch { Provider = publisher, Metadata = address.AbsoluteUri, Key = keys[0], KeyWasPinned = pinned is not null, Documents = documents, Refused = refused };
    }

    private async Task<(Uri Address, byte[] Bytes)> Metadata(Uri provider, CancellationToken stop)
    {
        if (provider.Scheme is not ("https" or "http")) throw new UnreadableException("an address with https or http", provider.Scheme, 0);
        if (provider.AbsolutePath.EndsWith(".json", StringComparison.Ordinal)) return (provider, await Get(provider, MetadataBytes, stop));
        var wellKnown = new Uri(provider, "/.well-known/csaf/provider-metadata.json");
        UnreadableException first;
        try
        {
            return (wellKnown, await Get(wellKnown, MetadataBytes, stop));
        }
        catch (UnreadableException missing)
        {
            first = missing;
        }
        byte[] contact;
        try
        {
            contact = await Get(new Uri(provider, "/.well-known/security.txt"), 64 << 10, stop);
        }
        catch (UnreadableException)
        {
            throw first;
        }
        foreach (var line in Encoding.UTF8.GetString(contact).Split('\n'))
        {
            if (!line.StartsWith("CSAF:", StringComparison.OrdinalIgnoreCase) || !Uri.TryCreate(line[5..].Trim(), UriKind.Absolute, out var named)) continue;
            SameOrStricter(provider, named);
            return (named, await Get(named, MetadataBytes, stop));
        }
        throw first;
    }

    private async Task<IReadOnlyList<PgpCertificate>> Keys(JsonElement metadata, Uri address, CancellationToken stop)
    {
        var keys = new List<PgpCertificate>();
        UnreadableException? why = null;
        foreach (var listed in Items(metadata, "public_openpgp_keys").Take(16))
        {
            try
            {
                var url = Absolute(address, Text(listed, "url"));
                var key = PgpCertificate.Read(await Get(url, PgpCertificate.MaxBytes, stop));
                if (Text(listed, "fingerprint") is { } fingerprint && !fingerprint.Equals(key.Fingerprint, StringComparison.OrdinalIgnoreCase))
                    throw new UnreadableException($"the key {Shortened.Visible(fingerprint)}", $"the key {key.Fingerprint}", 0);
                keys.Add(key);
            }
            catch (UnreadableException wrong)
            {
                why ??= wrong;
            }
        }
        if (keys.Count > 0) return keys;
        throw why ?? new UnreadableException("a public OpenPGP key in the provider's metadata, or one given with --key", "none", 0);
    }

    private sealed record Entry(Uri Url, Uri? Sha512, Uri? Sha256, Uri? Signature, Tlp? Label);

    private async Task<IReadOnlyList<Entry>> Listed(JsonElement metadata, Uri address, List<FetchRefusal> refused, CancellationToken stop)
    {
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        void Take(Entry entry)
        {
            if (entries.Count >= MostDocuments) throw new UnreadableException($"at most {MostDocuments} documents", "more", 0);
            entries.TryAdd(entry.Url.AbsoluteUri, entry);
        }
        var distributions = Items(metadata, "distributions").Take(64).ToList();
        foreach (var feed in distributions.Select(d => Child(d, "rolie")).OfType<JsonElement>().SelectMany(rolie => Items(rolie, "feeds")).Take(64))
        {
            var url = Absolute(address, Text(feed, "url"));
            Tlp? label = Text(feed, "tlp_label") is { } name && TlpLabels.TryRead(name, out var tlp) ? tlp : null;
            try
            {
                using var json = Parse(await Get(url, FeedBytes, stop), "a ROLIE feed");
                var inner = Child(json.RootElement, "feed") ?? throw new UnreadableException("a ROLIE feed", "no feed", 0);
                foreach (var entry in Items(inner, "entry"))
                {
                    var links = Items(entry, "link").Select(l => (Rel: Text(l, "rel"), Href: Text(l, "href"))).ToList();
                    Uri? Of(string rel, string ending) => links.FirstOrDefault(l => l.Rel == rel && l.Href?.EndsWith(ending, StringComparison.Ordinal) == true).Href is { } href ? Absolute(url, href) : null;
                    var self = links.FirstOrDefault(l => l.Rel == "self").Href;
                    Entry one;
                    try
                    {
                        one = new Entry(Absolute(url, self), Of("hash", ".sha512"), Of("hash", ".sha256"), Of("signature", ".asc"), label);
                    }
                    catch (UnreadableException wrong)
                    {
                        refused.Add(new FetchRefusal(Shortened.Visible(self ?? url.AbsoluteUri), wrong.Expected, wrong.Found));
                        continue;
                    }
                    Take(one);
                }
            }
            catch (UnreadableException wrong)
            {
                refused.Add(new FetchRefusal(url.AbsoluteUri, wrong.Expected, wrong.Found));
            }
        }
        if (entries.Count > 0 || distributions.Any(d => Child(d, "rolie") is not null)) return [.. entries.Values];
        foreach (var directory in distributions.Select(d => Text(d, "directory_url")).OfType<string>().Take(16))
        {
            var url = Absolute(address, directory.EndsWith('/') ? directory : directory + "/");
            foreach (var line in Encoding.UTF8.GetString(await Get(new Uri(url, "index.txt"), FeedBytes, stop)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var one = Absolute(url, line);
                Take(new Entry(one, new Uri(one.AbsoluteUri + ".sha512"), new Uri(one.AbsoluteUri + ".sha256"), new Uri(one.AbsoluteUri + ".asc"), null));
            }
        }
        return entries.Count > 0 || distributions.Count > 0 ? [.. entries.Values] : throw new UnreadableException("a ROLIE feed or a directory in the provider's metadata", "none", 0);
    }

    private async Task<FetchedDocument> Document(Entry entry, IReadOnlyList<PgpCertificate> keys, CancellationToken stop)
    {
        var bytes = await Get(entry.Url, DocumentBytes, stop);
        var name = entry.Url.Segments[^1];
        var hashes = new List<string>();
        await Compare("sha512", entry.Sha512, SHA512.HashData(bytes));
        await Compare("sha256", entry.Sha256, SHA256.HashData(bytes));
        if (hashes.Count == 0) throw new UnreadableException("a hash of SHA-512 or SHA-256 beside the document", "none", 0);
        if (entry.Signature is null) throw new UnreadableException("an OpenPGP signature beside the document", "none", 0);
        var signature = await Get(entry.Signature, PgpCertificate.MaxSignatureBytes, stop);
        Signed(bytes, signature, keys);
        return Read(entry, name, bytes, hashes, signature);

        async Task Compare(string algorithm, Uri? url, byte[] digest)
        {
            if (url is null) return;
            byte[] file;
            try
            {
                file = await Get(url, HashBytes, stop);
            }
            // A directory's listing names no hash files: there one of the two may be absent, and both may not.
            catch (UnreadableException missing) when (entry.Label is null && missing.Found.Contains("404", StringComparison.Ordinal))
            {
                return;
            }
            var text = Encoding.ASCII.GetString(file);
            var stated = text.Split((char[])[' ', '\t', '\r', '\n'], 2)[0];
            if (!stated.Equals(Convert.ToHexString(digest), StringComparison.OrdinalIgnoreCase))
                throw new UnreadableException($"the {algorithm} {Shortened.Visible(stated.Length > 128 ? stated[..128] : stated)} of its hash file", Convert.ToHexStringLower(digest), 0);
            hashes.Add(algorithm);
        }
    }

    private void Signed(byte[] bytes, byte[] signature, IReadOnlyList<PgpCertificate> keys)
    {
        UnreadableException? why = null;
        foreach (var key in keys)
        {
            try
            {
                key.Verify(bytes, signature, time.GetUtcNow());
                return;
            }
            catch (UnreadableException wrong)
            {
                why ??= wrong;
            }
        }
        throw why ?? new UnreadableException("a key to check with", "none", 0);
    }

    // From here on the bytes are the provider's own: what is wrong now is the provider's fault and nobody else's.
    private static FetchedDocument Read(Entry entry, string name, byte[] bytes, IReadOnlyList<string> hashes, byte[] signature)
    {
        using var json = Parse(bytes, "a CSAF document");
        var document = Child(json.RootElement, "document") ?? throw new UnreadableException("a CSAF document", "no document", 0);
        if (Text(document, "csaf_version") is not "2.0") throw new UnreadableException("csaf_version 2.0", Text(document, "csaf_version") ?? "none", 0);
        var tracking = Child(document, "tracking") ?? throw new UnreadableException("document.tracking", "none", 0);
        string Need(JsonElement of, string property) => Text(of, property) ?? throw new UnreadableException(property, "none", 0);
        var id = Need(tracking, "id");
        if (CsafDocument.FileName(id) != name) throw new UnreadableException($"the file name {CsafDocument.FileName(id)} for the id {Shortened.Visible(id)}", Shortened.Visible(name), 0);
        if (Text(tracking, "current_release_date") is not { } date || !DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var released))
            throw new UnreadableException("current_release_date", "none", 0);
        Tlp? label = Child(document, "distribution") is { } distribution && Child(distribution, "tlp") is { } t && Text(t, "label") is { } named
            && TlpLabels.TryRead(named, out var tlp) ? tlp : null;
        if (label > entry.Label) throw new UnreadableException($"a document for {entry.Label!.Value.Name()}, as its feed says", label!.Value.Name(), 0);
        var publisher = Child(document, "publisher") ?? throw new UnreadableException("document.publisher", "none", 0);
        Need(publisher, "name");
        return new FetchedDocument
        {
            Url = entry.Url.AbsoluteUri,
            Name = name,
            Id = id,
            Title = Need(document, "title"),
            Category = Need(document, "category"),
            Version = Need(tracking, "version"),
            Released = released,
            Tlp = label,
            Bytes = bytes,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Hashes = hashes,
            Signature = signature,
        };
    }

    private static Uri Absolute(Uri from, string? address)
    {
        if (address is null || !Uri.TryCreate(from, address, out var url)) throw new UnreadableException("an address", Shortened.Visible(address ?? "none"), 0);
        SameOrStricter(from, url);
        return url;
    }

    // What is named by something that came encrypted is not fetched in clear text, and nothing leads to a file of this machine.
    private static void SameOrStricter(Uri from, Uri to)
    {
        if (to.Scheme != "https" && !(to.Scheme == "http" && from.Scheme == "http")) throw new UnreadableException("an address with https", Shortened.Visible(to.OriginalString), 0);
    }

    private async Task<byte[]> Get(Uri url, int most, CancellationToken stop)
    {
        try
        {
            using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stop);
            if ((int)response.StatusCode is >= 300 and < 400) throw new UnreadableException($"{url.AbsolutePath} itself (a provider does not redirect)", $"a redirect, {(int)response.StatusCode}", 0);
            if ((int)response.StatusCode != 200) throw new UnreadableException(url.AbsolutePath, $"HTTP status {(int)response.StatusCode}", 0);
            using var stream = await response.Content.ReadAsStreamAsync(stop);
            using var bytes = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (int read; (read = await stream.ReadAsync(buffer, stop)) > 0;)
            {
                if (bytes.Length + read > most) throw new UnreadableException($"at most {most} bytes at {url.AbsolutePath}", "more", most);
                bytes.Write(buffer, 0, read);
            }
            return bytes.ToArray();
        }
        catch (Exception wrong) when (wrong is HttpRequestException or IOException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            throw new UnreadableException($"an answer from {url.Host}", wrong.Message, 0);
        }
    }

    private static JsonDocument Parse(byte[] bytes, string what)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException($"{what} in JSON", wrong.Message.Split(" LineNumber", 2)[0], wrong.BytePositionInLine ?? 0);
        }
    }

    private static string? Text(JsonElement of, string name)
    {
        try
        {
            return of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        // Broken escapes and lone surrogates show themselves only when the text is asked for.
        catch (InvalidOperationException)
        {
            throw new UnreadableException($"{name} in UTF-8", "broken text", 0);
        }
    }

    private static JsonElement? Child(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static IEnumerable<JsonElement> Items(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
