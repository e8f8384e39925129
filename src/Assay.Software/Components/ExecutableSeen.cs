namespace Assay.Software.Components;

/// <summary>One ELF file of a device: a program, a library, a kernel module.</summary>
/// <param name="Path">As the tree shows it; hard links stand once.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Where the file names its own product and version; else null.</param>
/// <param name="Soname">What a library calls itself (DT_SONAME), or null.</param>
/// <param name="Needed">The libraries that it loads, as it names them (DT_NEEDED).</param>
public sealed record ExecutableSeen(string Path, long Size, string? Sha256, string? Soname, IReadOnlyList<string> Needed);
