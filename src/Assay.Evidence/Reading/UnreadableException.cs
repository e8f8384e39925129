namespace Assay.Evidence.Reading;

/// <summary>Bytes are not what their format promises. Says what was expected, what was found, and where.</summary>
/// <param name="line">For text: the line, counted from 1.</param>
public sealed class UnreadableException(string expected, string found, long offset, int? line = null)
    : Exception(line is null ? $"expected {expected}, found {found} at 0x{offset:x}" : $"expected {expected}, found {found} in line {line}")
{
    public string Expected { get; } = expected;
    public string Found { get; } = found;
    /// <summary>Bytes from the start of what was being read.</summary>
    public long Offset { get; } = offset;
    public int? Line { get; } = line;

    /// <summary>A text's place is its line, everything else's its offset.</summary>
    public Loss AsLoss(string artefact, long start = 0, string? path = null) => new()
    {
        Location = new Location { Artefact = artefact, Path = path, Offset = Line is null ? start + Offset : null, Line = Line },
        Expected = Expected,
        Found = Found,
    };
}

/// <summary>A budget ended. What was read so far counts; the rest is coverage lost, and said.</summary>
public sealed class BudgetException(string budget, long limit) : Exception($"the budget {budget} of {limit} is used up (raise it with --budget {budget}=NUMBER)")
{
    /// <summary>The budget's name on the command line.</summary>
    public string Budget { get; } = budget;
    public long Limit { get; } = limit;
}
