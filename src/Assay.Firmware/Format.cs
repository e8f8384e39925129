namespace Assay.Firmware;

/// <summary>What a header says before anything behind it is believed: the kind, and how long it is.</summary>
/// <param name="Kind">One word, as maps and paths of parts show it; a variant has its own: <c>squashfs-3-be</c>.</param>
/// <param name="Length">Bytes, header included, or 0 where only reading on will tell.</param>
/// <param name="Note">For a person, in the map: what the header says of itself.</param>
internal readonly record struct Recognised(string Kind, long Length, string? Note = null);

/// <summary>Judges a header by all that it allows to check: sums, sizes that agree, reserved fields. A magic number alone proves nothing.</summary>
/// <param name="bytes">From the start of the structure to the end of what is there.</param>
/// <returns>Null where this format does not begin here.</returns>
internal delegate Recognised? Recogniser(ReadOnlySpan<byte> bytes);

/// <summary>Opens what was recognised. Never throws for what the bytes hold: damage is a loss of the part.</summary>
/// <returns>Null where it turned out to be a chance likeness.</returns>
internal delegate Part? Opener(Opening opening);

/// <summary>Bytes that tell a format, and where they stand, counted from the start of the structure.</summary>
internal readonly record struct Signature(byte[] Magic, int At = 0);

/// <summary>Where a format has its place on the page of formats.</summary>
internal enum FormatGroup { Container, FileSystem, Archive, Compression, Executable }

/// <summary>
/// One format that an image may hold: how it is known, how it is opened, what describes it, and where its reader ends. Each stands beside its reader,
/// or beside those of its family, and in the list of <see cref="Containers.Formats"/>; the page of formats is made from that list.
/// </summary>
internal sealed record Format
{
    /// <summary>One word, as maps and paths of parts show it.</summary>
    public required string Kind { get; init; }
    /// <summary>For a person: <c>U-Boot legacy image</c>.</summary>
    public required string Title { get; init; }
    public required FormatGroup Group { get; init; }
    /// <summary>The document or source file that the reader was written from.</summary>
    public required string Source { get; init; }
    /// <summary>The outside writer or sample that a test reads; null for a format that nobody else has proved, which the page of formats says.</summary>
    public string? Proof { get; init; }
    /// <summary>What of the format is not read, in words; null where nothing is known to be left out.</summary>
    public string? Limits { get; init; }
    /// <summary>Any of these; none for a format without a magic number, which is tried only where a region begins.</summary>
    public Signature[] Signatures { get; init; } = [];
    public required Recogniser Recognise { get; init; }
    /// <summary>Null for a format that is recognised, so that what was not looked at has a name, and not read.</summary>
    public Opener? Open { get; init; }
    /// <summary>Whether its header and its length are sure enough to go on behind it before it is opened.</summary>
    public bool IsWhole { get; init; }
    /// <summary>Whether a kernel carries it to be used. Kernels hold test vectors and magic numbers of many other formats.</summary>
    public bool IsExpectedInKernel { get; init; }
}
