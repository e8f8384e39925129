using System.Reflection;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>Public services that answer names over HTTPS, past any forwarder (RFC 8484): <c>names-over-https.tsv</c>, each row with its operator's own page.</summary>
public static class NamesOverHttps
{
    private static readonly IReadOnlyList<string[]> Rows = DataFile.Rows("names-over-https.tsv");

    public static IReadOnlyList<Address> Addresses { get; } = Rows.Where(r => r[0] == "address").Select(r => Address.Parse(r[1])).ToList();
    private static readonly HashSet<string> Names = Rows.Where(r => r[0] == "name").Select(r => r[1]).ToHashSet(StringComparer.Ordinal);

    /// <param name="name">In lower case, without a full stop at its end.</param>
    public static bool Knows(string name) => Names.Contains(name);
}

/// <summary>Public time services that devices are commonly built with: <c>time-services.tsv</c>. A device that nothing is known of may set its clock there.</summary>
public static class TimeServices
{
    private static readonly IReadOnlyList<string[]> Rows = DataFile.Rows("time-services.tsv");

    /// <summary>A name of the list, or one below a zone of it.</summary>
    /// <param name="name">In lower case, without a full stop at its end.</param>
    public static bool Knows(string name) => Rows.Any(r => name == r[1] || r[0] == "zone" && name.EndsWith("." + r[1], StringComparison.Ordinal));
}

/// <summary>A table of this room: tab-separated, the first line its heading, the last column the source.</summary>
internal static class DataFile
{
    public static IReadOnlyList<string[]> Rows(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Assay.Traffic.Mud." + name) ?? throw new InvalidOperationException($"{name} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#').Skip(1).Select(l => l.TrimEnd('\r').Split('\t')).ToList();
    }
}
