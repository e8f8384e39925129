using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A service that its table row calls off, and that the image starts or that answers in a capture.</summary>
public sealed class ServiceDeclaredOff() : Check("service-declared-off", 1, Polarity.Refute, CoverageScope.Files,
    "a service that a table calls disabled, and that the image starts or a capture hears", "a scan of the device as delivered", "5.6-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var services = examined.Findings.Where(f => (f.Kind == FindingKind.Service && f.Has(Traits.StartedAtBoot)) || (f.Kind == FindingKind.Exposure && f.Has(Traits.Listener))).ToList();
        var answers = new List<Answer>();
        foreach (var service in services)
        {
            var words = Papers.WordsFor(service);
            foreach (var (table, row) in examined.Rows(13, 15, 28))
            {
                if (!Papers.IsAbout(row, words) || Papers.Field(row, "Status") is not { } status || !IsOff(status)) continue;
                answers.AddRange(Refutes($"{service.Subject} is there ({service.Value}), though {Shortened.Visible(row.Id)} calls it off", [service]));
                answers.Add(Contradicts(Units[0], new Contradiction($"whether {service.Subject} is on", Papers.Says(table, row, Wording.Begin(status)), Papers.Seen(service)), service));
                break;
            }
        }
        return answers.Count > 0 ? answers : Silence(examined);
    }

    private static bool IsOff(string status) =>
        new[] { "disabled", "off", "inactive", "deactivated" }.Any(w => Wording.Names(status, w)) && !new[] { "enabled", "on", "active" }.Any(w => Wording.Names(status, w));
}
