using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware.Identification;
using Assay.Software.Components;
using Assay.Software.Matching.Parts;

namespace Assay.Firmware;

/// <summary>What a kernel or boot loader says in its bytes, wherever it lies; places are without artefact and path.</summary>
internal sealed record PayloadFacts
{
    private static readonly Location Here = new() { Artefact = "" };

    public IReadOnlyList<VersionSeen> Versions { get; init; } = [];
    /// <summary>A boot loader that waits for a key.</summary>
    public Finding? Delay { get; init; }
    /// <summary>The configuration that a kernel carries.</summary>
    public KernelConfiguration? Kernel { get; init; }

    public static PayloadFacts Of(ReadOnlySpan<byte> bytes, ExaminationOptions options) => new()
    {
        Versions = KernelFacts.Versions(bytes),
        Delay = BootFacts.BootDelay(Here, bytes),
        Kernel = KernelSettings.Inside(bytes, Here, options),
    };

    public IReadOnlyList<Component> Components(Location at) => [.. Versions.Select(v => Inventory.Of(v, at))];

    public Finding? DelayAt(Location at) => Delay is null ? null : Delay with { Location = at };

    public ProductFacts Product(Location at) => Kernel is null ? ProductFacts.None : new ProductFacts { Kernels = [Kernel with { Location = at }] };
}
