using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Where a component cannot be updated: is that published with its reason, the replacement and a period, and do the papers say how the product is isolated and replaced? Without such a component nothing is asked.</summary>
public sealed class NonUpdateableParts() : Check("non-updateable-parts", 2, Polarity.Refute, CoverageScope.Declaration,
    "the published reason, replacement plan and support period of parts that cannot be updated", "a dated copy of the page on parts that cannot be updated, and IXIT 9-ReplSup", "5.3-14-2c", "5.3-14-2d", "5.3-14-2e", "5.3-15-1a", "5.3-15-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var fixedParts = examined.Rows(6).Where(r => Papers.Field(r.Row, "Update Mechanism") is { } says && (Wording.IsNo(says) || Never.IsMatch(says)) && Papers.References(says, examined.Declaration.Table(7), "UpdMech").Known.Count == 0).ToList();
        if (fixedParts.Count == 0) return Units.Select(u => Open(u, "IXIT 6-SoftComp names no component that cannot be updated"));
        var first = Shortened.Visible(fixedParts[0].Row.Id);
        var answers = new List<Answer>();
        var pages = examined.Of(FileKind.Document).Where(f => f.Lines.Count > 0 && f.Lines.Any(l => Never.IsMatch(l)) && !f.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)).ToList();
        var text = string.Join("\n\n", pages.Select(p => string.Join('\n', p.Lines.Take(2000))));
        foreach (var (unit, what, pattern) in new[] { ("5.3-14-2c", "why the software cannot be updated", Reason), ("5.3-14-2d", "how and how long hardware is replaced", Replacement), ("5.3-14-2e", "a support period", Period) })
        {
            answers.Add(pages.Count == 0 ? Open(unit, $"{first} cannot be updated, and no page that tells buyers was handed over")
                : pattern.IsMatch(text) ? Supports(unit, $"the page says {what}") with { Locations = [pages[0].At(1)] }
                : Refutes(unit, $"{first} cannot be updated, and the page does not say {what}", pages[0].At(1)));
        }
        var claimed = examined.Declaration.Claims.Any(c => c.Provision == "5.3-15" && c.Support == Declarations.Support.Yes);
        foreach (var (unit, what, names) in new[] { ("5.3-15-1a", "how the product is isolated", new[] { "Isolation" }), ("5.3-15-1b", "how its hardware is replaced", new[] { "Hardware Replacement", "Replacement" }) })
        {
            var said = examined.Rows(9).Select(r => (r.Row, Says: Papers.Field(r.Row, names) ?? (names.Any(n => r.Row.Id.StartsWith(n, StringComparison.OrdinalIgnoreCase)) ? string.Join('\n', r.Row.Fields.Values.Order(StringComparer.Ordinal)) : null))).FirstOrDefault(s => s.Says is not null);
            answers.Add(said.Says is not { } says ? Open(unit, $"{first} cannot be updated, and IXIT 9-ReplSup does not say {what}", "IXIT 9-ReplSup")
                // Only a maker who claims it has to say how.
                : !claimed || Wording.IsNotApplicable(says) ? Open(unit, $"IXIT 9-ReplSup does not say {what}, and the maker does not claim it: \"{Wording.Begin(says)}\"", "IXIT 9-ReplSup")
                : Wording.IsMissing(says) || Wording.IsNo(says) ? Refutes(unit, $"{first} cannot be updated, and IXIT 9-ReplSup does not say {what}: \"{Wording.Begin(says)}\"", said.Row.Location)
                : Supports(unit, $"IXIT 9-ReplSup says {what}") with { Locations = [said.Row.Location] });
        }
        return answers;
    }

    private static Regex Never => field ??= new(@"\b((cannot|can not|can't|never|not) be (software[- ])?(updated|upgraded|patched|changed|rewritten)|not (updat(e)?able|upgrad(e)?able|patchable)|non-?updat(e)?able|immutable|mask rom|read-only memory|one-time programmable)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Reason => field ??= new(@"\b(because|since|due to|reason|as (it|the)|in order to|for (security|cost|energy|power)|constrained|mask rom|read-only|memory)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Replacement => field ??= new(@"\b(replac\w+|exchang\w+|swap\w*|trade-in|new (unit|device))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Period => field ??= new(@"\b(\d+|two|three|four|five|six|seven|eight|ten)[\s-]*(years?|months?)\b|\b(until|end of (support|life))\b[^.\n]{0,40}\d{4}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
