using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A key, password or token that the image or another table shows, and no row of IXIT 10-SecParam speaks of it.</summary>
public sealed class UndeclaredParameter() : Check("undeclared-parameter", 1, Polarity.Refute, CoverageScope.Declaration,
    "keys, passwords and tokens of the image or of other tables that IXIT 10-SecParam does not list", "IXIT 10-SecParam with a row for every secret, and the image", "5.4-1-1d")
{
    // More missing rows than a person reads in one answer.
    private const int Most = 100;

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(10).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 10-SecParam was not handed over, so nothing can be missing from it", "IXIT 10-SecParam")];
        var answers = new List<Answer>();
        var tables = examined.Declaration.Tables.Where(t => t.Number == 10).ToList();
        foreach (var (table, row) in examined.Declaration.Tables.Where(t => t.Number is not 10).SelectMany(t => t.Rows.Select(r => (t, r))))
        {
            if (answers.Count == Most) break;
            if (Papers.References(Papers.Whole(row), tables, "SecParam").Unknown is [var missing, ..])
            {
                answers.Add(Contradicts(Units[0], new Contradiction($"whether there is a parameter {missing}", Papers.Says(table, row, $"names {missing}"), Papers.Says(rows[0].Table, rows[0].Table.Location, $"has no row {missing}"))));
            }
        }
        var seen = examined.Findings.Where(f => f.Location.Frame is null && (f.Kind == FindingKind.Key && f.Has(Traits.PrivateKey) || f.Kind == FindingKind.Secret || f.Kind == FindingKind.Credential && (f.Has(Traits.PasswordHash) || f.Has(Traits.Password)))).ToList();
        var listed = new Listed([.. rows.Select(r => r.Row)]);
        var unlisted = seen.Where(f => !listed.SpeaksOf(f)).ToList();
        if (unlisted.Count > 0) answers.AddRange(Refutes($"{unlisted.Count} secret(s) of the image have no row in IXIT 10-SecParam, {unlisted[0].Subject} for instance", unlisted));
        foreach (var (number, what, needs, has) in Hints)
        {
            var from = examined.Rows(number).FirstOrDefault(r => Wording.Affirms(Papers.Field(r.Row, number == 1 ? "Authentication Factor" : "Cryptographic Details"), needs) is not null);
            if (from.Row is null || rows.Any(r => has.IsMatch(Papers.Whole(r.Row)))) continue;
            answers.Add(Refutes(Units[0], $"{Shortened.Visible(from.Row.Id)} uses {what}, and IXIT 10-SecParam has no row for it", from.Row.Location));
        }
        if (answers.Count > 0) return answers.NotIn(10);
        return [seen.Count > 0 ? Supports(Units[0], $"each of {seen.Count} secret(s) found in the image has a row that speaks of its kind", [.. seen.Take(5)]) : Open(Units[0], "no secret was found that a row could lack, which is no proof that the table is complete")];
    }

    private static (int Number, string What, Regex Needs, Regex Has)[] Hints => field ??=
    [
        (1, "a password", Password, PasswordRow),
        (7, "a signature", Signature, KeyRow),
        (11, "TLS", Channel, KeyRow),
    ];

    // What some row speaks of: a secret by its name, or by its kind.
    private sealed class Listed(IReadOnlyList<IxitRow> rows)
    {
        private readonly WordIndex names = WordIndex.Of(rows);
        private readonly Dictionary<Regex, bool> kinds = [];

        public bool SpeaksOf(Finding finding)
        {
            var name = finding.Subject.Split(' ', ',')[0];
            if (name.Length > 3 && names.Names(name)) return true;
            return finding.Kind switch
            {
                FindingKind.Key => finding.Has(Traits.HostKey) ? Has(HostKeyRow) : Has(PrivateKeyRow),
                FindingKind.Credential => Has(PasswordRow),
                _ => finding.Has(Traits.WirelessKey) ? Has(WirelessRow) : finding.Has(Traits.Token) ? Has(TokenRow) : Has(PasswordRow) || Has(TokenRow),
            };
        }

        private bool Has(Regex kind) => kinds.TryGetValue(kind, out var has) ? has : kinds[kind] = rows.Any(r => kind.IsMatch(Papers.Whole(r)));
    }

    private static Regex Password => field ??= new(@"\b(password|passphrase|passcode|pin)s?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Signature => field ??= new(@"\b(signed|signature|rsa\S*|ecdsa\S*|ed25519)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Channel => field ??= new(@"\b(tls|dtls|https|mqtts)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex PasswordRow => field ??= new(@"\b(password|passphrase|passcode|pin|credential|log-?in|account|secret|authenticat\w+|user data|admin\w*|access code)s?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex KeyRow => field ??= new(@"\b(keys?|signature|certificates?|trust anchor|root of trust|ca|secrets?|credentials?|hmac)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex PrivateKeyRow => field ??= new(@"\b(private (\w+ )?keys?|tls keys?|server keys?|client keys?|device keys?|host keys?|key pair|secret keys?|identity keys?|critical)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex HostKeyRow => field ??= new(@"\b(ssh|dropbear|openssh|host keys?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex WirelessRow => field ??= new(@"\b(wi-?fi|wlan|wpa\d?|wireless|psk|ssid|network (key|password|credential)s?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex TokenRow => field ??= new(@"\b(token|api[- ]?key|access key|bearer|jwt|cloud (key|credential|secret)|secret)s?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
