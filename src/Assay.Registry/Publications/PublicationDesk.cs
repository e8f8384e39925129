using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Exchange;
using Assay.Exchange.Cases;
using Assay.Exchange.Csaf;
using Assay.Exchange.Reporting;
using Assay.Exchange.Stix;
using Assay.Registry.Storage;
using Assay.Software.Vex;
using Dapper;

namespace Assay.Registry.Publications;

/// <summary>One document that a case gave to others.</summary>
/// <param name="Kind"><c>csaf</c>, <c>csaf-vex</c>, <c>openvex</c>, <c>stix</c>, <c>notice</c>.</param>
/// <param name="Path">Where it is served: the newest issue.</param>
public sealed record Publication(string Case, string Kind, Tlp Tlp, int Revision, DateTimeOffset At, string Path);

/// <summary>
/// What leaves a case: a CSAF advisory, VEX in two forms, a STIX bundle and the notice in plain words. The database is the truth; the provider's folder is made from it.
/// What is not for everyone is kept here and handed only to people with a role.
/// </summary>
public sealed class PublicationDesk(RegistrySettings settings, string address, Database database)
{
    public const string Schema = """
        create table if not exists publications (
          case_id text not null, kind text not null, revision integer not null, tlp text not null, at text not null, summary text not null, path text not null,
          document blob not null, signature blob not null, primary key (case_id, kind, revision)) without rowid;
        create index if not exists publications_at on publications (path, revision);
        create table if not exists statements (sha256 text primary key, case_id text not null, at text not null, document blob not null, signature blob not null) without rowid;
        """;
    public const int MaxSummary = 500;

    private readonly Lock publishing = new();
    private PgpKey? key;
    private Provider? provider;

    /// <summary>The folder that is served as the CSAF provider.</summary>
    public string Folder => settings.File("csaf");

    private CsafPublisher Publisher => new(settings.Name, address, Contact: settings.Objections);

    /// <summary>The newest issue of each document.</summary>
    public IReadOnlyList<Publication> Of(string id) => database.Read(c => c.Query<Row>($"select {Columns} from publications p where case_id = @id and revision = (select max(revision) from publications where case_id = p.case_id and kind = p.kind) order by kind", new { id })
        .Select(r => r.Publication()).ToList());

    /// <summary>The newest issue at a path, with its signature.</summary>
    public (Publication Publication, byte[] Document, byte[] Signature)? At(string path) => database.Read(c =>
        c.QueryFirstOrDefault<Row>($"select {Columns}, document Document, signature Signature from publications where path = @path order by revision desc", new { path })) is { } row
        ? (row.Publication(), row.Document!, row.Signature!) : null;

    /// <summary>Writes a new issue of everything that the case has to say.</summary>
    /// <exception cref="Refusal">409: it was for everyone and cannot become less; 422: a candidate.</exception>
    public IReadOnlyList<Publication> Publish(Case one, Tlp tlp, string summary, DateTimeOffset now)
    {
        if (one.Certainty == Certainty.Candidate) throw new Refusal(422, "a match with a version in a stated range, or an incident", "a candidate by name alone", $"case {one.Id}");
        if (string.IsNullOrWhiteSpace(summary) || summary.Length > MaxSummary) throw new Refusal(422, $"1 to {MaxSummary} characters", $"{summary.Length}", "summary");
        lock (publishing)
        {
            var earlier = database.Read(c => c.Query<Row>($"select {Columns} from publications where case_id = @Id and kind = 'csaf' order by revision", new { one.Id }).Select(r => (Publication: r.Publication(), r.Summary)).ToList());
            if (tlp != Tlp.Clear && earlier.Any(e => e.Publication.Tlp == Tlp.Clear)) throw new Refusal(409, "TLP:CLEAR, as it was published before", tlp.Name(), "tlp");
            CsafRevision[] revisions = [.. earlier.Select(e => new CsafRevision(e.Publication.Revision, e.Publication.At, e.Summary)), new(earlier.Count + 1, now, summary)];
            var documents = new List<(string Kind, string Path, byte[] Bytes)>();
            void Csaf(string kind, CsafDocument document) => documents.Add((kind, $"/csaf/{Label(tlp)}/{document.Initial.UtcDateTime.Year:0000}/{CsafDocument.FileName(document.Id)}", document.Bytes()));
            Csaf("csaf", CaseAdvisory.Advisory(one, Publisher, address, tlp, revisions));
            if (one.Kind == CaseKind.Vulnerability)
            {
                Csaf("csaf-vex", CaseAdvisory.Vex(one, Publisher, address, tlp, revisions));
                documents.Add(("openvex", $"/vex/{one.Id}.json", OpenVex.Write(Vex(one, revisions.Length, now))));
            }
            documents.Add(("stix", $"/stix/{one.Id}.json", Bundle.Of(one, tlp, settings.Name, address)));
            documents.Add(("notice", $"/notice/{one.Id}.json", UserNotice.Of(one).Json()));
            var signing = Key(now);
            var published = documents.Select(d => new Publication(one.Id, d.Kind, tlp, revisions.Length, now, d.Path)).ToList();
            database.Write((c, t) => c.Execute("insert into publications (case_id, kind, revision, tlp, at, summary, path, document, signature) values (@Id, @Kind, @Revision, @tlp, @at, @summary, @Path, @Bytes, @signature)",
                documents.Select(d => new { one.Id, d.Kind, Revision = revisions.Length, tlp = tlp.Name(), at = EvidenceJson.Time(now), summary, d.Path, d.Bytes, signature = signing.Sign(d.Bytes, now) }), t));
            if (tlp == Tlp.Clear)
            {
                var provider = Provider(now);
                foreach (var (_, path, bytes) in documents.Where(d => d.Path.StartsWith("/csaf/", StringComparison.Ordinal))) provider.Keep(path["/csaf/".Length..], bytes, now);
                provider.Lists(now);
            }
            return published;
        }
    }

