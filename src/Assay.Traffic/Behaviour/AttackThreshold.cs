using System.Globalization;

namespace Assay.Traffic.Behaviour;

/// <summary>One row of <c>attack-thresholds.tsv</c>: from how many within which time a behaviour is called an attack, and why then.</summary>
/// <param name="Rule">Its name: <c>horizontal-scan</c>.</param>
/// <param name="What">What is counted, for messages.</param>
/// <param name="Ordinary">The most seen in any such window of ordinary traffic.</param>
public sealed record AttackThreshold(string Rule, AttackKind Kind, int Count, int Seconds, string What, int Ordinary, string Reason)
{
    private static readonly Dictionary<string, (ushort[] Ports, string Reason)> Lists = new(StringComparer.Ordinal);

    /// <summary>All rows, in the order of the file.</summary>
    public static IReadOnlyList<AttackThreshold> All { get; } = Read();

    /// <summary>A list of ports that rules name: <c>login-ports</c>, <c>amplifying-ports</c>; ascending.</summary>
    /// <exception cref="InvalidOperationException">There is no such list.</exception>
    public static (IReadOnlyList<ushort> Ports, string Reason) PortsOf(string list) =>
        Lists.TryGetValue(list, out var found) ? found : throw new InvalidOperationException($"attack-thresholds.tsv has no list {list}");

    /// <exception cref="InvalidOperationException">There is no such row.</exception>
    public static AttackThreshold Of(string rule) => All.FirstOrDefault(t => t.Rule == rule) ?? throw new InvalidOperationException($"attack-thresholds.tsv has no row {rule}");

    internal long Window => Seconds * 1_000_000_000L;
    /// <summary>Its place in the file.</summary>
    internal byte Number { get; init; }

    private static List<AttackThreshold> Read()
    {
        using var stream = typeof(AttackThreshold).Assembly.GetManifestResourceStream("attack-thresholds.tsv")!;
        using var reader = new StreamReader(stream);
        var rows = new List<AttackThreshold>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var cells = line.Split('\t');
            if (cells.Length == 3)
            {
                Lists.Add(cells[0], ([.. cells[1].Split(',').Select(p => ushort.Parse(p, CultureInfo.InvariantCulture)).Order()], cells[2]));
                continue;
            }
            if (cells.Length != 7) throw new InvalidOperationException($"attack-thresholds.tsv: expected 3 or 7 columns, found {cells.Length} in: {line}");
            var (count, seconds, ordinary) = (int.Parse(cells[2], CultureInfo.InvariantCulture), int.Parse(cells[3], CultureInfo.InvariantCulture), int.Parse(cells[5], CultureInfo.InvariantCulture));
            rows.Add(new AttackThreshold(cells[0], Enum.Parse<AttackKind>(cells[1]), count, seconds, cells[4], ordinary, cells[6]) { Number = (byte)rows.Count });
        }
        return rows;
    }
}
