using System.Text;
using Assay.Evidence.Reading;
using Assay.Traffic.Mud;

namespace Assay.Guard.Admission;

/// <summary>One row of <c>actions.tsv</c>; a null column is any value.</summary>
/// <param name="Number">Counted from 1 over the rows, comments and the head left out.</param>
public sealed record ActionRow(int Number, DeviceStatus? Status, Grade? Grade, Binding? Binding, Criticality? Criticality, GuardAction Action, string Reason)
{
    public bool Matches(DeviceStatus status, Grade grade, Binding binding, Criticality criticality) =>
        (Status is null || Status == status) && (Grade is null || Grade == grade) && (Binding is null || Binding == binding) && (Criticality is null || Criticality == criticality);
}

/// <summary>The data file <c>actions</c>: the only place that says what a network does to a device (semantics.md section 5).</summary>
public sealed class ActionTable
{
    private const string Head = "status\tgrade\tbinding\tcriticality\taction\treason";

    private ActionTable(IReadOnlyList<ActionRow> rows) => Rows = rows;

    public IReadOnlyList<ActionRow> Rows { get; }

    /// <summary>The table that is built in.</summary>
    public static ActionTable Own { get; } = ReadOwn();

    /// <summary>The first row that matches; a table without one for some key is not read at all.</summary>
    public ActionRow Row(DeviceStatus status, Grade grade, Binding binding, Criticality criticality)
    {
        foreach (var row in Rows)
        {
            if (row.Matches(status, grade, binding, criticality)) return row;
        }
        throw new InvalidOperationException("a table that was read has a row for every key");
    }

    /// <exception cref="UnreadableException">A word that is none, a column too many or few, or a key without a row.</exception>
    public static ActionTable Read(string text)
    {
        var rows = new List<ActionRow>();
        var line = 0;
        var headed = false;
        foreach (var raw in text.Split('\n'))
        {
            line++;
            var row = raw.TrimEnd('\r');
            if (row.Length == 0 || row[0] == '#') continue;
            if (!headed)
            {
                if (row != Head) throw new UnreadableException($"the columns {Head.Replace('\t', ' ')}", row.Replace('\t', ' '), 0, line);
                headed = true;
                continue;
            }
            var cells = row.Split('\t');
            if (cells.Length != 6) throw new UnreadableException("6 columns", $"{cells.Length}", 0, line);
            if (cells[5].Length == 0) throw new UnreadableException("a reason", "none", 0, line);
            rows.Add(new ActionRow(rows.Count + 1, Any<DeviceStatus>(cells[0], line), Any<Grade>(cells[1], line), Any<Binding>(cells[2], line), Any<Criticality>(cells[3], line),
                Any<GuardAction>(cells[4], line) ?? throw new UnreadableException("an action", "*", 0, line), cells[5]));
        }
        foreach (var (status, grade, binding, criticality) in Keys())
        {
            if (!rows.Any(r => r.Matches(status, grade, binding, criticality))) throw new UnreadableException($"a row for {status}, {grade}, {binding}, {criticality}", "none", 0, line);
        }
        return new ActionTable(rows);
    }

    /// <summary>Every key that there is.</summary>
    public static IEnumerable<(DeviceStatus Status, Grade Grade, Binding Binding, Criticality Criticality)> Keys() =>
        from status in Enum.GetValues<DeviceStatus>()
        from grade in Enum.GetValues<Grade>()
        from binding in Enum.GetValues<Binding>()
        from criticality in Enum.GetValues<Criticality>()
        select (status, grade, binding, criticality);

    private static T? Any<T>(string cell, int line) where T : struct, Enum
    {
        if (cell == "*") return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (Assay.Evidence.EvidenceJson.Name(value) == cell) return value;
        }
        throw new UnreadableException($"one of {string.Join(", ", Enum.GetValues<T>().Select(v => Assay.Evidence.EvidenceJson.Name(v)))} or *", cell, 0, line);
    }

    private static ActionTable ReadOwn()
    {
        using var stream = typeof(ActionTable).Assembly.GetManifestResourceStream("actions.tsv")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Read(reader.ReadToEnd());
    }
}
