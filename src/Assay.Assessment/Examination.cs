using Assay.Assessment.Declarations;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Traffic;

namespace Assay.Assessment;

/// <summary>Joins the rooms: each file of a dossier goes to the room that reads its kind, and what they saw comes back as one.</summary>
public static class Examination
{
    /// <summary>Reads every file once. A file that cannot be read is coverage lost, never an exception.</summary>
    public static Examined Of(Dossier dossier, ExaminationOptions options)
    {
        var findings = new List<Finding>();
        var coverage = new List<Coverage>();
        var components = new List<Component>();
        var materials = new List<Component>();
        var captures = new List<CaptureFacts>();
        var declaration = Declaration.Read([.. dossier.Files.Where(f => f.Kind is FileKind.Document or FileKind.Declaration or FileKind.Signature).Select(f => f.Artefact)], options.AsOf);
        var papers = declaration.Files.ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<DossierFile> files = [.. dossier.Files.Select(f => papers.Contains(f.Name) ? f with { Kind = FileKind.Declaration } : f)];
        var step = 0;
        foreach (var file in files)
        {
            options.Cancel.ThrowIfCancellationRequested();
            options.Progress?.Invoke(new Progress($"reading {file.Name}", step++, dossier.Files.Count));
            try
            {
                switch (file.Kind)
                {
                    case FileKind.BillOfMaterials:
                        var list = BillOfMaterials.Read(file.Name, file.Artefact.Bytes.Whole);
                        materials.AddRange(list.Components);
                        coverage.Add(list.Coverage);
                        break;
                    case FileKind.Capture when CaptureExamination.Recognises(file.Artefact):
                        var capture = CaptureExamination.Of(file.Artefact, options);
                        findings.AddRange(OfDevice(capture, dossier.Device.Mac));
                        coverage.Add(capture.Coverage);
                        captures.Add(CaptureFacts.Of(capture, file, dossier.Device.Mac));
                        break;
                    case FileKind.Image:
                        var image = FirmwareExamination.Of(file.Artefact, options);
                        findings.AddRange(image.Findings);
                        components.AddRange(image.Components);
                        // A file handed over alone is no device: what it does not hold says nothing of what the device does not hold.
                        coverage.AddRange(image.Kind == "file" ? image.Coverage.Select(c => c with { Scope = CoverageScope.Document }) : image.Coverage);
                        break;
                    case FileKind.Capture:
                        coverage.Add(Kept(file, "a capture", "other bytes"));
                        break;
                    case FileKind.Unread:
                        coverage.Add(Kept(file, "a kind of file that is read here", file.Artefact.Size == 0 ? "an empty file" : "a picture, a printed or an office document"));
                        break;
                    case FileKind.Declaration when papers.Contains(file.Name):
                    case FileKind.LabRecord:
                        break;
                    default:
                        coverage.Add(Kept(file));
                        break;
                }
            }
            catch (Exception lost) when (lost is UnreadableException or BudgetException)
            {
                // One file that cannot be read is lost, and said; the others still speak.
                var loss = lost is UnreadableException unreadable ? unreadable.AsLoss(file.Name) : new Loss { Location = new Location { Artefact = file.Name }, Expected = "a file within the budget", Found = lost.Message };
                coverage.Add(new Coverage { Artefact = file.Name, Scope = ScopeOf(file.Kind), Unit = "bytes", Total = file.Artefact.Size, Examined = 0, Losses = [loss] });
            }
        }
        coverage.AddRange(declaration.Coverage);
        // After everything else: whether a record's frame exists is known only when the capture was read.
        var labs = LabRecords.Read(files, dossier.Device, declaration, coverage, options.AsOf);
        coverage.AddRange(labs.Coverage);
        if (dossier.Losses.Count > 0)
        {
            coverage.Add(new Coverage { Artefact = ".", Scope = CoverageScope.Document, Unit = "files", Total = dossier.Files.Count + dossier.Losses.Count, Examined = dossier.Files.Count, Losses = dossier.Losses });
        }
        return new Examined
        {
            Device = dossier.Device,
            AsOf = options.AsOf,
            Files = files,
            Findings = findings,
            Coverage = coverage,
            Components = Inventory.Merge(components),
            Materials = materials,
            Declaration = declaration,
            Captures = captures,
            LabRecords = labs.Entries,
            Advice = dossier.Advice,
        };
    }

    /// <summary>What was seen of the device itself. A capture shows its neighbours too; without an address nobody can tell them apart, and all of it counts.</summary>
    private static IEnumerable<Finding> OfDevice(CaptureExamination capture, string? mac)
    {
        var own = mac is null ? null : capture.Stations.FirstOrDefault(s => string.Equals(s.Mac.ToString(), mac, StringComparison.OrdinalIgnoreCase));
        if (own is null) return capture.Findings;
        var addresses = own.Addresses.ToHashSet();
        // Before it has an address, a device speaks under its hardware address or its name.
        var names = own.Names.Append(own.Mac.ToString()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var places = capture.Observations.Where(o => o.Kind is not null && (addresses.Contains(o.Source) || addresses.Contains(o.Destination) || names.Contains(o.Subject)))
            .Select(o => (o.Kind, o.Subject, o.Value)).ToHashSet();
        return capture.Findings.Where(f => places.Contains((f.Kind, f.Subject, f.Value)) && (!f.Has(Traits.Listener) || f.Note is not { } note || !note.StartsWith("station ", StringComparison.Ordinal) || note.Contains(own.Mac.ToString(), StringComparison.OrdinalIgnoreCase)));
    }

    private static CoverageScope ScopeOf(FileKind kind) => kind switch
    {
        FileKind.Capture => CoverageScope.Capture,
        FileKind.Image => CoverageScope.Image,
        FileKind.BillOfMaterials => CoverageScope.Materials,
        FileKind.Declaration => CoverageScope.Declaration,
        _ => CoverageScope.Document,
    };

    // Text lies open to the checks that look for words in it; nobody claims to have understood it.
    private static Coverage Kept(DossierFile file, string? expected = null, string? found = null) => new()
    {
        Artefact = file.Name,
        Scope = CoverageScope.Document,
        Unit = "bytes",
        Total = file.Artefact.Size,
        Examined = file.Lines.Count > 0 ? file.Artefact.Size : 0,
        Losses = expected is null ? [] : [new Loss { Location = new Location { Artefact = file.Name }, Expected = expected, Found = found! }],
    };
}
