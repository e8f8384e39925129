using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Exchange.Cases;
using Assay.Registry.Cases;
using Assay.Registry.Labels;
using Assay.Registry.Storage;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Vex;
using Dapper;

namespace Assay.Registry.Advisories;

/// <summary>What one imported file brought.</summary>
public sealed record ImportOutcome
{
    /// <summary>Null for a VEX document.</summary>
    public ImportResult? Result { get; init; }
    /// <summary>Statements of a VEX document.</summary>
    public int Statements { get; init; }
    public required IReadOnlyList<Case> Opened { get; init; }
    public required IReadOnlyList<Case> Changed { get; init; }
    /// <summary>Pairs of label and vulnerability that the new advisories match, exploited or not.</summary>
    public required int Matches { get; init; }
    public required TimeSpan Took { get; init; }
}

/// <summary>
/// Advisories meet the inventories behind the labels. The store is one SQLite file beside the registry's own; inventories stand in memory behind one inverted index.
/// </summary>
/// <remarks>
/// The store and the cases are two files, so before a file enters the store its ids are noted in the registry's database, and crossed out when its cases are kept: after a
/// kill in between, the next start matches those ids again. The same file twice brings nothing new, and opens nothing twice.
/// </remarks>
public sealed class AdvisoryDesk : IDisposable
{
    public const string Schema = """
        create table if not exists imports_open (sha256 text primary key, ids text not null);
        create table if not exists labels_matched (label text primary key) without rowid;
        create table if not exists vex_documents (sha256 text primary key, name text not null, received text not null, document blob not null);
        """;

    private readonly Database database;
    private readonly LabelShelf labels;
    private readonly CaseDesk cases;
    private readonly TimeProvider time;
    private readonly AdvisoryStore store;
    private readonly Lock matching = new();
    private readonly InventoryIndex<string> index = new();
    private readonly Dictionary<string, List<LabelLink>> labelsOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> sizes = new(StringComparer.Ordinal);
    private readonly HashSet<string> indexed = new(StringComparer.Ordinal);
    private List<HeardVex>? heard;

    public AdvisoryDesk(string file, Database database, LabelShelf labels, CaseDesk cases, TimeProvider time)
    {
        this.database = database;
        this.labels = labels;
        this.cases = cases;
        this.time = time;
        store = AdvisoryStore.Open(file, time);
    }

    public StoreStatus Status() => store.Status();

    /// <summary>Takes in what is new: labels that were issued since, and what a kill left unmatched.</summary>
    public void CatchUp()
    {
        lock (matching)
        {
            foreach (var open in database.Read(c => c.Query<OpenImport>("select sha256 Sha256, ids Ids from imports_open").ToList()))
            {
                Index();
                Match(open.Ids.Split('\n', StringSplitOptions.RemoveEmptyEntries));
                database.Write((c, t) => c.Execute("delete from imports_open where sha256 = @Sha256", new { open.Sha256 }, t));
            }
            Index();
        }
    }

    /// <summary>One file of advisories, or one OpenVEX document.</summary>
    /// <exception cref="Refusal">422: of no known form.</exception>
    public ImportOutcome Import(string name, byte[] file)
    {
        lock (matching)
        {
            Index();
            if (OpenVex.Looks(file)) return Hear(name, file);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
            var ids = AdvisoryFile.Advisories(name, file).Select(a => a.Id).Distinct(StringComparer.Ordinal);
            database.Write((c, t) => c.Execute("insert into imports_open (sha256, ids) values (@sha256, @ids) on conflict do nothing", new { sha256, ids = string.Join('\n', ids) }, t));
            var result = store.Import(name, file);
            var start = time.GetTimestamp();
            var (signals, matches) = Match(result.Touched);
            var took = time.GetElapsedTime(start);
            database.Write((c, t) => c.Execute("delete from imports_open where sha256 = @sha256", new { sha256 }, t));
            if (result.Kind is null)
            {
                var loss = result.Losses.FirstOrDefault();
                throw new Refusal(422, loss?.Expected ?? "advisories of KEV, OSV, NVD 2.0, CVE 5, CSAF 2.0 or EPSS, or a document of OpenVEX", loss?.Found ?? "none", "body");
            }
            return new ImportOutcome { Result = result, Opened = signals.Opened, Changed = signals.Changed, Matches = matches, Took = took };
        }
    }

    private ImportOutcome Hear(string name, byte[] file)
    {
        var losses = new List<Loss>();
        var document = OpenVex.Read(name, file, losses);
        if (document.Statements.Count == 0) throw new Refusal(422, losses.FirstOrDefault()?.Expected ?? "a statement", losses.FirstOrDefault()?.Found ?? "none", "statements");
        database.Write((c, t) => c.Execute("insert into vex_documents (sha256, name, received, document) values (@sha256, @name, @received, @file) on conflict do nothing",
            new { sha256 = Convert.ToHexStringLower(SHA256.HashData(file)), name, received = EvidenceJson.Time(time.GetUtcNow()), file }, t));
        heard = null;
        var start = time.GetTimestamp();
        // A word of the maker stands beside known cases; it opens none and changes no status.
        var (signals, matches) = Match(document.Statements.SelectMany(s => s.Aliases.Append(s.Vulnerability)).Distinct(StringComparer.Ordinal), knownOnly: true);
        return new ImportOutcome { Statements = document.Statements.Count, Opened = signals.Opened, Changed = signals.Changed, Matches = matches, Took = time.GetElapsedTime(start) };
    }

