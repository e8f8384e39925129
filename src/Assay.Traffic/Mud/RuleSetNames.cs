using Assay.Evidence.Reading;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>Public services that answer names over HTTPS, past any forwarder (RFC 8484): <c>names-over-https.tsv</c>, each row with its operator's own page.</summary>
public static class NamesOverHttps
{
    private static readonly IReadOnlyList<DataRow> Rows = DataFile.Open(typeof(NamesOverHttps), "names-over-https.tsv").Rows;

    public static IReadOnlyList<Address> Addresses { get; } = Rows.Where(r => r["kind"] == "address").Select(r => Address.Parse(r.Need("value"))).ToList();
    private static readonly HashSet<string> Names = Rows.Where(r => r["kind"] == "name").Select(r => r.Need("value")).ToHashSet(StringComparer.Ordinal);

    /// <param name="name">In lower case, without a full stop at its end.</param>
    public static bool Knows(string name) => Names.Contains(name);
}

/// <summary>Public time services that devices are commonly built with: <c>time-services.tsv</c>. A device that nothing is known of may set its clock there.</summary>
public static class TimeServices
{
    private static readonly IReadOnlyList<DataRow> Rows = DataFile.Open(typeof(TimeServices), "time-services.tsv").Rows;

    /// <summary>A name of the list, or one below a zone of it.</summary>
    /// <param name="name">In lower case, without a full stop at its end.</param>
    public static bool Knows(string name) => Rows.Any(r => name == r["value"] || r["rule"] == "zone" && name.EndsWith("." + r["value"], StringComparison.Ordinal));
}
