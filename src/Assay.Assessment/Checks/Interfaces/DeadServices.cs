using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Programs of services that nothing starts and no table lists, against a row that says that what is not used was removed.</summary>
public sealed class DeadServices() : Check("dead-services", 1, Polarity.Support, CoverageScope.Files,
    "services in the image that nothing starts and no table lists, though IXIT 16-CodeMin says that what is unused was removed", "the list of programs that the product needs", "5.6-6-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var started = examined.Findings.Where(f => f.Has(Traits.StartedAtBoot)).Select(f => f.Subject).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var listed = WordIndex.Of(examined.Rows(13, 15, 28).Select(r => r.Row));
        var dead = examined.Of(FindingKind.Exposure).Where(f => f.Location.Frame is null && (f.Has(Traits.Telnet) || f.Has(Traits.Ftp) || Old.Contains(f.Subject)) && !started.Contains(f.Subject) && !listed.NamesAny(Papers.WordsFor(f))).ToList();
        if (dead.Count == 0) return Silence(examined);
        foreach (var of in examined.Rows(16))
        {
            var says = Papers.Field(of.Row, "Description") ?? "";
            var promise = Fields.Sentences(says).FirstOrDefault(s => (Removed.IsMatch(s) || Removing.IsMatch(s)) && !Denied.IsMatch(s));
            if (promise is null) continue;
            return [Contradicts(Units[0], new Contradiction("whether what is not used was removed", Papers.Says(of.Table, of.Row, Wording.Begin(promise)), Papers.Seen(dead[0])), dead)];
        }
        return [Open(Units[0], $"{dead.Count} service(s) are in the image that nothing starts and no table lists", "IXIT 16-CodeMin on how unused programs are removed", dead)];
    }

    private static readonly HashSet<string> Old = new(StringComparer.OrdinalIgnoreCase) { "tftp", "rsh", "rlogin" };

    private static Regex Removed => field ??= new(@"\b(unused|unnecessary|unneeded|dead|obsolete|superfluous|redundant)\b[^.;]{0,60}\b(removed|stripped|deleted|eliminated|excluded|disabled at build|left out)\b|\b(remov\w+|strip\w*|delet\w+|eliminat\w+|exclud\w+|leav\w+ out)\b[^.;]{0,60}\b(unused|unnecessary|unneeded|dead|obsolete|superfluous|redundant)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Denied => field ??= new(@"\b(not (yet )?(removed|stripped|deleted|eliminated|excluded)|no (unused|dead)|planned|will be)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Removing => field ??= new(@"\b(only|nothing but) (\w+ ){0,4}?(needed|necessary|required|used)( \w+){0,4}? (is|are|gets?) (built|installed|included|compiled|shipped|selected)|\b(only|nothing but) (\w+ ){0,3}?(packages?|components?|programs?|services?|code|parts?)( \w+){0,4}? (needed|necessary|required|used)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
