using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Trust;
using Assay.Registry.Storage;

namespace Assay.Registry.Labels;

/// <summary>Whose statements and decisions count here. Each list that an administrator hands in is kept as it came, numbered; the newest word about a key counts.</summary>
public sealed class TrustShelf
{
    private readonly string folder;
    private readonly Lock access = new();
    private int last;

    public TrustShelf(string folder)
    {
        this.folder = folder;
        Current = TrustList.Empty;
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            Current = Newer(Current, KeyFolder.ReadTrust(file));
            last = int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture);
        }
    }

    public TrustList Current { get; private set; }

    /// <summary>Takes a list in; from here on its words about its keys count.</summary>
    /// <exception cref="UnreadableException">No trust list, or one without a key.</exception>
    public TrustList Add(ReadOnlySpan<byte> document)
    {
        // A bare key in PEM would be trusted for everything; who trusts a key here says for what.
        if (!document.TrimStart(" \t\r\n"u8).StartsWith("{"u8)) throw new UnreadableException("a trust list in JSON (docs/label.md)", "something else", 0);
        var list = TrustList.Read(document, "");
        if (list.Keys.Count == 0) throw new UnreadableException("at least one key", "none", 0);
        lock (access)
        {
            DurableFile.Write(Path.Combine(folder, (++last).ToString("000000", CultureInfo.InvariantCulture) + ".json"), document);
            return Current = Newer(Current, list);
        }
    }

    private static TrustList Newer(TrustList old, TrustList list) => new([.. old.Keys.Where(k => !list.Keys.Any(n => n.Key.Equals(k.Key))), .. list.Keys]);
}
