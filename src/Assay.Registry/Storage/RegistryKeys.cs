using System.Text;
using Assay.Evidence;
using Assay.Labels.Log;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Registry.Storage;

/// <summary>The registry's three keys: labels and status with ES256, the log with Ed25519. Made on first use, with a warning: nobody vouches for them until somebody does.</summary>
public sealed class RegistryKeys : IDisposable
{
    private const int MaxPem = 64 << 10;

    private RegistryKeys(SigningKey issuer, SigningKey status, LogKey log)
    {
        Issuer = issuer;
        Status = status;
        Log = log;
    }

    public SigningKey Issuer { get; }
    public SigningKey Status { get; }
    public LogKey Log { get; }

    /// <exception cref="Evidence.Reading.UnreadableException">A file is no such key.</exception>
    public static RegistryKeys Open(RegistrySettings settings, Action<string> warn)
    {
        var folder = new KeyFolder(settings.Folder);
        var issuer = folder.Open(KeyRoles.Issuer, warn, Environment.GetEnvironmentVariable);
        try
        {
            var status = folder.Open(KeyRoles.Status, warn, Environment.GetEnvironmentVariable);
            return new RegistryKeys(issuer, status, OpenLog(settings, warn));
        }
        catch
        {
            issuer.Dispose();
            throw;
        }
    }

    private static LogKey OpenLog(RegistrySettings settings, Action<string> warn)
    {
        var file = Path.Combine(settings.Folder, "keys", "log.pem");
        if (File.Exists(file))
        {
            if (new FileInfo(file).Length > MaxPem) throw new Evidence.Reading.UnreadableException($"a key of at most {MaxPem} bytes in {file}", "more", 0);
            return LogKey.FromPem(File.ReadAllText(file), Environment.GetEnvironmentVariable(PassPhrase.Variable));
        }
        // A log whose key is lost cannot go on: another key would begin another log in its place.
        if (File.Exists(Path.Combine(settings.Folder, "log", Tiles.Checkpoint))) throw new Evidence.Reading.UnreadableException($"the key of the log in {file}", "none", 0);
        var key = LogKey.Create();
        DurableFile.Write(file, Encoding.ASCII.GetBytes(key.ToPem(Environment.GetEnvironmentVariable(PassPhrase.Variable))), secret: true);
        warn($"made a development key for the log in {file}");
        return key;
    }

    /// <summary>The public halves as a trust list (docs/label.md): what a gateway is given.</summary>
    public byte[] TrustList(RegistrySettings settings, string address)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new System.Text.Json.Utf8JsonWriter(buffer, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("schema", Assay.Labels.Trust.TrustList.Schema);
            json.WriteStartArray("issuers");
            foreach (var (role, key) in new[] { ("issuer", Issuer.Public), ("status", Status.Public) })
            {
                json.WriteStartObject();
                json.WriteString("name", settings.Name);
                json.WriteString("key", System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", key.Spki.Span));
                json.WriteString("kind", settings.IsAuthority ? "authority" : "test");
                json.WriteStartArray("roles");
                json.WriteStringValue(role);
                json.WriteEndArray();
                json.WriteString("address", address);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    public void Dispose()
    {
        Issuer.Dispose();
        Status.Dispose();
    }
}
