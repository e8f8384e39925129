namespace Assay.Software.Components;

/// <summary>One file of a device that holds code for a machine: an ELF program, library or kernel module, or a Java archive.</summary>
/// <param name="Path">As the tree shows it; hard links stand once.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Where an ELF file names its own product and version; else null.</param>
/// <param name="Soname">What a library calls itself (DT_SONAME), or null.</param>
/// <param name="Needed">The libraries that it loads, as it names them (DT_NEEDED).</param>
public sealed record ExecutableSeen(string Path, long Size, string? Sha256, string? Soname, IReadOnlyList<string> Needed);
