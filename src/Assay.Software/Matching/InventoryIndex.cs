using Assay.Software.Advisories;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>Many inventories behind one inverted index of product names: a new advisory meets only the components that it may name. One thread at a time.</summary>
/// <typeparam name="TOwner">Whose inventory it is: a label, an image.</typeparam>
public sealed class InventoryIndex<TOwner> where TOwner : notnull
{
    private readonly Dictionary<TOwner, (Surroundings Surroundings, List<Component> Components)> owners = [];
    private readonly Dictionary<string, HashSet<(TOwner Owner, int Component)>> byKey = new(StringComparer.Ordinal);

    public int Owners => owners.Count;

    /// <summary>Adds an inventory, or puts another one in its place.</summary>
    public void Put(TOwner owner, IEnumerable<Component> components)
    {
        Remove(owner);
        var list = components.ToList();
        owners[owner] = (new Surroundings(list), list);
        for (var i = 0; i < list.Count; i++)
        {
            foreach (var key in Matcher.ProductKeys(list[i]))
            {
                if (!byKey.TryGetValue(key, out var entries)) byKey[key] = entries = [];
                entries.Add((owner, i));
            }
        }
    }

    public void Remove(TOwner owner)
    {
        if (!owners.Remove(owner, out var gone)) return;
        for (var i = 0; i < gone.Components.Count; i++)
        {
            foreach (var key in Matcher.ProductKeys(gone.Components[i]))
            {
                if (byKey.TryGetValue(key, out var entries) && entries.Remove((owner, i)) && entries.Count == 0) byKey.Remove(key);
            }
        }
    }

    /// <summary>What the vulnerabilities of these ids (<see cref="ImportResult.Touched"/>) mean for every inventory; those outside of every range left out.</summary>
    public IReadOnlyList<(TOwner Owner, Vulnerability Vulnerability)> Match(IEnumerable<string> ids, AdvisoryStore store)
    {
        var (hits, seen) = (new List<(TOwner, Vulnerability)>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var id in ids)
        {
            if (seen.Contains(id)) continue;
            var about = store.About(id);
            foreach (var name in about.SelectMany(a => a.Names).Append(id)) seen.Add(name);
            var met = new HashSet<(TOwner, int)>();
            foreach (var key in about.SelectMany(Matcher.ProductKeys).Distinct(StringComparer.Ordinal))
            {
                if (!byKey.TryGetValue(key, out var entries)) continue;
                foreach (var entry in entries)
                {
                    if (!met.Add(entry)) continue;
                    var (surroundings, components) = owners[entry.Owner];
                    if (Matcher.Match(components[entry.Component], about, surroundings) is { Status: not VulnerabilityStatus.Fixed } vulnerability) hits.Add((entry.Owner, vulnerability));
                }
            }
        }
        return hits;
    }
}
