using System.Collections.Frozen;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Catalogues;

/// <summary>How much of a baseline our data holds. Only a full catalogue gives an overall verdict.</summary>
public enum Extent
{
    /// <summary>All provisions with status and conditions, and all test units.</summary>
    Full,
    /// <summary>All provisions by number and title; status or units are missing or provisional.</summary>
    Ids,
    /// <summary>Some provisions are missing.</summary>
    Partial,
}

public enum Obligation { Mandatory, Recommended }

/// <summary>One provision of a baseline.</summary>
public sealed record Provision
{
    /// <summary><c>5.1-1</c></summary>
    public required string Id { get; init; }
    public required Obligation Obligation { get; init; }
    /// <summary>Names conditions of the catalogue; null where the provision holds without condition.</summary>
    public Expression? Condition { get; init; }
    /// <summary>Own words, never the standard's sentence.</summary>
    public required string Title { get; init; }
    /// <summary>Sources disagree on obligation or condition, and the standard's own text was not read.</summary>
    public bool IsDisputed { get; init; }
    /// <summary>The heading it stands under: a domain, a part, a capability; null where the catalogue has none.</summary>
    public string? Group { get; init; }
    /// <summary>The row that it is a part of: <c>AUM-1</c> of <c>AUM-1-2</c>.</summary>
    public string? Parent { get; init; }
    /// <summary>What people call it where that is not <see cref="Id"/>: <c>GEC-8</c> of the control <c>gec-8-f</c>; null in our own data.</summary>
    public string? Label { get; init; }
    /// <summary>What an imported document says in its own words; null in our own data, which has titles only.</summary>
    public string? Text { get; init; }
    /// <summary>What is not certain of this row, or narrows it.</summary>
    public string? Note { get; init; }
    /// <summary>The provision of EN 303 645 V2.1.1 that it continues.</summary>
    public string? Earlier { get; init; }
    /// <summary>True where <see cref="Earlier"/> asks for the same; false where this is one part of it, so that nothing carries over by itself.</summary>
    public bool EarlierIsEqual { get; init; }
    /// <summary>Who found that it is equal, when, and why; null where nobody reviewed it.</summary>
    public string? EarlierReview { get; init; }
    /// <summary>Key into <see cref="Catalogue.Sources"/>.</summary>
    public required string Source { get; init; }
    public bool IsMandatory => Obligation == Obligation.Mandatory;
}

/// <summary>What a provision's status depends on.</summary>
/// <param name="Id">As the standard numbers it: <c>13</c>, <c>q</c>.</param>
/// <param name="Means">Facts of a product that it comes down to, the same words for all editions; null where nobody read it.</param>
public sealed record Condition(string Id, Expression? Means, string Title, string Source);

/// <summary>What the answer "pass" to a unit asserts (own classification).</summary>
public enum Decides { Completeness, Conformity, Adequacy, Existence, Justification, Absence }

/// <summary>What is needed to decide a unit (own classification).</summary>
public enum Means { Paper, Document, Tool, HandsOn }

/// <summary>One test unit of TS 103 701.</summary>
public sealed record TestUnit
{
    /// <summary>Case and letter: <c>5.6-1-2a</c>.</summary>
    public required string Id { get; init; }
    /// <summary><c>5.6-1-2</c></summary>
    public required string Case { get; init; }
    /// <summary>Functional looks at the product, conceptual at its papers.</summary>
    public required bool IsFunctional { get; init; }
    public required string Provision { get; init; }
    /// <summary>Numbers of the detail tables that it reads, 1 to 29; all 29 where the standard says so.</summary>
    public required IReadOnlyList<int> Tables { get; init; }
    public required Decides Decides { get; init; }
    /// <summary>Units, cases or groups that are applied again; with <c>~</c> before it only related.</summary>
    public required IReadOnlyList<string> Inherits { get; init; }
    /// <summary>Number of the table whose entries say which rows of the inherited units count here; null where all do.</summary>
    public int? Restricts { get; init; }
    public required Means Means { get; init; }
    public required string Title { get; init; }
    /// <summary>A step without a pass condition of its own: never reported alone as fulfilled.</summary>
    public bool IsPreparatory { get; init; }
    /// <summary>The fact of a product without which the unit has nothing to ask (an escape clause), or null.</summary>
    public string? Escape { get; init; }
    /// <summary>Number of the table whose every row the unit asks (own judgement): "all" is answered row by row and never relaxed to "some"; null where it asks for the whole.</summary>
    public int? EachRow { get; init; }
    public required string Source { get; init; }
}

/// <param name="Licence">Of our data, and of what it was read from.</param>
/// <param name="Read">What was read.</param>
public sealed record Source(string Key, string Name, string Licence, string Read);

