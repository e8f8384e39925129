using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Evidence;
using Assay.Firmware;
using Assay.Software.Components;

namespace Assay.Assessment;

/// <summary>Joins the rooms: each file of a dossier goes to the room that reads its kind, and what they saw comes back as one.</summary>
public static class Examination
{
    /// <summary>Reads every file once. A file that cannot be read is coverage lost, never an exception.</summary>
    /// <param name="cache">Where what a file tells is kept between runs; null reads everything.</param>
    public static Examined Of(Dossier dossier, ExaminationOptions options, EvidenceCache? cache = null)
    {
        var declaration = Declaration.Read([.. dossier.Files.Where(f => f.Kind is FileKind.Document or FileKind.Declaration or FileKind.Signature or FileKind.Unread).Select(f => f.Artefact)], options.AsOf);
        var papers = declaration.Files.Concat(declaration.Drafts).ToHashSet(StringComparer.Ordinal);
        declaration = NamedFiles.Checked(declaration, [.. dossier.Files.Select(f => f.Name)]);
        // Whoever puts a file among the declarations, or calls it one, means it; where nothing of it is understood, that is said.
        declaration = declaration with
        {
            Unread = [.. declaration.Unread, .. dossier.Files.Where(f => f.Kind != FileKind.Signature && f.Kind != FileKind.LabRecord && (f.Kind == FileKind.Declaration || f.Name.StartsWith("declaration/", StringComparison.Ordinal))
                && !papers.Contains(f.Name)).Select(f => new Unread(new Location { Artefact = f.Name }, "nothing of it was recognised", "a conformance statement or detail tables, in a layout of docs/declaration.md"))],
        };
        IReadOnlyList<DossierFile> files = [.. dossier.Files.Select(f => papers.Contains(f.Name) ? f with { Kind = FileKind.Declaration } : f)];
        var facts = new List<FileFacts>(files.Count);
        foreach (var file in files)
        {
            options.Cancel.ThrowIfCancellationRequested();
            options.Progress?.Invoke(new Progress($"reading {file.Name}", facts.Count, files.Count));
            // What was read as a declaration has its coverage from there.
            facts.Add(file.Kind == FileKind.LabRecord || (file.Kind == FileKind.Declaration && papers.Contains(file.Name)) ? new FileFacts() : Facts(file, dossier.Device, options, cache));
        }
        if (facts.Count(f => f.Executables.Count > 0) > 1) facts = [.. facts.Select((f, i) => Apart(f, files[i].Name))];
        var coverage = facts.SelectMany(f => f.Coverage).Concat(declaration.Coverage).ToList();
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
            Findings = [.. facts.SelectMany(f => f.Findings)],
            Coverage = coverage,
            Components = Inventory.Merge([.. facts.SelectMany(f => f.Components)]),
            Executables = [.. facts.SelectMany(f => f.Executables)],
            Materials = [.. facts.SelectMany(f => f.Materials)],
            Declaration = declaration,
            Captures = [.. facts.Select(f => f.Capture).OfType<CaptureFacts>()],
            LabRecords = labs.Entries,
            Advice = declaration.Proposals.Count == 0 ? dossier.Advice :
                [.. dossier.Advice, $"{declaration.Proposals.Count} proposals of a draft count as nothing: take the mark \"proposal\" away from each that is right, first {declaration.Proposals[0].Location} ({Shortened.Visible(declaration.Proposals[0].Id)})."],
        };
    }

    // Several images each have their own /bin/busybox.
    private static FileFacts Apart(FileFacts facts, string file) => facts with
    {
        Components = [.. facts.Components.Select(c => c.Files.Count == 0 ? c : c with { Files = [.. c.Files.Select(f => $"{file}:{f}")] })],
        Executables = [.. facts.Executables.Select(e => e with { Path = $"{file}:{e.Path}" })],
    };

    private static FileFacts Facts(DossierFile file, Device device, ExaminationOptions options, EvidenceCache? cache)
    {
        options = options with { Budget = options.Budget.Whole() };
        if (cache is null || !FileFacts.IsWorthKeeping(file)) return FileFacts.Of(file, device, options);
        var key = EvidenceCache.Key(file, device, options);
        if (cache.Find(key) is { } kept) return kept;
        var facts = FileFacts.Of(file, device, options);
        cache.Keep(key, facts);
        return facts;
    }
}
