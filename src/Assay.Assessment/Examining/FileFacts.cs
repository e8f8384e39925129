using Assay.Assessment.Probes;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware;
using Assay.Firmware.Applications;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Traffic;

namespace Assay.Assessment.Examining;

/// <summary>
/// What one file of a dossier tells, before anything is joined. It follows from the file's bytes and name, its kind and state, the device's address and
/// the moment alone (<see cref="EvidenceCache.Key"/> names the same), so that it can be kept and used again.
/// </summary>
internal sealed record FileFacts
{
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    public IReadOnlyList<Coverage> Coverage { get; init; } = [];
    /// <summary>Found in an image.</summary>
    public IReadOnlyList<Component> Components { get; init; } = [];
    /// <summary>Every ELF file of an image.</summary>
    public IReadOnlyList<ExecutableSeen> Executables { get; init; } = [];
    /// <summary>Named by a bill of materials.</summary>
    public IReadOnlyList<Component> Materials { get; init; } = [];
    public CaptureFacts? Capture { get; init; }

    /// <summary>Reads the file once. What cannot be read is coverage lost, never an exception.</summary>
    /// <exception cref="OperationCanceledException"/>
    public static FileFacts Of(DossierFile file, Device device, ExaminationOptions options)
    {
        try
        {
            return file.Kind switch
            {
                FileKind.BillOfMaterials => OfMaterials(file),
                FileKind.Capture when CaptureExamination.Recognises(file.Artefact) => OfCapture(file, device, options),
                FileKind.Capture => Kept(file, "a capture", "other bytes"),
                FileKind.Image => OfImage(file, options),
                FileKind.ToolResults when Probe.Read(file.Artefact, file.Lines, ProbeOptions.Of(device, options.AsOf)) is { } result => new FileFacts { Findings = result.Findings, Coverage = result.Coverage },
                FileKind.Application => OfApplication(file, options),
                FileKind.Unread => Kept(file, "a kind of file that is read here", file.Artefact.Size == 0 ? "an empty file" : "a picture, a printed or an office document"),
                _ => Kept(file),
            };
        }
        catch (Exception lost) when (lost is UnreadableException or BudgetException)
        {
            // One file that cannot be read is lost, and said; the others still speak.
            var loss = lost is UnreadableException unreadable ? unreadable.AsLoss(file.Name) : new Loss { Location = new Location { Artefact = file.Name }, Expected = "a file within the budget", Found = lost.Message };
            return new FileFacts { Coverage = [new Coverage { Artefact = file.Name, Scope = ScopeOf(file.Kind), Unit = "bytes", Total = file.Artefact.Size, Examined = 0, Losses = [loss] }] };
        }
    }

    /// <summary>Kinds whose reading takes longer than reading what was kept of it.</summary>
    public static bool IsWorthKeeping(DossierFile file) => file.Kind is FileKind.Image or FileKind.Capture or FileKind.BillOfMaterials or FileKind.ToolResults or FileKind.Application;

    private static FileFacts OfMaterials(DossierFile file)
    {
        var list = BillOfMaterials.Read(file.Name, file.Artefact.Bytes.Whole);
        return new FileFacts { Materials = list.Components, Coverage = [list.Coverage] };
    }

    private static FileFacts OfCapture(DossierFile file, Device device, ExaminationOptions options)
    {
        var capture = CaptureExamination.Of(file.Artefact, options);
        var own = OwnTraffic.Of(capture, device);
        return new FileFacts { Findings = [.. OfDevice(capture, own)], Coverage = [capture.Coverage], Capture = CaptureFacts.Of(capture, file, own) };
    }

    private static FileFacts OfApplication(DossierFile file, ExaminationOptions options)
    {
        var app = ApplicationExamination.Of(file.Artefact, options);
        return new FileFacts { Findings = app.Findings, Coverage = [app.Coverage] };
    }

    private static FileFacts OfImage(DossierFile file, ExaminationOptions options)
    {
        var image = FirmwareExamination.Of(file.Artefact, options);
        return new FileFacts
        {
            Findings = image.Findings,
            Components = image.Components,
            Executables = image.Executables,
            // A file handed over alone is no device: what it does not hold says nothing of what the device does not hold.
            Coverage = [.. image.Kind == "file" ? image.Coverage.Select(c => c with { Scope = CoverageScope.Document }) : image.Coverage],
        };
    }

    /// <summary>What was seen of the device itself. A capture shows its neighbours too; where nobody can tell them apart all of it is kept, and counts for nobody (<see cref="Examined.Strangers"/>).</summary>
    private static IEnumerable<Finding> OfDevice(CaptureExamination capture, OwnTraffic? own)
    {
        if (own is null) return capture.Findings;
        var places = capture.Observations.Where(o => o.Kind is not null && (own.Addresses.Contains(o.Source) || own.Addresses.Contains(o.Destination) || own.Names.Contains(o.Subject)))
            .Select(o => (o.Kind, o.Subject, o.Value)).ToHashSet();
        var mac = own.Mac?.ToString();
        return capture.Findings.Where(f => places.Contains((f.Kind, f.Subject, f.Value))
            && (mac is null || !f.Has(Traits.Listener) || f.Note is not { } note || !note.StartsWith("station ", StringComparison.Ordinal) || note.Contains(mac, StringComparison.OrdinalIgnoreCase)));
    }

    private static CoverageScope ScopeOf(FileKind kind) => kind switch
    {
        FileKind.Capture => CoverageScope.Capture,
        FileKind.Image => CoverageScope.Image,
        FileKind.BillOfMaterials => CoverageScope.Materials,
        FileKind.Declaration => CoverageScope.Declaration,
        FileKind.ToolResults => CoverageScope.Scan,
        FileKind.Application => CoverageScope.Application,
        _ => CoverageScope.Document,
    };

    // Text lies open to the checks that look for words in it; nobody claims to have understood it.
    private static FileFacts Kept(DossierFile file, string? expected = null, string? found = null) => new()
    {
        Coverage =
        [
            new Coverage
            {
                Artefact = file.Name,
                Scope = CoverageScope.Document,
                Unit = "bytes",
                Total = file.Artefact.Size,
                Examined = file.Lines.Count > 0 ? file.Artefact.Size : 0,
                Losses = expected is null ? [] : [new Loss { Location = new Location { Artefact = file.Name }, Expected = expected, Found = found! }],
            },
        ],
    };
}
