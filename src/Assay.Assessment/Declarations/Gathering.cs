using Assay.Evidence;

namespace Assay.Assessment.Declarations;

/// <summary>What one file yields while it is read; the file's name and signature go onto everything.</summary>
internal sealed class Gathering(string artefact, Signer? signer, string? note)
{
    private readonly List<Claim> claims = [];
    private readonly List<SelfAssessment> own = [];
    private readonly List<Unread> unread = [];
    private readonly List<FactClaim> facts = [];
    private readonly List<GatheredTable> tables = [];
    private readonly List<TreeRecord> trees = [];
    private readonly List<Proposal> proposals = [];
    private long unreadBeyond, claimsBeyond;

    /// <summary>More rows of one table, or lines of one statement, than any maker writes; what comes after is counted and not kept.</summary>
    public const int MostRows = 10_000;
    /// <summary>More messages than anybody reads; what comes after is counted.</summary>
    public const int MostUnread = 1000;

    /// <summary>The sheet of a workbook that is being read; it is part of every place (<see cref="Location.Path"/>).</summary>
    public string? Sheet { get; set; }

    public bool IsEmpty => trees.Count + claims.Count + own.Count + unread.Count + facts.Count + tables.Count + proposals.Count == 0;
    public IReadOnlyList<Claim> Claims => claims;
    public IReadOnlyList<SelfAssessment> SelfAssessments => own;
    public IReadOnlyList<Unread> UnreadParts => unread;
    public IReadOnlyList<FactClaim> Facts => facts;
    public IReadOnlyList<TreeRecord> Trees => trees;
    /// <summary>A table that holds nothing, or nothing but proposals, is left out: it says nothing, not even that there is nothing.</summary>
    public IReadOnlyList<IxitTable> Tables => [.. tables.Where(t => !t.IsSilent).Select(t => t.Done(signer))];
    public IReadOnlyList<Proposal> Proposals => [.. proposals, .. tables.SelectMany(t => t.Proposals())];
    public long Rows => trees.Count + claims.Count + own.Count + facts.Count + tables.Sum(t => t.RowCount);

    public Location At(int line) => new() { Artefact = artefact, Path = Sheet, Line = line };

    /// <summary>One table of this number a file: later parts of the document continue it.</summary>
    public GatheredTable Table(TableName name, int line)
    {
        if (tables.FirstOrDefault(t => t.Name == name) is { } known) return known;
        var table = new GatheredTable(name, At(line));
        tables.Add(table);
        return table;
    }

    public void Claim(string provision, Support support, string? justification, int line)
    {
        if (claims.Count == MostRows) claimsBeyond++;
        else claims.Add(new Claim { Provision = provision, Support = support, Justification = Blank(justification), Location = At(line), SignedBy = signer, SignatureNote = note });
    }

    public void Own(string provision, string verdict, string? text, int line) =>
        own.Add(new SelfAssessment { Provision = provision, Verdict = verdict, Text = Blank(text), Location = At(line), SignedBy = signer, SignatureNote = note });

    public void Tree(TreeRecord record) => trees.Add(record with { SignedBy = signer, SignatureNote = note });

    /// <summary>A word on a fact of the product, by any spelling of the fact's name; what is no such name or no yes or no is unread.</summary>
    /// <param name="mark">A draft's mark, while which stands nothing is said.</param>
    public void Fact(string name, string said, string? mark, int line, string where = "")
    {
        var fact = KnownFacts.FirstOrDefault(f => Names.Comparer.Equals(f, name));
        if (fact is null) Unread(line, name, "a condition: " + (Names.Nearest(name, KnownFacts) is { } near ? $"perhaps \"{near}\" is meant" : string.Join(", ", KnownFacts)) + where, hidesNoRow: true);
        else if (SupportWord.Of(said, out _) is not { } word || word == Support.NotApplicable) Unread(line, $"{name}: {said}", "yes or no" + where, hidesNoRow: true);
        else if (IsProposal(mark)) Propose(fact, mark!, line);
        else facts.Add(new FactClaim(fact, word == Support.Yes, At(line), signer));
    }

    /// <summary>The facts that conditions and escape clauses of any catalogue ask for.</summary>
    public static readonly IReadOnlyList<string> KnownFacts = [.. Catalogues.Catalogue.Editions.SelectMany(c => c.Conditions).SelectMany(c => c.Means?.Names ?? [])
        .Concat(Catalogues.Catalogue.Editions.SelectMany(c => c.Units).Select(u => u.Escape).OfType<string>()).Distinct(StringComparer.Ordinal)];

