namespace Assay.Traffic.Captures;

/// <summary>One captured frame: a view into the capture, valid while the artefact is open.</summary>
public readonly ref struct Frame
{
    /// <summary>From 1, in file order, as tshark counts.</summary>
    public required long Number { get; init; }
    /// <summary>Bytes from the start of the file to <see cref="Bytes"/>.</summary>
    public required long Offset { get; init; }
    /// <summary>Nanoseconds since 1970-01-01 UTC; 0 where the format has none (simple packet blocks).</summary>
    public required long Time { get; init; }
    public required LinkType LinkType { get; init; }
    /// <summary>Bytes on the wire; hostile files may claim any number, also fewer than were captured.</summary>
    public required long OriginalLength { get; init; }
    public required ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>A time stamp as a point in time; stamps beyond the year 9999 or before the year 1 do not occur in 64-bit nanoseconds.</summary>
    public static DateTimeOffset At(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
}
