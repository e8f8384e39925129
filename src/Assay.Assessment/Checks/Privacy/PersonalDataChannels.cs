using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Each kind of personal data names the way it travels, that way has a row of its own, and the row does not send in the clear. One answer a row.</summary>
public sealed class PersonalDataChannels() : Check("personal-data-channels", 1, Polarity.Refute, CoverageScope.Declaration,
    "rows of IXIT 21-PersData whose channel has no row, or one in clear text", "IXIT 21-PersData with its field Secure Communication Mechanisms, and the rows of IXIT 11 that it names", "5.8-1-1a", "5.8-2-1a")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).Together(asked: 11);

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var rows = examined.Rows(21).ToList();
        var channels = examined.Declaration.Table(11);
        var answers = new List<Answer>();
        foreach (var of in rows)
        {
            var id = Shortened.Visible(of.Row.Id);
            var sensitive = Wording.IsYes(Papers.Field(of.Row, "Sensitive"));
            IReadOnlyList<string> units = sensitive ? Units : ["5.8-1-1a"];
            var says = Papers.Field(of.Row, "Secure Communication", "Communication Mechanism", "Communication");
            var filled = Fields.Of(says);
            if (filled is Filled.Missing)
            {
                answers.AddRange(units.Select(u => Open(u, $"{id} does not say how it travels", $"the field Secure Communication Mechanisms of {id}").For(of)));
                continue;
            }
            var clear = Clear.Match(says!) is { Success: true } match && Fields.Affirms(says!, Clear) is not null && !SecureToo.IsMatch(says!) ? match.Value : null;
            if (filled is Filled.Empty or Filled.Placeholder || filled == Filled.Denied && sensitive || clear is not null && sensitive)
            {
                answers.AddRange(units.Select(u => Refutes(u, $"how {id} travels: the field {Fields.Shown(says)}", of.Row.At("Secure Communication Mechanisms")).For(of)));
                continue;
            }
            var (known, unknown) = Papers.References(says!, channels, "ComMech", "SecComMech");
            if (unknown.Count > 0 && channels is not null)
            {
                answers.AddRange(units.Select(u => Contradicts(u, new Contradiction($"whether there is a channel {unknown[0]}", Papers.Says(of.Table, of.Row, $"names {unknown[0]}"), Papers.Says(channels, channels.Location, $"has no row {unknown[0]}"))).NotIn(11).For(of)));
            }
            else if (known.Count == 0)
            {
                answers.AddRange(units.Select(u => Open(u, channels is null ? $"{id} names its channel, and IXIT 11-ComMech was not handed over" : $"{id} names no row of IXIT 11-ComMech", $"the row of IXIT 11-ComMech that carries {id}").For(of)));
            }
            else if (known.FirstOrDefault(k => Papers.Field(k, "Cryptographic") is { } details && (Fields.Of(details) == Filled.Denied || Fields.Affirms(details, NoProtection) is not null || NoProtection.IsMatch(details.Split('.')[0]))) is { } bare && known.Count == 1)
            {
                answers.AddRange(units.Select(u => Refutes(u, $"{id} travels by {Shortened.Visible(bare.Id)}, whose cryptography {Fields.Shown(Papers.Field(bare, "Cryptographic"))}", of.Row.At("Secure Communication Mechanisms"), bare.At("Cryptographic Details")).For(of)));
            }
            else
            {
                answers.AddRange(units.Select(u => Supports(u, $"{id} names {string.Join(", ", known.Take(3).Select(k => Shortened.Visible(k.Id)))}").For(of)));
            }
        }
        foreach (var unit in Units.Where(u => answers.All(a => a.Unit != u)))
        {
            answers.Add(Open(unit, rows.Count == 0 ? "IXIT 21-PersData was not handed over" : "no row of IXIT 21-PersData is declared sensitive", "IXIT 21-PersData with its field Sensitive"));
        }
        return answers;
    }

    private static Regex Clear => field ??= new(@"\b(unencrypted|clear[- ]?text|plain[- ]?text|in (the )?clear|plain http|http only|unprotected)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SecureToo => field ??= new(@"\b(tls|https|mqtts|wss|dtls|encrypted|wpa[23]?|ComMech|SecComMech)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NoProtection => field ??= new(@"^\W*(no (encryption|cryptograph\w*|protection)|unencrypted|clear[- ]?text|plain[- ]?text|plain http|in (the )?clear|unprotected|without (encryption|cryptograph\w*))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
