using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Exchange.Csaf;

/// <summary>What a provider says of itself.</summary>
/// <param name="Address">Where the folder is served, without a slash at the end: <c>https://registry.example</c>.</param>
public sealed record ProviderSettings(CsafPublisher Publisher, string Address);

/// <summary>
/// A folder that a web server serves as a CSAF 2.0 provider (sections 7.1.1 to 7.1.20): documents that everyone may read, each with its hashes and OpenPGP signature,
/// lists of them, a ROLIE feed with its service and category documents, the public key, and <c>provider-metadata.json</c> that leads to all of it.
/// </summary>
/// <remarks>
/// A document is written before the lists name it, each file whole by a rename; when we stop in between, the next <see cref="Publish"/> makes lists that fit again.
/// Over https it is a trusted provider; served in clear text it calls itself a provider only, since a channel that anyone can change is no ground for trust.
/// </remarks>
public sealed class Provider
{
    private const string Feed = "csaf-feed-tlp-white";
    private readonly string folder;
    private readonly ProviderSettings settings;
    private readonly PgpKey key;

    /// <param name="folder">Becomes <c>/.well-known/csaf/</c> for the metadata and <c>/csaf/</c> for everything else.</param>
    public Provider(string folder, ProviderSettings settings, PgpKey key)
    {
        this.folder = folder;
        this.settings = settings;
        this.key = key;
        Directory.CreateDirectory(Path.Combine(folder, "white"));
    }

    /// <summary>The path below the folder: <c>white/2026/assay-2026-0001.json</c>; the year is that of the first issue.</summary>
    public static string PathOf(CsafDocument document) => $"white/{document.Initial.UtcDateTime.Year:0000}/{CsafDocument.FileName(document.Id)}";

    /// <summary>Writes the document, its hashes and signature, and every list anew.</summary>
    /// <exception cref="ArgumentException">The document is not for everyone to read: it does not enter this folder.</exception>
    public string Publish(CsafDocument document, DateTimeOffset now)
    {
        if (document.Tlp != Tlp.Clear) throw new ArgumentException($"only TLP:CLEAR is published here, not {document.Tlp.Name()}", nameof(document));
        var relative = PathOf(document);
        Keep(relative, document.Bytes(), now);
        Lists(now);
        return relative;
    }

    /// <summary>Writes one document with its hashes and signature, where it is not there already. The lists follow with <see cref="Lists"/>.</summary>
    /// <param name="relative">As <see cref="PathOf"/> gives it.</param>
    public void Keep(string relative, ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        var path = Path.Combine(folder, relative);
        var name = Path.GetFileName(path);
        if (File.Exists(path) && File.Exists(path + ".asc") && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes) && Fits(bytes, File.ReadAllBytes(path + ".asc"), now)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Write(path + ".sha256", Line(SHA256.HashData(bytes), name));
        Write(path + ".sha512", Line(SHA512.HashData(bytes), name));
        Write(path + ".asc", key.Sign(bytes, now));
        Write(path, bytes);
    }

    private bool Fits(ReadOnlySpan<byte> bytes, byte[] signature, DateTimeOffset now)
    {
        try
        {
            key.Certificate.Verify(bytes, signature, now);
            return true;
        }
        catch (UnreadableException)
        {
            return false;
        }
    }

