namespace Assay.Firmware;

/// <summary>One ELF file of a device.</summary>
/// <param name="Path">As the tree shows it; hard links stand once.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Where the file names its own product and version; else null.</param>
public sealed record ExecutableSeen(string Path, long Size, string? Sha256);
