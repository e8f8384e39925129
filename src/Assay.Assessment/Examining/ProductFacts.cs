using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Examining;

/// <summary>
/// The facts of a product that conditions of provisions speak of (<see cref="Condition.Means"/>), as far as papers (<see cref="DeclaredFacts"/>) and
/// evidence show them. A finding shows that something is there; that something is not there only the maker can say.
/// </summary>
internal static class ProductFacts
{
    /// <summary>Whether a provision applies, and what that was read from.</summary>
    public static ConditionFacts Condition(Catalogue catalogue, Provision provision, Examined examined)
    {
        if (provision.Condition is null) return ConditionFacts.Unconditional;
        var facts = catalogue.FactsOf(provision).ToDictionary(n => n, n => Of(n, examined), StringComparer.Ordinal);
        return Joined(catalogue.Applies(provision, name => facts[name].Truth), [.. facts.Values]);
    }

    /// <summary>Whether the product has what a unit's escape clause names.</summary>
    public static ConditionFacts Feature(TestUnit unit, Examined examined) => unit.Escape is null ? ConditionFacts.Unconditional : Of(unit.Escape, examined);

    private static ConditionFacts Joined(Truth truth, IReadOnlyList<ConditionFacts> facts)
    {
        // A word that nobody signed makes the whole an unsigned one.
        var denied = facts.Where(f => f.From.Count > 0 && f.Truth == Truth.False).ToList();
        return new ConditionFacts
        {
            Truth = truth,
            From = [.. facts.SelectMany(f => f.From)],
            Grade = denied.Count > 0 && denied.All(f => f.Grade is not null) ? denied.Max(f => f.Grade) : null,
            Against = [.. facts.SelectMany(f => f.Against)],
        };
    }

    // What was seen makes a fact true and stands against a "no"; without it the papers speak.
    private static ConditionFacts Of(string fact, Examined examined)
    {
        var declared = DeclaredFacts.Of(examined.Declaration, fact);
        if (Seen(fact, examined) is not { } seen) return declared;
        return declared.Truth == Truth.False
            ? declared with { Against = [seen, .. declared.Against] }
            : new ConditionFacts { Truth = Truth.True, From = [seen, .. declared.From], Against = [seen] };
    }

    /// <summary>What shows that a fact of the product holds; null where nothing was seen, which says nothing.</summary>
    public static Statement? Seen(string fact, Examined examined) => fact switch
    {
        "passwords" or "userAuthentication" => Seen(examined.Of(FindingKind.Credential)),
        "presetPasswords" => Seen(examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is null)),
        "updateMechanism" => Seen(examined.Of(FindingKind.Update)),
        "networkUpdates" => Seen(examined.Of(FindingKind.Update).Where(f => f.Has(Traits.UpdateDownload) || f.Has(Traits.UpdateQuery))),
        "debugInterface" => Seen(examined.Findings.Where(f => f.Has(Traits.SerialConsole))),
        _ => null,
    };

    private static Statement? Seen(IEnumerable<Finding> findings) => findings.FirstOrDefault() is { } first ? Papers.Seen(first) : null;
}