    /// <summary>Writes the lists, the key and the metadata from what is in the folder.</summary>
    public void Lists(DateTimeOffset now)
    {
        var documents = Directory.EnumerateFiles(Path.Combine(folder, "white"), "*.json", SearchOption.AllDirectories)
            .Where(f => Path.GetDirectoryName(f) != Path.Combine(folder, "white"))
            .Select(Listed.Read)
            .OrderByDescending(d => d.Current).ThenBy(d => d.Path, StringComparer.Ordinal).ToList();
        foreach (var document in documents) document.Path = Path.GetRelativePath(Path.Combine(folder, "white"), document.Path).Replace('\\', '/');
        var updated = documents.Count > 0 ? documents.Max(d => d.Current) : now;
        var white = $"{settings.Address}/csaf/white";
        Write(Path.Combine(folder, "white", "index.txt"), Encoding.UTF8.GetBytes(string.Concat(documents.Select(d => d.Path + "\n").Order(StringComparer.Ordinal))));
        Write(Path.Combine(folder, "white", "changes.csv"), Encoding.UTF8.GetBytes(string.Concat(documents.Select(d => $"\"{d.Path}\",\"{EvidenceJson.Time(d.Current)}\"\n"))));
        var format = new Func<JsonObject>(() => new JsonObject { ["scheme"] = "urn:ietf:params:rolie:category:information-type", ["term"] = "csaf" });
        Write(Path.Combine(folder, "white", $"{Feed}.json"), JsonBytes.Of(new JsonObject
        {
            ["feed"] = new JsonObject
            {
                ["id"] = Feed,
                ["title"] = $"Advisories of {settings.Publisher.Name} (TLP:WHITE)",
                ["link"] = JsonBytes.Array([Link("self", $"{white}/{Feed}.json"), Link("service", $"{settings.Address}/csaf/service.json")]),
                ["category"] = JsonBytes.Array([format()]),
                ["updated"] = EvidenceJson.Time(updated),
                ["entry"] = JsonBytes.Array(documents.Select(d => new JsonObject
                {
                    ["id"] = d.Id,
                    ["title"] = d.Title,
                    ["link"] = JsonBytes.Array(
                    [
                        Link("self", $"{white}/{d.Path}"), Link("hash", $"{white}/{d.Path}.sha512"), Link("hash", $"{white}/{d.Path}.sha256"),
                        Link("signature", $"{white}/{d.Path}.asc"),
                    ]),
                    ["published"] = EvidenceJson.Time(d.Initial),
                    ["updated"] = EvidenceJson.Time(d.Current),
                    ["content"] = new JsonObject { ["type"] = "application/json", ["src"] = $"{white}/{d.Path}" },
                    ["format"] = new JsonObject { ["schema"] = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json", ["version"] = "2.0" },
                })),
            },
        }));
        Write(Path.Combine(folder, "service.json"), JsonBytes.Of(new JsonObject
        {
            ["service"] = new JsonObject
            {
                ["workspace"] = JsonBytes.Array([new JsonObject
                {
                    ["title"] = "Public advisories",
                    ["collection"] = JsonBytes.Array([new JsonObject
                    {
                        ["title"] = $"Advisories of {settings.Publisher.Name} (TLP:WHITE)",
                        ["href"] = $"{white}/{Feed}.json",
                        ["categories"] = new JsonObject { ["category"] = JsonBytes.Array([format()]) },
                    }]),
                }]),
            },
        }));
        Write(Path.Combine(folder, "category.json"), JsonBytes.Of(new JsonObject
        {
            ["categories"] = new JsonObject { ["category"] = JsonBytes.Array([new JsonObject { ["term"] = "csaf_security_advisory" }, new JsonObject { ["term"] = "csaf_vex" }]) },
        }));
        Write(Path.Combine(folder, "openpgp-key.asc"), Encoding.ASCII.GetBytes(key.Certificate.ToArmor()));
        Write(Path.Combine(folder, "provider-metadata.json"), JsonBytes.Of(new JsonObject
        {
            ["canonical_url"] = $"{settings.Address}/.well-known/csaf/provider-metadata.json",
            ["distributions"] = JsonBytes.Array(
            [
                new JsonObject
                {
                    ["rolie"] = new JsonObject
                    {
                        ["categories"] = JsonBytes.Array([$"{settings.Address}/csaf/category.json"]),
                        ["feeds"] = JsonBytes.Array([new JsonObject { ["summary"] = "All public advisories", ["tlp_label"] = "WHITE", ["url"] = $"{white}/{Feed}.json" }]),
                        ["services"] = JsonBytes.Array([$"{settings.Address}/csaf/service.json"]),
                    },
                },
                new JsonObject { ["directory_url"] = $"{white}/" },
            ]),
            ["last_updated"] = EvidenceJson.Time(updated),
            ["list_on_CSAF_aggregators"] = true,
            ["metadata_version"] = "2.0",
            ["mirror_on_CSAF_aggregators"] = true,
            ["public_openpgp_keys"] = JsonBytes.Array([new JsonObject { ["fingerprint"] = key.Certificate.Fingerprint, ["url"] = $"{settings.Address}/csaf/openpgp-key.asc" }]),
            ["publisher"] = new JsonObject
            {
                ["category"] = settings.Publisher.Category,
                ["contact_details"] = settings.Publisher.Contact,
                ["name"] = settings.Publisher.Name,
                ["namespace"] = settings.Publisher.Namespace,
            },
            ["role"] = settings.Address.StartsWith("https://", StringComparison.Ordinal) ? "csaf_trusted_provider" : "csaf_provider",
        }));
    }

    private static JsonObject Link(string rel, string href) => new() { ["rel"] = rel, ["href"] = href };

    // What sha256sum and sha512sum read: the digest, two blanks, the name.
    private static byte[] Line(byte[] digest, string name) => Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(digest)}  {name}\n");

    private static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var fresh = path + ".fresh";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }

    private sealed class Listed
    {
        public required string Path { get; set; }
        public required string Id { get; init; }
        public required string Title { get; init; }
        public required DateTimeOffset Initial { get; init; }
        public required DateTimeOffset Current { get; init; }

        public static Listed Read(string path)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var document = json.RootElement.GetProperty("document");
            var tracking = document.GetProperty("tracking");
            return new Listed
            {
                Path = path,
                Id = tracking.GetProperty("id").GetString() ?? throw new UnreadableException("document.tracking.id", "none", 0),
                Title = document.GetProperty("title").GetString() ?? "",
                Initial = tracking.GetProperty("initial_release_date").GetDateTimeOffset(),
                Current = tracking.GetProperty("current_release_date").GetDateTimeOffset(),
            };
        }
    }
}
