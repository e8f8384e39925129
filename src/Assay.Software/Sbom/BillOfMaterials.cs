using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;

namespace Assay.Software.Sbom;

/// <summary>A bill of materials that somebody handed over: CycloneDX JSON 1.2 to 1.7, SPDX 2.2 and 2.3 as JSON or tag-value, SPDX 3.0 JSON-LD. What it names is a claim, not a fact.</summary>
public sealed record BillOfMaterials
{
    internal const int MostComponents = 1_000_000;

    /// <summary><c>CycloneDX 1.6</c>, <c>SPDX-2.3</c>.</summary>
    public required string Format { get; init; }
    public string? SerialNumber { get; init; }
    /// <summary>What it is about, where it says so.</summary>
    public Component? Subject { get; init; }
    /// <summary>The reference of <see cref="Subject"/>, and what it needs.</summary>
    public BillEntry? About { get; init; }
    public required IReadOnlyList<Component> Components { get; init; }
    /// <summary>The same parts in the same order, with references, hashes and what they depend on.</summary>
    public required IReadOnlyList<BillEntry> Entries { get; init; }
    /// <summary>Where the document breaks the rules of its format. What could be read was read all the same.</summary>
    public required IReadOnlyList<BillFault> Faults { get; init; }
    /// <summary>Entries understood of entries there are; what was no component is a loss.</summary>
    public required Coverage Coverage { get; init; }

    /// <summary>True where the first bytes promise one of the formats; cheap, for recognising artefacts.</summary>
    public static bool Looks(ReadOnlySpan<byte> file) => BillFile.Looks(file);

    /// <exception cref="UnreadableException">No JSON, too deep, or none of the formats.</exception>
    public static BillOfMaterials Read(string artefact, ReadOnlyMemory<byte> file)
    {
        using var document = BillFile.Read(artefact, file);
        return document.Materials();
    }
}
