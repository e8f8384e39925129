using Assay.Software.Advisories;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>
/// Many inventories behind one inverted index of product names: a new advisory meets only the components that it may name, and each of them once, however many inventories hold it.
/// One thread at a time.
/// </summary>
/// <remarks>
/// Components that are the same but for the place where they were seen are one entry (<see cref="ComponentTable"/>); an inventory is a list of numbers of entries. Where an advisory asks
/// what else is in the product, inventories are told apart only by those of their components that the question could mean, so the answer is that of a walk over everything.
/// </remarks>
/// <typeparam name="TOwner">Whose inventory it is: a label, an image.</typeparam>
public sealed class InventoryIndex<TOwner> where TOwner : notnull
{
    /// <param name="Entries">Numbers of the table, in the order of the inventory.</param>
    /// <param name="Seen">Beside each entry where this inventory saw it; null where no component says.</param>
    internal sealed record Inventory(TOwner Owner, int[] Entries, IReadOnlyList<ComponentEvidence>[]? Seen);

    private readonly ComponentTable table = new();
    private readonly Dictionary<TOwner, int> slots = [];
    private readonly List<Inventory?> inventories = [];
    private readonly Stack<int> free = new();
    private int[] met = [];
    private int round;

    public int Owners => slots.Count;
    /// <summary>Components over all inventories, each as often as it is held.</summary>
    public long Components { get; private set; }
    /// <summary>Components that differ in more than the place where they were seen.</summary>
    public int DistinctComponents => table.Count;

    /// <summary>Adds an inventory, or puts another one in its place.</summary>
    public void Put(TOwner owner, IEnumerable<Component> components)
    {
        Remove(owner);
        var list = components as IReadOnlyList<Component> ?? [.. components];
        if (!free.TryPop(out var slot))
        {
            slot = inventories.Count;
            inventories.Add(null);
        }
        var entries = new int[list.Count];
        IReadOnlyList<ComponentEvidence>[]? seen = null;
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = table.Enter(list[i]);
            table.Hold(entries[i], slot);
            if (list[i].Evidence.Count == 0 && seen is null) continue;
            seen ??= NoEvidence(entries.Length);
            seen[i] = list[i].Evidence;
        }
        inventories[slot] = new Inventory(owner, entries, seen);
        slots[owner] = slot;
        Components += entries.Length;

