using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Where IXIT 2-UserInfo says that things are published: named at all, and open without an account, an order or a request.</summary>
public sealed class PublishedInformation() : Check("published-information", 2, Polarity.Refute, CoverageScope.Declaration,
    "a place that is open to everybody for the disclosure policy, support period, model name and guides of IXIT 2-UserInfo", "IXIT 2-UserInfo with the address of each page", "5.1-4-1a", "5.2-1-1a", "5.3-13-1a", "5.3-14-1a", "5.3-16-1a")
{
    private static readonly (string Unit, string What, bool IsPublic, string[] Fields)[] Asked =
    [
        ("5.1-4-1a", "how log-in secrets are changed", false, ["Documentation of Change", "Change Mechanism"]),
        ("5.2-1-1a", "the disclosure policy", true, ["Publication of Vulnerability Disclosure", "Vulnerability Disclosure"]),
        ("5.3-13-1a", "the support period", true, ["Publication of Support Period", "Publication of Support"]),
        ("5.3-14-1a", "why a part cannot be updated", true, ["Publication of Non-Updat"]),
        ("5.3-16-1a", "the model name", false, ["Model Designation"]),
    ];

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(2).ToList();
        foreach (var (unit, what, isPublic, fields) in Asked)
        {
            var said = rows.Select(r => (r.Row, Says: Said(r.Row, fields))).FirstOrDefault(r => r.Says is not null);
            if (said.Says is not { } says) yield return Open(unit, rows.Count == 0 ? "IXIT 2-UserInfo was not handed over" : $"IXIT 2-UserInfo does not say where {what} is published");
            else if (unit == "5.3-14-1a" && Wording.IsNotApplicable(says)) yield return Open(unit, $"IXIT 2-UserInfo calls {what} not applicable");
            else if (Wording.IsMissing(says) || Wording.IsNo(says) || Unpublished.IsMatch(says)) yield return Refutes(unit, $"IXIT 2-UserInfo names no place for {what}: \"{Wording.Begin(says)}\"", said.Row.At(fields[0]));
            // "On the box only" keeps nothing from a buyer; a paper inside the company does.
            else if (isPublic && !Address.IsMatch(says) && Wording.IsKept(says)) yield return Refutes(unit, $"{what} is not open to everybody: \"{Wording.Begin(says)}\"", said.Row.At(fields[0]));
            else if (isPublic && Wording.Affirms(says, Behind) is { } hurdle) yield return Refutes(unit, $"{what} is not open to everybody: \"{Wording.Begin(hurdle)}\"", said.Row.At(fields[0]));
            else if (!isPublic || Address.IsMatch(says)) yield return Supports(unit, $"IXIT 2-UserInfo names a place for {what}") with { Locations = [said.Row.Location] };
            else yield return Open(unit, $"IXIT 2-UserInfo speaks of {what} and names no address", $"the address at which {what} can be read");
        }
    }

    private static string? Said(IxitRow row, string[] names) => Papers.Field(row, names) ?? (names.Any(n => row.Id.StartsWith(n, StringComparison.OrdinalIgnoreCase)) ? string.Join('\n', row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)) : null);

    private static Regex Behind => field ??= new(@"\b(log-?in|sign-?in|account|registration|registered (users?|customers?)|register first|customer portal|partner portal|paywall|(on|upon|by|at|after|against) (a )?(\w+ )?request|by (post|letter|telephone|phone|fax)|under (an )?nda|non-disclosure|confidential|internal(ly)? only|intranet|subscription|purchase)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unpublished => field ??= new(@"^[^.]{0,60}\b(not (yet )?(published|public|available|documented)|unpublished|is (kept )?internal)\b|^\W*not (yet |at present )?((intended|meant|foreseen|provided|fit|suitable|for) (for |to )?(be )?(publi\w+|the public)|marked|printed|shown|labell?ed|visible|named|given|stated|mentioned|indicated|disclosed|communicated)\b|^\W*(kept|stays?|remains?|for) (\w+ )?(internal|inside|secret|in-house)|^\W*not (on|in|at) the (device|product|housing|box|label|market|web)\b|^\W*(only )?in our (\w+ )?(system|database|files|records|erp|archive)\b|\bonly in our\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Address => field ??= new(@"https?://|www\.|\b[a-z0-9-]+\.(com|org|net|eu|io|de|fi|fr|uk|example)\b|\b(box|package|packaging|label|manual|quick start|app)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
