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

    public bool IsEmpty => trees.Count + claims.Count + own.Count + unread.Count + facts.Count + tables.Count == 0;
    public IReadOnlyList<Claim> Claims => claims;
    public IReadOnlyList<SelfAssessment> SelfAssessments => own;
    public IReadOnlyList<Unread> UnreadParts => unread;
    public IReadOnlyList<FactClaim> Facts => facts;
    public IReadOnlyList<IxitTable> Tables => [.. tables.Select(t => t.Done(signer))];
    public IReadOnlyList<TreeRecord> Trees => trees;
    public long Rows => trees.Count + claims.Count + own.Count + facts.Count + tables.Sum(t => t.RowCount);

    public Location At(int line) => new() { Artefact = artefact, Line = line };

    /// <summary>One table of this number a file: later parts of the document continue it.</summary>
    public GatheredTable Table(TableName name, int line)
    {
        if (tables.FirstOrDefault(t => t.Name == name) is { } known) return known;
        var table = new GatheredTable(name, At(line));
        tables.Add(table);
        return table;
    }

    public void Claim(string provision, Support support, string? justification, int line) =>
        claims.Add(new Claim { Provision = provision, Support = support, Justification = Blank(justification), Location = At(line), SignedBy = signer, SignatureNote = note });

    public void Own(string provision, string verdict, string? text, int line) =>
        own.Add(new SelfAssessment { Provision = provision, Verdict = verdict, Text = Blank(text), Location = At(line), SignedBy = signer, SignatureNote = note });

    public void Tree(TreeRecord record) => trees.Add(record with { SignedBy = signer, SignatureNote = note });

    public void Fact(string fact, bool holds, int line) => facts.Add(new FactClaim(fact, holds, At(line), signer));

    public void Unread(int line, string text, string expected)
    {
        var begin = Shortened.Visible(text.Trim().ReplaceLineEndings(" "));
        unread.Add(new Unread(At(line), begin.Length > 80 ? begin[..80] + "…" : begin, expected));
    }

    /// <summary>An id that no catalogue has, with the one that was perhaps meant.</summary>
    public void UnknownProvision(int line, string id) =>
        Unread(line, id, "a provision of EN 303 645" + (ProvisionId.Nearest(id) is { } near ? $"; perhaps {near} is meant" : ""));

    public static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

internal sealed class GatheredTable(TableName name, Location location)
{
    private readonly List<GatheredRow> rows = [];
    private readonly List<GatheredRow> sections = [];

    public TableName Name => name;
    public bool IsDeclaredEmpty { get; set; }
    public int RowCount => rows.Count;

    public GatheredRow Row(string id, int line)
    {
        var row = new GatheredRow(id, line);
        rows.Add(row);
        return row;
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
        Rows = [.. rows.Select(r => r.Done(location))],
        Sections = [.. sections.Where(s => s.HasContent).Select(s => s.DoneAsSection(location))],
        Location = location,
        SignedBy = signer,
        IsDeclaredEmpty = IsDeclaredEmpty && rows.Count == 0,
    };
}

internal sealed class GatheredRow(string id, int line)
{
    private readonly Dictionary<string, System.Text.StringBuilder> fields = new(Names.Comparer);
    private readonly Dictionary<string, int> lines = new(Names.Comparer);
    private readonly List<GatheredRow> parts = [];

    public string Id => id;
    public bool HasContent => parts.Count > 0 || fields.Values.Any(f => f.ToString().AsSpan().Trim().Length > 0);

    public void Add(string field, string text, int at)
    {
        if (!fields.TryGetValue(field, out var value))
        {
            fields[field] = value = new System.Text.StringBuilder();
            lines[field] = at;
        }
        if (value.Length > 0) value.Append('\n');
        value.Append(text);
    }

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
        Location = table with { Line = line },
    };

    public IxitSection DoneAsSection(Location table) =>
        new(id, Markdown.Plain(string.Join('\n', fields.Values)), [.. parts.Select(p => p.Done(table))], table with { Line = line });
}
