using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment;

/// <summary>
/// Whether a provision applies and a unit has something to ask about: the maker's papers (<see cref="ProductFacts"/>) and, against them, what was seen.
/// Evidence shows that something is there, never that it is not.
/// </summary>
internal static class Applicability
{
    public static ConditionFacts Condition(Catalogue catalogue, Provision provision, Examined examined)
    {
        var papers = ProductFacts.Applies(examined.Declaration, catalogue, provision);
        if (provision.Condition is null) return papers;
        var seen = catalogue.FactsOf(provision).Select(name => (Name: name, Seen: Seen(name, examined))).Where(s => s.Seen is not null).ToDictionary(s => s.Name, s => s.Seen!, StringComparer.Ordinal);
        if (seen.Count == 0) return papers;
        var truth = catalogue.Applies(provision, name => seen.ContainsKey(name) ? Truth.True : ProductFacts.Of(examined.Declaration, name).Truth);
        // A condition that papers deny and evidence shows stays denied here, with the evidence against it: the table of outcomes makes it a dispute.
        return papers.Truth == Truth.False && truth == Truth.True
            ? papers with { Against = [.. papers.Against, .. seen.Values] }
            : papers with { Truth = truth, From = [.. papers.From, .. seen.Values], Against = truth == Truth.False ? papers.Against : [.. papers.Against, .. seen.Values] };
    }

    public static ConditionFacts Feature(TestUnit unit, Examined examined) => ProductFacts.Feature(examined.Declaration, unit);

    private static Statement? Seen(string fact, Examined examined) => (fact switch
    {
        "passwords" or "userAuthentication" => examined.Of(FindingKind.Credential),
        "presetPasswords" => examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is null && (f.Has(Traits.PasswordHash) || f.Has(Traits.EmptyPassword))),
        "updateMechanism" => examined.Of(FindingKind.Update),
        "networkUpdates" => examined.Of(FindingKind.Update).Where(f => f.Has(Traits.UpdateDownload) || f.Has(Traits.UpdateQuery)),
        "debugInterface" => examined.Findings.Where(f => f.Has(Traits.SerialConsole)),
        _ => [],
    }).FirstOrDefault() is { } finding ? Papers.Seen(finding) : null;
}
