namespace Assay.Software.Matching;

/// <summary>An unbroken run of versions. A bound that is null is open.</summary>
/// <param name="From">The first version of the run, or the one right before it.</param>
/// <param name="After">True where <paramref name="From"/> itself is outside.</param>
/// <param name="To">The version that ends the run.</param>
/// <param name="Through">True where <paramref name="To"/> itself is inside ("last affected"), false where it is the first outside ("fixed").</param>
public sealed record VersionInterval(string? From, bool After, string? To, bool Through)
{
    public static readonly VersionInterval Everything = new(null, false, null, false);
    public static VersionInterval Only(string version) => new(version, false, version, true);
    public static VersionInterval Before(string version) => new(null, false, version, false);

    public bool Holds(string version, VersionScheme scheme)
    {
        if (From is not null && VersionOrder.Compare(version, From, scheme) is var low && (After ? low <= 0 : low < 0)) return false;
        return To is null || VersionOrder.Compare(version, To, scheme) is var high && (Through ? high <= 0 : high < 0);
    }

    /// <summary>For a person: <c>7.27.0 to before 7.51.0</c>, <c>up to 2.90</c>, <c>1.35.0</c>, <c>every version</c>.</summary>
    public override string ToString()
    {
        if (From is null && To is null) return "every version";
        if (From == To && Through && !After) return From!;
        var start = From is null ? "" : After ? $"after {From} " : $"{From} ";
        if (To is null) return start + "and later";
        return start + (Through ? (From is null ? "up to " : "to ") + To : (From is null || After ? "before " : "to before ") + To);
    }
}

/// <summary>The versions that an advisory names: inside one of <see cref="Inside"/>, and in none of <see cref="Outside"/>.</summary>
public sealed record VersionSet
{
    public required VersionScheme Scheme { get; init; }
    public required IReadOnlyList<VersionInterval> Inside { get; init; }
    /// <summary>Versions that the advisory calls unaffected although a run of <see cref="Inside"/> spans them (CVE 5 with defaultStatus <c>affected</c>).</summary>
    public IReadOnlyList<VersionInterval> Outside { get; init; } = [];

    /// <summary>The run that holds the version, or null.</summary>
    public VersionInterval? Holding(string version)
    {
        foreach (var run in Inside)
        {
            if (!run.Holds(version, Scheme)) continue;
            foreach (var spared in Outside)
            {
                if (spared.Holds(version, Scheme)) return null;
            }
            return run;
        }
        return null;
    }

    /// <summary>True where every version that the advisory calls affected comes after this one: the flaw came in later. Asked of a version that is not held.</summary>
    public bool IsOlder(string version) => Inside.Count > 0 && !Inside.Any(run => BeginsBelow(run, version));

    // Whether the run has a version below this one that is not spared: from where it begins, past whatever of its beginning is.
    private bool BeginsBelow(VersionInterval run, string version)
    {
        var (from, after) = (run.From, run.After);
        for (var left = Outside.Count; ; left--)
        {
            if (from is not null && VersionOrder.Compare(from, version, Scheme) >= 0) return false;
            if (from is not null && run.To is not null && VersionOrder.Compare(from, run.To, Scheme) is var end && (end > 0 || end == 0 && (after || !run.Through))) return false;
            if (left == 0 || Outside.FirstOrDefault(o => Spares(o, from, after)) is not { } spared) return true;
            if (spared.To is null) return false;
            (from, after) = (spared.To, spared.Through);
        }
    }

    private bool Spares(VersionInterval spared, string? from, bool after)
    {
        if (from is null) return spared.From is null;
        if (spared.From is not null && VersionOrder.Compare(spared.From, from, Scheme) is var low && (low > 0 || low == 0 && spared.After && !after)) return false;
        return spared.To is null || VersionOrder.Compare(from, spared.To, Scheme) is var high && (high < 0 || high == 0 && spared.Through && !after);
    }
}
