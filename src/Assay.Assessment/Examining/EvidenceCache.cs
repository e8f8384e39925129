using Assay.Assessment.Repetition;
using Assay.Evidence;

namespace Assay.Assessment.Examining;

/// <summary>
/// Keeps what images, captures and other large files told, so that the next assessment need not read them again (<see cref="FactsFolder"/>). What
/// single files inside of images told, for images that share them, stands below it (<see cref="FactsFolder.OfContents"/>).
/// </summary>
/// <remarks>Findings hold no secret in full, and so does the folder.</remarks>
public sealed class EvidenceCache
{
    private readonly FactsFolder whole;

    /// <exception cref="IOException">The folder cannot be made.</exception>
    public EvidenceCache(string folder) => whole = new FactsFolder(folder);

    /// <summary>All that the facts of a file follow from: its bytes, how it is called and taken, the device's address, the moment, the budgets, and this build.</summary>
    internal static string Key(DossierFile file, Device device, ExaminationOptions options) => FactsFolder.Key(
        ToolDigest.Value, file.Artefact.Sha256, file.Name, file.Kind.ToString(), file.State ?? "-", device.Mac ?? "-", device.Category ?? "-", device.Model, string.Join(',', device.Addresses), EvidenceJson.Time(options.AsOf), options.Budget.ToString());

    /// <summary>What was kept under a key, or null.</summary>
    internal FileFacts? Find(string key) => whole.Find(key) is { } bytes ? FactsFormat.Read(bytes) : null;

    /// <summary>Keeps facts whole or not at all.</summary>
    internal void Keep(string key, FileFacts facts) => whole.Keep(key, FactsFormat.Bytes(facts));
}
