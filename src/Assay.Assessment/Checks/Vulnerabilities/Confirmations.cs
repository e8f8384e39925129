using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The supplier's confirmations: each is a yes.</summary>
public sealed class Confirmations() : Check("confirmations", 2, Polarity.Refute, CoverageScope.Declaration,
    "a \"yes\" in every confirmation of IXIT 4-Conf", "IXIT 4-Conf, signed", "5.2-2-1b", "5.2-3-1d", "5.3-8-1b", "5.5-8-1b", "5.6-9-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var fields = examined.Rows(4).SelectMany(r => r.Row.Fields.Select(f => (r.Row, Name: $"{r.Row.Id} {f.Key}", f.Value)).OrderBy(f => f.Name, StringComparer.Ordinal)).ToList();
        foreach (var (words, unit) in Asked)
        {
            var said = fields.Where(f => f.Name.Contains(words, StringComparison.OrdinalIgnoreCase)).ToList();
            if (said.FirstOrDefault(f => Wording.IsNo(f.Value) || Partly.IsMatch(f.Value) || Declarations.Placeholder.Is(f.Value)) is { Row: not null } no) yield return Refutes(unit, $"the supplier does not confirm it: \"{Wording.Begin(no.Value)}\"", no.Row.Location);
            else if (said.FirstOrDefault(f => !Wording.IsYes(f.Value) && Wording.IsPending(f.Value)) is { Row: not null } later) yield return Refutes(unit, $"the supplier confirms it for later only: \"{Wording.Begin(later.Value)}\"", later.Row.Location);
            else if (said.FirstOrDefault(f => Wording.IsYes(f.Value)) is { Row: not null } yes) yield return Supports(unit, $"the supplier confirms it ({yes.Row.Location})");
            else yield return Open(unit, said.Count == 0 ? "IXIT 4-Conf was not handed over, or has no such row" : "the confirmation is neither a plain yes nor a no");
        }
    }

    private static Regex Partly => field ??= new(@"^\W*(partly|partially|in part|mostly|largely|to some extent|not (entirely|fully|completely|quite|all))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly (string Words, string Unit)[] Asked =
    [
        ("Vulnerability Actions", "5.2-2-1b"), ("Vulnerability Monitoring", "5.2-3-1d"), ("Update Procedures", "5.3-8-1b"), ("Secure Management", "5.5-8-1b"), ("Secure Development", "5.6-9-1b"),
    ];
}
