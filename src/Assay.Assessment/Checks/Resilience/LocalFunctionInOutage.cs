using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Whether the device still answers its own network while a place outside does not.</summary>
public sealed class LocalFunctionInOutage() : Check("local-function-in-outage", 1, Polarity.Refute, CoverageScope.Capture,
    "local connections that the device stops answering while the internet is away", "a capture in which the internet is cut for ten minutes behind the router while somebody uses the device on its own network (mac in device.yaml)", "5.9-2-2a")
{
    private const int Least = 3;

    public override IEnumerable<Answer> Look(Examined examined)
    {
        if (examined.Captures.Count == 0) return [Open(Units[0], "no capture was handed over")];
        var outages = Outage.In(examined);
        if (outages.Count == 0) return [Open(Units[0], "no capture of the device holds an outage")];
        var answers = new List<Answer>();
        var answered = 0;
        var ports = outages.Select(o => o.Capture).DistinctBy(c => c.Artefact, StringComparer.Ordinal).ToDictionary(c => c.Artefact, c => c.Conversations
            .Where(t => t is { IsOutward: false, IsRemote: false, Protocol: "tcp", Port: not null }).GroupBy(t => t.Port!.Value).OrderBy(g => g.Key).ToList(), StringComparer.Ordinal);
        foreach (var outage in outages)
        {
            foreach (var port in ports[outage.Capture.Artefact])
            {
                var during = port.Where(c => c.First >= outage.Begin && c.First <= outage.End).ToList();
                var before = port.Any(c => c.IsAnswered && c.Sent > 0 && c.First < outage.Begin);
                if (during.Count >= Least && before && during.All(c => !c.IsAnswered))
                {
                    answers.Add(Refutes(Units[0], $"port {port.Key} answered on the local network before the outage of {Shortened.Visible(outage.To)}, and none of {during.Count} connections during it", during[0].At(outage.Capture.Artefact)));
                }
                answered += during.Count(c => c.IsAnswered);
            }
        }
        if (answers.Count > 0) return answers.DistinctBy(a => a.Locations[0]);
        return [answered > 0
            ? Supports(Units[0], $"the device answered {answered} local connection(s) while a place outside did not answer it")
            : Open(Units[0], "nobody used the device on its own network during the outage")];
    }
}
