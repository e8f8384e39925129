using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A service that its table row calls off, and that the image starts.</summary>
public sealed class ServiceDeclaredOff() : Check("service-declared-off", 1, Polarity.Refute, CoverageScope.Files,
    "a service that a table calls disabled and the image starts at boot", "a scan of the device as delivered", "5.6-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var services = examined.Of(FindingKind.Service).Where(f => f.Has(Traits.StartedAtBoot)).ToList();
        var answers = new List<Answer>();
        foreach (var service in services)
        {
            var words = Papers.WordsFor(service);
            foreach (var (table, row) in examined.Rows(13, 15, 28))
            {
                if (!Papers.IsAbout(row, words) || Papers.Field(row, "Status") is not { } status || !IsOff(status)) continue;
                answers.AddRange(Refutes($"{service.Subject} starts at boot, though its row calls it off", [service]));
                answers.Add(Contradicts(Units[0], new Contradiction($"whether {service.Subject} is on", Papers.Says(table, row, Wording.Begin(status)), Papers.Seen(service)), service));
            }
        }
        return answers.Count > 0 ? answers : Silence(examined);
    }

    private static bool IsOff(string status) =>
        new[] { "disabled", "off", "inactive", "deactivated" }.Any(w => Wording.Names(status, w)) && !new[] { "enabled", "on", "active" }.Any(w => Wording.Names(status, w));
}
