using System.Collections.Concurrent;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Firmware.FileSystems;
using Assay.Software.Components;

namespace Assay.Firmware.Identification;

/// <summary>
/// What a <see cref="FactsFolder"/> knows of the contents of one file system, and what it is to learn of them: by the digest of what they are packed from,
/// where the file system tells that, so that they need not even be decoded; else by the digest of the content. Safe for several threads.
/// </summary>
internal sealed class KnownContents(FactsFolder folder)
{
    /// <summary>Smaller ones are looked at faster than their entry is read.</summary>
    private const int WorthAnEntry = 16 << 10;

    private readonly ConcurrentDictionary<IReadOnlyList<FileEntry>, ContentFacts> facts = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentBag<(Pack Pack, string Key, int Found)> packs = [];

    /// <summary>Which build of the readers found the facts: another one asks for other keys.</summary>
    public static string Build { get; } = Convert.ToHexStringLower(SHA256.HashData(
        ((Type[])[typeof(Artefact), typeof(Component), typeof(KnownContents)]).SelectMany(room => room.Module.ModuleVersionId.ToByteArray()).ToArray()).AsSpan(0, 16));

    /// <summary>Null where nothing is known of it.</summary>
    public ContentFacts? Of(IReadOnlyList<FileEntry> same) => facts.GetValueOrDefault(same);

    /// <summary>Looks up what was kept of a pack.</summary>
    public void Find(Pack pack)
    {
        var key = FactsFolder.Key(Build, "pack", Convert.ToHexStringLower(pack.Digest));
        var kept = folder.Find(key) is { } bytes ? FactBytes.Read(bytes, from => from.List(() => (Offset: from.Number() ?? 0, Facts: from.Content()))) : null;
        var found = 0;
        if (kept is { Count: > 0 })
        {
            var byPlace = kept.ToLookup(k => (k.Offset, (long)k.Facts.Size, k.Facts.Name));
            foreach (var content in pack.Contents)
            {
                if (byPlace[(content.Offset, content.Size, NameOf(content.Entries))].FirstOrDefault().Facts is { } one && facts.TryAdd(content.Entries, one)) found++;
            }
        }
        packs.Add((pack, key, found));
    }

    /// <summary>Looks at a content, or takes what was kept of the same bytes elsewhere.</summary>
    /// <param name="isPacked">It is kept with its pack (<see cref="Keep"/>).</param>
    public ContentFacts Learn(IReadOnlyList<FileEntry> same, string name, ReadOnlySpan<byte> content, bool isPacked)
    {
        if (isPacked) return facts[same] = ContentFacts.Of(name, content, isAlone: false, isHashed: true);
        if (content.Length < WorthAnEntry) return ContentFacts.Of(name, content, isAlone: false, isHashed: true);
        var key = FactsFolder.Key(Build, "content", name, Convert.ToHexStringLower(SHA256.HashData(content)));
        if (folder.Find(key) is { } bytes && FactBytes.Read(bytes, from => from.Content()) is { } kept && kept.Name == name && kept.Size == content.Length) return kept;
        var fresh = ContentFacts.Of(name, content, isAlone: false, isHashed: true);
        folder.Keep(key, FactBytes.Bytes(to => to.Content(fresh)));
        return fresh;
    }

    /// <summary>Keeps what was learnt of packs that were not known whole.</summary>
    public void Keep(int workers) => Parallel.ForEach(packs, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers) }, one =>
    {
        List<(long Offset, ContentFacts Facts)> all = [.. one.Pack.Contents.Where(c => facts.ContainsKey(c.Entries)).Select(c => (c.Offset, facts[c.Entries]))];
        if (all.Count == one.Found) return;
        folder.Keep(one.Key, FactBytes.Bytes(to => to.List(all, each =>
        {
            to.Number(each.Offset);
            to.Content(each.Facts);
        })));
    });

    private static string NameOf(IReadOnlyList<FileEntry> same)
    {
        var path = same[0].Path.Text;
        return path[(path.LastIndexOf('/') + 1)..];
    }
}
