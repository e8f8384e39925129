using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Each row of IXIT 1-AuthMech for users beside what captures show of it: an encrypted log-in that was seen in clear, one that was seen as declared, one that was not seen.</summary>
public sealed class LoginCryptographySeen() : RowCheck("login-cryptography-seen", 1, Polarity.Support, 1,
    "the declared cryptography of every user's log-in in the captures", "a capture of a log-in by every mechanism of IXIT 1-AuthMech, in the initialised state", "5.1-3-2a")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        var target = Papers.Field(row, "Target");
        if (target is not null && !target.Contains("user", StringComparison.OrdinalIgnoreCase) || Wording.IsNo(Papers.Field(row, "Authentication Factor"))) yield break;
        if (!examined.Looked(CoverageScope.Capture))
        {
            yield return Open(Units[0], $"{Name(row)}: no capture was handed over");
            yield break;
        }
        var says = $"{Papers.Field(row, "Cryptographic Details")}\n{Papers.Field(row, "Security Guarantees")}\n{Papers.Field(row, "Description")}";
        var promise = Wording.Affirms(says, Encrypted);
        var clear = examined.Of(FindingKind.Credential).Where(f => f.Location.Frame is not null && !f.Has(Traits.Remote) && !f.Has(Traits.Digest) && f.Has(Traits.OnTheWire)).FirstOrDefault(f => Papers.IsAbout(row, Words(f)));
        if (promise is not null && clear is not null)
        {
            yield return Contradicts(Units[0], new Contradiction("whether the log-in is encrypted", Papers.Says(table, row, Wording.Begin(promise)), Papers.Seen(clear)), clear);
            yield break;
        }
        var inward = examined.Captures.SelectMany(c => c.Conversations.Where(v => !v.IsOutward && !v.IsRemote && v.IsAnswered && v.Application == "tls").Select(v => v.At(c.Artefact))).FirstOrDefault();
        yield return promise is not null && inward is not null && Web.IsMatch(Papers.Whole(row))
            ? Supports(Units[0], $"{Name(row)}: an encrypted connection to the device was captured") with { Locations = [inward] }
            : Open(Units[0], $"{Name(row)}: no log-in by it was recognised in the captures");
    }

    private static string[] Words(Finding finding) => finding.Has(Traits.Http) ? ["http", "https", "web", "webui", "web-ui", "browser", "tls"] : finding.Has(Traits.Telnet) ? ["telnet"] : finding.Has(Traits.Ftp) ? ["ftp", "ftps"] : finding.Has(Traits.Mqtt) ? ["mqtt", "mqtts"] : ["rtsp"];

    private static Regex Encrypted => field ??= new(@"\b(tls|https|ssl|dtls|encrypted (channel|connection|session|transport|link)|over (an )?encrypted)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Web => field ??= new(@"\b(web\w*|https?|browser|tls|portal|ui|api)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
