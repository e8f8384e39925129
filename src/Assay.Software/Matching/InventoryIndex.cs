using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching.Parts;

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
    /// <param name="Facts">What else is known of this product; null where its components are all.</param>
    internal sealed record Inventory(TOwner Owner, int[] Entries, IReadOnlyList<ComponentEvidence>[]? Seen, Surroundings? Facts);

    private readonly ComponentTable table = new();
    private readonly Dictionary<TOwner, int> slots = [];
    private readonly List<Inventory?> inventories = [];
    private readonly Stack<int> free = new();
    private int withFacts;
    private int[] groupOf = [];

    public int Owners => slots.Count;
    /// <summary>Components over all inventories, each as often as it is held.</summary>
    public long Components { get; private set; }
    /// <summary>Components that differ in more than the place where they were seen.</summary>
    public int DistinctComponents => table.Count;

    /// <summary>Adds an inventory, or puts another one in its place.</summary>
    /// <param name="facts">What is known of the product beyond its components; it is asked then as <c>assay vulns</c> asks it.</param>
    public void Put(TOwner owner, IEnumerable<Component> components, ProductFacts? facts = null)
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
        if (facts is not null) withFacts++;
        inventories[slot] = new Inventory(owner, entries, seen, facts is null ? null : new Surroundings(list, facts));
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
        if (gone.Facts is not null) withFacts--;
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
    public IReadOnlyList<InventoryHit<TOwner>> Hits(IReadOnlyList<Advisory> about, bool all = false)
    {
        var products = about.SelectMany(Matcher.ProductKeys).Distinct(StringComparer.Ordinal).SelectMany(table.Called).Distinct()
            .Select(p => (Product: p, Namings: Matcher.Namings(p.Names, about))).Where(p => p.Namings.Count > 0).ToList();
        if (products.Count == 0) return [];
        var needs = products.SelectMany(p => p.Namings).SelectMany(n => n.Range.Needs).SelectMany(n => n).DistinctBy(n => (n.Part, n.Vendor, n.Product, n.Version)).ToList();
        var groups = needs.Count == 0 ? null : new Groups(this, needs, products.Select(p => p.Product));
        var hits = new List<InventoryHit<TOwner>>();
        foreach (var (product, namings) in products)
        {
            foreach (var entry in product.Components)
            {
                var (identity, holders) = (table.IdentityOf(entry), table.Holders(entry));
                if (withFacts > 0) holders = Apart(entry, holders, (own, facts, slot) => Add(own, facts, new[] { slot }));
                if (groups is null)
                {
                    if (holders.Length > 0) Add(identity, Surroundings.Unknown, holders);
                    continue;
                }
                foreach (var (group, count) in groups.In(holders))
                {
                    if (Answer(identity, groups.SurroundingsOf(group)) is { } answer)
                        hits.Add(new InventoryHit<TOwner>(inventories, entry, answer, count == holders.Length ? holders : groups.Of(group, holders, count)));
                }

                void Add(ComponentIdentity asked, Surroundings surroundings, ReadOnlyMemory<int> held)
                {
                    if (Answer(asked, surroundings) is { } answer) hits.Add(new InventoryHit<TOwner>(inventories, entry, answer, held));
                }

                Vulnerability? Answer(ComponentIdentity asked, Surroundings surroundings) =>
                    Matcher.Match(asked, about, namings, surroundings, null, all) is { } answer && (all || answer.IsOpen) ? answer : null;
            }
        }
        return hits;
    }

    /// <summary>Tells each inventory of which more is known, with its own component; the others are returned.</summary>
    private ReadOnlyMemory<int> Apart(int entry, ReadOnlyMemory<int> holders, Action<ComponentIdentity, Surroundings, int> tell)
    {
        var others = new List<int>();
        foreach (var slot in holders.Span)
        {
            var inventory = inventories[slot]!;
            if (inventory.Facts is null) others.Add(slot);
            // Where it was seen tells which program it is.
            else tell(table.IdentityOf(entry, inventory.Seen?[Array.IndexOf(inventory.Entries, entry)]), inventory.Facts, slot);
        }
        return others.Count == holders.Length ? holders : others.ToArray();
    }

    /// <summary>Inventories that hold a named product, told apart by what its conditions could hear of them. Inventories of which the same is heard are one group.</summary>
    private sealed class Groups
    {
        private readonly InventoryIndex<TOwner> index;
        /// <summary>By slot; 0 where the inventory holds no named product, 1 where it holds nothing that is asked for.</summary>
        private readonly int[] groupOf;
        private readonly List<int[]> members = [[], []];
        private readonly Dictionary<int, Surroundings> known = new() { [1] = Surroundings.Unknown };

        public Groups(InventoryIndex<TOwner> index, List<CpeName> needs, IEnumerable<ComponentTable.Product> products)
        {
            this.index = index;
            // One array serves one advisory after the other.
            if (index.groupOf.Length < index.inventories.Count) index.groupOf = new int[index.inventories.Count];
            groupOf = index.groupOf;
            Array.Clear(groupOf);
            foreach (var product in products)
            {
                foreach (var entry in product.Components)
                {
                    foreach (var slot in index.table.Holders(entry).Span) groupOf[slot] = 1;
                }
            }
            // One entry stands for all that say the same.
            var words = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
            foreach (var product in Surroundings.Heard(needs).Select(ProductNames.Fold).Distinct(StringComparer.Ordinal).SelectMany(index.table.Called).Distinct())
            {
                foreach (var entry in product.Components)
                {
                    var word = Surroundings.Says(index.table.IdentityOf(entry), needs);
                    if (!word.Contains('1', StringComparison.Ordinal)) continue;
                    if (!words.TryGetValue(word, out var entries)) words[word] = entries = [];
                    entries.Add(entry);
                }
            }
            foreach (var word in words.Values)
            {
                // From the group that an inventory was in to the one with this word added.
                var (before, moved) = (members.Count, new int[members.Count]);
                foreach (var entry in word)
                {
                    foreach (var slot in index.table.Holders(entry).Span)
                    {
                        var from = groupOf[slot];
                        if (from == 0 || from >= before) continue;
                        if (moved[from] == 0)
                        {
                            moved[from] = members.Count;
                            members.Add([.. members[from], word[0]]);
                        }
                        groupOf[slot] = moved[from];
                    }
                }
            }
        }

        /// <summary>The groups that stand among these inventories, and how many each has.</summary>
        public IEnumerable<(int Group, int Count)> In(ReadOnlyMemory<int> holders)
        {
            var counts = new int[members.Count];
            foreach (var slot in holders.Span) counts[groupOf[slot]]++;
            return counts.Index().Where(c => c.Item > 0);
        }

        public ReadOnlyMemory<int> Of(int group, ReadOnlyMemory<int> holders, int count)
        {
            var (of, at) = (new int[count], 0);
            foreach (var slot in holders.Span)
            {
                if (groupOf[slot] == group) of[at++] = slot;
            }
            return of;
        }

        public Surroundings SurroundingsOf(int group) =>
            known.TryGetValue(group, out var surroundings) ? surroundings : known[group] = new Surroundings([.. members[group].Select(e => index.table.IdentityOf(e))], null);
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
