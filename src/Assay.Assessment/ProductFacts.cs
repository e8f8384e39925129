using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment;

/// <summary>
/// The facts of a product that conditions of provisions speak of (<see cref="Condition.Means"/>), as far as tables and evidence show them.
/// A row or a finding shows that something is there; that something is not there only the maker can say, with a signature.
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

    private static ConditionFacts Of(string fact, Examined examined)
    {
        var shown = Shown(fact, examined);
        IReadOnlyList<Statement> seen = shown is { IsPaper: false } ? [shown] : [];
        // What the maker says of a fact counts as the fact; what was seen stands against a "no".
        if (examined.Declaration.Facts.FirstOrDefault(f => f.Fact == fact && f.SignedBy is not null) is { } signed) return Said(signed);
        if (examined.Declaration.Facts.FirstOrDefault(f => f.Fact == fact) is { } unsigned) return Said(unsigned);
        return shown is null ? ConditionFacts.Unknown : new ConditionFacts { Truth = Truth.True, From = [shown], Against = seen };

        ConditionFacts Said(FactClaim claim) => new()
        {
            Truth = claim.Holds ? Truth.True : Truth.False,
            From = [new Statement($"declaration: {claim.Fact}: {(claim.Holds ? "yes" : "no")}", claim.Location, IsPaper: true)],
            Grade = claim.SignedBy is null ? null : Grade.Declared,
            // A table row that describes what the same maker denies is paper against paper, and no less of a contradiction.
            Against = claim.Holds || shown is null ? seen : [shown],
        };
    }

    // Evidence comes before papers: it is what a paper would have to stand against.
    private static Statement? Shown(string fact, Examined examined) => fact switch
    {
        "passwords" => Seen(examined.Of(FindingKind.Credential)) ?? Row(examined, 1, r => Names(r, "password", "passphrase", "PIN")),
        "presetPasswords" => Seen(examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is null)),
        "userAuthentication" => Seen(examined.Of(FindingKind.Credential)) ?? Row(examined, 1, _ => true),
        "telemetry" => Row(examined, 24, _ => true),
        "updateMechanism" => Seen(examined.Of(FindingKind.Update)) ?? Row(examined, 7, _ => true),
        "networkUpdates" => Seen(examined.Of(FindingKind.Update).Where(f => f.Has(Traits.UpdateDownload) || f.Has(Traits.UpdateQuery)))
            ?? Row(examined, 7, r => Names(r, "network", "internet", "https", "http", "OTA", "over-the-air", "server", "cloud")),
        "debugInterface" => Seen(examined.Findings.Where(f => f.Has(Traits.SerialConsole))) ?? Row(examined, 15, r => Wording.IsYes(Papers.Field(r, "Debug Interface"))),
        "automaticUpdates" => Row(examined, 7, r => Wording.IsYes(Papers.Field(r, "Configuration")) || Names(Papers.Field(r, "Initiation"), "automatic", "automatically")),
        "updateNotifications" => Row(examined, 7, r => Wording.IsYes(Papers.Field(r, "User Notification"))),
        "userDataOnDevice" => Row(examined, 21, _ => true),
        _ => null,
    };

    private static Statement? Seen(IEnumerable<Finding> findings) => findings.FirstOrDefault() is { } first ? Papers.Seen(first) : null;

    private static Statement? Row(Examined examined, int table, Func<IxitRow, bool> shows)
    {
        foreach (var (where, row) in examined.Rows(table))
        {
            var says = row.Fields.Values.FirstOrDefault(v => !Wording.IsEmpty(v));
            // A row that says "none" or "not applicable" shows nothing.
            if (says is null || Wording.IsNo(says) || says.StartsWith("Not applicable", StringComparison.OrdinalIgnoreCase) || !shows(row)) continue;
            return Papers.Says(where, row, "is there");
        }
        return null;
    }

    private static bool Names(IxitRow row, params ReadOnlySpan<string> words) => Names(Papers.Whole(row), words);

    private static bool Names(string? text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text is not null && Wording.Names(text, word) && !Wording.Denies(text, word)) return true;
        }
        return false;
    }
}
