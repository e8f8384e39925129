using System.Runtime.InteropServices;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>Components of many inventories, each once, under numbers: by the product that they are versions of, and by who holds them.</summary>
internal sealed class ComponentTable
{
    private readonly Dictionary<Component, int> numbers = new(SameComponent.Instance);
    private readonly List<(Component? Component, Product Of, Numbers Holders)> components = [];
    private readonly Dictionary<string, Product> products = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Product>> called = new(StringComparer.Ordinal);
    private readonly Stack<int> free = new();

    /// <summary>Components that are called the same, whatever their versions.</summary>
    public sealed class Product(string key, ComponentNames names)
    {
        internal string Key => key;
        internal Numbers Held { get; } = new();
        public ComponentNames Names => names;
        /// <summary>Numbers of its components.</summary>
        public ReadOnlySpan<int> Components => Held.Span;
    }

    public int Count => numbers.Count;

    /// <summary>The number of a component; a new one where none is the same.</summary>
    public int Enter(Component component)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, component, out var known);
        if (known) return number;
        var product = ProductOf(component);
        if (free.TryPop(out number))
        {
            components[number] = (component, product, new Numbers());
        }
        else
        {
            number = components.Count;
            components.Add((component, product, new Numbers()));
        }
        product.Held.Add(number);
        return number;
    }

    private Product ProductOf(Component component)
    {
        var given = ComponentNames.Given.Of(component);
        ref var product = ref CollectionsMarshal.GetValueRefOrAddDefault(products, given.Key, out _);
        if (product is not null) return product;
        product = new Product(given.Key, ComponentNames.Of(given));
        foreach (var name in product.Names.Keys)
        {
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(called, name, out _);
            (list ??= []).Add(product);
        }
        return product;
    }

    /// <summary>An inventory holds it. Inventories are put whole, one after the other: a slot that holds it already is the last one.</summary>
    public void Hold(int number, int slot)
    {
        var list = components[number].Holders;
        if (list.Count == 0 || list.Span[^1] != slot) list.Add(slot);
    }

    /// <summary>An inventory no longer holds it; what nobody holds is forgotten.</summary>
    public void Drop(int number, int slot)
    {
        var (component, product, holders) = components[number];
        if (component is null || !holders.Remove(slot) || holders.Count > 0) return;
        numbers.Remove(component);
        components[number] = (null, product, holders);
        free.Push(number);
        product.Held.Remove(number);
        if (product.Held.Count > 0) return;
        products.Remove(product.Key);
        foreach (var name in product.Names.Keys)
        {
            if (called.TryGetValue(name, out var list) && list.Remove(product) && list.Count == 0) called.Remove(name);
        }
    }

    public ReadOnlyMemory<int> Holders(int number) => components[number].Holders.Memory;

    /// <param name="key">One of <see cref="ComponentNames.Keys"/>.</param>
    public IReadOnlyList<Product> Called(string key) => called.TryGetValue(key, out var list) ? list : [];

    /// <param name="seen">Where the inventory that asks saw it; null where that does not matter.</param>
    public ComponentIdentity IdentityOf(int number, IReadOnlyList<ComponentEvidence>? seen = null)
    {
        var (component, product, _) = components[number];
        return new ComponentIdentity(seen is null ? component! : component! with { Evidence = seen }, product.Names);
    }

    /// <summary>A list of numbers that grows in place; most hold one.</summary>
    internal sealed class Numbers
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
        if (a is null || b is null || a.Name != b.Name || a.Version != b.Version || a.Package != b.Package || a.Purl != b.Purl) return false;
        return a.Supplier == b.Supplier && a.Licence == b.Licence && a.PatchLevel == b.PatchLevel && a.Distribution == b.Distribution && a.Source == b.Source && a.IsGuess == b.IsGuess
            && Same(a.Cpe, b.Cpe, (x, y) => x == y) && Same(a.Files, b.Files, (x, y) => x == y) && Same(a.Needs, b.Needs, (x, y) => x == y) && Same(a.Provides, b.Provides, (x, y) => x == y)
            && Same(a.Conflicts, b.Conflicts, (x, y) => x == y)
            && Same(a.Evidence, b.Evidence, (x, y) => x.Method == y.Method && x.Confidence.Equals(y.Confidence));
    }

    public int GetHashCode(Component component) => HashCode.Combine(component.Name, component.Version, component.Purl, component.Package);

    private static bool Same<T>(IReadOnlyList<T> a, IReadOnlyList<T> b, Func<T, T, bool> same)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a.Count != b.Count) return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (!same(a[i], b[i])) return false;
        }
        return true;
    }
}