    /// <summary>The provider's folder as it should be, also after a stop in the middle or a change of the registry's address.</summary>
    public void Open(DateTimeOffset now)
    {
        lock (publishing) Provider(now);
    }

    /// <summary>Signs "not exploitable here" as an OpenVEX statement and keeps it.</summary>
    /// <returns>Its SHA-256 in hexadecimal digits, for the decision.</returns>
    public string SignStatement(Case one, Decision decision, Actor by, DateTimeOffset now)
    {
        lock (publishing)
        {
            var document = OpenVex.Write(new VexDocument
            {
                Id = $"{address}/vex/{one.Id}-statement.json",
                Author = settings.Name,
                Role = by.Role,
                Time = now,
                Statements = [Statement(one, VexStatus.NotAffected, now) with { Justification = Justification(decision.Justification!), Impact = decision.Reason }],
            });
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(document));
            var signature = Key(now).Sign(document, now);
            database.Write((c, t) => c.Execute("insert into statements (sha256, case_id, at, document, signature) values (@sha256, @Id, @at, @document, @signature) on conflict do nothing",
                new { sha256, one.Id, at = EvidenceJson.Time(now), document, signature }, t));
            return sha256;
        }
    }

    /// <summary>The signed statement of this digest.</summary>
    public (byte[] Document, byte[] Signature)? SignedStatement(string sha256) =>
        database.Read(c => c.QuerySingleOrDefault<Row>("select '' CaseId, '' Kind, 0 Revision, '' Tlp, '' At, '' Summary, '' Path, document Document, signature Signature from statements where sha256 = @sha256", new { sha256 })) is { } row
        ? (row.Document!, row.Signature!) : null;

    private VexDocument Vex(Case one, int version, DateTimeOffset now)
    {
        var standing = one.Standing?.Decision;
        var statement = standing?.Kind switch
        {
            DecisionKind.NotExploitable => Statement(one, VexStatus.NotAffected, one.Standing!.At) with { Justification = Justification(standing.Justification!), Impact = standing.Reason },
            DecisionKind.Resume => Statement(one, VexStatus.NotAffected, one.Standing!.At) with { Impact = standing.Reason },
            DecisionKind.Suspend or DecisionKind.UpdateNeeded => Statement(one, VexStatus.Affected, one.Standing!.At) with { Action = UserNotice.Of(one).First, Notes = standing.Reason },
            _ => Statement(one, VexStatus.UnderInvestigation, one.LastChange),
        };
        return new VexDocument { Id = $"{address}/vex/{one.Id}.json", Author = settings.Name, Role = "coordinator", Time = now, Version = version, Statements = [statement] };
    }

    private static VexStatement Statement(Case one, VexStatus status, DateTimeOffset at)
    {
        var chain = one.Chain!;
        var component = chain.Component.Purl ?? chain.Component.Cpe.FirstOrDefault(c => c.StartsWith("cpe:2.3:", StringComparison.Ordinal)) ?? chain.Component.Name;
        return new VexStatement
        {
            Vulnerability = chain.Advisory.Id,
            Aliases = chain.Advisory.Aliases,
            Products = [new VexProduct(chain.Label.Subject, [component])],
            Status = status,
            Time = at,
        };
    }

    private static VexJustification Justification(string code) => Enum.GetValues<VexJustification>().First(j => OpenVex.Code(j) == code);

    private PgpKey Key(DateTimeOffset now)
    {
        if (key is not null) return key;
        var file = settings.File(Path.Combine("keys", "openpgp.asc"));
        if (File.Exists(file)) return key = PgpKey.FromArmor(File.ReadAllText(file));
        key = PgpKey.Create(settings.Name, now);
        DurableFile.Write(file, Encoding.ASCII.GetBytes(key.ToArmor()), secret: true);
        return key;
    }

    private Provider Provider(DateTimeOffset now)
    {
        if (provider is not null) return provider;
        var made = new Provider(Folder, new ProviderSettings(Publisher, address), Key(now));
        foreach (var row in database.Read(c => c.Query<Row>($"""
            select {Columns}, document Document from publications p where path like '/csaf/white/%' and revision = (select max(revision) from publications where path = p.path)
            """).ToList())) made.Keep(row.Path["/csaf/".Length..], row.Document!, now);
        made.Lists(now);
        return provider = made;
    }

    internal static string Label(Tlp tlp) => tlp switch { Tlp.Clear => "white", Tlp.Green => "green", Tlp.Amber => "amber", Tlp.AmberStrict => "amber-strict", _ => "red" };

    private const string Columns = "case_id CaseId, kind Kind, revision Revision, tlp Tlp, at At, summary Summary, path Path";

    private sealed class Row
    {
        public string CaseId { get; set; } = "";
        public string Kind { get; set; } = "";
        public long Revision { get; set; }
        public string Tlp { get; set; } = "";
        public string At { get; set; } = "";
        public string Summary { get; set; } = "";
        public string Path { get; set; } = "";
        public byte[]? Document { get; set; }
        public byte[]? Signature { get; set; }

        public Publication Publication() => new(CaseId, Kind, TlpLabels.TryRead(Tlp, out var tlp) ? tlp : Exchange.Tlp.Red, (int)Revision, DateTimeOffset.Parse(At, CultureInfo.InvariantCulture), Path);
    }
}
