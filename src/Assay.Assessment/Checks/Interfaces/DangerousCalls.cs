using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Programs that web requests reach and that name calls without a bound or one that starts a shell. A name is no path to it: only a paper that denies the call is disputed.</summary>
public sealed class DangerousCalls() : Check("dangerous-calls", 1, Polarity.Support, CoverageScope.Files,
    "calls without a bound, and calls of a shell, in programs that web requests reach", "long and odd input to every page of the device, while somebody watches the named programs", "5.13-1-1b", "5.13-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var programs = examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.DangerousCall)).ToList();
        if (programs.Count == 0) return Silence(examined);
        var answers = new List<Answer>();
        foreach (var of in examined.Rows(29))
        {
            var says = string.Join("\n\n", of.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value));
            if (Fields.Sentences(says).FirstOrDefault(s => Denies.IsMatch(s)) is not { } claim) continue;
            var denied = Calls.Matches(claim).Select(m => m.Value.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
            var against = programs.Where(p => denied.Count == 0 ? Wording.Names(p.Value, "gets") || Wording.Names(p.Value, "strcpy") : denied.Any(d => Wording.Names(p.Value, d))).ToList();
            if (against.Count > 0) answers.Add(Contradicts("5.13-1-1b", (of.Table, of.Row), new Contradiction("which calls the software uses", Papers.Says(of.Table, of.Row, Wording.Begin(claim)), Papers.Seen(against[0])), against));
        }
        answers.Add(Open("5.13-1-2a", $"{programs.Count} program(s) that web requests reach name such calls; from where their input comes cannot be seen", toSettle: null, programs));
        if (answers.Count == 1) answers.Add(Open("5.13-1-1b", $"{programs.Count} program(s) that web requests reach name such calls, and no row of IXIT 29-InpVal speaks of them", "how IXIT 29-InpVal keeps long and odd input from these calls", programs));
        return answers;
    }

    private static Regex Denies => field ??= new(@"\b(no|not|never|without|avoid(s|ed)?|bans?|banned|forbid\w*|prohibit\w*|replaced?)\b[^.]{0,80}\b(unsafe|dangerous|banned|unbounded|insecure) (string |c |library )?(functions?|calls?)\b|\b(no|not|never|without|avoid(s|ed)?|bans?|banned|forbid\w*|prohibit\w*|replaced?)\b[^.]{0,60}\b(gets|strcpy|strcat|v?sprintf|system|popen) ?\(|\b(unsafe|dangerous|banned|unbounded|insecure) (string |c |library )?(functions?|calls?)\b[^.]{0,60}\b(not (used|called)|banned|forbidden|prohibited|avoided|replaced|removed)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Calls => field ??= new(@"\b(gets|strcpy|strcat|v?sprintf|system|popen)\b(?= ?\()", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
