using Assay.Evidence.Reading;

namespace Assay.Evidence;

/// <summary>What every examination is told from outside: no room looks at a clock or at the machine by itself (law 5).</summary>
public sealed record ExaminationOptions
{
    /// <summary>The moment the answer is for: certificates are expired or not at this time.</summary>
    public required DateTimeOffset AsOf { get; init; }
    public Budget Budget { get; init; } = new();
    /// <summary>Threads that may decode at once.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;
    /// <summary>What contents of other images told, and where to keep what these tell; null where everything is read. The answer is the same with it and without.</summary>
    public FactsFolder? Cache { get; init; }
    /// <summary>Told from time to time how far a long work is; may be called from several threads.</summary>
    public Action<Progress>? Progress { get; init; }
    public CancellationToken Cancel { get; init; }
}

/// <param name="Step">What is being done, for a person: <c>reading doorbell.img</c>.</param>
/// <param name="Done">Of <paramref name="Total"/>; both in the same unit, 0 of 0 where nobody knows.</param>
public readonly record struct Progress(string Step, long Done, long Total);
