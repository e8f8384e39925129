using System.Security.Cryptography;
using System.Text;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Firmware;
using Assay.Software.Sbom;

namespace Assay.Cli;

/// <summary><c>assay sbom IMAGE|FOLDER</c>: the components inside, as CycloneDX, each with the evidence for it.</summary>
public static class SbomVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "sbom",
        Summary = "write the bill of materials of an image or unpacked root, each component with its evidence",
        Usage = "IMAGE|FOLDER [--as-of DATE]",
        Example = "./assay sbom examples/doorbell-1.0/firmware/doorbell-1.0.bin",
        Options = [new Option("--as-of", "DATE", "the date that the document carries (today)")],
        Formats = ["cyclonedx"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is not [var path]) throw new UsageException($"sbom expects one IMAGE or FOLDER, found {arguments.Operands.Count}");
        var options = terminal.Examination();
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        FirmwareExamination examination;
        string digest;
        if (Directory.Exists(path))
        {
            examination = FirmwareExamination.OfFolder(path, name, options);
            // A folder has no digest of its own: the components that were found, with their places, stand for it.
            var told = string.Join('\n', examination.Components.SelectMany(c => c.Evidence.Select(e => $"{c.Name} {c.Package ?? c.Version} {e.Location}")));
            digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(told)));
        }
        else
        {
            using var artefact = Artefact.Open(path, name);
            examination = FirmwareExamination.Of(artefact, options);
            digest = artefact.Sha256;
        }
        var bill = CycloneDx.Write(new BillSubject(name, null, digest), examination.Components, options.AsOf, typeof(SbomVerb).Assembly.GetName().Version!.ToString(3));
        terminal.WriteBytes(stream => stream.Write(bill));
        foreach (var loss in examination.Coverage.SelectMany(c => c.Losses)) terminal.Complain(loss.ToString());
        if (examination.Kind is null)
        {
            terminal.Complain($"{path}: expected an image, an archive or a program, found bytes of no kind that is known");
            return Exit.Unreadable;
        }
        return examination.Coverage.Any(c => c.Losses.Count > 0 && c.Scope != CoverageScope.Files) ? Exit.Unreadable : Exit.Done;
    }
}