        static IReadOnlyList<ComponentEvidence>[] NoEvidence(int count)
        {
            var none = new IReadOnlyList<ComponentEvidence>[count];
            Array.Fill(none, []);
            return none;
        }
    }

    public void Remove(TOwner owner)
    {
        if (!slots.Remove(owner, out var slot)) return;
        var gone = inventories[slot]!;
        inventories[slot] = null;
        free.Push(slot);
        Components -= gone.Entries.Length;
        foreach (var entry in gone.Entries) table.Drop(entry, slot);
    }

    /// <summary>What the vulnerabilities of these ids (<see cref="ImportResult.Touched"/>) mean for every inventory; what is ruled out left out.</summary>
    public IReadOnlyList<(TOwner Owner, Vulnerability Vulnerability)> Match(IEnumerable<string> ids, AdvisoryStore store) => [.. Hits(ids, store).SelectMany(h => h.Each)];

    /// <summary>As <see cref="Match"/>, one answer for all inventories that it holds for, so that a part in a hundred thousand devices costs as much as a part in one.</summary>
    /// <param name="all">True: also what is ruled out, with the reason.</param>
    /// <returns>Computed while it is walked; each hit is valid until the index changes.</returns>
    public IEnumerable<InventoryHit<TOwner>> Hits(IEnumerable<string> ids, AdvisoryStore store, bool all = false)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (seen.Contains(id)) continue;
            var about = store.About(id);
            foreach (var name in about.SelectMany(a => a.Names).Append(id)) seen.Add(name);
            foreach (var hit in Hits(about, all)) yield return hit;
        }
    }

    /// <summary>What the advisories about one vulnerability (<see cref="AdvisoryStore.About"/>) mean for every inventory.</summary>
    public IEnumerable<InventoryHit<TOwner>> Hits(IReadOnlyList<Advisory> about, bool all = false)
    {
        var entries = Named(about);
        if (entries.Count == 0) yield break;
        var groups = about.Any(a => a.Ranges.Any(r => r.Needs.Count > 0)) ? new Neighbours(this, about, entries) : null;
        foreach (var entry in entries)
        {
            var identity = table.IdentityOf(entry);
            if (groups is null)
            {
                if (Matcher.Match(identity, about, Surroundings.Unknown, null) is { } answer && (all || answer.IsOpen))
                    yield return new InventoryHit<TOwner>(inventories, entry, answer, table.Holders(entry));
                continue;
            }
            foreach (var (surroundings, holders) in groups.Of(entry))
            {
                if (Matcher.Match(identity, about, surroundings, null) is { } answer && (all || answer.IsOpen))
                    yield return new InventoryHit<TOwner>(inventories, entry, answer, holders);
            }
        }
    }

    /// <summary>The entries that share a name with one of the advisories, each once.</summary>
    private List<int> Named(IReadOnlyList<Advisory> about)
    {
        if (met.Length < table.Capacity) met = new int[table.Capacity];
        round++;
        var entries = new List<int>();
        foreach (var key in about.SelectMany(Matcher.ProductKeys).Distinct(StringComparer.Ordinal))
        {
            foreach (var entry in table.Called(key))
            {
                if (met[entry] == round) continue;
                met[entry] = round;
                entries.Add(entry);
            }
        }
        return entries;
    }

    /// <summary>
    /// Inventories that hold a named part, told apart by what an advisory's conditions could hear of them: which needs are met by an entry, and whether one is a kernel, which decides
    /// what cannot run beside it. Inventories of which the same is heard are one group.
    /// </summary>
    private sealed class Neighbours
    {
        private const string Kernel = "linux_kernel";

        private readonly InventoryIndex<TOwner> index;
        /// <summary>By slot; 0 where the inventory holds no named part, 1 where it holds nothing that is asked for.</summary>
        private readonly int[] groupOf;
        private readonly List<int[]> members = [[], []];
        private readonly Dictionary<int, Surroundings> known = new() { [1] = Surroundings.Unknown };

        public Neighbours(InventoryIndex<TOwner> index, IReadOnlyList<Advisory> about, List<int> named)
        {
            this.index = index;
            groupOf = new int[index.inventories.Count];
            foreach (var entry in named)
            {
                foreach (var slot in index.table.Holders(entry).Span) groupOf[slot] = 1;
            }
            var needs = about.SelectMany(a => a.Ranges).SelectMany(r => r.Needs).SelectMany(n => n).DistinctBy(n => (n.Part, n.Vendor, n.Product, n.Version)).ToList();
            var entries = new SortedSet<int>();
            foreach (var key in needs.Select(n => n.Product).Append(Kernel).Select(ProductNames.Fold).Distinct(StringComparer.Ordinal))
            {
                foreach (var entry in index.table.Called(key)) entries.Add(entry);
            }
            // One entry stands for all that say the same.
            foreach (var word in entries.GroupBy(e => Surroundings.Says(index.table.IdentityOf(e), needs), StringComparer.Ordinal).Where(w => w.Key.Contains('1', StringComparison.Ordinal)).OrderBy(w => w.Key, StringComparer.Ordinal))
            {
                // From the group that an inventory was in to the one with this word added.
                var (known, moved) = (members.Count, new int[members.Count]);
                foreach (var entry in word)
                {
                    foreach (var slot in index.table.Holders(entry).Span)
                    {
                        var from = groupOf[slot];
                        if (from == 0 || from >= known) continue;
                        if (moved[from] == 0)
                        {
                            moved[from] = members.Count;
                            members.Add([.. members[from], word.First()]);
                        }
                        groupOf[slot] = moved[from];
                    }
                }
            }
        }

        /// <summary>The inventories that hold an entry, by group.</summary>
        public IEnumerable<(Surroundings Surroundings, ReadOnlyMemory<int> Holders)> Of(int entry)
        {
            var split = new SortedDictionary<int, List<int>>();
            var (last, open) = (0, new List<int>());
            foreach (var slot in index.table.Holders(entry).Span)
            {
                if (groupOf[slot] != last)
                {
                    last = groupOf[slot];
                    if (!split.TryGetValue(last, out var list)) split[last] = list = [];
                    open = list;
                }
                open.Add(slot);
            }
            foreach (var (group, list) in split)
            {
                if (!known.TryGetValue(group, out var surroundings)) known[group] = surroundings = new Surroundings(members[group].Select(e => index.table.ComponentOf(e)));
                yield return (surroundings, list.ToArray());
            }
        }
    }
}

/// <summary>One answer about one component, and all inventories that it holds for. Valid until the index changes.</summary>
public sealed class InventoryHit<TOwner> where TOwner : notnull
{
    private readonly List<InventoryIndex<TOwner>.Inventory?> inventories;
    private readonly int entry;
    private readonly ReadOnlyMemory<int> holders;

    internal InventoryHit(List<InventoryIndex<TOwner>.Inventory?> inventories, int entry, Vulnerability answer, ReadOnlyMemory<int> holders)
    {
        this.inventories = inventories;
        this.entry = entry;
        this.holders = holders;
        Answer = answer;
    }

    /// <summary>Its component is one of those that are the same, with the places where that one was seen.</summary>
    public Vulnerability Answer { get; }
    /// <summary>Inventories that hold the component.</summary>
    public int Count => holders.Length;

    public IEnumerable<TOwner> Owners
    {
        get
        {
            for (var i = 0; i < holders.Length; i++) yield return inventories[holders.Span[i]]!.Owner;
        }
    }

    /// <summary>The answer for each inventory, with the places where that one saw the component; once for each time that it holds it.</summary>
    public IEnumerable<(TOwner Owner, Vulnerability Vulnerability)> Each
    {
        get
        {
            for (var i = 0; i < holders.Length; i++)
            {
                var inventory = inventories[holders.Span[i]]!;
                for (var at = Array.IndexOf(inventory.Entries, entry); at >= 0; at = Array.IndexOf(inventory.Entries, entry, at + 1))
                    yield return (inventory.Owner, Answer with { Component = Answer.Component with { Evidence = inventory.Seen?[at] ?? [] } });
            }
        }
    }
}
