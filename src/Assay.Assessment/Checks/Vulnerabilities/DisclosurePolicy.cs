using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Probes;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// A saved copy of the vulnerability disclosure policy or of <c>security.txt</c> (RFC 9116): does it name a contact and the times for
/// acknowledgement and status updates, has it expired, and is it the page that IXIT 2-UserInfo points to?
/// </summary>
public sealed class DisclosurePolicy() : Check("disclosure-policy", 2, Polarity.Decide, CoverageScope.Document,
    "a contact and the times of acknowledgement and status updates in the saved disclosure policy", "a copy of the published disclosure policy, saved with its address and date", "5.2-1-2a", "5.2-1-2b")
{
    private const int HeadLines = 12;

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var policies = examined.Of(FileKind.Document).Where(IsPolicy).ToList();
        if (policies.Count == 0) return Units.Select(u => Open(u, "no saved copy of a disclosure policy was handed over"));
        var answers = new List<Answer>();
        var texts = policies.Select(p => string.Join('\n', p.Lines)).ToList();
        var declared = Declared(examined, policies, texts);
        foreach (var policy in policies)
        {
            if (SecurityText.Of(policy.Lines) is { } contactFile && contactFile.IsExpired(examined.AsOf) && contactFile.Expires is { } end)
            {
                answers.Add(Refutes("5.2-1-2a", $"the published contact file expired on {end.Until.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}", policy.At(end.Line)));
            }
        }
        // The policy may be spread over several saved pages: what one lacks another may have.
        var contact = First(texts, Contact);
        var acknowledge = First(texts, Acknowledgement);
        var updates = First(texts, StatusUpdates);
        if (contact is { } c && acknowledge is { } a && updates is { } s)
        {
            const string words = "the saved policy names a contact and the times of acknowledgement and of status updates";
            answers.Add(declared.Says == Says.Holds ? Holds("5.2-1-2b", words, Place(c), Place(a), Place(s))
                : Supports("5.2-1-2b", $"{words}; that it is the page that IXIT 2-UserInfo names, its first lines do not show") with { Locations = [Place(c), Place(a), Place(s)] });
        }
        else if (policies.All(p => SecurityText.Of(p.Lines) is not null) && contact is not null)
        {
            answers.Add(Open("5.2-1-2b", "the saved contact file names a contact; the policy itself, with its times, was not handed over"));
        }
        else
        {
            var missing = new List<string>();
            if (contact is null) missing.Add("a contact");
            if (acknowledge is null) missing.Add("the time of acknowledgement");
            if (updates is null) missing.Add("the times of status updates");
            answers.Add(Refutes("5.2-1-2b", $"the saved policy does not name {string.Join(" or ", missing)}", policies[0].At(1)));
        }
        answers.Add(declared);
        return answers;

        Location Place((int Text, int At) found) => policies[found.Text].At(LineOf(texts[found.Text], found.At));
    }

    private Answer Declared(Examined examined, List<DossierFile> policies, List<string> texts)
    {
        var declared = examined.Rows(2).SelectMany(r => Addresses.Matches(Papers.Whole(r.Row)).Select(m => m.Value.TrimEnd('/', '.'))).Distinct(StringComparer.Ordinal).ToList();
        for (var i = 0; i < texts.Count; i++)
        {
            // Where and when a page was saved stands in its first lines.
            var head = string.Join('\n', policies[i].Lines.Take(HeadLines));
            var address = Addresses.Matches(head).Select(m => m.Value.TrimEnd('/', '.')).FirstOrDefault(declared.Contains);
            var saved = Wording.Dates(head).Select(d => d.Date).FirstOrDefault();
            if (address is null || saved == default || saved > DateOnly.FromDateTime(examined.AsOf.UtcDateTime)) continue;
            return Holds("5.2-1-2a", $"a copy of {Shortened.Visible(address)}, which IXIT 2-UserInfo names, was saved on {saved.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}", policies[i].At(1));
        }
        return Open("5.2-1-2a", declared.Count == 0 ? "IXIT 2-UserInfo names no address to compare the saved copy with" : "the saved copy does not say in its first lines from which declared address and on which day it was saved");
    }

    // Many papers speak of the policy; the policy itself says in its name or its first lines what it is.
    private static bool IsPolicy(DossierFile file) => file.Lines.Count > 0
        && (SecurityText.Of(file.Lines) is not null || Title.IsMatch(string.Join('\n', file.Lines.Take(HeadLines))) || Title.IsMatch(file.Name.Replace('-', ' ').Replace('_', ' ')));

    private static (int Text, int At)? First(List<string> texts, Regex what)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (what.Match(texts[i]) is { Success: true } match) return (i, match.Index);
        }
        return null;
    }

    private static int LineOf(string text, int index) => 1 + text.AsSpan(0, index).Count('\n');

    private static Regex Title => field ??= new(@"\b(vulnerability (disclosure|handling|reporting)|security (policy|disclosure)|responsible disclosure|coordinated disclosure|report(ing)? (a )?(security )?vulnerabilit)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Contact => field ??= new(@"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]+|^Contact:\s*\S+|\bmailto:\S+|\bhttps://\S{0,200}?(report|contact|security)", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant);

    // A time and what it is for stand within one sentence or line, in either order.
    private static Regex Acknowledgement => field ??= new(@"(\backnowledg\w{0,12}|\bconfirm\w{0,12} (the )?receipt|\bfirst (answer|response|reply))[^.\n]{0,100}?\b(\w+ ?(-|\u2013)? ?)?(hours?|days?|weeks?)\b|\b(hours?|days?|weeks?)\b[^.\n]{0,100}?(\backnowledg\w{0,12}|\bconfirm\w{0,12} (the )?receipt)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex StatusUpdates => field ??= new(@"(status|progress)[^.\n]{0,100}?\b(days?|weeks?|months?|weekly|monthly|daily)\b|\b(days?|weeks?|months?|weekly|monthly|daily)\b[^.\n]{0,100}?(status|progress)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Addresses => field ??= new(@"https?://[^\s<>()\[\]""'`|]{3,200}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
