using System.Reflection;

namespace Assay.Evidence.Reading;

/// <summary>
/// One of our own tables, tab-separated and embedded in the program of its room: lines of <c>#</c> on top, a heading, then rows whose cells are all filled;
/// <c>-</c> stands for none. Where a column <c>source</c> exists, each row names one.
/// </summary>
public sealed class DataFile
{
    private readonly Dictionary<string, int> columns;

    private DataFile(string name, Dictionary<string, int> columns, IReadOnlyList<(string[] Cells, int Line)> rows)
    {
        Name = name;
        this.columns = columns;
        Rows = [.. rows.Select(r => new DataRow(this, r.Cells, r.Line))];
    }

    public string Name { get; }
    public IReadOnlyList<DataRow> Rows { get; }

    /// <param name="room">Any type of the room that the table is embedded in.</param>
    /// <exception cref="FileNotFoundException">No such table in this room.</exception>
    /// <exception cref="UnreadableException">As <see cref="Parse"/>.</exception>
    public static DataFile Open(Type room, string name)
    {
        using var stream = room.Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"no table {name} in {room.Assembly.GetName().Name}");
        using var reader = new StreamReader(stream);
        return Parse(name, reader.ReadToEnd());
    }

    /// <exception cref="UnreadableException">A row with another number of cells than the heading, an empty cell, or no source.</exception>
    public static DataFile Parse(string name, string text)
    {
        string[]? header = null;
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var rows = new List<(string[], int)>();
        var line = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            line++;
            var whole = text.AsSpan(range).TrimEnd('\r');
            if (whole.IsEmpty || whole[0] == '#') continue;
            var cells = whole.ToString().Split('\t');
            if (header is null)
            {
                header = cells;
                for (var i = 0; i < cells.Length; i++) columns.Add(cells[i], i);
                continue;
            }
            if (cells.Length != header.Length) throw new UnreadableException($"{header.Length} cells in {name}", $"{cells.Length}", 0, line);
            if (Array.FindIndex(cells, c => c.Length == 0) is >= 0 and var empty) throw new UnreadableException($"a {header[empty]} in {name}, or -", "an empty cell", 0, line);
            if (columns.TryGetValue("source", out var source) && cells[source] == "-") throw new UnreadableException($"a source in {name}", "none", 0, line);
            rows.Add((cells, line));
        }
        return new DataFile(name, columns, rows);
    }

    internal int Column(string name) => columns.TryGetValue(name, out var at) ? at : throw new UnreadableException($"a column {name} in {Name}", "none", 0, 1);
}

/// <summary>A row of a <see cref="DataFile"/>.</summary>
public sealed class DataRow(DataFile file, string[] cells, int line)
{
    /// <summary>The cell, or null where it holds <c>-</c>.</summary>
    public string? this[string column] => cells[file.Column(column)] is var cell && cell == "-" ? null : cell;

    /// <exception cref="UnreadableException">The cell holds <c>-</c>.</exception>
    public string Need(string column) => this[column] ?? throw new UnreadableException($"a {column} in {file.Name}", "-", 0, line);

    /// <summary>The parts of a cell; none where it holds <c>-</c>.</summary>
    public IReadOnlyList<string> List(string column, char separator) => this[column]?.Split(separator, StringSplitOptions.TrimEntries) ?? [];

    /// <summary>The number of its line, from 1.</summary>
    public int Line => line;

    /// <exception cref="UnreadableException">Something is wrong with what the row says.</exception>
    public UnreadableException Wrong(string expected, string found) => new($"{expected} in {file.Name}", found, 0, line);
}
