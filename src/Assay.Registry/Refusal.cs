namespace Assay.Registry;

/// <summary>A request that is not done, said in the three words of all our messages: what was expected, what was found, where.</summary>
/// <param name="status">The HTTP status: 400 wrong form, 401 no key, 403 no right, 404 unknown, 409 against what is there, 413 too long, 422 refused with reasons, 429 too often.</param>
public sealed class Refusal(int status, string expected, string found, string where, IReadOnlyList<string>? reasons = null) : Exception($"expected {expected}, found {found} ({where})")
{
    public int Status { get; } = status;
    public string Expected { get; } = expected;
    public string Found { get; } = found;
    public string Where { get; } = where;
    /// <summary>Every reason at once, where an act was refused.</summary>
    public IReadOnlyList<string> Reasons { get; } = reasons ?? [];
}
