using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Assessment.Repetition;
using Assay.Evidence;

namespace Assay.Assessment.Examining;

/// <summary>
/// A folder that keeps what images, captures and other large files told, so that the next assessment need not read them again. Derived: it may be
/// deleted at any time. An entry is used only where its own digest fits; a damaged one is read again and replaced.
/// </summary>
/// <remarks>Layout: <c>KEY.facts</c> = magic, SHA-256 of the rest, the rest. Findings hold no secret in full, and so does the folder.</remarks>
public sealed class EvidenceCache
{
    private static ReadOnlySpan<byte> Magic => "assay facts 2\n"u8;
    private const int Most = 64 << 20;

    private readonly string folder;

    /// <exception cref="IOException">The folder cannot be made.</exception>
    public EvidenceCache(string folder)
    {
        Directory.CreateDirectory(folder);
        this.folder = folder;
    }

    /// <summary>All that the facts of a file follow from: its bytes, how it is called and taken, the device's address, the moment, the budgets, and this build.</summary>
    internal static string Key(DossierFile file, Device device, ExaminationOptions options) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        ToolDigest.Value, file.Artefact.Sha256, file.Name, file.Kind.ToString(), file.State ?? "-", device.Mac ?? "-", device.Category ?? "-", device.Model, string.Join(',', device.Addresses), EvidenceJson.Time(options.AsOf), options.Budget.ToString()))));

    /// <summary>What was kept under a key, or null.</summary>
    internal FileFacts? Find(string key)
    {
        byte[] bytes;
        try
        {
            var file = new FileInfo(PathOf(key));
            if (!file.Exists || file.Length > Most) return null;
            bytes = File.ReadAllBytes(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        var head = Magic.Length + SHA256.HashSizeInBytes;
        if (bytes.Length < head || !bytes.AsSpan().StartsWith(Magic) || !SHA256.HashData(bytes.AsSpan(head)).AsSpan().SequenceEqual(bytes.AsSpan(Magic.Length, SHA256.HashSizeInBytes))) return null;
        return FactsFormat.Read(bytes, head);
    }

    /// <summary>Keeps facts whole or not at all; a full disk or a folder that may not be written costs time, never an answer.</summary>
    internal void Keep(string key, FileFacts facts)
    {
        var rest = FactsFormat.Bytes(facts);
        if (rest.Length > Most) return;
        var temporary = $"{PathOf(key)}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(Magic);
                file.Write(SHA256.HashData(rest));
                file.Write(rest);
            }
            File.Move(temporary, PathOf(key), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
        }
    }

    private string PathOf(string key) => Path.Combine(folder, key + ".facts");
}
