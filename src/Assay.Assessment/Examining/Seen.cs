using Assay.Assessment.Declarations;
using Assay.Assessment.Probes;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware;
using Assay.Firmware.Applications;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Traffic;

namespace Assay.Assessment.Examining;

/// <summary>What one file or folder, looked at alone, tells: the answer of <c>assay inspect</c>.</summary>
public sealed record Seen
{
    public required string Artefact { get; init; }
    /// <summary>What it was recognised as: <c>image</c>, <c>capture</c>, <c>declaration</c> …, or <see cref="Unknown"/>.</summary>
    public required string Kind { get; init; }
    /// <summary>Bytes; 0 for a folder.</summary>
    public long Size { get; init; }
    /// <summary>Null for a folder.</summary>
    public string? Sha256 { get; init; }
    public required IReadOnlyList<Coverage> Coverage { get; init; }
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    public IReadOnlyList<Component> Components { get; init; } = [];
    /// <summary>What lies where, of an image.</summary>
    public ImageMap? Map { get; init; }

    public const string Unknown = "unknown";

    /// <summary>One file, recognised by its content. What is damaged is a loss in <see cref="Coverage"/>.</summary>
    public static Seen Of(Artefact artefact, ExaminationOptions options)
    {
        options.Progress?.Invoke(new Progress($"reading {artefact.Name}", 0, 0));
        return (CaptureExamination.Recognises(artefact) ? OfCapture(artefact, options) : OfOthers(artefact, options) ?? OfFirmware(artefact, options)) with { Size = artefact.Size, Sha256 = artefact.Sha256 };
    }

    /// <summary>An unpacked root file system on disk.</summary>
    public static Seen OfRootFolder(string folder, string name, ExaminationOptions options)
    {
        var facts = FirmwareExamination.OfFolder(folder, name, options);
        return new Seen { Artefact = name, Kind = "folder", Coverage = facts.Coverage, Findings = facts.Findings, Components = facts.Components };
    }

    // Tools' results and apps are asked for first: they may hold certificates and scripts that the firmware room would take for the device's.
    private static Seen? OfOthers(Artefact artefact, ExaminationOptions options)
    {
        var file = Dossier.Of([artefact]).Files[0];
        if (file.Kind == FileKind.Application)
        {
            var app = ApplicationExamination.Of(artefact, options);
            return new Seen { Artefact = artefact.Name, Kind = app.Kind, Coverage = [app.Coverage], Findings = app.Findings };
        }
        if (file.Kind != FileKind.ToolResults || Probe.Read(artefact, file.Lines, new ProbeOptions { AsOf = options.AsOf }) is not { } result) return null;
        return new Seen { Artefact = artefact.Name, Kind = result.Kind, Coverage = result.Coverage, Findings = result.Findings };
    }

    private static Seen OfCapture(Artefact artefact, ExaminationOptions options)
    {
        if (options.Workers > 1) artefact.HashMeanwhile();
        try
        {
            var capture = CaptureExamination.OfFindings(artefact, options);
            return new Seen { Artefact = artefact.Name, Kind = "capture", Coverage = [capture.Coverage], Findings = capture.Findings };
        }
        catch (UnreadableException wrong)
        {
            return new Seen { Artefact = artefact.Name, Kind = "capture", Coverage = [Lost(artefact, CoverageScope.Capture, wrong)] };
        }
    }

    // Texts that the firmware room knows, such as passwd or a start script, are its own; of the others the assessment room says what they are.
    private static Seen OfFirmware(Artefact artefact, ExaminationOptions options)
    {
        if (Workbook.Looks(artefact) && Declaration.Read([artefact], options.AsOf) is { Files.Count: > 0 } sheets)
        {
            return new Seen { Artefact = artefact.Name, Kind = "declaration", Coverage = sheets.Coverage };
        }
        var firmware = FirmwareExamination.Of(artefact, options);
        if (firmware.Kind is { } kind)
        {
            return new Seen { Artefact = artefact.Name, Kind = kind, Coverage = firmware.Coverage, Findings = firmware.Findings, Components = firmware.Components, Map = firmware.Map };
        }
        var file = Dossier.Of([artefact]).Files[0];
        switch (file.Kind)
        {
            case FileKind.BillOfMaterials:
                return OfMaterials(artefact);
            case FileKind.Declaration or FileKind.Document or FileKind.Device when file.Lines.Count > 0:
                var declaration = Declaration.Read([artefact], options.AsOf);
                return declaration.Files.Count > 0
                    ? new Seen { Artefact = artefact.Name, Kind = "declaration", Coverage = declaration.Coverage }
                    : SecurityText.Of(file.Lines) is { } contact ? OfContact(artefact, contact)
                    : new Seen { Artefact = artefact.Name, Kind = "document", Coverage = [Whole(artefact)] };
            case FileKind.Mud:
                return new Seen { Artefact = artefact.Name, Kind = "MUD file", Coverage = [Whole(artefact)] };
            case FileKind.BuildConfiguration:
                return new Seen { Artefact = artefact.Name, Kind = "build configuration", Coverage = [Whole(artefact)] };
            case FileKind.PartitionTable:
                return new Seen { Artefact = artefact.Name, Kind = "partition table", Coverage = [Whole(artefact)] };
            case FileKind.Signature:
                return new Seen { Artefact = artefact.Name, Kind = "signature", Coverage = [Whole(artefact)] };
            default:
                return new Seen { Artefact = artefact.Name, Kind = Unknown, Coverage = firmware.Coverage };
        }
    }

    private static Seen OfContact(Artefact artefact, SecurityText contact) => new()
    {
        Artefact = artefact.Name,
        Kind = contact.IsSigned ? "security.txt, signed" : "security.txt",
        Coverage = [Whole(artefact) with { Losses = [.. contact.Faults.Select(f => new Loss { Location = new Location { Artefact = artefact.Name, Line = f.Line }, Expected = f.Expected, Found = f.Found })] }],
        Findings = [.. contact.Fields.Select(f => new Finding { Kind = FindingKind.Behaviour, Subject = f.Name, Value = f.Value, Confidence = 1, Location = new Location { Artefact = artefact.Name, Line = f.Line } })],
    };

    private static Seen OfMaterials(Artefact artefact)
    {
        try
        {
            var list = BillOfMaterials.Read(artefact.Name, artefact.Bytes.Whole);
            return new Seen { Artefact = artefact.Name, Kind = "bill of materials", Coverage = [list.Coverage], Components = list.Components };
        }
        catch (UnreadableException wrong)
        {
            return new Seen { Artefact = artefact.Name, Kind = "bill of materials", Coverage = [Lost(artefact, CoverageScope.Materials, wrong)] };
        }
    }

    private static Coverage Lost(Artefact artefact, CoverageScope scope, UnreadableException wrong) =>
        new() { Artefact = artefact.Name, Scope = scope, Unit = "bytes", Total = artefact.Size, Examined = 0, Losses = [wrong.AsLoss(artefact.Name)] };

    private static Coverage Whole(Artefact artefact) =>
        new() { Artefact = artefact.Name, Scope = CoverageScope.Document, Unit = "bytes", Total = artefact.Size, Examined = artefact.Size };
}
