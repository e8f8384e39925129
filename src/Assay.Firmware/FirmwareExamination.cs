using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Software.Components;
using Assay.Software.Components.Packages;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware;

/// <summary>All that one image, archive, program or unpacked folder tells: findings, components, and how much was looked at.</summary>
public sealed record FirmwareExamination
{
    /// <summary>What it was recognised as: <c>image</c>, <c>file</c>, <c>folder</c>, or null where nothing was.</summary>
    public required string? Kind { get; init; }
    /// <summary>Ordered by <see cref="Finding.Compare"/>.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
    public required IReadOnlyList<Component> Components { get; init; }
    public required IReadOnlyList<Coverage> Coverage { get; init; }
    /// <summary>Every ELF file of the file systems, ordered by path.</summary>
    public IReadOnlyList<ExecutableSeen> Executables { get; init; } = [];
    /// <summary>What is known of its parts, what it starts, and what its packages say of themselves: for the judgement of vulnerabilities.</summary>
    public ProductFacts Product { get; init; } = ProductFacts.None;
    /// <summary>What lies where, for a person; null for a single file that is known.</summary>
    public ImageMap? Map { get; init; }

    /// <summary>A single file of a device is read whole; beyond this many bytes only an image can be read.</summary>
    private const int LargestFile = 64 << 20;

    /// <summary>Opens the artefact as an image; where nothing in it is one, looks at it as a single file of a device.</summary>
    public static FirmwareExamination Of(Artefact artefact, ExaminationOptions options) =>
        options.Workers == 1 ? Of(artefact, options, isGuessing: false)! : Of(artefact, options, isGuessing: true) ?? Of(artefact, options with { Budget = options.Budget.Whole() }, isGuessing: false)!;

    // Half of an image's time can go into unpacking its kernel on one core. What is most likely the root file system is read meanwhile; where it turns out
    // to be another (a kernel that carries a root of its own), everything is read again in order, and null is the answer here.
    private static FirmwareExamination? Of(Artefact artefact, ExaminationOptions options, bool isGuessing)
    {
        (Part Part, RootFacts Facts)? guess = null;
        using var image = Image.Open(artefact, options, !isGuessing ? null : files =>
        {
            if (files.Where(p => Image.LooksLikeRoot(p.FileSystem!)).ToList() is [var root]) guess = (root, RootFacts.Examine(artefact.Name, root.FileSystem!, options));
        });
        if (guess is { } guessed && guessed.Part != image.Root) return null;
        var isImage = image.FileSystems.Count > 0 || image.AllParts.Any(p => p.Kind is not ("unknown" or "padding" or "elf"));
        if (artefact.Size is > 0 and <= LargestFile && (!isImage || NamesJava(artefact, options)))
        {
            var alone = RootFacts.ExamineFile(artefact.Name, artefact.Bytes.Span(0, (int)artefact.Size), options);
            var isKnown = alone.Findings.Count + alone.Components.Count > 0 || image.IsRecognised;
            return new FirmwareExamination
            {
                Kind = isKnown ? "file" : null,
                Findings = alone.Findings,
                Components = alone.Components,
                Executables = alone.Executables,
                Product = ProductFacts.Of(Payloads(artefact.Name, image, options).Select(p => p.Facts.Product(p.At)).Prepend(alone.Product)),
                Coverage = isKnown ? [alone.Coverage] : [image.Coverage],
                Map = isKnown ? null : image.Map(),
            };
        }
        var facts = image.FileSystems.Select(part => part == guess?.Part ? guess.Value.Facts : RootFacts.Examine(artefact.Name, part.FileSystem!, options, part == image.Root ? "" : part.Path)).ToList();
        var payloads = Payloads(artefact.Name, image, options);
        var boot = BootFacts.Of(artefact.Name, image).Concat(payloads.Select(p => p.Facts.DelayAt(p.At)).OfType<Finding>());
        var components = Inventory.Merge(facts.SelectMany(f => f.Components).Concat(payloads.SelectMany(p => p.Facts.Components(p.At))));
        return new FirmwareExamination
        {
            Kind = isImage ? "image" : null,
            Findings = [.. facts.SelectMany(f => f.Findings).Concat(boot).Concat(Inventory.Contradictions(components)).DistinctBy(f => f.Id).Order(Comparer<Finding>.Create(Finding.Compare))],
            Components = components,
            Executables = [.. facts.SelectMany(f => f.Executables)],
            Product = ProductFacts.Of(facts.Select(f => f.Product).Concat(payloads.Select(p => p.Facts.Product(p.At)))),
            // Taken last: an image's losses are complete only after all contents were read. Each stands once.
            Coverage = [image.Coverage, .. facts.Select(f => f.Coverage with { Losses = [.. f.Coverage.Losses.Except(image.Losses)] })],
            Map = image.Map(),
        };
    }

    // A zip archive is an image of parts that are not read, unless it says of itself what it is.
    private static bool NamesJava(Artefact artefact, ExaminationOptions options)
    {
        var bytes = artefact.Bytes.Span(0, (int)artefact.Size);
        return JavaArchive.Looks(bytes) && JavaArchive.Read(bytes.ToArray(), options.Budget, new Location { Artefact = artefact.Name }, []).Count > 0;
    }

    /// <summary>What kernels and boot loaders say, beside what their structures say; in the order of the image.</summary>
    private static List<(Location At, PayloadFacts Facts)> Payloads(string artefact, Image image, ExaminationOptions options)
    {
        var said = image.AllParts.Where(p => p.IsPayload).AsParallel().AsOrdered().WithDegreeOfParallelism(options.Workers).WithCancellation(options.Cancel)
            .Select(part => (Part: part, Facts: part.Said ?? PayloadFacts.Of((part.Content ?? part.Bytes).Span, options))).ToList();
        image.Keep(said.ToDictionary(s => s.Part, s => s.Facts));
        return [.. said.Select(s => (new Location { Artefact = artefact, Path = s.Part.Path }, s.Facts))];
    }

    /// <summary>An unpacked root file system on disk.</summary>
    public static FirmwareExamination OfFolder(string folder, string name, ExaminationOptions options)
    {
        var facts = RootFacts.Examine(name, FolderTree.Open(folder, name, options.Budget), options);
        return new FirmwareExamination { Kind = "folder", Findings = facts.Findings, Components = facts.Components, Executables = facts.Executables, Product = facts.Product, Coverage = [facts.Coverage] };
    }
}
