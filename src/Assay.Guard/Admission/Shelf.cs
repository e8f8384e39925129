using Assay.Evidence.Reading;

namespace Assay.Guard.Admission;

/// <summary>Labels and MUD files that were handed to this gateway, read once at its start. What cannot be read is kept with its reason.</summary>
public sealed class Shelf
{
    private const int MostFiles = 4096;
    private readonly Dictionary<string, ShelfLabel> labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> refused = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string?), ConfiguredMud> muds = [];
    private readonly List<ShelfLabel> byModel = [];

    /// <summary>File and reason of each label that could not be read.</summary>
    public IReadOnlyDictionary<string, string> Refused => refused;

    public static Shelf Open(Configuration configuration, DateTimeOffset asOf)
    {
        var shelf = new Shelf();
        foreach (var device in configuration.Devices)
        {
            if (device.Label is { } label) shelf.Take(label);
            if (device.Mud is { } mud) shelf.muds[(mud, device.MudSigner)] = ConfiguredMud.Read(mud, device.MudSigner, asOf);
        }
        foreach (var place in configuration.Labels)
        {
            var files = Directory.Exists(place)
                ? Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is ".cose" or ".png" or ".svg").Order(StringComparer.Ordinal).Take(MostFiles)
                : [place];
            foreach (var file in files)
            {
                // A certificate beside its hallmark says the same of the same label.
                if (shelf.Take(file) is { } label && !shelf.byModel.Any(l => l.Id == label.Id)) shelf.byModel.Add(label);
            }
        }
        return shelf;
    }

    public ShelfLabel? Label(string file) => labels.GetValueOrDefault(file);

    /// <summary>The label of a stated model, from the folders of labels.</summary>
    public ShelfLabel? OfModel(string stated) => byModel.FirstOrDefault(l => l.IsModel(stated));

    public ConfiguredMud? Mud(DeviceEntry entry) => entry.Mud is { } file ? muds.GetValueOrDefault((file, entry.MudSigner)) : null;

    private ShelfLabel? Take(string file)
    {
        if (labels.TryGetValue(file, out var known)) return known;
        try
        {
            return labels[file] = ShelfLabel.Read(file);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or UnreadableException or BudgetException)
        {
            refused[file] = wrong.Message;
            return null;
        }
    }
}
