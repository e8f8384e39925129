namespace Assay.Demo.Exercises;

/// <summary>How an answer is compared with the truth.</summary>
internal enum AnswerKind
{
    /// <summary>One word: an address, a name, a digest; letters in any case.</summary>
    Word,
    /// <summary>A whole number; within a tenth counts half.</summary>
    Number,
    /// <summary>A moment in UTC; within a second counts whole, within a minute half.</summary>
    Moment,
    /// <summary>Several words; each right one counts, each wrong one takes as much away.</summary>
    Words,
    /// <summary>yes or no.</summary>
    YesNo,
}

/// <summary>A place in the evidence: frames of a capture, or a path and a run of bytes of an image.</summary>
internal sealed record Place(string Item)
{
    public IReadOnlySet<int>? Frames { get; init; }
    public string? Path { get; init; }
    public (int Start, int Length)? Bytes { get; init; }

    public override string ToString() => Frames is not null
        ? $"{Item} frame {string.Join(", ", Frames.Order().Take(3))}{(Frames.Count > 3 ? $" and {Frames.Count - 3} more" : "")}"
        : $"{Item} {Path}{(Bytes is { } run ? $" (offset 0x{run.Start:x})" : "")}";
}

/// <summary>One question with its truth, where the truth is seen, and why.</summary>
internal sealed record Question
{
    public required string Text { get; init; }
    public required AnswerKind Kind { get; init; }
    public required IReadOnlyList<string> Truth { get; init; }
    /// <summary>Any one of these shows it.</summary>
    public required IReadOnlyList<Place> Places { get; init; }
    /// <summary>What a learner reads afterwards.</summary>
    public required string Because { get; init; }
    /// <summary>Points for the answer; the evidence cited counts half as much again.</summary>
    public int Points { get; init; } = 2;
}

/// <summary>One exercise: a story, evidence and questions. All of it follows from the seed.</summary>
internal sealed record Exercise
{
    /// <summary><c>scan</c>, <c>beacon</c>, <c>update</c></summary>
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required string Story { get; init; }
    public required DateTimeOffset FrozenAt { get; init; }
    public required string Device { get; init; }
    /// <summary>The items, by name: <c>capture.pcap</c>, <c>image.bin</c>, <c>leases.txt</c> …</summary>
    public required IReadOnlyDictionary<string, (byte[] Bytes, string What)> Items { get; init; }
    public required IReadOnlyList<Question> Questions { get; init; }

    public static readonly IReadOnlyList<string> Names = ["scan", "beacon", "update"];

    public static Exercise Of(string name, string seed) => name switch
    {
        "scan" => ScanExercise.Of(seed),
        "beacon" => BeaconExercise.Of(seed),
        "update" => UpdateExercise.Of(seed),
        _ => throw new ArgumentException($"there is no exercise {name}"),
    };
}
