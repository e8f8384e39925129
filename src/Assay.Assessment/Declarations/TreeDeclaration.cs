using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues.Trees;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Declarations;

/// <summary>The maker's record of paths through the decision trees of EN 18031, as YAML under <c>en18031</c> or as comma-separated values (docs/answer-once.md).</summary>
internal static class TreeDeclaration
{
    // Far above any product: a dossier with more is no record of a person.
    private const int MostRecords = 20_000;

    /// <summary>Whether a top key of a YAML declaration holds such records.</summary>
    public static bool IsKey(string key) => Names.Bare(key) is "en18031" or "en180311" or "en180312" or "decisiontrees";

    /// <summary>Whether a text begins a line with such a key, and speaks of paths; cheap, before anything is parsed. A paper that only names the standard does not.</summary>
    public static bool Looks(string text) => Key.EnumerateMatches(text).MoveNext() && Words.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static readonly string[] Words = ["DN-", "requirement", "asset", "none"];

    /// <summary>Records as a list, or under their requirements.</summary>
    public static void Read(YamlNode node, Gathering into)
    {
        switch (node)
        {
            case YamlList list:
                foreach (var item in list.Items) Record(item, null, into);
                break;
            case YamlMap map:
                foreach (var entry in map.Entries)
                {
                    if (Tree(entry.Key, entry.Line, into) is not { } tree) continue;
                    if (entry.Value is YamlList records)
                    {
                        foreach (var item in records.Items) Record(item, tree, into);
                    }
                    else Record(entry.Value, tree, into);
                }
                break;
            case YamlScalar { IsNull: true }:
                break;
            default:
                into.Unread(node.Line, node.Kind, "records of paths through decision trees");
                break;
        }
    }

    private static void Record(YamlNode node, DecisionTree? tree, Gathering into)
    {
        if (node is YamlScalar { IsNull: true }) return;
        if (tree is not null && node is YamlScalar scalar && SupportWord.Of(scalar.Value, out _) is null && None(scalar.Value, out var why))
        {
            Add(into, new Draft(tree, node.Line) { IsNone = true, Reason = why });
            return;
        }
        if (node is not YamlMap map)
        {
            into.Unread(node.Line, node.Kind, "a record: a map with requirement, asset, path and reason");
            return;
        }
        if (tree is null)
        {
            if (map.Entries.FirstOrDefault(e => Names.Bare(e.Key) is "requirement" or "tree" or "id") is not { } named || named.Value.Text is not { } id)
            {
                into.Unread(node.Line, node.Kind, "a requirement of EN 18031 in the record, for instance ACM-1");
                return;
            }
            if (Tree(id, named.Line, into) is not { } found) return;
            tree = found;
        }
        var draft = new Draft(tree, node.Line);
        foreach (var entry in map.Entries)
        {
            switch (Names.Bare(entry.Key))
            {
                case "requirement" or "tree" or "id" or "note" or "notes":
                    break;
                case "asset" or "interface" or "for" or "item" or "name" or "service" or "key" or "component" or "sensor" or "event":
                    draft.Asset = Text(entry, into);
                    break;
                case "mechanism":
                    draft.Mechanism = Text(entry, into);
                    break;
                case "reason" or "justification" or "just" or "ejust" or "why":
                    draft.Reason = Text(entry, into);
                    break;
                case "none":
                    if (None("none: " + (entry.Value.Text ?? ""), out var because)) (draft.IsNone, draft.Reason) = (true, because ?? draft.Reason);
                    break;
                case "facts" or "info" or "einfo":
                    if (entry.Value is YamlMap facts)
                    {
                        foreach (var fact in facts.Entries) draft.Facts.TryAdd(fact.Key.Trim(), Flat(fact.Value));
                    }
                    else if (entry.Value.Text is { } one) draft.Facts.TryAdd("description", one);
                    else if (entry.Value is YamlList) draft.Facts.TryAdd("description", Flat(entry.Value));
                    break;
                case "path" or "answers" or "nodes" or "dt" or "decisions" or "einfodt":
                    if (entry.Value is YamlMap path)
                    {
                        foreach (var answer in path.Entries) Answer(draft, answer, into);
                    }
                    else if (entry.Value.Text is { } line) Path(draft, line, entry.Line, into);
                    else into.Unread(entry.Line, entry.Value.Kind, "nodes with yes or no");
                    break;
                default:
                    into.Unread(entry.Line, entry.Key, "requirement, asset, mechanism, facts, path or reason" + Perhaps(Names.Nearest(entry.Key, ["requirement", "asset", "mechanism", "facts", "path", "reason"])));
                    break;
            }
        }
        Add(into, draft);
    }

