using Assay.Evidence.Reading;

namespace Assay.Assessment.Catalogues;

/// <summary>One of our tab-separated data files, embedded in the program: a header line, then rows; <c>-</c> stands for none.</summary>
internal sealed class DataFile
{
    private readonly Dictionary<string, int> columns;

    private DataFile(string name, Dictionary<string, int> columns, IReadOnlyList<string[]> cells)
    {
        Name = name;
        this.columns = columns;
        Rows = [.. cells.Select((c, i) => new DataRow(this, c, i + 2))];
    }

    public string Name { get; }
    public IReadOnlyList<DataRow> Rows { get; }

    /// <exception cref="FileNotFoundException">No such data file in this program.</exception>
    public static DataFile Open(string name)
    {
        using var stream = typeof(DataFile).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"no data file {name} in this program");
        using var reader = new StreamReader(stream);
        return Parse(name, reader.ReadToEnd());
    }

    /// <exception cref="UnreadableException">A row with another number of cells than the header, or without a source.</exception>
    public static DataFile Parse(string name, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = lines[0].Split('\t');
        var columns = header.Select((c, i) => (c, i)).ToDictionary(c => c.c, c => c.i, StringComparer.Ordinal);
        var cells = new List<string[]>(lines.Length - 1);
        for (var i = 1; i < lines.Length; i++)
        {
            var row = lines[i].Split('\t');
            if (row.Length != header.Length) throw new UnreadableException($"{header.Length} cells in {name}", $"{row.Length}", 0, i + 1);
            if (columns.TryGetValue("source", out var source) && row[source] is "" or "-") throw new UnreadableException($"a source in {name}", "none", 0, i + 1);
            cells.Add(row);
        }
        return new DataFile(name, columns, cells);
    }

    internal int Column(string name) => columns.TryGetValue(name, out var at) ? at : throw new UnreadableException($"a column {name} in {Name}", "none", 0, 1);
}

internal sealed class DataRow(DataFile file, string[] cells, int line)
{
    /// <summary>The cell, or null where it holds <c>-</c>.</summary>
    public string? this[string column] => cells[file.Column(column)] is var cell && cell == "-" ? null : cell;

    public string Need(string column) => this[column] ?? throw new UnreadableException($"a {column} in {file.Name}", "-", 0, line);

    public IReadOnlyList<string> List(string column, char separator) => this[column]?.Split(separator, StringSplitOptions.TrimEntries) ?? [];

    public int Line => line;
}
