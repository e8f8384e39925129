using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A script that runs at boot or a program of the system that anybody may change, a shell that runs as its owner, or an account that may do everything as root without being asked.</summary>
public sealed class LoosePermissions() : Check("loose-permissions", 4, Polarity.Absent, CoverageScope.Files,
    "boot scripts and programs of the system that every account may change, shells with the setuid bit, and accounts that may do all as root unasked", "the file permissions of a delivered unit", "5.6-7-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var loose = examined.Of(FindingKind.Permission).Where(f => (f.Has(Traits.WorldWritable) && f.Has(Traits.BootScript)) || (f.Has(Traits.WorldWritable) && IsOfSystem(f.Subject)) || (f.Has(Traits.SetUid) && IsShell(f.Subject)) || f.Has(Traits.AllAsRoot)).ToList();
        return loose.Count > 0 ? Refutes($"{loose.Count} file(s) give every account the rights of another", loose) : Silence(examined);
    }

    private static readonly string[] Places = ["/sbin/", "/bin/", "/etc/", "/lib/", "/systemd/"];

    // What root runs by its name, what it runs by the clock, and what it asks before it lets somebody in.
    private static bool IsOfSystem(string path) => Places.Any(p => path.Contains(p, StringComparison.Ordinal));

    // BusyBox gives the rights of its owner up itself, but for the few tools that need them.
    private static bool IsShell(string path) => path[(path.LastIndexOf('/') + 1)..] is "sh" or "ash" or "bash" or "dash" or "ksh" or "zsh";
}
