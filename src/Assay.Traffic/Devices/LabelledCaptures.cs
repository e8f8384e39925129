using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>
/// A folder to learn from: in it one folder for each kind, in these the captures of its set-ups. A text file whose name ends in <c>mac.txt</c> beside the captures names
/// the device by its MAC address, one a line; without it a capture counts where only one device in it is no part of the network.
/// </summary>
public static class LabelledCaptures
{
    private const int MostCaptures = 100_000, LongestLabel = 65536;

    /// <summary>Fingerprints with their kinds, ordered by file; what gives none is a loss.</summary>
    /// <param name="same">Folders that hold units of one kind: from the folder's name to the kind's; others are named as their folder.</param>
    /// <exception cref="IOException"/>
    /// <exception cref="OperationCanceledException"/>
    public static IReadOnlyList<(string Kind, string File, Fingerprint Fingerprint)> Read(string folder, IReadOnlyDictionary<string, string> same, ExaminationOptions options, Action<Loss> lose)
    {
        var setups = new List<(string, string, Fingerprint)>();
        var flat = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint };
        var deep = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, RecurseSubdirectories = true, MaxRecursionDepth = 8 };
        long done = 0;
        foreach (var kind in Directory.EnumerateDirectories(folder, "*", flat).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(kind);
            var files = Directory.EnumerateFiles(kind, "*", deep).Order(StringComparer.Ordinal).Take(MostCaptures).ToList();
            var labels = files.Where(f => f.EndsWith("mac.txt", StringComparison.OrdinalIgnoreCase)).SelectMany(Label).ToHashSet();
            foreach (var file in files)
            {
                options.Cancel.ThrowIfCancellationRequested();
                using var artefact = Artefact.Open(file);
                if (!CaptureExamination.Recognises(artefact)) continue;
                options.Progress?.Invoke(new Progress("reading " + name, ++done, 0));
                try
                {
                    var found = Fingerprint.Of(artefact, options).Where(f => labels.Count > 0 ? labels.Contains(f.Mac) : !f.Serves).ToList();
                    if (labels.Count > 0 ? found.Count > 0 : found.Count == 1) setups.AddRange(found.Select(f => (same.GetValueOrDefault(name, name), file, f)));
                    else lose(Lost(file, labels.Count > 0 ? "a device that the folder's label names" : "one device, or a file mac.txt that names it", labels.Count > 0 ? "none" : FormattableString.Invariant($"{found.Count}")));
                }
                catch (UnreadableException wrong)
                {
                    lose(wrong.AsLoss(file));
                }
            }
        }
        return setups;
    }

    private static IEnumerable<MacAddress> Label(string file)
    {
        if (new FileInfo(file).Length > LongestLabel) yield break;
        foreach (var line in File.ReadLines(file))
        {
            if (MacAddress.TryParse(line, out var mac)) yield return mac;
        }
    }

    private static Loss Lost(string file, string expected, string found) => new() { Location = new Location { Artefact = file }, Expected = expected, Found = found };
}
