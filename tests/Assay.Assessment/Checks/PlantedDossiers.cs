using Assay.Assessment.Declarations;
using Assay.Assessment.Tests.Checks.Planted;
using Assay.Evidence;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Three dossiers for every check: one that must fail it, one that must not, and one where it must stay open.</summary>
internal sealed record PlantedDossiers(Plant Fails, Plant Not, Plant Open)
{
    // Another finding beside it, so that a dossier that must not fail is never an empty one.
    public static Plant Clean => Plant.Image().Saw(Hardening, "/bin/busybox", Traits.PieMissing);
    public static Plant Quiet => Plant.Capture().Heard(Behaviour, "names asked for");
    public static Plant Damaged => Plant.Image(whole: false);
    public static Plant Cut => Plant.Capture(whole: false);

    public const string Policy = """
        Saved from https://acme.example/policy on 2026-10-02
        # Vulnerability disclosure policy
        Write to security@acme.example.
        We acknowledge each report within 3 days.
        You get a status update every two weeks.
        """;

    public static readonly IReadOnlyDictionary<string, PlantedDossiers> ByCheck = new[]
    {
        Passwords.Dossiers,
        Vulnerabilities.Dossiers,
        Updates.Dossiers,
        Parameters.Dossiers,
        Communication.Dossiers,
        Interfaces.Dossiers,
        Integrity.Dossiers,
        Resilience.Dossiers,
        Privacy.Dossiers,
        OutsideTools.Dossiers,
        Consistency.Dossiers,
    }.SelectMany(d => d).ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal);
}
