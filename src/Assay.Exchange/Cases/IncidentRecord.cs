namespace Assay.Exchange.Cases;

/// <summary>What a gateway tells of an attack by one of its devices: minimal, without names of people (semantics.md section 6).</summary>
public sealed record IncidentRecord
{
    /// <summary>The gateway's own name for it; the same id is the same incident.</summary>
    public required string Id { get; init; }
    /// <summary>The enrolled gateway.</summary>
    public required string Gateway { get; init; }
    /// <summary>A pseudonym of the device: never its address.</summary>
    public required string Device { get; init; }
    /// <summary>The label bound to the device, 16 hexadecimal digits; null where it has none.</summary>
    public string? Label { get; init; }
    /// <summary><c>horizontalScan</c>, <c>bruteForce</c>, <c>flood</c>…</summary>
    public required string Kind { get; init; }
    public required DateTimeOffset First { get; init; }
    public required DateTimeOffset Last { get; init; }
    /// <summary><c>25 hosts on port 23 within 60 s; found 40</c>.</summary>
    public required string Threshold { get; init; }
    /// <summary>Frames of the frozen capture that show it, counted from 1.</summary>
    public IReadOnlyList<long> Frames { get; init; } = [];
    public IReadOnlyList<string> Targets { get; init; } = [];
    /// <summary>What the gateway did: <c>cut</c>.</summary>
    public required string Action { get; init; }
    /// <summary>The device's version as it was stated on the wire.</summary>
    public string? Version { get; init; }
    /// <summary>SHA-256 of the frozen evidence, lower-case hexadecimal.</summary>
    public string? Evidence { get; init; }
}
