using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A service that starts at boot or answers on the network, and that no interface or service table lists.</summary>
public sealed class UndeclaredService() : Check("undeclared-service", 2, Polarity.Refute, CoverageScope.Files,
    "a service that starts at boot or answers in a capture and is in no table", "a scan of all ports in every state, and the missing rows", "5.6-1-2b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var services = examined.Findings.Where(f => (f.Kind == FindingKind.Service && f.Has(Traits.StartedAtBoot)) || (f.Kind == FindingKind.Exposure && f.Has(Traits.Listener))).ToList();
        var rows = examined.Rows(13, 15, 28).Select(r => r.Row).ToList();
        if (rows.Count == 0)
        {
            return services.Count == 0 ? Silence(examined) : [Open(Units[0], "services were found, but no interface table (IXIT 13, 15 or 28) was handed over to compare with", "IXIT 13-SoftServ and 15-Intf", services)];
        }
        var listed = WordIndex.Of(rows);
        bool Listed(Finding finding) => listed.NamesAny(Papers.WordsFor(finding));
        var missing = services.Where(s => !Listed(s)).ToList();
        if (missing.Count > 0) return Refutes($"{missing.Count} service(s) start or answer that no table lists", missing).NotIn(13, 15, 28);
        // A server may serve only its own device; that it names the calls of one is a reason to ask, not a hit.
        var maybe = examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.MayListen) && !Listed(f)).ToList();
        if (maybe.Count > 0) return [Open(Units[0], $"{maybe.Count} program(s) that start at boot may listen, and no table lists them: {string.Join(", ", maybe.Take(4).Select(m => m.Subject))}", $"a scan of all ports, or a word on where {maybe[0].Subject} listens", maybe)];
        return services.Count > 0 && examined.LookedWhole(CoverageScope.Files)
            ? [Supports(Units[0], $"all {services.Count} service(s) that were found are listed; ports were not scanned", services)]
            : Silence(examined);
    }
}
