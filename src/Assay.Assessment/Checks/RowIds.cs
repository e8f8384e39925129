using System.Runtime.CompilerServices;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>The ids of one table's rows, for finding those that a text names without asking each row: a text of few words asks few ids, however long the table.</summary>
internal sealed class RowIds
{
    private static readonly ConditionalWeakTable<IxitTable, RowIds> Known = new();

    private readonly IReadOnlyList<IxitRow> rows;
    private readonly HashSet<string> ids;
    private readonly Dictionary<string, List<int>> byWord = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<int> wordless = [];

    private RowIds(IxitTable table)
    {
        rows = table.Rows;
        ids = rows.Select(r => r.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var often = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows)
        {
            foreach (var word in WordsOf(row.Id)) often[word] = often.GetValueOrDefault(word) + 1;
        }
        for (var i = 0; i < rows.Count; i++)
        {
            // Of "UpdMech-17" the number tells the row, the name only the table.
            if (WordsOf(rows[i].Id).MinBy(w => often[w]) is not { } rarest) wordless.Add(i);
            else if (byWord.TryGetValue(rarest, out var same)) same.Add(i);
            else byWord[rarest] = [i];
        }
    }

    public static RowIds Of(IxitTable table) => Known.GetValue(table, static t => new RowIds(t));

    public bool Has(string id) => ids.Contains(id);

    /// <summary>Rows whose id stands in the text, in the table's order.</summary>
    public IEnumerable<IxitRow> NamedIn(string text)
    {
        var asked = new SortedSet<int>(wordless);
        foreach (var word in WordsOf(text).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (byWord.TryGetValue(word, out var some)) asked.UnionWith(some);
        }
        return asked.Where(i => Wording.Names(text, rows[i].Id)).Select(i => rows[i]);
    }

    private static IEnumerable<string> WordsOf(string text) => WordIndex.Words(text).Select(w => text.Substring(w.At, w.Length));
}
