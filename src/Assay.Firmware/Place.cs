using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Firmware;

/// <summary>Where a run of bytes lies, so that whoever reads it can say where something was: in the artefact itself, or in the content of a part.</summary>
/// <param name="Path">Null in the artefact, else the path of the part whose decoded content is read.</param>
/// <param name="Start">Bytes from the start of the artefact or of that content.</param>
internal readonly record struct Place(string Artefact, string? Path, long Start)
{
    internal Place After(long bytes) => this with { Start = Start + bytes };
    internal Location At(long offset) => new() { Artefact = Artefact, Path = Path, Offset = Start + offset };
    internal Loss Loss(UnreadableException unreadable) => Loss(unreadable.Offset, unreadable.Expected, unreadable.Found);
    internal Loss Loss(long offset, string expected, string found) => new() { Location = At(offset), Expected = expected, Found = found };
}
