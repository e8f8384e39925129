using System.Text.RegularExpressions;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Programs that run as root for everybody, against a row that says that there are none.</summary>
public sealed class SetuidPrograms() : Check("setuid-programs", 1, Polarity.Refute, CoverageScope.Files,
    "programs with the setuid bit, though IXIT 17-PrivlCtrl says that there are none", "the list of programs that need the setuid bit, with the reason for each", "5.6-7-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var programs = examined.Findings.Where(f => f.Has(Traits.SetUid)).ToList();
        if (programs.Count == 0) return Silence(examined);
        foreach (var of in examined.Rows(17))
        {
            if (Fields.Sentences(string.Join("\n\n", of.Row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value))).FirstOrDefault(s => None.IsMatch(s)) is not { } says) continue;
            return Refutes($"{programs.Count} program(s) run as root for everybody, though {Shortened.Visible(of.Row.Id)} says \"{Wording.Begin(says)}\"", programs)
                .Append(Contradicts(Units[0], new Contradiction("whether programs run as root for everybody", Papers.Says(of.Table, of.Row, Wording.Begin(says)), Papers.Seen(programs[0])), programs));
        }
        return [Open(Units[0], $"{programs.Count} program(s) run as root for everybody: {string.Join(", ", programs.Take(4).Select(p => p.Subject))}; whether each needs to is for a person", toSettle: null, programs)];
    }

    private static Regex None => field ??= new(@"\b(no|without( any)?|zero) (\w+ ){0,3}?(set-?uid|suid|setuid)\b|\b(set-?uid|suid) (bits?|programs?|binaries|executables)( \w+){0,2}? (are|is|have been|has been) (not (used|present|set|installed)|removed|absent|avoided|stripped)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
