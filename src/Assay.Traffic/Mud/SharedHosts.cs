namespace Assay.Traffic.Mud;

/// <summary>Names behind which stand the servers of many customers at once: to allow them allows anyone who rents there (RFC 9726 section 6).</summary>
internal static class SharedHosts
{
    // Bare service names as their operators document them; a customer's own name below them (bucket.s3.amazonaws.com) is another matter.
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "s3.amazonaws.com", "cloudfront.net", "amazonaws.com", "storage.googleapis.com", "googleapis.com", "github.com", "raw.githubusercontent.com",
        "githubusercontent.com", "blob.core.windows.net", "azureedge.net", "akamaihd.net", "akamaized.net", "cdn.cloudflare.net", "fastly.net", "pages.dev",
        "workers.dev", "firebaseio.com", "herokuapp.com",
    };

    public static bool IsShared(string name) => Names.Contains(name) || name.StartsWith("s3.", StringComparison.Ordinal) && name.EndsWith(".amazonaws.com", StringComparison.Ordinal)
        || name.StartsWith("s3-", StringComparison.Ordinal) && name.EndsWith(".amazonaws.com", StringComparison.Ordinal) && name.Count(c => c == '.') == 2;
}
