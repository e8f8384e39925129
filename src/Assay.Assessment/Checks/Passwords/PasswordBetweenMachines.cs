using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A password that the device sends to a service by itself (the recommendation 5.1-2A of V3.1.3 asks for none), against rows that declare a certificate, token or no password between machines.</summary>
public sealed class PasswordBetweenMachines() : Check("password-between-machines", 1, Polarity.Support, CoverageScope.Capture,
    "passwords that the device sends to a service without a person", "a capture of every connection that the device begins by itself, and the rows of IXIT 1-AuthMech between machines", "5.5-4-2c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is not null && (f.Has(Traits.Remote) || f.Has(Traits.Mqtt)) && !f.Has(Traits.Token) && f.Has(Traits.OnTheWire)).ToList();
        if (seen.Count == 0) return Silence(examined);
        foreach (var (table, row) in examined.Rows(1).Where(r => Machine.IsMatch(Papers.Field(r.Row, "Target") ?? Papers.Whole(r.Row))))
        {
            var factor = Papers.Field(row, "Authentication Factor") ?? "";
            if (Password.IsMatch(factor) && !Wording.IsDenied(factor)) continue;
            if (!Other.IsMatch(factor)) continue;
            return [Contradicts(Units[0], new Contradiction("how machines show who they are", Papers.Says(table, row, Wording.Begin(factor)), Papers.Seen(seen[0])), seen)];
        }
        return [Open(Units[0], $"{seen.Count} password(s) went from machine to machine; no row of IXIT 1-AuthMech declares another way", toSettle: null, seen)];
    }

    private static Regex Machine => field ??= new(@"\b(machine|m2m|cloud|server|service|broker|backend|device-to-\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Password => field ??= new(@"\b(password|passphrase|basic|user ?name)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Other => field ??= new(@"\b(certificate|mutual|mtls|x\.?509|token|key pair|private key|psk|signature|no password|without (a )?password)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
