using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A script that runs at boot and anybody may change, or a shell that runs as its owner.</summary>
public sealed class LoosePermissions() : Check("loose-permissions", 2, Polarity.Absent, CoverageScope.Files,
    "boot scripts that every account may change, and shells with the setuid bit", "the file permissions of a delivered unit", "5.6-7-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var loose = examined.Of(FindingKind.Permission).Where(f => (f.Has(Traits.WorldWritable) && f.Has(Traits.BootScript)) || (f.Has(Traits.SetUid) && IsShell(f.Subject))).ToList();
        return loose.Count > 0 ? Refutes($"{loose.Count} file(s) give every account the rights of another", loose) : Silence(examined);
    }

    // BusyBox gives the rights of its owner up itself, but for the few tools that need them.
    private static bool IsShell(string path) => path[(path.LastIndexOf('/') + 1)..] is "sh" or "ash" or "bash" or "dash" or "ksh" or "zsh";
}
