using Assay.Software.Advisories;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>What is said of one vulnerability of one component, in short.</summary>
/// <param name="Status">What the advisories make of it.</param>
/// <param name="Exploited">A source says that it is exploited.</param>
public sealed record Standpoint(VulnerabilityStatus Status, bool Exploited);

/// <summary>What new advisories changed for one component of one inventory.</summary>
/// <param name="Before">Null where nothing was known.</param>
/// <param name="After">Null where nothing is said any more: the source took it back, or no longer names the product.</param>
/// <param name="Answer">The answer with its reason: the new one, or where there is none the one before.</param>
public sealed record AnswerChange<TOwner>(TOwner Owner, Component Component, Standpoint? Before, Standpoint? After, Vulnerability Answer);

/// <summary>New advisories meet stored inventories: what they change, without looking at any image again.</summary>
public static class Rematch
{
    /// <summary>Imports one file and tells what it changed.</summary>
    /// <returns>Changes ordered by owner as <paramref name="index"/> gives them, then component and vulnerability; the result of the import.</returns>
    public static (ImportResult Result, IReadOnlyList<AnswerChange<TOwner>> Changes) Import<TOwner>(InventoryIndex<TOwner> index, AdvisoryStore store, string name, ReadOnlyMemory<byte> file) where TOwner : notnull
    {
        // What is touched is asked before and after; the rest of the store answers as it did.
        // An advisory may be the first one under its own id and the second one under an alias.
        var foreseen = store.Foresee(name, file);
        var touched = foreseen.Touched.Concat(foreseen.Aliases).Distinct(StringComparer.Ordinal).ToList();
        var before = Answers(index, store, touched);
        var result = store.Import(name, file);
        return (result, Changes(before, Answers(index, store, touched)));
    }

    private static List<(TOwner Owner, Vulnerability Vulnerability)> Answers<TOwner>(InventoryIndex<TOwner> index, AdvisoryStore store, IReadOnlyList<string> ids) where TOwner : notnull =>
        ids.Count == 0 ? [] : [.. index.Hits(ids, store, all: true).SelectMany(h => h.Each)];

    /// <summary>The differences between two sets of answers about the same inventories, those left out that were ruled out and still are. Answers are about one vulnerability where they share a name: a list that adds a name changes no answer.</summary>
    public static IReadOnlyList<AnswerChange<TOwner>> Changes<TOwner>(IEnumerable<(TOwner Owner, Vulnerability Vulnerability)> before, IEnumerable<(TOwner Owner, Vulnerability Vulnerability)> after) where TOwner : notnull
    {
        var known = before.GroupBy(b => (b.Owner, b.Vulnerability.Component)).ToDictionary(g => g.Key, g => g.Select(b => b.Vulnerability).ToList());
        var changes = new List<AnswerChange<TOwner>>();
        var met = new HashSet<Vulnerability>(ReferenceEqualityComparer.Instance);
        foreach (var (owner, answer) in after)
        {
            // An advisory that links two others makes one answer of two: the more severe one was the answer.
            var old = known.TryGetValue((owner, answer.Component), out var list) ? list.Where(b => IsSame(b, answer)).ToList() : [];
            met.UnionWith(old);
            var was = old.OrderBy(b => b.Status).FirstOrDefault();
            if ((answer.IsOpen || was is { IsOpen: true }) && Short(was) != Short(answer)) changes.Add(new AnswerChange<TOwner>(owner, answer.Component, Short(was), Short(answer), answer));
        }
        foreach (var ((owner, component), answers) in known)
        {
            foreach (var answer in answers.Where(a => a.IsOpen && !met.Contains(a))) changes.Add(new AnswerChange<TOwner>(owner, component, Short(answer), null, answer));
        }
        return [.. changes.OrderBy(c => c.Owner, Comparer<TOwner>.Create(Order)).ThenBy(c => c.Component.Name, StringComparer.Ordinal).ThenBy(c => c.Component.Version, StringComparer.Ordinal).ThenBy(c => c.Answer.Id, StringComparer.Ordinal)];

        static int Order(TOwner a, TOwner b) => a is string x && b is string y ? string.CompareOrdinal(x, y) : a is IComparable<TOwner> one ? one.CompareTo(b) : 0;
    }

    private static bool IsSame(Vulnerability a, Vulnerability b) => a.Id == b.Id || a.Aliases.Append(a.Id).Intersect(b.Aliases.Append(b.Id), StringComparer.Ordinal).Any();

    private static Standpoint? Short(Vulnerability? answer) => answer is null ? null : new Standpoint(answer.Status, answer.Exploited);
}