    /// <summary>Something that a draft proposes and that no person has taken over yet: it is counted, and claims nothing.</summary>
    /// <param name="id">A provision, a condition, or a field of a table without rows.</param>
    public void Propose(string id, string from, int line, TableName? table = null) => proposals.Add(new Proposal(table?.Number, id, from.Trim(), At(line)));

    /// <summary>Whether a draft's mark still stands: any words but those with which a person takes it away.</summary>
    public static bool IsProposal(string? mark) => !string.IsNullOrWhiteSpace(mark) && Names.Bare(mark) is not ("" or "no" or "none" or "taken" or "takenover" or "accepted" or "confirmed");

    /// <summary>After the last line: ids that two rows share, and what was more than is kept.</summary>
    public void Finish()
    {
        foreach (var table in tables.Where(t => t.Beyond > 0))
        {
            // What was cut off comes before what was odd, so that no flood of messages hides it.
            unread.Insert(0, new Unread(table.Place, $"{table.Beyond} more rows of {table.Name.Number}-{table.Name.Name}", $"at most {MostRows} rows a table"));
        }
        foreach (var table in tables)
        {
            foreach (var (id, place, before) in table.Shared())
            {
                Add(place, id, $"an id of its own for each row of {table.Name.Number}-{table.Name.Name}; line {before} has it as well", hidesNoRow: true);
            }
            foreach (var (row, place, field, text) in table.Either())
            {
                Add(place, text, $"a date that can be read in one way only, as 2031-12-31 ({table.Name.Number}-{table.Name.Name}, row {row}, field {field})", hidesNoRow: true);
            }
        }
        if (claimsBeyond > 0) Add(new Location { Artefact = artefact }, $"{claimsBeyond} more lines of the conformance statement", $"at most {MostRows} lines");
        if (unreadBeyond > 0) unread.Add(new Unread(new Location { Artefact = artefact }, $"{unreadBeyond} more parts", $"at most {MostUnread} parts that fit no layout"));
    }

    /// <param name="hidesNoRow">See <see cref="Unread.HidesNoRow"/>.</param>
    public void Unread(int line, string text, string expected, bool hidesNoRow = false) => Add(At(line), text, expected, hidesNoRow);

    private void Add(Location place, string text, string expected, bool hidesNoRow = false)
    {
        if (unread.Count >= MostUnread)
        {
            unreadBeyond++;
            return;
        }
        var begin = Shortened.Visible(text.Trim().ReplaceLineEndings(" "));
        unread.Add(new Unread(place, begin.Length > 80 ? begin[..80] + "…" : begin, expected) { HidesNoRow = hidesNoRow });
    }

    /// <summary>An id that no catalogue has, with the one that was perhaps meant.</summary>
    public void UnknownProvision(int line, string id, string where = "") =>
        Unread(line, id, "a provision of EN 303 645" + (ProvisionId.Nearest(id) is { } near ? $"; perhaps {near} is meant" : "") + where, hidesNoRow: true);

    public static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

internal sealed class GatheredTable(TableName name, Location location)
{
    private readonly List<GatheredRow> rows = [];
    private readonly List<GatheredRow> sections = [];

    public TableName Name => name;
    public Location Place => location;
    public bool IsDeclaredEmpty { get; set; }
    public int RowCount => rows.Count;
    /// <summary>Rows after <see cref="Gathering.MostRows"/>.</summary>
    public long Beyond { get; private set; }
    public bool IsSilent => !IsDeclaredEmpty && !sections.Any(s => s.HasContent) && rows.All(r => r.Proposal is not null || (r.HasProposals && !r.HasContent));

    /// <param name="sheet">Where the row stands on another sheet of the workbook than the table's beginning.</param>
    public GatheredRow Row(string id, int line, string? sheet = null)
    {
        var row = new GatheredRow(id, line, sheet);
        if (rows.Count == Gathering.MostRows) Beyond++;
        else rows.Add(row);
        return row;
    }

    public IEnumerable<Proposal> Proposals() => rows.SelectMany(r => r.Proposal is { } from
        ? [new Proposal(name.Number, r.Id, from, r.At(location))]
        : r.FieldProposals.Select(f => new Proposal(name.Number, f.Field, f.From, r.At(location) with { Line = f.Line })));