    private static void Answer(Draft draft, YamlEntry entry, Gathering into)
    {
        if (entry.Value is YamlMap map)
        {
            var said = map.Entries.FirstOrDefault(e => Names.Bare(e.Key) is "answer" or "value" or "says")?.Value.Text;
            var why = map.Entries.FirstOrDefault(e => Names.Bare(e.Key) is "reason" or "justification" or "why")?.Value.Text;
            Answer(draft, entry.Key, said, why, entry.Line, into);
        }
        else Answer(draft, entry.Key, entry.Value.Text, null, entry.Line, into);
    }

    private static void Answer(Draft draft, string node, string? said, string? why, int line, Gathering into)
    {
        if (string.IsNullOrWhiteSpace(said)) return;
        if (draft.Tree.Node(node.Trim()) is not { } known)
        {
            into.Unread(line, node, $"a node of {draft.Tree.Requirement}: {string.Join(", ", draft.Tree.Nodes.Select(n => n.Short))}");
            return;
        }
        if (SupportWord.Of(said, out var remark) is not ({ } word and not Support.NotApplicable))
        {
            into.Unread(line, $"{node}: {said}", "yes or no");
            return;
        }
        var answer = word == Support.Yes;
        if (draft.Path.Any(a => a.Node == known.Id && a.Answer != answer))
        {
            into.Unread(line, $"{node}: {said}", $"one answer on {known.Short}; the first one counts");
            return;
        }
        if (draft.Path.All(a => a.Node != known.Id)) draft.Path.Add(new TreeAnswer(known.Id, answer, Gathering.Blank(why) ?? Gathering.Blank(remark), into.At(line)));
    }

