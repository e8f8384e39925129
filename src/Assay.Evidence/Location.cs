namespace Assay.Evidence;

/// <summary>Where something was seen. A finding without one does not exist (law 1 of the house).</summary>
/// <remarks>
/// <see cref="Path"/> is the path inside the artefact by the rules of <c>assay tree</c>; <see cref="Offset"/> counts bytes from the
/// start of the artefact, or of the file at <see cref="Path"/> where that is set; <see cref="Frame"/> and <see cref="Line"/> count from 1,
/// as tshark and text editors do.
/// </remarks>
public sealed record Location
{
    /// <summary>The artefact's name as it was handed over: a path relative to the dossier, or the name on the command line.</summary>
    public required string Artefact { get; init; }
    public string? Path { get; init; }
    public long? Offset { get; init; }
    public long? Frame { get; init; }
    public int? Line { get; init; }

    /// <summary>For a person: <c>capture.pcap frame 17</c>, <c>image.bin /etc/shadow line 1</c>, <c>image.bin at 0x40</c>.</summary>
    public override string ToString()
    {
        var text = Artefact;
        if (Path is not null) text += " " + Path;
        if (Line is not null) text += $" line {Line}";
        if (Frame is not null) text += $" frame {Frame}";
        if (Offset is not null) text += $" at 0x{Offset:x}";
        return text;
    }
}