/// <summary>A baseline: its provisions, their conditions, and the units that test them. Data files in <c>Catalogues/Data</c>, each row with its source.</summary>
public sealed record Catalogue
{
    /// <summary><c>en303645-2.1.1</c></summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Edition { get; init; }
    /// <summary>Which list of units belongs to it; null where none was read.</summary>
    public string? UnitList { get; init; }
    public required Extent Extent { get; init; }
    /// <summary>What is not certain in it; null where nothing is.</summary>
    public string? Provisional { get; init; }
    public required Source Source { get; init; }
    /// <summary>When the data was last compared with its source.</summary>
    public required DateOnly AsOf { get; init; }
    /// <summary>In the order of the standard.</summary>
    public required IReadOnlyList<Provision> Provisions { get; init; }
    public required IReadOnlyList<Condition> Conditions { get; init; }
    public required IReadOnlyList<TestUnit> Units { get; init; }
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>A catalogue that is not full speaks of single provisions only.</summary>
    public bool GivesOverallVerdict => Extent == Extent.Full;

    private FrozenDictionary<string, Provision> ById => field ??= Provisions.ToFrozenDictionary(p => p.Id, StringComparer.OrdinalIgnoreCase);
    private FrozenDictionary<string, TestUnit> UnitById => field ??= Units.ToFrozenDictionary(u => u.Id, StringComparer.OrdinalIgnoreCase);
    private ILookup<string, TestUnit> ByProvision => field ??= Units.ToLookup(u => u.Provision, StringComparer.Ordinal);

    public Provision? Provision(string id) => ById.GetValueOrDefault(id);

    public TestUnit? Unit(string id) => UnitById.GetValueOrDefault(id);

    private FrozenDictionary<string, IReadOnlyList<TestUnit>> AppliedAgain => field ??= Units.Where(u => u.Inherits.Count > 0).ToFrozenDictionary(u => u.Id, u => (IReadOnlyList<TestUnit>)
        [.. u.Inherits.Where(i => !i.StartsWith('~')).SelectMany(name => Units.Where(s => s.Id == name || s.Case == name || s.Provision == name)).Where(s => s.Id != u.Id).Distinct()], StringComparer.Ordinal);

    /// <summary>The units that a unit applies again, by what its row names: single units, cases, or whole groups; related ones are left out.</summary>
    public IReadOnlyList<TestUnit> SourcesOf(TestUnit unit) => AppliedAgain.GetValueOrDefault(unit.Id, []);

    /// <summary>The units of a provision, in order.</summary>
    public IReadOnlyList<TestUnit> UnitsOf(string provision) => [.. ByProvision[provision]];

    public Condition? Condition(string id) => Conditions.FirstOrDefault(c => c.Id == id);

    /// <summary>Whether a provision applies, from facts of the product (<see cref="Catalogues.Condition.Means"/> names them).</summary>
    public Truth Applies(Provision provision, Func<string, Truth> fact) =>
        provision.Condition?.Value(id => Condition(id)?.Means?.Value(fact) ?? Truth.Unknown) ?? Truth.True;

    /// <summary>The names of the facts that a provision's condition comes down to.</summary>
    public IReadOnlyList<string> FactsOf(Provision provision) =>
        [.. (provision.Condition?.Names ?? []).SelectMany(id => Condition(id)?.Means?.Names ?? []).Distinct(StringComparer.Ordinal)];

    /// <summary>Provisions of EN 303 645 that an assessment may be made against directly; all others are answered through relations (<see cref="Crosswalk"/>).</summary>
    public required bool IsEdition { get; init; }

    /// <summary>The rows that stand directly under another one.</summary>
    public IReadOnlyList<Provision> PartsOf(string row) => [.. ByParent[row]];

    private ILookup<string, Provision> ByParent => field ??= Provisions.Where(p => p.Parent is not null).ToLookup(p => p.Parent!, StringComparer.Ordinal);

    /// <summary>Every catalogue of this program, the default first.</summary>
    public static IReadOnlyList<Catalogue> All => LazyAll.Value;

    /// <summary>Those that an assessment may be made against directly.</summary>
    public static IReadOnlyList<Catalogue> Editions => LazyEditions.Value;

    public static Catalogue Default => Editions[0];

    /// <summary>The rows that people call so, by id or by label: several where a document repeats one under several headings.</summary>
    public IReadOnlyList<Provision> Rows(string name) =>
        [.. Provisions.Where(p => string.Equals(p.Id, name, StringComparison.OrdinalIgnoreCase) || string.Equals(p.Label, name, StringComparison.OrdinalIgnoreCase))];

    /// <summary>A catalogue of OSCAL (JSON, any 1.x): every control is a row. What was not understood is counted and said.</summary>
    /// <exception cref="UnreadableException">No JSON, or no catalog of OSCAL.</exception>
    /// <exception cref="BudgetException">It is larger than one file may be.</exception>
    public static ImportedCatalogue Import(Artefact artefact, Budget? budget = null) => CatalogueImport.Read(artefact, budget ?? new Budget());

