using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Evidence;
using Assay.Html;
using static Assay.Html.Markup;

namespace Assay.Custody.Freezing;

/// <summary>The page in words of a freeze, as text and as HTML; both say the same.</summary>
internal sealed class FreezeWords(IReadOnlyList<FrozenItem> items, FreezePage page, X509Certificate2 signer)
{
    private readonly IReadOnlyList<FrozenItem> items = [.. items.OrderBy(i => i.Name, StringComparer.Ordinal)];
    private readonly string signerName = Shortened.Visible(signer.Subject);
    private readonly string signerDigest = Convert.ToHexStringLower(SHA256.HashData(signer.RawData));

    private static readonly string[] Steps =
    [
        "sha256sum -c SHA256SUMS",
        "openssl cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS -noverify -signer signer.pem -out /dev/null",
        "openssl x509 -in signer.pem -noout -fingerprint -sha256",
    ];

    private const string StepWords =
        "The first line finds any item that was changed. The second finds a changed list of sums and writes out the signer's certificate. The third prints that certificate's fingerprint: compare it with what the keeper of the gateway tells you in another way.";

    private const string TokenWords =
        "Where there is a file token.tsr, a time-stamp service has confirmed when the signature existed: openssl ts -verify -data SHA256SUMS.p7s -in token.tsr -CAfile SERVICE.pem. Where there is none, the times below rest on the clock named below alone.";

    private (string Name, string Value)[] Facts()
    {
        var facts = new List<(string, string)>
        {
            ("Device", page.Device),
            ("On whose authority", page.Authority),
            ("Reason", page.Reason),
            ("Taken", $"from {When(page.Begun)} to {When(page.Ended)}"),
            ("Clock", page.Clock),
            ("Signed by", signerName),
            ("SHA-256 of the signer's certificate", signerDigest),
        };
        if (page.Retention is not null) facts.Add(("Kept", page.Retention));
        return [.. facts];
    }

    public string Text()
    {
        var text = new StringBuilder();
        text.Append("FROZEN EVIDENCE\n\n");
        foreach (var (name, value) in Facts()) text.Append(CultureInfo.InvariantCulture, $"{name}: {Shortened.Visible(value)}\n");
        text.Append("\nWhat was captured\n");
        if (items.Count == 0) text.Append("  nothing\n");
        foreach (var item in items) text.Append(CultureInfo.InvariantCulture, $"  {item.Name} ({item.Bytes.Length} bytes): {Shortened.Visible(item.What)}\n");
        text.Append("\nWhat was not captured\n");
        if (page.NotCaptured.Count == 0) text.Append("  nothing was named\n");
        foreach (var line in page.NotCaptured) text.Append(CultureInfo.InvariantCulture, $"  {Shortened.Visible(line)}\n");
        text.Append("\nTools\n");
        foreach (var tool in page.Tools) text.Append(CultureInfo.InvariantCulture, $"  {Shortened.Visible(tool.Name)} {Shortened.Visible(tool.Version)}\n");
        text.Append("\nHow to check it, without us\n");
        foreach (var step in Steps) text.Append(CultureInfo.InvariantCulture, $"  {step}\n");
        foreach (var line in Lines(StepWords).Append("").Concat(Lines(TokenWords))) text.Append(line).Append('\n');
        return text.ToString();
    }

    public Page Html() => new()
    {
        Title = $"Frozen evidence: {page.Device}",
        Body =
        [
            Header(H1("Frozen evidence")),
            Main(
                Dl(Facts().SelectMany(f => new Node?[] { Dt(f.Name), Dd(Data(f.Value)) })),
                Section(H2("What was captured"),
                    items.Count == 0 ? P("Nothing.") : Table("Items", ["File", "Bytes", "What it is"], items.Select(i => (IReadOnlyList<Node>)
                    [
                        Code(i.Name), new Text(i.Bytes.Length.ToString("N0", CultureInfo.InvariantCulture)), Data(i.What),
                    ]))),
                Section(H2("What was not captured"), page.NotCaptured.Count == 0 ? P("Nothing was named.") : Ul(page.NotCaptured.Select(l => Li(Data(l))))),
                Section(H2("Tools"), Ul(page.Tools.Select(t => Li(Data($"{t.Name} {t.Version}"))))),
                Section(H2("How to check it, without us"), Pre(Code(string.Join('\n', Steps))), P(StepWords), P(TokenWords))).Id("content"),
        ],
    };

    private static string When(DateTimeOffset time) => EvidenceJson.Time(time);

    private static IEnumerable<string> Lines(string words)
    {
        var line = new StringBuilder();
        foreach (var word in words.Split(' '))
        {
            if (line.Length + word.Length > 110)
            {
                yield return line.ToString();
                line.Clear();
            }
            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }
        yield return line.ToString();
    }
}
