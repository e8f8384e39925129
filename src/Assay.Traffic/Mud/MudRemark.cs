namespace Assay.Traffic.Mud;

/// <summary>What a remark means for the one who uses the file.</summary>
public enum RemarkWeight
{
    /// <summary>Read and used; the maker could do better.</summary>
    Advice,
    /// <summary>Departs from the standard; what was meant is clear, so it was used.</summary>
    Departs,
    /// <summary>Not used: what it means is not understood for certain, and a guess could allow more than the maker did.</summary>
    Dropped,
}

/// <summary>One thing about a MUD file that its maker should know.</summary>
/// <param name="Rule">A stable word: <c>draft-container</c>, <c>match-not-understood</c> …; docs/mud.md lists them.</param>
/// <param name="Where">Path in the file: <c>/ietf-mud:mud/mud-url</c>, <c>/acl[2]/ace[0] (name)</c>.</param>
public sealed record MudRemark(string Rule, RemarkWeight Weight, string Where, string Expected, string Found)
{
    public override string ToString() => $"{Where}: expected {Expected}, found {Found} ({Rule})";
}
