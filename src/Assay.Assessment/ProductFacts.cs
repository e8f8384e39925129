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
        var names = catalogue.FactsOf(provision);
        var shown = names.ToDictionary(n => n, n => Shown(n, examined), StringComparer.Ordinal);
        var truth = catalogue.Applies(provision, name => shown.GetValueOrDefault(name) is null ? Truth.Unknown : Truth.True);
        var from = shown.Values.OfType<Statement>().ToList();
        return new ConditionFacts { Truth = truth, From = from, Against = [.. from.Where(s => !s.IsPaper)] };
    }

    /// <summary>Whether the product has what a unit's escape clause names.</summary>
    public static ConditionFacts Feature(TestUnit unit, Examined examined) =>
        unit.Escape is null ? ConditionFacts.Unconditional
        : Shown(unit.Escape, examined) is { } shown ? new ConditionFacts { Truth = Truth.True, From = [shown] }
        : ConditionFacts.Unknown;

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
