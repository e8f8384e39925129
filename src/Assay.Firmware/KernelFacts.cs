using Assay.Software.Components;

namespace Assay.Firmware;

/// <summary>What a decoded kernel or boot loader says of itself: the "Linux version" line, U-Boot's version.</summary>
public static class KernelFacts
{
    /// <param name="payload">Decompressed.</param>
    public static IReadOnlyList<VersionSeen> Versions(ReadOnlySpan<byte> payload) => [.. VersionReading.Read(payload, null).Where(v => v.Pattern.Product is "linux-kernel" or "u-boot" or "busybox")];
}
