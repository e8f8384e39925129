using System.Security.Cryptography;
using System.Text;
using Assay.Assessment;
using Assay.Assessment.Documents;
using Assay.Assessment.Repetition;
using Assay.Assessment.Reports;
using Assay.CommandLine;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Software.Sbom;

namespace Assay.Cli;

/// <summary>The folder that <c>assess</c> writes (command.md): each file for one reader.</summary>
internal static class AssessmentFolder
{
    public static readonly IReadOnlyList<string> Names = ["report.html", "lab-report.html", "assessment.json", OscalPlan.FileName, "assessment-results.oscal.json", "sbom.cdx.json", "statement.cose"];

    /// <summary>All files, in the order of <see cref="Names"/>; where the dossier holds records of decision trees, these too. Only the signature differs between two runs on the same evidence.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Files(AssessmentResult result, string? keyFile, Terminal terminal)
    {
        var assessment = AssessmentJson.Bytes(result);
        var plan = OscalPlan.Bytes(result);
        yield return ("report.html", Report(result, HtmlReport.Write));
        yield return ("lab-report.html", Report(result, LabReport.Write));
        yield return ("assessment.json", assessment);
        yield return (OscalPlan.FileName, plan);
        yield return ("assessment-results.oscal.json", OscalResults.Bytes(result, plan, assessment));
        yield return ("sbom.cdx.json", Components(result, assessment));
        if (result.Trees.Count > 0) yield return (TreeRecordJson.FileName, TreeRecordJson.Bytes(result));
        using var key = keyFile is null ? KeyFolder.OfUser(Environment.GetEnvironmentVariable).Open(KeyRoles.Assessor, terminal.Hint, Environment.GetEnvironmentVariable) : KeyFolder.Open(keyFile, terminal.Hint, Environment.GetEnvironmentVariable);
        yield return ("statement.cose", Statement.Sign(key, assessment, key.Public.Name, $"{result.Device.Maker}/{result.Device.Model}", terminal.Time.GetUtcNow()));
    }

    /// <summary>The bytes of assessment.json: of the file itself, or of the statement that carries them.</summary>
    /// <exception cref="Evidence.Reading.UnreadableException">Neither.</exception>
    public static ReadOnlyMemory<byte> AssessmentOf(byte[] file) => file is [(byte)'{', ..] ? file : Statement.Read(file).Assessment;

    // Bound to the image where there is one; where there are several or none, to the assessment that says what was looked at.
    private static byte[] Components(AssessmentResult result, byte[] assessment)
    {
        var images = result.Evidence.Where(e => e.Kind == "image").ToList();
        var digest = images.Count == 1 ? images[0].Sha256 : Convert.ToHexStringLower(SHA256.HashData(assessment));
        var subject = new BillSubject($"{result.Device.Maker} {result.Device.Model}", result.Device.Versions.Count > 0 ? result.Device.Versions[^1] : null, digest);
        return CycloneDx.Write(BillDraft.Of(subject, result.Components, result.Executables, result.AsOf, typeof(AssessmentResult).Assembly.GetName().Version!.ToString(3)));
    }

    private static byte[] Report(AssessmentResult result, Action<AssessmentResult, TextWriter, ReportOptions?> write)
    {
        // The space of a thread's last report, taken again.
        page ??= new MemoryStream(1 << 16);
        page.SetLength(0);
        using (var writer = new StreamWriter(page, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" })
            write(result, writer, new ReportOptions { Tool = $"assay {typeof(AssessmentResult).Assembly.GetName().Version!.ToString(3)} (build {ToolDigest.Value})" });
        return page.ToArray();
    }

    [ThreadStatic]
    private static MemoryStream? page;
}
