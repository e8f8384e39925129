using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>What a notice to users must speak of, and the words by which a page does.</summary>
internal static class Notice
{
    /// <summary>The saved copies of the page that a field of IXIT 2-UserInfo names; a page of a few words is none.</summary>
    public static IReadOnlyList<SavedPage> Of(Examined examined, string field)
    {
        var addresses = examined.Rows(2).SelectMany(r => r.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Where(f => f.Key.StartsWith(field, StringComparison.OrdinalIgnoreCase) || r.Row.Id.StartsWith(field, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value))
            .SelectMany(SavedPages.Addresses).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return [.. SavedPages.Of(examined, addresses).Where(p => p.Words >= 40)];
    }

    public static bool Purpose(string text) => PurposeWords.IsMatch(text);

    public static bool Recipients(string text) => RecipientWords.IsMatch(text);

    /// <summary>Kinds of data that a text speaks of: a row of a table and a page mean the same by different words.</summary>
    public static IReadOnlyList<(string Name, Regex Words)> KindsIn(string text) => [.. Kinds.Where(k => k.Words.IsMatch(text))];

    public static IReadOnlyList<(string Name, Regex Words)> Kinds => field ??=
    [
        ("e-mail addresses", EMail), ("positions", Position), ("pictures", Pictures), ("sound", Sound), ("network addresses", Network), ("health data", Health), ("telephone numbers", Telephone),
        ("biometric data", Biometric), ("contacts", Contacts), ("payment data", Payment), ("use of the device", Usage), ("crash reports", Crashes),
    ];

    /// <summary>What a row says that it is about: its own description, not what is done with it.</summary>
    public static string Subject(IxitRow row) => $"{row.Id.Replace('-', ' ')}\n{Papers.Field(row, "Description", "Personal Data", "Data")}";

    public static Statement Says(SavedPage page, string what) => new($"{page.File.Name} ({page.Address}): {what}", page.File.At(1), IsPaper: true);

    private static Regex PurposeWords => field ??= new(@"\b(purposes?|why we|(we|is|are|be|to) (use|used|process|processed|collect|collected)( \w+){0,4}? (to|for|in order)|in order to|so that (we|you)|legal basis|reasons?|used (to|for)|necessary (to|for)|helps? us|to (provide|improve|operate|find|detect|deliver|show|send|fix|analy[sz]e))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex RecipientWords => field ??= new(@"\b(recipients?|third[- ]part(y|ies)|shar(e|es|ed|ing)|disclos\w+|transfer\w*|partners?|processors?|sub-?processors?|service providers?|who (receives|gets|sees|can see|has access)|by whom|pass(ed)? on|given to|sent to|sends? \w+ to|sell|controller|only (we|us|acme)|nobody else|no one else|(we|us) alone|our (servers?|staff|employees|company|cloud)|gmbh|inc\.|ltd|oy|llc|b\.v\.|limited)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex EMail => field ??= new(@"\be-?mails?( address\w*)?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Position => field ??= new(@"\b((geo-?)?locations?|gps|gnss|positions?|whereabouts|coordinates|geolocat\w+)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Pictures => field ??= new(@"\b(pictures?|photos?|photographs?|images?|videos?|camera|recordings?|footage|snapshots?|visual)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Sound => field ??= new(@"\b(audio|voice|sounds?|speech|microphone|spoken|recordings?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Network => field ??= new(@"\b(ip|mac|network|internet protocol|hardware)[- ](address\w*|identifier\w*|footprint\w*|data|information)\b|\bip\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Health => field ??= new(@"\b(health|medical|heart|pulse|blood|weight|sleep|glucose|body|fitness)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Telephone => field ??= new(@"\b((tele)?phone|mobile) numbers?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Biometric => field ??= new(@"\b(fingerprints?|face|facial|iris|biometric\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Contacts => field ??= new(@"\b(address book|contacts?|contact (list|data|details))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Payment => field ??= new(@"\b(payments?|credit cards?|bank|iban|billing|card numbers?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Usage => field ??= new(@"\b(usage|use of|uptime|events?|statistics|statistical|interactions?|metrics|activity|activities|status|how (you|often|long))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Crashes => field ??= new(@"\b(crash\w*|error (reports?|logs?)|fault (reports?|logs?)|diagnos\w+|panic\w*|stack traces?|failures?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
