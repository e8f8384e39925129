using Assay.Software.Components;

namespace Assay.Software.Sbom;

/// <summary>What a bill of materials is about.</summary>
/// <param name="Name">The artefact's or product's name.</param>
/// <param name="Sha256">Of the artefact, 64 lower-case digits; null where no file stands for it.</param>
public sealed record BillSubject(string Name, string? Version, string? Sha256)
{
    /// <summary>As in <see cref="BillEntry.Kind"/>.</summary>
    public string Kind { get; init; } = "firmware";
    public string? Purl { get; init; }
}

/// <summary>How much of what can run belongs to a component that has a name.</summary>
/// <param name="ExecutableBytes">Of all ELF files and Java archives.</param>
/// <param name="NamedBytes">Of those that are a named component's own.</param>
public sealed record Completeness(long ExecutableBytes, long NamedBytes)
{
    /// <summary>0 to 1; 0 where nothing can run.</summary>
    public double Share => ExecutableBytes == 0 ? 0 : (double)NamedBytes / ExecutableBytes;

    public string Percent => FormattableString.Invariant($"{Share * 100:0.0} %");

    public override string ToString() => ExecutableBytes == 0 ? "no executable file was seen, so completeness is not known"
        : FormattableString.Invariant($"{NamedBytes} of {ExecutableBytes} executable bytes ({Percent}) belong to a named component");

    /// <summary>By <see cref="Component.Files"/>; a guess names nothing.</summary>
    public static Completeness Of(IReadOnlyList<ExecutableSeen> executables, IEnumerable<Component> components)
    {
        var named = components.Where(c => !c.IsGuess).SelectMany(c => c.Files).ToHashSet(StringComparer.Ordinal);
        return new Completeness(executables.Sum(e => e.Size), executables.Where(e => named.Contains(e.Path)).Sum(e => e.Size));
    }
}

/// <summary>All that a bill of materials is written from, whichever the format.</summary>
public sealed record BillDraft
{
    public required BillSubject Subject { get; init; }
    /// <summary>References of the subject's own dependencies, as <see cref="BillEntry.Reference"/> writes them.</summary>
    public IReadOnlyList<string> SubjectDependsOn { get; init; } = [];
    /// <summary>In the order in which they are written.</summary>
    public required IReadOnlyList<BillEntry> Entries { get; init; }
    public required DateTimeOffset AsOf { get; init; }
    public required string ToolVersion { get; init; }
    /// <summary>True where we looked into the product itself; false where another document is written anew.</summary>
    public bool IsExamined { get; init; } = true;
    public Completeness? Completeness { get; init; }

    /// <summary>Of what was found in a product: its parts with what needs what, and how much of it they are.</summary>
    /// <param name="executables">Every ELF file of the product.</param>
    public static BillDraft Of(BillSubject subject, IReadOnlyList<Component> components, IReadOnlyList<ExecutableSeen> executables, DateTimeOffset asOf, string toolVersion) => new()
    {
        Subject = subject,
        Entries = EntriesOf(components, executables),
        AsOf = asOf,
        ToolVersion = toolVersion,
        Completeness = Completeness.Of(executables, components),
    };

    /// <summary>Of components that were found, in an order that does not depend on how they come.</summary>
    /// <param name="executables">Every ELF file of the product: they tell what loads what, and a component of one file alone has that file's digest.</param>
    public static IReadOnlyList<BillEntry> EntriesOf(IEnumerable<Component> components, IReadOnlyList<ExecutableSeen>? executables = null)
    {
        executables ??= [];
        IReadOnlyList<Component> ordered = [.. components.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Package ?? c.Version, StringComparer.Ordinal).ThenBy(c => c.Purl, StringComparer.Ordinal)
            .ThenBy(c => string.Join('\n', c.Evidence), StringComparer.Ordinal)];
        var taken = new HashSet<string>(StringComparer.Ordinal) { "subject" };
        var references = ordered.Select(c => Reference(c, taken)).ToList();
        var relations = Relations.Of(ordered, executables);
        var digests = executables.Where(e => e.Sha256 is not null).DistinctBy(e => e.Path).ToDictionary(e => e.Path, e => e.Sha256!, StringComparer.Ordinal);
        // What several products are in is none of theirs alone.
        var alone = ordered.SelectMany(c => c.Files).GroupBy(f => f, StringComparer.Ordinal).Where(g => g.Count() == 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return [.. ordered.Select((c, i) => new BillEntry
        {
            Component = c,
            Reference = references[i],
            DependsOn = [.. relations[i].Select(to => references[to])],
            Kind = c.Cpe.Any(n => n.StartsWith("cpe:2.3:o:", StringComparison.Ordinal)) ? "operating-system" : c.Package is null ? "application" : "library",
            Hashes = c.Package is null && c.Files is [var only] && alone.Contains(only) && digests.TryGetValue(only, out var digest) ? [new BillHash("SHA-256", digest)] : [],
        })];
    }

    /// <summary>Of a document that somebody handed over; parts that nothing could refer to get a name.</summary>
    public static BillDraft Of(BillOfMaterials bill, string name, DateTimeOffset asOf, string toolVersion)
    {
        var parts = bill.Entries.Where(e => bill.About is null || !ReferenceEquals(e.Component, bill.About.Component)).ToList();
        var taken = new HashSet<string>(parts.Select(p => p.Reference).OfType<string>().Append("subject"), StringComparer.Ordinal);
        var own = bill.About?.Reference;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string Named(string reference) => reference == own ? "subject" : reference;
        return new BillDraft
        {
            Subject = new BillSubject(bill.Subject?.Name ?? name, bill.Subject?.Package ?? bill.Subject?.Version, bill.About?.Hashes.FirstOrDefault(h => h.Algorithm == "SHA-256" && h.Value.Length == 64)?.Value.ToLowerInvariant()) { Kind = bill.About?.Kind ?? "firmware", Purl = bill.Subject?.Purl },
            IsExamined = false,
            SubjectDependsOn = [.. (bill.About?.DependsOn ?? []).Select(Named)],
            Entries = [.. parts.Select(p => p with
            {
                // A second part of one reference gets a name of its own: what refers to it means the first.
                Reference = p.Reference is { Length: > 0 } reference and not "subject" && seen.Add(reference) ? reference : Reference(p.Component, taken),
                DependsOn = [.. p.DependsOn.Select(Named)],
            })],
            AsOf = asOf,
            ToolVersion = toolVersion,
        };
    }

    private static string Reference(Component component, HashSet<string> taken)
    {
        var reference = component.Purl ?? $"{component.Name}@{component.Version}";
        for (var i = 2; !taken.Add(reference); i++) reference = $"{component.Purl ?? component.Name}#{i}";
        return reference;
    }
}