    /// <summary>Dates in fields for dates whose day and month could be exchanged.</summary>
    public IEnumerable<(string Row, Location Place, string Field, string Text)> Either() => rows.SelectMany(r => r.Texts().Where(f => Names.Bare(f.Field) is "supportperiod" or "publicationofsupportperiod" or "timeframe")
        .SelectMany(f => TimeWords.Dates(f.Text).Where(d => d.IsAmbiguous).Select(d => (r.Id, r.At(location) with { Line = f.Line }, f.Field, d.Text))));

    /// <summary>Rows whose id an earlier row has, with their places and the earlier row's line.</summary>
    public IEnumerable<(string Id, Location Place, int Before)> Shared()
    {
        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows)
        {
            if (!lines.TryAdd(row.Id, row.Line)) yield return (row.Id, row.At(location), lines[row.Id]);
        }
    }

    /// <summary>The single row of a table that is one set of fields.</summary>
    public GatheredRow Record(int line) => rows.FirstOrDefault(r => r.Id == name.Name) ?? Row(name.Name, line);

    public GatheredRow Section(string title, int line)
    {
        var section = new GatheredRow(title, line);
        sections.Add(section);
        return section;
    }

    public IxitTable Done(Signer? signer) => new()
    {
        Number = name.Number,
        Name = name.Name,
        Rows = [.. rows.Where(r => r.Proposal is null && (r.HasContent || !r.HasProposals)).Select(r => r.Done(location))],
        Sections = [.. sections.Where(s => s.HasContent).Select(s => s.DoneAsSection(location))],
        Location = location,
        SignedBy = signer,
        IsDeclaredEmpty = IsDeclaredEmpty && rows.Count == 0,
    };
}

internal sealed class GatheredRow(string id, int line, string? sheet = null)
{
    private readonly List<(string Field, string From, int Line)> proposed = [];
    private readonly Dictionary<string, System.Text.StringBuilder> fields = new(Names.Comparer);
    private readonly Dictionary<string, int> lines = new(Names.Comparer);
    private readonly List<GatheredRow> parts = [];

    public string Id => id;
    public int Line => line;
    /// <summary>The place that a draft's mark names, while the mark stands; null for a row that a person wrote or took over.</summary>
    public string? Proposal { get; private set; }
    public bool HasProposals => proposed.Count > 0;
    public IReadOnlyList<(string Field, string From, int Line)> FieldProposals => proposed;
    public bool HasContent => parts.Count > 0 || fields.Values.Any(f => f.ToString().AsSpan().Trim().Length > 0);

    /// <summary>A single field that a draft proposes; it says nothing until its mark is gone.</summary>
    public void Propose(string field, string from, int at) => proposed.Add((field, from.Trim(), at));

    public Location At(Location table) => table with { Path = sheet ?? table.Path, Line = line };

    public void Add(string field, string text, int at)
    {
        if (IsMark(field))
        {
            if (Gathering.IsProposal(text)) Proposal = Markdown.Plain(text);
            return;
        }
        if (!fields.TryGetValue(field, out var value))
        {
            fields[field] = value = new System.Text.StringBuilder();
            lines[field] = at;
        }
        if (value.Length > 0) value.Append('\n');
        value.Append(text);
    }

    public IEnumerable<(string Field, string Text, int Line)> Texts() => fields.Select(f => (f.Key, f.Value.ToString(), lines[f.Key]));

    /// <summary>The field that marks a row as a draft's proposal.</summary>
    public static bool IsMark(string field) => Names.Bare(field) is "proposal" or "proposed" or "proposedby" or "proposedfrom";

    public bool Has(string field) => fields.ContainsKey(field);

    public GatheredRow Part(string partId, int at)
    {
        var part = new GatheredRow(partId, at);
        parts.Add(part);
        return part;
    }

    public IxitRow Done(Location table) => new()
    {
        Id = id,
        Fields = fields.ToDictionary(f => f.Key, f => Markdown.Plain(f.Value.ToString()), Names.Comparer),
        Lines = lines,
        Location = At(table),
    };

    public IxitSection DoneAsSection(Location table) =>
        new(id, Markdown.Plain(string.Join('\n', fields.Values)), [.. parts.Select(p => p.Done(table))], table with { Line = line });
}
