using System.Text.RegularExpressions;
using Assay.Assessment.Probes;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// Certificates of the platform below: each supports the units that its scope names, until it expires, and only where the papers or the bill of materials
/// name that platform. It never passes a unit alone: how the device uses the platform no such certificate says.
/// </summary>
public sealed class PlatformEvidence() : Check("platform-evidence", 1, Polarity.Support, CoverageScope.Scan,
    "certificates of the platform below (PSA Certified, SESIP, EUCC) that are in force and name the platform of this device",
    "a platform.yaml with scheme, number, product, scope and end of each certificate, and the platform's name in the bill of materials or in IXIT 6, 12 or 20",
    "5.4-1-1c", "5.4-2-1c", "5.5-2-1a", "5.5-2-1b", "5.6-8-1a", "5.7-1-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var certificates = new List<PlatformCertificate>();
        var losses = new List<Loss>();
        foreach (var file in examined.Of(FileKind.ToolResults))
        {
            if (PlatformFile.Recognises(new ProbeText(file.Artefact, file.Lines))) certificates.AddRange(PlatformFile.Of(file.Name, file.Artefact.Bytes.Span(0, (int)file.Artefact.Size), losses));
        }
        if (certificates.Count == 0) return Units.Select(u => Open(u, "no certificate of the platform below was handed over"));
        var today = DateOnly.FromDateTime(examined.AsOf.UtcDateTime);
        var papers = examined.Rows(6, 10, 12, 18, 20).ToList();
        var named = string.Join('\n', papers.Select(r => Papers.Whole(r.Row)).Concat(examined.Materials.Concat(examined.Components).Select(c => $"{c.Name} {c.Version} {c.Supplier}")));
        var parts = new Lazy<List<string>>(() => [.. PartNumber.Matches(named).Select(m => m.Value).Where(w => w.Length >= 5 && w.Any(char.IsDigit)).Distinct(StringComparer.OrdinalIgnoreCase)]);
        var isNamed = papers.Count > 0 || examined.Materials.Count > 0;
        var answers = new List<Answer>();
        foreach (var unit in Units)
        {
            foreach (var certificate in certificates.Where(c => Covers(c, unit)))
            {
                var says = new Statement($"{certificate.Name} speaks of {certificate.Product}", certificate.Location, IsPaper: true);
                if (certificate.Expires is { } end && end < today)
                {
                    answers.Add(Contradicts(unit, new Contradiction($"whether {certificate.Name} is in force", says, new Statement($"it ended on {PlatformFile.Day(end)}", certificate.Location, IsPaper: true))));
                }
                else if (certificate.Issued is { } issued && issued > today)
                {
                    answers.Add(Open(unit, $"{certificate.Name} begins on {PlatformFile.Day(issued)} only"));
                }
                else if (certificate.Expires is null)
                {
                    answers.Add(Open(unit, $"{certificate.Name} does not say until when it counts", "the end of the certificate, as its public entry gives it"));
                }
                else if (!isNamed)
                {
                    answers.Add(Open(unit, $"whether this device has {certificate.Product} no paper says"));
                }
                else if (!Names(named, parts, certificate.Product))
                {
                    answers.Add(Contradicts(unit, new Contradiction($"whether the device is built on {certificate.Product}", says,
                        new Statement("no row of IXIT 6, 10, 12, 18 or 20 and no component names it", papers.Count > 0 ? papers[0].Table.Location : new Location { Artefact = examined.Of(FileKind.BillOfMaterials).FirstOrDefault()?.Name ?? certificate.Location.Artefact }, IsPaper: true))).NotIn(6, 10, 12, 18, 20));
                }
                else if (Copy(examined, certificate) is { } missing)
                {
                    answers.Add(Open(unit, missing, "a saved copy of the certificate with its SHA-256 in platform.yaml"));
                }
                else
                {
                    answers.Add(Supports(unit, $"{certificate.Name} for {certificate.Product}{(certificate.Level is null ? "" : $", {certificate.Level}")} covers {Word(certificate, unit)} until {PlatformFile.Day(certificate.Expires.Value)}") with { Locations = [certificate.Location] });
                }
            }
        }
        return answers.Count > 0 ? answers : Units.Select(u => Open(u, "no certificate of the platform names a scope that belongs here"));
    }

    private static string? Copy(Examined examined, PlatformCertificate certificate)
    {
        if (certificate.Copy is null) return $"{certificate.Name} names no saved copy";
        if (examined.Files.FirstOrDefault(f => f.Name == certificate.Copy || f.Name.EndsWith("/" + certificate.Copy, StringComparison.Ordinal)) is not { } file) return $"the saved copy {certificate.Copy} of {certificate.Name} is not in the dossier";
        return certificate.Sha256 is null ? $"the SHA-256 of the saved copy {certificate.Copy} is not said" : file.Artefact.Sha256 == certificate.Sha256 ? null : $"the saved copy {certificate.Copy} has another SHA-256 than platform.yaml says";
    }

    // Which words of a scope speak of which unit.
    private static readonly (string[] Units, string[] Words)[] Scopes =
    [
        (["5.7-1-1b"], ["secure boot", "verified boot", "trusted boot", "secure initialization", "secure initialisation", "authenticated boot", "boot"]),
        (["5.4-1-1c"], ["secure storage", "trusted storage", "key storage", "protected storage", "secure encrypted storage", "storage", "key management"]),
        (["5.4-2-1c"], ["tamper", "physical", "identity", "attestation", "unique id", "device id"]),
        (["5.5-2-1a", "5.5-2-1b"], ["cryptography", "cryptographic", "crypto", "random number", "TLS", "secure communication"]),
        (["5.6-8-1a"], ["isolation", "memory protection", "TrustZone", "partitioning", "MPU", "MMU", "separation"]),
    ];

    private static bool Covers(PlatformCertificate certificate, string unit) => Word(certificate, unit) is not null;

    private static string? Word(PlatformCertificate certificate, string unit) =>
        certificate.Scope.FirstOrDefault(s => Scopes.Any(w => w.Units.Contains(unit) && w.Words.Any(word => s.Contains(word, StringComparison.OrdinalIgnoreCase))));

    // "STM32U585xx" is named by "STM32U585" and by "STM32U5": part numbers are shortened at their end.
    private static bool Names(string text, Lazy<List<string>> words, string product)
    {
        if (text.Contains(product, StringComparison.OrdinalIgnoreCase)) return true;
        var parts = PartNumber.Matches(product).Select(m => m.Value).Where(p => p.Length >= 5 && p.Any(char.IsDigit) && p.Any(char.IsLetter)).ToList();
        if (parts.Count == 0) return false;
        return parts.Any(p => words.Value.Any(w => w.StartsWith(p.TrimEnd('x', 'X'), StringComparison.OrdinalIgnoreCase) || p.StartsWith(w.TrimEnd('x', 'X'), StringComparison.OrdinalIgnoreCase)));
    }

    private static Regex PartNumber => field ??= new(@"[A-Za-z0-9][A-Za-z0-9-]*", RegexOptions.CultureInvariant);
}
