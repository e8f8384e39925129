using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A parameter that is declared as encrypted, or as not part of the software, and stands readable in the image.</summary>
public sealed class ParameterInClear() : RowCheck("parameter-in-clear", 1, Polarity.Support, 10,
    "secrets readable in the image that IXIT 10-SecParam declares as encrypted or not hard-coded", "the stored parameter on two delivered units", "5.4-1-2a", "5.4-3-1a")
{
    // Every row asks for the same few findings.
    private static readonly ConditionalWeakTable<IReadOnlyList<Finding>, List<Finding>> Readable = new();

    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var whole = Papers.Whole(row);
        bool ssh = Wording.Names(whole, "ssh") || Wording.Names(whole, "host key"), tls = TlsKey.IsMatch(whole), wireless = Wireless.IsMatch(whole);
        var readable = Readable.GetValue(examined.Findings, static all => [.. all.Where(f => f.Location.Frame is null && (f.Kind == FindingKind.Key && f.Has(Traits.PrivateKey) && !f.Has(Traits.Encrypted) || f.Kind == FindingKind.Secret))]);
        // Only what both name: a row about "keys" in general is about none in particular.
        if (readable.FirstOrDefault(f => (f.Kind == FindingKind.Key ? f.Has(Traits.HostKey) ? ssh : tls : f.Has(Traits.WirelessKey) && wireless) || Name(f) is { Length: > 5 } name && Wording.Names(whole, name)) is not { } seen) yield break;
        var scheme = Papers.Field(row, "Protection Scheme");
        yield return Wording.Affirms(scheme, Encrypted) is { } promise
            ? Contradicts("5.4-1-2a", new Contradiction("whether the parameter is stored encrypted", Papers.Says(table, row, Wording.Begin(promise)), Papers.Seen(seen)), seen)
            : Open("5.4-1-2a", $"{Name(row)}: a secret of this kind is readable in the image, and the row does not promise encryption", toSettle: null, seen);
        yield return Wording.Clauses(whole).FirstOrDefault(c => NotInCode.IsMatch(c)) is { } denies
            ? Contradicts("5.4-3-1a", new Contradiction("whether the parameter is part of the software", Papers.Says(table, row, Wording.Begin(denies)), Papers.Seen(seen)), seen)
            : Open("5.4-3-1a", $"{Name(row)}: a secret of this kind is in the image, and the row does not say whether it is hard-coded", toSettle: null, seen);
    }

    private static string Name(Finding finding) => finding.Subject.Split(' ', ',')[0];

    private static Regex Encrypted => field ??= new(@"\b(encrypt\w*|aes\S*|secur\w+ (element|enclave|storage)|tpm|trustzone|hardware[- ]backed|keystore|key store|wrapped|hsm|puf|cipher\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotInCode => field ??= new(@"\b(not|never|isn't|aren't)\b[^.;]{0,30}\b(hard-?coded|part of the (image|firmware|software)|in (the )?(source|firmware|image|software)( code)?|compiled|embedded)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex TlsKey => field ??= new(@"\b(tls (private )?key|private key (of|for) (the )?(web|tls|https|server|device)\w*|(server|web|device|https) (private )?key)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Wireless => field ??= new(@"\b(wi-?fi|wlan|wpa\d?|wireless)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
