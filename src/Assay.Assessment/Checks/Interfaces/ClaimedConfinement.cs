using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A means that confines processes and that IXIT 17-PrivlCtrl names, of which the image shows nothing.</summary>
public sealed class ClaimedConfinement() : Check("claimed-confinement", 1, Polarity.Support, CoverageScope.Files,
    "system call filters, capabilities, mandatory access control and chroot that IXIT 17-PrivlCtrl names", "the image in which the named means is configured, or the list of processes of a running device with their limits", "5.6-7-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Findings.Where(f => f.Has(Traits.Confinement)).ToList();
        var answers = new List<Answer>();
        var agree = new List<Finding>();
        foreach (var of in examined.Rows(17))
        {
            var says = string.Join("\n\n", of.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value));
            foreach (var (means, words) in Means)
            {
                if (Fields.Affirms(says, words) is not { } claim) continue;
                if (seen.FirstOrDefault(f => f.Subject == means) is { } found) agree.Add(found);
                else if (examined.LookedWhole(CoverageScope.Files))
                {
                    var image = examined.Coverage.First(c => c.Scope == CoverageScope.Files);
                    answers.Add(Contradicts(Units[0], new Contradiction($"whether {means} confines processes", Papers.Says(of.Table, of.Row, Wording.Begin(claim)), new Statement($"no file of the image shows {means}", new Location { Artefact = image.Artefact }, IsPaper: false))));
                }
            }
        }
        if (answers.Count > 0) return answers;
        return agree.Count > 0 ? [Supports(Units[0], $"the image shows {string.Join(", ", agree.Select(f => f.Subject).Distinct())}, as declared", agree)]
            : !examined.Looked(CoverageScope.Files) || !examined.LookedWhole(CoverageScope.Files) ? Silence(examined)
            : [Open(Units[0], examined.Rows(17).Any() ? "no row of IXIT 17-PrivlCtrl names a means that files of an image show" : "IXIT 17-PrivlCtrl was not handed over", "IXIT 17-PrivlCtrl")];
    }

    private static (string Means, Regex Words)[] Means => field ??=
        [("seccomp", Filters), ("capabilities", Capabilities), ("AppArmor", AppArmor), ("SELinux", SeLinux), ("chroot", ChangeRoot)];

    private static Regex Filters => field ??= new(@"\b(seccomp|system ?call filter\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Capabilities => field ??= new(@"\b(linux|posix|process|kernel|file) capabilit(y|ies)\b|\bCAP_[A-Z_]+\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex AppArmor => field ??= new(@"\bapp-?armor\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SeLinux => field ??= new(@"\bse-?linux\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex ChangeRoot => field ??= new(@"\bchroot\w*\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