    // "DN-1=no DN-2=yes", with blanks, commas or semicolons between.
    private static void Path(Draft draft, string text, int line, Gathering into)
    {
        foreach (var part in text.Split([' ', ',', ';', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOfAny(['=', ':']);
            if (at > 0) Answer(draft, part[..at], part[(at + 1)..], null, line, into);
            else into.Unread(line, part, "DN-1=yes or DN-1=no");
        }
    }

    /// <summary>Whether the first line is the header of such a record: requirement with node and answer, or with path.</summary>
    public static bool LooksCsv(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        if (end is < 0 or > 1000) return false;
        var header = CsvDeclaration.Cells(text[..end], CsvDeclaration.Separator(text[..end]));
        return CsvDeclaration.Column(header, "requirement") >= 0 && (CsvDeclaration.Column(header, "path") >= 0
            || (CsvDeclaration.Column(header, "node") >= 0 && CsvDeclaration.Column(header, "answer") >= 0));
    }

    /// <summary>One line a node, or one line a record; lines of the same requirement, asset and mechanism make one record.</summary>
    public static void ReadCsv(string text, Gathering into)
    {
        var separator = CsvDeclaration.Separator(text.Split('\n', 2)[0]);
        var rows = CsvDeclaration.Rows(text, separator).ToList();
        var header = rows[0].Cells;
        int requirementAt = CsvDeclaration.Column(header, "requirement"), assetAt = CsvDeclaration.Column(header, "asset", "interface", "item", "for", "name"),
            mechanismAt = CsvDeclaration.Column(header, "mechanism"), nodeAt = CsvDeclaration.Column(header, "node"), answerAt = CsvDeclaration.Column(header, "answer"),
            pathAt = CsvDeclaration.Column(header, "path"), whyAt = CsvDeclaration.Column(header, "reason", "justification", "why"), factAt = CsvDeclaration.Column(header, "fact", "facts", "info");
        var drafts = new Dictionary<(string, string, string), Draft>();
        foreach (var (cells, line) in rows.Skip(1))
        {
            if (cells.All(c => c.Length == 0)) continue;
            if (Tree(At(cells, requirementAt) ?? "", line, into) is not { } tree) continue;
            var key = (tree.Requirement, At(cells, assetAt) ?? "", At(cells, mechanismAt) ?? "");
            if (!drafts.TryGetValue(key, out var draft)) drafts[key] = draft = new Draft(tree, line) { Asset = key.Item2, Mechanism = key.Item3 };
            if (At(cells, factAt) is { } fact) draft.Facts.TryAdd("description", fact);
            var why = At(cells, whyAt);
            if (At(cells, pathAt) is { } path)
            {
                if (None(path, out _)) draft.IsNone = true;
                else Path(draft, path, line, into);
                draft.Reason ??= why;
            }
            else if (At(cells, nodeAt) is { } node)
            {
                if (None(node, out _)) (draft.IsNone, draft.Reason) = (true, why);
                else Answer(draft, node, At(cells, answerAt), why, line, into);
            }
            else draft.Reason ??= why;
        }
        foreach (var draft in drafts.Values.OrderBy(d => d.Line)) Add(into, draft);
    }

    private static string? At(IReadOnlyList<string> cells, int at) => at >= 0 && at < cells.Count && cells[at].Length > 0 ? cells[at] : null;

    private static void Add(Gathering into, Draft draft)
    {
        if (into.Trees.Count >= MostRecords)
        {
            into.Unread(draft.Line, draft.Tree.Requirement, $"at most {MostRecords} records in one file");
            return;
        }
        if (draft is { IsNone: true, Path.Count: > 0 }) into.Unread(draft.Line, draft.Tree.Requirement, "either none or a path, not both; the path counts");
        into.Tree(new TreeRecord
        {
            Requirement = draft.Tree.Requirement,
            Asset = draft.Asset ?? "",
            Mechanism = draft.Mechanism ?? "",
            Facts = [.. draft.Facts],
            Path = draft.Path,
            Reason = Gathering.Blank(draft.Reason),
            IsNone = draft is { IsNone: true, Path.Count: 0 },
            Location = into.At(draft.Line),
        });
    }

    private static DecisionTree? Tree(string id, int line, Gathering into)
    {
        if (DecisionTree.Find(id) is { } tree) return tree;
        into.Unread(line, id, "a requirement of EN 18031 whose decision tree is known" + Perhaps(Names.Nearest(id, DecisionTree.All.Select(t => t.Requirement))));
        return null;
    }

    // "none", "none: the case has no opening", "nothing (…)".
    private static bool None(string text, out string? why)
    {
        why = null;
        var word = text.Trim();
        foreach (var none in new[] { "none", "nothing" })
        {
            if (!word.StartsWith(none, StringComparison.OrdinalIgnoreCase) || (word.Length > none.Length && char.IsLetterOrDigit(word[none.Length]))) continue;
            why = Gathering.Blank(word[none.Length..].Trim(' ', ':', ',', ';', '-', '–', '(', ')'));
            return true;
        }
        return false;
    }

    private static string? Text(YamlEntry entry, Gathering into)
    {
        if (entry.Value.Text is { } text) return text.Trim();
        if (entry.Value is not YamlScalar) into.Unread(entry.Line, entry.Value.Kind, $"words for {entry.Key}");
        return null;
    }

    private static string Flat(YamlNode node) => node switch
    {
        YamlMap map => string.Join('\n', map.Entries.Select(e => $"{e.Key}: {Flat(e.Value)}")),
        YamlList list => string.Join(", ", list.Items.Select(Flat)),
        _ => node.Text ?? "",
    };

    private static string Perhaps(string? near) => near is null ? "" : $"; perhaps {near} is meant";

    private sealed class Draft(DecisionTree tree, int line)
    {
        public DecisionTree Tree => tree;
        public int Line => line;
        public string? Asset { get; set; }
        public string? Mechanism { get; set; }
        public string? Reason { get; set; }
        public bool IsNone { get; set; }
        public SortedDictionary<string, string> Facts { get; } = new(StringComparer.Ordinal);
        public List<TreeAnswer> Path { get; } = [];
    }

    private static Regex Key => field ??= new(@"^\{?[ ]?[""']?(en[ _-]?18031(-[12])?|decision[ _-]?trees)[""']?[ ]{0,3}:[ ]*([\[{#].*)?\r?$", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
