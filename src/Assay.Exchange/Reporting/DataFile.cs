using Assay.Evidence.Reading;

namespace Assay.Exchange.Reporting;

/// <summary>One of this room's tab-separated data files, embedded: a header line, then rows, each with its source.</summary>
internal static class DataFile
{
    /// <exception cref="UnreadableException">A row with another number of cells than the header, or without a source.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Open(string name)
    {
        using var stream = typeof(DataFile).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"no data file {name} in this program");
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = lines[0].Split('\t');
        var rows = new List<IReadOnlyDictionary<string, string>>(lines.Length - 1);
        for (var i = 1; i < lines.Length; i++)
        {
            var cells = lines[i].Split('\t');
            if (cells.Length != header.Length) throw new UnreadableException($"{header.Length} cells in {name}", $"{cells.Length}", 0, i + 1);
            var row = header.Zip(cells).ToDictionary(c => c.First, c => c.Second, StringComparer.Ordinal);
            if (row["source"] is "" or "-") throw new UnreadableException($"a source in {name}", "none", 0, i + 1);
            rows.Add(row);
        }
        return rows;
    }
}