    private List<HeardVex> Heard()
    {
        if (heard is not null) return heard;
        var all = new List<HeardVex>();
        foreach (var (name, document) in database.Read(c => c.Query<(string, byte[])>("select name, document from vex_documents order by received, sha256").ToList()))
            // Nobody's key stands behind an unsigned document: the statement is shown as the author's word.
            all.Add(new HeardVex(OpenVex.Read(name, document, []), Signer: null));
        return heard = all;
    }

    // Inventories that labels share are matched once; a label that is new here meets every advisory that was there before it.
    private void Index()
    {
        var fresh = labels.All().Where(l => l.Inventory is not null && !indexed.Contains(l.Id)).ToList();
        if (fresh.Count == 0) return;
        var matched = database.Read(c => c.Query<string>("select label from labels_matched").ToHashSet(StringComparer.Ordinal));
        var chains = new List<Chain>();
        foreach (var label in fresh)
        {
            var digest = label.Inventory!;
            var components = labelsOf.ContainsKey(digest) && matched.Contains(label.Id) ? null : Components(label);
            if (!labelsOf.TryGetValue(digest, out var links))
            {
                labelsOf[digest] = links = [];
                sizes[digest] = components!.Count;
                index.Put(digest, components);
            }
            var link = CaseDesk.Link(label);
            links.Add(link);
            indexed.Add(label.Id);
            if (matched.Contains(label.Id) || components is null) continue;
            var surroundings = new Surroundings(components);
            foreach (var component in components)
            {
                foreach (var hit in Matcher.Match(component, store, surroundings))
                    if (hit.Status is VulnerabilityStatus.Affected or VulnerabilityStatus.Candidate) chains.Add(ChainOf(digest, link, hit));
            }
        }
        if (chains.Count > 0) cases.Signal(chains);
        var done = fresh.Where(l => !matched.Contains(l.Id)).Select(l => new { label = l.Id }).ToList();
        if (done.Count > 0) database.Write((c, t) => c.Execute("insert into labels_matched (label) values (@label) on conflict do nothing", done, t));
    }

    private IReadOnlyList<Component> Components(LabelRecord label)
    {
        try
        {
            return labels.Inventory(label.Id);
        }
        catch (UnreadableException damaged)
        {
            Console.Error.WriteLine($"assay serve: the inventory of label {label.Id} cannot be read: {damaged.Message}");
            return [];
        }
    }

    private (CaseDesk.Signals Signals, int Matches) Match(IEnumerable<string> ids, bool knownOnly = false)
    {
        var chains = new List<Chain>();
        foreach (var (digest, hit) in index.Match(ids, store))
        {
            if (hit.Status is not (VulnerabilityStatus.Affected or VulnerabilityStatus.Candidate)) continue;
            foreach (var link in labelsOf[digest])
            {
                if (knownOnly && cases.Shelf.Find(link.Id, hit.Aliases.Append(hit.Id)) is null) continue;
                chains.Add(ChainOf(digest, link, hit));
            }
        }
        return (chains.Count > 0 ? cases.Signal(chains) : new CaseDesk.Signals([], []), chains.Count);
    }

    private Chain ChainOf(string digest, LabelLink label, Vulnerability hit)
    {
        var component = hit.Component;
        var evidence = component.Evidence.MaxBy(e => e.Confidence);
        var seen = component.Evidence.FirstOrDefault(e => e.Method is not ("bill of materials" or "declaration"));
        return new Chain
        {
            Advisory = new AdvisoryLink
            {
                Id = hit.Id,
                Aliases = hit.Aliases,
                Sources = hit.Advisories,
                Summary = hit.Summary,
                Exploited = hit.Exploited,
                ExploitedSince = hit.ExploitedSince,
                Fix = hit.Fix,
            },
            Component = new ComponentLink
            {
                Name = component.Name,
                Version = component.Package ?? component.Version,
                Purl = component.Purl,
                Cpe = component.Cpe,
                Seen = (seen ?? evidence)?.Location.ToString() ?? LabelShelf.Materials,
                Method = (seen ?? evidence)?.Method ?? "bill of materials",
            },
            Inventory = new InventoryLink(digest, sizes[digest]),
            Label = label,
            Certainty = hit.Status == VulnerabilityStatus.Affected ? Certainty.Affected : Certainty.Candidate,
            Reason = hit.Reason,
            MakerSays = [.. new VexJudgement(Heard(), [label.Subject, label.Model, $"{label.Maker} {label.Model}"]).Judge(hit).Vex.Select(claim => new MakersWord(
                claim.Author, claim.Signer is not null, OpenVex.Code(claim.Statement.Status),
                claim.Statement.Justification is { } why ? OpenVex.Code(why) : null, claim.Contradiction ?? Contradiction(claim.Statement, hit)))],
        };
    }

    // "Not there" and "fixed" speak of versions and files: the inventory's version in the range says otherwise.
    private static string? Contradiction(VexStatement statement, Vulnerability hit) =>
        hit.Status == VulnerabilityStatus.Affected && (statement.Status == VexStatus.Fixed || statement is { Status: VexStatus.NotAffected, Justification: VexJustification.ComponentNotPresent or VexJustification.VulnerableCodeNotPresent })
            ? $"the inventory names {hit.Component.Name} {hit.Component.Package ?? hit.Component.Version}: {hit.Reason}" : null;

    public void Dispose() => store.Dispose();

    private sealed record OpenImport(string Sha256, string Ids);
}
