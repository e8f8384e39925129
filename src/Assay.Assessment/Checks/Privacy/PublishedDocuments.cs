using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The pages that IXIT 2-UserInfo names for its users: is one named, and does a saved copy show that it could be opened there?</summary>
public sealed class PublishedDocuments() : Check("published-documents", 2, Polarity.Decide, CoverageScope.Document,
    "a page for users behind every field of IXIT 2-UserInfo on sensors, deletion, set-up, its check, personal data and telemetry", "copies of the pages that IXIT 2-UserInfo names, saved with their address and date",
    [.. Asked.SelectMany(a => new[] { a.Planned, a.Opened }).OfType<string>().Distinct()])
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(2).ToList();
        foreach (var (name, about, planned, opened, decides) in Asked)
        {
            var found = rows.Select(r => (Of: r, Value: Value(r.Row, name))).FirstOrDefault(r => r.Value is not null);
            var units = new[] { planned, opened }.OfType<string>().ToList();
            if (found.Value is not { } says)
            {
                foreach (var unit in units) yield return Open(unit, $"IXIT 2-UserInfo does not say where users read of {about}", $"the field \"{name}\" of IXIT 2-UserInfo, and a saved copy of the page");
                continue;
            }
            var place = found.Of.Row.At(name);
            var filled = Fields.Of(says);
            // "No account is needed: https://…" names a place; a denial without one does not.
            if (filled is Filled.Empty or Filled.Placeholder or Filled.Denied || filled == Filled.Words && SavedPages.Addresses(says).Count == 0 && (Wording.IsNo(says) || Wording.IsPending(says) || GivenUp.Is(says, Answer) || Told.IsMatch(says)))
            {
                foreach (var unit in units) yield return Refutes(unit, $"where users read of {about}: the field {Fields.Shown(says)}", place);
                continue;
            }
            if (filled == Filled.NotApplicable)
            {
                foreach (var unit in units) yield return Open(unit, $"IXIT 2-UserInfo calls what users read of {about} not applicable ({place})");
                continue;
            }
            if (planned is not null) yield return Supports(planned, $"IXIT 2-UserInfo names where users read of {about} ({place})");
            if (opened is null) continue;
            var addresses = SavedPages.Addresses(says);
            var copies = SavedPages.Of(examined, addresses).ToList();
            if (copies.FirstOrDefault(c => c.IsDated(examined) && c.Words >= SavedPage.LeastWords) is { } copy)
            {
                var words = $"a copy of {Shortened.Visible(copy.Address)}, which IXIT 2-UserInfo names, was saved on {copy.Saved.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)}";
                yield return decides ? Holds(opened, words, copy.File.At(1), place) : Supports(opened, words) with { Locations = [copy.File.At(1), place] };
            }
            else if (copies.Count > 0) yield return Open(opened, copies[0].Words < SavedPage.LeastWords ? $"the saved copy {copies[0].File.Name} holds next to no text" : $"the saved copy {copies[0].File.Name} does not say on which day it was saved");
            else yield return Open(opened, addresses.Count == 0 ? $"IXIT 2-UserInfo names no address for {about}" : $"no copy of {Shortened.Visible(addresses[0])} was handed over", addresses.Count == 0 ? $"the manual that tells users of {about}" : $"a copy of {Shortened.Visible(addresses[0])}, saved with its address and date");
        }
    }

    private static Regex Answer => field ??= new(@"\b(manual|handbook|leaflet|booklet|guide|instructions?|pages?|apps?|section|chapter|chap\.?|cl\.?|p\.?|paragraph|notice|card|poster|box|carton|label|screen|menu|help|web|site|online|enclosed|quick start|tour|check-?up|same|packag\w*|printed)\b|\d", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Told => field ??= new(@"\b(by (telephone|phone|letter|post|mail|e-?mail)|(on|upon) (\w+ )?(request|demand))\b|^\W*(known|told|available) (only )?to (our|the)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // A record has its fields as fields; some layouts make each a row with one text.
    private static string? Value(Declarations.IxitRow row, string name)
    {
        if (row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).FirstOrDefault(f => f.Key.StartsWith(name, StringComparison.OrdinalIgnoreCase)) is { Key: not null } field) return field.Value;
        return row.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase) && row.Fields.Count > 0 ? string.Join('\n', row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)) : null;
    }

    // The unit that weighs the plan, and the one that tries it; only "can it be opened" is decided by a saved copy.
    private static readonly (string Field, string About, string? Planned, string? Opened, bool Decides)[] Asked =
    [
        ("Documentation of Sensors", "sensors", null, "5.8-3-1a", true),
        ("Documentation of Deletion", "deletion", null, "5.11-3-1b", false),
        ("Documentation of Secure Setup", "the set-up", null, "5.12-2-1b", false),
        ("Documentation of Setup Check", "checking the set-up", null, "5.12-3-1b", false),
        ("Documentation of Personal Data", "personal data", "6-1-1a", "6-1-2a", true),
        ("Documentation of Telemetry", "telemetry", "6-5-1a", "6-5-2a", true),
    ];
}
