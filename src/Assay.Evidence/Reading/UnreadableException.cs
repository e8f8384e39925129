namespace Assay.Evidence.Reading;

/// <summary>Bytes are not what their format promises. Says what was expected, what was found, and where.</summary>
public sealed class UnreadableException(string expected, string found, long offset) : Exception($"expected {expected}, found {found} at 0x{offset:x}")
{
    public string Expected { get; } = expected;
    public string Found { get; } = found;
    /// <summary>Bytes from the start of what was being read.</summary>
    public long Offset { get; } = offset;

    public Loss AsLoss(string artefact, long start = 0, string? path = null) =>
        new() { Location = new Location { Artefact = artefact, Path = path, Offset = start + Offset }, Expected = Expected, Found = Found };
}

/// <summary>A budget ended. What was read so far counts; the rest is coverage lost, and said.</summary>
public sealed class BudgetException(string budget, long limit) : Exception($"the budget {budget} of {limit} is used up (raise it with --budget {budget}=NUMBER)")
{
    /// <summary>The budget's name on the command line.</summary>
    public string Budget { get; } = budget;
    public long Limit { get; } = limit;
}
