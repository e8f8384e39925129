using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware;
using Assay.Software.Components;
using Assay.Software.Sbom;

namespace Assay.Cli;

/// <summary><c>assay sbom IMAGE|FOLDER|BILL</c>: the components inside, as CycloneDX or SPDX, each with the evidence for it; a bill of materials is checked and written again; a maker's is held against an image.</summary>
public static class SbomVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "sbom",
        Summary = "write the bill of materials of an image or unpacked root, check and convert one, or compare a maker's with an image",
        Usage = "IMAGE|FOLDER|BILL [--spec VERSION] [--against BILL] [--as-of DATE]",
        Example = "./assay sbom examples/doorbell-1.0/firmware/doorbell-1.0.bin",
        Options =
        [
            new Option("--spec", "VERSION", "of CycloneDX 1.4 to 1.7 (1.6; of a CycloneDX document its own), of SPDX 2.3"),
            new Option("--against", "BILL", "compare this bill of materials with what is inside: missing, extra, other version"),
            new Option("--as-of", "DATE", "the date that the document carries (today)"),
            new Option("--cache", "FOLDER", "keep there what the files inside images told, for the next image that shares them; may be deleted at any time"),
        ],
        Formats = ["cyclonedx", "spdx", "table", "json"],
        Run = Run,
    };

    private const int MostTold = 20;

    private sealed record Examined(string Name, bool IsKnown, IReadOnlyList<Component> Components, IReadOnlyList<Coverage> Coverage, string Digest, IReadOnlyList<ExecutableSeen> Executables);

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands is not [var path]) throw new UsageException($"sbom expects one IMAGE, FOLDER or BILL, found {arguments.Operands.Count}");
        var options = terminal.Examination();
        var against = arguments.Value("--against");
        var format = arguments.Value("--format") ?? (against is null ? "cyclonedx" : "table");
        if (against is not null && format is not ("table" or "json")) throw new UsageException($"--against expects --format table or json, found {format}");
        if (against is null && format is "table" or "json") throw new UsageException($"--format {format} of sbom expects --against BILL; without it cyclonedx or spdx");
        if (arguments.Value("--spec") is { } asked && (format == "spdx" ? asked != Spdx.Version : !CycloneDx.Versions.Contains(asked)))
            throw new UsageException($"--spec expects {(format == "spdx" ? Spdx.Version : string.Join(", ", CycloneDx.Versions))}, found {asked}");
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (!Directory.Exists(path))
        {
            using var artefact = Artefact.Open(path, name);
            if (artefact.Size <= options.Budget.FileBytes && BillFile.Looks(artefact.Bytes.Whole.Span))
            {
                using var bill = BillFile.Read(name, artefact.Bytes.Whole);
                if (against is null) return Again(bill, format, arguments.Value("--spec"), options, terminal);
                if (Tell(bill, terminal)) return Exit.Unreadable;
                var materials = bill.Materials();
                return Compare(against, new Examined(name, true, materials.Components, [materials.Coverage], artefact.Sha256, []), format, options, terminal);
            }
        }
        var examined = Examine(path, name, options);
        if (against is not null) return Compare(against, examined, format, options, terminal);
        var draft = BillDraft.Of(new BillSubject(name, null, examined.Digest), examined.Components, examined.Executables, options.AsOf, ToolVersion);
        var written = Write(draft, format, arguments.Value("--spec"));
        terminal.WriteBytes(stream => stream.Write(written));
        terminal.Hint($"{examined.Components.Count} component{(examined.Components.Count == 1 ? "" : "s")}; {draft.Completeness}");
        return Complain(path, examined, terminal);
    }

    private static string ToolVersion => typeof(SbomVerb).Assembly.GetName().Version!.ToString(3);

    private static byte[] Write(BillDraft draft, string format, string? spec) => format == "spdx" ? Spdx.Write(draft) : CycloneDx.Write(draft, spec ?? CycloneDx.DefaultVersion);

    private static Examined Examine(string path, string name, ExaminationOptions options)
    {
        if (Directory.Exists(path))
        {
            var folder = FirmwareExamination.OfFolder(path, name, options);
            // A folder has no digest of its own: the components that were found, with their places, stand for it.
            var told = string.Join('\n', folder.Components.SelectMany(c => c.Evidence.Select(e => $"{c.Name} {c.Package ?? c.Version} {e.Location}")));
            return new Examined(name, folder.Kind is not null, folder.Components, folder.Coverage, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(told))), folder.Executables);
        }
        using var artefact = Artefact.Open(path, name);
        var image = FirmwareExamination.Of(artefact, options);
        return new Examined(name, image.Kind is not null, image.Components, image.Coverage, artefact.Sha256, image.Executables);
    }

    private static int Complain(string path, Examined examined, Terminal terminal)
    {
        foreach (var loss in examined.Coverage.SelectMany(c => c.Losses)) terminal.Complain(loss.ToString());
        if (!examined.IsKnown)
        {
            terminal.Complain($"{path}: expected an image, an archive, a program or a bill of materials, found bytes of no kind that is known");
            return Exit.Unreadable;
        }
        return examined.Coverage.Any(c => c.Losses.Count > 0 && c.Scope != CoverageScope.Files) ? Exit.Unreadable : Exit.Done;
    }

    /// <summary>True where the document breaks its format's rules.</summary>
    private static bool Tell(BillFile bill, Terminal terminal)
    {
        foreach (var fault in bill.Faults.Take(MostTold)) terminal.Complain($"{bill.Name}: {fault}");
        if (bill.Faults.Count > MostTold) terminal.Complain($"{bill.Name}: {bill.Faults.Count - MostTold} more departures from {bill.Title}");
        foreach (var remark in bill.Remarks.Take(MostTold)) terminal.Hint($"{Shortened.Visible(bill.Name)}: {remark} (allowed)");
        if (bill is { Format: BillFormat.CycloneDx, Version: "1.2" or "1.3" }) terminal.Hint($"{Shortened.Visible(bill.Name)}: {bill.Title} is read and its rules are not checked; those of 1.4 to 1.7 are");
        return bill.Faults.Count > 0;
    }

    // In its own format and version a document is kept with all that it has; in another one, with what our own shapes hold.
    private static int Again(BillFile bill, string format, string? spec, ExaminationOptions options, Terminal terminal)
    {
        if (Tell(bill, terminal)) return Exit.Unreadable;
        if (format == "spdx" ? bill is { Format: BillFormat.Spdx, Version: Spdx.Version } : bill.Format == BillFormat.CycloneDx && (spec ?? bill.Version) == bill.Version)
        {
            terminal.WriteBytes(bill.Write);
            return Exit.Done;
        }
        var materials = bill.Materials();
        var written = Write(BillDraft.Of(materials, bill.Name, options.AsOf, ToolVersion), format, spec);
        terminal.WriteBytes(stream => stream.Write(written));
        terminal.Hint($"converted from {bill.Title}: names, versions, identifiers, suppliers, licences, hashes and dependencies of {materials.Components.Count} components; what else it says is left out");
        foreach (var loss in materials.Coverage.Losses) terminal.Complain(loss.ToString());
        return materials.Coverage.Losses.Count > 0 ? Exit.Unreadable : Exit.Done;
    }

    private static int Compare(string against, Examined examined, string format, ExaminationOptions options, Terminal terminal)
    {
        using var artefact = Artefact.Open(against);
        if (artefact.Size > options.Budget.FileBytes) throw new BudgetException("file", options.Budget.FileBytes);
        var name = Path.GetFileName(against);
        using var bill = BillFile.Read(name, artefact.Bytes.Whole);
        if (Tell(bill, terminal)) return Exit.Unreadable;
        var comparison = BillComparison.Of(bill.Materials(), examined.Components, examined.Executables);
        if (format == "json")
        {
            terminal.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("schema", "assay/sbom-comparison/1");
                json.WriteString("artefact", examined.Name);
                json.WriteString("against", name);
                comparison.Write(json);
                json.WriteEndObject();
            });
        }
        else terminal.Write(writer => Show(writer, comparison, examined.Name, name, terminal));
        var exit = Complain(examined.Name, examined, terminal);
        return exit != Exit.Done ? exit : comparison.IsEqual ? Exit.Done : Exit.No;
    }

    private static void Show(TextWriter writer, BillComparison comparison, string name, string against, Terminal terminal)
    {
        static string Version(Component component) => component.Package ?? component.Version ?? "-";
        static string Place(Component component) => component.Evidence.Count > 0 ? component.Evidence[0].Location.ToString() : "";
        var rows = new List<IReadOnlyList<string>>();
        rows.AddRange(comparison.Missing.Select(c => (IReadOnlyList<string>)["missing", c.Name, "-", Version(c), Place(c)]));
        rows.AddRange(comparison.Extra.Select(c => (IReadOnlyList<string>)["extra", c.Name, Version(c), "-", Place(c)]));
        rows.AddRange(comparison.OtherVersion.Select(p => (IReadOnlyList<string>)["other version", p.Found.Name, Version(p.Listed), Version(p.Found), Place(p.Found)]));
        rows.AddRange(comparison.VersionUnknown.Select(p => (IReadOnlyList<string>)["version unknown", p.Found.Name, Version(p.Listed), Version(p.Found), Place(p.Found)]));
        if (rows.Count > 0)
        {
            TextTable.Write(writer, ["difference", "component", "listed", "found", "where"], rows, terminal.Width);
            writer.WriteLine();
        }
        writer.WriteLine($"{Shortened.Visible(name)} against {Shortened.Visible(against)} ({comparison.Format}): {comparison.Same.Count} the same, {comparison.Missing.Count} missing (found and not listed), "
            + $"{comparison.Extra.Count} extra (listed and not found), {comparison.OtherVersion.Count} in another version, {comparison.VersionUnknown.Count} without a version to compare.");
        if (comparison is { Found: { } found, Listed: { } listed })
            writer.WriteLine($"{found}; {listed.NamedBytes} ({listed.Percent}) to one that {Shortened.Visible(against)} lists.");
        if (comparison.NotCompared > 0) writer.WriteLine($"{comparison.NotCompared} line{(comparison.NotCompared == 1 ? "" : "s")} that name files, devices or data were not compared.");
        if (comparison.Extra.Count > 0) writer.WriteLine("What was not found may be there all the same: a part without a name of its own in the image is not recognised.");
    }
}