    /// <exception cref="UnreadableException">No such catalogue; names those that are there.</exception>
    public static Catalogue Load(string id) => Among(All, "catalogues", id);

    /// <exception cref="UnreadableException">No such edition, or a catalogue that is answered through relations only; names the editions.</exception>
    public static Catalogue LoadEdition(string id) => Among(Editions, "editions", id);

    private static Catalogue Among(IReadOnlyList<Catalogue> those, string what, string id) => those.FirstOrDefault(c => string.Equals(c.Id, id, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnreadableException($"one of the {what} {string.Join(", ", those.Select(c => c.Id))}", $"\"{Shortened.Visible(id)}\"", 0);

    private static readonly Lazy<IReadOnlyList<Catalogue>> LazyAll = new(() =>
    {
        var sources = DataFile.Open(typeof(Catalogue), "sources.tsv").Rows.Select(r => new Source(r.Need("key"), r.Need("name"), r.Need("licence"), r.Need("read"))).ToList();
        return [.. DataFile.Open(typeof(Catalogue), "catalogues.tsv").Rows.Select(r => Of(r, sources))];
    });

    private static readonly Lazy<IReadOnlyList<Catalogue>> LazyEditions = new(() => [.. All.Where(c => c.IsEdition)]);

    private static Catalogue Of(DataRow row, IReadOnlyList<Source> sources)
    {
        var id = row.Need("catalogue");
        var units = row["units"];
        var edition = row.Need("use") == "edition";
        return new Catalogue
        {
            Id = id,
            Name = row.Need("name"),
            Edition = row.Need("edition"),
            UnitList = units,
            Extent = row.Need("extent") switch { "full" => Extent.Full, "ids" => Extent.Ids, _ => Extent.Partial },
            Provisional = row["provisional"],
            Source = sources.First(s => s.Key == row.Need("source")),
            AsOf = DateOnly.ParseExact(row.Need("asOf"), "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            IsEdition = edition,
            Provisions = [.. DataFile.Open(typeof(Catalogue), id + ".tsv").Rows.Select(r => edition ? ProvisionOf(r, later: id != "en303645-2.1.1") : RowOf(r))],
            Conditions = !edition ? [] : [.. DataFile.Open(typeof(Catalogue), id + ".conditions.tsv").Rows.Select(r =>
                new Condition(r.Need("condition"), r["means"] is { } means ? Expression.Parse(means) : null, r.Need("title"), r.Need("source")))],
            Units = units is null ? [] : [.. DataFile.Open(typeof(Catalogue), units + ".tsv").Rows.Select(UnitOf)],
            Sources = sources,
        };
    }

    private static Provision ProvisionOf(DataRow r, bool later)
    {
        var earlier = later ? r["v2"]?.Split(' ') : null;
        return new Provision
        {
            Id = r.Need("provision"),
            Obligation = r.Need("status") == "M" ? Obligation.Mandatory : Obligation.Recommended,
            Condition = r["condition"] is { } condition ? Expression.Parse(condition) : null,
            Title = r.Need("title"),
            IsDisputed = later && r.Need("status_confidence") == "disputed",
            Earlier = earlier?[0],
            EarlierIsEqual = earlier is [_, "equal"],
            EarlierReview = later ? r["review"] : null,
            Source = r.Need("source"),
        };
    }

    private static Provision RowOf(DataRow r) => new()
    {
        Id = r.Need("row"),
        Parent = r["parent"],
        Group = r["group"],
        Obligation = r.Need("status") == "M" ? Obligation.Mandatory : Obligation.Recommended,
        Title = r.Need("title"),
        Note = r["note"],
        Source = r.Need("source"),
    };

    private static TestUnit UnitOf(DataRow r) => new()
    {
        Id = r.Need("unit"),
        Case = r.Need("case"),
        IsFunctional = r.Need("kind") == "functional",
        Provision = r.Need("provision"),
        Tables = [.. r.List("ixit", ',').SelectMany(t => t == "*" ? Enumerable.Range(1, 29) : [NumberOf(t)])],
        Decides = Enum.Parse<Decides>(r.Need("decides"), ignoreCase: true),
        Inherits = r.List("inherits", ','),
        Restricts = r["restricts"] is { } restricts ? NumberOf(restricts) : null,
        Means = Enum.Parse<Means>(r.Need("class"), ignoreCase: true),
        Title = r.Need("title"),
        IsPreparatory = r["preparatory"] == "yes",
        Escape = r["escape"],
        EachRow = r["eachRow"] is { } each ? NumberOf(each) : null,
        Source = r.Need("source"),
    };

    // "7-UpdMech"
    private static int NumberOf(string table) => int.Parse(table[..table.IndexOf('-')], System.Globalization.CultureInfo.InvariantCulture);
}
