using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Behaviour;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic;

/// <summary>All that one capture tells: flows, stations, and what was seen at which frame.</summary>
public sealed record CaptureExamination
{
    /// <summary>In the order of their first frames.</summary>
    public required IReadOnlyList<Flow> Flows { get; init; }
    /// <summary>
    /// Log-ins and weak cryptography at every frame, each at most a thousand times; each other thing once, at the first frame where it was seen. Where something was seen more often than
    /// it is listed, the note of the first says how often and until where.
    /// </summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
    /// <summary>Every occurrence, in frame order.</summary>
    public required IReadOnlyList<Observation> Observations { get; init; }
    /// <summary>Machines on the captured link, by MAC address.</summary>
    public required IReadOnlyList<Station> Stations { get; init; }
    /// <summary>Scans, guessing of passwords and floods, in the order in which their thresholds were crossed; each is a finding too.</summary>
    public IReadOnlyList<Attack> Attacks { get; init; } = [];
    public required Coverage Coverage { get; init; }

    /// <summary>True where the artefact begins as a capture does, or is a compressed file whose content does.</summary>
    public static bool Recognises(Artefact artefact) => CaptureReader.Recognises(artefact);

    /// <summary>Reads a capture once. Damage behind its header is a loss in <see cref="Coverage"/>.</summary>
    /// <exception cref="UnreadableException">The artefact does not begin as a capture does.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static CaptureExamination Of(Artefact artefact, ExaminationOptions options) => Of(artefact, options, null);

    /// <summary>
    /// As <see cref="Of(Artefact, ExaminationOptions)"/>, for who asks for findings alone: <see cref="Flows"/> and <see cref="Observations"/> stay empty, so that a capture of any
    /// length takes the memory of what it tells. Findings, attacks and stations are the same.
    /// </summary>
    public static CaptureExamination OfFindings(Artefact artefact, ExaminationOptions options)
    {
        using var reader = CaptureReader.Open(artefact, options.Budget);
        return Of(reader, options, null, onlyFindings: true);
    }

    /// <param name="witness">Is told the fields that readers read.</param>
    internal static CaptureExamination Of(Artefact artefact, ExaminationOptions options, Protocols.IFieldWitness? witness)
    {
        using var reader = CaptureReader.Open(artefact, options.Budget);
        return Of(reader, options, witness);
    }

    /// <summary>As <see cref="Of(Artefact, ExaminationOptions)"/>, of all that a reader still has: an interface too.</summary>
    /// <exception cref="OperationCanceledException"/>
    public static CaptureExamination Of(CaptureReader reader, ExaminationOptions options) => Of(reader, options, null);

    private static CaptureExamination Of(CaptureReader reader, ExaminationOptions options, Protocols.IFieldWitness? witness, bool onlyFindings = false)
    {
        var artefact = reader.Artefact;
        var flows = new List<Flow>();
        long unkept = 0;
        var walk = new CaptureWalk(artefact, options, isExamination: true, flow =>
        {
            if (flows.Count < CaptureWalk.MostFlows) flows.Add(flow);
            else unkept++;
        }, onlyFindings: onlyFindings);
        walk.Notes.Witness = witness;
        var coverage = walk.Run(reader);
        if (unkept > 0)
        {
            var loss = new Loss
            {
                Location = new Location { Artefact = artefact.Name },
                Expected = FormattableString.Invariant($"at most {CaptureWalk.MostFlows} flows in an examination"),
                Found = FormattableString.Invariant($"{unkept} more that were not kept (the verb flows writes all)"),
            };
            coverage = coverage with { Losses = [.. coverage.Losses, loss] };
        }
        var attacks = walk.Attacks;
        var findings = walk.Notes.Findings();
        return new CaptureExamination
        {
            Flows = flows,
            Findings = attacks.Count == 0 ? findings : [.. findings.Concat(attacks.Select(a => a.AsFinding(artefact.Name))).Order(Comparer<Finding>.Create(Finding.Compare))],
            Attacks = attacks,
            Observations = [.. walk.Notes.Observations.OrderBy(o => o.Frame)],
            Stations = walk.Notes.Stations.All(),
            Coverage = coverage,
        };
    }
}
