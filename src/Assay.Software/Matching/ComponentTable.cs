using System.Runtime.InteropServices;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>Components of many inventories, each once, under numbers: by what they are called, and by who holds them.</summary>
internal sealed class ComponentTable
{
    /// <summary>How many identities are kept at hand; the others are made again when they are asked for. A power of two.</summary>
    private const int MostIdentities = 1 << 16;

    private readonly Dictionary<Component, int> numbers = new(SameComponent.Instance);
    private readonly List<Component?> components = [];
    private readonly List<Numbers> holders = [];
    private readonly Dictionary<string, Numbers> named = new(StringComparer.Ordinal);
    private readonly Stack<int> free = new();
    private (int Number, ComponentIdentity? Identity)[] identities = new (int, ComponentIdentity?)[1 << 10];

    public int Count => numbers.Count;
    /// <summary>Above every number.</summary>
    public int Capacity => components.Count;

    /// <summary>The number of a component; a new one where none is the same.</summary>
    public int Enter(Component component)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, component, out var known);
        if (known) return number;
        if (!free.TryPop(out number))
        {
            number = components.Count;
            components.Add(null);
            holders.Add(new Numbers());
        }
        components[number] = component;
        foreach (var key in Matcher.ProductKeys(component))
        {
            ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(named, key, out _);
            entries ??= new Numbers();
            entries.Add(number);
        }
        return number;
    }

    /// <summary>An inventory holds it. Inventories are put whole, one after the other: a slot that holds it already is the last one.</summary>
    public void Hold(int number, int slot)
    {
        var list = holders[number];
        if (list.Count == 0 || list.Span[^1] != slot) list.Add(slot);
    }

    /// <summary>An inventory no longer holds it; what nobody holds is forgotten.</summary>
    public void Drop(int number, int slot)
    {
        if (components[number] is not { } component || !holders[number].Remove(slot) || holders[number].Count > 0) return;
        numbers.Remove(component);
        foreach (var key in Matcher.ProductKeys(component))
        {
            if (named.TryGetValue(key, out var entries) && entries.Remove(number) && entries.Count == 0) named.Remove(key);
        }
        components[number] = null;
        identities[number & (identities.Length - 1)] = default;
        free.Push(number);
    }

    public ReadOnlyMemory<int> Holders(int number) => holders[number].Memory;

    /// <param name="key">Of <see cref="Matcher.ProductKeys(Component)"/>.</param>
    public ReadOnlySpan<int> Called(string key) => named.TryGetValue(key, out var entries) ? entries.Span : [];

    public Component ComponentOf(int number) => components[number]!;

    public ComponentIdentity IdentityOf(int number)
    {
        if (identities.Length < MostIdentities && identities.Length < components.Count) identities = new (int, ComponentIdentity?)[Math.Min(MostIdentities, identities.Length * 4)];
        ref var place = ref identities[number & (identities.Length - 1)];
        if (place.Identity is null || place.Number != number) place = (number, new ComponentIdentity(components[number]!));
        return place.Identity!;
    }

    /// <summary>A list of numbers that grows in place; most hold one.</summary>
    private sealed class Numbers
    {
        private int[] items = new int[1];

        public int Count { get; private set; }
        public ReadOnlySpan<int> Span => items.AsSpan(0, Count);
        public ReadOnlyMemory<int> Memory => items.AsMemory(0, Count);

        public void Add(int number)
        {
            if (Count == items.Length) Array.Resize(ref items, items.Length * 2);
            items[Count++] = number;
        }

        public bool Remove(int number)
        {
            var at = Span.IndexOf(number);
            if (at < 0) return false;
            items[at] = items[--Count];
            return true;
        }
    }
}

/// <summary>Components that differ only in the places where they were seen are the same: no advisory asks for the place. How they were seen, and how surely, does count.</summary>
internal sealed class SameComponent : IEqualityComparer<Component>
{
    public static readonly SameComponent Instance = new();

    public bool Equals(Component? a, Component? b)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a is null || b is null || a.Name != b.Name || a.Version != b.Version || a.Purl != b.Purl) return false;
        if (!SameWitnesses(a.Evidence, b.Evidence) || !a.Cpe.SequenceEqual(b.Cpe, StringComparer.Ordinal)) return false;
        if (!a.Conflicts.SequenceEqual(b.Conflicts) || !a.Files.SequenceEqual(b.Files, StringComparer.Ordinal)) return false;
        // Whatever else a component comes to say is compared too.
        return a with { Evidence = [], Cpe = [], Conflicts = [], Files = [] } == b with { Evidence = [], Cpe = [], Conflicts = [], Files = [] };
    }

    public int GetHashCode(Component component) => HashCode.Combine(component.Name, component.Version, component.Purl, component.Package);

    private static bool SameWitnesses(IReadOnlyList<ComponentEvidence> a, IReadOnlyList<ComponentEvidence> b)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a.Count != b.Count) return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i].Method != b[i].Method || !a[i].Confidence.Equals(b[i].Confidence)) return false;
        }
        return true;
    }
}
